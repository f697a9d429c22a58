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
}
