using System.Collections.Frozen;
using CsCheck;
using Kept.Engine.Schedule;
using Kept.Engine.Tests.World;
using Kept.Judging;
using Kept.Model;
using Xunit;

namespace Kept.Engine.Tests;

/// <summary>The load that our own looks make: counted exactly, recorded with each look that it decides, and decided again from the record alone.</summary>
public sealed class OwnLoadTests
{
    private const string Host = "web.example";

    private static string Promise(string name, string every, string more = "", string host = Host) =>
        $$"""
          {{name}}@1:
            version: 1.0
            benefit: You see what you came for.
            to: anyone
            docs: docs/web.md
            notice: 30d
            fails: [ { code: 503 later, sees: nothing, retry: after 30s, loses: nothing } ]
            keeps: [ 'availability >= 99% over 1h' ]
            {{more}}
            check: { http: 'GET https://{{host}}/{{name}}', every: {{every}}, timeout: 900ms, expect: [ 'status == 200' ] }

        """;

    private static string House(params string[] promises) =>
        $"kept: 1\nagent: web\ndomains: [{Host}, other.example]\nuntil: 2027-12-31\nload: {{ from: looks }}\npromises:\n" + string.Concat(promises.Select(promise => string.Join('\n', promise.Split('\n').Select(line => line.Length == 0 ? line : "  " + line))));

    private const string Bands = "regimes: { quiet: load < 20/m, busy: load >= 20/m }";

    /// <summary>Told anew of each look: the regime by the recorded load alone, and that load by a count over all records.</summary>
    private static int Again(HouseWorld world, string name, params string[] onHost)
    {
        var view = world.Promise(name);
        var check = view.Checks[0].Check;
        var begins = onHost.SelectMany(one => world.LooksOf(one)).Where(look => look.Class != LookClass.Gap).Select(look => look.Slot.Microseconds + look.LateMicroseconds).ToList();
        var known = 0;
        foreach (var look in world.LooksOf(name))
        {
            if (OwnLoad.In(check, look) is { } load)
            {
                known++;
                var at = look.Slot.Microseconds + look.LateMicroseconds;
                Assert.Equal(begins.Count(begin => begin <= at && begin > at - 60_000_000), load.Amount);
            }
            if (view.Promise.Regimes.IsEmpty) continue;
            var around = new Surroundings(_ => Outcome.Unknown, OwnLoad.In(check, look), null, view.Promise.Version, _ => null);
            var again = RegimeJudge.Of(view.Promise, check, new Observation { StartedAt = look.Slot, Reach = Reach.Answered }, look.Measured, around, look.Slot);
            Assert.Equal(Regime.Of(view.Promise, check, look), again ?? Regime.NamesOf(view.Promise).Length - 1);
        }
        return known;
    }

    private static string RegimeNow(HouseWorld world, string name) => world.Verdict(name).Regimes.Single(regime => regime.IsCurrent).Name;

    [Fact]
    public void A_promise_is_kept_in_the_quiet_and_broken_under_the_load_of_our_own_looks_and_unknown_while_that_is_not_known()
    {
        using var world = new HouseWorld();
        world.Run(House(Promise("home", "10s", Bands)));
        world.Advance(TimeSpan.FromSeconds(50));
        Assert.Equal((Regime.Unknown, Outcome.Unknown), (RegimeNow(world, "web/home@1"), world.Verdict("web/home@1").Outcome)); // no whole minute was counted
        world.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(("quiet", Outcome.Kept), (RegimeNow(world, "web/home@1"), world.Verdict("web/home@1").Outcome));

        world.Looks["GET https://web.example/home"] = new Script.Answers(503);
        world.Take(House(Promise("home", "10s", Bands), Promise("crowd", "1s")));
        world.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("busy", RegimeNow(world, "web/home@1"));
        var broken = world.Verdict("web/home@1");
        Assert.Equal(Outcome.Broken, broken.Outcome);
        Assert.Contains("in regime busy", broken.Reason, StringComparison.Ordinal);

        world.Looks.Heal();
        world.Take(House(Promise("home", "10s", Bands)));
        world.Advance(TimeSpan.FromMinutes(3));
        var after = world.Verdict("web/home@1");
        Assert.Equal("quiet", RegimeNow(world, "web/home@1"));
        Assert.Equal(Outcome.Broken, after.Regimes.Single(regime => regime.Name == "busy").Verdict.Lines.Single(line => line.Text.StartsWith("availability", StringComparison.Ordinal)).Outcome);
        Assert.Equal(Outcome.Kept, after.Regimes.Single(regime => regime.Name == "quiet").Verdict.Lines.Single(line => line.Text == "now").Outcome); // nothing is counted over the two
        world.Stop();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void What_was_decided_by_it_is_decided_again_from_the_records_alone(int seed)
    {
        using var world = new HouseWorld(seed);
        world.Run(House(Promise("home", "7s", Bands), Promise("crowd", "2s"), Promise("slow", "13s"), Promise("elsewhere", "1s", host: "other.example")));
        world.Looks.Otherwise = new Script.Answers(200, Took: TimeSpan.FromMilliseconds(300));
        world.Advance(TimeSpan.FromMinutes(6));
        world.Looks["GET https://web.example/slow"] = new Script.Swallows();
        world.Advance(TimeSpan.FromMinutes(2));
        Assert.InRange(Again(world, "web/home@1", "web/home@1", "web/crowd@1", "web/slow@1"), 40, 100);
        world.Kill();
        world.Run(House(Promise("home", "7s", Bands), Promise("crowd", "2s"), Promise("slow", "13s")));
        world.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(Regime.Unknown, RegimeNow(world, "web/home@1")); // what others saw while nobody counted is not known
        world.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("busy", RegimeNow(world, "web/home@1"));
        world.Stop();
    }

    [Fact]
    public void A_clock_that_jumps_leaves_it_unknown_for_a_minute()
    {
        using var world = new HouseWorld();
        world.Run(House(Promise("home", "10s", Bands)));
        world.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal("quiet", RegimeNow(world, "web/home@1"));
        world.Clock.Jump(TimeSpan.FromSeconds(-20));
        world.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(Regime.Unknown, RegimeNow(world, "web/home@1"));
        world.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("quiet", RegimeNow(world, "web/home@1"));
        world.Stop();
    }

    [Fact]
    public void A_condition_that_asks_for_it_holds_is_false_and_is_unknown()
    {
        const string given = "given: load <= 20/m";
        using var world = new HouseWorld();
        world.ReadLoad = (_, _) => throw new InvalidOperationException("nobody is asked for it");
        world.Run(House(Promise("home", "10s", given)));
        world.Advance(TimeSpan.FromSeconds(50));
        Assert.Equal(Outcome.Unknown, world.Verdict("web/home@1").Outcome);
        world.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(Outcome.Kept, world.Verdict("web/home@1").Outcome);
        Assert.True(Again(world, "web/home@1", "web/home@1") > 5);
        world.Take(House(Promise("home", "10s", given), Promise("crowd", "1s")));
        world.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(Outcome.NotInForce, world.Verdict("web/home@1").Outcome);
        Assert.Empty(world.View.Loads);
        world.Stop();
    }

    [Fact]
    public void Promises_that_do_not_ask_for_it_have_nothing_of_it_in_their_records()
    {
        using var world = new HouseWorld();
        world.Run(House(Promise("home", "10s"), Promise("old", "10s", "regimes: { one: version == '1.0' }"), Promise("other", "10s", Bands)));
        world.Advance(TimeSpan.FromMinutes(2));
        Assert.All(world.LooksOf("web/home@1"), look => Assert.Empty(look.Measured));
        Assert.All(world.LooksOf("web/old@1"), look => Assert.Single(look.Measured));
        Assert.All(world.LooksOf("web/other@1"), look => Assert.Equal(2, look.Measured.Length));
        world.Stop();
    }

    [Fact]
    public void A_look_that_was_under_way_when_the_clock_went_back_is_in_no_count_of_the_time_after()
    {
        var (loads, now) = (new OwnLoads(), new Instant(100_000_000));
        loads.Arrange(new[] { "a" }.ToFrozenSet(), now);
        var under = loads.Began("a", now + Duration.Seconds(70))!;
        now += Duration.Seconds(60);
        loads.Restart(now);
        OwnLoads.Ended(under, 60);
        Assert.NotNull(loads.Began("a", now + Duration.Seconds(50)));
        Assert.Equal(1, loads.At("a", now + Duration.Seconds(60)));
    }

    [Fact]
    public void What_is_too_old_to_count_is_not_held_though_nobody_asks()
    {
        var loads = new OwnLoads();
        loads.Arrange(new[] { "a" }.ToFrozenSet(), new Instant(0));
        for (var second = 0; second < 7_200; second++) loads.Began("a", new Instant(second * 1_000_000L));
        Assert.InRange(loads.Held, 60, 61);
    }

    [Fact]
    public void What_a_look_sent_to_another_host_counts_there_from_its_begin()
    {
        var loads = new OwnLoads();
        loads.Arrange(new[] { "a", "b" }.ToFrozenSet(), new Instant(0));
        Instant At(int second) => new(second * 1_000_000L);
        OwnLoads.Ended(loads.Began("a", At(70))!, 2);
        Assert.NotNull(loads.Began("b", At(75)));
        loads.Also("b", At(70), 5, At(76)); // later than one that began after it
        loads.Also("c", At(70), 5, At(76)); // nobody asks about it
        Assert.Equal((2, 6), (loads.At("a", At(80)), loads.At("b", At(80))));
        Assert.Equal((0, 1), (loads.At("a", At(130)), loads.At("b", At(130))));
        loads.Also("b", At(60), 5, At(130)); // too old by now
        Assert.Equal(1, loads.At("b", At(130)));
        loads.Restart(At(132));
        loads.Also("b", At(131), 5, At(133)); // of the time before
        Assert.Equal(0, loads.At("b", At(192)));
    }

    /// <summary>Against a list of all that was ever sent.</summary>
    [Fact]
    public void It_is_counted_as_brute_force_counts_it() => Gen.Select(Gen.Int[0, 25_000], Gen.Int[1, 40], Gen.Int[0, 3]).Array[1, 60].Sample(steps =>
    {
        var (loads, now, sent) = (new OwnLoads(), new Instant(0), new List<(SentRequests Counted, Instant At, int Requests)>());
        loads.Arrange(new[] { "a", "b" }.ToFrozenSet(), now);
        foreach (var (wait, requests, what) in steps)
        {
            now += Duration.Milliseconds(wait);
            if (what == 0) Assert.NotNull(loads.Began("b", now));
            else if (loads.Began("a", now) is { } began) sent.Add((began, now, 1));
            if (what == 2 && sent.Count > 1)
            {
                var at = requests % sent.Count;
                OwnLoads.Ended(sent[at].Counted, requests);
                sent[at] = sent[at] with { Requests = requests };
            }
            var expected = sent.Where(one => one.At > now - OwnLoad.Over).Sum(one => (long)one.Requests);
            Assert.Equal(now.Microseconds < 60_000_000 ? null : expected, loads.At("a", now));
            Assert.Null(loads.Began("c", now));
            Assert.Null(loads.At("c", now));
        }
    });
}
