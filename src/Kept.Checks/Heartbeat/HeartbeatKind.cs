using Kept.Model;

namespace Kept.Checks.Heartbeat;

/// <summary>The kind <c>heartbeat</c>: the watched thing calls us, and silence is what is judged. Nothing is dialled.</summary>
internal static class HeartbeatKind
{
    /// <summary>Another code than 0 is a failure that was reported, unless the document itself says what codes mean.</summary>
    private static readonly Failure ExitCode = new("exit-code-1", "a run that ended with exit code 1", look => look.Asked.Any(asked => asked.Name == "exit-code")
        ? [look.Answers("a run that ended with exit code 1", ("exit-code", Value.Of(1m)))]
        : [look.Fails(TargetFailure.ReportedFailure, "a run that ended with exit code 1")], IsGrave: true);

    /// <summary>No call that tells of an end comes, so it is silence.</summary>
    private static readonly Failure StartedNeverEnded = StandardFailures.Failing("started-never-ended", "a run that began and never ended", TargetFailure.Silent);

    public static readonly CheckKind Kind = new(
        "heartbeat", "Waits for the watched thing to call /beat/KEY at least once in every period; silence beyond the grace is a failure.", "KEY", ReadTarget,
        Fields: [new("grace", FieldForm.Duration, "how much later than 'every' a call may come", "1m")],
        Sees:
        [
            new("exit-code", ObservedForm.Quantity, Dimension.Number, "the exit code that was reported; 0 for a plain success", Typical: Value.Of(0m)),
            new("duration", ObservedForm.Quantity, Dimension.Time, "from the call that said start to the one that said success; missing without a start", Optional: true, Typical: Value.Of(Duration.Seconds(60)), AtLeast: 0),
            new("body", ObservedForm.Body, Dimension.Number, "what was sent with the call, at most 10 KiB", Typical: new Value.Body("")),
        ],
        Failures: ["silent", "reported-failure", ExitCode, StartedNeverEnded, "ten-times-slower", "body-empty", "body-truncated", "field-missing", "field-null", "field-other-type", "date-stale"],
        IsPassive: true);

    private static TargetReading ReadTarget(string text)
    {
        var key = text.Trim();
        if (key.Length == 0) return TargetReading.Wrong("the key is empty", "write a name, such as nightly-backup: the watched thing then calls /beat/nightly-backup");
        if (key.Contains("://", StringComparison.Ordinal) || key.Contains('/'))
            return TargetReading.Wrong("a heartbeat has a key, not a URL: it is the watched thing that calls us", "write a name, such as nightly-backup");
        return key.Length <= 128 && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? TargetReading.Of(new CheckTarget(text, "", 0, "", key))
            : TargetReading.Wrong($"'{(key.Length <= 128 ? key : key[..128] + "…")}' is not a key", "use letters, digits, - and _, at most 128 of them");
    }
}
