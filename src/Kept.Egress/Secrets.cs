using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Kept.Model;

namespace Kept.Egress;

/// <summary>
/// <c>${env:NAME}</c> and <c>${file:PATH}</c> in headers, bodies and proxies. A secret is read at the moment of use and nowhere kept: rotation needs no
/// restart, and no document, ledger or page ever holds it.
/// </summary>
public static class Secrets
{
    private const int LargestFile = 64 * 1024;

    /// <summary>A shorter secret is refused: hiding it wherever it occurs would shred every answer, and not hiding it would tell it.</summary>
    public const int Shortest = 4;

    /// <summary>True where the text names a secret.</summary>
    public static bool IsIn(string text) => text.Contains("${env:", StringComparison.Ordinal) || text.Contains("${file:", StringComparison.Ordinal);

    /// <summary>The text with its secrets put in; each expanded value is added to <paramref name="used"/> for redaction. <paramref name="encode"/> fits values into where they stand (a URL).</summary>
    /// <exception cref="EgressException">A secret is not set, or too short to be hidden (<see cref="GapCause.SecretMissing"/>): ours, a gap.</exception>
    public static string Expand(string text, ICollection<string>? used = null, Func<string, string>? encode = null)
    {
        if (!IsIn(text)) return text;
        var result = new StringBuilder(text.Length + 32);
        var from = 0;
        while (true)
        {
            var open = NextReference(text, from);
            var close = open < 0 ? -1 : text.IndexOf('}', open);
            if (close < 0) return result.Append(text, from, text.Length - from).ToString();
            result.Append(text, from, open - from);
            var value = Read(text[(open + 2)..close]);
            if (value.Length is > 0 and < Shortest)
                throw EgressException.OfUs(GapCause.SecretMissing, $"the secret ${{{text[(open + 2)..close]}}} has fewer than {Shortest} characters: it could not be hidden in what comes back; take a longer one, or write it into the document where it is no secret");
            if (value.Length > 0) used?.Add(value);
            result.Append(encode is null ? value : encode(value));
            from = close + 1;
        }
    }

    /// <summary>The text with every expanded value replaced by <c>•••</c>, also where it stands in Base64 (whole or inside something longer, as in <c>Basic</c>), in a URL, in JSON or in HTML. No secret is shorter than <see cref="Shortest"/>; a form of one that is would shred the text and hide nothing, and is left.</summary>
    public static string Redact(string text, IReadOnlyCollection<string> used) => RedactForms(text, FormsOf(used));

    /// <summary>Every form of these secrets, in the order in which they are to be hidden: made once for an answer with many headers.</summary>
    public static IReadOnlyList<string> FormsOf(IReadOnlyCollection<string> used) =>
        // The longest first: a short secret that begins a longer one would leave the rest of that in clear. Without regard to case: a host comes back in small
        // letters, %2F as %2f.
        [.. used.Where(one => one.Length >= Shortest).Distinct(StringComparer.Ordinal).OrderByDescending(one => one.Length).SelectMany(FormsOfOne)];

    /// <summary>The text with each of these <see cref="FormsOf"/> replaced by <c>•••</c>.</summary>
    public static string RedactForms(string text, IReadOnlyList<string> forms)
    {
        foreach (var form in forms)
            if (form.Length <= text.Length)
                text = text.Replace(form, "•••", StringComparison.OrdinalIgnoreCase);
        return text;
    }

    /// <summary>A secret as targets echo it, the longest forms first.</summary>
    private static IEnumerable<string> FormsOfOne(string secret) =>
        new[] { secret }.Concat(PartsOf(secret)).SelectMany(Written).Where(form => form.Length >= 4).Distinct(StringComparer.Ordinal).OrderByDescending(form => form.Length);

    /// <summary>What in a secret is secret by itself: the lines of one with several, and what a <c>Basic</c> credential holds: <c>USER:PASSWORD</c>, and the password.</summary>
    private static IEnumerable<string> PartsOf(string secret)
    {
        foreach (var line in secret.Split('\n', StringSplitOptions.TrimEntries))
            if (line.Length >= 8 && line != secret)
                yield return line;
        if (secret.Length < 8 || Decoded(secret) is not { } plain || plain.IndexOf(':', StringComparison.Ordinal) is not (> 0 and var colon)) yield break;
        yield return plain;
        if (plain.Length - colon > 4) yield return plain[(colon + 1)..];
    }

    private static string? Decoded(string secret)
    {
        var bytes = new byte[secret.Length];
        return Convert.TryFromBase64String(secret, bytes, out var length) && Utf8.IsValid(bytes.AsSpan(0, length)) ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }

    /// <summary>JSON has several usual ways to write quotes, slashes and letters beyond ASCII; and headers are read as Latin-1, whatever was sent.</summary>
    private static IEnumerable<string> Written(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var relaxed = JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text);
        var ascii = string.Concat(relaxed.Select(c => char.IsAscii(c) ? c.ToString() : $"\\u{(int)c:x4}"));
        foreach (var form in new[] { text, Uri.EscapeDataString(text), WebUtility.UrlEncode(text), WebUtility.HtmlEncode(text), JavaScriptEncoder.Default.Encode(text), Encoding.Latin1.GetString(bytes) }) yield return form;
        foreach (var form in new[] { relaxed, ascii })
        {
            yield return form;
            yield return form.Replace("/", "\\/", StringComparison.Ordinal);
        }
        // A whole request told back in Base64 holds the URL as it was sent, and JSON as it was written.
        foreach (var inner in new[] { text, Uri.EscapeDataString(text), relaxed }.Distinct(StringComparer.Ordinal))
            foreach (var form in InBase64(Encoding.UTF8.GetBytes(inner)))
            {
                yield return form;
                yield return form.Replace('+', '-').Replace('/', '_'); // RFC 4648 §5, for URLs
            }
    }

    /// <summary>Whole, and as it reads inside something longer: then three characters stand for three bytes at any of three offsets, and only those that depend on nothing else are known.</summary>
    private static IEnumerable<string> InBase64(byte[] bytes)
    {
        yield return Convert.ToBase64String(bytes);
        if (bytes.Length < 8) yield break;
        for (var before = 0; before < 3; before++)
        {
            var known = (before + bytes.Length) * 8 / 6;
            yield return Convert.ToBase64String([.. new byte[before], .. bytes])[((before * 8 + 5) / 6)..known];
        }
    }

    private static int NextReference(string text, int from)
    {
        for (var at = text.IndexOf("${", from, StringComparison.Ordinal); at >= 0; at = text.IndexOf("${", at + 2, StringComparison.Ordinal))
            if (text.AsSpan(at + 2).StartsWith("env:") || text.AsSpan(at + 2).StartsWith("file:"))
                return at;
        return -1;
    }

    private static string Read(string reference)
    {
        var name = reference[(reference.IndexOf(':', StringComparison.Ordinal) + 1)..];
        if (reference.StartsWith("env:", StringComparison.Ordinal))
            return Environment.GetEnvironmentVariable(name)
                ?? throw EgressException.OfUs(GapCause.SecretMissing, $"the environment variable {name} is not set");
        try
        {
            using var file = SecretFile.Open(name);
            // Counted while reading: a file may grow meanwhile.
            var bytes = new byte[LargestFile + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length > LargestFile) throw EgressException.OfUs(GapCause.SecretMissing, $"the secret file {name} is larger than 64 KiB");
            using var reader = new StreamReader(new MemoryStream(bytes, 0, length), Encoding.UTF8);
            // Files written by hand end with a line break that is no part of the secret.
            return reader.ReadToEnd().TrimEnd('\r', '\n');
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw EgressException.OfUs(GapCause.SecretMissing, fault switch
            {
                FileNotFoundException or DirectoryNotFoundException => $"the secret file {name} does not exist",
                UnauthorizedAccessException => $"the secret file {name} may not be read by this user",
                _ => $"the secret file {name} cannot be read",
            });
        }
    }
}
