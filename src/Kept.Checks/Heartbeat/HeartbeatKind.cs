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
        Fields:
        [
            new("grace", FieldForm.Duration, "how much later than 'every' a call may come", "1m"),
            new("healthchecks", FieldForm.TextMap, "it is called at the ping addresses of Healthchecks too: /ping/UUID, or /ping/PING-KEY/SLUG", MayHoldSecret: true, Keys:
            [
                new("uuid", "The UUID of its ping address.", IsSecret: true),
                new("ping-key", "The ping key of its project, for addresses with a slug.", IsSecret: true),
                new("slug", "Its slug there."),
            ]),
            new("gatus", FieldForm.TextMap, "it is pushed to as an external endpoint of Gatus too: POST /api/v1/endpoints/ENDPOINT/external", MayHoldSecret: true, Keys:
            [
                new("endpoint", "The key of the endpoint there, GROUP_NAME.", "core_nightly-backup"),
                new("token", "Its bearer token.", "${env:GATUS_TOKEN}", IsSecret: true),
            ]),
            new("kuma", FieldForm.TextMap, "it is called at the address of a push monitor of Uptime Kuma too: /api/push/TOKEN", MayHoldSecret: true, Keys: [new("token", "The token of its push address.", "${env:KUMA_PUSH_TOKEN}", IsSecret: true)]),
        ],
        Sees:
        [
            new("exit-code", ObservedForm.Quantity, Dimension.Number, "the exit code that was reported; 0 for a plain success", Typical: Value.Of(0m)),
            new("duration", ObservedForm.Quantity, Dimension.Time, "from the call that said start to the one that said success; missing without a start", Optional: true, Typical: Value.Of(Duration.Seconds(60)), AtLeast: 0),
            new("body", ObservedForm.Body, Dimension.Number, "what was sent with the call, at most 10 KiB", Typical: new Value.Body("")),
        ],
        Failures: ["silent", "reported-failure", ExitCode, StartedNeverEnded, "ten-times-slower", "body-empty", "body-truncated", "field-missing", "field-null", "field-other-type", "date-stale"],
        IsPassive: true,
        Settles: OldAddresses);

    /// <summary>What it says of its addresses at other tools must name one.</summary>
    private static TargetReading OldAddresses(CheckTarget target, IReadOnlyDictionary<string, FieldValue> settings)
    {
        if (Map("healthchecks") is { } pings)
        {
            if (pings.ContainsKey("slug") != pings.ContainsKey("ping-key"))
                return TargetReading.Wrong(pings.ContainsKey("slug") ? "`healthchecks` has a slug and no ping-key, without which it is called by nobody" : "`healthchecks` has a ping-key and no slug", "write both, or its `uuid`");
            if (pings.Count == 0) return TargetReading.Wrong("`healthchecks` names no address", "write its `uuid`, or `ping-key` and `slug`");
            if (pings.TryGetValue("slug", out var slug) && (slug.Length > 100 || !slug.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_')))
                return TargetReading.Wrong("the slug under `healthchecks` is none", "write it as it stands in the address: lower-case letters, digits, - and _");
        }
        if (Map("gatus") is { } push && push.TryGetValue("endpoint", out var endpoint) && (endpoint.Length > 200 || !endpoint.All(c => char.IsLetterOrDigit(c) || c is '-' or '_')))
            return TargetReading.Wrong("the endpoint under `gatus` is no key of one", "write it as it stands in the address, GROUP_NAME: Gatus writes - for / _ , . # + and blanks");
        return TargetReading.Of(target);

        Dictionary<string, string>? Map(string field) => settings.TryGetValue(field, out var value) && value is FieldValue.TextMap map ? new Dictionary<string, string>(map.Items, StringComparer.Ordinal) : null;
    }

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
