using System.Net.Sockets;
using System.Text;
using Kept.Model;

namespace Kept.Egress;

/// <summary>The explicit proxy, and the tunnel through it. Everything goes by CONNECT: the proxy sees host and port, never content of TLS.</summary>
internal sealed class ProxyAddress
{
    private const int LongestAnswer = 16 * 1024;

    private ProxyAddress(string host, int port, string? userInfo) => (Host, Port, UserInfo) = (host, port, userInfo);

    public string Host { get; }
    public int Port { get; }
    private string? UserInfo { get; }
    public string Where => $"the proxy {Host}:{Port}";

    /// <summary>Checks the form without expanding secrets.</summary>
    /// <exception cref="InvalidDataException">It is not <c>http://[USER:PASSWORD@]HOST:PORT</c>.</exception>
    public static void Check(string text) => _ = Parse(text);

    /// <summary>Reads it, its secrets still unexpanded.</summary>
    public static ProxyAddress Parse(string text)
    {
        // Not by Uri: the user part may hold ${env:NAME}, which is none of its characters.
        const string scheme = "http://";
        var rest = text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? text[scheme.Length..].TrimEnd('/') : "";
        var at = rest.LastIndexOf('@');
        var authority = rest[(at + 1)..];
        var (host, port) = HostPort.Read(authority);
        if (host is null || port == 0)
            throw new InvalidDataException($"proxy: '{(at < 0 ? text : scheme + "…@" + authority)}' is not a proxy; write http://HOST:PORT or http://${{env:USER}}:${{env:PASSWORD}}@HOST:PORT");
        return new(host, port, at < 0 ? null : rest[..at]);
    }

    /// <summary>Asks for a tunnel to a target over a connection to the proxy.</summary>
    public async ValueTask OpenTunnelAsync(NetworkStream stream, string host, int port, CancellationToken cancellationToken)
    {
        var target = host.Contains(':') ? $"[{host}]:{port}" : $"{host}:{port}";
        var ask = $"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n";
        if (UserInfo is not null) ask += "Proxy-Authorization: Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Secrets.Expand(UserInfo))) + "\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(ask + "\r\n"), cancellationToken);
        var head = new byte[LongestAnswer];
        var length = 0;
        // Byte by byte, so that nothing of the target's own first words is swallowed; it is some dozens of bytes.
        while (length < 4 || !head.AsSpan(length - 4, 4).SequenceEqual("\r\n\r\n"u8))
        {
            if (length == head.Length || await stream.ReadAsync(head.AsMemory(length, 1), cancellationToken) == 0)
                throw EgressException.OfUs(GapCause.Route, $"{Where} did not answer in HTTP");
            length++;
        }
        var line = Encoding.Latin1.GetString(head, 0, head.AsSpan().IndexOf((byte)'\r'));
        var status = line.Length >= 12 && line.StartsWith("HTTP/1.", StringComparison.Ordinal) ? line.Substring(9, 3) : "";
        if (status is ['2', _, _]) return;
        throw status switch
        {
            // The proxy speaks for itself (403, 407 …) or about the target (502, 503, 504): only the latter is the target's.
            "502" or "503" or "504" => EgressException.OfTarget(TargetFailure.Unreachable, $"{Where} cannot reach {target} (it answered {status})"),
            "407" => EgressException.OfUs(GapCause.Route, $"{Where} wants other credentials (407)"),
            { Length: 3 } => EgressException.OfUs(GapCause.EgressDenied, $"{Where} does not open a tunnel to {target} (it answered {status})"),
            _ => EgressException.OfUs(GapCause.Route, $"{Where} did not answer in HTTP"),
        };
    }
}
