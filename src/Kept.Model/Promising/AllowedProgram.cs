using System.Collections.Immutable;

namespace Kept.Model;

/// <summary>
/// A program that checks of the kind <c>command</c> may run, as <c>house.yaml</c> writes it: its absolute path, and after <c>with</c> the variables that documents may set for it.
/// A variable can be as much as the program itself (<c>PATH</c>, <c>BASH_ENV</c>, <c>LD_PRELOAD</c>), so none is free.
/// </summary>
public sealed record AllowedProgram(string Path, ImmutableArray<string> Variables)
{
    private const string With = " with ";

    /// <summary>Reads <c>/opt/plugin</c> or <c>/opt/plugin with LANG TOKEN</c>; null where it is neither.</summary>
    public static AllowedProgram? Read(string text)
    {
        var at = text.LastIndexOf(With, StringComparison.Ordinal);
        var (path, variables) = at < 0 ? (text, []) : (text[..at].TrimEnd(), text[(at + With.Length)..].Split([' ', ','], StringSplitOptions.RemoveEmptyEntries));
        if (at >= 0 && variables.Length == 0 || !variables.All(IsName)) return null;
        return path.StartsWith('/') && !path.EndsWith('/') && !path.Contains("//", StringComparison.Ordinal) && !path.Contains('\0') && !path.Split('/').Any(part => part is "." or "..")
            ? new AllowedProgram(path, [.. variables])
            : null;
    }

    private static bool IsName(string text) => !char.IsAsciiDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
