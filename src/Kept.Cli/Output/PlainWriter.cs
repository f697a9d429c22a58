using System.Text;

namespace Kept.Cli.Output;

/// <summary>
/// What reaches a terminal. Targets, servers, ledgers and file names are written by others, and control characters in them would move the cursor, retitle the
/// window or hide text; characters that turn the direction of writing would show another text than is there. All become U+FFFD; line breaks, tabs and, where
/// colours are wanted, the few codes of <see cref="Terminal"/> itself pass.
/// </summary>
internal sealed class PlainWriter(TextWriter inner, bool colour) : TextWriter(inner.FormatProvider)
{
    private static readonly string[] OwnCodes = ["\u001b[0m", "\u001b[1m", "\u001b[2m", "\u001b[33m", "\u001b[34m", "\u001b[35m", "\u001b[1;31m", "\u001b[1;33m", "\u001b[1;36m"];

    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => inner.Write(IsHidden(value) ? '\uFFFD' : value);

    public override void Write(string? value) => inner.Write(Clean(value ?? ""));

    public override void Write(ReadOnlySpan<char> buffer) => inner.Write(Clean(buffer.ToString()));

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    // In one piece: lines of several threads do not mix.
    public override void WriteLine(string? value) => inner.WriteLine(Clean(value ?? ""));

    public override void Flush() => inner.Flush();

    private string Clean(string text)
    {
        StringBuilder? clean = null;
        for (var i = 0; i < text.Length; i++)
        {
            if (!IsHidden(text[i]) || text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n') continue;
            if (colour && text[i] == '\u001b' && Array.Find(OwnCodes, code => string.CompareOrdinal(text, i, code, 0, code.Length) == 0) is { } own)
            {
                i += own.Length - 1;
                continue;
            }
            (clean ??= new StringBuilder(text))[i] = '\uFFFD';
        }
        return clean?.ToString() ?? text;
    }

    private static bool IsHidden(char c) => c is not ('\n' or '\t')
        && (char.IsControl(c) || c is '\u2028' or '\u2029' or '\u061c' or '\u200e' or '\u200f' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069'));
}
