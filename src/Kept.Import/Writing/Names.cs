using System.Globalization;
using System.Text;

namespace Kept.Import.Writing;

/// <summary>Names of documents made from whatever another tool calls things; a number is added where two would be the same.</summary>
internal sealed class Names
{
    private const int Longest = 60;
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <summary>From which number on a free one is sought: a file that calls everything the same takes no longer than another.</summary>
    private readonly Dictionary<string, int> _next = new(StringComparer.Ordinal);

    /// <summary>A name that nothing else has.</summary>
    public string Free(string text, string otherwise)
    {
        var name = Of(text) is { Length: > 0 } good ? good : otherwise;
        if (_taken.Add(name)) return name;
        for (var n = _next.GetValueOrDefault(name, 2); ; n++)
            if ($"{name}-{n.ToString(CultureInfo.InvariantCulture)}" is var next && _taken.Add(next))
            {
                _next[name] = n + 1;
                return next;
            }
    }

    /// <summary>Lower-case letters and digits with hyphens between words; accents are dropped, and what has no such letter is left out. Empty where nothing is left.</summary>
    public static string Of(string text)
    {
        var name = new StringBuilder();
        foreach (var c in text.Normalize(NormalizationForm.FormD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark) continue;
            if (char.IsAsciiLetterOrDigit(c)) name.Append(char.ToLowerInvariant(c));
            else if (name.Length > 0 && name[^1] != '-') name.Append('-');
            if (name.Length >= Longest) break;
        }
        return name.ToString().Trim('-');
    }
}
