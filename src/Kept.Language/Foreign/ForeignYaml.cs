using System.Collections.Immutable;
using System.Text;
using Kept.Language.Yaml;
using Kept.Model;

namespace Kept.Language.Foreign;

/// <summary>What was read of another tool's file.</summary>
/// <param name="Roots">One per document that could be read, in order.</param>
/// <param name="Problems">What is wrong with the file as YAML, with its lines. An error means that a document was not read, or not whole.</param>
public sealed record ForeignReading(ImmutableArray<ForeignNode> Roots, ImmutableArray<Diagnostic> Problems)
{
    public bool IsBroken => Problems.Any(problem => problem.Severity == Severity.Error);
}

/// <summary>
/// Reads YAML (and JSON, which is YAML) that another tool wrote, behind the same bounds as documents: bytes, depth, pieces. Unlike in documents, anchors,
/// aliases and merge keys are followed, because other tools' users rely on them; what they unfold to counts against the bound on pieces, so a few hundred bytes
/// cannot become millions of nodes. Never throws.
/// </summary>
public static class ForeignYaml
{
    /// <summary>How many lines above a fault are tried as the end of what was understood.</summary>
    private const int LinesTaken = 40;

    public static ForeignReading Read(DocumentFile file)
    {
        var problems = new Problems();
        if (SourceText.From(file, problems) is not { } source) return new([], [.. problems.Found]);
        var documents = YamlReader.Read(source, problems, isForeign: true);
        if (problems.Errors > 0 && documents.All(document => document.Root is null)) documents = SoFar(file, source, problems.Found[0].At.Line);
        var made = new Dictionary<YamlNode, ForeignNode>(ReferenceEqualityComparer.Instance);
        var roots = ImmutableArray.CreateBuilder<ForeignNode>();
        foreach (var document in documents)
            if (document.Root is { } root && Of(root, made) is { } node)
                roots.Add(node);
        return new(roots.ToImmutable(), [.. problems.Found.Select(problem => Told(problem, source))]);
    }

    /// <summary>What stands before the fault, as far up as it is a whole: a person wants to know how much was understood.</summary>
    private static List<YamlDocument> SoFar(DocumentFile file, SourceText source, int fault)
    {
        for (var last = fault - 1; last > 0 && last > fault - LinesTaken; last--)
        {
            var unheard = new Problems();
            var before = new DocumentFile(file.Path, Encoding.UTF8.GetBytes(source.Text[..source.StartOf(last + 1)]));
            if (SourceText.From(before, unheard) is { } part && YamlReader.Read(part, unheard, isForeign: true) is var documents && unheard.Errors == 0) return documents;
        }
        return [];
    }

    private static Diagnostic Told(Diagnostic problem, SourceText source)
    {
        if (!problem.At.IsKnown) return problem;
        var help = problem.Message.Contains("quoted scalar", StringComparison.Ordinal) ? "a quote that begins here has no end: close it" : problem.Help;
        return problem with { LineText = source.Line(problem.At.Line).ToString(), Help = help };
    }

    /// <summary>A node that is repeated is made once.</summary>
    private static ForeignNode? Of(YamlNode node, Dictionary<YamlNode, ForeignNode> made)
    {
        if (made.TryGetValue(node, out var known)) return known;
        ForeignNode? read = node switch
        {
            YamlScalar scalar => TextOf(scalar),
            YamlList list => new ForeignNode.List(list.At, [.. list.Items.Select(item => Of(item, made)).OfType<ForeignNode>()]),
            YamlMap map => new ForeignNode.Map(map.At, [.. map.Entries.Select(entry => (entry.Key, Value: Of(entry.Value, made))).Where(entry => entry.Value is not null)
                .Select(entry => KeyValuePair.Create(TextOf(entry.Key), entry.Value!))]),
            _ => null, // what was told to be wrong
        };
        if (read is not null) made[node] = read;
        return read;
    }

    private static ForeignNode.Text TextOf(YamlScalar scalar) => new(scalar.Content.At, scalar.Text, scalar.Form != ScalarForm.Plain, scalar.Content.Verbatim);
}
