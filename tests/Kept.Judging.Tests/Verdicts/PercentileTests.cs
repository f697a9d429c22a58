using CsCheck;
using Kept.Model;
using Xunit;
using static Kept.Judging.Tests.Make;

namespace Kept.Judging.Tests.Verdicts;

/// <summary>
/// A percentile is a count: so many of a hundred looks took at most so long. So it is exact over any window, without any histogram, also where looks are kept as counts only.
/// </summary>
public sealed class PercentileTests
{
    [Fact]
    public void A_percentile_agrees_with_all_times_sorted_over_a_window_in_which_single_looks_are_no_longer_kept()
    {
        const int Looks = 60_000; // every other one on the other side of some bound, so that the older half is counts per quarter of an hour
        var random = new Random(5);
        var times = Enumerable.Range(0, Looks).Select(i => i % 2 == 0 ? random.Next(1, 200) : random.Next(100, 400)).ToArray();
        decimal[] percentiles = [50, 90, 95, 99, 99.9m];
        int[] bounds = [100, 150, 199, 200, 380, 395, 398, 399];
        var objectives = percentiles.SelectMany(percentile => bounds.Select(bound => Latency(percentile, $"{bound}ms", "30d"))).ToArray();
        var fold = new PromiseFold(Promise(Make.Check("30s", "1ms"), objectives), Us, Start);
        for (var i = 0; i < Looks; i++) fold.Add(0, Look(Start + Duration.Seconds(30 * i), LookClass.Good, times[i]));
        var outcomes = new HashSet<Outcome>();
        foreach (var from in (int[])[0, 3_000, 30_000, 59_000]) // whole quarters: 30 looks each
        {
            var (begin, end) = (Start + Duration.Seconds(30L * from), Start + Duration.Seconds(30L * Looks));
            var sorted = times[from..].Order().ToArray();
            for (var i = 0; i < objectives.Length; i++)
            {
                var (percentile, bound) = (percentiles[i / bounds.Length], bounds[i % bounds.Length]);
                // the least time that so many of a hundred stay within
                var rank = (int)Math.Ceiling(percentile / 100 * sorted.Length);
                var line = fold.LineOver(i, begin, end, end);
                Assert.Equal(sorted[rank - 1] <= bound ? Outcome.Kept : Outcome.Broken, line.Outcome);
                Assert.Equal((sorted.Count(time => time <= bound), sorted.Length), (line.Good, line.Counted));
                outcomes.Add(line.Outcome);
            }
        }
        Assert.Equal(2, outcomes.Count);
    }

    [Fact]
    public void Same_prefix_same_verdict_however_the_rest_goes_on()
    {
        Gen.Select(Gen.Int[1, 200], Gen.Int).Sample((looks, seed) =>
        {
            var random = new Random(seed);
            LookRecord Any(int i) => Look(Start + Duration.Seconds(10 * i), (LookClass)random.Next(5), random.Next(1, 300), gap: GapCause.Late);
            var promise = Promise(Make.Check("10s", "1ms"), Latency(90, "200ms", "10m"), Availability(60, "10m", per: "1m")) with { Confidence = 0.8m };
            var prefix = Enumerable.Range(0, looks).Select(Any).ToList();
            var (one, other) = (new PromiseFold(promise, Us, Start), new PromiseFold(promise, Us, Start));
            foreach (var look in prefix) one.Add(0, look);
            // another future, recorded before anything of the past is: asked about the past it says the same
            for (var i = looks; i < looks + 50; i++) other.Add(0, Any(i));
            prefix.Reverse();
            foreach (var look in prefix) other.Add(0, look);
            var now = Start + Duration.Seconds(10 * (looks - 1));
            var (a, b) = (one.VerdictAt(now, Nobody), other.VerdictAt(now, Nobody));
            Assert.Equal(a.Outcome, b.Outcome);
            Assert.Equal(a.Lines.Select(line => (line.Outcome, line.Good, line.Counted, line.Due)), b.Lines.Select(line => (line.Outcome, line.Good, line.Counted, line.Due)));
            Assert.Equal(a.Lines[1..].Select(line => line.Reason), b.Lines[1..].Select(line => line.Reason)); // of now what the newest bad look met is kept, and no older one's
        }, iter: 300, threads: 1);
    }
}
