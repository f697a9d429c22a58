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

/// <summary>One look, judged. Most looks are good and nobody reads their words: those are put together for whoever asks.</summary>
public sealed class JudgedLook
{
    private readonly LookAccount? _account;

    /// <summary>A look whose words are known.</summary>
    public JudgedLook(LookClass kind, string reason, ImmutableArray<ExpectationOutcome> expectations, ImmutableArray<long?> measured)
    {
        (Class, Measured) = (kind, measured);
        (Reason, Expectations) = (reason, expectations);
    }

    /// <summary>A look whose words follow from what was seen.</summary>
    public JudgedLook(LookClass kind, LookAccount account, ImmutableArray<long?> measured)
    {
        (Class, Measured) = (kind, measured);
        _account = account;
    }

    /// <summary>What the look means for its promise.</summary>
    public LookClass Class { get; }
    /// <summary>In words.</summary>
    public string Reason { get => field ??= _account!.Reason; }
    /// <summary>Each expectation with its truth and what was seen.</summary>
    public ImmutableArray<ExpectationOutcome> Expectations { get => field.IsDefault ? field = _account!.Expectations : field; }
    /// <summary>Figures, in the order of the check's measures.</summary>
    public ImmutableArray<long?> Measured { get; }
    /// <summary>Where each address of a name was looked at: how every one stands; empty else.</summary>
    public ImmutableArray<AddressOutcome> Addresses { get; init; } = [];
}

/// <summary>How one address behind a name stands in a look at each of them.</summary>
/// <param name="Address">The address; or words for those that are not known.</param>
/// <param name="Class">What its look means.</param>
/// <param name="Reason">In words.</param>
public sealed record AddressOutcome(string Address, LookClass Class, string Reason);

/// <summary>Puts the words of a judged look together from what was seen, for whoever asks. Pure.</summary>
public abstract class LookAccount
{
    /// <summary>In words.</summary>
    public abstract string Reason { get; }
    /// <summary>Each expectation with its truth and what was seen.</summary>
    public abstract ImmutableArray<ExpectationOutcome> Expectations { get; }
}

/// <summary>One line of a promise: <c>now</c>, or an objective.</summary>
/// <param name="Text"><c>now</c>, or the objective as written.</param>
/// <param name="Outcome">Its outcome.</param>
/// <param name="Reason">In words, with figures.</param>
/// <param name="Good">Good looks (or slices) counted; points, where looks have weights, and so with all that follows.</param>
/// <param name="Counted">In-force looks (or slices) with evidence.</param>
/// <param name="Due">Looks (or slices) that were due in the window so far, in force or unknown.</param>
/// <param name="Expected">Looks (or slices) the whole window holds.</param>
/// <param name="WindowFrom">Where the window begins; the first moment counted.</param>
/// <param name="WindowTo">Where the window ends.</param>
/// <param name="BudgetLeft">Share of the error budget left, 0…1, cut after nine digits; null where there is none.</param>
public sealed record VerdictLine(
    string Text, Outcome Outcome, string Reason, long Good, long Counted, long Due, long Expected, Instant WindowFrom, Instant WindowTo, decimal? BudgetLeft)
{
    public const string Now = "now";

    private const decimal Billion = 1_000_000_000m;

    private readonly LineWords? _words;
    private readonly int _budget = InBillionths(BudgetLeft); // every look makes lines anew, and a decimal that may be missing takes 24 bytes

    private static int InBillionths(decimal? left) => left is { } share ? (int)(share * Billion) : -1;

    /// <summary>Share of the error budget left, 0…1, cut after nine digits; null where there is none.</summary>
    public decimal? BudgetLeft { get => _budget < 0 ? null : _budget / Billion; init => _budget = InBillionths(value); }

    /// <summary>A line whose words are put together for whoever reads them first.</summary>
    /// <param name="words">Pure: they may be asked for by several readers at once, and all must agree.</param>
    public VerdictLine(
        string text, Outcome outcome, LineWords words, long good, long counted, long due, long expected, Instant windowFrom, Instant windowTo, decimal? budgetLeft)
        : this(text, outcome, (string)null!, good, counted, due, expected, windowFrom, windowTo, budgetLeft) => _words = words;

    /// <summary>In words, with figures.</summary>
    public string Reason { get => field ??= _words!.Of(this); init; } = Reason;

    /// <summary>In-force looks (or slices) that are missing from the window or may still come into it.</summary>
    public long Open { get; init; }
    /// <summary>Looks (or slices) of the window that were not in force.</summary>
    public long NotInForce { get; init; }
    /// <summary>Of the counted, those that nobody saw: the accounting of the promise counts them.</summary>
    public long Assumed { get; init; }
    /// <summary>Each check was looked at often enough to say kept.</summary>
    public bool IsCovered { get; init; }
    /// <summary>The exact sum of the shares of slices, where their mean is judged; <see cref="Good"/> is its whole part.</summary>
    public Fraction? Sum { get; init; }
    /// <summary>How long the whole window is, in microseconds.</summary>
    public long Span { get; init; }

    /// <summary>Of an objective that counts several checks together: what each of them adds. Empty else.</summary>
    public ImmutableArray<PartFigures> Parts => _words?.Parts ?? [];

    /// <summary>What would be said of a part if its looks alone were judged by this line; null where slices are counted, which are of no part.</summary>
    public Outcome? OutcomeOf(PartFigures part) => _words?.OutcomeOf(part);

    /// <summary>The share of this line's error budget that the bad looks of a part took, above 1 where it took more than all; null where there is none, or slices are counted.</summary>
    public Fraction? SpentBy(PartFigures part) => OutcomeOf(part) is not null && Budget is { Allowed: { Numerator.Sign: > 0 } allowed } ? Fraction.Of(part.Points * (part.Counted - part.Good)) / allowed : null;

    /// <summary>The error budget of the whole window, in what is counted and in time; null where there is none.</summary>
    public ErrorBudget? Budget => _words?.Allowed is { } share && Expected > 0 && Counted + Open > 0
        ? new ErrorBudget(share * Fraction.Of(Counted + Open), Sum is { } sum ? Fraction.Of(Counted) - sum : Fraction.Of(Counted - Good), new Fraction(Span, Expected))
        : null;

    public bool Equals(VerdictLine? other) =>
        other is not null && Text == other.Text && Outcome == other.Outcome && Good == other.Good && Counted == other.Counted && Due == other.Due && Expected == other.Expected && Assumed == other.Assumed && Equals(Sum, other.Sum)
        && WindowFrom == other.WindowFrom && WindowTo == other.WindowTo && _budget == other._budget && Reason == other.Reason;

    public override int GetHashCode() => HashCode.Combine(Text, Outcome, Good, Counted, Due, WindowFrom, WindowTo);
}

/// <summary>Puts the words of a line together from its figures. One for all lines of an objective: most lines are never read.</summary>
public abstract class LineWords
{
    /// <summary>The reason. Pure.</summary>
    public abstract string Of(VerdictLine line);

    /// <summary>The share of the window that may be bad; null where there is no budget.</summary>
    public virtual Fraction? Allowed => null;

    /// <summary>What each part adds, where several are counted together.</summary>
    public virtual ImmutableArray<PartFigures> Parts => [];

    /// <summary>What would be said of a part by itself; null where nothing could. Pure.</summary>
    public virtual Outcome? OutcomeOf(PartFigures part) => null;
}

/// <summary>The judgement of one promise by one assessor.</summary>
/// <param name="Outcome">The headline.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="SeenAt">Event time of the newest evidence it rests on; null where there is none.</param>
/// <param name="ValidUntil">After this it says nothing any more: <c>now</c> goes unknown.</param>
/// <param name="Assessor">Who, and from where.</param>
/// <param name="Regime">The named context that decides it (<c>any</c> where the promise names none).</param>
/// <param name="Lines">Now and each objective, of that regime.</param>
/// <param name="AtRisk">Notes that do not change the outcome: <c>because of storage/upload</c> (R43).</param>
public sealed record Verdict(
    Outcome Outcome, string Reason, Instant? SeenAt, Instant? ValidUntil, Assessor Assessor, string Regime, ImmutableArray<VerdictLine> Lines, ImmutableArray<string> AtRisk)
{
    /// <summary>Its alerts, in the order they are written. They say how fast a budget is used up and never change the outcome.</summary>
    public ImmutableArray<AlertLine> Alerts { get; init; } = [];

    /// <summary>What a reader should know beside it, such as that it flaps. Never a verdict of its own.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>Of a promise that names regimes: each, in order, with a verdict of its own. No figure is over two of them.</summary>
    public ImmutableArray<RegimeVerdict> Regimes { get; init; } = [];
}

/// <summary>The judgement of one promise in one of its regimes.</summary>
/// <param name="Name">Of the regime.</param>
/// <param name="IsCurrent">The newest look belongs to it.</param>
/// <param name="Looks">How many looks of it are in the longest window, good and bad.</param>
/// <param name="Verdict">Over its looks alone.</param>
public sealed record RegimeVerdict(string Name, bool IsCurrent, long Looks, Verdict Verdict);
