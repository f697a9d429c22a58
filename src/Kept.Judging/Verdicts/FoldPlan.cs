using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Judging;

/// <summary>
/// All objectives of a promise, prepared once: predicates are shared where objectives ask the same of a look over different windows. It is immutable, and promises
/// of equal terms share one (<see cref="FoldPlans"/>).
/// </summary>
public sealed class FoldPlan
{
    private readonly Promise _of;
    private readonly List<Predicate>[] _predicates;

    internal FoldPlan(Promise promise)
    {
        (_of, Accounting) = (promise, promise.Accounting);
        _predicates = new List<Predicate>[Checks.Length];
        for (var i = 0; i < _predicates.Length; i++) _predicates[i] = new List<Predicate>(1);
        var sliceTracks = 0;
        var objectives = promise.Keeps.IsDefault ? [] : promise.Keeps;
        var plans = ImmutableArray.CreateBuilder<ObjectivePlan>(objectives.Length);
        foreach (var objective in objectives)
            plans.Add(Prepare(promise, objective, ref sliceTracks));
        Objectives = plans.MoveToImmutable();
        SliceTracks = sliceTracks;
        Predicates = Array.ConvertAll(_predicates, list => list.ToArray());
        _predicates = [];
    }

    // of the promise that it was made of: their names, confirmations and measures are those of all that share it, nothing else
    private ImmutableArray<Check> Checks => _of.Checks.IsDefault ? [] : _of.Checks;

    internal ImmutableArray<ObjectivePlan> Objectives { get; }
    /// <summary>Predicates per check.</summary>
    internal Predicate[][] Predicates { get; }
    internal int SliceTracks { get; }
    internal Accounting Accounting { get; }

    /// <summary>Announced maintenance that counts otherwise than other time; null where there is none.</summary>
    internal Maintenance? Maintenance => _of.Maintenance is { During: not null } planned && Accounting.Maintenance != MaintenanceAccount.Counted ? planned : null;
    /// <summary>What is counted of a look is not what it says alone: there are tracks of their own for it.</summary>
    internal bool CountsApart => Accounting.Retries == RetryAccount.Confirmed || Maintenance is not null;

    /// <summary>Of a check, the predicate of what is assumed and not seen: where the accounting counts gaps, one more than those of objectives.</summary>
    internal int Assumed(int check) => Predicates[check].Length;

    /// <summary>How many predicates the marks of a check have.</summary>
    internal int WidthOf(int check) => Predicates[check].Length + (Accounting.Assumes ? 1 : 0);

    /// <summary>Whether a promise is folded by this plan as by its own.</summary>
    internal bool Fits(Promise promise) => ReferenceEquals(_of, promise) || PlanLikeness.Instance.Equals(_of, promise);

    /// <summary>What a snapshot must agree with to be taken up again: what its bits mean.</summary>
    internal string Signature()
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
        if (Maintenance is { } maintenance) words.Append("\nmaintenance ").Append(maintenance.Text).Append(' ').Append(maintenance.During!.Text);
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
            Objective = objective,
            Coverage = promise.Coverage,
            Confidence = promise.Confidence,
            Accounting = promise.Accounting,
            HasMaintenance = Maintenance is not null,
            Share = share,
            Undecidable = why,
            Tracks = counted,
            Heaviest = counted.IsEmpty ? 1 : counted.Max(one => one.Weight),
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
            if (!objective.Counts(Checks[i].Name)) continue;
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
            tracks.Add(new Counted(i, place, objective.PointsOf(Checks[i].Name)));
        }
        // A part that nobody can see must not hide behind the others.
        if (objective.Parts is { } parts && parts.Each.FirstOrDefault(part => tracks.All(one => Checks[one.Track].Name != part.Check)) is { } blind)
        {
            why = $"no check {blind.Check} measures {objective.Quantity.Name}";
            return [];
        }
        if (objective.IsWeighted && objective.PointsInSlice(promise.Checks) >= Mark.MostInSlice || objective.IsTooFine(promise.Checks))
        {
            why = "a slice of it would hold more points than are counted";
            return [];
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

/// <summary>
/// Plans shared by promises that count alike: a large house has few different terms, and a plan for each promise would be the larger part of its memory. Not safe for use
/// by several threads at once; the plans are.
/// </summary>
public sealed class FoldPlans
{
    private readonly Dictionary<Promise, FoldPlan> _plans = new(PlanLikeness.Instance);

    /// <summary>The plan of a promise: one made before where its terms count the same.</summary>
    public FoldPlan Of(Promise promise)
    {
        if (!_plans.TryGetValue(promise, out var plan)) _plans.Add(promise, plan = new FoldPlan(promise));
        return plan;
    }
}

/// <summary>Equal are promises whose looks are counted the same: everything that a plan is made of, and nothing else.</summary>
internal sealed class PlanLikeness : IEqualityComparer<Promise>
{
    public static readonly PlanLikeness Instance = new();

    public bool Equals(Promise? one, Promise? other) =>
        ReferenceEquals(one, other) || one is not null && other is not null
        && one.Coverage == other.Coverage && one.Confidence == other.Confidence && one.Accounting == other.Accounting && IsSame(one.Maintenance, other.Maintenance)
        && Same(one.Checks, other.Checks, IsSame) && Same(one.Keeps, other.Keeps, IsSame);

    public int GetHashCode(Promise promise)
    {
        var hash = new HashCode();
        hash.Add(promise.Coverage);
        foreach (var check in promise.Checks.IsDefault ? [] : promise.Checks) hash.Add(check.Name);
        foreach (var objective in promise.Keeps.IsDefault ? [] : promise.Keeps) hash.Add(objective.Text);
        return hash.ToHashCode();
    }

    private static bool IsSame(Maintenance? one, Maintenance? other) =>
        (one?.During is null && other?.During is null) || (one?.During?.Text == other?.During?.Text && one!.Announced == other!.Announced && one.UpTo == other.UpTo && one.Per == other.Per);

    private static bool IsSame(Check one, Check other) =>
        one.Name == other.Name && one.Confirm == other.Confirm && Same(one.Measures, other.Measures, (a, b) => a.Quantity.Name == b.Quantity.Name);

    private static bool IsSame(Objective one, Objective other) => one.Text == other.Text && one with { At = other.At } == other;

    private static bool Same<T>(ImmutableArray<T> one, ImmutableArray<T> other, Func<T, T, bool> isSame)
    {
        var (a, b) = (one.IsDefault ? [] : one, other.IsDefault ? [] : other);
        if (a.Length != b.Length) return false;
        for (var i = 0; i < a.Length; i++)
            if (!isSame(a[i], b[i]))
                return false;
        return true;
    }
}
