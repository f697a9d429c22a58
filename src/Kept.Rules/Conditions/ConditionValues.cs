using Kept.Model;

namespace Kept.Rules;

/// <summary>R06. The law by which a condition decides; judging follows it, and no document can violate it.</summary>
internal static class ConditionValues
{
    public static readonly Rule Rule = new(
        "R06", Severity.Information, "What a condition decides",
        "A condition that is false makes the promise not in force; one that is unknown makes it unknown; one that is true leaves the verdict to the evidence. `all`, `any` "
        + "and `k of` follow Kleene's three values.",
        RuleTheme.Conditions, RuleSource.Primary, [], [new("the value of a condition at a moment", "it is judged from looks while the house runs, not read from a document")]);
}
