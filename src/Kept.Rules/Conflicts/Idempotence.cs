using Kept.Model;

namespace Kept.Rules;

/// <summary>R17. The same promise again is no event.</summary>
internal static class Idempotence
{
    public static readonly Rule Rule = new(
        "R17", Severity.Information, "The same promise again changes nothing",
        "Saying the same promise again, with the same hash of its terms, has no effect: no new entry, no new count, no warning. Order of documents, comments and spacing are not part of it.",
        RuleTheme.Conflicts, RuleSource.Second, [], [new("a repetition that arrives from another agent", "it is recognised by its hash when documents are exchanged")]);
}
