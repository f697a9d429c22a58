using Kept.Model;

namespace Kept.Judging;

/// <summary>Counts of one objective over its window.</summary>
internal struct Figures
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

/// <summary>What an objective's outcome rests on.</summary>
internal enum Ground { NoneInForce, NoneSeen, NoneYet, Fails, FailsByTooFew, MayBeMended, NotCovered, HoldsByTooFew, Holds }

/// <summary>Decides an objective from its figures. The words are put together only for those who read them, from the same figures.</summary>
internal sealed partial class ObjectivePlan : LineWords
{
    public Outcome Decide(in Figures figures) => GroundOf(figures) switch
    {
        Ground.NoneInForce => Outcome.NotInForce,
        Ground.Fails => Outcome.Broken,
        Ground.Holds => Outcome.Kept,
        _ => Outcome.Unknown,
    };

    public override string Of(VerdictLine line)
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
            IsCovered = line.IsCovered,
        };
        var word = SliceTrack >= 0 ? "slice" : "look";
        return GroundOf(figures) switch
        {
            Ground.NoneInForce => $"in force at none of {VerdictWords.Plural(figures.NotInForce, word)} in this window",
            Ground.NoneSeen => $"none of {VerdictWords.Plural(figures.Due, word)} due in this window saw anything",
            Ground.NoneYet => $"no {word} in this window yet",
            Ground.Fails when figures.Open > 0 => $"{Said(figures, word)}; it fails even if all {VerdictWords.Figure(figures.Open)} missing or to come are good",
            Ground.MayBeMended => $"{Said(figures, word)}; {VerdictWords.Plural(figures.Open, word)} missing or to come may still mend it",
            Ground.NotCovered => $"{Said(figures, word)}, but only {Coverage(figures)}, {VerdictWords.Percent(Promise.Coverage)} wanted of each check)",
            Ground.FailsByTooFew or Ground.HoldsByTooFew => $"{Said(figures, word)}; too few to say so with {VerdictWords.Percent(Promise.Confidence!.Value)} confidence",
            _ => Said(figures, word),
        };
    }

    private Ground GroundOf(in Figures figures)
    {
        if (figures.Counted == 0) return figures.NotInForce > 0 && figures.Due == 0 ? Ground.NoneInForce : figures.Due > 0 ? Ground.NoneSeen : Ground.NoneYet;
        var isStatistical = Objective.Statistic.Kind != StatisticKind.Every && Share.Level is > 0 and < 1;
        if (!Share.CanHold(figures.Satisfying, figures.Counted, figures.Open))
            return isStatistical && Promise.Confidence is { } level && !ConfidenceBound.Excludes(Share, figures.Satisfying, figures.Counted, level) ? Ground.FailsByTooFew : Ground.Fails;
        if (!Share.Holds(figures.Satisfying, figures.Counted)) return Ground.MayBeMended;
        if (!figures.IsCovered) return Ground.NotCovered;
        return isStatistical && Promise.Confidence is { } confidence && !ConfidenceBound.Confirms(Share, figures.Satisfying, figures.Counted, confidence) ? Ground.HoldsByTooFew : Ground.Holds;
    }

    private static string Coverage(in Figures figures) =>
        $"{VerdictWords.Figure(figures.Counted)} of {VerdictWords.Figure(figures.Due)} due were seen ({VerdictWords.Percent(figures.Counted, figures.Due)}";

    private string Said(in Figures figures, string word)
    {
        var verb = Objective.Quantity.Source == QuantitySource.GoodLooks ? figures.Counted == 1 ? "was good" : "were good" : "within";
        var share = VerdictWords.Percent(figures.Satisfying, figures.Counted);
        return $"{share} of {VerdictWords.Plural(figures.Counted, word)} {verb} ({VerdictWords.Figure(figures.Counted - figures.Satisfying)} not)";
    }
}
