using System.Text;
using Kept.Checks;
using Kept.Language;
using Kept.Model;
using Kept.Server.DropIn;
using Xunit;

namespace Kept.Server.Tests.DropIn;

/// <summary>What a look saw, under the names of blackbox_exporter, where no scripted server of that kind is at hand.</summary>
public sealed class ProbeMetricsTests
{
    private static string Of(string check, int code, params (string Name, Value Value)[] seen) => Of(check, code, null, seen);

    private static string Of(string check, int code, SeenBeside? beside, params (string Name, Value Value)[] seen)
    {
        var document = $"kept: 1\nagent: watch\nrelies-on: {{ web: {{ wishes: {{ it: {{ check: {{ {check} }} }} }} }} }}\n";
        var read = HouseReader.Read([new DocumentFile("a.kept.yaml", Encoding.UTF8.GetBytes(document))], "h", CheckCatalog.Kinds).House!.Promises.Single().Checks[0];
        var values = new Value?[read.Kind.Sees.Length];
        foreach (var (name, value) in seen) values[read.Kind.IndexOf(name)] = value;
        var observation = new Observation { StartedAt = new Instant(0), Reach = Reach.Answered, Code = code, Values = [.. values], Beside = beside, Phases = new Phases(2 * Duration.PerMillisecond, Duration.PerMillisecond, -1, 3 * Duration.PerMillisecond, 10 * Duration.PerMillisecond) };
        return ProbeMetrics.Of(read, observation, new JudgedLook(LookClass.Good, "", [], []), TimeSpan.FromMilliseconds(10));
    }

    [Theory]
    [InlineData("SERVING", 0)]
    [InlineData("NOT_SERVING", 0)]
    [InlineData("UNKNOWN", 0)]
    [InlineData("SERVICE_UNKNOWN", 0)]
    [InlineData("SERVICE_UNKNOWN", 5)] // by the code of the call: no answer about health
    [InlineData("made up\"} 1", 0)]
    public void The_health_of_a_gRPC_service_is_one_of_four(string status, int code)
    {
        var text = Of("grpc: 'x.example:443', expect: [ status == 'SERVING' ]", code, ("status", Value.Of(status)));
        foreach (var name in (string[])["SERVING", "NOT_SERVING", "UNKNOWN", "SERVICE_UNKNOWN"])
            Assert.Contains($"\nprobe_grpc_healthcheck_response{{serving_status=\"{name}\"}} {(name == status && code == 0 ? 1 : 0)}\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("made up", text, StringComparison.Ordinal);
        Assert.Contains($"\nprobe_grpc_status_code {code}\n", text, StringComparison.Ordinal);
        Assert.Contains("\nprobe_grpc_duration_seconds{phase=\"check\"} 0.008\nprobe_grpc_duration_seconds{phase=\"resolve\"} 0.002\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_sections_of_an_answer_of_DNS_are_counted_and_the_serial_of_a_zone_is_told_where_it_was_asked_for()
    {
        var text = Of("dns: 'SOA x.example at 192.0.2.53', expect: [ rcode == 'NOERROR' ]", 0, new SeenBeside { Answers = 1, Authority = 2, Additional = 3 },
            ("count", Value.Of(1m)), ("answers", new Value.List([Value.Of("ns1.x.example hostmaster.x.example 2026112801 7200 3600 1209600 300")])));
        foreach (var line in (string[])["probe_dns_answer_rrs 1", "probe_dns_authority_rrs 2", "probe_dns_additional_rrs 3", "probe_dns_serial 2026112801", "probe_dns_query_succeeded 1"]) Assert.Contains($"\n{line}\n", text, StringComparison.Ordinal);
        var unread = Of("dns: 'A x.example at 192.0.2.53', expect: [ rcode == 'NOERROR' ]", 0, new SeenBeside { Answers = 2 }, ("count", Value.Of(1m)), ("answers", new Value.List([Value.Of("192.0.2.1")])));
        Assert.Contains("\nprobe_dns_answer_rrs 2\n", unread, StringComparison.Ordinal);
        foreach (var name in (string[])["authority", "additional", "serial"]) Assert.DoesNotContain($"probe_dns_{name}", unread, StringComparison.Ordinal);
    }

    [Fact]
    public void The_certificates_are_told_as_the_exporter_tells_them_and_what_they_say_stays_in_its_label()
    {
        var chain = new ChainSeen("CN=x.example,O=X\\, \"Inc.\"", "CN=Root\nprobe_success 1", "0a1b", ["x.example", "y.example"], "ab12", MadeHouse.At("2027-01-01T00:00:00Z"), MadeHouse.At("2026-12-01T00:00:00Z"));
        var text = Of("http: 'GET https://x.example/', expect: [ status == 200 ]", 200, new SeenBeside { Chain = chain }, ("tls.cipher", Value.Of("TLS_AES_128_GCM_SHA256")));
        Assert.Contains("\nprobe_ssl_earliest_cert_expiry 1798761600\n", text, StringComparison.Ordinal);
        Assert.Contains("\nprobe_ssl_last_chain_expiry_timestamp_seconds 1796083200\n", text, StringComparison.Ordinal);
        Assert.Contains("""

            probe_ssl_last_chain_info{fingerprint_sha256="ab12",issuer="CN=Root\nprobe_success 1",serialnumber="0a1b",subject="CN=x.example,O=X\\, \"Inc.\"",subjectalternative="x.example,y.example"} 1

            """.ReplaceLineEndings("\n"), text, StringComparison.Ordinal);
        Assert.Contains("\nprobe_tls_cipher_info{cipher=\"TLS_AES_128_GCM_SHA256\"} 1\n", text, StringComparison.Ordinal);
        var untrusted = Of("http: 'GET https://x.example/', expect: [ status == 200 ]", 200, new SeenBeside { Chain = chain with { ChainEnd = null } });
        Assert.DoesNotContain("last_chain_expiry", untrusted, StringComparison.Ordinal);
        Assert.DoesNotContain("probe_ssl", Of("http: 'GET http://x.example/', expect: [ status == 200 ]", 200), StringComparison.Ordinal);
    }

    [Fact]
    public void The_hops_that_an_echo_had_left_are_told_where_the_socket_shows_them()
    {
        Assert.Contains("\nprobe_icmp_reply_hop_limit 57\n", Of("icmp: 'x.example', expect: [ loss < 100% ]", -1, new SeenBeside { HopLimit = 57 }), StringComparison.Ordinal);
        Assert.DoesNotContain("hop_limit", Of("icmp: 'x.example', expect: [ loss < 100% ]", -1), StringComparison.Ordinal);
    }

    [Fact]
    public void When_content_changed_last_is_told_only_where_the_answer_says_a_time()
    {
        string Http(string? modified) => Of("http: 'GET http://x.example/', expect: [ status == 200 ]", 200,
            ("header", new Value.Map(System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary<string, string>(modified is null ? [] : [new("last-modified", modified)]))));
        Assert.Contains("\nprobe_http_last_modified_timestamp_seconds 784903526\n", Http("Tue, 15 Nov 1994 12:45:26 GMT"), StringComparison.Ordinal);
        foreach (var none in new[] { null, "", "yesterday", "1994-11-15T12:45:26Z" }) Assert.DoesNotContain("last_modified", Http(none), StringComparison.Ordinal);
    }
}
