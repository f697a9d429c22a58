using Kept.Model;

namespace Kept.Judging;

/// <summary>The lines of objectives: exact counts of a window, and what can be said from them.</summary>
public sealed partial class PromiseFold
{
    private VerdictLine JudgeObjective(ObjectivePlan plan, long now)
    {
        var window = CalendarClock.WindowOf(plan.Objective.Window, new Instant(now));
        if (plan.Undecidable is { } why)
            return new VerdictLine(plan.Objective.Text, Outcome.Unknown, why, 0, 0, 0, 0, window.From, window.To, null);
        // A rolling window is (from, now], a calendar window [from, to): both become [low, high) in whole microseconds, begun no earlier than these terms.
        // What a rolling window may still hold is its whole length; what a calendar window may, the rest of its unit.
        var isRolling = plan.Objective.Window is Window.Rolling;
        var begin = isRolling ? window.From.Microseconds + 1 : window.From.Microseconds;
        var low = Math.Max(_since, begin);
        var high = isRolling ? now + 1 : Math.Min(window.To.Microseconds, now + 1);
        var reach = new Reach(low, high, isRolling ? begin : low, isRolling ? high : window.To.Microseconds);
        var figures = plan.SliceTrack >= 0 ? CountSlices(plan, reach, now) : CountLooks(plan, reach, now);
        var budget = plan.Share.BudgetLeft(figures.Satisfying, figures.Counted, figures.Open);
        return new VerdictLine(plan.Objective.Text, plan.Decide(figures), plan, figures.Satisfying, figures.Counted, figures.Due, figures.Expected, window.From, window.To, budget)
        {
            Open = figures.Open,
            NotInForce = figures.NotInForce,
            IsCovered = figures.IsCovered,
        };
    }

    /// <summary>[Low, High) is what counts; [WholeLow, WholeHigh) what the window may come to hold.</summary>
    private readonly record struct Reach(long Low, long High, long WholeLow, long WholeHigh);

    private Figures CountLooks(ObjectivePlan plan, Reach reach, long now)
    {
        var figures = new Figures { IsCovered = true };
        foreach (var counted in plan.Tracks)
        {
            var tally = _tracks[counted.Track].Count(reach.Low, reach.High, counted.Predicate);
            AddCounts(ref figures, tally, Slots(counted.Track, reach.Low, reach.High - PatienceOf(counted.Track), now), Slots(counted.Track, reach.WholeLow, reach.WholeHigh, now));
        }
        return figures;
    }

    /// <summary>
    /// Slices that begin in the window. The one that runs counts only once it is bad: good so far is not good yet.
    /// </summary>
    private Figures CountSlices(ObjectivePlan plan, Reach reach, long now)
    {
        var slice = plan.Slice;
        var patience = slice;
        foreach (var counted in plan.Tracks) patience = Math.Max(patience, slice + PatienceOf(counted.Track));
        var running = now - FloorMod(now, slice);
        var track = _tracks[plan.SliceTrack];
        var tally = track.Count(reach.Low, Math.Min(reach.High, running), 0);
        tally.Bad += track.Count(Math.Max(reach.Low, running), reach.High, 0).Bad;
        var figures = new Figures { IsCovered = true };
        AddCounts(ref figures, tally, Slices(plan, reach.Low, reach.High - patience), Slices(plan, reach.WholeLow, reach.WholeHigh));
        return figures;
    }

    /// <param name="slotsSoFar">Slots whose look should be here by now.</param>
    /// <param name="slots">Slots of the whole window.</param>
    private void AddCounts(ref Figures figures, Tally tally, long slotsSoFar, long slots)
    {
        var due = Math.Max(tally.Recorded, slotsSoFar) - tally.NotInForce;
        var expected = Math.Max(tally.Recorded, slots);
        figures.Counted += tally.Evidence;
        figures.Satisfying += tally.Satisfying;
        figures.NotInForce += tally.NotInForce;
        figures.Due += due;
        figures.Expected += expected;
        figures.Open += expected - tally.NotInForce - tally.Evidence;
        // Each check on its own: one that is looked at often must not make up for one that nobody looks at.
        if (tally.Evidence < Promise.Coverage * due || (tally.Evidence == 0 && tally.NotInForce == 0 && expected > 0)) figures.IsCovered = false;
    }

    /// <summary>How many slots of a check lie in [low, high), each stretch by the rhythm in force then.</summary>
    private long Slots(int check, long low, long high, long now)
    {
        // Looks of our own keep a rhythm, so their slots can be told exactly; calls of others come when they come.
        var isPassive = _plan.Checks[check].Kind.IsPassive;
        if (_rhythms is not { } rhythms) return Slots(low, high, PeriodOf(check), isPassive ? null : _tracks[check].NewestSlot(now));
        long slots = 0;
        while (low < high)
        {
            var (period, from, until) = rhythms[check].At(low);
            var end = Math.Min(until, high);
            var phase = isPassive ? null : _tracks[check].NewestSlot(Math.Min(until - 1, now));
            slots += Slots(low, end, period, phase >= from ? phase : null);
            low = end;
        }
        return slots;
    }

    /// <summary>How many slices begin in [low, high). Looks rarer than slices cannot fill every slice: then as many are due as there are looks.</summary>
    private long Slices(ObjectivePlan plan, long low, long high)
    {
        long slices = 0;
        while (low < high)
        {
            var (fastest, end) = (long.MaxValue, high);
            foreach (var counted in plan.Tracks)
            {
                var (period, until) = _rhythms is { } rhythms && rhythms[counted.Track].At(low) is var then ? (then.Period, then.Until) : (PeriodOf(counted.Track), long.MaxValue);
                (fastest, end) = (Math.Min(fastest, period), Math.Min(end, until));
            }
            slices += Slots(low, end, Math.Max(plan.Slice, fastest), fastest > plan.Slice ? null : 0);
            low = end;
        }
        return slices;
    }

    /// <summary>How many slots lie in [low, high): exactly where the phase is known, else as many as there are in any stretch of that length.</summary>
    private static long Slots(long low, long high, long period, long? phase)
    {
        if (high <= low) return 0;
        return phase is { } known ? FloorDiv(high - 1 - known, period) - FloorDiv(low - 1 - known, period) : (high - low) / period;
    }

    private static long FloorDiv(long a, long b) => (a - FloorMod(a, b)) / b;

    private static long FloorMod(long a, long b) => a % b is var rest && rest < 0 ? rest + b : rest;
}
