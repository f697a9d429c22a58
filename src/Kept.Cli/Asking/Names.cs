using Kept.Model;

namespace Kept.Cli.Asking;

/// <summary>What a person may write for a promise: its full name, its name without the line, or without the agent where only one fits.</summary>
internal static class Names
{
    public static IReadOnlyList<string> Matching(IEnumerable<string> all, string asked) =>
        [.. all.Where(name => name == asked || Rest(name, '@') == asked || After(name) == asked || Rest(After(name), '@') == asked || Rest(name, '/') == asked)];

    private static string Rest(string name, char cut) => name.IndexOf(cut, StringComparison.Ordinal) is var at and >= 0 ? name[..at] : name;

    private static string After(string name) => name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..];

    /// <summary>The age of something seen, for people: <c>12 s ago</c>.</summary>
    public static string Ago(Instant? at, Instant now) => at is { } seen ? (now - seen) < Duration.Seconds(1) ? "just now" : $"{(now - seen).ToWords()} ago" : "never";
}
