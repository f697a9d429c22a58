using System.Text;
using System.Text.Json;

namespace Kept.Import.Gatus;

/// <summary>
/// JSON as Go decodes it into untyped values (every number a 64-bit float) and prints it again: null, <see cref="bool"/>, <see cref="double"/>,
/// <see cref="string"/>, <c>object?[]</c> and a dictionary sorted by key.
/// </summary>
internal static class GoJson
{
    /// <summary>Deeper than any answer nests, and shallow enough that no stack ends.</summary>
    private const int Deepest = 512;

    /// <summary>Returns false where the text is not one JSON value.</summary>
    public static bool TryRead(string text, out object? value)
    {
        value = null;
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = Deepest });
            value = Of(document.RootElement);
            return true;
        }
        catch (Exception fault) when (fault is JsonException or ArgumentException or OverflowException)
        {
            return false; // not JSON, half a surrogate pair, or a number beyond a float
        }
    }

    private static object? Of(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.True: return true;
            case JsonValueKind.False: return false;
            case JsonValueKind.Number: return double.IsFinite(json.GetDouble()) ? json.GetDouble() : throw new OverflowException();
            case JsonValueKind.String: return Text(json);
            case JsonValueKind.Array: return json.EnumerateArray().Select(Of).ToArray();
            case JsonValueKind.Object:
                var members = new SortedDictionary<string, object?>(StringComparer.Ordinal);
                foreach (var member in json.EnumerateObject()) members[member.Name] = Of(member.Value);
                return members;
            default: return null;
        }
    }

    private static string Text(JsonElement json)
    {
        try
        {
            return json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return "\ufffd"; // half a surrogate pair
        }
    }

    /// <summary>As <c>%v</c> prints it: <c>[a b]</c>, <c>map[k:v]</c>, <c>&lt;nil&gt;</c>.</summary>
    public static string Printed(object? value) => value switch
    {
        null => "<nil>",
        bool flag => flag ? "true" : "false",
        double number => GoNumber.Printed(number),
        string text => text,
        object?[] items => "[" + string.Join(' ', items.Select(Printed)) + "]",
        SortedDictionary<string, object?> members => "map[" + string.Join(' ', members.Select(member => member.Key + ":" + Printed(member.Value))) + "]",
        _ => "",
    };

    /// <summary>As JSON text, without spaces, members by name.</summary>
    public static string Written(object? value)
    {
        var text = new StringBuilder();
        Write(value, text);
        return text.ToString();
    }

    private static void Write(object? value, StringBuilder into)
    {
        switch (value)
        {
            case bool flag:
                into.Append(flag ? "true" : "false");
                break;
            case double number:
                into.Append(GoNumber.AsJson(number));
                break;
            case string text:
                Write(text, into);
                break;
            case object?[] items:
                into.Append('[');
                for (var i = 0; i < items.Length; i++)
                {
                    if (i > 0) into.Append(',');
                    Write(items[i], into);
                }
                into.Append(']');
                break;
            case SortedDictionary<string, object?> members:
                into.Append('{');
                var first = true;
                foreach (var (key, member) in members)
                {
                    if (!first) into.Append(',');
                    first = false;
                    Write(key, into);
                    into.Append(':');
                    Write(member, into);
                }
                into.Append('}');
                break;
            default:
                into.Append("null");
                break;
        }
    }

    private static void Write(string text, StringBuilder into)
    {
        into.Append('"');
        foreach (var c in text)
            _ = c switch
            {
                '"' or '\\' => into.Append('\\').Append(c),
                '\n' => into.Append("\\n"),
                '\r' => into.Append("\\r"),
                '\t' => into.Append("\\t"),
                '\b' => into.Append("\\b"),
                '\f' => into.Append("\\f"),
                < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029' => into.Append("\\u").Append(((int)c).ToString("x4", System.Globalization.CultureInfo.InvariantCulture)),
                _ => into.Append(c),
            };
        into.Append('"');
    }
}
