using Kept.Model;

namespace Kept.Language.Yaml;

/// <summary>A node of a document as written: every scalar is text. A closed set of four.</summary>
internal abstract class YamlNode(Place at)
{
    /// <summary>The first line of the node: a scalar with its quotes, the first character of anything else.</summary>
    public Place At { get; } = at;

    /// <summary>What it is called in messages.</summary>
    public abstract string Kind { get; }
}

internal enum ScalarForm : byte { Plain, SingleQuoted, DoubleQuoted, Block }

internal sealed class YamlScalar(Place at, string text, ScalarForm form, ScalarText content) : YamlNode(at)
{
    public string Text { get; } = text;

    public ScalarForm Form { get; } = form;

    /// <summary>The text with the place of its first character.</summary>
    public ScalarText Content { get; } = content;

    /// <summary>Nothing was written, or one of YAML's words for nothing. Quoted, the words are texts.</summary>
    public bool IsNothing => Form == ScalarForm.Plain && Text is "" or "~" or "null" or "Null" or "NULL";

    public override string Kind => "a text";
}

internal sealed class YamlList(Place at, bool isFlow, IReadOnlyList<YamlNode> items) : YamlNode(at)
{
    public bool IsFlow { get; } = isFlow;

    public IReadOnlyList<YamlNode> Items { get; } = items;

    public override string Kind => "a list";
}

internal readonly record struct YamlEntry(YamlScalar Key, YamlNode Value);

internal sealed class YamlMap(Place at, bool isFlow, IReadOnlyList<YamlEntry> entries) : YamlNode(at)
{
    /// <summary>Written in braces (or as a pair inside a flow list).</summary>
    public bool IsFlow { get; } = isFlow;

    public IReadOnlyList<YamlEntry> Entries { get; } = entries;

    public override string Kind => "a mapping";
}

/// <summary>Stands where something was already told to be wrong; readers pass over it in silence.</summary>
internal sealed class YamlBroken(Place at) : YamlNode(at)
{
    public override string Kind => "nothing";
}
