using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kept.Language;

/// <summary>
/// Canonical JSON by RFC 8785: members sorted by UTF-16 code units, no white space, numbers as ECMAScript writes a double, strings with the fewest escapes.
/// Equal data gives equal bytes, so a hash over them means the data. Integers beyond ±2^53 do not survive as numbers: write them as strings.
/// </summary>
public static class CanonicalJson
{
    private const int MaxDepth = 64;

    /// <exception cref="JsonException">Not JSON, or deeper than 64 levels.</exception>
    /// <exception cref="ArgumentException">A name stands twice in an object, a number has no double, or a text holds half a character.</exception>
    public static byte[] Of(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth });
        return Of(document.RootElement);
    }

    /// <inheritdoc cref="Of(ReadOnlyMemory{byte})"/>
    public static byte[] Of(JsonElement element)
    {
        var text = new StringBuilder();
        Write(text, element, 0);
        return Bytes(text.ToString());
    }

    /// <inheritdoc cref="Of(ReadOnlyMemory{byte})"/>
    public static byte[] Of(JsonNode? node)
    {
        var text = new StringBuilder();
        Write(text, node, 0);
        return Bytes(text.ToString());
    }

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    internal static byte[] Bytes(ReadOnlySpan<char> text)
    {
        try
        {
            var bytes = new byte[Strict.GetByteCount(text)];
            Strict.GetBytes(text, bytes);
            return bytes;
        }
        catch (EncoderFallbackException half)
        {
            throw new ArgumentException("a text holds half a character (a lone surrogate)", half);
        }
    }

    private static void Write(StringBuilder text, JsonElement element, int depth)
    {
        if (depth > MaxDepth) throw new JsonException("deeper than 64 levels");
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var members = element.EnumerateObject().ToList();
                members.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
                Refuse(members, member => member.Name);
                text.Append('{');
                for (var i = 0; i < members.Count; i++)
                {
                    if (i > 0) text.Append(',');
                    WriteText(text, members[i].Name);
                    text.Append(':');
                    Write(text, members[i].Value, depth + 1);
                }
                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                var first = true;
                foreach (var item in element.EnumerateArray())
                {
                    if (!first) text.Append(',');
                    first = false;
                    Write(text, item, depth + 1);
                }
                text.Append(']');
                break;
            case JsonValueKind.String:
                WriteText(text, element.GetString()!);
                break;
            case JsonValueKind.Number:
                text.Append(Number(element.GetRawText()));
                break;
            default:
                text.Append(element.ValueKind switch { JsonValueKind.True => "true", JsonValueKind.False => "false", _ => "null" });
                break;
        }
    }

    private static void Write(StringBuilder text, JsonNode? node, int depth)
    {
        if (depth > MaxDepth) throw new JsonException("deeper than 64 levels");
        switch (node)
        {
            case null:
                text.Append("null");
                break;
            case JsonObject members:
                var sorted = members.ToList();
                sorted.Sort((a, b) => string.CompareOrdinal(a.Key, b.Key));
                text.Append('{');
                for (var i = 0; i < sorted.Count; i++)
                {
                    if (i > 0) text.Append(',');
                    WriteText(text, sorted[i].Key);
                    text.Append(':');
                    Write(text, sorted[i].Value, depth + 1);
                }
                text.Append('}');
                break;
            case JsonArray items:
                text.Append('[');
                for (var i = 0; i < items.Count; i++)
                {
                    if (i > 0) text.Append(',');
                    Write(text, items[i], depth + 1);
                }
                text.Append(']');
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String && value.TryGetValue<string>(out var content):
                WriteText(text, content);
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.Number:
                text.Append(Number(value.ToJsonString()));
                break;
            default:
                // true and false; also values of other types that serialise to texts (dates)
                using (var document = JsonDocument.Parse(node.ToJsonString())) Write(text, document.RootElement, depth);
                break;
        }
    }

    private static void Refuse<T>(List<T> sorted, Func<T, string> name)
    {
        for (var i = 1; i < sorted.Count; i++)
            if (name(sorted[i - 1]) == name(sorted[i]))
                throw new ArgumentException($"the name '{name(sorted[i])}' stands twice in an object");
    }

    private static readonly SearchValues<char> Escaped = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(c => (char)c), '"', '\\']);

    private static void WriteText(StringBuilder text, string content)
    {
        if (content.AsSpan().IndexOfAny(Escaped) < 0)
        {
            text.Append('"').Append(content).Append('"');
            return;
        }
        var escaped = new ArrayBufferWriter<char>();
        Escape(content, escaped);
        text.Append('"').Append(escaped.WrittenSpan).Append('"');
    }

    /// <summary>A text between its quotes, with the fewest escapes.</summary>
    internal static void Escape(string content, IBufferWriter<char> text)
    {
        var rest = content.AsSpan();
        for (var at = rest.IndexOfAny(Escaped); at >= 0; at = rest.IndexOfAny(Escaped))
        {
            text.Write(rest[..at]);
            text.Write(rest[at] switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\b' => "\\b",
                '\t' => "\\t",
                '\n' => "\\n",
                '\f' => "\\f",
                '\r' => "\\r",
                var c => "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture),
            });
            rest = rest[(at + 1)..];
        }
        text.Write(rest);
    }

    /// <summary>ECMAScript's Number::toString (ECMA-262, 6.1.6.1.20) over the shortest digits that read back equal.</summary>
    private static string Number(string raw)
    {
        var number = double.Parse(raw, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (!double.IsFinite(number)) throw new ArgumentException($"the number {raw[..Math.Min(raw.Length, 40)]} is larger than a double holds");
        if (number == 0) return "0";
        var sign = number < 0 ? "-" : "";
        var round = Math.Abs(number).ToString("R", CultureInfo.InvariantCulture);
        // .NET's shortest form, taken apart into digits and the place of the decimal point
        var mantissa = round;
        var exponent = 0;
        var e = round.IndexOf('E', StringComparison.Ordinal);
        if (e >= 0)
        {
            mantissa = round[..e];
            exponent = int.Parse(round.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        }
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        var n = (point < 0 ? mantissa.Length : point) + exponent;
        var leading = digits.Length - digits.TrimStart('0').Length;
        digits = digits.TrimStart('0').TrimEnd('0');
        n -= leading;
        var k = digits.Length;
        if (k <= n && n <= 21) return sign + digits + new string('0', n - k);
        if (n is > 0 and <= 21) return sign + digits[..n] + "." + digits[n..];
        if (n is > -6 and <= 0) return sign + "0." + new string('0', -n) + digits;
        var power = n - 1;
        var tail = "e" + (power < 0 ? "-" : "+") + Math.Abs(power).ToString(CultureInfo.InvariantCulture);
        return k == 1 ? sign + digits + tail : sign + digits[..1] + "." + digits[1..] + tail;
    }
}
