using System.Net;
using System.Net.Sockets;

namespace Kept.Egress;

/// <summary>
/// Which addresses may be dialled, judged on the very address that is dialled (never on a name or a spelling of it). Our own documents may name any
/// address; what others wrote, or where a target redirects to, only the public internet. Ranges: IANA special-purpose registries (RFC 6890 and
/// later), multicast, cloud metadata, and every way to wrap an IPv4 address in IPv6.
/// </summary>
public static class AddressPolicy
{
    private static readonly (IPNetwork Range, string Name)[] Special4 =
    [
        Of("0.0.0.0/8", "this network"), Of("10.0.0.0/8", "private"), Of("100.64.0.0/10", "carrier-grade NAT"), Of("127.0.0.0/8", "loopback"),
        Of("169.254.0.0/16", "link-local or cloud metadata"), Of("172.16.0.0/12", "private"), Of("192.0.0.0/24", "protocol assignments"),
        Of("192.0.2.0/24", "documentation"), Of("192.31.196.0/24", "AS112"), Of("192.52.193.0/24", "AMT"), Of("192.88.99.0/24", "6to4 relay"),
        Of("192.168.0.0/16", "private"), Of("192.175.48.0/24", "AS112"), Of("198.18.0.0/15", "benchmarking"), Of("198.51.100.0/24", "documentation"),
        Of("203.0.113.0/24", "documentation"), Of("224.0.0.0/4", "multicast"), Of("240.0.0.0/4", "reserved or broadcast"),
        Of("168.63.129.16/32", "cloud metadata"), Of("100.100.100.200/32", "cloud metadata"),
    ];

    private static readonly (IPNetwork Range, string Name)[] Special6 =
    [
        // fd00:ec2::254 (metadata) lies in fc00::/7; ::1, :: and IPv4-compatible addresses lie in ::/96.
        Of("::/96", "loopback, unspecified or IPv4-compatible"), Of("::ffff:0:0:0/96", "IPv4-translated"), Of("64:ff9b::/96", "NAT64"),
        Of("64:ff9b:1::/48", "local NAT64"), Of("100::/64", "discard"), Of("100:0:0:1::/64", "dummy prefix"), Of("2001::/23", "protocol assignments, Teredo"),
        Of("2001:db8::/32", "documentation"), Of("2002::/16", "6to4"), Of("2620:4f:8000::/48", "AS112"), Of("3fff::/20", "documentation"),
        Of("5f00::/16", "segment routing"), Of("fc00::/7", "unique local"), Of("fe80::/10", "link-local"), Of("fec0::/10", "site-local"), Of("ff00::/8", "multicast"),
    ];

    /// <summary>What is special about an address, as a word or two, so that a document of others may not have it dialled; null for one of the public internet.</summary>
    public static string? Special(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            // ::ffff:127.0.0.1 is 127.0.0.1 to the kernel, but lies in no IPv4 network until it is unwrapped.
            if (address.IsIPv4MappedToIPv6) return Special(address.MapToIPv4());
            if (address.ScopeId != 0) return "scoped to one link";
            foreach (var (range, name) in Special6)
                if (range.Contains(address))
                    return name;
            return null;
        }
        if (address.AddressFamily != AddressFamily.InterNetwork) return "not an internet address";
        foreach (var (range, name) in Special4)
            if (range.Contains(address))
                return name;
        return null;
    }

    /// <summary>Whether it is an address of loopback: what is said to it leaves no machine.</summary>
    public static bool IsThisMachine(IPAddress address) => IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    private static (IPNetwork, string) Of(string range, string name) => (IPNetwork.Parse(range), name);
}
