using Kept.Egress;
using Kept.Model;

namespace Kept.Checks;

/// <summary>Target texts that several kinds share.</summary>
internal static class Targets
{
    /// <summary><c>HOST:PORT</c>. A <paramref name="defaultPort"/> of 0: the port must be written.</summary>
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
        if (port == 0 && defaultPort == 0) return TargetReading.Wrong($"the port is missing: {trimmed}", $"write: {HostPort.Write(host, 5432)}");
        return TargetReading.Of(new CheckTarget(text, host, port == 0 ? defaultPort : port, "", HostPort.Write(host, port == 0 ? defaultPort : port)));
    }
}
