using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Judging;

/// <summary>How far the search for hollow checks came.</summary>
public enum HollowState
{
    /// <summary>No answer was found that the check is content with: nothing can be said about what it would miss.</summary>
    NotAnalysed = 0,
    /// <summary>It was tried with every failure its kind declares.</summary>
    Analysed = 1,
    /// <summary>No answer at all can satisfy it: shown, not guessed.</summary>
    CannotPass = 2,
}

/// <summary>A failure that would pass for a good look.</summary>
/// <param name="Failure">Its name in the kind: <c>login-page-200</c>.</param>
/// <param name="Words">What exactly would pass: <c>`body.ready` is missing</c>.</param>
/// <param name="IsGrave">Who relies on the target would get nothing.</param>
public sealed record MissedFailure(string Failure, string Words, bool IsGrave);

/// <summary>A failure that would pass, and whose document says that it may.</summary>
/// <param name="Missed">What would pass.</param>
/// <param name="By">The acceptance, with its reason.</param>
public sealed record AcceptedMiss(MissedFailure Missed, KnownMiss By);

/// <summary>How many failures would be noticed, of those that were tried. Whole numbers: a share is only ever compared exactly.</summary>
public readonly record struct HollowScore(int Caught, int Tried)
{
    /// <summary>Whether fewer are caught than this share (0.8 of 10 are 8); never of nothing.</summary>
    public bool IsBelow(decimal share) => Caught < share * Tried;

    public static HollowScore operator +(HollowScore a, HollowScore b) => new(a.Caught + b.Caught, a.Tried + b.Tried);

    public override string ToString() => $"{Caught} of {Tried}";
}

/// <summary>
/// What one check would miss. A look that satisfies everything is made up from the expectations; then each failure that the kind declares is laid over it, and the
/// same judge that judges real looks says whether it would pass. Pure: nothing is dialled, the same check gives the same result.
/// </summary>
/// <param name="Check">The check.</param>
/// <param name="State">How far it came.</param>
/// <param name="Why">Why it was not analysed, or why nothing can pass; null where it was analysed.</param>
/// <param name="Healthy">The look that was made up.</param>
/// <param name="Score">Failures caught, of those tried; what is accepted is neither.</param>
/// <param name="Missed">Those that would pass and that nobody accepted.</param>
public sealed record HollowCheck(Check Check, HollowState State, string? Why, Observation? Healthy, HollowScore Score, ImmutableArray<MissedFailure> Missed)
{
    private const int MostAsked = 200;

    /// <summary>Names of failures of which every look was caught.</summary>
    internal ImmutableArray<string> CaughtWhole { get; private init; } = [];

    /// <summary>Those that would pass, as the check says itself.</summary>
    public ImmutableArray<AcceptedMiss> Accepted { get; private init; } = [];

    /// <summary>What became of each of the check's acceptances, in their order; empty where it was not analysed.</summary>
    internal ImmutableArray<MissUse> Uses { get; private init; } = [];

    /// <summary>Analyses one check.</summary>
    /// <param name="check">As read; a foreign document's check, once imported, is as good.</param>
    /// <param name="keeps">Objectives that count its looks: a look that is good and too slow, or lacks its figure, is noticed by them.</param>
    /// <param name="now">Acceptances that end until then count no longer.</param>
    public static HollowCheck Of(Check check, ImmutableArray<Objective> keeps = default, Instant now = default)
    {
        var counted = (keeps.IsDefault ? [] : keeps).Where(objective => objective.Counts(check.Name)).ToList();
        var measured = MeasuredBy(check, counted).ToList();
        var good = GoodLook.Of(check, measured);
        // What is measured is no expectation: that it cannot be had too proves nothing.
        if (good.Seen is null && measured.Count > 0) good = GoodLook.Of(check);
        if (good.Seen is not { } seen) return new(check, good.IsProven ? HollowState.CannotPass : HollowState.NotAnalysed, good.Why, null, default, []);
        var look = new HealthyLook(check, seen, Asked(check, counted), Slow(check, seen, good.Bound, counted));
        var (caught, tried) = (0, 0);
        var missed = ImmutableArray.CreateBuilder<MissedFailure>();
        var accepted = ImmutableArray.CreateBuilder<AcceptedMiss>();
        var uses = new MissUse[check.Misses.Length];
        var whole = ImmutableArray.CreateBuilder<string>();
        foreach (var failure in check.Kind.Failures)
        {
            var (passed, any) = (false, false);
            foreach (var failed in failure.Looks(look))
            {
                if (IsSame(failed.Seen, seen)) continue; // it cannot be told from a healthy look: then it is none
                any = true;
                var isCaught = Judge.ClassOf(check, failed.Seen) != LookClass.Good || counted.Exists(objective => Notices(objective, check, failed.Seen));
                if (!isCaught) passed = true;
                var miss = new MissedFailure(failure.Name, failed.Words, failure.IsGrave);
                if (MissUses.Accepting(check.Misses, uses, failure, failed.Words, isCaught, now) is { } by)
                {
                    accepted.Add(new(miss, by));
                    continue;
                }
                tried++;
                if (isCaught) caught++;
                else missed.Add(miss);
            }
            if (any && !passed) whole.Add(failure.Name);
        }
        return new(check, HollowState.Analysed, null, seen, new(caught, tried), missed.ToImmutable()) { CaughtWhole = whole.ToImmutable(), Accepted = accepted.ToImmutable(), Uses = [.. uses] };
    }

    private static ImmutableArray<AskedField> Asked(Check check, List<Objective> counted) =>
    [
        .. check.Expect.SelectMany(expected => AskedFields.In(expected.Test))
            .Concat(check.Measures.Where(measure => counted.Exists(objective => IsOf(objective, measure))).Select(measure => AskedFields.Of(measure.From))).Distinct().Take(MostAsked),
    ];

    private static bool IsOf(Objective objective, Measure measure) => objective.Quantity.Source == QuantitySource.Measured && objective.Quantity.Name == measure.Quantity.Name;

    /// <summary>Ten times the longest time that is still in order, by the expectations or an objective; ten times a typical look where nothing says.</summary>
    private static Duration Slow(Check check, Observation seen, Duration? bound, List<Objective> counted)
    {
        var longest = bound?.Nanoseconds ?? 0;
        foreach (var objective in counted)
            if (objective.Quantity.Source == QuantitySource.LookTime && objective.Target.Amount > longest)
                longest = (long)Math.Min(objective.Target.Amount, long.MaxValue / 100);
        if (longest == 0) longest = Math.Max(1, seen.Phases.Total);
        return new Duration(Math.Min(longest, long.MaxValue / 100) * 10);
    }

    /// <summary>What objectives measure shall be there, and satisfy them.</summary>
    private static IEnumerable<Expression> MeasuredBy(Check check, List<Objective> counted)
    {
        foreach (var objective in counted)
            foreach (var measure in check.Measures)
            {
                if (!IsOf(objective, measure) || measure.From.Path.IsEmpty || measure.Unit.Amount == 0) continue;
                var number = objective.Target.Dimension == Dimension.Rate ? 1 : objective.Target.Amount / measure.Unit.Amount;
                var isText = measure.From.Index >= 0 && measure.From.Index < check.Kind.Sees.Length && check.Kind.Sees[measure.From.Index].Form == ObservedForm.Map;
                yield return isText
                    ? new Expression.Compare(measure.From.At, measure.From, Comparison.Equal, new Operand.Literal(measure.From.At, Value.Of(decimal.Floor(number).ToString(System.Globalization.CultureInfo.InvariantCulture))))
                    : new Expression.Compare(measure.From.At, measure.From, objective.Operator, new Operand.Literal(measure.From.At, Value.Of(number)));
            }
    }

    /// <summary>Whether an objective counts a good look as one that does not satisfy it, so that going on like this breaks it.</summary>
    private static bool Notices(Objective objective, Check check, Observation seen)
    {
        if (objective.Quantity.Source is not (QuantitySource.LookTime or QuantitySource.Measured)) return false;
        long? figure = null;
        if (objective.Quantity.Source == QuantitySource.LookTime) figure = seen.Phases.Total >= 0 ? seen.Phases.Total : null;
        else
        {
            var at = check.Measures.IsDefault ? -1 : check.Measures.ToList().FindIndex(measure => measure.Quantity.Name == objective.Quantity.Name);
            if (at < 0) return false;
            figure = Judge.Measured(check, seen)[at];
        }
        var (lowest, highest) = RecordUnits.Satisfying(objective.Operator, objective.Target);
        return figure is not { } known || known < lowest || known > highest;
    }

    private static bool IsSame(Observation a, Observation b)
    {
        if (a.Reach != b.Reach || a.Phases != b.Phases || a.Values.Length != b.Values.Length) return false;
        for (var i = 0; i < a.Values.Length; i++)
            if (a.Values[i] is Value.Map x && b.Values[i] is Value.Map y ? x.Entries.Count != y.Entries.Count || x.Entries.Any(entry => y.Entries.GetValueOrDefault(entry.Key) != entry.Value) : !Equals(a.Values[i], b.Values[i]))
                return false;
        return true;
    }
}
