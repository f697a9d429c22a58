using System.Text.Json;
using Kept.Checks;
using Kept.Import.Gatus;
using Kept.Judging;
using Kept.Language.Foreign;
using Kept.Model;
using Xunit;

namespace Kept.Import.Tests.Gatus;

/// <summary>Gatus' own cases: the same verdict and the same words; and what is hollow is diagnosed here, and meets a strict reading in our language.</summary>
public sealed class ConditionCasesTests
{
    private static readonly CheckKind Http = CheckCatalog.Kinds.Single(kind => kind.Name == "http");

    [Fact]
    public void Every_case_of_gatus_has_its_verdict_and_its_words()
    {
        var wrong = new List<string>();
        var cases = SharedCases.Lines("gatus-conditions.jsonl");
        foreach (var one in cases)
        {
            var (seen, problem) = GatusSeen.Read(one, DateTimeOffset.UnixEpoch);
            Assert.True(problem is null, problem);
            var verdict = GatusCondition.Evaluate(one.GetProperty("condition").GetString()!, seen!);
            var expected = (one.GetProperty("expectedSuccess").GetBoolean(), one.GetProperty("expectedOutput").GetString());
            if ((verdict.Passes, verdict.Text) != expected) wrong.Add($"{one.GetProperty("name")}: {verdict} instead of {expected}");
        }
        Assert.True(cases.Count >= 60);
        Assert.Empty(wrong);
    }

    /// <summary>What the column <c>strict</c> asks, row by row: an outcome of the translated condition in our language, or that our language refuses it.</summary>
    private static readonly Dictionary<string, string> Strict = new()
    {
        ["missing-len"] = "unknown",                       // UNKNOWN
        ["fraction-le"] = "false",                         // compare as decimals: 1.9 is not at most 1
        ["index-out-of-range-neq"] = "unknown",            // UNKNOWN
        ["cert-bare-number"] = "refused",                  // reject: duration unit required
        ["missing-neq"] = "unknown",                       // UNKNOWN
        ["not-json-lt"] = "unknown",                       // UNKNOWN
        ["typo-placeholder-lt"] = "refused",               // reject at load
        ["fraction-gt"] = "true",                          // compare as decimals: 0.9 is more than 0.5
        ["int-8-digits"] = "true",                         // keep the number's text
        ["domain-days"] = "refused",                       // accept units, or reject: no kind here sees a domain's registration
        ["octal"] = "false",                               // decimal only: 8 is not 10
        ["cert-days"] = "false",                           // accept d: one hour is not more than 30 days
        ["quoted-literal"] = "true",                       // accept quotes
        ["int-1000000"] = "true",                          // keep the number's text
    };

    [Fact]
    public void Every_hollow_case_is_diagnosed_with_Gatus_own_verdict()
    {
        foreach (var one in SharedCases.Lines("gatus-hollow-conditions.jsonl"))
        {
            var (seen, problem) = GatusSeen.Read(one, DateTimeOffset.UnixEpoch);
            Assert.True(problem is null, problem);
            var condition = one.GetProperty("condition").GetString()!;
            Assert.Equal(one.GetProperty("gatusPasses").GetBoolean(), GatusCondition.Evaluate(condition, seen!).Passes);
            var found = GatusHollow.Find(condition, seen);
            Assert.True(found.Length > 0, $"{one.GetProperty("name")}: {condition} is not diagnosed");
            Assert.All(found, each => Assert.InRange(each.Start + each.Length, 1, condition.Length));
        }
    }

    [Fact]
    public void Every_hollow_case_is_read_strictly_in_our_language()
    {
        foreach (var one in SharedCases.Lines("gatus-hollow-conditions.jsonl"))
        {
            var name = one.GetProperty("name").GetString()!;
            Assert.True(Strict.ContainsKey(name), $"a new row, {name}: {one.GetProperty("strict")}");
            Assert.Equal($"{name}: {Strict[name]}", $"{name}: {StrictReading(one.GetProperty("condition").GetString()!, one.GetProperty("input"))}");
        }
    }

    private static string StrictReading(string condition, JsonElement input)
    {
        if (GatusTranslation.Of(condition, Http).Expectation is not { } text) return "refused";
        var (expectation, _) = ExpectationText.Read(text, Http);
        if (expectation is null) return "refused";
        var (seen, _) = GatusSeen.Read(input, DateTimeOffset.UnixEpoch);
        var values = Http.Sees.Select(name => name.Name switch
        {
            "status" => Value.Of(seen!.Status),
            "body" => new Value.Body(seen!.Body),
            "certificate.expires-in" => Value.Of(Duration.Milliseconds(seen!.CertificateExpirationMs)),
            _ => null,
        });
        var observation = new Observation { StartedAt = default, Reach = Reach.Answered, Values = [.. values] };
        var check = new Check("http", Http, new CheckTarget("", "", 0, "", ""), System.Collections.Frozen.FrozenDictionary<string, FieldValue>.Empty, Duration.Seconds(60), Duration.Seconds(10), Confirmation.AtOnce, [expectation], [], Place.None);
        return Judge.Look(check, observation, new Judged(Truth.True, "")).Expectations[0].Truth.ToString().ToLowerInvariant();
    }

    /// <summary>The other hollow strings that are known from public files, each with the observation it lets pass.</summary>
    [Theory]
    [InlineData("[STATUS] >= 200 && [STATUS] < 300", "I04", "status >= 200 and status < 300")]
    [InlineData("[STATUS] != 500 && [STATUS] != 502", "I04", "status != 500 and status != 502")]
    [InlineData("[STATUS] == 200 || [STATUS] == 302", "I05", "status == 200 or status == 302")]
    [InlineData("[STATUS] == 200 or [STATUS] == 302", "I05", "status == 200 or status == 302")]
    [InlineData("[CERTIFICATE_EXPIRATION] > 7d", "I07", "certificate.expires-in > 7d")]
    [InlineData("[CERTIFICATE_EXPIRATION] > 2 weeks", "I07", "certificate.expires-in > 2w")]
    [InlineData("[BODY].error_rate < 0.5", "I07", "body.error_rate < 0.5")]
    [InlineData("[BODY].error_rate <= 1", "I07", "body.error_rate <= 1")]
    [InlineData("[BODY].queue.depth < 100", "I06", "body.queue.depth < 100")]
    [InlineData("[BODY].status != DOWN", "I06", "body.status != 'DOWN'")]
    [InlineData("[RESPONSE_TIME] < 500 ms", "I05", null)]
    [InlineData("[RESPONSE_TIME] < 1d", "I05", "time < 1d")]
    [InlineData("[STATUS] == any('200', '201')", "I05", "status in [200, 201]")]
    [InlineData("length([BODY].items) > 3", "I05", null)]
    [InlineData("[BODY].id != 12345678", "I07", "body.id != 12345678")]
    [InlineData("[BODY].version == 2.10", "I07", "body.version in [2.10, '2.10']")]
    [InlineData("[BODY].version == any(2.10, 2.20)", "I07", "body.version in [2.10, 2.20, '2.10', '2.20']")]
    [InlineData("[BODY].items[*].v == 1.0", "I07", "every(body.items, it.v in [1.0, '1.0'])")]
    [InlineData("[CERT_EXPIRATION] > 48h", "I05", null)]
    [InlineData("200 == 200", "I04", null)]
    [InlineData("[CONNECTED] == yes", "I05", null)]
    public void What_guards_nothing_is_told_and_written_as_it_was_meant(string condition, string code, string? meant)
    {
        var found = GatusHollow.Find(condition);
        Assert.NotEmpty(found);
        Assert.Equal(code, found[0].Code);
        Assert.Equal(meant, GatusTranslation.Of(condition, Http).Expectation);
    }

    /// <summary>What can fail, can pass and needs its value is not accused.</summary>
    [Theory]
    [InlineData("[STATUS] == 200", "status == 200")]
    [InlineData("[STATUS] < 400", "status < 400")]
    [InlineData("[STATUS] == any(200, 429)", "status in [200, 429]")]
    [InlineData("any(200, 429) == [STATUS]", "status in [200, 429]")]
    [InlineData("[STATUS] == pat(2*)", "status in 200..299")]
    [InlineData("[RESPONSE_TIME] < 1m30s", "time < 90s")]
    [InlineData("[RESPONSE_TIME] < 300", "time < 300ms")]
    [InlineData("500 > [RESPONSE_TIME]", "time < 500ms")]
    [InlineData("[CERTIFICATE_EXPIRATION] > 48h", "certificate.expires-in > 2d")]
    [InlineData("[CERTIFICATE_EXPIRATION] > 2419200000", "certificate.expires-in > 28d")]
    [InlineData("[BODY] == pat(*healthy*)", "body contains 'healthy'")]
    [InlineData("[BODY] == pat(it's ok*)", @"body matches /(?s)^it's ok.*$/")]
    [InlineData("[BODY].status == UP", "body.status == 'UP'")]
    [InlineData("[BODY].data[0].the name == x", "body.data[0]['the name'] == 'x'")]
    [InlineData("[BODY].ready == true", "body.ready == true")]
    [InlineData("[BODY].items[*].state == ok", "every(body.items, it.state == 'ok')")]
    [InlineData("len([BODY].items) > 3", "count(body.items) > 3")]
    [InlineData("len([BODY].name) == 8", "count(body.name) == 8")]
    [InlineData("has([BODY].errors) == false", "not has(body.errors)")]
    [InlineData("[BODY].user.first == [BODY].user.last", "body.user.first == body.user.last")]
    [InlineData("[HEADER].Content-Type == pat(*json*)", "header.Content-Type contains 'json'")]
    [InlineData("[IP] == any(192.0.2.1, 192.0.2.2)", "ip in ['192.0.2.1', '192.0.2.2']")]
    [InlineData("has([HEADER].X-Request-Id) == true", "has(header.X-Request-Id)")]
    [InlineData("has([HEADER].Set-Cookie) != false", "has(header.Set-Cookie)")]
    [InlineData("has([HEADER].Server) == false", "not has(header.Server)")]
    [InlineData("[CONNECTED] == true", "")]
    public void What_is_sound_is_carried_in_our_words(string condition, string expected)
    {
        Assert.Empty(GatusHollow.Find(condition));
        Assert.Equal(expected, GatusTranslation.Of(condition, Http).Expectation);
    }

    /// <summary>A version is a text in most bodies, and then the condition works; of the number it never does.</summary>
    [Theory]
    [InlineData("{\"version\":\"2.10\"}", true, "I07", Truth.True)]
    [InlineData("{\"version\":2.10}", false, "I05", Truth.True)]
    [InlineData("{\"version\":\"2.1\"}", false, null, Truth.Unknown)]
    [InlineData("{\"version\":2.2}", false, "I07", Truth.Unknown)]
    public void A_version_passes_as_a_text_and_as_a_number(string body, bool gatusPasses, string? code, Truth here)
    {
        const string condition = "[BODY].version == 2.10";
        var seen = new GatusSeen { Status = 200, Body = body };
        Assert.Equal(gatusPasses, GatusCondition.Evaluate(condition, seen).Passes);
        if (code is not null) Assert.Equal(code, GatusHollow.Find(condition, seen)[0].Code);
        Assert.Equal(here, Truthful(GatusTranslation.Of(condition, Http).Expectation!, body));
    }

    private static Truth Truthful(string text, string body)
    {
        var expectation = ExpectationText.Read(text, Http).Expectation!;
        var observation = new Observation { StartedAt = default, Reach = Reach.Answered, Values = [.. Http.Sees.Select(name => name.Name == "body" ? new Value.Body(body) : null)] };
        var check = new Check("http", Http, new CheckTarget("", "", 0, "", ""), System.Collections.Frozen.FrozenDictionary<string, FieldValue>.Empty, Duration.Seconds(60), Duration.Seconds(10), Confirmation.AtOnce, [expectation], [], Place.None);
        return Judge.Look(check, observation, new Judged(Truth.True, "")).Expectations[0].Truth;
    }

    /// <summary>Elements that are not looked at may be the ones that fail: with more than are looked at, over all lists, nothing is said.</summary>
    [Theory]
    [InlineData("[BODY].a[*] == 1", 1_000, false, true)]
    [InlineData("[BODY].a[*] == 1", 1_000, true, false)]
    [InlineData("[BODY].a[*] == 1", 1_001, false, null)]
    [InlineData("[BODY].a[*] == 1", 1_001, true, null)]
    [InlineData("[BODY].a[*] == [BODY].a[*]", 600, false, null)]
    public void More_elements_than_are_looked_at_are_not_judged(string condition, int count, bool isLastBad, bool? passes)
    {
        var items = Enumerable.Repeat("1", count).ToArray();
        if (isLastBad) items[^1] = "2";
        var verdict = GatusCondition.Evaluate(condition, new GatusSeen { Body = $"{{\"a\":[{string.Join(',', items)}]}}" });
        Assert.Equal(passes, verdict.Passes);
        Assert.Equal(passes is null, verdict.Text.StartsWith("not judged: it goes over more than 1000 elements", StringComparison.Ordinal));
    }
}
