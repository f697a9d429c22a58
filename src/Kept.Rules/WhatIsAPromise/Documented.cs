using System.Text.RegularExpressions;
using Kept.Model;

namespace Kept.Rules;

/// <summary>R08. What is not clearly documented is not a promise.</summary>
internal static partial class Documented
{
    private static readonly RuleClause Benefit = new("R08", "benefit", Severity.Error, "it does not say what the promisee gains");
    private static readonly RuleClause To = new("R08", "to", Severity.Error, "it is made to nobody");
    private static readonly RuleClause Docs = new("R08", "docs", Severity.Error, "it names no document in words");
    private static readonly RuleClause Version = new("R08", "version", Severity.Error, "it has no version");
    private static readonly RuleClause Notice = new("R08", "notice", Severity.Error, "it does not say how long before a change its agent tells");
    private static readonly RuleClause OnlyInWords = new("R08", "only-in-words", Severity.Error, "a figure stands in the benefit and in no term");

    public static readonly Rule Rule = new(
        "R08", Severity.Error, "Clearly documented",
        "It needs to be clearly documented, otherwise it is not a promise: what one gains, who it is made to, where it is described, its version, and how long before a change it is "
        + "announced. A figure that stands in a sentence only cannot be judged.",
        RuleTheme.WhatIsAPromise, RuleSource.Second, [Benefit, To, Docs, Version, Notice, OnlyInWords],
        [new("the document is reachable and has the pinned hash", "it is read and pinned when the promise is published; checking a house reads no other file and dials nobody")])
    { Check = Check };

    private static IEnumerable<Finding> Check(RuleContext context)
    {
        foreach (var (_, promise) in context.Promises)
        {
            if (string.IsNullOrWhiteSpace(promise.Benefit))
                yield return Missing(Benefit, promise, "benefit", "does not say what anybody gains", "add `benefit:` with one sentence as the promisee would say it: As a viewer you see …");
            if (promise.To.IsEmpty)
                yield return Missing(To, promise, "to", "is made to nobody", "add `to:` with the promisees, or `to: anyone`");
            if (string.IsNullOrWhiteSpace(promise.Docs))
                yield return Missing(Docs, promise, "docs", "names no document that explains it", $"add `docs: docs/{promise.Name.Promise}.md`, or a URL");
            if (string.IsNullOrWhiteSpace(promise.Version))
                yield return Missing(Version, promise, "version", "has no version, so nobody can tell which terms hold", "add `version: 1.0`");
            if (promise.Notice is null)
                yield return Missing(Notice, promise, "notice", "does not say how long before a change you tell", "add `notice: 30d`");
            if (promise.Keeps.IsEmpty && promise.Checks.All(check => check.Expect.IsEmpty) && Figure().Match(promise.Benefit) is { Success: true } figure)
                yield return OnlyInWords.At(promise.PlaceOf("benefit"), $"the figure \"{figure.Value}\" stands in the benefit only, where nobody can judge it",
                    "say it under `keeps:`, as in `availability >= 99.5% over 30d`", promise.Name);
        }
    }

    private static Finding Missing(RuleClause clause, Promise promise, string field, string says, string help) =>
        clause.At(promise.PlaceOf(field), $"{Wording.Own(promise)} {says}", help, promise.Name);

    // Begins where digits begin and gives none of them back: otherwise a long run of what may begin a match would cost its length squared.
    [GeneratedRegex(@"(?<!\d)(?>\d+)(?>[.,]\d+)?(?>\s*)(%|percent\b|ms\b|milliseconds?\b|s\b|seconds?\b|minutes?\b|hours?\b)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Figure();
}
