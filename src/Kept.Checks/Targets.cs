using System.Globalization;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks;

/// <summary>Target texts that several kinds share.</summary>
internal static class Targets
{
    /// <summary><c>HOST:PORT</c>. A <paramref name="defaultPort"/> of 0: the port must be written, as the example does at its end.</summary>
    public static TargetReading HostAndPort(string text, string kind, int defaultPort, string example)
    {
        var trimmed = text.Trim();
        if (trimmed.Length == 0) return TargetReading.Wrong("the target is empty", $"write: {example}");
        if (trimmed.Contains("://", StringComparison.Ordinal)) return TargetReading.Wrong($"a {kind} check looks at a host and a port, not at a URL", $"write: {example}; a URL is for the kind http");
        if (trimmed.Contains('@')) return TargetReading.Wrong("a target holds no user name", $"write: {example}");
        if (trimmed.Contains(' ')) return TargetReading.Wrong("a target is one word", $"write: {example}");
        var (host, port) = HostPort.Read(trimmed);
        if (host is null) return TargetReading.Wrong($"'{trimmed}' names no host", $"write: {example}, an IPv6 address in brackets: [::1]:443");
        var writesPort = trimmed.StartsWith('[') ? trimmed.Contains("]:", StringComparison.Ordinal) : trimmed.AsSpan().Count(':') == 1;
        if (port == 0 && writesPort) return TargetReading.Wrong($"the port of {trimmed} is not one", "write a number from 1 to 65535 after the colon");
        if (port == 0 && defaultPort == 0) return TargetReading.Wrong($"the port is missing: {trimmed}", $"write: {HostPort.Write(host, int.Parse(example.AsSpan(example.LastIndexOf(':') + 1), NumberStyles.None, CultureInfo.InvariantCulture))}");
        return TargetReading.Of(new CheckTarget(text, host, port == 0 ? defaultPort : port, "", HostPort.Write(host, port == 0 ? defaultPort : port)));
    }

    /// <summary><c>QUESTION at PLACE</c>: cut at the last <c> at </c>; without one all of it is the place, and the question is empty.</summary>
    public static (string Question, string Place) Parted(string text)
    {
        var trimmed = text.Trim();
        var at = trimmed.LastIndexOf(" at ", StringComparison.Ordinal);
        return at < 0 ? ("", trimmed) : (trimmed[..at].Trim(), trimmed[(at + 4)..].Trim());
    }

    /// <summary><c>[QUESTION at] HOST[:PORT]</c>; the question stands in <see cref="CheckTarget.Rest"/>.</summary>
    public static TargetReading QuestionAtHost(string text, string kind, int defaultPort, string example, Func<string, (string Error, string Help)?> refuses)
    {
        var (question, place) = Parted(text);
        if (text.Trim() is "at" || text.Trim().StartsWith("at ", StringComparison.Ordinal)) return TargetReading.Wrong("before 'at' stands what is asked", $"write: {example}, or the host alone");
        if (question.Length > 0 && refuses(question) is var (error, help)) return TargetReading.Wrong(error, help);
        var reading = HostAndPort(place, kind, defaultPort, example);
        return reading.Target is { } target ? TargetReading.Of(target with { Text = text, Rest = question }) : reading;
    }

    /// <summary>An absolute http or https URL, which may name secrets after its host. Its port is the scheme's where none is written.</summary>
    public static TargetReading Url(string text, string method, string url, string elsewhere) =>
        Url(text, method, url, ("http", "https"), "use http:// or https://; " + elsewhere, "https://service.example/health");

    /// <summary>A URL of one of two schemes. Secrets may stand in its path and query.</summary>
    /// <param name="text">The whole target, as written.</param>
    /// <param name="verb">What else the target says (<see cref="CheckTarget.Method"/>).</param>
    /// <param name="schemes">In clear, and over TLS.</param>
    /// <param name="elsewhere">What to write where it is another scheme.</param>
    public static TargetReading Url(string text, string verb, string url, (string Plain, string Secure) schemes, string elsewhere, string example)
    {
        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0) return TargetReading.Wrong($"the URL has no scheme: {url}", $"write {schemes.Secure}://{url} (or {schemes.Plain}://)");
        if (url[..scheme] != schemes.Plain && url[..scheme] != schemes.Secure) return TargetReading.Wrong($"'{url[..scheme]}' is not a scheme of this check", elsewhere);
        var authority = url[(scheme + 3)..];
        if (authority.IndexOfAny(['/', '?', '#']) is var end and >= 0) authority = authority[..end];
        if (authority.Contains('@'))
            return TargetReading.Wrong("a URL holds no user name or password", "send them as a header: headers: { Authorization: 'Basic ${env:CREDENTIALS}' }");
        if (Secrets.IsIn(authority)) return TargetReading.Wrong("the host may not be a secret", "name the host; secrets may stand in the path, the query, headers and the body");
        if (authority.EndsWith(':') || (authority.LastIndexOf(':') is var colon and >= 0 && authority.IndexOf(']', colon) < 0 && HostPort.Read(authority).Port == 0))
            return TargetReading.Wrong($"the port of {authority} is not one", "write a number from 1 to 65535 after the colon, or leave both out");
        if (url.Contains('#')) return TargetReading.Wrong("what follows # is never sent", "leave it out: " + url[..url.IndexOf('#', StringComparison.Ordinal)]);
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || HostText.Canonical(uri) is not { } host)
            return TargetReading.Wrong($"this is not a URL: {url}", $"write it whole: {example}");
        return TargetReading.Of(new CheckTarget(text, host, uri.Port, verb, url));
    }
}
