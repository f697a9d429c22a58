using System.Buffers;
using System.Globalization;
using System.Text;

namespace Kept.Engine.Recording;

/// <summary>
/// Writes a JSON object in its canonical form (RFC 8785): members in the order of their UTF-16 names, no blanks, only whole numbers, and the shortest escapes.
/// Members may be set in any order; null leaves one out.
/// </summary>
internal sealed class CanonicalJson
{
    private readonly SortedDictionary<string, string> _members = new(StringComparer.Ordinal);

    public CanonicalJson Set(string name, string? value) => value is null ? this : Put(name, Quote(value));

    public CanonicalJson Set(string name, long? value) => value is { } number ? Put(name, number.ToString(CultureInfo.InvariantCulture)) : this;

    public CanonicalJson Set(string name, bool value) => Put(name, value ? "true" : "false");

    public CanonicalJson Set(string name, CanonicalJson value) => Put(name, value.ToString());

    public CanonicalJson Set(string name, IEnumerable<CanonicalJson> items) => Put(name, "[" + string.Join(',', items) + "]");

    public CanonicalJson Set(string name, IEnumerable<string> items) => Put(name, "[" + string.Join(',', items.Select(Quote)) + "]");

    public byte[] ToBytes() => Encoding.UTF8.GetBytes(ToString());

    public override string ToString()
    {
        var text = new StringBuilder("{");
        foreach (var (name, value) in _members)
        {
            if (text.Length > 1) text.Append(',');
            text.Append(Quote(name)).Append(':').Append(value);
        }
        return text.Append('}').ToString();
    }

    private CanonicalJson Put(string name, string value)
    {
        _members[name] = value;
        return this;
    }

    private static readonly SearchValues<char> Escaped = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(c => (char)c), '"', '\\']);

    private static string Quote(string text)
    {
        // A lone surrogate has no UTF-8; what was read from the network may hold one.
        var whole = HasLoneSurrogate(text) ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) : text;
        if (whole.AsSpan().IndexOfAny(Escaped) < 0) return "\"" + whole + "\"";
        var quoted = new StringBuilder(whole.Length + 8).Append('"');
        foreach (var c in whole)
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\b' => quoted.Append("\\b"),
                '\f' => quoted.Append("\\f"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                < ' ' => quoted.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)),
                _ => quoted.Append(c),
            };
        return quoted.Append('"').ToString();
    }

    private static bool HasLoneSurrogate(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (!char.IsHighSurrogate(text[i]) || i + 1 >= text.Length || !char.IsLowSurrogate(text[i + 1])) return true;
            i++;
        }
        return false;
    }
}
