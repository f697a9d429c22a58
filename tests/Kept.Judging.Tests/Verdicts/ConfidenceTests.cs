using System.Numerics;
using Kept.Model;
using Xunit;

namespace Kept.Judging.Tests.Verdicts;

public sealed class ConfidenceTests
{
    /// <summary>P(X ≤ k), as an exact fraction.</summary>
    private static (BigInteger Numerator, BigInteger Denominator) AtMost(long k, long n, BigInteger a, BigInteger b)
    {
        BigInteger sum = 0, choose = 1;
        for (long i = 0; i <= k; i++)
        {
            sum += choose * BigInteger.Pow(a, (int)i) * BigInteger.Pow(b - a, (int)(n - i));
            choose = choose * (n - i) / (i + 1);
        }
        return (sum, BigInteger.Pow(b, (int)n));
    }

    [Fact]
    public void Bounds_agree_with_exact_fractions()
    {
        foreach (var level in (decimal[])[0.5m, 0.9m, 0.99m, 0.999m])
            foreach (var confidence in (decimal[])[0.8m, 0.95m, 0.99m])
                foreach (var n in (long[])[1, 2, 5, 22, 58, 59, 60, 300])
                    for (long misses = 0; misses <= Math.Min(n, 12); misses++)
                    {
                        var rule = new ShareRule(Comparison.GreaterOrEqual, level);
                        var a = (BigInteger)((1 - level) * 1000);
                        var alpha = (BigInteger)((1 - confidence) * 1000);
                        var (low, all) = AtMost(misses, n, a, 1000);
                        // Exactly on the bound the rounded tail cannot tell, and says no.
                        if (low * 1000 != alpha * all) Assert.Equal(low * 1000 <= alpha * all, ConfidenceBound.Confirms(rule, n - misses, n, confidence));
                        var below = misses == 0 ? 0 : AtMost(misses - 1, n, a, 1000).Numerator;
                        if ((all - below) * 1000 != alpha * all) Assert.Equal((all - below) * 1000 <= alpha * all, ConfidenceBound.Excludes(rule, n - misses, n, confidence));
                    }
    }

    [Theory]
    // The textbook figures: without a miss, 59 looks show 95 % with 95 % confidence, 299 show 99 %, 2,995 show 99.9 %.
    [InlineData(0.95, 58, false)]
    [InlineData(0.95, 59, true)]
    [InlineData(0.99, 298, false)]
    [InlineData(0.99, 299, true)]
    [InlineData(0.999, 2994, false)]
    [InlineData(0.999, 2995, true)]
    public void So_many_good_looks_are_needed(double level, long looks, bool confirmed)
    {
        Assert.Equal(confirmed, ConfidenceBound.Confirms(new ShareRule(Comparison.GreaterOrEqual, (decimal)level), looks, looks, 0.95m));
    }

    [Theory]
    // Whole slices are counted as looks are; of a mean of shares 0.95^n must be at most 0.05 / e, which 78 slices are the first to reach.
    [InlineData(SliceCount.Whole, 58, false)]
    [InlineData(SliceCount.Whole, 59, true)]
    [InlineData(SliceCount.AtLeast, 58, false)]
    [InlineData(SliceCount.AtLeast, 59, true)]
    [InlineData(SliceCount.Mean, 77, false)]
    [InlineData(SliceCount.Mean, 78, true)]
    public void So_many_good_slices_are_needed(SliceCount count, int slices, bool confirmed)
    {
        var objective = Make.Availability(95, "1d", per: "1m") with { SliceRule = new SliceRule(count, count == SliceCount.AtLeast ? 0.9m : 0) };
        var fold = new PromiseFold(Make.Promise(Make.Check("10s", "1ms"), objective) with { Confidence = 0.95m }, Make.Us, Make.Start);
        for (var i = 0; i < 6 * slices; i++) fold.Add(0, Make.Look(Make.Start + Duration.Seconds(10 * i), LookClass.Good));
        var end = Make.Start + Duration.Minutes(slices);
        var line = fold.LineOver(0, Make.Start, end, end);
        Assert.Equal((confirmed ? Outcome.Kept : Outcome.Unknown, (long)slices), (line.Outcome, line.Counted));
        if (!confirmed) Assert.EndsWith("too few to say so with 95 % confidence; 1 more good slice would say kept, but this window has room for 0", line.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Large_counts_are_decided_in_time()
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var rule = new ShareRule(Comparison.GreaterOrEqual, 0.995m);
        Assert.True(ConfidenceBound.Confirms(rule, 259_200 - 1_200, 259_200, 0.95m));
        Assert.False(ConfidenceBound.Confirms(rule, 259_200 - 1_290, 259_200, 0.95m));
        Assert.False(ConfidenceBound.Excludes(rule, 259_200 - 1_300, 259_200, 0.95m));
        Assert.True(ConfidenceBound.Excludes(rule, 259_200 - 1_400, 259_200, 0.95m));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), clock.Elapsed.ToString());
    }

    [Fact]
    public void A_share_that_must_stay_small_has_its_bounds_the_other_way_round()
    {
        var rule = new ShareRule(Comparison.LessOrEqual, 0.02m);
        Assert.True(ConfidenceBound.Confirms(rule, 0, 149, 0.95m));
        Assert.False(ConfidenceBound.Confirms(rule, 0, 148, 0.95m));
        Assert.True(ConfidenceBound.Excludes(rule, 20, 100, 0.95m));
        Assert.False(ConfidenceBound.Excludes(rule, 2, 100, 0.95m));
    }
}
