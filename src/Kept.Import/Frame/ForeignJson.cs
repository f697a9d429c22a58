using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import;

/// <summary>
/// Reads JSON that another tool wrote, larger than documents of ours may be, with the line of every value. Bounded in depth and pieces. Of a text that breaks off,
/// what was whole before is kept: the root, the list that is open in it, and every closed item of that list. Never throws.
/// </summary>
internal static class ForeignJson
{
    public const int MostPieces = 2_000_000, Deepest = 64;

    private static readonly JsonReaderOptions Strict = new() { MaxDepth = Deepest };

    /// <summary>The root; null, and told, where nothing could be read of it.</summary>
    public static ForeignNode? Read(ForeignFile file, Losses losses)
    {
        var source = new SourceFile(file.Path);
        var bytes = file.Bytes.Span;
        if (bytes.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        var (lines, open, pieces) = (new Lines(source), new Stack<Container>(), 0);
        ForeignNode? root = null;
        try
        {
            var reader = new Utf8JsonReader(bytes, Strict);
            while (reader.Read())
            {
                var at = lines.At(bytes, (int)reader.TokenStartIndex, reader.ValueSpan.Length + (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName ? 2 : 0));
                if (++pieces > MostPieces)
                {
                    losses.Unread(at, $"it holds more than {MostPieces.ToString("N0", CultureInfo.InvariantCulture)} pieces", "divide it, and import the parts one by one");
                    break;
                }
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        open.Push(new Container(at, reader.TokenType == JsonTokenType.StartArray));
                        continue;
                    case JsonTokenType.PropertyName:
                        open.Peek().Key = new ForeignNode.Text(at, reader.GetString()!, isQuoted: true, isVerbatim: false);
                        continue;
                }
                var node = reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray ? open.Pop().Node
                    : reader.TokenType == JsonTokenType.String ? new ForeignNode.Text(at, reader.GetString()!, isQuoted: true, isVerbatim: false)
                    : new ForeignNode.Text(at, Encoding.UTF8.GetString(reader.ValueSpan), isQuoted: false, isVerbatim: true);
                if (open.TryPeek(out var holder)) holder.Add(node);
                else root = node;
            }
        }
        catch (JsonException broken)
        {
            var line = (int)Math.Min(int.MaxValue - 1, broken.LineNumber ?? 0) + 1;
            losses.Unread(new Place(source, line, (int)Math.Min(int.MaxValue - 1, broken.BytePositionInLine ?? 0) + 1, 1), Why(broken), "mend it there, or export it anew");
        }
        catch (InvalidOperationException)
        {
            losses.Unread(lines.Last, "a text here is no Unicode: half a character stands alone", "export it anew");
        }
        return root ?? SoFar(open);
    }

    /// <summary>The message without the path and the position, which stand in the place.</summary>
    private static string Why(JsonException broken)
    {
        var message = broken.Message;
        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return "it is no JSON: " + Losses.Short((end < 0 ? message : message[..end]).TrimEnd('.').ReplaceLineEndings(" "));
    }

    private static ForeignNode? SoFar(Stack<Container> open)
    {
        var path = open.Reverse().Take(2).ToList();
        if (path.Count == 0) return null;
        if (path is [{ IsList: false } root, { IsList: true } list]) root.Add(list.Node);
        return path[0].Node;
    }

    private sealed class Container(Place at, bool isList)
    {
        private readonly ImmutableArray<ForeignNode>.Builder _items = ImmutableArray.CreateBuilder<ForeignNode>();
        private readonly ImmutableArray<KeyValuePair<ForeignNode.Text, ForeignNode>>.Builder _entries = ImmutableArray.CreateBuilder<KeyValuePair<ForeignNode.Text, ForeignNode>>();

        public bool IsList => isList;
        public ForeignNode.Text? Key { get; set; }
        public ForeignNode Node => isList ? new ForeignNode.List(at, _items.ToImmutable()) : new ForeignNode.Map(at, _entries.ToImmutable());

        public void Add(ForeignNode node)
        {
            if (isList) _items.Add(node);
            else if (Key is { } key) _entries.Add(KeyValuePair.Create(key, node));
        }
    }

    /// <summary>Counts lines and columns onward from the token before.</summary>
    private sealed class Lines(SourceFile source)
    {
        private int _seen, _line = 1, _column = 1;

        public Place Last => new(source, _line, _column, 1);

        public Place At(ReadOnlySpan<byte> bytes, int start, int length)
        {
            var between = bytes[_seen..start];
            for (var end = between.IndexOf((byte)'\n'); end >= 0; end = between.IndexOf((byte)'\n'))
            {
                (_line, _column) = (_line + 1, 1);
                between = between[(end + 1)..];
            }
            _column += Encoding.UTF8.GetCharCount(between);
            _seen = start;
            return new Place(source, _line, _column, Math.Max(1, length));
        }
    }
}
