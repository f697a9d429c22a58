using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Judging;

/// <summary>A code of the search for hollow checks with what it means.</summary>
/// <param name="Code">Such as <c>H03</c>. A code that was shipped is never used for anything else.</param>
/// <param name="Title">The heading of its page.</param>
/// <param name="Means">One sentence.</param>
/// <param name="Severity">None of them refuses anything.</param>
public sealed record HollowCode(string Code, string Title, string Means, Severity Severity);

/// <summary>The catalogue of all codes of hollow checks; each has a page under docs/errors, a broken example and a good one that is near.</summary>
public static class HollowCodes
{
    public const string CannotFail = "H01", CannotPass = "H02", OnlyTime = "H03", MissingPasses = "H04", GuardTooShort = "H05", TooFewLooks = "H06", NothingExpected = "H07", WouldMiss = "H08", AcceptanceEnded = "H09", AcceptanceNeedless = "H10", NeverJudged = "H11";

    public static ImmutableArray<HollowCode> All { get; } =
    [
        new(CannotFail, "an expectation that cannot fail", "Every answer that there can be satisfies the line.", Severity.Warning),
        new(CannotPass, "expectations that cannot be met", "No answer that there can be satisfies all lines of the check.", Severity.Warning),
        new(OnlyTime, "only the time is asked", "An answer that is wrong and quick would pass.", Severity.Warning),
        new(MissingPasses, "a missing value would pass", "What a line says of the content is true of an answer that has no such content.", Severity.Warning),
        new(GuardTooShort, "a guard shorter than the renewal takes", "A certificate is noticed when too little time is left to renew it.", Severity.Warning),
        new(TooFewLooks, "too few looks for the objective", "The window holds so few looks that its share cannot be told, or that one bad look breaks it.", Severity.Warning),
        new(NothingExpected, "nothing is expected", "The check is content with any answer, an error too.", Severity.Warning),
        new(WouldMiss, "a failure that would pass", "The check was tried with a failure of its kind, and would have been content.", Severity.Information),
        new(AcceptanceEnded, "an acceptance that has run out", "A failure that would pass was accepted until a day that is past.", Severity.Warning),
        new(AcceptanceNeedless, "an acceptance of what is not missed", "A check accepts a failure that is noticed, that cannot happen to it, or that is none.", Severity.Warning),
        new(NeverJudged, "a regime that is never judged", "No look can be in the regime, or only with luck, so nothing is ever said of it.", Severity.Warning),
    ];
}
