using System.Collections.Immutable;
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
        return LineOf(plan, reach, window.From, window.To, now);
    }

    /// <summary>
    /// An objective counted over any stretch of time instead of its own window: what a report says of last month. A slice belongs to the stretch in which it begins.
    /// </summary>
    /// <param name="objective">Its place in <see cref="Promise.Keeps"/>.</param>
    /// <param name="from">The first moment.</param>
    /// <param name="to">The first moment that no longer counts.</param>
    /// <param name="now">The moment asked at: what was not due by then is still to come.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such objective, or the stretch is empty.</exception>
    /// <exception cref="InvalidOperationException">The promise names regimes: each of <see cref="ByRegime"/> has a line, and there is none over all.</exception>
    public VerdictLine LineOver(int objective, Instant from, Instant to, Instant now)
    {
        if (_parts is not null) throw new InvalidOperationException($"{Promise.Name} names regimes, and no figure is over two of them: ask each");
        ArgumentOutOfRangeException.ThrowIfNegative(objective);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(objective, _plan.Objectives.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(from.Microseconds, to.Microseconds, nameof(from));
        var plan = _plan.Objectives[objective];
        if (plan.Undecidable is { } why) return new VerdictLine(plan.Objective.Text, Outcome.Unknown, why, 0, 0, 0, 0, from, to, null);
        var low = Math.Max(_since, from.Microseconds);
        return AsSaid(LineOf(plan, new Reach(low, Math.Min(to.Microseconds, now.Microseconds + 1), low, to.Microseconds), from, to, now.Microseconds));
    }

    private VerdictLine LineOf(ObjectivePlan plan, Reach reach, Instant from, Instant to, long now)
    {
        var parts = plan.Objective.Parts is null ? null : ImmutableArray.CreateBuilder<PartFigures>(plan.Tracks.Length);
        var figures = FiguresOf(plan, reach, now, parts);
        LineWords words = parts is null ? plan : new PartWords(plan, parts.MoveToImmutable());
        var budget = figures.Sum is { } sum ? plan.Share.BudgetLeft(sum, figures.Counted, figures.Open) : plan.Share.BudgetLeft(figures.Satisfying, figures.Counted, figures.Open);
        return new VerdictLine(plan.Objective.Text, plan.Decide(figures), words, figures.Satisfying, figures.Counted, figures.Due, figures.Expected, from, to, budget)
        {
            Open = figures.Open,
            NotInForce = figures.NotInForce,
            Assumed = figures.Assumed,
            IsCovered = figures.IsCovered,
            Sum = figures.Sum,
            Span = reach.WholeHigh - reach.WholeLow,
        };
    }

    /// <param name="parts">Takes the figures of each part where the line names several; null else, and for the windows of alerts.</param>
    private Figures FiguresOf(ObjectivePlan plan, Reach reach, long now, ImmutableArray<PartFigures>.Builder? parts = null) =>
        plan.SliceTrack >= 0 ? CountSlices(plan, reach, now, parts) : CountLooks(plan, reach, now, parts);

    /// <summary>[Low, High) is what counts; [WholeLow, WholeHigh) what the window may come to hold.</summary>
    private readonly record struct Reach(long Low, long High, long WholeLow, long WholeHigh);

    private Figures CountLooks(ObjectivePlan plan, Reach reach, long now, ImmutableArray<PartFigures>.Builder? parts)
    {
        var figures = new Figures { IsCovered = true };
        foreach (var counted in plan.Tracks)
        {
            var track = Counting(counted.Track);
            var tally = track.Count(reach.Low, reach.High, counted.Predicate);
            var assumed = _plan.Accounting.Assumes ? track.Count(reach.Low, reach.High, _plan.Assumed(counted.Track)).Satisfying : 0;
            AddCounts(ref figures, tally, assumed, DueOf(counted, reach, now), Slots(counted.Track, reach.WholeLow, reach.WholeHigh, now), counted, parts);
        }
        return figures;
    }

    /// <summary>Slots whose look should be here by now, and how many of those are: over the same stretch, for what was due later may be recorded or not.</summary>
    private readonly record struct SoFar(long Slots, long Recorded)
    {
        public static SoFar operator +(SoFar a, SoFar b) => new(a.Slots + b.Slots, a.Recorded + b.Recorded);
    }

    private SoFar DueOf(Counted counted, Reach reach, long now)
    {
        var end = Math.Min(reach.High, now + 1 - PatienceOf(counted.Track));
        var low = Counting(counted.Track).WholeFrom(reach.Low); // of what is not known any more nobody says that it was not recorded
        var soFar = default(SoFar);
        foreach (var (from, to) in Outside(low, end)) soFar += new SoFar(Slots(counted.Track, from, to, now), Counting(counted.Track).Count(from, to, counted.Predicate).Recorded);
        return soFar;
    }

    /// <summary>
    /// Slices that begin in the window. The one that runs counts only once it is bad: good so far is not good yet. Where slices are
    /// counted anew (a share of their looks, or a policy of its own), what is bad so far may be mended, so it counts when it is over (where looks that are not recorded
    /// count too: when the last of them should be here). A slice with one look is as good as one with sixty, so looks must cover the window too, of each check.
    /// </summary>
    private Figures CountSlices(ObjectivePlan plan, Reach reach, long now, ImmutableArray<PartFigures>.Builder? parts)
    {
        var slice = plan.Slice;
        var running = now - FloorMod(now, slice);
        var track = _tracks[plan.SliceTrack];
        var figures = new Figures { IsCovered = true };
        var dueEnd = Math.Min(reach.High, now + 1 - slice - PatienceOf(plan));
        var dueFrom = track.WholeFrom(reach.Low);
        var soFar = default(SoFar);
        foreach (var (from, to) in Outside(dueFrom, dueEnd, plan.Slice)) soFar += new SoFar(Slices(plan, from, to), track.Count(from, to, 0).Recorded);
        var whole = Slices(plan, reach.WholeLow, reach.WholeHigh);
        var end = Math.Min(reach.High, LastFinished(plan, now));
        foreach (var counted in plan.Tracks)
        {
            var looks = Counting(counted.Track).Count(reach.Low, reach.High, counted.Predicate);
            var looksDue = DueOf(counted, reach, now);
            var due = looks.Recorded + Math.Max(0, looksDue.Slots - looksDue.Recorded) - looks.NotInForce;
            var isCovered = IsSeen(looks.Evidence, due) && (looks.Evidence > 0 || parts is null);
            if (!isCovered) figures.IsCovered = false;
            parts?.Add(new PartFigures(Checks[counted.Track].Name, counted.Weight, looks.Satisfying, looks.Evidence, due, isCovered));
        }
        if (plan.IsMean)
        {
            var shares = track.Shares(reach.Low, end);
            figures.Sum = shares.Sum;
            AddCounts(ref figures, shares.Tally, shares.Assumed, soFar, whole);
            figures.Satisfying = (long)figures.Sum!.Floor;
            return figures;
        }
        var tally = track.Count(reach.Low, end, 0);
        if (!plan.IsRecounted) tally.Bad += track.Count(Math.Max(reach.Low, running), reach.High, 0).Bad;
        AddCounts(ref figures, tally, _plan.Accounting.Assumes ? track.Count(reach.Low, end, 1).Satisfying : 0, soFar, whole);
        return figures;
    }

    /// <summary>Up to here slices are over: those that begin before the last one of them ended.</summary>
    private long LastFinished(ObjectivePlan plan, long now)
    {
        var over = plan.IsRecounted && _plan.Accounting.OwnOutage != GapAccount.Excluded ? now - PatienceOf(plan) : now;
        return over - FloorMod(over, plan.Slice);
    }

    /// <summary>How long after the end of a slice a look in it may still be under way.</summary>
    private long PatienceOf(ObjectivePlan plan)
    {
        long patience = 0;
        foreach (var counted in plan.Tracks) patience = Math.Max(patience, PatienceOf(counted.Track));
        return patience;
    }

    private bool IsSeen(long evidence, long due) => evidence >= Promise.Coverage * due;

    /// <param name="soFar">What should be here by now.</param>
    /// <param name="slots">Slots of the whole window.</param>
    /// <param name="assumed">Recorded without evidence, and counted by the accounting.</param>
    /// <param name="part">Whose looks these are; of slices nothing.</param>
    /// <param name="parts">
    /// Takes the figures of each part of a line that names several, which counts on each: where nothing of one was seen nothing is kept, be it that none was in force (in this regime) or that the window
    /// is shorter than its rhythm. Null for other lines, and for the windows of alerts: what was not due there is not missing.
    /// </param>
    private void AddCounts(ref Figures figures, Tally tally, long assumed, SoFar soFar, long slots, Counted part = default, ImmutableArray<PartFigures>.Builder? parts = null)
    {
        var silent = Math.Max(0, soFar.Slots - soFar.Recorded);
        var due = tally.Recorded + silent - tally.NotInForce;
        var expected = Math.Max(tally.Recorded + silent, slots);
        if (_plan.Accounting.OwnOutage != GapAccount.Excluded)
        {
            // What was due and is not recorded at all is our own outage too.
            assumed += silent;
            if (_plan.Accounting.OwnOutage == GapAccount.Good)
            {
                tally.Satisfying += silent;
                if (figures.Sum is { } sum) figures.Sum = sum + Fraction.Of(silent);
            }
        }
        var weight = Math.Max(1, part.Weight);
        figures.Looks += tally.Evidence + assumed;
        figures.BadLooks += tally.Evidence + assumed - tally.Satisfying;
        figures.Counted += weight * (tally.Evidence + assumed);
        figures.Assumed += weight * assumed;
        figures.Satisfying += weight * tally.Satisfying;
        figures.NotInForce += weight * tally.NotInForce;
        figures.Due += weight * due;
        figures.Expected += weight * expected;
        figures.Open += weight * (expected - tally.NotInForce - tally.Evidence - assumed);
        // Each check on its own: one that is looked at often must not make up for one that nobody looks at.
        var isCovered = IsSeen(tally.Evidence, due) && (tally.Evidence > 0 || (parts is null && ((tally.NotInForce > 0 && assumed == 0) || expected == 0)));
        if (!isCovered) figures.IsCovered = false;
        parts?.Add(new PartFigures(Checks[part.Track].Name, weight, tally.Satisfying, tally.Evidence + assumed, due, isCovered) { Assumed = assumed, Open = expected - tally.NotInForce - tally.Evidence - assumed, NotInForce = tally.NotInForce });
    }

    /// <summary>How many slots of a check lie in [low, high), each stretch by the rhythm in force then.</summary>
    /// <param name="newest">The rhythm is told from the newest slot up to here …</param>
    /// <param name="oldest">… and not before this.</param>
    private long Slots(int check, long low, long high, long newest, long oldest = long.MinValue)
    {
        // Looks of our own keep a rhythm, so their slots can be told exactly; calls of others come when they come.
        var isPassive = Checks[check].Kind.IsPassive;
        if (_rhythms is not { } rhythms) return Slots(low, high, PeriodOf(check), Phase(newest, oldest));
        long slots = 0;
        while (low < high)
        {
            var (period, from, until) = rhythms[check].At(low);
            var end = Math.Min(until, high);
            slots += Slots(low, end, period, Phase(Math.Min(until - 1, newest), Math.Max(from, oldest)));
            low = end;
        }
        return slots;

        long? Phase(long atMost, long atLeast) => !isPassive && Counting(check).NewestSlot(atMost) is { } slot && slot >= atLeast ? slot : null;
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
