using Kept.Model;

namespace Kept.Checks.WebSocket;

/// <summary>Failures of WebSockets, as a look would see them. A handshake that is not taken is a failure whatever is expected.</summary>
internal static class WebSocketFailures
{
    public static readonly Failure NotFound = StandardFailures.Failing("status-404", "a handshake that is answered with 404", TargetFailure.Refused);

    public static readonly Failure Unavailable = StandardFailures.Failing("status-503", "a handshake that is answered with 503", TargetFailure.Refused);

    public static readonly Failure RedirectToLogin = StandardFailures.Failing("redirect-to-login", "a redirect to a login page", TargetFailure.RedirectRefused);

    /// <summary>A proxy in front that does not pass on the upgrade, or a page at that address.</summary>
    public static readonly Failure NotUpgraded = StandardFailures.Failing("not-upgraded", "a page in place of the WebSocket", TargetFailure.Refused);

    public static readonly Failure PongMissing = StandardFailures.Failing("pong-missing", "a ping without a pong", TargetFailure.TimedOut, look => Pings(look.Check));

    /// <summary>A message only where one is waited for.</summary>
    public static IEnumerable<KeyValuePair<string, Value?>> Healthy(Check check)
    {
        if (check.Target.Rest.StartsWith("ws://", StringComparison.Ordinal))
            foreach (var nothing in Seen.NothingOfTls)
                yield return nothing;
        var reads = check.Setting<FieldValue.Text>("reads")?.Content;
        var isDue = reads is { Length: > 0 } || check.Setting<FieldValue.Text>("send")?.Content is { Length: > 0 };
        yield return new("answer", new Value.Body(reads is { Length: > 0 } ? reads : isDue ? """{"status":"ok"}""" : ""));
        yield return new("frame", isDue ? Value.Of("text") : null);
        yield return new("time.answer", isDue ? Value.Of(Duration.Milliseconds(50)) : null);
        yield return new("time.pong", Pings(check) ? Value.Of(Duration.Milliseconds(20)) : null);
    }

    private static bool Pings(Check check) => check.Setting<FieldValue.YesNo>("ping") is { IsYes: true };
}
