using System.Numerics;
using CsCheck;
using Kept.Model;
using Xunit;
using static Kept.Judging.Tests.Make;

namespace Kept.Judging.Tests.Verdicts;

/// <summary>What is said of objectives and alerts beforehand, against brute force and against what the fold then does.</summary>
public sealed class FeasibilityTests
{
    private static BurnTest Burn(decimal factor, string over, bool strict = false, int objective = 0) => new(objective, null, strict, factor, Span(over), Place.None);

    private static Promise Alerting(string every, Objective objective, params BurnTest[] tests) =>
        Promise(Make.Check(every, "1ms"), objective) with { Alerts = [new Alert("page", [new BurnLine("burn", Place.None, [.. tests])], Place.None)] };

    private static BurnFeasibility Of(Promise promise, Fraction? noise = null) => Assert.Single(Feasibility.OfAlerts(promise, _ => noise));

    [Theory]
    // factor × (1 − target) = 1 is the end: 14.4 reaches no target of 93.05 % or less, 6 none below 83.4 %, 3 none below 66.7 %
    [InlineData(14.4, 93.06, true)]
    [InlineData(14.4, 93.05, false)]
    [InlineData(14, 92.86, true)]
    [InlineData(14, 92.85, false)]
    [InlineData(6, 83.34, true)]
    [InlineData(6, 83.33, false)]
    [InlineData(3, 66.67, true)]
    [InlineData(3, 66.66, false)]
    [InlineData(10, 90, true)] // exactly all of them
    public void A_burn_that_is_more_than_everything_never_fires(double factor, double percent, bool can)
    {
        var promise = Alerting("10s", Availability((decimal)percent, "30d"), Burn((decimal)factor, "1h"), Burn((decimal)factor, "5m"));
        Assert.Equal(can, Of(promise).CanFire);
        Assert.Equal(can, AllBad(promise) == AlertState.Firing);
        if (percent == 90) Assert.False(Of(Alerting("10s", Availability(90, "30d"), Burn(10, "1h", strict: true))).CanFire);
    }

    private static AlertState AllBad(Promise promise)
    {
        var fold = new PromiseFold(promise, Us, Start);
        for (var i = 1; i <= 720; i++) fold.Add(0, Look(Start + Duration.Seconds(10 * i), LookClass.Bad));
        return fold.VerdictAt(Start + Duration.Seconds(7200), Nobody).Alerts[0].State;
    }

    [Theory]
    // One failure of an hour is i / 3600: it reaches 14.4 × (1 − target) from these intervals on.
    [InlineData(99.9, 51_840, true)]
    [InlineData(99.9, 51_000, false)]
    [InlineData(99.5, 260_000, true)]
    [InlineData(99.5, 257_000, false)]
    [InlineData(99.95, 25_920, true)]
    [InlineData(99.95, 25_700, false)]
    public void One_failed_look_fires_where_looks_are_rare(double percent, int everyMilliseconds, bool fires) =>
        Assert.Equal(fires, Of(Alerting($"{everyMilliseconds}ms", Availability((decimal)percent, "30d"), Burn(14.4m, "1h"))).FiresOnOne);

    [Fact]
    public void So_many_failures_fire_it_and_one_less_does_not()
    {
        var gen = Gen.Select(Gen.OneOf("5s", "10s", "30s", "1m"), Gen.OneOf(50m, 90m, 95m, 99m, 99.9m), Gen.OneOf(1m, 2m, 6m, 14.4m), Gen.Bool, Gen.OneOf("5m", "10m"), Gen.OneOf("1h", "2h"));
        gen.Sample((every, percent, factor, strict, brief, longer) =>
        {
            var promise = Alerting(every, Availability(percent, "30d"), Burn(factor, longer, strict), Burn(factor, brief, strict));
            var told = Of(promise);
            var period = promise.Checks[0].Every;
            if (!told.CanFire) return;
            Assert.Equal(AlertState.Firing, After(told.Needed));
            Assert.NotEqual(AlertState.Firing, After(told.Needed - 1));
            Assert.Equal(period * (told.Needed - 1), told.Soonest);

            // hours of good looks, then so many bad ones, asked at the last of them
            AlertState After(long bad)
            {
                var fold = new PromiseFold(promise, Us, Start);
                var looks = (Duration.Hours(3).Nanoseconds / period.Nanoseconds) + bad;
                for (long i = 1; i <= looks; i++) fold.Add(0, Look(Start + (period * i), i > looks - bad ? LookClass.Bad : LookClass.Good));
                return fold.VerdictAt(Start + (period * looks), Nobody).Alerts[0].State;
            }
        }, iter: 60, threads: 1);
    }

    [Fact]
    public void The_chance_of_a_false_page_is_the_exact_sum_over_all_that_can_happen()
    {
        var gen = Gen.Select(Gen.Int[1, 6], Gen.Int[0, 6], Gen.Int[0, 5], Gen.Int[0, 8], Gen.Int[1, 9]);
        gen.Sample((inner, more, innerNeeded, outerNeeded, tenths) =>
        {
            var (n, noise) = (inner + more, new Fraction(tenths, 10));
            var exact = Fraction.Zero;
            for (var looks = 0; looks < 1 << n; looks++) // each bit is a look; the inner window holds the first ones
            {
                var bad = BitOperations.PopCount((uint)looks);
                if (BitOperations.PopCount((uint)looks & ((1u << inner) - 1)) < innerNeeded || bad < outerNeeded) continue;
                exact += new Fraction(BigInteger.Pow(tenths, bad) * BigInteger.Pow(10 - tenths, n - bad), BigInteger.Pow(10, n));
            }
            var told = BinomialTail.Of([(n, outerNeeded), (inner, innerNeeded)], noise)!;
            Assert.True(told.CompareTo(exact) <= 0 && (exact - told).CompareTo(new Fraction(1, BigInteger.Pow(10, 30))) <= 0, $"{told.ToWords(40)} for {exact.ToWords(40)}");
        }, iter: 300, threads: 1);
    }

    [Fact]
    public void A_tail_far_out_keeps_its_digits()
    {
        // P(all 60 of 60 bad at one of a thousand) = 10^-180, and a sum of many thousand terms is told in time
        Assert.Equal(1, BinomialTail.Of([(60, 60)], new Fraction(1, 1000))!.CompareTo(new Fraction(BigInteger.Pow(10, 29), BigInteger.Pow(10, 209) + BigInteger.Pow(10, 180))));
        var day = BinomialTail.Of([(8640, 26), (720, 3)], new Fraction(1, 2000))!;
        Assert.InRange((long)(day * Fraction.Of(1_000_000_000_000_000_000)).Floor, 100_000, 1_000_000); // about 5 · 10^-13, as Poisson has it
        Assert.Null(BinomialTail.Of([(1_000_000, 5_000)], new Fraction(1, 2000)));
    }

    [Fact]
    public void What_an_objective_bears_is_what_the_fold_bears()
    {
        foreach (var objective in (Objective[])[Availability(99.9m, "1h"), Availability(95, "1h"), Availability(95, "1h", Comparison.Greater), Availability(90, "1h", per: "1m"),
            Availability(80, "1h", per: "1m") with { SliceRule = new SliceRule(SliceCount.AtLeast, 0.5m) }, Latency(95, "100ms", "1h")])
        {
            var promise = Promise(Make.Check("10s", "1ms"), objective);
            var told = Assert.Single(Feasibility.OfObjectives(promise));
            Assert.Equal(Outcome.Kept, After(told.Bears!.Value).Outcome);
            Assert.Equal(Outcome.Broken, After(told.Bears.Value + 1).Outcome);
            Assert.Equal(told.Bears == 0, told.BreaksByOne);

            VerdictLine After(long bad)
            {
                var fold = new PromiseFold(promise, Us, Start);
                for (var i = 0; i < 360; i++) fold.Add(0, Look(Start + Duration.Seconds(10 * i), (told.Unit == "slice" ? i / 6 : i) < bad ? LookClass.Bad : LookClass.Good, failure: (told.Unit == "slice" ? i / 6 : i) < bad ? TargetFailure.TimedOut : TargetFailure.None));
                return fold.LineOver(0, Start, Start + Duration.Hours(1), Start + Duration.Hours(1));
            }
        }
    }

    [Fact]
    public void A_window_too_short_for_its_confidence_is_told()
    {
        var promise = Promise(Make.Check("10s", "1ms"), Availability(99.9m, "1h"), Availability(99.9m, "1d")) with { Confidence = 0.95m };
        Assert.Equal([(2_995L, true), (2_995L, false)], Feasibility.OfObjectives(promise).Select(told => (told.NeededForConfidence!.Value, told.CanNeverBeConfirmed)));
    }

    [Fact]
    public void A_gap_never_makes_an_alert_quiet()
    {
        var promise = Alerting("10s", Availability(99, "30d"), Burn(6, "5m"));
        AlertState State(Func<int, LookClass> look)
        {
            var fold = new PromiseFold(promise, Us, Start);
            for (var i = 1; i <= 60; i++) fold.Add(0, Look(Start + Duration.Seconds(10 * i), look(i)));
            return fold.VerdictAt(Start + Duration.Seconds(600), Nobody).Alerts[0].State;
        }
        Assert.Equal(AlertState.Quiet, State(_ => LookClass.Good));
        Assert.Equal(AlertState.Firing, State(i => i > 55 ? LookClass.Bad : LookClass.Good));
        Assert.Equal(AlertState.Unknown, State(_ => LookClass.Gap));
        Assert.Equal(AlertState.Unknown, State(i => i > 40 ? LookClass.Gap : LookClass.Good));
        Assert.Equal(AlertState.Firing, State(i => i > 55 ? LookClass.Bad : LookClass.Gap)); // five of thirty, even if all missing were good
        Assert.Equal(AlertState.Quiet, State(_ => LookClass.NotInForce));
    }
}
