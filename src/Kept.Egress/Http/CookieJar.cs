using System.Globalization;
using System.Net;

namespace Kept.Egress;

/// <summary>
/// The cookies of one look (RFC 6265 §5): made for it, and gone with it. What is malformed, for another host or too much is left out, as browsers do. It does not
/// know which suffixes are public: within one look the document named every host but those that redirects lead to.
/// </summary>
public sealed class CookieJar(TimeProvider time)
{
    /// <summary>Bounds of what a hostile target may have us carry (RFC 6265 §6.1).</summary>
    private const int MostCookies = 50, LongestCookie = 4096;

    private readonly List<Cookie> _cookies = [];

    private sealed record Cookie(string Name, string Value, string Domain, bool IsHostOnly, string Path, bool IsSecure);

    /// <summary>All values it holds; each may be what proves who we are.</summary>
    public IEnumerable<string> Values => _cookies.Select(cookie => cookie.Value);

    /// <summary>Notes one <c>Set-Cookie</c> of an answer.</summary>
    public void Take(Uri from, string setCookie)
    {
        if (Read(setCookie) is not { } pair || HostText.Canonical(from) is not { } host) return;
        var (domain, hostOnly, path, secure, over) = (host, true, DefaultPath(from), false, false);
        bool? ended = null;
        foreach (var attribute in setCookie.Split(';').Skip(1))
        {
            var (name, value) = Parted(attribute);
            switch (name.ToLowerInvariant())
            {
                case "domain" when value.TrimStart('.') is { Length: > 0 } wide:
                    (domain, hostOnly) = (wide.ToLowerInvariant(), false);
                    break;
                case "path":
                    path = value.StartsWith('/') ? value : DefaultPath(from);
                    break;
                case "secure":
                    secure = true;
                    break;
                case "max-age" when long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds):
                    ended = seconds <= 0; // it counts before `expires`; a look is over before the least of any other
                    break;
                case "expires" when DateTimeOffset.TryParse(value.Replace('-', ' '), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var expires):
                    over = expires <= time.GetUtcNow();
                    break;
            }
        }
        if (!hostOnly && domain == host) hostOnly = IPAddress.TryParse(host, out _);
        else if (!hostOnly && (!IsBelow(host, domain) || !domain.Contains('.', StringComparison.Ordinal))) return;
        // what a prefix claims must be so (RFC 6265bis §4.1.3)
        if (pair.Name.StartsWith("__Secure-", StringComparison.OrdinalIgnoreCase) && (!secure || from.Scheme != Uri.UriSchemeHttps)) return;
        if (pair.Name.StartsWith("__Host-", StringComparison.OrdinalIgnoreCase) && (!secure || from.Scheme != Uri.UriSchemeHttps || domain != host || path != "/")) return;
        _cookies.RemoveAll(known => known.Name == pair.Name && known.Domain == domain && known.Path == path);
        if ((ended ?? over) || _cookies.Count == MostCookies) return;
        _cookies.Add(new Cookie(pair.Name, pair.Value, domain, hostOnly, path, secure));
    }

    /// <summary>The header <c>Cookie</c> for a URL; null where it gets none. Longer paths first.</summary>
    public string? HeaderFor(Uri to)
    {
        if (_cookies.Count == 0 || HostText.Canonical(to) is not { } host) return null;
        var path = to.AbsolutePath;
        var sent = _cookies.Where(cookie => (cookie.Domain == host || !cookie.IsHostOnly && IsBelow(host, cookie.Domain)) && IsUnder(path, cookie.Path) && (!cookie.IsSecure || to.Scheme == Uri.UriSchemeHttps))
            .OrderByDescending(cookie => cookie.Path.Length).Select(cookie => cookie.Name + "=" + cookie.Value);
        return string.Join("; ", sent) is { Length: > 0 } header ? header : null;
    }

    /// <summary>Name and value of a <c>Set-Cookie</c>; null where it is none that can be sent.</summary>
    public static (string Name, string Value)? Read(string setCookie)
    {
        var first = setCookie.Split(';', 2)[0];
        if (first.Length > LongestCookie || !first.Contains('=', StringComparison.Ordinal)) return null;
        var (name, value) = Parted(first);
        return name.Length == 0 || first.Any(c => c is < ' ' or > '~') ? null : (name, value);
    }

    private static (string Name, string Value) Parted(string text) =>
        text.IndexOf('=', StringComparison.Ordinal) is >= 0 and var at ? (text[..at].Trim(), text[(at + 1)..].Trim()) : (text.Trim(), "");

    private static bool IsBelow(string host, string domain) => host.EndsWith("." + domain, StringComparison.Ordinal) && !IPAddress.TryParse(host, out _);

    private static bool IsUnder(string path, string of) => path == of || path.StartsWith(of, StringComparison.Ordinal) && (of.EndsWith('/') || path[of.Length] == '/');

    private static string DefaultPath(Uri from) => from.AbsolutePath.LastIndexOf('/') is > 0 and var last ? from.AbsolutePath[..last] : "/";
}
