using Kept.Engine;
using Kept.Model;
using Xunit;

namespace Kept.Server.Tests;

/// <summary>Pages, API and metrics say whether we ourselves can see.</summary>
public sealed class AnchorPageTests
{
    private static Task<RunningWeb> StartAsync(string? blind)
    {
        var house = new MadeHouse();
        var view = house.View;
        var anchor = view.Promises.SelectMany(promise => promise.Promise.Checks).First() with { Name = "provider" };
        house.Replace(view with
        {
            House = view.House with { Agents = [.. view.House.Agents, new Agent { Id = OwnDocument.Agent, Name = "Kept itself", Kind = AgentKind.Service, At = new Place(new SourceFile(OwnDocument.Path), 2, 1, 5) }] },
            Anchors = new AnchorsView(view.AsOf, [new AnchorView(anchor, blind is null, blind ?? "good")], blind, blind is null ? null : view.AsOf - Duration.Minutes(2)),
        });
        return RunningWeb.StartAsync(house);
    }

    [Fact]
    public async Task Blind_it_says_so_why_and_since_when()
    {
        await using var web = await StartAsync("we are offline ourselves: none of our anchors is good (provider: <refused>)");
        var page = await web.GetAsync("/");
        Assert.Contains("we cannot see", page, StringComparison.Ordinal);
        Assert.Contains("We are offline ourselves", page, StringComparison.Ordinal);
        Assert.Contains("2 min ago", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<refused>", page, StringComparison.Ordinal);
        Assert.Contains("cannot see", await web.GetAsync("/agents/kept"), StringComparison.Ordinal);
        Assert.Contains("\"blind\":\"we are offline ourselves", await web.GetAsync("/api/v1/figures"), StringComparison.Ordinal);
        var metrics = await web.GetAsync("/metrics");
        Assert.Contains("kept_blind 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("kept_anchor_good{anchor=\"provider\"", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Seeing_it_is_said_where_the_engine_is_described_and_nowhere_else()
    {
        await using var web = await StartAsync(null);
        Assert.DoesNotContain("we cannot see", await web.GetAsync("/"), StringComparison.Ordinal);
        Assert.Contains("1 of 1 anchor good: provider ", await web.GetAsync("/agents/kept"), StringComparison.Ordinal);
        Assert.Contains("kept_blind 0\n", await web.GetAsync("/metrics"), StringComparison.Ordinal);
    }
}
