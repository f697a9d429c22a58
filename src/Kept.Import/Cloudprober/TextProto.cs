using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.Cloudprober;

/// <summary>
/// Reads the text format of protocol buffers (protobuf.dev/reference/protobuf/textformat-spec) with the line of every field, bounded in bytes, depth and pieces. A
/// field that stands several times becomes one with a list. Of a text that breaks off, every closed field at the top is kept. Never throws.
/// </summary>
internal sealed class TextProto
{
    public const int MostBytes = 8 << 20, MostPieces = 500_000, Deepest = 64, LongestText = 1 << 20;

    private readonly string _text;
    private readonly SourceFile _source;
    private readonly Losses _losses;
    private int _at, _line = 1, _lineStart, _pieces;

    private TextProto(string text, SourceFile source, Losses losses) => (_text, _source, _losses) = (text, source, losses);

    /// <summary>The message of the whole file. What is wrong with it is told.</summary>
    public static ForeignNode.Map Read(ForeignFile file, Losses losses)
    {
        var source = new SourceFile(file.Path);
        if (file.Bytes.Length > MostBytes)
        {
            losses.Unread(new Place(source, 1, 1, 1), "it is larger than 8 MiB", "divide it, and import the parts one by one");
            return new ForeignNode.Map(new Place(source, 1, 1, 1), []);
        }
        var bytes = file.Bytes.Span;
        var reader = new TextProto(Encoding.UTF8.GetString(bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes), source, losses);
        var fields = new List<(ForeignNode.Text Key, ForeignNode Value)>();
        try
        {
            reader.Fields(fields, '\0', 0);
        }
        catch (Broken broken)
        {
            losses.Unread(broken.At, broken.Message, broken.Instead);
        }
        return Message(new Place(source, 1, 1, 1), fields);
    }

    private void Fields(List<(ForeignNode.Text, ForeignNode)> into, char end, int depth)
    {
        if (depth > Deepest) throw new Broken(Here(), $"messages stand more than {Deepest.ToString(CultureInfo.InvariantCulture)} deep in each other", "that is no configuration of Cloudprober");
        var opened = Here();
        for (; ; )
        {
            Skip();
            if (_at == _text.Length)
            {
                if (end == '\0') return;
                throw new Broken(opened, "what is opened here is not closed", $"close it with `{end}`");
            }
            if (_text[_at] == end)
            {
                _at++;
                return;
            }
            if (Template() is { } template)
            {
                _losses.Lost(template.At, "", $"`{Losses.Short(template.Content)}` is a Go template and is not run: what it makes is not carried, and what it chooses among is carried whole", "let Cloudprober make it, and import what its page /config-parsed shows");
                continue;
            }
            var key = Name();
            Skip();
            var hasColon = Take(':');
            Skip();
            into.Add((key, Value(hasColon, depth)));
            Skip();
            if (!Take(',')) Take(';');
        }
    }

    private ForeignNode Value(bool hasColon, int depth)
    {
        if (++_pieces > MostPieces) throw new Broken(Here(), $"it holds more than {MostPieces.ToString("N0", CultureInfo.InvariantCulture)} fields", "divide it, and import the parts one by one");
        if (_at == _text.Length) throw new Broken(Here(), "the file ends where a value is due", null);
        var at = Here();
        if (Template() is { } template) return template;
        switch (_text[_at])
        {
            case var open and ('{' or '<'):
                _at++;
                var fields = new List<(ForeignNode.Text, ForeignNode)>();
                Fields(fields, open == '{' ? '}' : '>', depth + 1);
                return Message(at, fields);
            case '[' when hasColon:
                return List(at, depth);
            case '"' or '\'':
                return Quoted(at);
            default:
                if (!hasColon) throw new Broken(at, $"`{Shown()}` stands where a colon or a brace is due", "write NAME: VALUE, or NAME { … }");
                return Plain(at);
        }
    }

    private ForeignNode.List List(Place at, int depth)
    {
        if (depth > Deepest) throw new Broken(at, "lists stand too deep in each other", null);
        var items = ImmutableArray.CreateBuilder<ForeignNode>();
        _at++;
        for (; ; )
        {
            Skip();
            if (Take(']')) return new ForeignNode.List(at, items.ToImmutable());
            items.Add(Value(true, depth + 1));
            Skip();
            if (!Take(',') && !(_at < _text.Length && _text[_at] == ']')) throw new Broken(Here(), "a comma or a closing bracket is due", null);
        }
    }

    /// <summary>Texts that stand beside each other are one.</summary>
    private ForeignNode.Text Quoted(Place at)
    {
        var content = new StringBuilder();
        var isVerbatim = true;
        for (var first = true; _at < _text.Length && _text[_at] is var quote and ('"' or '\''); first = false)
        {
            isVerbatim &= first;
            var start = Here();
            for (_at++; ; _at++)
            {
                if (_at >= _text.Length || _text[_at] is '\n') throw new Broken(start, "a text that begins here has no end", $"close it with {quote}");
                if (_text[_at] == quote) break;
                if (Template() is { } template)
                {
                    // Cloudprober fills it in before it reads the text, so quotes within it end nothing
                    content.Append(template.Content);
                    isVerbatim = false;
                    _at--;
                    continue;
                }
                if (content.Length > LongestText) throw new Broken(start, "a text is longer than 1 MiB", null);
                if (_text[_at] != '\\') content.Append(_text[_at]);
                else
                {
                    isVerbatim = false;
                    content.Append(Escaped());
                }
            }
            _at++;
            Skip();
        }
        // the place is that of the content, as it is of texts in YAML
        return new ForeignNode.Text(at with { Column = at.Column + 1, Length = Math.Max(1, content.Length) }, content.ToString(), isQuoted: true, isVerbatim);
    }

    private string Escaped()
    {
        if (_at + 1 >= _text.Length) throw new Broken(Here(), "the file ends within a text", null);
        var mark = _text[++_at];
        switch (mark)
        {
            case 'n': return "\n";
            case 't': return "\t";
            case 'r': return "\r";
            case 'a': return "\a";
            case 'b': return "\b";
            case 'f': return "\f";
            case 'v': return "\v";
            case '\\' or '"' or '\'' or '?': return mark.ToString();
            case >= '0' and <= '7': return Code(_at, 8, 3);
            case 'x' or 'X': return Code(++_at, 16, 2);
            case 'u': return Code(++_at, 16, 4);
            case 'U': return Code(++_at, 16, 8);
            default: throw new Broken(Here(), $"`\\{(char.IsControl(mark) ? ' ' : mark)}` means nothing within a text", "write \\\\ for a backslash");
        }
    }

    private string Code(int from, int radix, int most)
    {
        long code = 0;
        var end = from;
        for (; end < _text.Length && end < from + most && char.IsAsciiHexDigit(_text[end]) && (radix == 16 || _text[end] is >= '0' and <= '7'); end++) code = code * radix + Convert.ToInt32(_text[end].ToString(), 16);
        if (end == from || code is > 0x10FFFF or >= 0xD800 and < 0xE000) throw new Broken(Here(), "an escape within a text names no character", null);
        _at = end - 1;
        return char.ConvertFromUtf32((int)code);
    }

    private ForeignNode.Text Plain(Place at)
    {
        var start = _at;
        if (_text[_at] == '-')
        {
            _at++;
            Skip();
        }
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '_' or '.' or '+' || _text[_at] == '-' && _text[_at - 1] is 'e' or 'E')) _at++;
        if (_at == start) throw new Broken(at, $"`{Shown()}` is no value", "write a number, a word, or a text in quotes");
        var content = _text[start.._at];
        return new ForeignNode.Text(at with { Length = content.Length }, content, isQuoted: false, isVerbatim: true);
    }

    /// <summary>A name, or that of an extension in brackets.</summary>
    private ForeignNode.Text Name()
    {
        var (at, start) = (Here(), _at);
        if (_text[_at] == '[')
        {
            var close = _text.IndexOf(']', _at);
            if (close < 0 || close - start > 200) throw new Broken(at, "the name of an extension has no end", "close it with ]");
            _at = close + 1;
        }
        else while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] == '_')) _at++;
        if (_at == start) throw new Broken(at, $"`{Shown()}` stands where the name of a field is due", "write NAME: VALUE, or NAME { … }");
        return new ForeignNode.Text(at with { Length = _at - start }, _text[start.._at], isQuoted: false, isVerbatim: true);
    }

    /// <summary>A Go template (<c>{{.zone}}</c>) that begins here, within one line; null where none does.</summary>
    private ForeignNode.Text? Template()
    {
        if (string.CompareOrdinal(_text, _at, "{{", 0, 2) != 0) return null;
        var (at, end) = (Here(), _text.IndexOf("}}", _at, StringComparison.Ordinal));
        var line = _text.IndexOf('\n', _at);
        if (end < 0 || line >= 0 && line < end) throw new Broken(at, "a Go template that begins here has no end", "close it with }}");
        var content = _text[_at..(end + 2)];
        _at = end + 2;
        return new ForeignNode.Text(at with { Length = content.Length }, content, isQuoted: true, isVerbatim: true);
    }

    private bool Take(char mark)
    {
        if (_at >= _text.Length || _text[_at] != mark) return false;
        _at++;
        return true;
    }

    /// <summary>Goes past spaces, line ends and comments.</summary>
    private void Skip()
    {
        for (; _at < _text.Length; _at++)
            if (_text[_at] == '\n') (_line, _lineStart) = (_line + 1, _at + 1);
            else if (_text[_at] == '#')
            {
                var end = _text.IndexOf('\n', _at);
                _at = (end < 0 ? _text.Length : end) - 1;
            }
            else if (!char.IsWhiteSpace(_text[_at])) return;
    }

    private Place Here() => new(_source, _line, _at - _lineStart + 1, 1);

    private string Shown() => Losses.Short(_text[_at..Math.Min(_text.Length, _at + 20)].Split('\n')[0].Trim());

    private static ForeignNode.Map Message(Place at, List<(ForeignNode.Text Key, ForeignNode Value)> fields)
    {
        var order = new List<string>();
        var byName = new Dictionary<string, (ForeignNode.Text Key, List<ForeignNode> Values)>(StringComparer.Ordinal);
        foreach (var (key, value) in fields)
        {
            if (!byName.TryGetValue(key.Content, out var known))
            {
                byName.Add(key.Content, known = (key, []));
                order.Add(key.Content);
            }
            known.Values.Add(value);
        }
        return new ForeignNode.Map(at, [.. order.Select(name => byName[name]).Select(field => KeyValuePair.Create(field.Key, field.Values is [var only] ? only : new ForeignNode.List(field.Values[0].At,
            [.. field.Values.SelectMany(value => value is ForeignNode.List list ? list.Items.AsEnumerable() : [value])])))]);
    }

    private sealed class Broken(Place at, string message, string? instead) : Exception(message)
    {
        public Place At => at;
        public string? Instead => instead;
    }
}
