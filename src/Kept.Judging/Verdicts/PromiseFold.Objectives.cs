using Kept.Model;

namespace Kept.Judging;

/// <summary>The lines of objectives: exact counts of a window, and what can be said from them.</summary>
public sealed partial class PromiseFold
{
    /// <summary>Counts of one objective over its window.</summary>
    private struct Figures
    {
        /// <summary>In-force looks with evidence, and those of them that satisfy.</summary>
        public long Counted, Satisfying;
        /// <summary>Due so far, in force or unknown.</summary>
        public long Due;
        /// <summary>In-force looks that may still come into the window, or are missing from it.</summary>
        public long Open;
        /// <summary>How many the whole window holds, those not in force included.</summary>
        public long Expected;
        public long NotInForce;
        /// <summary>Every check was looked at often enough.</summary>
        public bool IsCovered;
    }

    private VerdictLine JudgeObjective(ObjectivePlan plan, long now)
    {
        var window = CalendarClock.WindowOf(plan.Objective.Window, new Instant(now));
        if (plan.Undecidable is { } why)
            return new VerdictLine(plan.Objective.Text, Outcome.Unknown, why, 0, 0, 0, 0, window.From, window.To, null);
        // A rolling window is (from, now], a calendar window [from, to): both become [low, high) in whole microseconds.
        var isRolling = plan.Objective.Window is Window.Rolling;
        var low = Math.Max(_since, isRolling ? window.From.Microseconds + 1 : window.From.Microseconds);
        var high = isRolling ? now + 1 : Math.Min(window.To.Microseconds, now + 1);
        var whole = isRolling ? window.To.Microseconds - window.From.Microseconds : window.To.Microseconds - low;
        var figures = plan.SliceTrack >= 0 ? CountSlices(plan, low, high, whole, now) : CountLooks(plan, low, high, whole);
        var (outcome, reason) = Decide(plan, figures);
        var budget = outcome == Outcome.Broken && plan.Share.WantsMany && plan.Share.Level is > 0 and < 1 ? 0 : plan.Share.BudgetLeft(figures.Satisfying, figures.Counted, figures.Open);
        if (plan.Objective.Quantity.Source != QuantitySource.GoodLooks && plan.Objective.Statistic.Kind != StatisticKind.Percentile) budget = null;
        return new VerdictLine(plan.Objective.Text, outcome, reason, figures.Satisfying, figures.Counted, figures.Due, figures.Expected, window.From, window.To, budget);
    }

    private Figures CountLooks(ObjectivePlan plan, long low, long high, long whole)
    {
        var figures = new Figures { IsCovered = true };
        foreach (var counted in plan.Tracks)
            AddCounts(ref figures, _tracks[counted.Track].Count(low, high, counted.Predicate), PeriodOf(counted.Track), PatienceOf(counted.Track), low, high, whole);
        return figures;
    }

    /// <summary>
    /// Slices that begin in the window. The one that runs counts only once it is bad: good so far is not good yet.
    /// </summary>
    private Figures CountSlices(ObjectivePlan plan, long low, long high, long whole, long now)
    {
        var slice = plan.Slice;
        long period = slice, patience = 0;
        var slowest = long.MaxValue;
        foreach (var counted in plan.Tracks)
        {
            slowest = Math.Min(slowest, PeriodOf(counted.Track));
            patience = Math.Max(patience, PatienceOf(counted.Track));
        }
        period = Math.Max(period, slowest); // looks rarer than slices cannot fill every slice
        var offset = now % slice;
        var running = now - (offset < 0 ? offset + slice : offset);
        var track = _tracks[plan.SliceTrack];
        var tally = track.Count(low, Math.Min(high, running), 0);
        var open = track.Count(Math.Max(low, running), high, 0);
        tally.Bad += open.Bad;
        var figures = new Figures { IsCovered = true };
        AddCounts(ref figures, tally, period, patience + slice, low, high, whole);
        return figures;
    }

    private void AddCounts(ref Figures figures, Tally tally, long period, long patience, long low, long high, long whole)
    {
        var due = Math.Max(tally.Recorded, Math.Max(0, high - low - patience) / period) - tally.NotInForce;
        var expected = Math.Max(tally.Recorded, Math.Max(0, whole) / period);
        figures.Counted += tally.Evidence;
        figures.Satisfying += tally.Satisfying;
        figures.NotInForce += tally.NotInForce;
        figures.Due += due;
        figures.Expected += expected;
        figures.Open += expected - tally.NotInForce - tally.Evidence;
        // Each check on its own: one that is looked at often must not make up for one that nobody looks at.
        if (tally.Evidence < Promise.Coverage * due || (tally.Evidence == 0 && tally.NotInForce == 0 && expected > 0)) figures.IsCovered = false;
    }

    private (Outcome Outcome, string Reason) Decide(ObjectivePlan plan, in Figures figures)
    {
        var word = plan.SliceTrack >= 0 ? "slice" : "look";
        if (figures.Counted == 0)
        {
            if (figures.NotInForce > 0 && figures.Due == 0) return (Outcome.NotInForce, $"in force at none of {VerdictWords.Plural(figures.NotInForce, word)} in this window");
            return (Outcome.Unknown, figures.Due > 0 ? $"none of {VerdictWords.Plural(figures.Due, word)} due in this window saw anything" : $"no {word} in this window yet");
        }
        var share = plan.Share;
        var holds = share.Holds(figures.Satisfying, figures.Counted);
        var said = Said(plan, figures, word);
        if (!share.CanHold(figures.Satisfying, figures.Counted, figures.Open))
        {
            if (Promise.Confidence is { } level && plan.Objective.Statistic.Kind != StatisticKind.Every && share.Level is > 0 and < 1
                && !ConfidenceBound.Excludes(share, figures.Satisfying, figures.Counted, level))
                return (Outcome.Unknown, $"{said}; too few to say so with {VerdictWords.Percent(level)} confidence");
            return (Outcome.Broken, figures.Open > 0 ? $"{said}; it fails even if all {VerdictWords.Figure(figures.Open)} missing or to come are good" : said);
        }
        if (!holds) return (Outcome.Unknown, $"{said}; {VerdictWords.Plural(figures.Open, word)} missing or to come may still mend it");
        if (!figures.IsCovered)
            return (Outcome.Unknown, $"{said}, but only {VerdictWords.Figure(figures.Counted)} of {VerdictWords.Figure(figures.Due)} due were seen ({VerdictWords.Percent(figures.Counted, figures.Due)}, {VerdictWords.Percent(Promise.Coverage)} wanted of each check)");
        if (Promise.Confidence is { } confidence && plan.Objective.Statistic.Kind != StatisticKind.Every && share.Level is > 0 and < 1
            && !ConfidenceBound.Confirms(share, figures.Satisfying, figures.Counted, confidence))
            return (Outcome.Unknown, $"{said}; too few to say so with {VerdictWords.Percent(confidence)} confidence");
        return (Outcome.Kept, said);
    }

    private static string Said(ObjectivePlan plan, in Figures figures, string word)
    {
        var verb = plan.Objective.Quantity.Source == QuantitySource.GoodLooks ? figures.Counted == 1 ? "was good" : "were good" : "within";
        return $"{VerdictWords.Percent(figures.Satisfying, figures.Counted)} of {VerdictWords.Plural(figures.Counted, word)} {verb} ({VerdictWords.Figure(figures.Counted - figures.Satisfying)} not)";
    }
}
