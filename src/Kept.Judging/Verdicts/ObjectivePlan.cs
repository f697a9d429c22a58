using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Judging;

/// <summary>What of a look satisfies an objective: good, or a recorded figure within an interval.</summary>
/// <param name="Source">Where the figure stands.</param>
/// <param name="Measure">Which of the check's measures; −1 where it is none.</param>
internal readonly record struct Predicate(QuantitySource Source, int Measure, long Lowest, long Highest)
{
    /// <summary>Only asked about evidence. No answer in time satisfies no bound; neither does a figure that an answer did not hold.</summary>
    public bool Holds(LookRecord look) => Source switch
    {
        QuantitySource.GoodLooks => look.Class == LookClass.Good,
        QuantitySource.LookTime => look.Failure == TargetFailure.None && look.Phases.Total >= 0 && IsWithin(look.Phases.Total),
        _ => Measure < look.Measured.Length && look.Measured[Measure] is { } figure && IsWithin(figure),
    };

    private bool IsWithin(long figure) => figure >= Lowest && figure <= Highest;
}

/// <summary>Where the looks of one objective stand: a track, and which of its predicates.</summary>
internal readonly record struct Counted(int Track, int Predicate);

/// <summary>One objective, prepared: what satisfies it, which tracks hold its looks, what share is wanted.</summary>
internal sealed partial class ObjectivePlan
{
    public required Promise Promise { get; init; }
    public required Objective Objective { get; init; }
    public required ShareRule Share { get; init; }
    /// <summary>Why no look can decide it; null where looks can.</summary>
    public string? Undecidable { get; init; }
    public ImmutableArray<Counted> Tracks { get; init; } = [];
    /// <summary>With <c>per</c>: the track of its slices, else −1.</summary>
    public int SliceTrack { get; init; } = -1;
    public long Slice => Objective.Slice is { } slice ? Math.Max(1, slice.Nanoseconds / 1000) : 0;
    /// <summary>The slices are made from the counts of their looks, and not look by look.</summary>
    public bool IsRecounted => SliceTrack >= 0 && (Objective.SliceRule.Count != SliceCount.Whole || Promise.Accounting != Accounting.Usual);
    public bool IsMean => SliceTrack >= 0 && Objective.SliceRule.Count == SliceCount.Mean;
    /// <summary>The share that a slice must have to be good.</summary>
    public ShareRule SliceShare { get; init; }
}

/// <summary>All objectives of a promise, prepared once: predicates are shared where objectives ask the same of a look over different windows.</summary>
internal sealed class FoldPlan
{
    private readonly List<Predicate>[] _predicates;

    public FoldPlan(Promise promise)
    {
        Checks = promise.Checks.IsDefault ? [] : promise.Checks;
        _predicates = new List<Predicate>[Checks.Length];
        for (var i = 0; i < _predicates.Length; i++) _predicates[i] = new List<Predicate>(1);
        var sliceTracks = 0;
        var objectives = promise.Keeps.IsDefault ? [] : promise.Keeps;
        var plans = ImmutableArray.CreateBuilder<ObjectivePlan>(objectives.Length);
        foreach (var objective in objectives)
            plans.Add(Prepare(promise, objective, ref sliceTracks));
        Objectives = plans.MoveToImmutable();
        SliceTracks = sliceTracks;
        Accounting = promise.Accounting;
        Predicates = Array.ConvertAll(_predicates, list => list.ToArray());
        _predicates = [];
    }

    public ImmutableArray<Check> Checks { get; }
    public ImmutableArray<ObjectivePlan> Objectives { get; }
    /// <summary>Predicates per check.</summary>
    public Predicate[][] Predicates { get; }
    public int SliceTracks { get; }
    public Accounting Accounting { get; }

    /// <summary>Of a check, the predicate of what is assumed and not seen: where the accounting counts gaps, one more than those of objectives.</summary>
    public int Assumed(int check) => Predicates[check].Length;

    /// <summary>How many predicates the marks of a check have.</summary>
    public int WidthOf(int check) => Predicates[check].Length + (Accounting.Assumes ? 1 : 0);

    /// <summary>What a snapshot must agree with to be taken up again: what its bits mean.</summary>
    public string Signature()
    {
        var words = new System.Text.StringBuilder("fold 1");
        for (var i = 0; i < Checks.Length; i++)
        {
            words.Append('\n').Append(Checks[i].Name);
            foreach (var p in Predicates[i]) words.Append(';').Append((int)p.Source).Append(',').Append(p.Measure).Append(',').Append(p.Lowest).Append(',').Append(p.Highest);
        }
        foreach (var plan in Objectives)
            if (plan.SliceTrack >= 0)
                words.Append(plan.IsRecounted ? "\nslices of looks " : "\nslices ").Append(plan.Objective.SliceRule.Count == SliceCount.Whole ? "" : $"{plan.Objective.SliceRule} ").Append(plan.Slice).Append(' ').AppendJoin(' ', plan.Tracks);
        if (Accounting != Accounting.Usual) words.Append("\naccounting ").Append(Accounting);
        if (Accounting.Retries == RetryAccount.Confirmed)
            foreach (var check in Checks) words.Append(' ').Append(check.Confirm);
        return words.ToString();
    }

    private ObjectivePlan Prepare(Promise promise, Objective objective, ref int sliceTracks)
    {
        var share = objective switch
        {
            { Quantity.Source: QuantitySource.GoodLooks } => new ShareRule(objective.Operator, objective.Target.Amount),
            { Statistic.Kind: StatisticKind.Percentile } => new ShareRule(Comparison.GreaterOrEqual, objective.Statistic.Share),
            _ => new ShareRule(Comparison.GreaterOrEqual, 1), // max, min, and a bare figure: every look
        };
        var why = objective.Quantity.Source == QuantitySource.Surroundings ? $"no look decides {objective.Quantity.Name}"
            : Checks.Length == 0 ? "no check looks at it" : null;
        var counted = why is null ? Count(promise, objective, out why) : [];
        return new ObjectivePlan
        {
            Promise = promise,
            Objective = objective,
            Share = share,
            Undecidable = why,
            Tracks = counted,
            SliceTrack = objective.Slice is not null && why is null ? Checks.Length + sliceTracks++ : -1,
            SliceShare = new ShareRule(Comparison.GreaterOrEqual, objective.SliceRule.Count == SliceCount.AtLeast ? objective.SliceRule.Share : 1),
        };
    }

    private ImmutableArray<Counted> Count(Promise promise, Objective objective, out string? why)
    {
        var tracks = ImmutableArray.CreateBuilder<Counted>(1);
        why = null;
        for (var i = 0; i < Checks.Length; i++)
        {
            if (objective.OfCheck is { } name && Checks[i].Name != name) continue;
            var measure = -1;
            if (objective.Quantity.Source == QuantitySource.Measured)
            {
                measure = MeasureOf(Checks[i], objective.Quantity.Name);
                if (measure < 0) continue;
            }
            var (lowest, highest) = objective.Quantity.Source == QuantitySource.GoodLooks ? (0, 0) : RecordUnits.Satisfying(objective.Operator, objective.Target);
            var predicate = new Predicate(objective.Quantity.Source, measure, lowest, highest);
            var place = _predicates[i].IndexOf(predicate);
            if (place < 0)
            {
                if (_predicates[i].Count == Mark.MostPredicates - (promise.Accounting.Assumes ? 1 : 0))
                {
                    why = $"a check counts for at most {Mark.MostPredicates} different objectives";
                    return [];
                }
                place = _predicates[i].Count;
                _predicates[i].Add(predicate);
            }
            tracks.Add(new Counted(i, place));
        }
        if (tracks.Count == 0) why = objective.OfCheck is { } missing ? $"no check {missing} measures {objective.Quantity.Name}" : $"no check measures {objective.Quantity.Name}";
        return tracks.Capacity == tracks.Count ? tracks.MoveToImmutable() : tracks.ToImmutable();
    }

    private static int MeasureOf(Check check, string quantity)
    {
        if (check.Measures.IsDefault) return -1;
        for (var i = 0; i < check.Measures.Length; i++)
            if (check.Measures[i].Quantity.Name == quantity)
                return i;
        return -1;
    }
}
