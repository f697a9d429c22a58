using Kept.Model;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Kept.Language.Yaml;

/// <summary>One document of a file.</summary>
/// <param name="Root">Its content; null where it could not be read, which has been told.</param>
/// <param name="At">Where it begins.</param>
internal sealed record YamlDocument(YamlNode? Root, Place At);

/// <summary>
/// Reads YAML by the events of YamlDotNet's parser, behind bounds: depth, events, documents, no aliases. Its object model is never used: 100 KB of
/// <c>[</c> end the process there, and 350 bytes of aliases unfold to millions of nodes. Any exception of the parser is a problem of the document.
/// Cost: linear in the bytes.
/// </summary>
internal sealed class YamlReader
{
    public const int MaxDepth = 64;

    /// <summary>Per file. An honest megabyte has about 100,000.</summary>
    public const int MaxEvents = 250_000;

    public const int MaxDocuments = 1_000;

    public const int MaxScalar = 16_384;

    private const int FewKeys = 24;

    private readonly SourceText _source;
    private readonly Problems _problems;
    private readonly int _firstLine, _lastLine;
    private readonly Parser _parser;
    private readonly Anchors? _anchors;
    private int _events, _reach;

    private YamlReader(SourceText source, string chunk, int firstLine, int lastLine, int events, Problems problems, bool isForeign)
    {
        (_source, _firstLine, _lastLine, _events, _problems) = (source, firstLine, lastLine, events, problems);
        if (isForeign) _anchors = new Anchors();
        _parser = new Parser(new Scanner(new StringReader(chunk)));
    }

    /// <summary>
    /// The documents of a file. A line <c>---</c> always divides documents, whatever stands around it, so each is parsed alone and a fault in one hides
    /// nothing in the others.
    /// </summary>
    /// <param name="isForeign">The file is another tool's: anchors, aliases and merge keys are followed, tags passed over.</param>
    public static List<YamlDocument> Read(SourceText source, Problems problems, bool isForeign = false)
    {
        var documents = new List<YamlDocument>();
        var events = 0;
        foreach (var (firstLine, lastLine) in Chunks(source))
        {
            var at = new Place(source.File, firstLine, 1, 1);
            if (documents.Count >= MaxDocuments)
            {
                problems.Error(Codes.TooLarge, at, $"the file holds more than {MaxDocuments:N0} documents", "divide it into several files of one house");
                break;
            }
            var from = source.StartOf(firstLine);
            var text = source.Text[from..source.StartOf(lastLine + 1)];
            if (DirectiveLine(source, firstLine, lastLine) is { } directive)
            {
                // the version that is read anyway may be named, as YAML has it: alone before the line --- of its document
                if (IsVersionRead(source.Line(directive.Line)) && lastLine < source.LineCount && IsEmpty(source, directive.Line + 1, lastLine)) continue;
                problems.Error(Codes.NotYaml, directive, "a directive (a line that begins with %) is not read, but for `%YAML 1.2` before a line `---`", "remove the line");
                documents.Add(new YamlDocument(null, at));
                continue;
            }
            var reader = new YamlReader(source, text, firstLine, lastLine, events, problems, isForeign);
            reader.ReadChunk(documents, at);
            events = reader._events;
            if (events > MaxEvents) break;
        }
        return documents;
    }

    private static IEnumerable<(int First, int Last)> Chunks(SourceText source)
    {
        var first = 1;
        for (var line = 2; line <= source.LineCount; line++)
            if (source.Line(line) is ['-', '-', '-'] or ['-', '-', '-', ' ' or '\t', ..])
            {
                yield return (first, line - 1);
                first = line;
            }
        yield return (first, source.LineCount);
    }

    private static bool IsVersionRead(ReadOnlySpan<char> line)
    {
        var comment = line.IndexOf(" #", StringComparison.Ordinal);
        return (comment < 0 ? line : line[..comment]).TrimEnd() is "%YAML 1.2";
    }

    private static bool IsEmpty(SourceText source, int first, int last)
    {
        for (var number = first; number <= last; number++)
            if (source.Line(number) is var line && !line.IsWhiteSpace() && line[0] != '#')
                return false;
        return true;
    }

    private static Place? DirectiveLine(SourceText source, int first, int last)
    {
        for (var number = first; number <= last; number++)
        {
            var line = source.Line(number);
            if (line is ['%', ..]) return new Place(source.File, number, 1, line.Length);
            if (!line.IsWhiteSpace() && line[0] != '#') return null;
        }
        return null;
    }

    private void ReadChunk(List<YamlDocument> documents, Place at)
    {
        try
        {
            while (Next() is not StreamEnd)
                if (_parser.Current is DocumentStart)
                {
                    Next();
                    var root = Node(0);
                    // a file's head of comments before the first --- is no document
                    if (root is not YamlScalar { IsNothing: true }) documents.Add(new YamlDocument(root, root.At));
                }
        }
        catch (Refusal)
        {
            documents.Add(new YamlDocument(null, at));
        }
        catch (YamlException fault)
        {
            Tell(fault.Start, Wording(fault.Message));
            documents.Add(new YamlDocument(null, at));
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // the parser lets other exceptions out: ArgumentException for `!![`, InvalidOperationException for `... x`
            Tell(_parser.Current?.End ?? Mark.Empty, "this is not YAML");
            documents.Add(new YamlDocument(null, at));
        }
    }

    private ParsingEvent Next()
    {
        if (!_parser.MoveNext()) return new StreamEnd();
        var now = _parser.Current!;
        Count(1, now);
        return now;
    }

    private void Count(int pieces, ParsingEvent now)
    {
        if (pieces <= MaxEvents - _events)
        {
            _events += pieces;
            return;
        }
        _events = MaxEvents + 1;
        _problems.Error(Codes.TooLarge, PlaceOf(now.Start, 1), $"the file holds more than {MaxEvents:N0} pieces", "divide it into several files of one house");
        throw new Refusal();
    }

    private YamlNode Node(int depth)
    {
        var now = _parser.Current!;
        Reach(depth, now);
        if (now is AnchorAlias alias)
        {
            var place = PlaceOf(alias.Start, 1 + alias.Value.Value.Length);
            if (_anchors is not null)
            {
                if (_anchors.Find(alias.Value.Value) is not { } marked)
                {
                    _problems.Error(Codes.Alias, place, $"`*{alias.Value.Value}` repeats what is marked nowhere before", "mark it with `&" + alias.Value.Value + "` where it is first written");
                    return new YamlBroken(place);
                }
                Count(marked.Pieces, now);
                Reach(depth + marked.Height, now);
                return marked.Node;
            }
            _problems.Error(Codes.Alias, place, $"`*{alias.Value.Value}` repeats what stands elsewhere; aliases are not read", "write it out, or state it once under `defaults:`");
            return new YamlBroken(place);
        }
        var (before, outer) = (_events, _reach);
        _reach = depth;
        var broken = _anchors is null && now is NodeEvent node && Decorated(node);
        YamlNode read = now switch
        {
            Scalar scalar => ScalarNode(scalar),
            SequenceStart start => ListNode(start, depth),
            MappingStart start => MapNode(start, depth),
            _ => throw new Refusal(),
        };
        if (_anchors is not null && now is NodeEvent { Anchor.IsEmpty: false } marking) _anchors.Mark(marking.Anchor.Value, read, _events - before, _reach - depth);
        _reach = Math.Max(outer, _reach);
        return broken ? new YamlBroken(read.At) : read;
    }

    /// <summary>Notes how deep the tree has become, with what aliases repeat.</summary>
    private void Reach(int depth, ParsingEvent now)
    {
        _reach = Math.Max(_reach, depth);
        if (depth <= MaxDepth) return;
        _problems.Error(Codes.TooDeep, PlaceOf(now.Start, 1), $"nested deeper than {MaxDepth} levels", "no document needs more than ten");
        throw new Refusal();
    }

    /// <summary>Tells anchors and tags. The node is read on, so that what is inside is still looked at, and then passed over.</summary>
    private bool Decorated(NodeEvent node)
    {
        if (!node.Anchor.IsEmpty)
            _problems.Error(Codes.Alias, PlaceOf(node.Start, 1 + node.Anchor.Value.Length), $"`&{node.Anchor.Value}` marks something to be repeated; anchors are not read", "remove it; what many promises share stands under `defaults:`");
        if (!node.Tag.IsEmpty)
            _problems.Error(Codes.Tag, PlaceOf(node.Start, 1), $"the tag `{Short(node.Tag.ToString())}` is not read: each field knows its own type", "remove the tag");
        return !node.Anchor.IsEmpty || !node.Tag.IsEmpty;
    }

    private YamlNode ScalarNode(Scalar scalar)
    {
        var form = scalar.Style switch
        {
            ScalarStyle.SingleQuoted => ScalarForm.SingleQuoted,
            ScalarStyle.DoubleQuoted => ScalarForm.DoubleQuoted,
            ScalarStyle.Literal or ScalarStyle.Folded => ScalarForm.Block,
            _ => ScalarForm.Plain,
        };
        var text = scalar.Value;
        var start = PlaceOf(scalar.Start, 1);
        var line = _source.Line(start.Line);
        if (text.Length > MaxScalar)
        {
            _problems.Error(Codes.TooLarge, start, $"a text of {text.Length:N0} characters; at most {MaxScalar:N0} are read", "shorten it, or refer to a document");
            return new YamlBroken(start);
        }
        var length = scalar.End.Line == scalar.Start.Line ? (int)(scalar.End.Column - scalar.Start.Column) : line.Length - start.Column + 1;
        var inner = form is ScalarForm.SingleQuoted or ScalarForm.DoubleQuoted ? 1 : 0;
        var from = start.Column - 1 + inner;
        // compared with the line itself instead of trusting the style: escapes, folding and doubled quotes all show here
        var verbatim = form != ScalarForm.Block && from + text.Length <= line.Length && line.Slice(from, text.Length).SequenceEqual(text);
        if (form == ScalarForm.Plain && verbatim) length = text.Length;
        var at = start with { Length = Math.Max(length, 1) };
        var content = new ScalarText(text, verbatim ? at with { Column = from + 1, Length = Math.Max(text.Length, 1) } : at, verbatim);
        return new YamlScalar(at, text, form, content);
    }

    private YamlList ListNode(SequenceStart start, int depth)
    {
        var items = new List<YamlNode>();
        while (Next() is not SequenceEnd) items.Add(Node(depth + 1));
        return new YamlList(PlaceOf(start.Start, 1), start.Style == SequenceStyle.Flow, items);
    }

    private YamlMap MapNode(MappingStart start, int depth)
    {
        var entries = new List<YamlEntry>();
        Dictionary<string, int>? lines = null; // where the keys of a large mapping stand; nearly every one has a handful
        List<YamlNode>? merged = null;
        while (Next() is not MappingEnd)
        {
            var key = Node(depth + 1);
            Next();
            var value = Node(depth + 1);
            switch (key)
            {
                case YamlBroken:
                    break;
                case YamlScalar { Form: ScalarForm.Plain, Text: "<<" } when _anchors is not null:
                    (merged ??= []).Add(value);
                    break;
                case YamlScalar { Form: ScalarForm.Plain, Text: "<<" }:
                    _problems.Error(Codes.MergeKey, key.At, "merge keys (`<<`) are not read", "write the fields out, or state them once under `defaults:`");
                    break;
                case YamlScalar scalar:
                    if (entries.Count == FewKeys) lines ??= entries.ToDictionary(entry => entry.Key.Text, entry => entry.Key.At.Line, StringComparer.Ordinal);
                    if (LineOf(scalar.Text, entries, lines) is { } first)
                        _problems.Error(Codes.DuplicateKey, scalar.At, $"`{Short(scalar.Text)}` stands twice; the first is in line {first}", "keep one of them");
                    else
                    {
                        entries.Add(new YamlEntry(scalar, value));
                        lines?.Add(scalar.Text, scalar.At.Line);
                    }
                    break;
                default:
                    _problems.Error(Codes.KeyNotText, key.At, $"{key.Kind} stands where a key is due", "a key is one word; quote a text that begins with `[` or `{` in single quotes");
                    break;
            }
        }
        if (merged is not null) Anchors.Merge(merged, entries);
        return new YamlMap(PlaceOf(start.Start, 1), start.Style == MappingStyle.Flow, entries);
    }

    private static int? LineOf(string key, List<YamlEntry> entries, Dictionary<string, int>? lines)
    {
        if (lines is not null) return lines.TryGetValue(key, out var line) ? line : null;
        foreach (var entry in entries)
            if (entry.Key.Text == key)
                return entry.Key.At.Line;
        return null;
    }

    private void Tell(Mark mark, string message)
    {
        if (TabbedLine() is { } tab)
        {
            _problems.Error(Codes.NotYaml, tab, "a tab stands in the indentation, and YAML does not allow that", "indent with spaces");
            return;
        }
        var place = PlaceOf(mark, 1);
        _problems.Error(Codes.NotYaml, place, message, Quoting.HelpForLine(_source, place));
    }

    /// <summary>The parser tells a tab where the mapping around it began; people look for it where it stands.</summary>
    private Place? TabbedLine()
    {
        for (var number = _firstLine; number <= _lastLine; number++)
        {
            var line = _source.Line(number);
            var indent = line.Length - line.TrimStart().Length;
            if (indent < line.Length && line[..indent].IndexOf('\t') is var tab and >= 0) return new Place(_source.File, number, tab + 1, 1);
        }
        return null;
    }

    private Place PlaceOf(Mark mark, int length)
    {
        var line = (int)Math.Clamp(mark.Line, 1, int.MaxValue) + _firstLine - 1;
        return new Place(_source.File, Math.Min(line, _source.LineCount), (int)Math.Clamp(mark.Column, 1, int.MaxValue), Math.Max(length, 1));
    }

    private static string Wording(string message)
    {
        var text = Short(message.Trim().TrimEnd('.'));
        return text.Length == 0 ? "this is not YAML" : "this is not YAML: " + char.ToLowerInvariant(text[0]) + text[1..];
    }

    public static string Short(string text) => text.Length <= 80 ? text : text[..79] + "…";

    /// <summary>The rest of this document is not read; why has been told. Never leaves this class.</summary>
    private sealed class Refusal : Exception;
}
