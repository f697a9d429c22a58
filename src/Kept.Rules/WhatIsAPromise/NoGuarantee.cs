using System.Text.RegularExpressions;
using Kept.Model;

namespace Kept.Rules;

/// <summary>R10. A promise does not guarantee an outcome: it leaves room for failure and says how it fails.</summary>
internal static partial class NoGuarantee
{
    private static readonly RuleClause WholeRatio = new("R10", "whole-ratio", Severity.Error, "a share leaves no room for failure");
    private static readonly RuleClause NoFailure = new("R10", "no-failure", Severity.Error, "it does not say how it fails");
    private static readonly RuleClause Words = new("R10", "words", Severity.Warning, "the benefit speaks of a guarantee");
    private static readonly RuleClause Becomes = new("R10", "becomes", Severity.Error, "a failure turns into the same promise");

    public static readonly Rule Rule = new(
        "R10", Severity.Error, "No guarantee",
        "A promise does not guarantee an outcome. It says which share of the time it is kept (less than all of it), and what one sees, loses and may do when it is not. `max` and `min` bound "
        + "a value, not a share, and may be promised.",
        RuleTheme.WhatIsAPromise, RuleSource.Primary, [WholeRatio, NoFailure, Words, Becomes], [])
    {
        DecidedByReader = [new("the promise that takes over exists", "L029")],
        Check = Check,
    };

    private static IEnumerable<Finding> Check(RuleContext context)
    {
        foreach (var (agent, promise) in context.Promises)
        {
            foreach (var objective in promise.Keeps)
                if (LeavesNoRoom(objective))
                    yield return WholeRatio.At(objective.At.IsKnown ? objective.At : promise.PlaceOf("keeps"), $"`{objective.Text}` leaves no room for a single failure, which nobody can promise",
                        objective.Operator is Comparison.GreaterOrEqual ? "promise a share below 100%, as in 99.9%" : "promise a share above 0%, as in 0.1%", promise.Name);
            if (promise.Fails.IsEmpty)
                yield return NoFailure.At(promise.PlaceOf("fails"), $"{Wording.Own(promise)} does not say what happens when it fails",
                    "add `fails: [ { code: 503 later, sees: …, retry: after 30s, loses: nothing } ]`", promise.Name);
            foreach (var fail in promise.Fails)
                if (fail.Becomes is { } becomes && becomes.Agent == agent.Agent.Id && ReferenceEquals(agent.Own(becomes.Promise, becomes.Line), promise))
                    yield return Becomes.At(fail.At, $"a failure of {Wording.Own(promise)} becomes the same promise, which has just failed",
                        "name a weaker promise of this document, or leave `becomes` out", promise.Name);
            if (Guarantee().Match(promise.Benefit) is { Success: true } word)
                yield return Words.At(promise.PlaceOf("benefit"), $"\"{word.Value}\" in the benefit reads as a guarantee, which no promise is",
                    "say what one can count on, and leave the share to `keeps`", promise.Name);
        }
    }

    /// <summary>At least all, or at most nothing. More than all or less than nothing is impossible, which is R11's.</summary>
    private static bool LeavesNoRoom(Objective objective) => objective.Quantity.Dimension == Dimension.Ratio && objective.Statistic.Kind == StatisticKind.None
        && (objective.Operator == Comparison.GreaterOrEqual && objective.Target.Amount == 1 || objective.Operator == Comparison.LessOrEqual && objective.Target.Amount == 0);

    [GeneratedRegex(@"\b(guarantee[sd]?|always|never|at all times|without fail)\b|\b100\s?(%|percent\b)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Guarantee();
}
