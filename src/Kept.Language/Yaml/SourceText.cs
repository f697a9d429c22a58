using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Kept.Model;

namespace Kept.Language.Yaml;

/// <summary>The text of one file while it is read, with its lines. Only <see cref="File"/> outlives the reading.</summary>
internal sealed class SourceText
{
    /// <summary>One file has at most so many bytes.</summary>
    public const int MaxBytes = 1 << 20;

    // U+0085, U+2028 and U+2029 are line ends to a YAML scanner and to nobody's editor: with them, every place below would be wrong.
    private static readonly SearchValues<char> Refused = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(c => (char)c).Where(c => c is not ('\t' or '\n')), '\u007f', .. Enumerable.Range(0x80, 0x20).Select(c => (char)c), '\u2028', '\u2029', '\ufeff', '\ufffe', '\uffff']);

    private readonly List<int> _starts = [0];

    public SourceText(SourceFile file, string text)
    {
        File = file;
        Text = text;
        for (var i = text.IndexOf('\n', StringComparison.Ordinal); i >= 0; i = text.IndexOf('\n', i + 1))
            _starts.Add(i + 1);
    }

    public SourceFile File { get; }

    public string Text { get; }

    public int LineCount => _starts.Count;

    /// <summary>A line by its number from 1, without its end; empty beyond the file.</summary>
    public ReadOnlySpan<char> Line(int number)
    {
        if (number < 1 || number > _starts.Count) return [];
        var from = _starts[number - 1];
        var to = number < _starts.Count ? _starts[number] - 1 : Text.Length;
        if (to > from && Text[to - 1] == '\r') to--;
        return Text.AsSpan(from, to - from);
    }

    /// <summary>Where a line begins in <see cref="Text"/>.</summary>
    public int StartOf(int line) => line < 1 ? 0 : line > _starts.Count ? Text.Length : _starts[line - 1];

    /// <summary>The place of an offset.</summary>
    public Place PlaceAt(int offset, int length)
    {
        var found = _starts.BinarySearch(offset);
        var line = found >= 0 ? found : ~found - 1;
        return new Place(File, line + 1, offset - _starts[line] + 1, length);
    }

    /// <summary>The text of a file's bytes; null, with the problem told, where it is not text that can be read safely.</summary>
    public static SourceText? From(DocumentFile file, Problems problems)
    {
        var source = new SourceFile(file.Path);
        var bytes = file.Bytes.Span;
        if (bytes.Length > MaxBytes)
        {
            problems.Error(Codes.TooLarge, new Place(source, 0, 0, 0), $"the file has {bytes.Length:N0} bytes; at most {MaxBytes:N0} are read", "divide it into several files of one house");
            return null;
        }
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            problems.Error(Codes.NotUtf8, new Place(source, 0, 0, 0), "the file is UTF-16 text", "save it as UTF-8");
            return null;
        }
        if (bytes is [0xEF, 0xBB, 0xBF, ..]) bytes = bytes[3..]; // a byte order mark of UTF-8 is harmless
        if (!Utf8.IsValid(bytes))
        {
            var good = 0;
            while (Rune.DecodeFromUtf8(bytes[good..], out _, out var used) == OperationStatus.Done) good += used;
            var before = new SourceText(source, Encoding.UTF8.GetString(bytes[..good]));
            problems.Error(Codes.NotUtf8, before.PlaceAt(before.Text.Length, 1), $"byte 0x{bytes[good]:X2} is not UTF-8 text", "save the file as UTF-8");
            return null;
        }
        var text = new SourceText(source, Encoding.UTF8.GetString(bytes));
        return text.HasOnlySafeCharacters(problems) ? text : null;
    }

    private bool HasOnlySafeCharacters(Problems problems)
    {
        for (var at = 0; ;)
        {
            var found = Text.AsSpan(at).IndexOfAny(Refused);
            if (found < 0) return true;
            at += found;
            if (Text[at] == '\r' && at + 1 < Text.Length && Text[at + 1] == '\n')
            {
                at += 2;
                continue;
            }
            var what = Text[at] switch
            {
                '\0' => "a zero byte",
                '\r' => "a carriage return without a line feed",
                '\ufeff' => "a byte order mark inside the text",
                var c => $"the character U+{(int)c:X4}",
            };
            problems.Error(Codes.ControlCharacter, PlaceAt(at, 1), $"the file holds {what}, which no document needs",
                Text[at] == '\r' ? "end lines with a line feed" : "remove it, or write it as an escape in double quotes (\"\\u0085\")");
            return false;
        }
    }
}
