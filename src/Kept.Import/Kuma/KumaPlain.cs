using System.Globalization;
using Kept.Import.Writing;
using Kept.Language.Foreign;

namespace Kept.Import.Kuma;

/// <summary>The types that ask a host something simple: <c>port</c>, <c>ping</c>, <c>dns</c>, <c>websocket-upgrade</c>, <c>smtp</c>, <c>ntp</c>.</summary>
internal static class KumaPlain
{
    private const int StandardPacket = 56, MostPackets = 50;

    public static CheckDraft? Port(KumaReading its)
    {
        if (Host(its) is not { } host) return null;
        if (its.Monitor.Number("port") is not { } port) return its.None("port", "it has no port");
        if (its.Monitor.Text("smtpSecurity") is "starttls") return Smtp(its);
        if (its.Check("tcp", KumaReading.HostPort(host, port), "hostname") is not { } check) return null;
        its.Expect(check, "connected", "hostname");
        if (its.Monitor.Text("smtpSecurity") is "secure") check.Field("over-tls", "yes");
        if (its.Monitor.Text("expectedTlsAlert") is { } alert and not "none")
            its.Losses.Lost(its.Monitor.Where("expectedTlsAlert"), its.Subject, $"the alert `{Losses.Short(alert)}` of TLS is not expected here: a handshake that fails is a failure");
        return check;
    }

    public static CheckDraft? Ping(KumaReading its)
    {
        if (Host(its) is not { } host || its.Check("icmp", host, "hostname") is not { } check) return null;
        // a look of Kuma's is good where one answer comes
        its.Expect(check, "received >= 1", "hostname");
        check.Field("packets", Math.Clamp(its.Monitor.Number("ping_count") ?? 1, 1, MostPackets).ToString(CultureInfo.InvariantCulture));
        if (its.Monitor.Number("packetSize") is { } size and not StandardPacket and not 0) its.Losses.Lost(its.Monitor.Where("packetSize"), its.Subject, $"packets of {size.ToString(CultureInfo.InvariantCulture)} bytes are not sent here");
        if (its.Monitor.Text("ipFamily") is { } family and ("ipv4" or "ipv6")) check.Field("addresses", family == "ipv4" ? "IPv4" : "IPv6");
        return check;
    }

    public static CheckDraft? Dns(KumaReading its)
    {
        var monitor = its.Monitor;
        if (Host(its, mayTurn: true) is not { } name) return null;
        var type = monitor.Text("dns_resolve_type")?.ToUpperInvariant() ?? "A";
        var servers = (monitor.Text("dns_resolve_server") ?? "1.1.1.1").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (servers.Length == 0) return its.None("dns_resolve_server", "it asks no name server");
        var port = monitor.Number("port") is { } number and not 53 and > 0 ? number : (int?)null;
        if (its.Check("dns", $"{type} {name} at {KumaReading.HostPort(servers[0], port)}", "hostname") is not { } check) return null;
        if (servers.Length > 1) its.Losses.Lost(monitor.Where("dns_resolve_server"), its.Subject, "only the first of its name servers is asked here", "write a check for each: every one should answer");
        if (monitor.Flag("upsideDown"))
        {
            // in Kuma a name server that does not answer is good, too: what was meant is that the name is not there
            its.Losses.Hollow(ImportCodes.WatchesTooLittle, monitor.Where("upsideDown"), its.Subject, "upside down turns everything round, also a name server that never answers", "a name server that is down passes", null, "it is written as it was meant: `rcode != 'NOERROR' or count == 0`");
            its.Expect(check, "rcode != 'NOERROR' or count == 0", "upsideDown");
            return check;
        }
        its.Expect(check, "rcode == 'NOERROR'", "hostname");
        its.Expect(check, "count >= 1", "hostname");
        if (monitor.Stored("conditions") is ForeignNode.List { Items.IsEmpty: false } conditions)
        {
            var said = type is "A" or "AAAA" or "CNAME" or "NS" or "PTR" or "TXT" ? KumaConditions.Of(conditions, variable => variable == "record" ? "it" : null) : null;
            if (said is not null && its.Takes("dns", $"any(answers, {said})")) check.Expect.Add($"any(answers, {said})");
            else its.Losses.Lost(monitor.Where("conditions"), its.Subject, $"its conditions on a record of type {Losses.Short(type)} have no form here", "write them as an expectation: any(answers, it == '192.0.2.1')");
        }
        return check;
    }

    public static CheckDraft? WebSocket(KumaReading its)
    {
        if (Turned(its)) return null;
        if (its.Monitor.Text("url") is not { } url) return its.None("url", "it has no URL");
        if (its.Check("websocket", its.Secrets.Url(url), "url") is not { } check) return null;
        its.Expect(check, "opened", "url");
        if (its.Monitor.Text("wsSubprotocol") is { } spoken) check.Field("subprotocol", spoken.Split(',')[0].Trim());
        its.LostFlag("wsIgnoreSecWebsocketAcceptHeader", "a server that does not show it has understood the handshake is a failure here");
        if (its.Monitor.Texts("accepted_statuscodes") is { Count: > 0 } codes && codes is not ["1000"])
            its.Losses.Lost(its.Monitor.Where("accepted_statuscodes"), its.Subject, "the code with which the connection closes is not asked for", "expect: [ close-code == 1000 ]");
        its.Secrets.Into(check);
        return check;
    }

    public static CheckDraft? Smtp(KumaReading its)
    {
        if (Host(its) is not { } host || its.Check("smtp", KumaReading.HostPort(host, its.Monitor.Number("port") ?? 25), "hostname") is not { } check) return null;
        var security = its.Monitor.Text("smtpSecurity");
        check.Field("encryption", security switch { "secure" => "tls", "nostarttls" => "none", _ => "starttls" });
        if (security is not ("secure" or "nostarttls" or "starttls")) its.Losses.Changed(its.Monitor.Where("smtpSecurity"), its.Subject, "Kuma goes over to TLS only where that is offered; here a server that does not offer it is a failure", "encryption: none");
        its.Expect(check, "has(greeting)", "hostname");
        return check;
    }

    public static CheckDraft? Ntp(KumaReading its)
    {
        if (Host(its) is not { } host || its.Check("ntp", KumaReading.HostPort(host, its.Monitor.Number("port") ?? 123), "hostname") is not { } check) return null;
        var offset = N(its.Monitor.Number("ntpTimeOffsetThreshold") ?? 1_000);
        its.Expect(check, "synchronized", "hostname");
        its.Expect(check, $"stratum < {N(its.Monitor.Number("ntpStratumThreshold") ?? 5)}", "ntpStratumThreshold");
        its.Expect(check, $"offset in -{offset}ms..{offset}ms", "ntpTimeOffsetThreshold");
        its.Expect(check, $"root-dispersion < {N(its.Monitor.Number("ntpRootDispersionThreshold") ?? 500)}ms", "ntpRootDispersionThreshold");
        return check;

        static string N(int number) => Math.Abs((long)number).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The host; null, and told, where there is none or the monitor is upside down.</summary>
    public static string? Host(KumaReading its, bool mayTurn = false)
    {
        if (!mayTurn && Turned(its)) return null;
        if (its.Monitor.Text("hostname") is { } host) return host.Trim();
        its.None("hostname", "it has no host");
        return null;
    }

    /// <summary>Upside down: good while nothing answers. Told, for nothing here promises that.</summary>
    public static bool Turned(KumaReading its)
    {
        if (!its.Monitor.Flag("upsideDown")) return false;
        its.None("upsideDown", "it is upside down: good while the target does not answer, and nothing here promises that", "look from where the target must not be reached, and ask for what answers there instead");
        return true;
    }
}
