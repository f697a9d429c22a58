using Kept.Model;
using Xunit;
using static Kept.Judging.Tests.Make;

namespace Kept.Judging.Tests.Verdicts;

/// <summary>A target that never stands still: more changes than are kept one by one.</summary>
public sealed class CrowdedTests
{
    private const int Slices = 44_000;

    /// <summary>A month of minutes with two to five looks each, of which other ones are bad every minute.</summary>
    private static List<LookRecord> Month()
    {
        var random = new Random(11);
        var looks = new List<LookRecord>();
        for (var minute = 0; minute < Slices; minute++)
            for (var (i, count) = (0, 2 + random.Next(4)); i < count; i++)
                looks.Add(Look(Start + Duration.Minutes(minute) + Duration.Seconds(12 * i), random.Next(3) == 0 ? LookClass.Bad : LookClass.Good));
        return looks;
    }

    [Fact]
    public void The_mean_of_any_number_of_changing_slices_is_exact()
    {
        var looks = Month();
        var objective = Availability(60, "30d", per: "1m") with { SliceRule = new SliceRule(SliceCount.Mean, 0) };
        foreach (var accounting in (Accounting[])[Accounting.Usual, Accounting.Usual with { Gaps = GapAccount.Bad }])
        {
            var promise = Promise(Make.Check("12s", "1ms"), objective) with { Accounting = accounting };
            var fold = new PromiseFold(promise, Us, Start);
            foreach (var look in looks) fold.Add(0, look);
            var restored = PromiseFold.Restore(promise, Us, fold.Snapshot());
            Assert.NotNull(restored);
            var now = Start + Duration.Minutes(Slices);
            foreach (var from in (Instant[])[Start, Start + Duration.Days(1), now - Duration.Days(3)])
            {
                var line = fold.LineOver(0, from, now, now);
                var groups = looks.Where(look => look.Slot >= from).GroupBy(look => look.Slot.Microseconds / 60_000_000).ToList();
                Assert.Equal(groups.Count, line.Counted);
                var sum = groups.GroupBy(group => group.Count()).Aggregate(Fraction.Zero, (all, size) => all + new Fraction(size.Sum(group => group.Count(look => look.Class == LookClass.Good)), size.Key));
                Assert.Equal(sum, line.Sum);
                Assert.Equal(line, restored.LineOver(0, from, now, now));
            }
            Assert.InRange(fold.Snapshot().Length, 1, 500_000);
        }
    }

    [Theory]
    [InlineData(GapAccount.Bad)]
    [InlineData(GapAccount.Good)]
    public void What_is_kept_as_counts_is_no_outage_of_ours(GapAccount own)
    {
        // Every slot is recorded, so that nothing counts by the account of our own outage, also where a window begins among what is known by quarters of an hour only.
        foreach (var per in (string?[])[null, "1m"])
        {
            var promise = Promise(Make.Check("30s", "1ms"), Availability(40, "30d", per: per) with { SliceRule = per is null ? default : new SliceRule(SliceCount.Mean, 0) }) with { Accounting = Accounting.Usual with { OwnOutage = own } };
            var fold = new PromiseFold(promise, Us, Start);
            for (var i = 0; i < 2 * Slices; i++) fold.Add(0, Look(Start + Duration.Seconds(30 * i), (i / 3) % 2 == 0 ? LookClass.Bad : LookClass.Good));
            var now = Start + Duration.Seconds(30 * ((2 * Slices) - 1));
            var from = Start + Duration.Minutes(7);
            var line = fold.LineOver(0, from, now, now);
            Assert.Equal(0, line.Assumed);
            Assert.InRange(line.Open, 1, 30); // what is not known any more is missing
        }
    }
}
