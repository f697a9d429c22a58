using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Judging;

/// <summary>Counts of one objective over its window.</summary>
internal struct Figures
{
    /// <summary>In-force looks with evidence, and those of them that satisfy. Where looks have weights all but <see cref="Looks"/> and <see cref="BadLooks"/> are points.</summary>
    public long Counted, Satisfying;
    /// <summary>Due so far, in force or unknown.</summary>
    public long Due;
    /// <summary>In-force looks that may still come into the window, or are missing from it.</summary>
    public long Open;
    /// <summary>How many the whole window holds, those not in force included.</summary>
    public long Expected;
    public long NotInForce;
    /// <summary>Of the counted, those that nobody saw and that the accounting counts.</summary>
    public long Assumed;
    /// <summary>The sum of the shares of slices, where their mean is judged; then <see cref="Satisfying"/> is its whole part.</summary>
    public Fraction? Sum;
    /// <summary>The counted as looks (or slices), whatever they weigh, and the bad ones of them.</summary>
    public long Looks, BadLooks;
    /// <summary>Every check was looked at often enough.</summary>
    public bool IsCovered;
}

/// <summary>What an objective's outcome rests on.</summary>
internal enum Ground { NoneInForce, NoneSeen, NoneYet, Fails, FailsByTooFew, MayBeMended, NotCovered, HoldsByTooFew, Holds }

/// <summary>Decides an objective from its figures. The words are put together only for those who read them, from the same figures.</summary>
internal sealed partial class ObjectivePlan : LineWords
{
    public Outcome Decide(in Figures figures) => OutcomeOf(GroundOf(figures, IsWeighted));

    /// <summary>What would be said of one part if its looks, each as one, were judged alone by the same rule; null where slices are counted, or nothing can be decided.</summary>
    public Outcome? DecidePart(PartFigures part) => SliceTrack >= 0 || Undecidable is not null ? null : OutcomeOf(GroundOf(new Figures
    {
        Counted = part.Counted,
        Satisfying = part.Good,
        Due = part.Due,
        Open = part.Open,
        NotInForce = part.NotInForce,
        IsCovered = part.IsCovered,
        Looks = part.Counted,
    }, isWeighted: false));

    private static Outcome OutcomeOf(Ground ground) => ground switch
    {
        Ground.NoneInForce => Outcome.NotInForce,
        Ground.Fails => Outcome.Broken,
        Ground.Holds => Outcome.Kept,
        _ => Outcome.Unknown,
    };

    public override string Of(VerdictLine line) => Of(line, []);

    /// <param name="line">The figures.</param>
    /// <param name="parts">Of each part, where the objective names several.</param>
    public string Of(VerdictLine line, ImmutableArray<PartFigures> parts)
    {
        if (Undecidable is { } why) return why;
        var figures = new Figures
        {
            Counted = line.Counted,
            Satisfying = line.Good,
            Due = line.Due,
            Open = line.Open,
            Expected = line.Expected,
            NotInForce = line.NotInForce,
            Assumed = line.Assumed,
            Sum = line.Sum,
            IsCovered = line.IsCovered,
            Looks = parts.Sum(part => part.Counted),
        };
        var word = Objective.Unit;
        var said = figures.Counted == 0 ? "" : Said(figures, word) + PartWords.Of(parts, IsWeighted);
        return GroundOf(figures, IsWeighted) switch
        {
            Ground.NoneInForce => $"in force at none of {VerdictWords.Plural(figures.NotInForce, word)} in this window",
            Ground.NoneSeen => $"none of {VerdictWords.Plural(figures.Due, word)} due in this window saw anything",
            Ground.NoneYet => $"no {word} in this window yet",
            Ground.Fails when figures.Open > 0 => $"{said}; it fails even if all {VerdictWords.Figure(figures.Open)} missing or to come are good",
            Ground.MayBeMended => $"{said}; {VerdictWords.Plural(figures.Open, word)} missing or to come may still mend it",
            Ground.NotCovered => $"{said}, but {PartWords.NotSeen(parts, SeenOf) ?? "only " + SeenOf(figures.Counted - figures.Assumed, figures.Due)}, {VerdictWords.Percent(Coverage)} wanted of each check)",
            Ground.FailsByTooFew or Ground.HoldsByTooFew => $"{said}; too few to say so with {VerdictWords.Percent(Confidence!.Value)} confidence{Needed(figures, word)}",
            _ => said,
        };
    }

    /// <summary>The share that may be bad, where there is a budget.</summary>
    public override Fraction? Allowed => Undecidable is null ? Share.Allowed : null;

    /// <param name="isWeighted">What is counted are points, of which a look may be several.</param>
    private Ground GroundOf(in Figures figures, bool isWeighted)
    {
        if (figures.Counted == 0) return figures.NotInForce > 0 && figures.Due == 0 ? Ground.NoneInForce : figures.Due > 0 ? Ground.NoneSeen : Ground.NoneYet;
        var isStatistical = Objective.Statistic.Kind != StatisticKind.Every && Share.Level is > 0 and < 1;
        var (canHold, holds) = figures.Sum is { } sum
            ? (Share.CanHold(sum, figures.Counted, figures.Open), Share.Holds(sum, figures.Counted))
            : (Share.CanHold(figures.Satisfying, figures.Counted, figures.Open), Share.Holds(figures.Satisfying, figures.Counted));
        if (!canHold)
            return isStatistical && Confidence is { } level && !IsExcluded(figures, level, isWeighted) ? Ground.FailsByTooFew : Ground.Fails;
        if (!holds) return Ground.MayBeMended;
        if (!figures.IsCovered) return Ground.NotCovered;
        return isStatistical && Confidence is { } confidence && !IsConfirmed(figures, confidence, isWeighted) ? Ground.HoldsByTooFew : Ground.Holds;
    }

    /// <summary>
    /// How many more it would take: good ones to say kept, or bad ones to say broken, of which window after window may bring so many as it has still room for. Looks that were missed
    /// never come, so they are no room.
    /// </summary>
    private string Needed(in Figures figures, string word)
    {
        if (IsWeighted && SliceTrack < 0) return ""; // which looks come is not known, and they do not count alike
        var level = figures.Sum is null ? Confidence!.Value : ConfidenceBound.OfShares(Confidence!.Value);
        var fails = GroundOf(figures, IsWeighted) == Ground.FailsByTooFew;
        var needed = fails ? ConfidenceBound.NeededBad(Share, figures.Sum is { } sum ? (long)sum.Ceiling : figures.Satisfying, figures.Counted, level)
            : ConfidenceBound.Needed(Share, figures.Satisfying, figures.Counted, level);
        if (needed is not { } more) return "";
        var room = Math.Max(0, figures.Expected - figures.NotInForce - figures.Due);
        var words = $"{VerdictWords.Figure(more)} more {(fails ? "bad" : "good")} {(more == 1 ? word : word + "s")} would say {(fails ? "broken" : "kept")}";
        return more <= room ? "; " + words : $"; {words}, but this window has room for {VerdictWords.Figure(room)}";
    }

    private bool IsConfirmed(in Figures figures, decimal confidence, bool isWeighted) => isWeighted && SliceTrack < 0
        ? ConfidenceBound.ConfirmsPoints(Share, figures.Satisfying, figures.Counted, figures.Looks, Heaviest, confidence)
        : ConfidenceBound.Confirms(Share, figures.Satisfying, figures.Counted, figures.Sum is null ? confidence : ConfidenceBound.OfShares(confidence));

    private bool IsExcluded(in Figures figures, decimal confidence, bool isWeighted) => isWeighted && SliceTrack < 0
        ? ConfidenceBound.ExcludesPoints(Share, figures.Satisfying, figures.Counted, figures.Looks, Heaviest, confidence)
        : figures.Sum is { } sum
        ? ConfidenceBound.Excludes(Share, (long)sum.Ceiling, figures.Counted, ConfidenceBound.OfShares(confidence))
        : ConfidenceBound.Excludes(Share, figures.Satisfying, figures.Counted, confidence);

    private static string SeenOf(long seen, long due) => $"{VerdictWords.Figure(seen)} of {VerdictWords.Figure(due)} due were seen ({VerdictWords.Percent(seen, due)}";

    private string Said(in Figures figures, string word)
    {
        var assumed = figures.Assumed > 0 ? $", {VerdictWords.Figure(figures.Assumed)} of them not seen and counted by its accounting" : "";
        if (figures.Sum is { } sum)
            return $"{(sum * new Fraction(100, figures.Counted)).ToWords()} % is the mean of {VerdictWords.Plural(figures.Counted, word)}{assumed}";
        var verb = Objective.Quantity.Source == QuantitySource.GoodLooks ? figures.Counted == 1 ? "was good" : "were good" : "within";
        var share = VerdictWords.Percent(figures.Satisfying, figures.Counted);
        return $"{share} of {VerdictWords.Plural(figures.Counted, word)} {verb} ({VerdictWords.Figure(figures.Counted - figures.Satisfying)} not){assumed}";
    }
}
