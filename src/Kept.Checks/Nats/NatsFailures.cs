using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Checks.Nats;

/// <summary>Failures of NATS, as a look would see them.</summary>
internal static class NatsFailures
{
    public static readonly Failure LoginRefused = ToldFailures.LoginRefused(IsError, _ => Shown("Authorization Violation"));

    /// <summary>The server is there, and the service behind it is not.</summary>
    public static readonly Failure NoResponders = Error("no-responders", "a subject on which nobody answers", subject => $"nobody answers on {subject}");

    public static readonly Failure SubjectRefused = Error("subject-refused", "a server that does not let us ask there", subject => $"Permissions Violation for Publish to \"{subject}\"");

    /// <summary>Without a subject nothing is asked.</summary>
    public static IEnumerable<KeyValuePair<string, Value?>> Healthy(Check check)
    {
        if (!check.IsOverTls())
            foreach (var nothing in Seen.NothingOfTls)
                yield return nothing;
        yield return new("answer", HasSubject(check) ? new Value.Body("""{"status":"ok"}""") : null);
        yield return new("round-trip", HasSubject(check) ? Value.Of(Duration.Milliseconds(50)) : null);
    }

    private static bool HasSubject(Check check) => check.Target.Rest.Length > 0;

    private static bool IsError(string name) => name == "error";

    private static Failure Error(string name, string means, Func<string, string> says) => ToldFailures.Telling(name, means, IsError, look => Shown(says(look.Check.Target.Rest)), HasSubject);

    private static ImmutableArray<(string, Value?)> Shown(string error) => [("answer", null), ("round-trip", null), ("error", Value.Of(error))];
}
