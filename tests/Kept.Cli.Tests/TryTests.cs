using System.Text.Json;
using Kept.TestKit;
using Xunit;

namespace Kept.Cli.Tests;

/// <summary><c>kept try</c>: one line, one observation, four outcomes.</summary>
public sealed class TryTests
{
    private static async Task<(int ExitCode, JsonElement Json)> RunAsync(string expression, string seen, params string[] more)
    {
        using var place = new TestHouse().With("seen.json", seen);
        var run = await CommandLine.RunAsync(["try", expression, "--seen", place.PathOf("seen.json"), "--json", .. more]);
        return (run.ExitCode, JsonDocument.Parse(run.Result).RootElement);
    }

    [Theory]
    [InlineData("status == 200", """{"status": 200}""", "pass", 0, "status was 200")]
    [InlineData("status == 200", """{"status": 503}""", "fail", 1, "status was 503")]
    [InlineData("status == 200", """{}""", "unknown", 3, "status was missing")]
    [InlineData("time < 500ms", """{"time": "0.75s"}""", "fail", 1, "time was 750 ms, over 500 ms")]
    [InlineData("certificate.expires-in > 30d", """{"certificate": {"expires-in": "1h"}}""", "fail", 1, "certificate.expires-in was 1 h, under 30 d")]
    [InlineData("body.status != 'DOWN'", """{"body": "<html>502</html>"}""", "unknown", 3, "body.status was missing: body was not JSON")]
    [InlineData("body.error_rate <= 1", """{"body": {"error_rate": 1.9}}""", "fail", 1, "body.error_rate was 1.9")]
    [InlineData("body.id == 12345678", """{"body": "{\"id\": 12345678}"}""", "pass", 0, "body.id was 12345678")]
    [InlineData("has(header.etag)", """{"header": {"ETag": "x"}}""", "pass", 0, "header.etag was there")]
    [InlineData("status < 500 ms", """{"status": 200}""", "refused", 2, "")]
    [InlineData("statuss < 500", """{"status": 200}""", "refused", 2, "")]
    [InlineData("certificate.expires-in > 14", """{"certificate": {"expires-in": "1h"}}""", "refused", 2, "")]
    [InlineData("status == 200", """{"statuss": 200}""", "refused", 2, "a check of the kind `http` sees no `statuss`")]
    [InlineData("status == 200", """{"time": 12}""", "refused", 2, "`time` is not a time with its unit: 12")]
    [InlineData("status == 200", "not json", "refused", 2, "it is not JSON")]
    [InlineData("status == 200", "[]", "refused", 2, "it holds no JSON object")]
    public async Task Our_own_language_has_four_outcomes(string expression, string seen, string outcome, int exit, string text)
    {
        var (code, json) = await RunAsync(expression, seen);
        Assert.Equal((outcome, exit), (json.GetProperty("outcome").GetString(), code));
        Assert.Contains(text, json.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(outcome == "refused", json.GetProperty("diagnostics").GetArrayLength() > 0);
    }

    [Theory]
    [InlineData("dns", "answers contains '192.0.2.1' and count == 1", """{"answers": ["192.0.2.1"], "count": 1}""", 0)]
    [InlineData("tcp", "connected and answer contains 'PONG'", """{"connected": true, "answer": "+PONG"}""", 0)]
    [InlineData("heartbeat", "exit-code == 0 and duration < 3h", """{"exit-code": 0, "duration": "4h"}""", 1)]
    public async Task Other_kinds_see_other_names(string kind, string expression, string seen, int exit) =>
        Assert.Equal(exit, (await RunAsync(expression, seen, "--kind", kind)).ExitCode);

    [Theory]
    [InlineData(1000, "pass", 0)]
    [InlineData(1001, "unknown", 3)]
    public async Task A_list_longer_than_is_judged_is_unknown_and_not_judged_by_its_beginning(int count, string outcome, int exit)
    {
        var seen = JsonSerializer.Serialize(new { body = JsonSerializer.Serialize(new { x = Enumerable.Range(0, count).Select(_ => new { ok = true }) }) });
        var (code, json) = await RunAsync("[BODY].x[*].ok == true", seen, "--dialect", "gatus");
        Assert.Equal((outcome, exit), (json.GetProperty("outcome").GetString(), code));
    }

    [Theory]
    [InlineData("[STATUS] == 200", """{"status": 500}""", "fail", 1, "[STATUS] (500) == 200", null)]
    [InlineData("[STATUS] >= 200 && [STATUS] < 300", """{"status": 500}""", "pass", 0, "[STATUS] >= 200 && [STATUS] < 300", "I04")]
    [InlineData("[CERTIFICATE_EXPIRATION] > 48h", """{"certificateExpirationMs": 3600000}""", "fail", 1, "[CERTIFICATE_EXPIRATION] (1h) > 48h", null)]
    [InlineData("[CERTIFICATE_EXPIRATION] > 30d", """{"certificateExpirationMs": 3600000}""", "pass", 0, "[CERTIFICATE_EXPIRATION] > 30d", "I07")]
    [InlineData("[BODY] == pat(*john*)", """{"body": "a very long body that is not about him"}""", "fail", 1, "[BODY] (a very long body that is ...(truncated)) == pat(*john*)", null)]
    [InlineData("[BODY].x[*].ok == true", """{"body": "{\"x\":[{\"ok\":true},{\"ok\":false}]}"}""", "fail", 1, "[BODY].x[1].ok (false) == true", null)]
    [InlineData("[BODY].x[*].ok == true", """{"body": "{}"}""", "fail", 1, "[BODY].x[*].ok == true (no elements matched)", null)]
    [InlineData("[HEADER].content-type == text/html", """{"headers": {"Content-Type": "text/html"}, "resolveSuccessful": true}""", "pass", 0, "[HEADER].content-type (text/html) == text/html", null)]
    [InlineData("[CONTEXT].user == bob", """{"context": {"user": "eve"}}""", "fail", 1, "[CONTEXT].user (eve) == bob", null)]
    [InlineData("[RESPONSE_TIME] < 10m", """{"durationMs": 700000}""", "fail", 1, "[RESPONSE_TIME] (700000) < 10m (1)", null)]
    [InlineData("age([BODY].t) < 1h", """{"body": "{\"t\":\"2001-01-01T00:00:00Z\"}", "dontResolveFailed": true}""", "fail", 1, "age([BODY].t) < 1h", "I06")]
    [InlineData("[STATUS]==200", """{"status": 200}""", "refused", 2, "invalid condition: [STATUS]==200", "I01")]
    public async Task The_dialect_of_gatus_is_gatus(string condition, string seen, string outcome, int exit, string text, string? code)
    {
        var (ended, json) = await RunAsync(condition, seen, "--dialect", "gatus");
        Assert.Equal((outcome, exit, text), (json.GetProperty("outcome").GetString(), ended, json.GetProperty("text").GetString()));
        Assert.Equal(code is null ? [] : [code], json.GetProperty("diagnostics").EnumerateArray().Select(one => one.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task People_read_the_outcome_the_reason_and_the_place()
    {
        using var place = new TestHouse().With("seen.json", """{"body": "not json"}""");
        var run = await CommandLine.RunAsync("try", "[BODY].queue.depth < 100", "--seen", place.PathOf("seen.json"), "--dialect", "gatus");
        Snapshot.Matches(run.Result);
    }

    [Fact]
    public async Task What_was_seen_may_come_from_stdin() =>
        Assert.Equal(0, (await CommandLine.RunAsync(new MemoryStream("""{"status": 204}"""u8.ToArray()), "try", "status in 200..299", "--seen", "-")).ExitCode);
}
