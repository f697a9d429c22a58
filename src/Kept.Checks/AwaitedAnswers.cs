using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Checks;

/// <summary>Failures of kinds that read until a text has come: an answer without that text is waited for until the time-out.</summary>
internal static class AwaitedAnswers
{
    /// <summary>No answer, another one, and one that is cut.</summary>
    public static readonly ImmutableArray<Failure> Others = [.. new[] { "answer-empty", "answer-other", "answer-truncated" }.Select(name => Awaited(StandardFailures.Named(name)!))];

    private static Failure Awaited(Failure standard) => standard with { Looks = look => standard.Looks(look).Select(failed => IsRead(look, failed) ? failed : look.Fails(TargetFailure.TimedOut, failed.Words)) };

    private static bool IsRead(HealthyLook look, FailedLook failed) =>
        look.Check.Setting<FieldValue.Text>("reads")?.Content is not { Length: > 0 } wanted
        || failed.Seen.Values[look.Check.Kind.IndexOf("answer")] is Value.Body body && body.Content.Contains(wanted, StringComparison.Ordinal);
}
