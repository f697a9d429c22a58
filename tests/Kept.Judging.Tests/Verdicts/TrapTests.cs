using Kept.Model;
using Xunit;
using static Kept.Judging.Tests.Make;

namespace Kept.Judging.Tests.Verdicts;

/// <summary>Known ways in which tools that judge objectives go wrong, each shown not to be ours.</summary>
public sealed class TrapTests
{
    private static VerdictLine Line(Objective objective, IEnumerable<LookRecord> looks, Instant now, string every = "10s")
    {
        var fold = new PromiseFold(Promise(Check(every, "5s"), objective), Us, Start - Duration.Days(100));
        foreach (var look in looks) fold.Add(0, look);
        return fold.VerdictAt(now, Nobody).Lines[1];
    }

    private static IEnumerable<LookRecord> Looks(int count, Func<int, LookClass> look) => Enumerable.Range(0, count).Select(i => Look(Start + Duration.Seconds(10 * i), look(i)));

    [Theory]
    [InlineData(99.9, 1000, 1, true)]
    [InlineData(99.9, 1000, 2, false)]
    [InlineData(99.95, 10000, 5, true)]
    [InlineData(99.95, 10000, 6, false)]
    [InlineData(70, 10, 3, true)] // 0.7 in binary is less than 7/10
    [InlineData(99.99, 10000, 1, true)]
    public void At_the_bound_there_is_no_noise_of_floating_point(double percent, int looks, int bad, bool kept)
    {
        var window = $"{looks * 10}s";
        var line = Line(Availability((decimal)percent, window), Looks(looks, i => i < bad ? LookClass.Bad : LookClass.Good), Start + Duration.Seconds((looks - 1) * 10));
        Assert.Equal(kept ? Outcome.Kept : Outcome.Broken, line.Outcome);
        Assert.Equal(0, line.BudgetLeft - (kept ? 1 - (bad / ((1 - ((decimal)percent / 100)) * looks)) : 0));
    }

    [Fact]
    public void A_thousandth_of_a_budget_is_not_0_0009999999999999432()
    {
        Assert.Equal(0.999m, Line(Availability(90, "100000s"), Looks(10_000, i => i == 0 ? LookClass.Bad : LookClass.Good), Start + Duration.Seconds(99_990)).BudgetLeft);
    }

    [Fact]
    public void Looks_are_summed_and_quarters_of_an_hour_are_not_averaged()
    {
        // A busy hour that is well and a quiet one that is not: 360 good looks and 4 bad ones of 8. Averaged ratios would say 75 %.
        var busy = Looks(360, _ => LookClass.Good);
        var quiet = Enumerable.Range(0, 8).Select(i => Look(Start + Duration.Minutes(60 + (i * 7)), i % 2 == 0 ? LookClass.Bad : LookClass.Good));
        var line = Line(Availability(98.9m, "2h"), busy.Concat(quiet), Start + Duration.Minutes(119));
        Assert.Equal((364L, 368L), (line.Good, line.Counted));
    }

    [Fact]
    public void What_was_before_the_window_is_not_in_it_to_the_microsecond()
    {
        Instant now = Start + Duration.Hours(1);
        LookRecord[] looks = [Look(now - Duration.Hours(1), LookClass.Bad), Look(new Instant((now - Duration.Hours(1)).Microseconds + 1), LookClass.Bad), Look(now, LookClass.Good)];
        Assert.Equal((1L, 2L), Line(Availability(99, "1h"), looks, now) is var line ? (line.Good, line.Counted) : default);
        Assert.Equal((1L, 1L), Line(Availability(99, "1h"), looks, new Instant(now.Microseconds + 1)) is var later ? (later.Good, later.Counted) : default);
    }

    [Fact]
    public void No_evidence_is_not_perfect()
    {
        Assert.Equal(Outcome.Unknown, Line(Availability(1, "1h"), [], Start).Outcome);
        Assert.Equal(Outcome.Unknown, Line(Availability(1, "1h"), Looks(360, _ => LookClass.Gap), Start + Duration.Seconds(3590)).Outcome);
        Assert.Equal(Outcome.Unknown, Line(Availability(0, "1h"), [], Start).Outcome);
    }

    [Fact]
    public void One_bad_look_of_few_does_not_break_a_long_window()
    {
        var line = Line(Availability(99.9m, "30d"), Looks(60, i => i == 30 ? LookClass.Bad : LookClass.Good), Start + Duration.Seconds(590));
        Assert.Equal(Outcome.Unknown, line.Outcome);
        Assert.Equal(259_200, line.Expected);
        Assert.InRange(line.BudgetLeft!.Value, 0.996m, 0.997m); // one of 259
    }

    [Fact]
    public void More_looks_than_due_make_no_more_than_all_of_them_good()
    {
        var twice = Enumerable.Range(0, 720).Select(i => Look(Start + Duration.Seconds(5 * i), LookClass.Good));
        var line = Line(Availability(99, "1h"), twice, Start + Duration.Seconds(3595));
        Assert.Equal((Outcome.Kept, 720L, 720L, 720L, 1m), (line.Outcome, line.Good, line.Counted, line.Due, line.BudgetLeft));
    }

    [Fact]
    public void A_month_is_the_months_own_length()
    {
        // February in Brussels has 28 days of 24 hours, March 31 less one hour.
        Assert.Equal(28 * 24, Line(Availability(99, "this month Europe/Brussels"), [Look(At("2026-02-10T00:00:00Z"), LookClass.Good)], At("2026-02-10T00:00:00Z"), "1h").Expected);
        Assert.Equal((31 * 24) - 1, Line(Availability(99, "this month Europe/Brussels"), [Look(At("2026-03-10T00:00:00Z"), LookClass.Good)], At("2026-03-10T00:00:00Z"), "1h").Expected);
    }

    [Fact]
    public void A_flapping_target_stays_exact_and_bounded()
    {
        var looks = Looks(120_000, i => i % 7 < 3 ? LookClass.Bad : LookClass.Good).ToList();
        var fold = new PromiseFold(Promise(Check("10s", "5s"), Availability(99, "1d"), Availability(50, "this month UTC")), Us, Start);
        foreach (var look in looks) fold.Add(0, look);
        var now = looks[^1].Slot;
        var verdict = fold.VerdictAt(now, Nobody);
        Assert.Equal(looks.Count(look => look.Class == LookClass.Good && look.Slot > now - Duration.Days(1)), verdict.Lines[1].Good);
        Assert.Equal(looks.Count(look => look.Class == LookClass.Good), verdict.Lines[2].Good);
        Assert.Equal(120_000, verdict.Lines[2].Counted);
        Assert.True(fold.Snapshot().Length < 600_000, fold.Snapshot().Length.ToString());
        // Asked again and again as it goes on, it lets go of what no window needs.
        for (var i = 0; i < 30_000; i++)
        {
            var slot = now + Duration.Seconds(10 * (i + 1));
            fold.Add(0, Look(slot, i % 2 == 0 ? LookClass.Bad : LookClass.Good));
            if (i % 1000 == 0) Assert.Equal(Outcome.Broken, fold.VerdictAt(slot, Nobody).Outcome);
        }
        Assert.True(fold.Snapshot().Length < 600_000, fold.Snapshot().Length.ToString());
    }
}
