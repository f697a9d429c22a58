using Kept.Engine.Tests.World;
using Kept.Language;
using Kept.Model;
using Xunit;

namespace Kept.Engine.Tests;

/// <summary>The rhythm of a check changes while a slot of the old one waits for a place, and another check takes its place in the list.</summary>
public sealed class ChangedRhythmTests
{
    private static HouseReading House(string checks)
    {
        var reading = HouseWorld.Read($$"""
            kept: 1
            agent: web
            domains: [web.example]
            promises:
              hole@1: {{Rest}}
                check: { http: 'GET https://web.example/hole', every: 2s, timeout: 1s, expect: [ 'status == 200' ] }
              home@1: {{Rest.Replace("'availability", "'availability of front >= 10% over 1h', 'availability", StringComparison.Ordinal)}}
                check: [ {{checks}} ]
            """);
        Assert.True(reading.House is not null, string.Join('\n', reading.Diagnostics));
        return reading with { House = reading.House with { Settings = reading.House.Settings with { LooksAtOnce = 1, LooksPerHost = 1 } } };
    }

    private const string Rest = """

            version: 1.0
            benefit: You see the page.
            to: anyone
            docs: docs/a.md
            notice: 30d
            keeps: [ 'availability >= 99% over 1h' ]
            fails: [ { code: 503 later, sees: nothing, retry: after 30s, loses: nothing } ]
        """;

    private static string Front(int seconds) => $$"""{ name: front, http: 'GET https://web.example/front', every: {{seconds}}s, timeout: 500ms, expect: [ 'status == 200' ] }""";

    private const string Back = "{ name: back, http: 'GET https://web.example/back', every: 2s, timeout: 1s, expect: [ 'status == 200' ] }";

    [Theory]
    [InlineData(3)]
    [InlineData(60)]
    [InlineData(1)]
    public void The_slot_that_waits_is_a_gap_of_the_old_rhythm_and_the_series_stays_with_its_check(int seconds)
    {
        using var world = new HouseWorld();
        world.Run(House(Front(2)));
        world.Advance(TimeSpan.FromSeconds(20));
        var before = Assert.Single(world.Promise("home@1").Checks);
        world.Looks["GET https://web.example/hole"] = new Script.NeverEnds(); // it keeps the only place for six seconds
        for (var tries = 0; world.View.Figures.Queue == 0; tries++)
        {
            Assert.True(tries < 400, "no slot of it ever waited");
            world.Advance(TimeSpan.FromMilliseconds(50));
        }
        Assert.Equal(1, world.View.Figures.UnderWay);
        var waits = world.Promise("home@1").Checks[0].NextDue!.Value;
        Assert.True(waits <= world.Now);
        var changed = world.Now;

        world.Take(House($"{Back}, {Front(seconds)}"));
        world.Looks["GET https://web.example/hole"] = new Script.Answers(200);
        world.Advance(TimeSpan.FromSeconds(200));

        var checks = world.Promise("home@1").Checks;
        Assert.Equal(["back", "front"], checks.Select(check => check.Check.Name));
        Assert.Equal(before.Series, checks[1].Series);
        Assert.NotEqual(before.Series, checks[0].Series);
        var looks = world.LooksOf("home@1", 1);
        Assert.Equal(looks.Count, looks.Select(look => look.Slot).Distinct().Count());
        // the old rhythm, up to the slot that waited; then the new one, without a hole between or in either
        var old = looks.Where(look => look.Slot <= changed).ToList();
        Assert.Equal((waits, LookClass.Gap, GapCause.Late), (old[^1].Slot, old[^1].Class, old[^1].Gap));
        AssertEven(old.Skip(1), 2); // the first look comes early
        var later = looks.Where(look => look.Slot > changed).ToList();
        Assert.True(later[0].Slot - changed <= Duration.Seconds(seconds));
        AssertEven(later, seconds);
        Assert.True(world.Now - later[^1].Slot < Duration.Seconds(seconds + 2));
        // what is recorded of one check never lands with another
        var made = world.Looks.Made.Where(look => look.At > changed).GroupBy(look => look.Target).ToDictionary(group => group.Key, group => group.Count());
        Assert.Equal(made.Single(one => one.Key.EndsWith("/front", StringComparison.Ordinal)).Value, later.Count(look => look.Class != LookClass.Gap));
        Assert.Equal(made.Single(one => one.Key.EndsWith("/back", StringComparison.Ordinal)).Value, world.LooksOf("home@1", 0).Count(look => look.Class != LookClass.Gap));
        var good = world.LooksOf("home@1", 0).Concat(looks).Count(look => look.Class == LookClass.Good);
        Assert.Equal(good, world.Verdict("home@1").Lines[2].Good);
        Assert.Equal(looks.Count(look => look.Class == LookClass.Good), world.Verdict("home@1").Lines[1].Good);
        world.Stop();
    }

    private static void AssertEven(IEnumerable<LookRecord> looks, int seconds)
    {
        var slots = looks.Select(look => look.Slot).ToList();
        Assert.True(slots.Count > 1);
        Assert.All(slots.Zip(slots.Skip(1)), pair => Assert.Equal(Duration.Seconds(seconds), pair.Second - pair.First));
    }
}
