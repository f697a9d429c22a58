using System.Text;
using System.Text.RegularExpressions;

namespace Kept.Checks.Feed;

/// <summary>
/// In which charset a feed is written: by its byte order mark, else by its header, else by what it says itself (RFC 7303 §3), else UTF-8. It is read strictly: bytes that are no text in it, a name
/// that nobody knows, and a header that makes another text of it than its own word are told, never guessed away.
/// </summary>
internal static class FeedCharset
{
    private const int LongestDeclaration = 1024;

    private static readonly (byte[] Mark, string Name)[] Marks =
        [([0xef, 0xbb, 0xbf], "utf-8"), ([0xff, 0xfe, 0, 0], "utf-32le"), ([0, 0, 0xfe, 0xff], "utf-32be"), ([0xff, 0xfe], "utf-16le"), ([0xfe, 0xff], "utf-16be")];

    private static readonly Regex Declared = new("""^<\?xml\s[^>]*?\sencoding\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)')""", RegexOptions.NonBacktracking);

    /// <param name="header">The charset of its header; null where it names none.</param>
    /// <exception cref="FormatException">It is no text in that charset; the message says why.</exception>
    public static string Text(ReadOnlySpan<byte> body, string? header)
    {
        foreach (var (mark, name) in Marks)
            if (body.StartsWith(mark))
                return Read(body[mark.Length..], name, "its byte order mark");
        var guessed = Unmarked(body);
        var own = Own(body, guessed);
        if (header is null) return Read(body, own ?? "utf-8", own is null ? "a feed that names none" : "it itself");
        var text = Read(body, Sixteen(header, guessed), "its header");
        if (own is not null && !Same(header, own) && Read(body, own, "it itself") != text) throw new FormatException($"its header says that it is in {Shown(header)} and it itself says {Shown(own)}, which make different texts of it");
        return text;
    }

    private static string Read(ReadOnlySpan<byte> bytes, string name, string whose)
    {
        var charset = Charset.Strict(name) ?? throw new FormatException($"{whose} names a charset that we do not know, {Shown(name)}");
        try
        {
            return charset.GetString(bytes);
        }
        catch (DecoderFallbackException fault)
        {
            throw new FormatException($"it holds bytes that are no text in {Shown(name)}, the charset of {whose}", fault);
        }
    }

    /// <summary>What it says itself: an XML declaration, or that it is JSON, which is UTF-8; null: nothing.</summary>
    private static string? Own(ReadOnlySpan<byte> body, string? guessed)
    {
        var start = body[..Math.Min(body.Length, LongestDeclaration)];
        if (guessed is null && start.TrimStart(" \t\r\n"u8) is [(byte)'{', ..]) return "utf-8";
        var declared = Declared.Match((guessed is null ? Encoding.Latin1 : Charset.Lenient(guessed)!).GetString(start));
        if (!declared.Success) return guessed;
        var name = (declared.Groups[1].Success ? declared.Groups[1] : declared.Groups[2]).Value;
        // What can be read byte by byte is not written in two bytes a sign.
        if (guessed is null && IsWide(name)) throw new FormatException($"it itself says that it is in {Shown(name)}, and is not");
        return Sixteen(name, guessed);
    }

    /// <summary>Two bytes a sign without a mark.</summary>
    private static string? Unmarked(ReadOnlySpan<byte> body) => body switch
    {
        [0, (byte)'<' or (byte)'{', 0, ..] => "utf-16be",
        [(byte)'<' or (byte)'{', 0, not 0, 0, ..] => "utf-16le",
        _ => null,
    };

    /// <summary><c>utf-16</c> leaves open which of both it is.</summary>
    private static string Sixteen(string name, string? guessed) => guessed is not null && name.Trim('"', '\'', ' ').Equals("utf-16", StringComparison.OrdinalIgnoreCase) ? guessed : name;

    private static bool IsWide(string name) => Charset.Strict(name) is { } charset && charset.GetByteCount("<") > 1;

    private static bool Same(string one, string other) => Charset.Strict(one)?.CodePage == Charset.Strict(other)?.CodePage;

    private static string Shown(string name)
    {
        var text = string.Concat(name.Trim('"', '\'', ' ').Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':' ? c : '\ufffd'));
        return text.Length <= 40 ? text : text[..40];
    }
}
