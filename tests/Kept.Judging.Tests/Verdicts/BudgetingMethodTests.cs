using Kept.Model;
using Xunit;
using static Kept.Judging.Tests.Make;

namespace Kept.Judging.Tests.Verdicts;

/// <summary>
/// The worked figures of OpenSLO's <i>examples/budgeting-method</i> (Apache 2.0): two weeks, 24,000 requests a day, 95 % wanted, slices of a minute, and an attack during which
/// one request of a hundred succeeds. It says 16,632 failures by occurrences, 16 h 48 min by time slices and "about 13 hours and 45 minutes" by ratio time slices.
/// </summary>
public sealed class BudgetingMethodTests
{
    private static readonly Instant End = Start + Duration.Days(14);

    private static VerdictLine Line(Objective objective, string every, Func<long, bool> isBad)
    {
        var fold = new PromiseFold(Promise(Make.Check(every, "1ms"), objective), Us, Start);
        var step = Span(every);
        long i = 0;
        for (var at = Start; at < End; at += step, i++) fold.Add(0, Look(at, isBad(i) ? LookClass.Bad : LookClass.Good));
        return fold.LineOver(0, Start, End, End);
    }

    [Fact]
    public void By_occurrences_an_attack_that_takes_the_whole_budget_has_16_632_failures()
    {
        // 24,000 a day are one each 3.6 s, 336,000 in two weeks, of which 5 % may fail: 16,800. An attack of as many requests, one of a hundred answered, fails 16,632 times.
        var attack = Line(Availability(95, "14d"), "3600ms", i => i < 16_800 && i % 100 != 0);
        Assert.Equal((336_000L, 16_632L), (attack.Counted, attack.Counted - attack.Good));
        Assert.Equal(("16800", "16632", "168"), (attack.Budget!.Allowed.ToString(), attack.Budget.Spent.ToString(), attack.Budget.Left.ToString()));
        Assert.Equal((Outcome.Kept, 0.01m, 168L), (attack.Outcome, attack.BudgetLeft, attack.Budget.Bears));
        Assert.Equal(Outcome.Kept, Line(Availability(95, "14d"), "3600ms", i => i < 16_800).Outcome);
        Assert.Equal(Outcome.Broken, Line(Availability(95, "14d"), "3600ms", i => i < 16_801).Outcome);
    }

    [Fact]
    public void By_time_slices_the_attack_may_last_16_hours_and_48_minutes()
    {
        var objective = Availability(95, "14d", per: "1m") with { SliceRule = new SliceRule(SliceCount.AtLeast, 0.95m) };
        // 20 looks a minute; of the usual ones one of a hundred fails, which no slice minds; in the attack one of a hundred succeeds
        VerdictLine Attacked(long minutes) => Line(objective, "3s", i => i / 20 < minutes ? i % 100 != 0 : i % 100 == 0);
        var line = Attacked(1008);
        Assert.Equal((Outcome.Kept, 20_160L, 1_008L), (line.Outcome, line.Counted, line.Counted - line.Good));
        Assert.Equal((Duration.Hours(16) + Duration.Minutes(48), Duration.Zero, 0m), (line.Budget!.AllowedTime, line.Budget.LeftTime, line.BudgetLeft));
        Assert.Equal("1008", line.Budget.Allowed.ToString());
        Assert.Equal(Outcome.Broken, Attacked(1009).Outcome);
    }

    [Fact]
    public void By_ratio_time_slices_it_may_last_13_hours_and_42_minutes_and_not_a_minute_more()
    {
        // With t minutes of 1 % and the others of 99 %, 0.99 t + 0.01 (20,160 − t) = 1,008 for t = 822 6/7: 13 h 42 min 51 s, which the example gives as about 13 h 45 min.
        var objective = Availability(95, "14d", per: "1m") with { SliceRule = new SliceRule(SliceCount.Mean, 0) };
        VerdictLine Attacked(long minutes) => Line(objective, "600ms", i => i / 100 < minutes ? i % 100 != 0 : i % 100 == 0);
        var line = Attacked(822);
        Assert.Equal((Outcome.Kept, 20_160L), (line.Outcome, line.Counted));
        Assert.Equal(new Fraction((822 * 1) + ((20_160 - 822) * 99), 100), line.Sum);
        Assert.Equal(new Fraction(100_800 - 100_716, 100), line.Budget!.Left); // 0.84 of a minute
        Assert.Equal(Duration.Milliseconds(50_400), line.Budget.LeftTime);
        Assert.Equal(Outcome.Broken, Attacked(823).Outcome);
        Assert.Equal("95.004 % is the mean of 20,160 slices", line.Reason);
    }
}
