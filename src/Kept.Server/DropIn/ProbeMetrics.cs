using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Kept.Model;

namespace Kept.Server.DropIn;

/// <summary>What a look saw, under the names that blackbox_exporter gives it. What was not seen has no sample, where the exporter writes a 0 or leaves it out as well.</summary>
internal sealed class ProbeMetrics
{
    private readonly StringBuilder _text = new();
    private readonly Check _check;
    private readonly Observation _seen;

    private ProbeMetrics(Check check, Observation seen) => (_check, _seen) = (check, seen);

    public static string Of(Check check, Observation seen, JudgedLook judged, TimeSpan took)
    {
        var metrics = new ProbeMetrics(check, seen);
        metrics.Common(judged, took);
        switch (check.Kind.Name)
        {
            case "http":
                metrics.Http(judged);
                break;
            case "tcp":
                metrics.Gauge("probe_failed_due_to_regex", "Indicates if probe failed due to regex", FailedByPattern(judged) ? 1 : 0);
                break;
            case "icmp":
                metrics.Icmp();
                break;
            case "dns":
                metrics.Dns();
                break;
            case "grpc":
                metrics.Grpc();
                break;
        }
        metrics.Tls();
        return metrics._text.ToString();
    }

    private void Common(JudgedLook judged, TimeSpan took)
    {
        Gauge("probe_dns_lookup_time_seconds", "Returns the time taken for probe dns lookup in seconds", Seconds(_seen.Phases.Dns) ?? 0);
        Gauge("probe_duration_seconds", "Returns how long the probe took to complete in seconds", took.Ticks / (decimal)TimeSpan.TicksPerSecond);
        if (_seen.Address is { } text && IPAddress.TryParse(text, out var address))
        {
            Gauge("probe_ip_addr_hash", "Specifies the hash of IP address. It's useful to detect if the IP address changes.", Hash(address));
            Gauge("probe_ip_protocol", "Specifies whether probe ip protocol is IP4 or IP6", address.AddressFamily == AddressFamily.InterNetworkV6 && !address.IsIPv4MappedToIPv6 ? 6 : 4);
        }
        else Gauge("probe_ip_protocol", "Specifies whether probe ip protocol is IP4 or IP6", 0);
        Gauge("probe_success", "Displays whether or not the probe was a success", judged.Class == LookClass.Good ? 1 : 0);
    }

    private void Http(JudgedLook judged)
    {
        Gauge("probe_failed_due_to_regex", "Indicates if probe failed due to regex", FailedByPattern(judged) ? 1 : 0);
        Gauge("probe_http_content_length", "Length of http content response", _seen.Reach == Reach.Answered ? _seen.Size : -1);
        var phases = _seen.Phases;
        var transfer = phases.FirstByte >= 0 && phases.Total >= 0 ? phases.Total - phases.FirstByte - Math.Max(0, phases.Dns) - Math.Max(0, phases.Connect) - Math.Max(0, phases.Tls) : -1;
        Phases("probe_http_duration_seconds", "Duration of http request by phase, summed over all redirects",
            ("connect", phases.Connect), ("processing", phases.FirstByte), ("resolve", phases.Dns), ("tls", phases.Tls), ("transfer", transfer));
        Gauge("probe_http_last_modified_timestamp_seconds", "Returns the Last-Modified HTTP response header in unixtime", LastModified());
        Gauge("probe_http_redirects", "The number of redirects", Amount("redirects") ?? 0);
        Gauge("probe_http_ssl", "Indicates if SSL was used for the final redirect", Has("certificate.expires-in") ? 1 : 0);
        Gauge("probe_http_status_code", "Response HTTP status code", _seen.Code >= 100 ? _seen.Code : 0);
        Gauge("probe_http_uncompressed_body_length", "Length of uncompressed response body", _seen.Reach == Reach.Answered ? _seen.Size : 0);
        Gauge("probe_http_version", "Returns the version of HTTP of the probe response", Text("version") is { } version && decimal.TryParse(version, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var spoken) ? spoken : 0);
    }

    private void Icmp()
    {
        Phases("probe_icmp_duration_seconds", "Duration of icmp request by phase", ("resolve", _seen.Phases.Dns), ("rtt", Amount("round-trip.median") is { } median ? (long)median : -1), ("setup", 0));
        Gauge("probe_icmp_reply_hop_limit", "Replied packet hop limit (TTL for ipv4)", _seen.Beside?.HopLimit);
    }

    private void Dns()
    {
        var beside = _seen.Beside;
        Gauge("probe_dns_additional_rrs", "Returns number of entries in the additional resource record list", beside is null ? 0 : beside.Additional);
        Gauge("probe_dns_answer_rrs", "Returns number of entries in the answer resource record list", beside?.Answers ?? Amount("count") ?? 0);
        Gauge("probe_dns_authority_rrs", "Returns number of entries in the authority resource record list", beside is null ? 0 : beside.Authority);
        Phases("probe_dns_duration_seconds", "Duration of DNS request by phase", ("connect", _seen.Phases.Connect), ("request", _seen.Phases.FirstByte >= 0 ? _seen.Phases.FirstByte : _seen.Phases.Total), ("resolve", _seen.Phases.Dns));
        Gauge("probe_dns_query_succeeded", "Displays whether or not the query was executed successfully", _seen.Reach == Reach.Answered ? 1 : 0);
        if (_check.Target.Method == "SOA" && _seen.Reach == Reach.Answered) Gauge("probe_dns_serial", "Returns the serial number of the zone", Serial() ?? 0);
    }

    /// <summary>Of the record of a zone: SERVER MAILBOX SERIAL REFRESH RETRY EXPIRE MINIMUM.</summary>
    private long? Serial() => Value("answers") is Model.Value.List { Items: [.., Model.Value.Text soa] } && soa.Content.Split(' ') is [_, _, var serial, ..] && uint.TryParse(serial, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The names of grpc.health.v1: every one has a sample, and that of the answer is 1.</summary>
    private static readonly string[] Health = ["NOT_SERVING", "SERVICE_UNKNOWN", "SERVING", "UNKNOWN"];

    private void Grpc()
    {
        var phases = _seen.Phases;
        Phases("probe_grpc_duration_seconds", "Duration of gRPC request by phase", ("check", phases.Total >= 0 ? phases.Total - Math.Max(0, phases.Dns) : -1), ("resolve", phases.Dns));
        Family("probe_grpc_healthcheck_response", "Response HealthCheck response");
        // a service that the server does not know is told by the code of the call; it answered nothing about its health
        var answered = _seen.Code == 0 ? Text("status") : null;
        foreach (var name in Health) _text.Append("probe_grpc_healthcheck_response{serving_status=\"").Append(name).Append("\"} ").Append(name == answered ? '1' : '0').Append('\n');
        Gauge("probe_grpc_ssl", "Indicates if SSL was used for the connection", Has("certificate.expires-in") ? 1 : 0);
        Gauge("probe_grpc_status_code", "Response gRPC status code", _seen.Code >= 0 ? _seen.Code : null);
    }

    /// <summary>When the answer says that its content changed last; null where it says nothing that is a time.</summary>
    private decimal? LastModified() =>
        (Value("header") as Model.Value.Map)?.Entries is { } headers && headers.TryGetValue("last-modified", out var text)
        && DateTimeOffset.TryParseExact(text, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at.ToUnixTimeSeconds() : null;

    private void Tls()
    {
        if (_seen.Beside?.Chain is { } chain)
        {
            Gauge("probe_ssl_earliest_cert_expiry", "Returns earliest SSL cert expiry in unixtime", Math.Floor(chain.SentEnd.Microseconds / 1_000_000m));
            if (chain.ChainEnd is { } end) Gauge("probe_ssl_last_chain_expiry_timestamp_seconds", "Returns last SSL chain expiry in unixtime", Math.Floor(end.Microseconds / 1_000_000m));
            Family("probe_ssl_last_chain_info", "Contains SSL leaf certificate information");
            Labels("probe_ssl_last_chain_info", ("fingerprint_sha256", chain.Fingerprint), ("issuer", chain.Issuer), ("serialnumber", chain.Serial), ("subject", chain.Subject), ("subjectalternative", string.Join(',', chain.Names)));
        }
        if (Text("tls.cipher") is { Length: > 0 } cipher)
        {
            Family("probe_tls_cipher_info", "Returns the TLS cipher negotiated during handshake");
            Labels("probe_tls_cipher_info", ("cipher", cipher));
        }
        if (Text("tls.version") is { } version)
        {
            Family("probe_tls_version_info", "Returns the TLS version used or NaN when unknown");
            _text.Append("probe_tls_version_info{version=\"TLS ").Append(string.Concat(version.Where(c => char.IsAsciiLetterOrDigit(c) || c == '.'))).Append("\"} 1\n");
        }
    }

    private static bool FailedByPattern(JudgedLook judged) => !judged.Expectations.IsDefaultOrEmpty && judged.Expectations.Any(one => one.Truth == Truth.False && one.Text.Contains(" matches /", StringComparison.Ordinal));

    private Value? Value(string name) => _check.Kind.IndexOf(name) is >= 0 and var index && index < _seen.Values.Length ? _seen.Values[index] : null;

    private decimal? Amount(string name) => Value(name) is Model.Value.Measured { Quantity: var quantity } ? quantity.Amount : null;

    private string? Text(string name) => (Value(name) as Model.Value.Text)?.Content;

    private bool Has(string name) => Value(name) is not null;

    private void Phases(string name, string help, params ReadOnlySpan<(string Phase, long Nanoseconds)> phases)
    {
        Family(name, help);
        foreach (var (phase, nanoseconds) in phases) _text.Append(name).Append("{phase=\"").Append(phase).Append("\"} ").Append(Written(Seconds(nanoseconds) ?? 0)).Append('\n');
    }

    /// <summary>A sample of 1 whose labels are what it tells; they were written by somebody else.</summary>
    private void Labels(string name, params ReadOnlySpan<(string Name, string Value)> labels) =>
        _text.Append(name).Append('{').Append(Encoding.UTF8.GetString(Metrics.OpenMetrics.Labels(labels))).Append("} 1\n");

    private void Gauge(string name, string help, decimal? value)
    {
        if (value is not { } figure) return;
        Family(name, help);
        _text.Append(name).Append(' ').Append(Written(figure)).Append('\n');
    }

    private void Family(string name, string help) => _text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(" gauge\n");

    private static string Written(decimal value) => value.ToString("0.#########", CultureInfo.InvariantCulture);

    private static decimal? Seconds(long nanoseconds) => nanoseconds < 0 ? null : nanoseconds / 1_000_000_000m;

    /// <summary>FNV-1a over the bytes of the address, as the exporter has it.</summary>
    private static uint Hash(IPAddress address)
    {
        var hash = 2166136261u;
        foreach (var part in (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes()) hash = unchecked((hash ^ part) * 16777619u);
        return hash;
    }
}
