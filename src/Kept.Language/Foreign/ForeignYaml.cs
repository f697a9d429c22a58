using System.Collections.Immutable;
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
    public static ForeignReading Read(DocumentFile file)
    {
        var problems = new Problems();
        if (SourceText.From(file, problems) is not { } source) return new([], [.. problems.Found]);
        var made = new Dictionary<YamlNode, ForeignNode>(ReferenceEqualityComparer.Instance);
        var roots = ImmutableArray.CreateBuilder<ForeignNode>();
        foreach (var document in YamlReader.Read(source, problems, isForeign: true))
            if (document.Root is { } root && Of(root, made) is { } node)
                roots.Add(node);
        return new(roots.ToImmutable(), [.. problems.Found.Select(problem => problem.At.IsKnown ? problem with { LineText = source.Line(problem.At.Line).ToString() } : problem)]);
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
