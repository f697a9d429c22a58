using System.Text.Json;
using Kept.Cli.Output;
using Kept.Model;
using Kept.TestKit;
using Xunit;

namespace Kept.Cli.Tests;

/// <summary>
/// SARIF 2.1.0 (OASIS, errata 01), held strictly: of every object that is written, the members that the schema requires, no member it does not know, and the
/// bounds of each value. The tables are those of the published schema, for the objects that a result without code flows has.
/// </summary>
public class SarifTests
{
    private sealed record Shape(string[] Required, Dictionary<string, Action<JsonElement>> Members);

    [Fact]
    public async Task Every_broken_example_gives_a_log_that_the_schema_allows()
    {
        var levels = new HashSet<string>();
        foreach (var file in Directory.EnumerateFiles(Repository.PathOf("examples", "broken"), "*.kept.yaml").Where((_, i) => i % 7 == 0).Append(Repository.PathOf("examples", "good", "web-shop")))
        {
            var run = await CommandLine.RunAsync("check", file, "--sarif");
            using var json = JsonDocument.Parse(run.Result);
            Log(json.RootElement);
            var results = json.RootElement.GetProperty("runs")[0].GetProperty("results");
            foreach (var result in results.EnumerateArray()) levels.Add(result.GetProperty("level").GetString()!);
            Assert.Equal(run.ExitCode == 1, results.EnumerateArray().Any(result => result.GetProperty("level").GetString() == "error"));
        }
        Assert.Contains("error", levels);
        Assert.Contains("warning", levels);
    }

    [Fact]
    public async Task A_miss_that_is_accepted_is_a_suppressed_result_with_its_reason()
    {
        const string document = """
            kept: 1
            agent: watch
            relies-on:
              web:
                wishes:
                  page:
                    check:
                      http: 'GET https://shop.example/'
                      expect: [ status == 200 ]
                      misses: [ { what: body-html, because: nobody but people reads it, until: 2027-01-01 } ]
            """;
        using var house = new TestHouse().With("watch.kept.yaml", document).With("bare.kept.yaml", document.Replace("          misses: [ { what: body-html, because: nobody but people reads it, until: 2027-01-01 } ]", "", StringComparison.Ordinal));
        var run = await CommandLine.RunAtAsync(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero), "check", house.PathOf("watch.kept.yaml"), "--sarif");
        using var json = JsonDocument.Parse(run.Result);
        Log(json.RootElement);
        var closed = Assert.Single(json.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray(), result => result.TryGetProperty("suppressions", out _));
        var suppression = closed.GetProperty("suppressions")[0];
        Assert.Equal(("inSource", "accepted", "nobody but people reads it (until 2027-01-01T00:00:00Z)"), (Text(suppression.GetProperty("kind")), Text(suppression.GetProperty("status")), Text(suppression.GetProperty("justification"))));
        Assert.Equal(10, closed.GetProperty("locations")[0].GetProperty("physicalLocation").GetProperty("region").GetProperty("startLine").GetInt32());
        Assert.StartsWith("`page`: the check `http` lets pass ", Text(closed.GetProperty("message").GetProperty("text")), StringComparison.Ordinal);
        Assert.DoesNotContain("suppressions", (await CommandLine.RunAtAsync(new DateTimeOffset(2027, 6, 1, 0, 0, 0, TimeSpan.Zero), "check", house.PathOf("watch.kept.yaml"), "--sarif")).Result, StringComparison.Ordinal); // it has run out
        Assert.DoesNotContain("suppressions", (await CommandLine.RunAsync("check", house.PathOf("bare.kept.yaml"), "--sarif")).Result, StringComparison.Ordinal);
    }

    [Fact]
    public void A_place_is_told_as_lines_and_columns_of_a_relative_file()
    {
        var at = new Place(new SourceFile("my docs/größe #1.kept.yaml"), 12, 5, 3);
        using var json = JsonDocument.Parse(Sarif.Write([new Diagnostic("R01", Severity.Error, at, "wrong", "write it right"), new Diagnostic("L041", Severity.Warning, Place.None, "elsewhere")]));
        Log(json.RootElement);
        var results = json.RootElement.GetProperty("runs")[0].GetProperty("results");
        var place = results[0].GetProperty("locations")[0].GetProperty("physicalLocation");
        Assert.Equal("my%20docs/gr%C3%B6%C3%9Fe%20%231.kept.yaml", place.GetProperty("artifactLocation").GetProperty("uri").GetString());
        var region = place.GetProperty("region");
        Assert.Equal((12, 5, 8), (region.GetProperty("startLine").GetInt32(), region.GetProperty("startColumn").GetInt32(), region.GetProperty("endColumn").GetInt32()));
        Assert.Equal("wrong. write it right", results[0].GetProperty("message").GetProperty("text").GetString());
        Assert.False(results[1].TryGetProperty("locations", out _));
    }

    [Fact]
    public void A_log_of_nothing_says_that_nothing_was_found()
    {
        using var json = JsonDocument.Parse(Sarif.Write([]));
        Log(json.RootElement);
        Assert.Equal(0, json.RootElement.GetProperty("runs")[0].GetProperty("results").GetArrayLength()); // absent would mean: nothing was looked for
    }

    [Theory]
    [InlineData("""{"version":"2.1.0"}""")]
    [InlineData("""{"version":"2.0.0","runs":[]}""")]
    [InlineData("""{"version":"2.1.0","runs":[{"tool":{"driver":{}}}]}""")]
    [InlineData("""{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[{}]}]}""")]
    [InlineData("""{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[{"message":{"text":"m"},"level":"fatal"}]}]}""")]
    [InlineData("""{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[{"message":{"text":"m"},"locations":[{"physicalLocation":{"region":{"startLine":0}}}]}]}]}""")]
    [InlineData("""{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"colour":1}]}""")]
    public void A_log_that_the_schema_refuses_is_refused_here_too(string text)
    {
        using var json = JsonDocument.Parse(text);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Log(json.RootElement));
    }

    private static void Log(JsonElement log) => Walk(log, new(["version", "runs"], new()
    {
        ["$schema"] = schema => Assert.EndsWith("/sarif-schema-2.1.0.json", new Uri(Text(schema), UriKind.Absolute).AbsolutePath, StringComparison.Ordinal),
        ["version"] = version => Assert.Equal("2.1.0", Text(version)),
        ["runs"] = runs => Each(runs, Run),
    }));

    private static void Run(JsonElement run)
    {
        Walk(run, new(["tool"], new()
        {
            ["tool"] = tool => Walk(tool, new(["driver"], new() { ["driver"] = Driver })),
            ["columnKind"] = kind => Assert.Contains(Text(kind), new[] { "utf16CodeUnits", "unicodeCodePoints" }),
            ["results"] = results => Each(results, Result),
        }));
        if (!run.TryGetProperty("results", out var all)) return;
        var rules = run.GetProperty("tool").GetProperty("driver").TryGetProperty("rules", out var some) ? some.EnumerateArray().Select(rule => rule.GetProperty("id").GetString()).ToList() : [];
        // 3.27.6: the index, where it is given, leads to the rule of that id
        foreach (var result in all.EnumerateArray())
            if (result.TryGetProperty("ruleIndex", out var index)) Assert.Equal(result.GetProperty("ruleId").GetString(), rules[index.GetInt32()]);
    }

    private static void Driver(JsonElement driver) => Walk(driver, new(["name"], new()
    {
        ["name"] = name => Assert.NotEmpty(Text(name)),
        ["informationUri"] = uri => Assert.True(Uri.TryCreate(Text(uri), UriKind.Absolute, out _)),
        ["version"] = version => Text(version),
        ["rules"] = rules =>
        {
            Each(rules, rule => Walk(rule, new(["id"], new() { ["id"] = id => Assert.NotEmpty(Text(id)), ["helpUri"] = uri => Assert.True(Uri.TryCreate(Text(uri), UriKind.Absolute, out _)) })));
            Assert.Equal(rules.GetArrayLength(), rules.EnumerateArray().Select(rule => rule.GetRawText()).Distinct().Count()); // uniqueItems
        },
    }));

    private static void Result(JsonElement result) => Walk(result, new(["message"], new()
    {
        ["ruleId"] = id => Assert.NotEmpty(Text(id)),
        ["ruleIndex"] = index => Assert.True(index.GetInt32() >= -1),
        ["level"] = level => Assert.Contains(Text(level), new[] { "none", "note", "warning", "error" }),
        ["message"] = message => Walk(message, new(["text"], new() { ["text"] = text => Assert.NotEmpty(Text(text)), ["markdown"] = text => Text(text) })),
        ["suppressions"] = suppressions => Each(suppressions, one => Walk(one, new(["kind"], new()
        {
            ["kind"] = kind => Assert.Contains(Text(kind), new[] { "inSource", "external" }),
            ["status"] = status => Assert.Contains(Text(status), new[] { "accepted", "underReview", "rejected" }),
            ["justification"] = because => Assert.NotEmpty(Text(because)),
        }))),
        ["locations"] = locations => Each(locations, location => Walk(location, new([], new() { ["physicalLocation"] = Physical }))),
    }));

    private static void Physical(JsonElement place) => Walk(place, new([], new()
    {
        // relative references escape what a URI does not hold (RFC 3986), and lead nowhere else
        ["artifactLocation"] = file => Walk(file, new([], new() { ["uri"] = uri => Assert.True(Uri.IsWellFormedUriString(Text(uri), UriKind.Relative) && !Text(uri).StartsWith('/'), Text(uri)) })),
        ["region"] = region => Walk(region, new([], new() { ["startLine"] = AtLeastOne, ["startColumn"] = AtLeastOne, ["endLine"] = AtLeastOne, ["endColumn"] = AtLeastOne })),
    }));

    private static void AtLeastOne(JsonElement number) => Assert.True(number.GetInt32() >= 1);

    private static string Text(JsonElement text)
    {
        Assert.Equal(JsonValueKind.String, text.ValueKind);
        return text.GetString()!;
    }

    private static void Each(JsonElement array, Action<JsonElement> item)
    {
        Assert.Equal(JsonValueKind.Array, array.ValueKind);
        foreach (var one in array.EnumerateArray()) item(one);
    }

    private static void Walk(JsonElement element, Shape shape)
    {
        Assert.Equal(JsonValueKind.Object, element.ValueKind);
        var names = element.EnumerateObject().Select(member => member.Name).ToList();
        Assert.Equal(names.Distinct(), names);
        foreach (var required in shape.Required) Assert.Contains(required, names);
        foreach (var member in element.EnumerateObject())
        {
            Assert.True(shape.Members.TryGetValue(member.Name, out var holds), $"no member {member.Name} is known here");
            holds!(member.Value);
        }
    }
}
