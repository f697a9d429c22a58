using System.Globalization;
using System.Text.RegularExpressions;
using Kept.Import.Writing;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.Cloudprober;

/// <summary>A probe and one of its targets as a check.</summary>
internal sealed partial class CloudproberCheck(ImportRequest request, Keys probe, Keys settings, CloudproberTarget target, string subject, Losses losses)
{
    private const int StandardPackets = 2, MostPackets = 50, StandardPayload = 56;

    /// <summary>Null, and told, where it is not carried.</summary>
    public CheckDraft? Read(string type, IReadOnlyList<Keys> validators)
    {
        settings.Subject = subject;
        return type switch { "HTTP" => new CloudproberHttp(this, settings, target, losses).Read(validators), "PING" => Ping(validators), "DNS" => Dns(validators), _ => Tcp(validators) };
    }

    public string Subject => subject;

    private CheckDraft? Ping(IReadOnlyList<Keys> validators)
    {
        if (Check("icmp", target.Host) is not { } check) return null;
        check.Field("packets", Math.Clamp(Number("packets_per_probe") ?? StandardPackets, 1, MostPackets).ToString(CultureInfo.InvariantCulture));
        if (Number("packets_interval_msec") is >= 10 and <= 10_000 and { } pause) check.Field("interval", Duration.Milliseconds(pause).ToString());
        if (Number("payload_size") is { } size and not StandardPayload) losses.Lost(settings.At("payload_size"), subject, $"packets of {size.ToString(CultureInfo.InvariantCulture)} bytes are not sent here");
        settings.Pass("resolve_targets_interval", "use_datagram_socket", "disable_integrity_check");
        if (probe.Text("ip_version") is { Content: "IPV4" or "IPV6" } version) check.Field("addresses", version.Content == "IPV4" ? "IPv4" : "IPv6");
        // each packet counts for itself there, so a lost one is a failure
        Expect(check, "lost == 0", settings.Map.At);
        foreach (var validator in validators)
        {
            validator.Lost("integrity_validator", "what comes back in a packet is not looked at");
            Rest(validator, "regex", "http_validator", "json_validator", "dns_validator");
        }
        return check;
    }

    private CheckDraft? Dns(IReadOnlyList<Keys> validators)
    {
        var (domain, type) = (settings.Text("resolved_domain")?.Content ?? "www.google.com.", settings.Text("query_type")?.Content ?? "MX");
        var way = settings.Text("dns_proto");
        settings.Pass("query_class", "resolve_first", "requests_per_probe", "requests_interval_msec");
        if (way is { Content: "TCP_TLS" } || settings.Text("query_class") is { Content: "CH" })
            return None((way ?? settings.Text("query_class"))!.At, "DNS over TLS, and questions of the class CH, are not asked", "look at the port with tls, or ask over UDP");
        if (Check("dns", $"{type} {domain.TrimEnd('.')} at {HostPort(target.Host, target.Port is 53 ? null : target.Port)}") is not { } check) return null;
        if (way is { Content: "TCP" }) losses.Changed(way.At, subject, "a question goes over UDP here, and over TCP only where the answer is cut");
        if (settings.Flag("recursion_desired") == false) losses.Changed(settings.At("recursion_desired"), subject, "a question here asks for recursion, also an authoritative server");
        Expect(check, "rcode == 'NOERROR'", settings.Map.At);
        if (Number("min_answers") is > 0 and { } least) Expect(check, $"count >= {least.ToString(CultureInfo.InvariantCulture)}", settings.At("min_answers"));
        else if (validators.Count == 0)
            losses.Hollow(ImportCodes.WatchesTooLittle, settings.Map.At, subject, "any answer without an error is good, also one without a record", "an empty answer passes", "write min_answers: 1", "`count >= 1`");
        if (Number("min_answers") is null or 0 && validators.Count == 0) Expect(check, "count >= 1", settings.Map.At);
        foreach (var validator in validators)
        {
            if (validator.Inner("dns_validator") is { } dns)
            {
                if (dns.Flag("authoritative") is { } authoritative) Expect(check, authoritative ? "authoritative" : "not authoritative", dns.Map.At);
                dns.TellUnknown(null, CloudproberImport.Refuses);
            }
            if (validator.Text("regex") is { } pattern) losses.Lost(pattern.At, subject, "the pattern is about a whole line of a zone; here `answers` holds the data of each record alone", "write the data: any(answers, it == '192.0.2.1')");
            validator.Lost("integrity_validator", "a pattern of bytes is not looked for");
            Rest(validator, "http_validator", "json_validator");
        }
        return check;
    }

    private CheckDraft? Tcp(IReadOnlyList<Keys> validators)
    {
        if ((Number("port") ?? target.Port) is not { } port) return None(target.At, "no port is known of it", "write tcp_probe { port: 443 }, or the port of the endpoint");
        if (Check("tcp", HostPort(target.Host, port)) is not { } check) return null;
        if (settings.Flag("tls_handshake") == true)
        {
            check.Field("over-tls", "yes");
            Tls("tls_config");
        }
        settings.Pass("tls_config", "resolve_first", "interval_between_targets_msec");
        Expect(check, "connected", settings.Map.At);
        foreach (var validator in validators)
        {
            losses.Lost(validator.Map.At, subject, "nothing comes back over a bare connection that could be looked at", "send a text and wait for one: send: 'PING', reads: '+PONG'");
            Rest(validator, "regex", "http_validator", "json_validator", "dns_validator", "integrity_validator");
        }
        return check;
    }

    /// <summary>A certificate that is not looked at passes whatever it is.</summary>
    public void Tls(string key)
    {
        if (settings.Inner(key) is not { } tls) return;
        tls.Subject = subject;
        if (tls.Flag("disable_cert_validation") == true) Unlooked(tls.At("disable_cert_validation"));
        tls.Lost("ca_cert_file", "the authority is not carried", "trust it for the whole house: `trust: [ca.pem]` in house.yaml");
        tls.Lost("tls_cert_file", "a certificate of the client is not sent");
        tls.Lost("server_name", "another name than that of the target is not asked for");
        tls.Pass("tls_key_file", "reload_interval_sec", "min_tls_version", "max_tls_version");
        tls.TellUnknown(null, CloudproberImport.Refuses);
    }

    public void Unlooked(Place at) => losses.Hollow(ImportCodes.WatchesTooLittle, at, subject, "the certificate is not looked at", "an expired certificate of another name passes",
        "leave it out", "a certificate that does not hold is always a failure, and a private authority is trusted by `trust:` in house.yaml");

    /// <summary>Known, of no meaning for this type of probe; and the rest is told.</summary>
    public void Rest(Keys validator, params ReadOnlySpan<string> keys)
    {
        validator.Subject = subject;
        foreach (var key in keys) validator.Lost(key, $"`{key}` says nothing about a probe of this type");
        validator.Pass("name");
        validator.TellUnknown(null, CloudproberImport.Refuses);
    }

    public CheckDraft? Check(string kind, string text)
    {
        if (request.Kind(kind) is not { } known) return None(target.At, $"it is looked at by the kind `{kind}`, which this program does not have", "import again with a program that has it; `kept schema` lists the kinds");
        var reading = known.ReadTarget(text);
        return reading.Target is not null ? new CheckDraft(kind, text) : None(target.At, $"the target is none here: {Losses.Short(reading.Error ?? "")}", reading.Help);
    }

    public void Expect(CheckDraft check, string text, Place at)
    {
        var (expectation, problems) = ExpectationText.Read(text, request.Kind(check.Kind)!);
        if (expectation is not null) check.Expect.Add(text);
        else losses.Lost(at, subject, $"it has no form here: {problems[0].Message}", problems[0].Help);
    }

    public CheckDraft? None(Place at, string why, string? instead)
    {
        losses.Lost(at, subject, why, instead);
        return null;
    }

    public int? Number(string key)
    {
        if (settings.Text(key) is not { } text) return null;
        if (int.TryParse(text.Content, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
        losses.Lost(text.At, subject, $"`{Losses.Short(text.Content)}` is no number, in `{key}`");
        return null;
    }

    public static string HostPort(string host, int? port)
    {
        if (host.Contains(':', StringComparison.Ordinal) && !host.StartsWith('[')) host = $"[{host}]";
        return port is { } number ? $"{host}:{number.ToString(CultureInfo.InvariantCulture)}" : host;
    }

    /// <summary><c>{{env "TOKEN"}}</c> and <c>**$TOKEN**</c> become <c>${env:TOKEN}</c>; another template stays and is told.</summary>
    public string WithSecrets(string text, Place at, List<string> read)
    {
        var known = Variable().Replace(text, match =>
        {
            var reference = $"${{env:{match.Groups["name"].Value}}}";
            read.Add(reference);
            return reference;
        });
        if (known.Contains("{{", StringComparison.Ordinal)) losses.Lost(at, subject, "a Go template in it is not run and stands as it is written", "import what Cloudprober's page /config-parsed shows");
        return known;
    }

    [GeneratedRegex("""\{\{-?\s*env\s+["`](?<name>[A-Za-z_][A-Za-z0-9_]{0,100})["`]\s*-?\}\}|\*\*\$(?<name>[A-Za-z_][A-Za-z0-9_]{0,100})\*\*""", RegexOptions.CultureInvariant)]
    private static partial Regex Variable();
}
