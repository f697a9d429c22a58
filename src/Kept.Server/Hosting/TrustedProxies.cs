using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace Kept.Server.Hosting;

/// <summary>
/// Proxies whose <c>X-Forwarded-For</c> is believed (<c>--trust-proxy</c>): bounds then hold for the callers behind them, each by itself. Nobody else's header is read, for anybody
/// can write one. Of several addresses in it the last one that is no trusted proxy counts; what stands before it was written by who knows whom.
/// </summary>
internal sealed class TrustedProxies(IReadOnlyList<IPNetwork> networks)
{
    public static readonly TrustedProxies None = new([]);

    public bool Has(IPAddress? address)
    {
        if (address is null) return false;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return networks.Any(network => network.Contains(plain));
    }

    /// <summary>From here on the address of a request is that of the caller behind a trusted proxy.</summary>
    public void Use(IApplicationBuilder app)
    {
        if (networks.Count == 0) return;
        var forwarded = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor, ForwardLimit = null };
        forwarded.KnownProxies.Clear(); // loopback is trusted only where it is named, as every other
        forwarded.KnownIPNetworks.Clear();
        foreach (var network in networks) forwarded.KnownIPNetworks.Add(network);
        app.UseForwardedHeaders(forwarded);
    }
}
