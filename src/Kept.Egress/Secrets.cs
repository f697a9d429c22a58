using System.Text;
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

    /// <summary>The text with every expanded value replaced by <c>•••</c>, also where it stands Base64- or URL-encoded. Values under 4 characters are left: replacing them would shred the text and hide nothing.</summary>
    public static string Redact(string text, IReadOnlyCollection<string> used)
    {
        foreach (var secret in used)
        {
            if (secret.Length < 4) continue;
            text = text.Replace(secret, "•••", StringComparison.Ordinal)
                .Replace(Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)), "•••", StringComparison.Ordinal)
                .Replace(Uri.EscapeDataString(secret), "•••", StringComparison.Ordinal);
        }
        return text;
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
            using var file = File.OpenRead(name);
            if (file.Length > LargestFile) throw EgressException.OfUs(GapCause.SecretMissing, $"the secret file {name} is larger than 64 KiB");
            using var reader = new StreamReader(file, Encoding.UTF8);
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
