using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Kept.Egress;

namespace Kept.Checks.Reuse;

/// <summary>
/// What predecessors send and nobody else knows: 128 random bits each, fresh for each question. A piece of 64 bits is enough to know one by, for a buffer that is used again is often
/// overwritten in part; that such a piece stands somewhere by chance is as good as impossible (2⁻⁶⁴ for each place).
/// </summary>
internal sealed class Markers
{
    /// <summary>Stands for a marker in a document.</summary>
    public const string Word = "{marker}";

    /// <summary>In letters of hex, which no encoding of a URL, of JSON or HTML changes.</summary>
    private const int Length = 32, Piece = 16;

    private readonly Dictionary<string, string> _pieces = new(StringComparer.Ordinal);

    /// <summary>Whether any was made.</summary>
    public bool Any => _pieces.Count > 0;

    /// <summary>A new one.</summary>
    /// <param name="sender">The predecessor that sends it, for messages.</param>
    public string Next(string sender)
    {
        var marker = RandomNumberGenerator.GetHexString(Length, lowercase: true);
        for (var at = 0; at + Piece <= Length; at++) _pieces[marker.Substring(at, Piece)] = sender;
        return "kept" + marker;
    }

    /// <summary>Who sent what stands in an answer: in its headers, its content or its trailers; null where nothing does.</summary>
    public string? SenderIn(HttpAnswer answer)
    {
        if (!Any) return null;
        foreach (var headers in new HttpHeaders[] { answer.Headers, answer.ContentHeaders, answer.Trailers })
            foreach (var (name, values) in headers.NonValidated)
                if ((SenderIn(name) ?? SenderIn(values.ToString())) is { } inHeader)
                    return inHeader;
        // by its bytes, and by its charset: a server that leaks may leak what is not in the charset that it names
        return SenderIn(Encoding.Latin1.GetString(answer.Body.Span)) ?? (answer.ContentHeaders.ContentType?.CharSet is { } charset ? SenderIn(Excerpt.Decode(answer.Body.Span, charset)) : null);
    }

    /// <summary>The same of a text.</summary>
    public string? SenderIn(string text)
    {
        var pieces = _pieces.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> piece = stackalloc char[Piece];
        for (int at = 0, run = 0; at < text.Length; at++)
        {
            run = char.IsAsciiHexDigit(text[at]) ? run + 1 : 0;
            if (run < Piece) continue;
            text.AsSpan(at + 1 - Piece, Piece).ToLowerInvariant(piece);
            if (pieces.TryGetValue(piece, out var sender)) return sender;
        }
        return null;
    }
}
