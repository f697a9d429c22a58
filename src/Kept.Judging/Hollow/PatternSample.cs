using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Kept.Judging;

/// <summary>
/// Makes up a text that a pattern matches: literals, classes, groups, alternatives and repetitions, each as short as it may be. What it does not know (categories of
/// Unicode, subtraction of classes, conditions) gives nothing; every text is tried against the pattern before it is used.
/// </summary>
internal sealed class PatternSample
{
    private const int MostText = 4_000, MostDepth = 40;

    private readonly string _pattern;
    private readonly bool _eager;
    private int _at, _depth;

    private PatternSample(string pattern, bool eager) => (_pattern, _eager) = (pattern, eager);

    /// <summary>A text that the pattern matches, or null.</summary>
    public static string? Of(Regex pattern)
    {
        // First as little as the pattern asks for, and each repetition once where that alone does not do.
        foreach (var eager in (bool[])[true, false])
        {
            var sample = new PatternSample(pattern.ToString(), eager);
            if (sample.Choices() is { } text && sample._at == sample._pattern.Length && text.Length <= MostText && pattern.IsMatch(text)) return text;
        }
        return null;
    }

    /// <summary>Alternatives: the first one that can be made.</summary>
    private string? Choices()
    {
        if (++_depth > MostDepth) return null;
        var made = Row();
        while (_at < _pattern.Length && _pattern[_at] == '|')
        {
            _at++;
            var next = Row();
            if (string.IsNullOrEmpty(made)) made = next ?? made;
        }
        _depth--;
        return made;
    }

    private string? Row()
    {
        var text = new StringBuilder();
        while (_at < _pattern.Length && _pattern[_at] is not ('|' or ')'))
        {
            if (One() is not { } one) return null;
            var times = Times();
            for (var i = 0; i < times && text.Length <= MostText; i++) text.Append(one);
        }
        return text.ToString();
    }

    private string? One()
    {
        var c = _pattern[_at++];
        switch (c)
        {
            case '^' or '$': return "";
            case '.': return "a";
            case '(': return Group();
            case '[': return Class();
            case '\\': return Escape() is { } escaped ? escaped.Text : null;
            default: return c.ToString();
        }
    }

    private string? Group()
    {
        if (Take("?:") || !Take("?")) return Closed();
        if (Take("<") || Take("'"))
        {
            if (_at < _pattern.Length && _pattern[_at] is '=' or '!') return null;
            var end = _pattern.IndexOfAny(['>', '\''], _at);
            if (end < 0) return null;
            _at = end + 1;
            return Closed();
        }
        while (_at < _pattern.Length && (char.IsAsciiLetter(_pattern[_at]) || _pattern[_at] == '-')) _at++; // options: (?i) or (?i:…)
        if (Take(")")) return "";
        return Take(":") ? Closed() : null;
    }

    private string? Closed()
    {
        var inner = Choices();
        return Take(")") ? inner : null;
    }

    /// <summary>A character of a class: the first that it names, or for a negated one the first plain one that it does not.</summary>
    private string? Class()
    {
        var negated = Take("^");
        var ranges = new List<(char From, char To)>();
        var first = true;
        while (_at < _pattern.Length && (_pattern[_at] != ']' || first))
        {
            first = false;
            if (Member() is not { } from) return null;
            if (from.Text.Length == 1 && _at + 1 < _pattern.Length && _pattern[_at] == '-' && _pattern[_at + 1] is not (']' or '['))
            {
                _at++;
                if (Member() is not { Text.Length: 1 } to) return null;
                ranges.Add((from.Text[0], to.Text[0]));
            }
            else ranges.AddRange(from.Ranges);
        }
        if (!Take("]") || ranges.Count == 0) return null;
        if (!negated) return ranges[0].From.ToString();
        for (var c = ' '; c < '\x7f'; c++)
        {
            var shown = c < 'a' ? (char)(c + 65) : (char)(c - 65); // letters first
            if (shown is > ' ' and < '\x7f' && !ranges.Exists(range => shown >= range.From && shown <= range.To)) return shown.ToString();
        }
        return null;
    }

    private (string Text, (char, char)[] Ranges)? Member()
    {
        var c = _pattern[_at++];
        return c == '\\' ? Escape() : c == '[' ? null : (c.ToString(), [(c, c)]);
    }

    private (string Text, (char, char)[] Ranges)? Escape()
    {
        if (_at >= _pattern.Length) return null;
        var c = _pattern[_at++];
        return c switch
        {
            'd' => Many("0", ('0', '9')),
            'w' => Many("a", ('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')),
            's' => Many(" ", (' ', ' '), ('\t', '\r')),
            'D' or 'W' or 'S' when c != 'W' => Many("a", ('a', 'z')),
            'W' => Many("-", ('-', '-')),
            'b' or 'A' or 'z' or 'Z' or 'G' => ("", []),
            'n' => Many("\n", ('\n', '\n')),
            'r' => Many("\r", ('\r', '\r')),
            't' => Many("\t", ('\t', '\t')),
            'x' when Hex(2) is { } x => Many(x.ToString(), (x, x)),
            'u' when Hex(4) is { } u => Many(u.ToString(), (u, u)),
            _ when char.IsAsciiLetterOrDigit(c) => null,
            _ => Many(c.ToString(), (c, c)),
        };

        static (string, (char, char)[]) Many(string text, params (char, char)[] ranges) => (text, ranges);
    }

    private char? Hex(int digits)
    {
        if (_at + digits > _pattern.Length || !ushort.TryParse(_pattern.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)) return null;
        _at += digits;
        return (char)code;
    }

    /// <summary>How often what stands before is written.</summary>
    private int Times()
    {
        var times = 1;
        if (Take("*") || Take("?")) times = _eager ? 1 : 0;
        else if (Take("+")) times = 1;
        else if (_at < _pattern.Length && _pattern[_at] == '{' && _pattern.IndexOf('}', _at) is var end and > 0
            && int.TryParse(_pattern.AsSpan(_at + 1, end - _at - 1).ToString().Split(',')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var least))
        {
            _at = end + 1;
            times = least == 0 && _eager ? 1 : Math.Min(least, MostText);
        }
        else return 1;
        Take("?"); // lazy
        return times;
    }

    private bool Take(string what)
    {
        if (string.CompareOrdinal(_pattern, _at, what, 0, what.Length) != 0) return false;
        _at += what.Length;
        return true;
    }
}
