using System.Text;

namespace Kept.Checks;

/// <summary>What an answer said, as text that can be stored and shown: valid, bounded, without control characters.</summary>
internal static class Excerpt
{
    public const int MostBytes = 4096;

    /// <summary>At most 4 KiB of UTF-8; null for nothing.</summary>
    public static string? Of(string text)
    {
        if (text.Length == 0) return null;
        if (text.Length <= MostBytes / 3 && !text.AsSpan().ContainsAnyInRange('\0', '\x1f') && !text.AsSpan().ContainsAnyInRange('\x7f', '\x9f') && !text.AsSpan().ContainsAnyInRange('\ud800', '\udfff')) return text;
        var result = new StringBuilder(Math.Min(text.Length, MostBytes));
        var bytes = 0;
        foreach (var rune in text.EnumerateRunes()) // a lone half of a pair becomes U+FFFD
        {
            var shown = Rune.IsControl(rune) && rune.Value is not ('\n' or '\r' or '\t') ? Rune.ReplacementChar : rune;
            bytes += shown.Utf8SequenceLength;
            if (bytes > MostBytes) break;
            result.Append(shown);
        }
        return result.ToString();
    }

    /// <summary>Bytes as text: by the charset named, UTF-8 where none is or it is unknown. What is not valid becomes U+FFFD; a byte order mark is dropped.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes, string? charset = null)
    {
        if (bytes.StartsWith(Encoding.UTF8.Preamble)) return Encoding.UTF8.GetString(bytes[3..]);
        return (Charset.Lenient(charset) ?? Encoding.UTF8).GetString(bytes);
    }
}
