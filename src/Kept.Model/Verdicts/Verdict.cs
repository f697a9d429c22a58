using System.Collections.Immutable;

namespace Kept.Model;

/// <summary>The five verdicts. <see cref="Unknown"/> is the default: nothing assessed is unknown.</summary>
public enum Outcome : byte { Unknown = 0, Kept = 1, Broken = 2, NotInForce = 3, NotAPromise = 4 }

/// <summary>Names of outcomes, for the wire and for people.</summary>
public static class Outcomes
{
    /// <summary>Kebab case: <c>not-in-force</c>.</summary>
    public static string Wire(this Outcome outcome) => outcome switch
    {
        Outcome.Kept => "kept",
        Outcome.Broken => "broken",
        Outcome.NotInForce => "not-in-force",
        Outcome.NotAPromise => "not-a-promise",
        _ => "unknown",
    };

    /// <summary>As people read it; a wish is met or unmet.</summary>
    public static string Word(this Outcome outcome, bool isWish) => (outcome, isWish) switch
    {
        (Outcome.Kept, true) => "met",
        (Outcome.Broken, true) => "unmet",
        (Outcome.Kept, _) => "kept",
        (Outcome.Broken, _) => "broken",
        (Outcome.NotInForce, _) => "not in force",
        (Outcome.NotAPromise, _) => "not a promise",
        _ => "unknown",
    };

    public static Outcome FromWire(string text) => text switch
    {
        "kept" => Outcome.Kept,
        "broken" => Outcome.Broken,
        "not-in-force" => Outcome.NotInForce,
        "not-a-promise" => Outcome.NotAPromise,
        _ => Outcome.Unknown,
    };
}

/// <summary>Who judged, and from where. No verdict exists without one.</summary>
public sealed record Assessor(string House, string Place)
{
    public override string ToString() => $"{House} at {Place}";
}

/// <summary>What one look means for its promise. Numbers are stored: never reuse one.</summary>
public enum LookClass : byte
{
    /// <summary>Ours: nothing can be said.</summary>
    Gap = 0,
    Good = 1,
    Bad = 2,
    /// <summary>A condition was false at its event time: does not count.</summary>
    NotInForce = 3,
    /// <summary>Whether the condition held could not be known: counts as a gap.</summary>
    ConditionUnknown = 4,
}

/// <summary>How one expectation came out, with the value that was seen.</summary>
/// <param name="Text">The expectation as written.</param>
/// <param name="Truth">True, false, or unknown (its evidence was missing).</param>
/// <param name="Reason">With the values: <c>status was 503</c>.</param>
public sealed record ExpectationOutcome(string Text, Truth Truth, string Reason);

/// <summary>One look, judged.</summary>
public sealed record JudgedLook(LookClass Class, string Reason, ImmutableArray<ExpectationOutcome> Expectations, ImmutableArray<long?> Measured);

/// <summary>One line of a promise: <c>now</c>, or an objective.</summary>
/// <param name="Text"><c>now</c>, or the objective as written.</param>
/// <param name="Outcome">Its outcome.</param>
/// <param name="Reason">In words, with figures.</param>
/// <param name="Good">Good looks (or slices) counted.</param>
/// <param name="Counted">In-force looks (or slices) with evidence.</param>
/// <param name="Due">Looks (or slices) that were due in the window so far, in force or unknown.</param>
/// <param name="Expected">Looks (or slices) the whole window holds.</param>
/// <param name="WindowFrom">Where the window begins; the first moment counted.</param>
/// <param name="WindowTo">Where the window ends.</param>
/// <param name="BudgetLeft">Share of the error budget left, 0…1; null where there is none.</param>
public sealed record VerdictLine(
    string Text, Outcome Outcome, string Reason, long Good, long Counted, long Due, long Expected, Instant WindowFrom, Instant WindowTo, decimal? BudgetLeft)
{
    public const string Now = "now";
}

/// <summary>The judgement of one promise by one assessor.</summary>
/// <param name="Outcome">The headline.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="SeenAt">Event time of the newest evidence it rests on; null where there is none.</param>
/// <param name="ValidUntil">After this it says nothing any more: <c>now</c> goes unknown.</param>
/// <param name="Assessor">Who, and from where.</param>
/// <param name="Regime">The named context (<c>any</c> where there is only one).</param>
/// <param name="Lines">Now and each objective.</param>
/// <param name="AtRisk">Notes that do not change the outcome: <c>because of storage/upload</c> (R43).</param>
public sealed record Verdict(
    Outcome Outcome, string Reason, Instant? SeenAt, Instant? ValidUntil, Assessor Assessor, string Regime, ImmutableArray<VerdictLine> Lines, ImmutableArray<string> AtRisk);
