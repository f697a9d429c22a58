using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Judging;

/// <summary>What became of an acceptance when its check was tried.</summary>
internal enum MissUse
{
    /// <summary>The check was tried with no failure of which it speaks.</summary>
    Unmet = 0,
    /// <summary>It speaks of failures, and the check notices each of them.</summary>
    Noticed = 1,
    /// <summary>It speaks of a failure that would pass.</summary>
    Met = 2,
    /// <summary>The same, and it has ended.</summary>
    Ended = 3,
}

/// <summary>Acceptances of misses laid beside what is missed. An acceptance that covers nothing is told: it would hide the next failure of that name from whoever reads the document.</summary>
internal static class MissUses
{
    /// <summary>The acceptance that stands for a failure that would pass, or null; what each acceptance met is noted.</summary>
    public static KnownMiss? Accepting(ImmutableArray<KnownMiss> misses, MissUse[] uses, Failure failure, string words, bool isCaught, Instant now)
    {
        KnownMiss? by = null;
        for (var i = 0; i < misses.Length; i++)
        {
            if (!misses[i].Means(failure, words)) continue;
            var ended = misses[i].Until <= now;
            var use = isCaught ? MissUse.Noticed : ended ? MissUse.Ended : MissUse.Met;
            if (use > uses[i]) uses[i] = use;
            if (!isCaught && !ended) by ??= misses[i];
        }
        return by;
    }

    /// <summary>Acceptances that have ended or that nothing needs.</summary>
    public static IEnumerable<Diagnostic> Findings(HollowCheck analysed, HollowPromise promise)
    {
        var check = analysed.Check;
        for (var i = 0; i < analysed.Uses.Length; i++)
        {
            var miss = check.Misses[i];
            var what = miss.What.Replace("`", "", StringComparison.Ordinal);
            Diagnostic Says(string code, string message, string help) => new(code, Severity.Warning, miss.At.IsKnown ? miss.At : check.At, message, help, promise.Promise.Name);
            var finding = analysed.Uses[i] switch
            {
                MissUse.Ended => Says(HollowCodes.AcceptanceEnded, $"that `{what}` would pass was accepted until {HollowWords.Day(miss.Until!.Value)}, and it counts as missed again",
                    "expect what is false of it, or write a later day with a reason that still holds"),
                MissUse.Noticed => Says(HollowCodes.AcceptanceNeedless, $"the check `{check.Name}` accepts that `{what}` would pass, and notices it", "remove it from `misses`"),
                MissUse.Unmet when check.Kind.Failures.Any(failure => miss.Means(failure, failure.Means)) =>
                    Says(HollowCodes.AcceptanceNeedless, $"the check `{check.Name}` accepts that `{what}` would pass, and that cannot happen to it", "remove it from `misses`"),
                MissUse.Unmet => Says(HollowCodes.AcceptanceNeedless, $"the check `{check.Name}` accepts that `{what}` would pass, and is tried with nothing that is called so",
                    analysed.Missed.IsEmpty ? "remove it from `misses`: nothing else would pass" : $"what would pass is called {HollowWords.Some([.. analysed.Missed.Select(missed => $"`{missed.Failure}`").Distinct()], 20)}"),
                _ when !promise.Accepted.Any(one => one.Check == check && miss.Means(Named(check, one.Accepted.Missed), one.Accepted.Missed.Words)) =>
                    Says(HollowCodes.AcceptanceNeedless, $"the check `{check.Name}` accepts that `{what}` would pass, and another check of the promise notices it", "remove it from `misses`"),
                _ => null,
            };
            if (finding is not null) yield return finding;
        }
    }

    private static Failure Named(Check check, MissedFailure missed) => check.Kind.Failures.First(failure => failure.Name == missed.Failure);
}
