using Kept.Model;

namespace Kept.Rules;

/// <summary>R18. Repeating a promise with a change is breaking it, unless the version says so.</summary>
internal static class SilentChange
{
    private static readonly RuleClause SameVersion = new("R18", "same-version", Severity.Warning, "its terms changed and its version did not");

    public static readonly Rule Rule = new(
        "R18", Severity.Error, "No silent change",
        "Whoever relies on version 2.1 relies on its words. A change of terms gets a new version and a notice. In your own folder, before anything is published, a change "
        + "without a new version is a warning.",
        RuleTheme.Change, RuleSource.Primary, [SameVersion],
        [new("a published promise changed without version and notice (an error)", "what was published, and to whom, is known where documents are exchanged")])
    { Check = Check };

    private static IEnumerable<Finding> Check(RuleContext context)
    {
        if (context.Before is not { } before) yield break;
        foreach (var (_, promise) in context.Promises)
            if (before.TryGetValue(promise.Name, out var seen) && seen.TermsHash != promise.TermsHash && seen.Version == promise.Version)
                yield return SameVersion.At(promise.PlaceOf("version"), $"the terms of {Wording.Own(promise)} changed, but its version is still {promise.Version}",
                    "write a new version, and tell those who rely on it", promise.Name);
    }
}
