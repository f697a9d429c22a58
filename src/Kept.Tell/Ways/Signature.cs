using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Kept.Egress;
using Kept.Model;

namespace Kept.Tell;

/// <summary>Signatures of Standard Webhooks 1.0: HMAC-SHA256 over <c>id.timestamp.body</c>, so that nobody else can send, change or (by id and time) send again.</summary>
internal static class Signature
{
    private const string Prefix = "whsec_";
    private const int ShortestPlain = 16, MostKeys = 4;

    /// <summary>One signature for each secret: while a secret is changed for another, both sign.</summary>
    /// <param name="secrets">Separated by blanks.</param>
    /// <exception cref="EgressException">A secret cannot be one.</exception>
    public static string Of(string secrets, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        var keys = secrets.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (keys.Length is 0 or > MostKeys) throw EgressException.OfUs(GapCause.SecretMissing, $"the secret of the webhook holds {keys.Length} secrets; write one, or two while it is changed");
        var signed = new byte[Encoding.UTF8.GetByteCount(id) + 22 + body.Length];
        var head = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}."));
        head.CopyTo(signed, 0);
        body.CopyTo(signed.AsSpan(head.Length));
        var text = signed.AsSpan(0, head.Length + body.Length);
        var signatures = new StringBuilder();
        foreach (var key in keys)
            signatures.Append(signatures.Length > 0 ? " " : "").Append("v1,").Append(Convert.ToBase64String(HMACSHA256.HashData(KeyOf(key), text)));
        return signatures.ToString();
    }

    private static byte[] KeyOf(string secret)
    {
        if (!secret.StartsWith(Prefix, StringComparison.Ordinal))
            // the libraries of receivers read Base64 also without its prefix
            return Convert.TryFromBase64String(secret, new byte[secret.Length], out var plain) && plain >= ShortestPlain ? Convert.FromBase64String(secret) : secret.Length >= ShortestPlain ? Encoding.UTF8.GetBytes(secret) : throw EgressException.OfUs(GapCause.SecretMissing, $"the secret of the webhook has fewer than {ShortestPlain} characters, and can be guessed; take whsec_ and 24 random bytes in Base64");
        var bytes = new byte[secret.Length];
        if (Convert.TryFromBase64String(secret[Prefix.Length..], bytes, out var length) && length is >= 16 and <= 256) return bytes[..length];
        throw EgressException.OfUs(GapCause.SecretMissing, "the secret of the webhook is not whsec_ and 16 to 256 bytes in Base64");
    }
}
