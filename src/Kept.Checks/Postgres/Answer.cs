using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Kept.Checks.Postgres;

/// <summary>What one query gave: how many rows, and the first of them.</summary>
internal sealed class Answer(Frames frames)
{
    private const int MostColumns = 1664; // PostgreSQL's own limit

    private readonly List<(string Name, int Type)> _columns = [];

    public long Rows { get; private set; }

    /// <summary>The first row as a JSON object; null where there is none.</summary>
    public string? First { get; private set; }

    /// <summary>The first column of the first row, where a decimal holds it.</summary>
    public decimal? Value { get; private set; }

    /// <summary>It gives or takes a stream (COPY), which is no answer to a question.</summary>
    public bool IsCopy { get; private set; }

    public void Take(char kind, byte[] content)
    {
        switch (kind)
        {
            case 'T':
                ReadColumns(content);
                break;
            case 'D':
                if (Rows++ == 0) ReadFirst(content);
                break;
            case 'G' or 'H' or 'W':
                IsCopy = true;
                break;
            case '1' or '2' or '3' or 'n' or 'C' or 's' or 'I' or 't' or 'd' or 'c':
                break; // parsed, bound, closed, no rows, done, more, nothing, parameters, the stream of a COPY
            default:
                throw frames.Malformed("what it sent is no message of PostgreSQL");
        }
    }

    private void ReadColumns(byte[] content)
    {
        var at = 0;
        var count = Whole16(content, ref at);
        if (count is < 0 or > MostColumns) throw frames.Malformed("it announced more columns than there can be");
        _columns.Clear();
        for (var i = 0; i < count; i++)
        {
            var name = frames.TextAt(content, ref at);
            at += 6;
            var type = Whole32(content, ref at);
            at += 8;
            _columns.Add((name, type));
        }
        if (at != content.Length) throw frames.Malformed("its description of columns does not end where it says");
    }

    private void ReadFirst(byte[] content)
    {
        var at = 0;
        if (Whole16(content, ref at) != _columns.Count) throw frames.Malformed("a row has other columns than it announced");
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            var named = new HashSet<string>(StringComparer.Ordinal);
            for (var i = 0; i < _columns.Count; i++)
            {
                var (name, type) = _columns[i];
                var length = Whole32(content, ref at);
                if (length < -1 || length > content.Length - at) throw frames.Malformed("a column is longer than its row");
                var text = length < 0 ? null : Excerpt.Decode(content.AsSpan(at, length));
                at += Math.Max(0, length);
                var number = text is not null && IsNumber(type) ? Number(text) : null;
                if (i == 0) Value = number;
                if (!named.Add(name)) continue; // of two columns of one name the first is meant
                json.WritePropertyName(name);
                if (text is null) json.WriteNullValue();
                else if (number is not null) json.WriteRawValue(Plain(number.Value));
                else if (type == 16 && text is "t" or "f") json.WriteBooleanValue(text == "t");
                else json.WriteStringValue(text);
            }
            json.WriteEndObject();
        }
        First = Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>int8, int2, int4, oid, float4, float8, numeric.</summary>
    private static bool IsNumber(int type) => type is 20 or 21 or 23 or 26 or 700 or 701 or 1700;

    private static string Plain(decimal number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>What a decimal cannot hold exactly, NaN and Infinity stay text, which no comparison with a number passes.</summary>
    private static decimal? Number(string text) => ExactDecimal.Read(text);

    private int Whole16(byte[] content, ref int at)
    {
        if (at + 2 > content.Length) throw frames.Malformed("a message is cut");
        at += 2;
        return BinaryPrimitives.ReadInt16BigEndian(content.AsSpan(at - 2));
    }

    private int Whole32(byte[] content, ref int at)
    {
        if (at + 4 > content.Length) throw frames.Malformed("a message is cut");
        at += 4;
        return BinaryPrimitives.ReadInt32BigEndian(content.AsSpan(at - 4));
    }
}
