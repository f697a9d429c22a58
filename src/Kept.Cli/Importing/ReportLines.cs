using System.Globalization;
using Kept.Import;
using Kept.Model;

namespace Kept.Cli.Importing;

/// <summary>Texts of any length in lines of a bounded width: a report is read in a window, pasted into a message, and shown to a colleague.</summary>
internal static class ReportLines
{
    /// <summary>Letters in a line, at most.</summary>
    public const int Width = 100;

    /// <summary>The words of a text in lines; a word that is longer than a line is divided.</summary>
    public static IEnumerable<string> Of(string text, int width)
    {
        var line = "";
        foreach (var word in text.Split(' ').SelectMany(word => word.Length <= width ? [word] : word.Chunk(width).Select(part => new string(part))))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }
            line = line.Length == 0 ? word : line + " " + word;
        }
        yield return line;
    }

    /// <summary>A foreign line without its indentation, and a mark under the part that is meant; of a long one the part around the mark.</summary>
    public static (string Text, string Mark) Marked(string line, Place at, int width)
    {
        var indent = line.Length - line.TrimStart().Length;
        var text = Credentials.Masked(line.Trim().Replace('\t', ' '));
        var from = Math.Clamp(at.Column - 1 - indent, 0, text.Length);
        var length = Math.Clamp(at.Length, 1, Math.Max(1, text.Length - from));
        if (text.Length <= width) return (text, new string(' ', from) + new string('^', length));
        var begin = from + length <= width - 1 ? 0 : Math.Clamp(from - width / 4, 0, text.Length - 1);
        var room = width - (begin > 0 ? 1 : 0);
        var cut = text.Length - begin > room;
        var part = text.AsSpan(begin, Math.Min(text.Length - begin, cut ? room - 1 : room));
        var shown = $"{(begin > 0 ? "…" : "")}{part}{(cut ? "…" : "")}";
        var mark = from - begin + (begin > 0 ? 1 : 0);
        return (shown, new string(' ', mark) + new string('^', Math.Clamp(length, 1, Math.Max(1, shown.Length - mark))));
    }

    /// <summary>The beginning of a name.</summary>
    public static string Cut(string text, int most) => text.Length <= most ? text : text[..(most - 1)] + "…";

    /// <summary>The end of a place, which says most.</summary>
    public static string CutLeft(string text, int most) => text.Length <= most ? text : "…" + text[^(most - 1)..];

    public static string Count(int n, string one) => $"{N(n)} {one}{(n == 1 ? "" : "s")}";

    public static string N(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
