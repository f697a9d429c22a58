using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Judging;

/// <summary>
/// Folds the looks of one promise, seen by one assessor in one regime, into its verdict. The verdict is a function of the set of records and of the moment
/// asked for: their order, their repetition and where a snapshot was taken change nothing. Where one slot was recorded with different results, the worse
/// evidence stands. Counting is exact, in event time, with integers. Not safe for use by several threads at once.
/// Moments asked for should not run backwards: looks that no window needs any more, seen from a day before the latest of them, may be let go.
/// </summary>
public sealed partial class PromiseFold
{
    private readonly Assessor _assessor;
    private readonly string _regime;
    private readonly FoldPlan _plan;
    private readonly Track[] _tracks; // one per check, one per objective that counts slices, one per check of what is confirmed or announced (where looks do not count as they are)
    private readonly LastWords[] _last;
    private readonly Rhythms[]? _rhythms; // per check; null where none ever changed
    private readonly PromiseFold[]? _parts; // where the promise names regimes: one fold for each, and this one counts nothing itself
    private readonly MaintenanceTimes? _maintenance;
    private long _since;
    private long _asked = long.MinValue;
    private Func<int, Instant, string?>? _wordsOf;

    /// <summary>Since when its terms announce maintenance; null where they plan none.</summary>
    public Instant? TermsSince => _maintenance?.TermsSince ?? (_parts is [var part, ..] ? part.TermsSince : null);

    /// <summary>What terms before them planned, newest first.</summary>
    public ImmutableArray<FormerPlan> FormerPlans => _maintenance?.Former ?? (_parts is [var part, ..] ? part.FormerPlans : []);

    /// <param name="promise">What was promised; its checks and objectives are prepared here.</param>
    /// <param name="assessor">Who judges.</param>
    /// <param name="since">When these terms began to be judged; earlier looks say nothing about them.</param>
    /// <param name="regime">The named context; figures of different regimes are never pooled, each has a fold of its own.</param>
    /// <param name="past">The rhythms before those of <paramref name="promise"/>, in any order.</param>
    /// <param name="plan">Of <see cref="FoldPlans"/>, to share what promises of equal terms have in common; null makes one.</param>
    /// <param name="termsSince">When its terms were first known, which announce its maintenance; null for <paramref name="since"/>.</param>
    /// <param name="former">What terms before planned for maintenance under the same words, newest first: what they and all since then announced stays announced.</param>
    /// <exception cref="ArgumentException">The plan is of a promise that counts differently.</exception>
    public PromiseFold(
        Promise promise, Assessor assessor, Instant since, string regime = Regime.Any, IEnumerable<PastRhythm>? past = null, FoldPlan? plan = null, Instant? termsSince = null, ImmutableArray<FormerPlan> former = default)
    {
        if (plan is not null && !plan.Fits(promise)) throw new ArgumentException($"the plan is of other terms than those of {promise.Name}", nameof(plan));
        Promise = promise;
        _assessor = assessor;
        _regime = regime;
        _since = since.Microseconds;
        _plan = plan ?? new FoldPlan(promise);
        if (regime == Regime.Any && !promise.Regimes.IsDefaultOrEmpty && promise.Checks.Length > 0) // without a look there is nothing to tell apart
        {
            var rhythms = past?.ToList();
            _parts = [.. Regime.NamesOf(promise).Select(name => new PromiseFold(promise, assessor, since, name, rhythms, _plan, termsSince, former))];
            (_tracks, _last) = ([.. Checks.Select(_ => new Track(predicates: 0))], []);
            return;
        }
        _rhythms = Timed(past);
        _maintenance = _plan.Maintenance is { } maintenance ? new MaintenanceTimes(maintenance, maintenance.During!, termsSince ?? since, former) : null;
        var apart = _plan.CountsApart ? Checks.Length : 0;
        _tracks = new Track[Checks.Length + _plan.SliceTracks + apart];
        for (var i = 0; i < Checks.Length; i++) _tracks[i] = new Track(_plan.WidthOf(i));
        foreach (var objective in _plan.Objectives)
            if (objective.SliceTrack >= 0)
                _tracks[objective.SliceTrack] = objective.IsMean ? new Track(predicates: 0, holdsShares: true) : new Track(predicates: _plan.Accounting.Assumes ? 2 : 1);
        for (var i = 0; i < apart; i++) _tracks[Checks.Length + _plan.SliceTracks + i] = new Track(_plan.WidthOf(i));
        _last = new LastWords[Checks.Length];
        Array.Fill(_last, LastWords.None);
    }

    public Promise Promise { get; }

    private ImmutableArray<Check> Checks => Promise.Checks.IsDefault ? [] : Promise.Checks;

    /// <summary>When these terms began to be judged.</summary>
    public Instant Since => new(_since);

    private Rhythms[]? Timed(IEnumerable<PastRhythm>? past)
    {
        if (past is null) return null;
        var known = past.ToList();
        return known.Count == 0 ? null : [.. Enumerable.Range(0, Checks.Length).Select(check => new Rhythms(check, PeriodOf(check), known))];
    }

    /// <summary>Takes a look of a check, by the check's place in the promise. Any order, any repetition.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The promise has no such check.</exception>
    public void Add(int checkIndex, LookRecord look)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(checkIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(checkIndex, Checks.Length);
        if (look.Slot.Microseconds < _since) return;
        if (_parts is { } parts)
        {
            AddToPart(parts, checkIndex, look);
            return;
        }
        ulong satisfied = 0;
        if (look.Class is LookClass.Good or LookClass.Bad)
        {
            var predicates = _plan.Predicates[checkIndex];
            for (var i = 0; i < predicates.Length; i++)
                if (predicates[i].Holds(look))
                    satisfied |= 1UL << i;
        }
        var mark = _plan.Accounting.Assumes && look.Class is LookClass.Gap or LookClass.ConditionUnknown ? Unseen(checkIndex, look) : Mark.Of(look.Class, satisfied);
        var track = _tracks[checkIndex];
        track.Add(look.Slot, mark);
        if (track.IsCrowded) MakeRoom(track);
        var (first, last) = _plan.CountsApart ? CountApart(checkIndex, look.Slot.Microseconds) : (look.Slot.Microseconds, look.Slot.Microseconds);
        if (_plan.SliceTracks > 0) AddToSlices(checkIndex, look, mark, first, last);
        _last[checkIndex].Note(look);
    }

    /// <summary>
    /// Until when the newest verdict holds without further looks: then <c>now</c> may go unknown by age alone. Null where nothing is known that could age.
    /// </summary>
    public Instant? ChangesBy
    {
        get
        {
            if (_parts is { } parts) return parts.Min(part => part.ChangesBy);
            long? next = null;
            for (var i = 0; i < Checks.Length; i++)
            {
                Consider(_tracks[i].Newest(long.MaxValue - 1, IsEvidence), i);
                Consider(_tracks[i].Newest(long.MaxValue - 1, IsNotInForce), i);
            }
            return next is { } found ? new Instant(found) : null;

            void Consider((Instant Slot, Mark Mark)? look, int check)
            {
                if (look is not { } known) return;
                var expires = ExpiryOf(check, known.Slot.Microseconds);
                if (expires > _asked && (next is null || expires < next)) next = expires;
            }
        }
    }

    private static bool IsEvidence(LookClass look) => look is LookClass.Good or LookClass.Bad;

    private static bool IsNotInForce(LookClass look) => look == LookClass.NotInForce;

    private void MakeRoom(Track track)
    {
        if (_asked != long.MinValue) track.Forget(Horizon(), ConfirmedState.FarthestLook);
        if (track.RunCount > Track.MostRuns * 3 / 4) track.FoldOldest();
    }

    /// <summary>Before this no window reaches, asked from a day before the latest moment.</summary>
    private long Horizon()
    {
        var asked = new Instant(_asked) - Duration.Days(1);
        var horizon = asked;
        foreach (var plan in _plan.Objectives)
        {
            var from = CalendarClock.WindowOf(plan.Objective.Window, asked).From;
            if (from < horizon) horizon = from;
        }
        foreach (var alert in Promise.Alerts)
            foreach (var line in alert.Lines)
                foreach (var test in line.Tests)
                {
                    var plan = _plan.Objectives[test.Objective]; // the last slice that is over began up to two of them ago
                    var begin = asked - test.Window - Duration.Milliseconds((2 * plan.Slice + PatienceOf(plan)) / 1000 + 1);
                    if (begin < horizon) horizon = begin;
                }
        return horizon.Microseconds;
    }

    private long PeriodOf(int check) => Rhythms.PeriodOf(Checks[check].Every);

    /// <summary>How long after its slot a look may still be under way: its time-out, or the grace of what calls us.</summary>
    private long PatienceOf(int check) => PatienceOf(Checks[check]);

    internal static long PatienceOf(Check looked)
    {
        var patience = looked.Kind.IsPassive && looked.Setting<FieldValue.Length>("grace") is { } grace ? grace.Duration : looked.Timeout;
        return Math.Max(0, patience.Nanoseconds / 1000);
    }

    /// <summary>When a look has aged out: two further ones were due, and the second must have ended.</summary>
    private long ExpiryOf(int check, long slot) => slot + (2 * PeriodOf(check)) + PatienceOf(check);

    /// <summary>
    /// What is said about the newest bad look and the newest gap of a check. Kept beside the counts, because runs have no words; chosen so that the order of
    /// records does not matter.
    /// </summary>
    private struct LastWords
    {
        public long BadSlot, GapSlot;
        public TargetFailure Failure;
        public GapCause Gap;
        public int Code;

        public static readonly LastWords None = new() { BadSlot = long.MinValue, GapSlot = long.MinValue };

        public void Note(LookRecord look)
        {
            var slot = look.Slot.Microseconds;
            if (look.Class == LookClass.Bad && (slot > BadSlot || (slot == BadSlot && (look.Failure, look.Code).CompareTo((Failure, Code)) > 0)))
                (BadSlot, Failure, Code) = (slot, look.Failure, look.Code);
            if (look.Class == LookClass.Gap && (slot > GapSlot || (slot == GapSlot && look.Gap > Gap)))
                (GapSlot, Gap) = (slot, look.Gap);
        }
    }
}
