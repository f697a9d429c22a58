using Kept.TestKit;
using Xunit;

namespace Kept.Import.Tests.Blackbox;

public sealed class BlackboxImportTests
{
    [Fact]
    public void Modules_and_jobs_are_read_together() =>
        Snapshot.Matches(Importing.Shown(Importing.Of("blackbox", Importing.Case("Blackbox", "blackbox.yaml"), ("prometheus", Importing.Case("Blackbox", "prometheus.yaml")))));

    [Fact]
    public void Without_jobs_there_are_no_targets_and_that_is_told()
    {
        var reading = Importing.Of("blackbox", "modules:\n  http_2xx: { prober: http }\n");
        Assert.Empty(reading.Documents);
        Assert.Contains("--prometheus", Assert.Single(reading.Findings).Instead, StringComparison.Ordinal);
    }

    [Fact]
    public void The_other_file_is_recognised() =>
        Assert.Contains(Importing.Of("blackbox", "scrape_configs: []\n").Findings, finding => finding.Instead?.Contains("--prometheus", StringComparison.Ordinal) == true);

    /// <summary>Nothing that a module says is passed over in silence, whatever its prober.</summary>
    [Theory]
    [InlineData("icmp", "icmp: { payload_size: 1400, dont_fragment: true, ttl: 5, source_ip_address: 192.0.2.1, preferred_ip_protocol: ip4, shiny: 1 }", "192.0.2.9", "payload_size dont_fragment ttl source_ip_address shiny")]
    [InlineData("websocket", "websocket: { headers: { X-A: b }, query_response: [ { send: a } ], http_config: { basic_auth: { username: a }, tls_config: { insecure_skip_verify: true } }, shiny: 1 }", "wss://x.example/", "query_response basic_auth insecure_skip_verify shiny")]
    public void Every_setting_of_a_module_is_carried_or_told(string prober, string settings, string target, string told)
    {
        var reading = Importing.Of("blackbox", $"modules:\n  m: {{ prober: {prober}, {settings} }}\n",
            ("prometheus", $"scrape_configs:\n  - {{ job_name: j, metrics_path: /probe, params: {{ module: [m] }}, static_configs: [ {{ targets: ['{target}'] }} ] }}\n"));
        Assert.Equal(1, reading.Carried);
        var line = $"  m: {{ prober: {prober}, {settings} }}";
        foreach (var setting in told.Split(' ')) Assert.Contains(reading.Findings, finding => finding.At.Line == 2 && finding.At.Column == line.IndexOf(setting, StringComparison.Ordinal) + 1);
    }

    /// <summary>What the exporter dials alone is dialled alone here; what it only prefers is told where that is not the same.</summary>
    [Theory]
    [InlineData("http", "preferred_ip_protocol: ip4, ip_protocol_fallback: false", "https://x.example/", "IPv4", null)]
    [InlineData("http", "preferred_ip_protocol: ip6, ip_protocol_fallback: false", "https://x.example/", "IPv6", null)]
    [InlineData("http", "ip_protocol_fallback: false", "https://x.example/", "IPv6", null)]
    [InlineData("tcp", "preferred_ip_protocol: ip4, ip_protocol_fallback: false", "x.example:25", "IPv4", null)]
    [InlineData("icmp", "preferred_ip_protocol: ip6, ip_protocol_fallback: false", "x.example", "IPv6", null)]
    [InlineData("grpc", "preferred_ip_protocol: ip4, ip_protocol_fallback: false", "x.example:443", "IPv4", null)]
    [InlineData("http", "preferred_ip_protocol: ip4", "https://x.example/", null, "IPv4 is preferred there and falls back to IPv6; here a look takes whichever connects first")]
    [InlineData("http", "preferred_ip_protocol: ip6", "http://192.0.2.1/", null, null)]
    [InlineData("http", "preferred_ip_protocol: ip6", "https://x.example/", null, "IPv6 is preferred there and falls back to IPv4")]
    [InlineData("http", "ip_protocol_fallback: true", "https://x.example/", null, null)]
    [InlineData("http", "preferred_ip_protocol: ip4", "http://192.0.2.1/", null, null)]
    [InlineData("http", "preferred_ip_protocol: ip6, ip_protocol_fallback: false", "http://192.0.2.1/", null, "the target is an address of IPv4, and IPv6 alone is asked for")]
    [InlineData("http", "preferred_ip_protocol: ip6, ip_protocol_fallback: false", "http://[2001:db8::1]/", null, null)]
    [InlineData("http", "preferred_ip_protocol: ipv4", "https://x.example/", null, "`ipv4` is no protocol: ip4 or ip6")]
    public void The_family_of_addresses_is_carried(string prober, string settings, string target, string? addresses, string? told)
    {
        var reading = Importing.Of("blackbox", $"modules:\n  m: {{ prober: {prober}, {prober}: {{ {settings} }} }}\n",
            ("prometheus", $"scrape_configs:\n  - {{ job_name: j, metrics_path: /probe, params: {{ module: [m] }}, static_configs: [ {{ targets: ['{target}'] }} ] }}\n"));
        Assert.Equal(1, reading.Carried);
        var text = System.Text.Encoding.UTF8.GetString(Assert.Single(reading.Documents).Bytes.Span);
        if (addresses is null) Assert.DoesNotContain("addresses:", text, StringComparison.Ordinal);
        else Assert.Contains($"addresses: {addresses}\n", text, StringComparison.Ordinal);
        var families = reading.Findings.Where(finding => finding.Message.Contains("IPv", StringComparison.Ordinal) || finding.Message.Contains("protocol", StringComparison.Ordinal)).ToList();
        if (told is null) Assert.Empty(families);
        else Assert.StartsWith(told, Assert.Single(families).Message, StringComparison.Ordinal);
    }

    /// <summary>A slash that is escaped already stays one slash; a code that is none becomes no expression.</summary>
    [Fact]
    public void Slashes_are_escaped_once_and_statuses_have_three_digits()
    {
        var text = Importing.Shown(Importing.Of("blackbox", "modules:\n  m: { prober: http, http: { valid_status_codes: [200, '1 or true'], fail_if_body_not_matches_regexp: ['a\\/b/c'] } }\n",
            ("prometheus", "scrape_configs:\n  - { job_name: j, metrics_path: /probe, params: { module: [m] }, static_configs: [ { targets: ['https://x.example/'] } ] }\n")));
        Assert.Contains(@"body matches /a\/b\/c/", text, StringComparison.Ordinal);
        Assert.Contains("- status == 200", text, StringComparison.Ordinal);
        Assert.Contains("I02 [j/https://x.example/] `1 or true` is no status", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ prober: grpc }", "x.example:50051", "grpc: 'x.example:50051'", null)]
    [InlineData("{ prober: grpc, grpc: { service: orders.v1.Orders, tls: true, tls_config: { insecure_skip_verify: false } } }", "x.example:443", "grpc: 'orders.v1.Orders at x.example:443'", "over-tls: ")]
    public void A_probe_of_gRPC_asks_the_same_of_the_same_service(string module, string target, string check, string? field)
    {
        var reading = Importing.Of("blackbox", $"modules:\n  m: {module}\n", ("prometheus", $"scrape_configs:\n  - job_name: j\n    metrics_path: /probe\n    params: {{ module: [m] }}\n    static_configs: [ {{ targets: ['{target}'] }} ]\n"));
        Assert.Equal(1, reading.Carried);
        var text = Importing.Shown(reading);
        Assert.Contains(check, text, StringComparison.Ordinal);
        Assert.Contains("status == ''SERVING''", text, StringComparison.Ordinal);
        if (field is not null) Assert.Contains(field, text, StringComparison.Ordinal);
    }
}
