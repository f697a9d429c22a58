using System.Collections.Immutable;
using System.Text;
using Kept.Language.Yaml;
using Kept.Model;

namespace Kept.Language;

/// <summary>The outcome of formatting one file.</summary>
/// <param name="Text">The formatted text; the text as it was where <paramref name="Problems"/> has errors.</param>
/// <param name="Changed">Whether it differs from the text given.</param>
/// <param name="Problems">Why it was not formatted: the file is not YAML that documents may hold.</param>
public sealed record FormatResult(string Text, bool Changed, ImmutableArray<Diagnostic> Problems)
{
    public bool Refused => Problems.Any(problem => problem.Severity == Severity.Error);
}

/// <summary>
/// Writes documents in one form by editing the text between tokens: indentation of two spaces, one blank after colons, commas and inside brackets, at most one
/// empty line, expressions quoted where YAML could cut them. Comments, order and meaning stay; formatting twice changes nothing more. A line of an expression
/// that YAML already cut is joined and quoted first, which is the only way in which meaning changes: from an error to what was written. Afterwards the text is
/// read again and compared: were it not the same tree, the old text would be kept.
/// </summary>
public static class Formatter
{
    /// <summary>The formatted text, or the text unchanged where it cannot be read.</summary>
    public static string Format(string yaml) => Format(new DocumentFile("kept.yaml", Encoding.UTF8.GetBytes(yaml))) is { Refused: false } result ? result.Text : yaml;

    public static FormatResult Format(DocumentFile file)
    {
        var problems = new Problems();
        if (SourceText.From(file, problems) is not { } source) return new(Encoding.UTF8.GetString(file.Bytes.Span), false, [.. problems.Found]);
        var text = source.Text.ReplaceLineEndings("\n");
        var (repaired, documents, found) = LineRepair.Read(file.Path, text);
        if (documents is null) return new(source.Text, false, [.. found.Select(problem => problem with { LineText = source.Line(problem.At.Line).ToString() })]);
        return Settled(repaired, documents) is { } formatted ? new(formatted, formatted != source.Text, []) : new(source.Text, false, []);
    }

    /// <summary>
    /// The layout that lays out as itself. Nearly always the first; odd texts (quotes and brackets that only look like some) need a second look, and one that never
    /// settles is left as it was written.
    /// </summary>
    private static string? Settled(string text, IReadOnlyList<YamlDocument> documents)
    {
        var formatted = Layout(text, documents);
        for (var rounds = 0; rounds < 4; rounds++)
        {
            var (repaired, again, _) = LineRepair.Read("kept.yaml", formatted);
            if (again is null) return null;
            var next = Layout(repaired, again);
            if (next == formatted) return formatted;
            if (!SameTree.Are(documents, again)) return null;
            formatted = next;
        }
        return null;
    }

    private static string Layout(string text, IReadOnlyList<YamlDocument> documents)
    {
        if (TokenLines.Of(text) is not { } tokens) return text;
        var formatted = new BlockLayout(text, tokens, ExpressionPlaces.In(documents)).Write();
        var problems = new Problems();
        var again = YamlReader.Read(new SourceText(SourceFile.None, formatted), problems);
        return problems.Errors == 0 && SameTree.Are(documents, again) ? formatted : text;
    }
}

/// <summary>Whether two texts say the same: the same nodes with the same texts in the same order.</summary>
internal static class SameTree
{
    public static bool Are(IReadOnlyList<YamlDocument> a, IReadOnlyList<YamlDocument> b)
    {
        if (a.Count != b.Count) return false;
        for (var i = 0; i < a.Count; i++)
            if (!Are(a[i].Root, b[i].Root))
                return false;
        return true;
    }

    private static bool Are(YamlNode? a, YamlNode? b) => (a, b) switch
    {
        (null, null) => true,
        (YamlScalar x, YamlScalar y) => x.Text == y.Text && x.IsNothing == y.IsNothing,
        (YamlList x, YamlList y) => x.Items.Count == y.Items.Count && x.Items.Zip(y.Items).All(pair => Are(pair.First, pair.Second)),
        (YamlMap x, YamlMap y) => x.Entries.Count == y.Entries.Count && x.Entries.Zip(y.Entries).All(pair => Are(pair.First.Key, pair.Second.Key) && Are(pair.First.Value, pair.Second.Value)),
        _ => false,
    };
}

/// <summary>Finds the scalars that hold expressions, by the field they stand in.</summary>
internal static class ExpressionPlaces
{
    public static bool IsOne(string key) => key is "given" or "uses" or "use";

    public static bool AreMany(string key) => key is "keeps" or "needs" or "expect";

    /// <summary>By line and column (from 1) of the scalar.</summary>
    public static Dictionary<(int Line, int Column), YamlScalar> In(IReadOnlyList<YamlDocument> documents)
    {
        var found = new Dictionary<(int, int), YamlScalar>();
        foreach (var document in documents)
            if (document.Root is { } root)
                Walk(root, found);
        return found;
    }

    private static void Walk(YamlNode node, Dictionary<(int, int), YamlScalar> found)
    {
        switch (node)
        {
            case YamlList list:
                foreach (var item in list.Items) Walk(item, found);
                break;
            case YamlMap map:
                foreach (var (key, value) in map.Entries)
                {
                    if (IsOne(key.Text) || AreMany(key.Text)) Take(value, found);
                    else if (key.Text == "measures" && value is YamlMap measures) foreach (var (_, measure) in measures.Entries) Take(measure, found);
                    Walk(value, found);
                }
                break;
        }
    }

    private static void Take(YamlNode value, Dictionary<(int, int), YamlScalar> found)
    {
        if (value is YamlScalar { IsNothing: false } scalar) found[(scalar.At.Line, scalar.At.Column)] = scalar;
        if (value is YamlList list)
            foreach (var item in list.Items)
                if (item is YamlScalar { IsNothing: false } each)
                    found[(each.At.Line, each.At.Column)] = each;
    }
}
