using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Checks;

/// <summary>Failures that a server tells by an error of its own: a failed look, unless the check asks for the very name that tells it. Then they are answers, and judged as such.</summary>
internal static class ToldFailures
{
    /// <param name="tells">The names by which an error is seen.</param>
    /// <param name="shows">What an answer shows then.</param>
    /// <param name="applies">To which checks it can happen; to all where it is not given.</param>
    public static Failure Telling(
        string name, string means, Func<string, bool> tells, Func<HealthyLook, ImmutableArray<(string Name, Value? Value)>> shows, Func<Check, bool>? applies = null) => new(name, means, look =>
        applies is not null && !applies(look.Check) ? []
        : Seen.IsExpected(look.Check, tells) ? [look.Answers(means, shows(look).AsSpan())]
        : [look.Fails(TargetFailure.ReportedFailure, means)], IsGrave: true);

    /// <summary>A password that was changed, or a user that is gone: to whoever logs in.</summary>
    public static Failure LoginRefused(Func<string, bool> tells, Func<HealthyLook, ImmutableArray<(string Name, Value? Value)>> shows) =>
        Telling("login-refused", "a server that refuses the password", tells, shows, LogsIn);

    /// <summary>Whether the check gives a password.</summary>
    public static bool LogsIn(Check check) => check.Setting<FieldValue.Text>("password")?.Content is { Length: > 0 };
}
