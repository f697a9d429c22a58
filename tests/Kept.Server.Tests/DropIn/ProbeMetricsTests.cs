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
    private static string Of(string check, int code, params (string Name, Value Value)[] seen)
    {
        var document = $"kept: 1\nagent: watch\nrelies-on: {{ web: {{ wishes: {{ it: {{ check: {{ {check} }} }} }} }} }}\n";
        var read = HouseReader.Read([new DocumentFile("a.kept.yaml", Encoding.UTF8.GetBytes(document))], "h", CheckCatalog.Kinds).House!.Promises.Single().Checks[0];
        var values = new Value?[read.Kind.Sees.Length];
        foreach (var (name, value) in seen) values[read.Kind.IndexOf(name)] = value;
        var observation = new Observation { StartedAt = new Instant(0), Reach = Reach.Answered, Code = code, Values = [.. values], Phases = new Phases(2 * Duration.PerMillisecond, Duration.PerMillisecond, -1, 3 * Duration.PerMillisecond, 10 * Duration.PerMillisecond) };
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
    public void When_content_changed_last_is_told_only_where_the_answer_says_a_time()
    {
        string Http(string? modified) => Of("http: 'GET http://x.example/', expect: [ status == 200 ]", 200,
            ("header", new Value.Map(System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary<string, string>(modified is null ? [] : [new("last-modified", modified)]))));
        Assert.Contains("\nprobe_http_last_modified_timestamp_seconds 784903526\n", Http("Tue, 15 Nov 1994 12:45:26 GMT"), StringComparison.Ordinal);
        foreach (var none in new[] { null, "", "yesterday", "1994-11-15T12:45:26Z" }) Assert.DoesNotContain("last_modified", Http(none), StringComparison.Ordinal);
    }
}
