using Kept.Model;
using Xunit;
using static Kept.Judging.Tests.Make;

namespace Kept.Judging.Tests.Verdicts;

public sealed class TrackTests
{
    private static Mark Random(Random random) => Mark.Of((LookClass)random.Next(5), (ulong)random.Next(4));

    [Fact]
    public void Joining_is_commutative_associative_and_idempotent()
    {
        Mark[] all = [.. from look in Enum.GetValues<LookClass>() from bits in (ulong[])[0, 1, 2, 3] select Mark.Of(look, bits)];
        foreach (var a in all)
        {
            Assert.Equal(a, a.Join(a));
            foreach (var b in all)
            {
                Assert.Equal(a.Join(b), b.Join(a));
                foreach (var c in all) Assert.Equal(a.Join(b).Join(c), a.Join(b.Join(c)));
            }
        }
    }

    [Fact]
    public void A_month_of_good_looks_is_one_run()
    {
        var track = new Track(2);
        for (var i = 0; i < 259_200; i++) track.Add(Start + Duration.Seconds(10 * i), Mark.Of(LookClass.Good, 3));
        Assert.Equal(1, track.RunCount);
        Assert.Equal(259_200, track.Count(long.MinValue, long.MaxValue - 1, 1).Satisfying);
    }

    [Fact]
    public void A_month_that_arrives_backwards_is_one_run_too()
    {
        var track = new Track(1);
        for (var i = 5_000; i-- > 0;) track.Add(Start + Duration.Seconds(10 * i), Mark.Of(LookClass.Good, 1));
        Assert.Equal(1, track.RunCount);
    }

    [Fact]
    public void Thousands_of_runs_are_counted_exactly_over_any_stretch()
    {
        var random = new Random(7);
        var track = new Track(2);
        var looks = new SortedDictionary<long, Mark>();
        void Put(long slot, Mark mark)
        {
            looks[slot] = looks.TryGetValue(slot, out var there) ? there.Join(mark) : mark;
            track.Add(new Instant(slot), mark);
        }
        void Same(long from, long to)
        {
            var expected = default(Tally);
            foreach (var (slot, mark) in looks)
                if (slot >= from && slot < to)
                    expected.Add(mark, 1, 1);
            Assert.Equal(expected, track.Count(from, to, 1));
        }
        for (var round = 0; round < 6; round++)
        {
            for (var i = 0; i < 1500; i++) Put(((round * 1500) + i) * 10L, Random(random));
            for (var i = 0; i < 60; i++)
            {
                long late = random.Next(round * 15_000 + 15_000); // off the rhythm, or again
                Put(late, Random(random));
                Same(late - random.Next(900), long.MaxValue - 1); // sums made before must not be used behind it
            }
            for (var i = 0; i < 40; i++)
            {
                long from = random.Next(-100, 95_000), to = from + random.Next(60_000);
                Same(from, to);
            }
        }
        Assert.True(track.RunCount > 4_000, track.RunCount.ToString());
    }

    [Fact]
    public void Memory_is_bounded_for_a_target_that_flaps_forever_and_counts_stay_exact_per_quarter()
    {
        var track = new Track(1);
        var random = new Random(3);
        var looks = new List<(long Slot, Mark Mark)>();
        for (var i = 0; i < 70_000; i++)
        {
            var mark = Mark.Of(random.Next(2) == 0 ? LookClass.Good : LookClass.Bad, (ulong)random.Next(2));
            looks.Add(((Start + Duration.Seconds(10 * i)).Microseconds, mark));
            track.Add(Start + Duration.Seconds(10 * i), mark);
            if (track.IsCrowded) track.FoldOldest();
        }
        Assert.True(track.RunCount < Track.MostRuns);
        Assert.NotNull(track.ExactFrom);
        const long Quarter = 900_000_000;
        var end = looks[^1].Slot + 1;
        foreach (var from in (long[])[Start.Microseconds, Start.Microseconds + (7 * Quarter), Start.Microseconds + (400 * Quarter), track.ExactFrom.Value.Microseconds])
        {
            var expected = default(Tally);
            foreach (var (slot, mark) in looks)
                if (slot >= from)
                    expected.Add(mark, 1, 0);
            Assert.Equal(expected, track.Count(from, end, 0));
            // Within a quarter the begin moves up to the next one.
            if (from < track.ExactFrom.Value.Microseconds) Assert.Equal(track.Count(from + Quarter, end, 0), track.Count(from + 1, end, 0));
        }
        // What is older than the boundary is not taken any more, so a repetition cannot count twice.
        var before = track.Count(Start.Microseconds, end, 0);
        track.Add(Start, Mark.Of(LookClass.Bad, 0));
        Assert.Equal(before, track.Count(Start.Microseconds, end, 0));
    }

    [Fact]
    public void Forgetting_leaves_what_windows_and_now_need()
    {
        var track = new Track(1);
        var random = new Random(5);
        for (var i = 0; i < 12_000; i++) track.Add(Start + Duration.Seconds(10 * i), Mark.Of(random.Next(2) == 0 ? LookClass.Good : LookClass.Bad, 1));
        var horizon = (Start + Duration.Seconds(100_000)).Microseconds;
        var later = track.Count(horizon, long.MaxValue - 1, 0);
        track.Forget(horizon, 1_000);
        Assert.Equal(later, track.Count(horizon, long.MaxValue - 1, 0));
        Assert.InRange(track.Count(long.MinValue, long.MaxValue - 1, 0).Evidence, 2_000, 2_020);
        track.Forget(long.MaxValue, 1_000);
        Assert.InRange(track.Count(long.MinValue, long.MaxValue - 1, 0).Evidence, 1_000, 1_020);
    }
}
