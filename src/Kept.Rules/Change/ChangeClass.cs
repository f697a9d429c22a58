using Kept.Model;

namespace Kept.Rules;

/// <summary>How the terms of one promise stand to those of another, as its promisees see it.</summary>
public enum TermsChange
{
    /// <summary>The same in all that is compared.</summary>
    Same,
    /// <summary>It promises all the other did, and more: whoever relied on the other may rely on this.</summary>
    Stricter,
    /// <summary>The other promises all that it does, and more.</summary>
    Weaker,
    /// <summary>Better in one thing, worse in another.</summary>
    Incomparable,
}

/// <summary>R28. Stricter, weaker or neither, by inclusion of what is allowed, aware of the direction of each quantity.</summary>
public static class ChangeClass
{
    private static readonly RuleClause Weaker = new("R28", "weaker", Severity.Information, "a newer line promises less than the one before");
    private static readonly RuleClause Incomparable = new("R28", "incomparable", Severity.Information, "a newer line is better in one thing and worse in another");
    private static readonly RuleClause Stricter = new("R28", "stricter", Severity.Information, "a newer line promises more than the one before");

    internal static readonly Rule Rule = new(
        "R28", Severity.Information, "What kind of change it is",
        "A stricter line serves everybody who relied on the older one. A weaker or incomparable one does not: those who accepted the older line have to accept again. Quality "
        + "gets stricter by allowing less, limits on use by allowing more.",
        RuleTheme.Change, RuleSource.Derived, [Weaker, Incomparable, Stricter],
        [new("acceptances of a changed promise lapse unless they are signed again", "acceptances of others come from their houses")])
    { Check = Check };

    /// <summary>
    /// Compares what two promises offer: objectives, limits, condition, promisees, notice and end. Benefit, documents and checks are not compared. Objectives are
    /// compared as sets: bounds of provider quantities get stricter by inclusion, consumer-bound ones (what the user may do) the other way round.
    /// </summary>
    public static TermsChange Of(Promise before, Promise after)
    {
        var (noLess, noMore) = (Covers(after, before), Covers(before, after));
        return (noLess, noMore) switch
        {
            (true, true) => TermsChange.Same,
            (true, false) => TermsChange.Stricter,
            (false, true) => TermsChange.Weaker,
            _ => TermsChange.Incomparable,
        };
    }

    private static IEnumerable<Finding> Check(RuleContext context)
    {
        foreach (var agent in context.Agents)
            foreach (var lines in agent.Lines)
                for (var i = 1; i < lines.Count; i++)
                {
                    var (before, after) = (lines[i - 1], lines[i]);
                    var at = after.PlaceOf("version");
                    switch (Of(before, after))
                    {
                        case TermsChange.Weaker:
                            yield return Weaker.At(at, $"{Wording.Own(after)} promises less than {Wording.Own(before)}: whoever accepted {Wording.Own(before)} has to accept again",
                                "keep the older line while somebody relies on it", after.Name);
                            break;
                        case TermsChange.Incomparable:
                            yield return Incomparable.At(at, $"{Wording.Own(after)} is better in some terms and worse in others than {Wording.Own(before)}: whoever accepted {Wording.Own(before)} has to accept again",
                                "keep the older line while somebody relies on it", after.Name);
                            break;
                        case TermsChange.Stricter:
                            yield return Stricter.At(at, $"{Wording.Own(after)} promises all that {Wording.Own(before)} does, and more: those who rely on the older line can move without asking", null, after.Name);
                            break;
                    }
                }
    }

    /// <summary>Whoever relies on <paramref name="less"/> is served by <paramref name="more"/>.</summary>
    private static bool Covers(Promise more, Promise less) =>
        Lines(more, less) && LimitsCover(more.Limits, less.Limits)
        && (more.Given is null || less.Given is not null && ConditionText.Of(more.Given) == ConditionText.Of(less.Given))
        && (more.IsToAnyone() || less.To.All(promisee => more.To.Contains(promisee)))
        && (less.Notice is not { } notice || more.Notice is { } longer && longer >= notice)
        && (more.Until is not { } until || less.Until is { } sooner && until >= sooner);

    private static bool Lines(Promise more, Promise less)
    {
        // Two lines are checked at two addresses, so only the name of a check, not its target, says what an objective is about.
        var offered = more.Keeps.Select(objective => Bound.Of(objective, Subjects.NameOf(objective))).ToList();
        var relied = less.Keeps.Select(objective => Bound.Of(objective, Subjects.NameOf(objective))).ToList();
        return relied.Where(IsQuality).All(bound => offered.Any(other => IsQuality(other) && other.Implies(bound)))
            && offered.Where(bound => !IsQuality(bound)).All(cap => relied.Any(other => !IsQuality(other) && other.Implies(cap)));
    }

    /// <summary>A bound on what we do; the others cap what the user does.</summary>
    private static bool IsQuality(Bound bound) => bound.Objective.Quantity.Direction == Direction.Provider;

    /// <summary>A limit that is not stated is no limit.</summary>
    private static bool LimitsCover(Limits? more, Limits? less) =>
        AtLeast(more?.Load, less?.Load) && AtLeast(more?.Size, less?.Size) && (more?.Burst is not { } burst || less?.Burst is { } smaller && burst >= smaller)
        && (more?.Others ?? []).All(pair => AtLeast(pair.Value, less?.Others.Where(other => other.Key == pair.Key).Select(other => (Quantity?)other.Value).FirstOrDefault()));

    private static bool AtLeast(Quantity? more, Quantity? less) =>
        more is not { } x || less is { } y && x.Dimension == y.Dimension && SpanSet.Compare(x, y) >= 0;
}
