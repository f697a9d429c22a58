using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Language.Foreign;

/// <summary>A node of another tool's file as written: every scalar is text with its place; what it means is for the reader of that tool to say. A closed set of three.</summary>
public abstract class ForeignNode
{
    private ForeignNode(Place at) => At = at;

    /// <summary>The first character of the node. What an alias repeats has the place where it was written.</summary>
    public Place At { get; }

    /// <summary>For messages: <c>a text</c>, <c>a list</c>, <c>a mapping</c>.</summary>
    public string Form => this switch { Text => "a text", List => "a list", _ => "a mapping" };

    public sealed class Text(Place at, string content, bool isQuoted, bool isVerbatim) : ForeignNode(at)
    {
        public string Content { get; } = content;

        /// <summary>Written in quotes or as a block: never a number, never nothing.</summary>
        public bool IsQuoted { get; } = isQuoted;

        /// <summary>Nothing was written, or one of YAML's words for nothing.</summary>
        public bool IsNothing => !IsQuoted && Content is "" or "~" or "null" or "Null" or "NULL";

        /// <summary>The place of a part of the content: exact where the content stands one to one in its line, else the whole text.</summary>
        public Place Part(int start, int length) => isVerbatim ? At with { Column = At.Column + start, Length = Math.Max(length, 1) } : At;

        public override string ToString() => Content;
    }

    public sealed class List(Place at, ImmutableArray<ForeignNode> items) : ForeignNode(at)
    {
        public ImmutableArray<ForeignNode> Items { get; } = items;
    }

    public sealed class Map(Place at, ImmutableArray<KeyValuePair<Text, ForeignNode>> entries) : ForeignNode(at)
    {
        /// <summary>In the order written; what a merge key brought comes last.</summary>
        public ImmutableArray<KeyValuePair<Text, ForeignNode>> Entries { get; } = entries;

        /// <summary>The value of a key; null where it is not written.</summary>
        public ForeignNode? this[string key]
        {
            get
            {
                foreach (var (name, value) in Entries)
                    if (name.Content == key)
                        return value;
                return null;
            }
        }

        /// <summary>The key as written; null where it is not.</summary>
        public Text? Key(string key)
        {
            foreach (var (name, _) in Entries)
                if (name.Content == key)
                    return name;
            return null;
        }
    }
}
