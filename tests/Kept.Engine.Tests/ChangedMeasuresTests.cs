using Kept.Engine.Tests.World;
using Kept.Model;
using Xunit;

namespace Kept.Engine.Tests;

/// <summary>Looks hold their figures by place. Under another list of measures a place means something else, and no figure may be judged as what it is not.</summary>
public sealed class ChangedMeasuresTests
{
    private static string House(string measures) => $$"""
        kept: 1
        agent: web
        domains: [web.example]
        types:
          lag: { unit: s, direction: provider, means: from a to b }
          delay: { unit: s, direction: provider, means: from b to c }
        promises:
          home@1:
            version: 1.0
            benefit: You see the page.
            to: anyone
            docs: docs/a.md
            notice: 30d
            keeps: [ 'lag p90 <= 1s over 1h', 'delay p90 <= 10s over 1h' ]
            fails: [ { code: 503 later, sees: nothing, retry: after 30s, loses: nothing } ]
            check: { http: 'GET https://web.example/', every: 10s, expect: [ 'status == 200' ], measures: { {{measures}} } }
        """;

    [Theory]
    [InlineData("")]
    [InlineData("regimes: { quick: 'lag < 1s', slow: 'lag >= 1s' }")]
    public void A_look_that_is_under_way_while_the_list_changes_is_kept_without_its_figures(string regimes)
    {
        using var world = new HouseWorld();
        world.Looks["web.example"] = new Script.Answers(200, """{ "lag": 100, "delay": 5000 }""", TimeSpan.FromSeconds(4));
        string Terms(string measures) => House(measures).Replace(", 'delay p90 <= 10s over 1h'", "", StringComparison.Ordinal) + (regimes.Length > 0 ? $"\n    {regimes}" : "");
        world.Run(Terms("delay: body.delay as ms, lag: body.lag as ms"));
        world.Advance(TimeSpan.FromSeconds(30));
        for (var i = 0; i < 20 && world.Looks.UnderWay == 0; i++) world.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, world.Looks.UnderWay);
        var made = world.Looks.Made[^1].At;
        world.Take(Terms("lag: body.lag as ms"));
        world.Advance(TimeSpan.FromSeconds(60));
        var looks = world.LooksOf("home@1").Where(look => look.Slot >= made - Duration.Seconds(9)).ToList();
        Assert.True(looks.Count >= 6, $"{looks.Count}");
        Assert.All(looks, look => Assert.Equal(LookClass.Good, look.Class));
        Assert.Null(looks[0].Measured.FirstOrDefault());
        Assert.All(looks.Skip(1), look => Assert.Equal(100 * Duration.PerMillisecond, look.Measured[0]));
        Assert.Equal(regimes.Length > 0 ? 0 : null, looks[^1].Measured.ElementAtOrDefault(1));
        world.Stop();
    }

    [Theory]
    [InlineData("lag: body.lag as ms, delay: body.delay as ms", "delay: body.delay as ms, lag: body.lag as ms")]
    [InlineData("delay: body.delay as ms, lag: body.lag as ms", "lag: body.lag as ms, delay: body.delay as ms")]
    public void Another_list_of_measures_begins_a_new_count(string before, string after)
    {
        using var world = new HouseWorld();
        world.Looks["web.example"] = new Script.Answers(200, """{ "lag": 100, "delay": 5000 }""");
        world.Run(House(before));
        world.Advance(TimeSpan.FromMinutes(50));
        Assert.All(world.Verdict("home@1").Lines.Skip(1), line => Assert.NotEqual(Outcome.Broken, line.Outcome));
        world.Take(House(after));
        world.Advance(TimeSpan.FromMinutes(5));
        Fine(30);
        world.Kill(); // also where it was changed while nobody ran, and back
        world.Run(House(before));
        world.Advance(TimeSpan.FromMinutes(5));
        Fine(30);
        world.Kill();
        world.Run(House(before)); // the same list again: nothing begins anew
        world.Advance(TimeSpan.FromMinutes(5));
        Fine(60);
        world.Stop();

        void Fine(int most) => Assert.All(world.Verdict("home@1").Lines.Skip(1), line =>
        {
            Assert.NotEqual(Outcome.Broken, line.Outcome);
            Assert.True(line.Good == line.Counted && line.Counted >= most - 5 && line.Counted <= most + 1, line.ToString());
        });
    }
}
