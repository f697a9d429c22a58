using Kept.Model;

namespace Kept.Rules;

/// <summary>R40. Limits are stated, and what happens beyond them.</summary>
internal static class LimitsStated
{
    private static readonly RuleClause Nothing = new("R40", "nothing", Severity.Error, "a limit allows nothing");
    private static readonly RuleClause NoEnvelope = new("R40", "no-envelope", Severity.Warning, "it promises quality and does not say up to which load");
    private static readonly RuleClause NoBeyond = new("R40", "no-beyond", Severity.Warning, "it has a limit and does not say what happens beyond");
    private static readonly RuleClause NoBurst = new("R40", "no-burst", Severity.Warning, "it limits load and does not say how much may come at once");
    private static readonly RuleClause NoRaise = new("R40", "no-raise", Severity.Warning, "it has a limit and does not say how it is raised");
    private static readonly RuleClause TwoLoads = new("R40", "two-loads", Severity.Warning, "its condition and its limit state different loads");

    public static readonly Rule Rule = new(
        "R40", Severity.Warning, "Limits stated",
        "Limits that are not clear show themselves under stress. A latency is promised up to a load; a load has a burst, an answer beyond it, and a way and a time to raise it.",
        RuleTheme.Capacity, RuleSource.Derived, [Nothing, NoEnvelope, NoBeyond, NoBurst, NoRaise, TwoLoads],
        [new("beyond the limit the service really answers as stated", "only a drill that goes beyond it can tell")])
    { Check = Check };

    private static IEnumerable<Finding> Check(RuleContext context)
    {
        foreach (var (_, promise) in context.Promises)
        {
            var at = promise.PlaceOf("limits");
            var isQuality = promise.Keeps.Any(objective => objective.Quantity.Source == QuantitySource.LookTime);
            if (promise.Limits is not { } limits)
            {
                if (isQuality && LoadBound(promise.Given) is null && promise.Checks.Any(check => !check.Kind.IsPassive))
                    yield return NoEnvelope.At(at, $"{Wording.Own(promise)} promises a latency and does not say up to which load", "add `limits: { load: 500/s, burst: 2000, beyond: 429 with Retry-After, raise: 2 working days }`, or `given: load <= 500/s`", promise.Name);
                continue;
            }
            if (limits.Load is { Amount: <= 0 } || limits.Size is { Amount: <= 0 } || limits.Burst is <= 0 || limits.Others.Any(pair => pair.Value.Amount <= 0))
                yield return Nothing.At(at, $"a limit of {Wording.Own(promise)} is zero, so nothing of it may be used", "write what can be used, or leave the limit out", promise.Name);
            if (limits.Load is null && isQuality && LoadBound(promise.Given) is null)
                yield return NoEnvelope.At(at, $"{Wording.Own(promise)} promises a latency and does not say up to which load", "add `load: 500/s` to `limits`", promise.Name);
            if (limits.Beyond is null)
                yield return NoBeyond.At(at, $"{Wording.Own(promise)} does not say what one gets beyond its limits", "add `beyond: 429 with Retry-After`", promise.Name);
            if (limits.Load is not null && limits.Burst is null)
                yield return NoBurst.At(at, $"{Wording.Own(promise)} does not say how much may come at once", "add `burst: 2000`", promise.Name);
            if (limits.Raise is null)
                yield return NoRaise.At(at, $"{Wording.Own(promise)} does not say how, and how fast, its limits are raised", "add `raise: 2 working days`", promise.Name);
            if (limits.Load is { } load && LoadBound(promise.Given) is { } condition && condition.Dimension == load.Dimension && SpanSet.Compare(condition, load) != 0)
                yield return TwoLoads.At(at, $"the limit of {Wording.Own(promise)} is {load}, but its condition asks for at most {condition}", "state the same load in both, or in one of them", promise.Name);
        }
    }

    /// <summary>The load up to which the condition can be true, where it bounds it at all.</summary>
    internal static Quantity? LoadBound(Expression? given)
    {
        Quantity? bound = null;
        foreach (var part in given is null ? [] : ValueSet.Conjuncts(given))
            if (ValueSet.Of(part) is ("load", { Dimension: Dimension.Rate } allowed) && allowed.Numbers.Spans is [.., { To: { } most }] && (bound is not { } tighter || SpanSet.Compare(most, tighter) < 0))
                bound = most;
        return bound;
    }
}
