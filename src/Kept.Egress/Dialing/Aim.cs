using System.Net;
using System.Net.Sockets;

namespace Kept.Egress;

/// <summary>
/// Which addresses of its hosts a look dials: any, those of one family, or a single one. A family holds wherever the look goes; a single address stands for its own host
/// alone. It chooses among addresses and allows none: each is judged like any other before it is dialled.
/// </summary>
/// <param name="Family">IPv4 or IPv6; <see cref="AddressFamily.Unspecified"/>: either.</param>
/// <param name="Host">The host, canonical, that <paramref name="Address"/> stands for.</param>
/// <param name="Address">The only address of that host to dial; null: whichever it has.</param>
public readonly record struct Aim(AddressFamily Family, string? Host = null, IPAddress? Address = null)
{
    /// <summary>Whichever address connects first.</summary>
    public static readonly Aim Any;

    /// <summary>Whether any address will do for a host.</summary>
    public bool IsAny(string host) => Family == AddressFamily.Unspecified && OnlyOf(host) is null;

    /// <summary>The only address of a host, where there is only one to dial.</summary>
    public IPAddress? OnlyOf(string host) => Address is not null && Host == host ? Address : null;

    /// <summary>IPv4 or IPv6; ::ffff:192.0.2.1 is reached over IPv4.</summary>
    public static AddressFamily FamilyOf(IPAddress address) => address.IsIPv4MappedToIPv6 ? AddressFamily.InterNetwork : address.AddressFamily;

    /// <summary>As people write it.</summary>
    public static string Name(AddressFamily family) => family == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4";
}
