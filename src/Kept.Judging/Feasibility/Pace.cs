using Kept.Model;

namespace Kept.Judging;

/// <summary>
/// How fast failures are seen where everything fails from some moment on, for whatever phases looks and slices have, in points where looks have weights. A stretch of time holds at least
/// ⌊length / period⌋ looks of a check, and at most one more where both its ends are looks.
/// </summary>
internal sealed class Pace(Promise promise, ObjectivePlan plan)
{
    private readonly (long Period, int Confirm, long Points)[] _checks =
        [.. plan.Tracks.Select(counted => (Check: promise.Checks[counted.Track], counted.Weight)).Select(part => (Math.Max(1, part.Check.Every.Nanoseconds), promise.Accounting.Retries == RetryAccount.Confirmed ? part.Check.Confirm.Count : 1, part.Weight))];

    /// <summary>Zero where looks are counted. Looks rarer than slices fill a slice each.</summary>
    private readonly long _slice = plan.SliceTrack < 0 ? 0 : Math.Max(plan.Slice * Duration.PerMicrosecond, plan.Tracks.Min(counted => promise.Checks[counted.Track].Every.Nanoseconds));

    /// <summary>So many failed looks it takes at least before one of them counts.</summary>
    public int Confirmations => _checks.Min(check => check.Confirm);

    /// <summary>The least time from the first failed look until so many looks or slices are bad.</summary>
    public Duration Soonest(long needed, long holds, BurnRule rule)
    {
        if (needed <= 0) return default;
        if (_slice == 0) return new Duration(First(needed, more: 1));
        // A slice is bad by its first bad look, or it is counted when it is over.
        if (!plan.IsRecounted) return new Duration(needed == 1 ? 0 : After((needed - 2) * _slice));
        var least = Looks(more: 0) is var few && Looks(more: 1) is var many ? Math.Min(InFirst(needed, holds, few, rule), InFirst(needed, holds, many, rule)) : 0;
        return new Duration(Math.Max(First(least, more: 1, isConfirmed: true) + ((needed - 1) * _slice), First(1, more: 1)));
    }

    /// <summary>The most time that passes from the moment at which everything begins to fail.</summary>
    /// <param name="patience">How long after a slice it is counted.</param>
    public Duration Latest(long needed, long holds, BurnRule rule, long patience)
    {
        if (needed <= 0) return default;
        if (_slice == 0) return new Duration(First(needed, more: 0));
        var fastest = _checks.Min(check => check.Period);
        if (!plan.IsRecounted) return new Duration(fastest + ((((needed - 1) * _slice) + fastest - 1) / fastest * fastest));
        var most = Math.Max(InFirst(needed, holds, Looks(more: 0), rule), InFirst(needed, holds, Looks(more: 1), rule));
        return new Duration(Math.Max(First(most, more: 0, isConfirmed: true) + (needed * _slice), _checks.Max(check => check.Period * check.Confirm)) + (patience * Duration.PerMicrosecond));
    }

    /// <summary>The first look later than that after a look, at the soonest: with several checks it may be another's, at once.</summary>
    private long After(long time) => _checks.Length > 1 ? time : ((time / _checks[0].Period) + 1) * _checks[0].Period;

    private long Looks(int more) => Math.Max(1, _checks.Sum(check => check.Points * ((_slice + (more * (check.Period - 1))) / check.Period)));

    /// <summary>How many looks of the first slice must fail, so that with the whole ones after it enough is bad.</summary>
    private long InFirst(long needed, long holds, long looks, BurnRule rule)
    {
        long low = 1, high = looks;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (IsEnough(middle)) high = middle;
            else low = middle + 1;
        }
        return low;

        bool IsEnough(long failed) => plan.IsMean
            ? rule.IsReached(Fraction.Of(needed - 1) + new Fraction(failed, looks), holds)
            : !plan.SliceShare.Holds(looks - failed, looks);
    }

    /// <summary>The shortest stretch in which so many failed looks count.</summary>
    /// <param name="isConfirmed">They are confirmed by those that follow.</param>
    private long First(long wanted, int more, bool isConfirmed = false)
    {
        long low = -1, high = _checks.Min(check => check.Period * Math.Max(wanted, check.Confirm));
        while (high - low > 1)
        {
            var middle = low + ((high - low) / 2);
            if (_checks.Sum(check => (middle / check.Period) + more is var seen && isConfirmed || seen >= check.Confirm ? check.Points * seen : 0) >= wanted) high = middle;
            else low = middle;
        }
        return high;
    }
}
