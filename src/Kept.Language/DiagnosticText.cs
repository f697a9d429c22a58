using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Kept.Language.Yaml;
using Kept.Model;

namespace Kept.Language;

/// <summary>Diagnostics for people: where, what, the line with the place marked, and what to write instead. Plain text without colour.</summary>
public static class DiagnosticText
{
    private const int MaxLine = 160, MaxKept = 2_000;

    /// <summary>
    /// <code>
    /// shop.kept.yaml:41:12 error R05: what is wrong
    ///    41 |     given: aws/quota and during show
    ///       |            ^^^^^^^^^
    ///   help: what to write instead
    /// </code>
    /// Nothing that a document wrote can reach a terminal as a control character.
    /// </summary>
    public static string Render(Diagnostic d)
    {
        var text = new StringBuilder();
        var where = d.At.ToString();
        if (where.Length > 0) text.Append(Shown(where)).Append(' ');
        text.Append(d.Severity switch { Severity.Error => "error", Severity.Warning => "warning", _ => "note" }).Append(' ').Append(d.Code).Append(": ").Append(Shown(d.Message));
        if (d.LineText is { } line && d.At.IsKnown) Mark(text, d.At, line);
        if (d.Help is { } help) text.Append("\n  help: ").Append(Shown(help));
        return text.ToString();
    }

    /// <summary>The same diagnostics with their source lines, taken from the files: for those made after the text was dropped.</summary>
    public static ImmutableArray<Diagnostic> WithLines(IEnumerable<Diagnostic> diagnostics, IReadOnlyList<DocumentFile> files)
    {
        var sources = new Dictionary<string, SourceText?>(StringComparer.Ordinal);
        var lines = new Dictionary<(string, int), string>();
        var result = ImmutableArray.CreateBuilder<Diagnostic>();
        foreach (var diagnostic in diagnostics)
            result.Add(diagnostic.LineText is null && diagnostic.At.IsKnown && LineOf(diagnostic.At) is { } line ? diagnostic with { LineText = line } : diagnostic);
        return result.ToImmutable();

        string? LineOf(Place at)
        {
            if (!sources.TryGetValue(at.File.Path, out var source))
                sources.Add(at.File.Path, source = files.FirstOrDefault(file => file.Path == at.File.Path) is { } file && file.Bytes.Length <= SourceText.MaxBytes
                    ? new SourceText(at.File, Decoded(file.Bytes.Span)) : null);
            if (source is null) return null;
            if (lines.TryGetValue((at.File.Path, at.Line), out var known)) return known;
            var line = source.Line(at.Line);
            // a minified document has all in one line: no help to anybody, and a copy of it with every problem
            return line.Length > MaxKept ? null : lines[(at.File.Path, at.Line)] = line.ToString();
        }
    }

    private static string Decoded(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes is [0xEF, 0xBB, 0xBF, ..] ? bytes[3..] : bytes);

    private static void Mark(StringBuilder text, Place at, string line)
    {
        var from = 0;
        var column = Math.Clamp(at.Column - 1, 0, line.Length);
        if (line.Length > MaxLine)
        {
            from = Math.Max(0, Math.Min(column - 60, line.Length - MaxLine));
            line = line.Substring(from, MaxLine);
        }
        var lead = from > 0 ? "…" : "";
        var number = at.Line.ToString(CultureInfo.InvariantCulture).PadLeft(5);
        var length = Math.Clamp(at.Length, 1, Math.Max(1, line.Length - (column - from)));
        text.Append('\n').Append(number).Append(" | ").Append(lead).Append(Shown(line).TrimEnd());
        text.Append('\n').Append(' ', number.Length).Append(" | ").Append(' ', lead.Length + column - from).Append('^', length);
    }

    /// <summary>Control characters, and those that turn the direction of writing, would let a document write what it likes on a terminal.</summary>
    private static string Shown(string text)
    {
        StringBuilder? changed = null;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            var bad = char.IsControl(c) || c is '\u2028' or '\u2029' or '\u061c' or '\u200e' or '\u200f' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
            if (bad) (changed ??= new StringBuilder(text))[i] = c == '\t' ? ' ' : '�';
        }
        return changed?.ToString() ?? text;
    }
}
