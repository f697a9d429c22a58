using System.Collections.Concurrent;
using Kept.Language.Yaml;
using Kept.Model;

namespace Kept.Language.Documents;

/// <summary>What is at hand while one file is read.</summary>
internal sealed class Reading(SourceText source, DocumentOrigin origin, DocumentTables tables, SharedTexts texts, Problems problems)
{
    public SourceText Source { get; } = source;
    public DocumentOrigin Origin { get; } = origin;
    public DocumentTables Tables { get; } = tables;
    public SharedTexts Texts { get; } = texts;
    public Problems Problems { get; } = problems;

    /// <summary>The scalar's text with its place; null, and told, where it is none.</summary>
    public ScalarText? Scalar(YamlNode node, string owner)
    {
        switch (node)
        {
            case YamlBroken:
                return null;
            case YamlScalar { IsNothing: true } nothing:
                Problems.Error(Codes.NoValue, nothing.At, $"{owner} has an entry without a value", "remove it, or write the text; a text that begins with `#` stands in quotes");
                return null;
            case YamlScalar scalar:
                return scalar.Content with { Text = Texts.Share(scalar.Text) };
            default:
                TellNoText(node, owner);
                return null;
        }
    }

    /// <summary>A list or mapping stands where a text is due: mostly one text that YAML took apart.</summary>
    public void TellNoText(YamlNode node, string owner)
    {
        var help = Quoting.HelpForCutText(Source, node);
        if (help is not null && node is YamlMap) Problems.Error(Codes.TextCut, node.At, $"{owner} takes a text, and YAML cut it in two at the colon", help);
        else Problems.Error(Codes.WrongForm, node.At, $"{owner} takes a text, not {node.Kind}", help ?? "write one text");
    }
}

/// <summary>Equal texts of a house are one string: of 100,000 promises, most have the same version, promisees and expectations. Files that are read at once share them.</summary>
internal sealed class SharedTexts
{
    private readonly ConcurrentDictionary<string, string> _texts = new(StringComparer.Ordinal);

    /// <summary>Parts of promises, each once too.</summary>
    public SharedParts Parts { get; } = new();

    public string Share(string text) => _texts.GetOrAdd(text, text);
}
