using Kept.Model;

namespace Kept.Language;

/// <summary>The text of one expression, with places in its document and a way to report what is wrong with it.</summary>
internal sealed class ExpressionSource(ScalarText scalar, Problems problems)
{
    /// <summary>Longest text that is read. Beyond it nothing is looked at, so no input costs more than this.</summary>
    public const int MaxLength = 4_000;

    public string Text { get; } = scalar.Text;

    /// <summary>True once an error was reported: nothing half-read leaves the reader.</summary>
    public bool Failed { get; private set; }

    /// <summary>The place of a part; the place of the whole scalar where its characters do not stand one to one in the document.</summary>
    public Place PlaceOf(int start, int length) =>
        scalar.Verbatim ? scalar.At with { Column = scalar.At.Column + start, Length = Math.Max(1, length) } : scalar.At;

    public Place Whole => PlaceOf(0, Text.Length);

    public void Error(string code, int start, int length, string message, string? help = null)
    {
        Failed = true;
        problems.Error(code, PlaceOf(start, length), message, help);
    }

    /// <summary>Something that can be read and judged, and is hardly meant.</summary>
    public void Warning(string code, Token token, string message, string help) => problems.Warning(code, PlaceOf(token.Start, token.Length), message, help);

    public void Error(string code, Token token, string message, string? help = null) => Error(code, token.Start, token.Length, message, help);

    /// <summary>The whole text with one part replaced, for help texts: people copy it. The part alone where the whole is long.</summary>
    public string With(int start, int length, string replacement)
    {
        if (Text.Length > 160) return Quoted(replacement);
        return Quoted(string.Concat(Text.AsSpan(0, start), replacement, Text.AsSpan(start + length)).Trim());
    }

    public string Slice(int start, int end) => Text[start..end].Trim();

    /// <summary>A short piece of text as it may stand in a message.</summary>
    public static string Quoted(string text)
    {
        var shown = text.Length > 200 ? text[..200] + "…" : text;
        return "`" + (shown.Any(char.IsControl) ? string.Concat(shown.Select(c => char.IsControl(c) ? ' ' : c)) : shown) + "`";
    }
}
