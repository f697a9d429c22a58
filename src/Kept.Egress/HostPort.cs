using System.Globalization;

namespace Kept.Egress;

/// <summary>Reads <c>HOST:PORT</c>, IPv6 in brackets.</summary>
public static class HostPort
{
    /// <summary>The canonical host, or null where it is none; the port, or 0 where there is none or it is wrong.</summary>
    public static (string? Host, int Port) Read(string text)
    {
        var colon = text.LastIndexOf(':');
        // "::1" alone has colons but no port.
        var hasPort = colon >= 0 && (text.StartsWith('[') ? colon > text.IndexOf(']', StringComparison.Ordinal) : text.IndexOf(':', StringComparison.Ordinal) == colon);
        var host = hasPort ? text[..colon] : text;
        if (host.StartsWith('[') && host.EndsWith(']')) host = host[1..^1];
        var port = hasPort && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 65536 ? number : 0;
        return (HostText.Canonical(host), port);
    }

    /// <summary>As people read it, IPv6 in brackets.</summary>
    public static string Write(string host, int port) => host.Contains(':') ? $"[{host}]:{port}" : $"{host}:{port}";
}
