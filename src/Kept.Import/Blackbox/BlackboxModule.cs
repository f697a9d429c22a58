using Kept.Import.Gatus;
using Kept.Import.Writing;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.Blackbox;

/// <summary>One module: how to probe. Read once for its findings, and for each target once for a check.</summary>
internal sealed class BlackboxModule
{
    private static readonly string[] OfOthers = ["http", "tcp", "icmp", "dns", "grpc", "unix", "websocket"];

    private readonly Keys _module;
    private readonly Losses _losses;
    private readonly string _prober;
    private readonly Place _proberAt;
    private readonly Keys? _settings;

    public BlackboxModule(string name, Place at, Keys module, Losses losses)
    {
        (Name, At, _module, _losses) = (name, at, module, losses);
        _prober = module.Text("prober")?.Content ?? "";
        _proberAt = module.At("prober");
        Timeout = GatusText.Length(module, "timeout", losses);
        _settings = module.Inner(_prober);
        module.Pass(OfOthers);
        module.TellUnknown(null, BlackboxImport.Refuses);
    }

    public string Name { get; }
    public Place At { get; }
    public Duration? Timeout { get; }

    /// <summary>A module that nothing uses is looked through all the same.</summary>
    public void ReadForFindings()
    {
        var unused = new CheckDraft(_prober, "");
        Settings(null, unused, "", Name);
    }

    /// <summary>Null, and told, where there is no such check here.</summary>
    public CheckDraft? Check(ImportRequest request, ForeignNode.Text target, string subject)
    {
        if (request.Kind(_prober) is not { } kind)
        {
            _losses.Lost(_proberAt, subject, _prober.Length == 0 ? "the module names no prober" : $"{_prober} is probed by the kind `{_prober}`, which this program does not have",
                _prober == "unix" ? "a heartbeat from the service itself tells more" : "import again with a program that has it; `kept schema` lists the kinds");
            return null;
        }
        var reading = kind.Read(TargetText(kind, target.Content));
        if (reading.Target is null)
        {
            _losses.Lost(target.At, subject, $"the target is none here: {reading.Error}", reading.Help);
            return null;
        }
        var check = new CheckDraft(kind.Name, TargetText(kind, target.Content));
        Settings(kind, check, target.Content, subject);
        return check;
    }

    private string TargetText(CheckKind kind, string target) => kind.Name switch
    {
        "http" => $"{_settings?.Text("method")?.Content ?? "GET"} {(target.Contains("://", StringComparison.Ordinal) ? target : "http://" + target)}",
        "grpc" when _settings?.Text("service")?.Content is { Length: > 0 } service => $"{service} at {target}",
        "dns" => $"{Type()} {_settings?.Text("query_name")?.Content} at {target}",
        _ => target,
    };

    private string Type() => _settings?.Text("query_type")?.Content is { } type and not "ANY" ? type : "A";

    private void Settings(CheckKind? kind, CheckDraft check, string target, string subject)
    {
        var settings = _settings ?? new Keys(new ForeignNode.Map(At, []), subject, _losses);
        settings.Subject = subject;
        var lines = new BlackboxExpectations(kind, check, subject, _losses);
        switch (_prober)
        {
            case "http":
                BlackboxHttp.Read(settings, lines, target);
                break;
            case "tcp":
                BlackboxTcp.Read(settings, lines);
                break;
            case "dns":
                BlackboxDns.Read(settings, lines);
                break;
            case "grpc":
                // which service is asked about stands in the target
                settings.Pass("service");
                lines.Expect("status == 'SERVING'", settings.Map.At);
                if (settings.Flag("tls") == true) check.Fields.Add(new("over-tls", "yes"));
                lines.Tls(settings);
                lines.Network(settings);
                break;
            case "icmp":
                BlackboxIcmp.Read(settings, lines);
                break;
            case "websocket":
                BlackboxWebSocket.Read(settings, lines);
                break;
            default:
                return;
        }
        settings.TellUnknown(null, BlackboxImport.Refuses);
    }
}

/// <summary>Collects the lines of one check, each read as a document's line would be.</summary>
internal sealed class BlackboxExpectations(CheckKind? kind, CheckDraft check, string subject, Losses losses)
{
    public CheckDraft Check => check;
    public string Subject => subject;
    public Losses Losses => losses;

    /// <summary>Adds it, or tells why it cannot be said. Of a module without a target only the findings count.</summary>
    public void Expect(string text, Place at)
    {
        if (kind is null) return;
        var (expectation, problems) = ExpectationText.Read(text, kind);
        if (expectation is not null) check.Expect.Add(text);
        else losses.Lost(at, subject, $"it has no form here: {problems[0].Message}", problems[0].Help);
    }

    /// <summary><c>NAME matches /re/</c>; Go's patterns and ours are nearly the same, and what is not is told.</summary>
    public static string Matches(string name, string pattern) => $"{name} matches /{ExpectationText.Pattern(pattern)}/";

    /// <summary>Everything about addresses and proxies that a single check cannot say.</summary>
    public void Network(Keys settings)
    {
        settings.Lost("source_ip_address", "from which address a look goes out cannot be said");
        var isAlone = settings.Flag("ip_protocol_fallback") == false;
        var protocol = settings.Text("preferred_ip_protocol");
        if (protocol is { Content: not ("ip4" or "ip6") })
        {
            losses.Lost(protocol.At, subject, $"`{Losses.Short(protocol.Content)}` is no protocol: ip4 or ip6");
            return;
        }
        if (kind is null || protocol is null && !isAlone) return;
        // the exporter's own preference, where none is written
        var isFour = protocol?.Content == "ip4";
        var at = protocol?.At ?? settings.At("ip_protocol_fallback");
        var (family, other) = isFour ? ("IPv4", "IPv6") : ("IPv6", "IPv4");
        if (AddressFamilies.IsAddress(check, kind))
        {
            if (isAlone && AddressFamilies.IsOther(check, kind, isFour)) losses.Hollow(ImportCodes.CannotPass, at, subject, $"the target is an address of {other}, and {family} alone is asked for", "the target is well, and the probe fails", "leave out `ip_protocol_fallback: false`");
        }
        else if (!isAlone) losses.Changed(at, subject, $"{family} is preferred there and falls back to {other}; here a look takes whichever connects first", null, AddressFamilies.Takes(kind) ? $"`addresses: {family}` would ask for it alone, and fail where a name has none" : null);
        else if (!AddressFamilies.Want(check, kind, isFour)) losses.Changed(at, subject, $"{family} is not asked for by this kind of check: its target is dialled as it is resolved");
    }

    /// <summary>A certificate that is not looked at passes whatever it is.</summary>
    public void Tls(Keys settings, string key = "tls_config")
    {
        if (settings.Inner(key) is not { } tls) return;
        if (tls.Flag("insecure_skip_verify") == true)
            losses.Hollow(ImportCodes.WatchesTooLittle, tls.At("insecure_skip_verify"), subject, "the certificate is not looked at", "an expired certificate of another name passes", "leave it out", "a certificate that does not hold is always a failure, and a private authority is trusted by `trust:` in house.yaml");
        tls.Lost("ca_file", "the authority is not carried", "trust it for the whole house: `trust: [ca.pem]` in house.yaml");
        tls.Lost("ca", "the authority is not carried", "trust it for the whole house: `trust: [ca.pem]` in house.yaml");
        tls.Lost("cert_file", "a certificate of the client is not sent");
        tls.Lost("cert", "a certificate of the client is not sent");
        tls.Lost("server_name", "another name than that of the target is not asked for");
        tls.Pass("key_file", "key", "min_version", "max_version");
        tls.TellUnknown(null, BlackboxImport.Refuses);
    }
}
