using System.Net;
using DnsClient;
using Kept.Model;

namespace Kept.Egress.Naming;

/// <summary>How name servers are asked: with a bound, without DnsClient's own cache, over TCP when an answer is cut.</summary>
internal static class DnsAsk
{
    public static LookupClientOptions Options(IPEndPoint[] servers, Duration timeout, int retries = 1) => new(servers)
    {
        UseCache = false,
        Timeout = timeout.ToTimeSpan(),
        Retries = retries,
        UseTcpFallback = true,
        ThrowDnsErrors = false,
        EnableAuditTrail = false,
        AutoResolveNameServers = false,
        UseRandomNameServer = false,
        ContinueOnDnsError = servers.Length > 1,
    };
}
