using System.Text.Json;
using Kept.Cli.Importing;
using Kept.Model;
using Kept.TestKit;
using Xunit;

namespace Kept.Cli.Tests;

/// <summary>The report over an imported configuration, as somebody would show it to a colleague.</summary>
public sealed class ImportReportTests
{
    private static readonly DateTimeOffset Then = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static TheoryData<string, string> Cases => new(
        from tool in new[] { "Gatus", "Blackbox", "Kuma", "Cloudprober", "Healthchecks", "OpenSlo", "Sloth", "Pyrra", "Backstage", "Statuspage" }
        from file in Directory.EnumerateFiles(Repository.PathOf("tests", "Kept.Import.Tests", tool, "cases")).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        select (tool.ToLowerInvariant(), Path.Combine(tool, "cases", file!)));

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task No_line_is_longer_than_a_window_and_no_letter_is_coloured(string tool, string file)
    {
        var run = await CommandLine.RunAtAsync(Then, "import", tool, Repository.PathOf("tests", "Kept.Import.Tests", file));
        // the command to go on with is one line, whatever it takes
        Assert.All(run.Result.Split('\n').Where(line => !line.StartsWith("  kept import ", StringComparison.Ordinal) && !line.StartsWith("Wrote ", StringComparison.Ordinal)), line => Assert.True(line.Length <= ReportLines.Width, line));
        Assert.DoesNotContain('\u001b', run.Result);
        Assert.All(run.Result.Split('\n'), line => Assert.Equal(line.TrimEnd(), line));
    }

    /// <summary>Every condition that loads in Gatus and guards nothing, in one configuration: each is shown with what passes it, and with what stands here.</summary>
    [Fact]
    public async Task All_shared_hollow_conditions_are_shown()
    {
        var path = Path.Combine(Repository.Root, "..", "shared", "data", "gatus-hollow-conditions.jsonl");
        if (!File.Exists(path)) Assert.Skip("the shared cases gatus-hollow-conditions.jsonl are not beside the repository");
        var cases = File.ReadLines(path).Where(line => line.Length > 0).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var config = "endpoints:\n" + string.Concat(cases.Select(one => $"  - name: {one.GetProperty("name").GetString()}\n    url: https://shop.example/\n    conditions:\n      - {JsonSerializer.Serialize(one.GetProperty("condition").GetString(), Plain)}\n"));
        using var place = new TestHouse().With("config.yaml", config);
        var run = await CommandLine.RunAtAsync(Then, "import", "gatus", place.PathOf("config.yaml"));
        var shown = run.Result.Replace(place.PathOf("config.yaml"), "config.yaml", StringComparison.Ordinal);
        var section = shown[shown.IndexOf("See what could never fail", StringComparison.Ordinal)..];
        Assert.All(cases, one => Assert.Contains($"  {one.GetProperty("name").GetString()} → ", section, StringComparison.Ordinal));
        Snapshot.Matches(shown);
    }

    [Fact]
    public async Task A_small_configuration_reads_from_what_happened_to_what_is_next()
    {
        using var place = new TestHouse().With("config.yaml", Small);
        var run = await CommandLine.RunAtAsync(Then, "import", "gatus", place.PathOf("config.yaml"), "-o", place.PathOf("house"));
        Snapshot.Matches(run.Result.Replace(place.PathOf("house"), "house", StringComparison.Ordinal).Replace(place.PathOf("config.yaml"), "config.yaml", StringComparison.Ordinal));
    }

    /// <summary>Something is left to do where a finding says what, and not where it only says what is so here.</summary>
    [Theory]
    [InlineData("openslo", "OpenSlo/cases/composite.yaml", "OpenSLO does not say what a slice of a composite is", null)]
    [InlineData("kuma", "Kuma/cases/backup.json", "a group that tells somebody", "what stands in it is judged one by one")]
    public async Task What_is_only_different_is_nothing_to_do(string tool, string file, string means, string? here)
    {
        var run = await CommandLine.RunAtAsync(Then, "import", tool, Repository.PathOf("tests", "Kept.Import.Tests", file), "--json");
        using var json = JsonDocument.Parse(run.Result);
        var report = json.RootElement.GetProperty("report").EnumerateArray().ToList();
        Assert.All(report, one => Assert.Equal(one.GetProperty("do").GetString() == "set", one.GetProperty("do").GetString() is "set" or "know" && one.TryGetProperty("write", out _)));
        var its = report.First(one => one.GetProperty("means").GetString()!.StartsWith(means, StringComparison.Ordinal));
        Assert.Equal(("know", here), (its.GetProperty("do").GetString(), its.TryGetProperty("here", out var so) ? so.GetString() : null));
    }

    [Fact]
    public async Task Json_holds_what_the_text_says()
    {
        using var place = new TestHouse().With("config.yaml", Small);
        var text = await CommandLine.RunAtAsync(Then, "import", "gatus", place.PathOf("config.yaml"));
        using var json = JsonDocument.Parse((await CommandLine.RunAtAsync(Then, "import", "gatus", place.PathOf("config.yaml"), "--json")).Result);
        var report = json.RootElement.GetProperty("report").EnumerateArray().ToList();
        Assert.Equal(report.Count, json.RootElement.GetProperty("diagnostics").GetArrayLength());
        Assert.Equal(["see", "say", "ask", "set"], report.Select(one => one.GetProperty("do").GetString()).Distinct());
        var at = 0;
        var flat = string.Join(' ', text.Result.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
        // the same order, the same words
        foreach (var one in report)
            foreach (var member in new[] { "means", "shows", "write", "here" })
                if (one.TryGetProperty(member, out var words))
                {
                    var found = flat.IndexOf(words.GetString()!, at, StringComparison.Ordinal);
                    Assert.True(found >= at, $"{member}: {words}");
                    at = found;
                }
        var checks = json.RootElement.GetProperty("checks");
        Assert.Equal((3, 1, 0, 1, 1), (checks.GetProperty("all").GetInt32(), checks.GetProperty("whole").GetInt32(), checks.GetProperty("partly").GetInt32(), checks.GetProperty("hollow").GetInt32(), checks.GetProperty("not-carried").GetInt32()));
        Assert.Contains(report, one => one.GetProperty("do").GetString() == "see" && one.TryGetProperty("wish", out var wish) && wish.GetString() == "web/shop-front" && one.GetProperty("line").GetInt32() == 7);
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(200, 20)]
    [InlineData(480, 20)]
    [InlineData(499, 1)]
    [InlineData(100, 400)]
    [InlineData(9_999, 7)]
    public void A_long_line_is_shown_around_what_is_meant(int column, int length)
    {
        var line = string.Concat(Enumerable.Range(0, 50).Select(i => $"word{i:00}··· "));
        var (text, mark) = ReportLines.Marked(line, new Place(new SourceFile("a"), 1, column, length), 94);
        Assert.True(text.Length <= 94 && mark.Length <= 94);
        if (column < 490 && length < 100) Assert.StartsWith(line.Trim()[(column - 1)..(column - 1 + length)], text[mark.IndexOf('^', StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    private const string Small = """
        alerting:
          slack: { webhook-url: "${SLACK_URL}" }
        endpoints:
          - name: Shop front
            group: web
            url: https://shop.example/
            conditions: [ "[STATUS] >= 200 && [STATUS] < 300" ]
            retries: 3
          - name: status
            group: web
            url: https://shop.example/status
            interval: 30s
            headers: { Authorization: "Bearer ${SHOP_TOKEN}" }
            conditions: [ "[STATUS] == 200", "[BODY].ready == true" ]
          - name: old
            group: web
            enabled: false
            url: https://old.example/
            conditions: [ "[STATUS] == 200" ]
        """;
}
