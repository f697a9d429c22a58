using Kept.Model;
using Xunit;
using static Kept.Judging.Tests.Make;

namespace Kept.Judging.Tests.Verdicts;

/// <summary>Slices do not hide what nobody saw, and stand still while nothing happens.</summary>
public sealed class SliceTests
{
    private static readonly SliceRule Mean = new(SliceCount.Mean, 0);

    private static PromiseFold Fold(Promise promise, Func<long, LookClass?> look, long looks)
    {
        var fold = new PromiseFold(promise, Us, Start);
        for (long i = 0; i < looks; i++)
            if (look(i) is { } seen)
                fold.Add(0, Look(Start + (promise.Checks[0].Every * i), seen));
        return fold;
    }

    [Theory]
    [InlineData(SliceCount.Whole)]
    [InlineData(SliceCount.AtLeast)]
    [InlineData(SliceCount.Mean)]
    public void One_look_an_hour_does_not_cover_the_hour(SliceCount count)
    {
        var promise = Promise(Make.Check("1m"), Availability(99, "1d", per: "1h") with { SliceRule = new SliceRule(count, 0.9m) });
        Outcome After(Func<long, LookClass?> look) => Fold(promise, look, 2880).VerdictAt(Start + Duration.Minutes(2880), Nobody).Lines[1].Outcome;
        Assert.Equal(Outcome.Kept, After(_ => LookClass.Good));
        Assert.Equal(Outcome.Broken, After(_ => LookClass.Bad));
        Assert.Equal(Outcome.Unknown, After(i => i % 60 == 30 ? LookClass.Good : null));
        Assert.Equal(Outcome.Unknown, After(i => i % 60 == 30 ? LookClass.Good : LookClass.Gap));
    }

    [Fact]
    public void What_nobody_recorded_of_a_slice_counts_by_its_accounting()
    {
        VerdictLine Line(GapAccount own, SliceRule rule)
        {
            var promise = Promise(Make.Check("1m"), Availability(99, "1d", per: "1h") with { SliceRule = rule }) with { Accounting = Accounting.Usual with { OwnOutage = own } };
            return Fold(promise, i => i % 60 == 30 ? LookClass.Good : null, 2880).VerdictAt(Start + Duration.Minutes(2880) + Duration.Seconds(10), Nobody).Lines[1];
        }
        var bad = Line(GapAccount.Bad, new SliceRule(SliceCount.AtLeast, 0.9m));
        Assert.Equal((Outcome.Broken, 0L), (bad.Outcome, bad.Good));
        Assert.Equal(new Fraction(bad.Counted, 60), Line(GapAccount.Bad, Mean).Sum);
        Assert.Equal((Outcome.Unknown, true), (Line(GapAccount.Good, Mean).Outcome, Line(GapAccount.Good, Mean).Sum!.Denominator.IsOne));
    }

    [Theory]
    [InlineData(GapAccount.Bad)]
    [InlineData(GapAccount.Good)]
    public void Own_outages_that_count_change_nothing_between_two_looks(GapAccount own)
    {
        // Half an hour of 100 minutes is not recorded. Nothing changes from then on, at whatever moment of a minute it is asked.
        foreach (var objective in (Objective[])[Availability(69.5m, "1h"), Availability(69.5m, "1h", per: "5m") with { SliceRule = Mean }])
        {
            var promise = Promise(Make.Check("1m", "20s"), objective) with { Accounting = Accounting.Usual with { OwnOutage = own } };
            var fold = Fold(promise, i => i is >= 20 and < 38 ? null : LookClass.Good, 60);
            var missed = new List<long>();
            for (var look = 60; look < 65; look++)
            {
                fold.Add(0, Look(Start + Duration.Minutes(look), LookClass.Good));
                for (var second = 0; second < 60; second += 10)
                {
                    var line = fold.VerdictAt(Start + Duration.Minutes(look) + Duration.Seconds(second), Nobody).Lines[1];
                    if (objective.Slice is null) missed.Add(line.Assumed);
                    else Assert.Equal(own == GapAccount.Bad, line.Sum!.CompareTo(Fraction.Of(line.Counted)) < 0);
                }
            }
            if (objective.Slice is null) Assert.All(missed, count => Assert.Equal(18, count));
        }
    }

    [Theory]
    [InlineData(SliceCount.AtLeast)]
    [InlineData(SliceCount.Mean)]
    public void A_window_as_long_as_a_slice_fires_and_is_quiet(SliceCount count)
    {
        var burns = new BurnLine("burn", Place.None, [.. ((string[])["1h", "5m"]).Select(over => new BurnTest(0, null, false, 14.4m, Span(over), Place.None))]);
        var promise = Promise(Make.Check("10s"), Availability(99, "30d", per: "5m") with { SliceRule = new SliceRule(count, 0.95m) }) with { Alerts = [new Alert("page", [burns], Place.None)] };
        foreach (var seconds in (int[])[7200, 7230, 7300, 7490])
        {
            AlertState State(LookClass look) => Fold(promise, _ => look, (seconds / 10) + 1).VerdictAt(Start + Duration.Seconds(seconds), Nobody).Alerts[0].State;
            Assert.Equal((AlertState.Firing, AlertState.Quiet, AlertState.Unknown), (State(LookClass.Bad), State(LookClass.Good), State(LookClass.Gap)));
        }
    }

    [Fact]
    public void A_month_of_slices_with_now_eight_and_now_nine_looks_is_one_run()
    {
        var promise = Promise(Make.Check("7s"), Availability(95, "30d", per: "1m") with { SliceRule = Mean });
        var looks = 32 * 86_400L / 7;
        var fold = Fold(promise, _ => LookClass.Good, looks);
        Assert.Equal(Outcome.Kept, fold.VerdictAt(Start + Duration.Seconds(7 * looks), Nobody).Lines[1].Outcome);
        Assert.InRange(fold.Snapshot().Length, 1, 400);
        var (most, fewest) = (Mark.OfShare(LookClass.Good, 8, 9), Mark.OfShare(LookClass.Good, 16, 18));
        Assert.Equal((most, (8L, 9L)), (fewest, fewest.Share));
    }

    [Fact]
    public void A_window_that_holds_no_whole_slice_counts_nothing()
    {
        // Found by the slow judge: a slice that is over only after the patience for its looks may end before the window begins.
        var promise = Promise(Make.Check("10s", "5s"), Availability(90, "1m", per: "59s") with { SliceRule = new SliceRule(SliceCount.Mean, 0) }) with { Accounting = Accounting.Usual with { OwnOutage = GapAccount.Bad } };
        var fold = new PromiseFold(promise, Us, Start);
        for (var second = 0; second < 600; second++)
        {
            if (second % 10 == 0) fold.Add(0, Look(Start + Duration.Seconds(second), LookClass.Good));
            var line = fold.VerdictAt(Start + Duration.Seconds(second), Nobody).Lines[1];
            Assert.True(line.Counted >= 0 && line.Good >= 0 && line.Due >= 0, $"{second}: {line.Good} of {line.Counted}, {line.Due} due");
        }
    }
}
