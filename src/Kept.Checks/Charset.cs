using System.Text;

namespace Kept.Checks;

/// <summary>Charsets by the names that servers and documents give them, those of old code pages included.</summary>
internal static class Charset
{
    /// <summary>Of no valid text it throws a <see cref="DecoderFallbackException"/>.</summary>
    public static Encoding? Strict(string name) => Named(name, DecoderFallback.ExceptionFallback);

    /// <summary>What is no valid text becomes U+FFFD. ASCII is read as UTF-8, which begins alike.</summary>
    public static Encoding? Lenient(string? name) => name?.Trim('"', ' ').ToLowerInvariant() switch
    {
        null or "" or "utf-8" or "us-ascii" or "ascii" => Encoding.UTF8,
        var other => Named(other, DecoderFallback.ReplacementFallback),
    };

    /// <summary>Null where nobody knows the name.</summary>
    private static Encoding? Named(string name, DecoderFallback fallback)
    {
        var known = name.Trim('"', '\'', ' ').ToLowerInvariant() switch { "utf8" => "utf-8", "latin-1" => "latin1", var same => same };
        try
        {
            // .NET alone knows but Unicode, ASCII and Latin-1; the provider is part of it, and is asked here only, so that nothing else of the process changes.
            return CodePagesEncodingProvider.Instance.GetEncoding(known, EncoderFallback.ReplacementFallback, fallback) ?? Encoding.GetEncoding(known, EncoderFallback.ReplacementFallback, fallback);
        }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException)
        {
            return null; // UTF-7 too, which .NET rightly refuses
        }
    }
}
