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
