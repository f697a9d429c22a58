using System.Globalization;

namespace Kept.Import;

/// <summary>What findings call a check: as the other tool does, with a number where it calls two the same.</summary>
internal sealed class Subjects
{
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _next = new(StringComparer.Ordinal);

    /// <param name="number">The tool's own number of the check, which says most.</param>
    public string Free(string text, int? number = null)
    {
        if (_taken.Add(text)) return text;
        if (number is { } own && $"{text} #{own.ToString(CultureInfo.InvariantCulture)}" is var numbered && _taken.Add(numbered)) return numbered;
        for (var n = _next.GetValueOrDefault(text, 2); ; n++)
            if ($"{text} #{n.ToString(CultureInfo.InvariantCulture)}" is var next && _taken.Add(next))
            {
                _next[text] = n + 1;
                return next;
            }
    }
}
