using System.Collections.Frozen;
using Kept.Import.Writing;

namespace Kept.Import.Kuma;

/// <summary>Every type of monitor of Uptime Kuma 1 and 2: how it is read, or why it is not carried and what takes its place.</summary>
internal static class KumaTypes
{
    private const string Own = "a heartbeat from the service itself tells more";

    public static readonly FrozenDictionary<string, Func<KumaReading, CheckDraft?>> Carried = new Dictionary<string, Func<KumaReading, CheckDraft?>>(StringComparer.Ordinal)
    {
        ["http"] = KumaHttp.Read,
        ["keyword"] = KumaHttp.Read,
        ["json-query"] = KumaHttp.Read,
        ["port"] = KumaPlain.Port,
        ["ping"] = KumaPlain.Ping,
        ["dns"] = KumaPlain.Dns,
        ["websocket-upgrade"] = KumaPlain.WebSocket,
        ["smtp"] = KumaPlain.Smtp,
        ["ntp"] = KumaPlain.Ntp,
        ["postgres"] = KumaStores.Postgres,
        ["redis"] = KumaStores.Redis,
        ["mqtt"] = KumaStores.Mqtt,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Reports by itself, or holds others; read apart.</summary>
    public const string Push = "push", Group = "group";

    public static readonly FrozenDictionary<string, (string Why, string Instead)> Lost = new Dictionary<string, (string, string)>(StringComparer.Ordinal)
    {
        ["grpc-keyword"] = ("the protocol buffers of a gRPC call are not carried", "look at its HTTP port, or let the service call a heartbeat"),
        ["docker"] = ("the state of a container is not asked of Docker", "look at what the container serves: that it runs says little"),
        ["steam"] = ("Steam is not asked about game servers", "look at the port of the server: tcp or icmp"),
        ["gamedig"] = ("the protocols of games are not spoken", "look at the port of the server: tcp or icmp"),
        ["mysql"] = ("MySQL is not spoken", "look at its port with tcp, or let the service call a heartbeat after a query of its own"),
        ["sqlserver"] = ("SQL Server is not spoken", "look at its port with tcp, or let the service call a heartbeat after a query of its own"),
        ["oracledb"] = ("Oracle is not spoken", "look at its port with tcp, or let the service call a heartbeat after a query of its own"),
        ["mongodb"] = ("MongoDB is not spoken", "look at its port with tcp, or let the service call a heartbeat after a query of its own"),
        ["radius"] = ("RADIUS is not spoken", "let a script that logs in call a heartbeat"),
        ["kafka-producer"] = ("Kafka is not spoken", "let a consumer call a heartbeat for what it reads"),
        ["rabbitmq"] = ("the state of the nodes of RabbitMQ is read by no kind of check", "ask its management over HTTP: http: GET http://HOST:15672/api/health/checks/alarms"),
        ["snmp"] = ("SNMP is not spoken", "ask an exporter with the kind `prometheus`"),
        ["real-browser"] = ("no browser is run", "look at the page with http, and at what it loads"),
        ["tailscale-ping"] = ("Tailscale is not asked", "run Kept within the tailnet, and look with icmp"),
        ["sip-options"] = ("SIP is not spoken", "look at its port with tcp"),
        ["system-service"] = ("the state of a service of the machine is not asked", "look at what the service serves"),
        ["local-service"] = ("the state of a service of the machine is not asked", "look at what the service serves"),
        ["pm2"] = ("PM2 is not asked", "look at what the process serves"),
        ["globalping"] = ("nobody else is asked to look", "run a second Kept where the other users are"),
        ["manual"] = ("a state that somebody sets by hand is no observation", Own),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>For a type that no version known here has.</summary>
    public static (string Why, string Instead) Unknown(string type) => (type.Length == 0 ? "it has no type" : $"the type `{Losses.Short(type)}` is not known here", Own);
}
