using System.Buffers;
using System.Net;

namespace Kept.Egress;

/// <summary>Reads a host as people write it, into the one form that is looked up, dialled and compared.</summary>
public static class HostText
{
    private static readonly SearchValues<char> NoneOfAHost = SearchValues.Create(" \t\r\n/\\?#@%:\"'<>|^`{}[]*,;=");

    /// <summary>
    /// Lower case, in ASCII (IDNA), without brackets or a final dot; an address in any spelling (<c>①②⑦.1</c>, <c>0x7f.1</c>, <c>2130706433</c>) becomes
    /// its usual one. Null where it is neither a name nor an address.
    /// </summary>
    public static string? Canonical(string text)
    {
        if (text.Length is 0 or > 255) return null;
        if (IPAddress.TryParse(text, out var address)) return address.ToString(); // also one with a scope: fe80::1%eth0
        return text.AsSpan().ContainsAny(NoneOfAHost) || !Uri.TryCreate($"http://{text}/", UriKind.Absolute, out var uri) ? null : Canonical(uri);
    }

    /// <summary>The host of an absolute URL in the same form, or null.</summary>
    public static string? Canonical(Uri uri)
    {
        string host;
        try
        {
            host = uri.IdnHost.Trim('[', ']').TrimEnd('.').ToLowerInvariant();
        }
        catch (UriFormatException)
        {
            // Uri reads characters in a host that IDNA then refuses.
            return null;
        }
        if (host.Length is 0 or > 253) return null;
        return IPAddress.TryParse(host, out var address) ? address.ToString() : host;
    }
}
