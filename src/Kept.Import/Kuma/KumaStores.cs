using System.Globalization;
using System.Text.RegularExpressions;
using Kept.Import.Writing;
using Kept.Language.Foreign;

namespace Kept.Import.Kuma;

/// <summary>The types that log in somewhere: <c>postgres</c>, <c>redis</c>, <c>mqtt</c>. Of their connection strings everything is taken but the password.</summary>
internal static partial class KumaStores
{
    private const int LongestConnection = 2_000;

    public static CheckDraft? Postgres(KumaReading its)
    {
        if (KumaPlain.Turned(its) || Parts(its, "postgres", "postgresql") is not { } parts) return null;
        if (its.Check("postgres", KumaReading.HostPort(parts.Host, parts.Port), "type") is not { } check) return null;
        check.Field("user", parts.User ?? "postgres");
        if (parts.HasPassword) check.Field("password", Password(its));
        if (parts.Path.Length > 0) check.Field("database", parts.Path);
        if (Encrypted().IsMatch(parts.Query)) check.Field("over-tls", "yes");
        Query(its, check);
        its.Secrets.Into(check);
        return check;
    }

    private static void Query(KumaReading its, CheckDraft check)
    {
        var monitor = its.Monitor;
        var query = monitor.Text("databaseQuery")?.Trim().TrimEnd(';').TrimEnd() ?? "SELECT 1";
        check.Field("query", query);
        if (monitor.Stored("conditions") is ForeignNode.List { Items.IsEmpty: false } conditions)
        {
            if (KumaConditions.Of(conditions, variable => variable == "result" ? "value" : null) is { } said && its.Takes("postgres", said))
            {
                check.Expect.Add(said);
                return;
            }
            its.Losses.Lost(monitor.Where("conditions"), its.Subject, "its conditions on the result have no form here", "name the column in the query, and ask for it: row.state == 'ready'");
        }
        if (query.Equals("SELECT 1", StringComparison.OrdinalIgnoreCase)) its.Expect(check, "value == 1", "databaseQuery");
        else
        {
            its.Expect(check, "rows >= 1", "databaseQuery");
            its.Losses.Changed(monitor.Where("databaseQuery"), its.Subject, "Kuma takes any answer to the query, also one without rows; here it must find at least one", "say what it should find: value < 1000, row.state == 'ready'");
        }
    }

    public static CheckDraft? Redis(KumaReading its)
    {
        if (KumaPlain.Turned(its) || Parts(its, "redis", "rediss") is not { } parts) return null;
        if (its.Check("redis", KumaReading.HostPort(parts.Host, parts.Port), "type") is not { } check) return null;
        if (parts.User is { } user && parts.HasPassword) check.Field("user", user);
        if (parts.HasPassword) check.Field("password", Password(its));
        if (int.TryParse(parts.Path, NumberStyles.None, CultureInfo.InvariantCulture, out var database) && database > 0) check.Field("database", parts.Path);
        if (parts.Scheme == "rediss") check.Field("over-tls", "yes");
        its.Expect(check, "answer == 'PONG'", "type");
        its.Secrets.Into(check);
        return check;
    }

    /// <summary>Kuma waits for what others publish; here a check publishes and waits for its own. So the broker is carried, and the message is not.</summary>
    public static CheckDraft? Mqtt(KumaReading its)
    {
        var monitor = its.Monitor;
        if (KumaPlain.Host(its) is not { } host) return null;
        var scheme = Scheme().Match(host);
        if (scheme.Success) host = host[scheme.Length..].TrimEnd('/');
        if (scheme.Value.StartsWith("ws", StringComparison.OrdinalIgnoreCase) || scheme.Value.StartsWith("http", StringComparison.OrdinalIgnoreCase))
            return its.None("hostname", "MQTT over WebSocket is not spoken here", "name a port where the broker speaks MQTT itself");
        if (its.Check("mqtt", KumaReading.HostPort(host, monitor.Number("port") ?? 1883), "hostname") is not { } check) return null;
        if (scheme.Value.StartsWith("mqtts", StringComparison.OrdinalIgnoreCase)) check.Field("over-tls", "yes");
        if (monitor.Text("mqttUsername") is { } user)
        {
            check.Field("user", user);
            if (monitor.Text("mqttPassword") is not null) check.Field("password", Password(its));
        }
        its.Expect(check, "return-code == 0", "hostname");
        its.Losses.Lost(monitor.Where("mqttTopic"), its.Subject, $"that somebody publishes to `{Losses.Short(monitor.Text("mqttTopic") ?? "")}` is not waited for: here a check publishes a message of its own and waits for that",
            "let the publisher call a heartbeat; and name a topic of its own for the broker: mqtt: kept/probe at HOST");
        its.Secrets.Into(check);
        return check;
    }

    private static string Password(KumaReading its) => its.Secrets.Reference("PASSWORD", "a password", "export NAME='the password'");

    private sealed record Connection(string Scheme, string? User, bool HasPassword, string Host, int? Port, string Path, string Query);

    private static Connection? Parts(KumaReading its, params string[] schemes)
    {
        var text = its.Monitor.Text("databaseConnectionString");
        if (text is { Length: <= LongestConnection } && Parsed().Match(text.Trim()) is { Success: true } match && schemes.Contains(match.Groups["scheme"].Value.ToLowerInvariant()))
        {
            var user = Uri.UnescapeDataString(match.Groups["user"].Value);
            return new(match.Groups["scheme"].Value.ToLowerInvariant(), user.Length == 0 ? null : user, match.Groups["password"].Value.Length > 0, match.Groups["host"].Value,
                int.TryParse(match.Groups["port"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null, Uri.UnescapeDataString(match.Groups["path"].Value), match.Groups["query"].Value);
        }
        // not the string itself: a password stands in it
        its.None("type", text is null ? "it has no connection string" : $"its connection string is none of the form {schemes[0]}://USER:PASSWORD@HOST:PORT/DATABASE", "write it in that form, and import again");
        return null;
    }

    [GeneratedRegex(@"^(?<scheme>[A-Za-z]{3,12})://(?:(?<user>[^:/?#]*?)(?::(?<password>[^/?#]*))?@)?(?<host>\[[0-9A-Fa-f:.]+\]|[^\[\]:/?#@\s]+)(?::(?<port>[0-9]{1,5}))?(?:/(?<path>[^?#]*))?(?:\?(?<query>[^#]*))?$", RegexOptions.CultureInvariant)]
    private static partial Regex Parsed();

    [GeneratedRegex("(?:^|&)(?:sslmode=(?:require|verify-ca|verify-full)|ssl=true)(?:&|$)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Encrypted();

    [GeneratedRegex("^(?:mqtts?|wss?|https?|tcp|ssl)://", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Scheme();
}
