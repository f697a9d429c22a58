using Kept.Model;

namespace Kept.Rules;

/// <summary>R31. A promise about load also says how it behaves while it grows.</summary>
internal static class Scale
{
    private static readonly RuleClause NoRamp = new("R31", "no-ramp", Severity.Warning, "it promises a load and does not say how fast load may grow");
    private static readonly RuleClause ForecastBeyond = new("R31", "forecast-beyond", Severity.Warning, "a calendar it promises for expects more load than its limit");

    public static readonly Rule Rule = new(
        "R31", Severity.Warning, "Scale",
        "Keeping a promise while changing one's size is hard. A promise about load says up to which load, and how fast load may grow while it scales; and it covers what its own "
        + "calendars expect.",
        RuleTheme.Capacity, RuleSource.Derived, [NoRamp, ForecastBeyond],
        [new("it is kept while scaling", "verdicts do not tell scaling apart from other times so far; looks while it scales count as all others")])
    { Check = Check };

    private static IEnumerable<Finding> Check(RuleContext context)
    {
        foreach (var (agent, promise) in context.Promises)
        {
            if (promise.Limits?.Load is { } load && promise.Limits.Ramp is null)
                yield return NoRamp.At(promise.PlaceOf("limits"), $"{Wording.Own(promise)} promises {load} and does not say how fast load may grow to it", "add `ramp: doubles in 5m` to `limits`", promise.Name);
            var most = promise.Limits?.Load ?? LimitsStated.LoadBound(promise.Given);
            foreach (var during in promise.Given?.SelfAndDescendants().OfType<Expression.During>().DistinctBy(node => node.Calendar) ?? [])
                foreach (var (name, expected) in agent.CalendarOf(during.Calendar)?.Forecast ?? [])
                    if (name == "load" && most is { } limit && limit.Dimension == expected.Dimension && SpanSet.Compare(expected, limit) > 0)
                        yield return ForecastBeyond.At(during.At.IsKnown ? during.At : promise.PlaceOf("given"), $"the calendar `{during.Calendar}` expects {expected}, but {Wording.Own(promise)} holds up to {limit}",
                            "raise the limit before then, or say in the calendar what you really expect", promise.Name);
        }
    }
}
