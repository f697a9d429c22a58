using System.Text.RegularExpressions;
using Kept.TestKit;

namespace Kept.Architecture.Tests;

/// <summary>What can be read of C# without compiling it: enough to know which types stand under which.</summary>
internal static partial class SourceText
{
    /// <summary>Every file of a folder of the repository that people wrote.</summary>
    public static IEnumerable<string> Under(params string[] folder) => Directory.EnumerateFiles(Repository.PathOf(folder), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal));

    /// <summary>
    /// The types that a class, record or struct in the text names behind its colon, without their type arguments. Parameters of a primary constructor are no
    /// such types, and neither are constraints.
    /// </summary>
    public static IEnumerable<(string Name, IReadOnlyList<string> Bases)> Types(string text)
    {
        foreach (Match declared in Declaration().Matches(text))
        {
            var at = Skip(text, declared.Index + declared.Length, '<', '>');
            at = Skip(text, at, '(', ')');
            while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
            var bases = new List<string>();
            if (at < text.Length && text[at] == ':')
            {
                int depth = 0, begin = ++at;
                for (; at < text.Length; at++)
                {
                    var c = text[at];
                    if (c is '<' or '(' or '[') depth++;
                    else if (c is '>' or ')' or ']') depth--;
                    else if (depth == 0 && (c is '{' or ';' or ',' || Where().IsMatch(text.AsSpan(at, Math.Min(8, text.Length - at)))))
                    {
                        bases.Add(Plain(text[begin..at]));
                        begin = at + 1;
                        if (c != ',') break;
                    }
                }
            }
            yield return (declared.Groups["name"].Value, bases);
        }
    }

    /// <summary>After a bracket that begins here and everything in it; here, where none begins.</summary>
    private static int Skip(string text, int at, char open, char close)
    {
        var from = at;
        while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
        if (at >= text.Length || text[at] != open) return from;
        for (var depth = 0; at < text.Length; at++)
        {
            if (text[at] == open) depth++;
            else if (text[at] == close && --depth == 0) return at + 1;
        }
        return at;
    }

    private static string Plain(string type) => type.Split('<', '(')[0].Trim().Split('.')[^1];

    [GeneratedRegex(@"^\s*(?:(?:public|internal|private|protected|file|static|sealed|abstract|readonly|partial|ref)\s+)*(?:class|record\s+struct|record\s+class|record|struct)\s+(?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^\swhere\s")]
    private static partial Regex Where();
}
