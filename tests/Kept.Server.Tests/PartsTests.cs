using System.Text.Json;
using Kept.Model;
using Kept.TestKit;
using Xunit;

namespace Kept.Server.Tests;

/// <summary>Parts of an objective that counts several checks: the page, the API and the metrics tell the same of them.</summary>
public sealed class PartsTests
{
    private const string Path = "/promises/live-show/checkout@1";

    [Fact]
    public async Task The_page_shows_each_part_with_its_own_figure_its_verdict_and_what_it_took()
    {
        await using var web = await RunningWeb.StartAsync(MadeParts.House());
        var page = await web.GetAsync(Path);
        Snapshot.Matches(page[page.IndexOf("<h2>Parts of", StringComparison.Ordinal)..page.IndexOf("<h2>Latency", StringComparison.Ordinal)], "parts");
        // 3 bad looks of web at 3 points and 20 of api at 1 are 29 of 28.8 points that may be bad
        foreach (var said in (string[])["weight 3: 3 bad looks take 9 points", "357 of 360 looks were good", "99.166 %", "31.2 %", "340 of 360 looks were good", "94.4 %", "69.4 %", "what counts are slices, which all parts make together"])
            Assert.Contains(said, page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_without_such_an_objective_has_no_table_of_parts()
    {
        await using var web = await RunningWeb.StartAsync();
        Assert.DoesNotContain("Parts of", await web.GetAsync("/promises/live-show/image@2"), StringComparison.Ordinal);
        Assert.DoesNotContain("kept_part_", await web.GetAsync("/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_API_tells_the_verdict_of_a_part_and_its_share_of_what_was_spent()
    {
        await using var web = await RunningWeb.StartAsync(MadeParts.House());
        using var json = JsonDocument.Parse(await web.GetAsync("/api/v1" + Path));
        var lines = json.RootElement.GetProperty("verdict").GetProperty("lines").EnumerateArray().ToDictionary(line => line.GetProperty("text").GetString()!);
        var parts = lines[MadeParts.Objective].GetProperty("parts").EnumerateArray().Select(part => (part.GetProperty("check").GetString(), part.GetProperty("points").GetInt64(), part.GetProperty("good").GetInt64(), part.GetProperty("outcome").GetString(), part.GetProperty("budgetSpent").GetString()));
        Assert.Equal([("web", 3, 357, "kept", "0.3125"), ("api", 1, 340, "broken", "0.694444444")], parts);
        Assert.All(lines[MadeParts.Sliced].GetProperty("parts").EnumerateArray(), part => Assert.False(part.TryGetProperty("outcome", out _) || part.TryGetProperty("budgetSpent", out _)));
    }

    [Fact]
    public async Task Metrics_have_a_series_of_each_part_and_say_the_same()
    {
        await using var web = await RunningWeb.StartAsync(MadeParts.House());
        var text = await web.GetAsync("/metrics");
        var samples = MetricsTests.Parse(text).Where(sample => sample.Name.StartsWith("kept_part_", StringComparison.Ordinal)).ToList();
        Assert.All(samples, sample => Assert.Contains(sample.Labels["part"], new[] { "web", "api" }));
        double Of(string name, string part, string objective = MadeParts.Objective, string? state = null) => Assert.Single(samples, sample => sample.Name == name && sample.Labels["part"] == part && sample.Labels["objective"] == objective && (state is null || sample.Labels["kept_part_outcome"] == state)).Value;
        Assert.Equal((357, 3, 0, 3), (Of("kept_part_good", "web"), Of("kept_part_bad", "web"), Of("kept_part_gap", "web"), Of("kept_part_points", "web")));
        Assert.Equal((340, 20, 0, 1), (Of("kept_part_good", "api"), Of("kept_part_bad", "api"), Of("kept_part_gap", "api"), Of("kept_part_points", "api")));
        Assert.Equal((0.3125, 0.694444444), (Of("kept_part_budget_spent_ratio", "web"), Of("kept_part_budget_spent_ratio", "api")));
        Assert.Equal((1, 0, 0, 1), (Of("kept_part_outcome", "web", state: "kept"), Of("kept_part_outcome", "web", state: "broken"), Of("kept_part_outcome", "api", state: "kept"), Of("kept_part_outcome", "api", state: "broken")));
        Assert.DoesNotContain(samples, sample => sample.Labels["objective"] == MadeParts.Sliced && sample.Name is "kept_part_outcome" or "kept_part_budget_spent_ratio" && sample.Labels["objective"] == MadeParts.Sliced);
        // what the parts took adds up to what the whole spent
        var whole = MetricsTests.Parse(text).Where(sample => sample.Labels.GetValueOrDefault("objective") == MadeParts.Objective && sample.Labels["promise"] == "checkout@1").ToDictionary(sample => sample.Name + sample.Labels.GetValueOrDefault("part") + sample.Labels.GetValueOrDefault("kept_part_outcome"), sample => sample.Value);
        Assert.Equal(whole["kept_objective_bad"], (3 * Of("kept_part_bad", "web")) + Of("kept_part_bad", "api"));
    }

    [Fact]
    public async Task A_part_of_which_nothing_was_seen_is_unknown_and_one_that_took_more_than_all_says_so()
    {
        await using var web = await RunningWeb.StartAsync(MadeParts.House(web: 12, api: 0));
        var page = await web.GetAsync(Path);
        Assert.Contains("125 %", page, StringComparison.Ordinal); // 36 of 28.8 points
        Assert.Contains("nothing", page, StringComparison.Ordinal);
        var line = new VerdictLine("x", Outcome.Unknown, new NoWords(), 0, 0, 0, 10, MadeHouse.Now, MadeHouse.Now, null);
        var row = Assert.Single(PartRow.Of(line, new Promise { Name = new PromiseName("a", "b", 1), Standing = Standing.Offered, At = Place.None }));
        Assert.Equal((null, null, Outcome.Unknown, "none of its 7 looks saw anything"), (row.Share, row.Spent, row.Outcome, row.Words));
    }

    private sealed class NoWords : LineWords
    {
        public override string Of(VerdictLine line) => "";
        public override System.Collections.Immutable.ImmutableArray<PartFigures> Parts => [new PartFigures("web", 1, 0, 0, 7, false)];
        public override Outcome? OutcomeOf(PartFigures part) => Outcome.Unknown;
    }
}
