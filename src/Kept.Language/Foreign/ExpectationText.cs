using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Language.Foreign;

/// <summary>One line of <c>expect</c> by itself, outside of any document.</summary>
public static class ExpectationText
{
    /// <summary>
    /// Reads it as a check of that kind would have it. The expectation is null exactly where the diagnostics hold an error; their places are columns of the text.
    /// </summary>
    /// <param name="file">What the text is called in the places of diagnostics.</param>
    public static (Expectation? Expectation, ImmutableArray<Diagnostic> Problems) Read(string text, CheckKind kind, string file = "expression")
    {
        var problems = new Problems();
        var source = new SourceFile(file);
        var line = text.ReplaceLineEndings(" ");
        var test = ExpressionReader.Expectation(new ScalarText(line, new Place(source, 1, 1, Math.Max(1, line.Length)), Verbatim: true), kind, problems);
        ImmutableArray<Diagnostic> found = [.. problems.Found.Select(problem => problem with { LineText = line })];
        return (test is null || problems.Errors > 0 ? null : new Expectation(line, test), found);
    }

    /// <summary>A length of time as documents write it (<c>90s</c>); null where it is none.</summary>
    public static Duration? Length(string text) => ExpressionReader.Duration(ScalarText.Unwritten(text), new Problems());

    /// <summary>A value with its unit (<c>750ms</c>, <c>12KiB</c>, <c>-1h</c>), or a bare number; null where it is none.</summary>
    public static Quantity? Value(string text) => text.Length > 100 ? null : ValueReader.Read(text).Quantity;

    /// <summary>A pattern as it stands between the slashes of <c>matches</c>: each slash of its own escaped, where it is not.</summary>
    public static string Pattern(string pattern) => ExpressionText.Slashes(pattern);

    /// <summary>The word that was probably meant, or null.</summary>
    public static string? Nearest(string written, IEnumerable<string> words) => new Problems().Near(written, words);
}
