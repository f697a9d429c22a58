using System.Text;
using System.Text.RegularExpressions;

namespace Kept.Import.Slo;

/// <summary>
/// As much of PromQL as it takes to carry a query whole: where its texts, comments and brackets begin and end. The query itself is the server's to understand.
/// </summary>
internal static partial class PromQl
{
    /// <summary>On one line, without comments: a target has one line. Null where a bracket or a text is not closed, so that nothing can be put around it.</summary>
    public static string? OneLine(string query)
    {
        var line = new StringBuilder(query.Length);
        var open = new Stack<char>();
        for (var i = 0; i < query.Length; i++)
        {
            var c = query[i];
            if (c == '#')
            {
                while (i + 1 < query.Length && query[i + 1] is not ('\n' or '\r')) i++;
                continue;
            }
            if (c is '"' or '\'' or '`')
            {
                var end = EndOfText(query, i);
                if (end < 0) return null;
                line.Append(query, i, end - i + 1);
                i = end;
                continue;
            }
            if (c is '(' or '[' or '{') open.Push(c);
            else if (c is ')' or ']' or '}' && (open.Count == 0 || open.Pop() != (c switch { ')' => '(', ']' => '[', _ => '{' }))) return null;
            if (!char.IsWhiteSpace(c)) line.Append(c);
            else if (line.Length > 0 && line[^1] != ' ') line.Append(' ');
        }
        var text = line.ToString().Trim();
        return open.Count == 0 && text.Length > 0 ? text : null;
    }

    /// <summary>The place of the bracket that closes the one at <paramref name="start"/>; −1 where none does.</summary>
    public static int Closing(string query, int start)
    {
        var depth = 0;
        for (var i = start; i < query.Length; i++)
            switch (query[i])
            {
                case '"' or '\'' or '`':
                    i = EndOfText(query, i);
                    if (i < 0) return -1;
                    break;
                case '(' or '[' or '{':
                    depth++;
                    break;
                case ')' or ']' or '}':
                    if (--depth == 0) return i;
                    break;
            }
        return -1;
    }

    /// <summary>What stands in the parentheses that are the whole text: of <c>(a)</c> it is <c>a</c>; null where they are not.</summary>
    public static string? Inside(string text, string function = "") =>
        text.StartsWith(function + "(", StringComparison.Ordinal) && Closing(text, function.Length) == text.Length - 1 ? text[(function.Length + 1)..^1] : null;

    /// <summary><c>(A) / (B)</c> as its two parts; null where it is not of that form.</summary>
    public static (string Over, string Under)? Division(string text)
    {
        if (!text.StartsWith('(') || Closing(text, 0) is not (> 0 and var end) || !text.AsSpan(end + 1).StartsWith(" / (")) return null;
        return Inside(text[(end + 4)..]) is { } under ? (text[1..end], under) : null;
    }

    /// <summary>Of <c>2 * (A) + (B)</c> what stands in each parenthesis, with its factor; null where it is not of that form.</summary>
    public static IReadOnlyList<(decimal Factor, string Inside)>? Sum(string text)
    {
        const string times = " * ", plus = " + ";
        var terms = new List<(decimal, string)>();
        for (var at = 0; ; at += plus.Length)
        {
            var open = text.IndexOf('(', at);
            if (open < 0 || Closing(text, open) is not (> 0 and var end)) return null;
            var factor = text[at..open];
            if (factor.Length == 0) factor = "1" + times;
            if (!factor.EndsWith(times, StringComparison.Ordinal) || SloNumber.Read(factor[..^times.Length]) is not { } number) return null;
            terms.Add((number, text[(open + 1)..end]));
            at = end + 1;
            if (at == text.Length) return terms;
            if (!text.AsSpan(at).StartsWith(plus)) return null;
        }
    }

    /// <summary>A metric with its labels and nothing else.</summary>
    public static bool IsSelector(string query)
    {
        if (!Metric().IsMatch(query)) return false;
        var brace = query.IndexOf('{', StringComparison.Ordinal);
        return brace < 0 || Closing(query, brace) == query.Length - 1;
    }

    /// <summary>Of <c>up[5m]</c> the selector and the range; null where it is not of that form.</summary>
    public static (string Selector, string Range)? Ranged(string query)
    {
        if (!query.EndsWith(']')) return null;
        var bracket = query.LastIndexOf('[');
        return bracket > 0 && IsSelector(query[..bracket]) ? (query[..bracket], query[(bracket + 1)..^1]) : null;
    }

    private static int EndOfText(string query, int start)
    {
        for (var i = start + 1; i < query.Length; i++)
            if (query[i] == '\\' && query[start] != '`') i++;
            else if (query[i] == query[start]) return i;
        return -1;
    }

    [GeneratedRegex(@"^(?:[a-zA-Z_:][a-zA-Z0-9_:]*(?:$|\{)|\{)", RegexOptions.CultureInvariant)]
    private static partial Regex Metric();
}
