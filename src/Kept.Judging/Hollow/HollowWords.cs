using Kept.Model;

namespace Kept.Judging;

/// <summary>What a promise would miss, in words for people.</summary>
public static class HollowWords
{
    /// <summary><c>a, b and c</c>; beyond the most shown, how many more there are.</summary>
    public static string Some(IReadOnlyCollection<string> words, int most)
    {
        if (words.Count > most) return string.Join(", ", words.Take(most)) + $" and {words.Count - most} more";
        return words.Count < 2 ? string.Concat(words) : string.Join(", ", words.Take(words.Count - 1)) + " and " + words.Last();
    }

    /// <summary>Each failure once, the grave ones first; of several checks with the name of the check.</summary>
    public static IReadOnlyList<string> Of(HollowPromise promise) =>
    [
        .. promise.Missed.OrderBy(missed => missed.Failure.IsGrave ? 0 : 1)
            .Select(missed => promise.Checks.Length > 1 ? $"{missed.Failure.Words} ({missed.Check.Name})" : missed.Failure.Words).Distinct(),
    ];

    /// <summary>Each accepted failure with its reason, and until when.</summary>
    public static IReadOnlyList<string> Accepted(HollowPromise promise) =>
    [
        .. promise.Accepted.Select(one => $"{one.Accepted.Missed.Words}{(promise.Checks.Length > 1 ? $" ({one.Check.Name})" : "")}: {one.Accepted.By.Because}{(one.Accepted.By.Until is { } until ? $" (until {Day(until)})" : "")}").Distinct(),
    ];

    /// <summary>A date alone where it is one.</summary>
    internal static string Day(Instant at) => at.ToString().Replace("T00:00:00Z", "", StringComparison.Ordinal);

    /// <summary>What there is to say of a promise that has no score; null where it has one.</summary>
    public static string? WithoutScore(HollowPromise promise) => promise.Checks.FirstOrDefault(check => check.State != HollowState.Analysed) is not { } check ? null
        : (promise.Checks.Length > 1 ? $"the check `{check.Check.Name}` " : "it ")
        + (check.State == HollowState.CannotPass ? "can never pass: " : "could not be analysed: ") + check.Why;
}
