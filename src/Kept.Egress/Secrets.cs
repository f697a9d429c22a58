using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using Kept.Model;

namespace Kept.Egress;

/// <summary>
/// <c>${env:NAME}</c> and <c>${file:PATH}</c> in headers, bodies and proxies. A secret is read at the moment of use and nowhere kept: rotation needs no
/// restart, and no document, ledger or page ever holds it.
/// </summary>
public static class Secrets
{
    private const int LargestFile = 64 * 1024;

    /// <summary>True where the text names a secret.</summary>
    public static bool IsIn(string text) => text.Contains("${env:", StringComparison.Ordinal) || text.Contains("${file:", StringComparison.Ordinal);

    /// <summary>The text with its secrets put in; each expanded value is added to <paramref name="used"/> for redaction. <paramref name="encode"/> fits values into where they stand (a URL).</summary>
    /// <exception cref="EgressException">A secret is not set (<see cref="GapCause.SecretMissing"/>): ours, a gap.</exception>
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
            if (value.Length > 0) used?.Add(value);
            result.Append(encode is null ? value : encode(value));
            from = close + 1;
        }
    }

    /// <summary>The text with every expanded value replaced by <c>•••</c>, also where it stands in Base64, in a URL, in JSON or in HTML. Values under 4 characters are left: replacing them would shred the text and hide nothing.</summary>
    public static string Redact(string text, IReadOnlyCollection<string> used)
    {
        // The longest first: a short secret that begins a longer one would leave the rest of that in clear. Without regard to case: a host comes back in small
        // letters, %2F as %2f.
        foreach (var secret in used.Where(one => one.Length >= 4).Distinct(StringComparer.Ordinal).OrderByDescending(one => one.Length))
            foreach (var form in FormsOf(secret))
                text = text.Replace(form, "•••", StringComparison.OrdinalIgnoreCase);
        return text;
    }

    /// <summary>A secret as targets echo it. JSON has two usual ways to write quotes, slashes and letters beyond ASCII.</summary>
    private static IEnumerable<string> FormsOf(string secret) => new[]
    {
        secret, Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)), Uri.EscapeDataString(secret), WebUtility.UrlEncode(secret), WebUtility.HtmlEncode(secret),
        JavaScriptEncoder.Default.Encode(secret), JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(secret),
        JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(secret).Replace("/", "\\/", StringComparison.Ordinal),
    }.Distinct(StringComparer.Ordinal);

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
