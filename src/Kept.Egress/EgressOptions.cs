using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kept.Model;

namespace Kept.Egress;

/// <summary>What the operator decides about everything that is dialled. Nothing here is read from environment variables.</summary>
public sealed record EgressOptions
{
    /// <summary>An HTTP proxy for everything (by CONNECT, so the target's TLS stays end to end); null: dial directly. May hold secrets in its user part.</summary>
    public string? Proxy { get; init; }

    /// <summary>Private certificate authorities that are trusted beside the system's.</summary>
    public ImmutableArray<X509Certificate2> PrivateRoots { get; init; } = [];

    /// <summary>Name server for looks; null: those of <see cref="ResolverFile"/>.</summary>
    public IPEndPoint? Resolver { get; init; }

    public string ResolverFile { get; init; } = "/etc/resolv.conf";
    public string HostsFile { get; init; } = "/etc/hosts";

    /// <summary>One try of one name server; there are two tries.</summary>
    public Duration ResolverTimeout { get; init; } = Duration.Milliseconds(2500);

    /// <summary>An answer is kept at least so long, even with a TTL of 0: a burst of looks asks once.</summary>
    public Duration CacheAtLeast { get; init; } = Duration.Seconds(5);

    /// <summary>An answer is kept at most so long, even with a TTL of a week: a moved service is noticed.</summary>
    public Duration CacheAtMost { get; init; } = Duration.Minutes(5);

    /// <summary>Most connections kept open between looks; beyond that looks connect anew. Each costs a file descriptor.</summary>
    public int KeptConnections { get; init; } = 4096;

    /// <summary>A kept connection serves so many looks, then the next one does the whole handshake again.</summary>
    public int LooksPerConnection { get; init; } = 10;

    /// <summary>A kept connection is closed after so long, whatever it served.</summary>
    public Duration ConnectionLifetime { get; init; } = Duration.Minutes(10);

    /// <summary>The folder of the house, from which documents name files.</summary>
    public string Folder { get; init; } = ".";

    /// <summary>Programs that checks of the kind <c>command</c> may run, each as <see cref="AllowedProgram"/> reads it. None by default.</summary>
    public ImmutableArray<string> Programs { get; init; } = [];

    /// <summary>Where the registration of a domain is asked for (RDAP), by the last labels of its name, before what the program knows by itself.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Registries { get; init; } = [];

    /// <summary>
    /// Addresses that count as public though they are not. Only for tests, whose targets all stand on loopback: no setting leads here, and everything else
    /// about the policy (every form of an address, every moment it is asked) stays as it is.
    /// </summary>
    internal ImmutableArray<IPAddress> AlsoPublic { get; init; } = [];

    /// <summary>
    /// How a socket for echo requests is opened: the first that the system allows. The kernel's own for echo needs no right but a place in
    /// <c>net.ipv4.ping_group_range</c>; a raw one needs <c>CAP_NET_RAW</c>. Others only in tests, with the port of a peer that answers as no kernel would.
    /// </summary>
    internal ImmutableArray<Func<AddressFamily, Socket>> EchoSockets { get; init; } =
    [
        family => new Socket(family, SocketType.Dgram, family == AddressFamily.InterNetworkV6 ? ProtocolType.IcmpV6 : ProtocolType.Icmp),
        family => new Socket(family, SocketType.Raw, family == AddressFamily.InterNetworkV6 ? ProtocolType.IcmpV6 : ProtocolType.Icmp),
    ];

    internal int EchoPort { get; init; }

    /// <summary>What is special about an address, or null where it counts as one of the public internet.</summary>
    internal string? Special(IPAddress address) =>
        AlsoPublic.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address) ? null : AddressPolicy.Special(address);

    /// <summary>Reads what <c>house.yaml</c> set.</summary>
    /// <exception cref="InvalidDataException">A setting cannot be used; the message says which and what to write instead.</exception>
    public static EgressOptions From(HouseSettings settings, string houseFolder)
    {
        if (settings.Proxy is { } proxy) ProxyAddress.Check(proxy);
        return new EgressOptions
        {
            Proxy = settings.Proxy,
            Resolver = settings.Resolver is { } resolver ? ReadResolver(resolver) : null,
            PrivateRoots = [.. settings.TrustedCertificates.SelectMany(file => ReadCertificates(houseFolder, file))],
            Folder = houseFolder,
            Programs = settings.Programs,
            Registries = settings.Registries,
        };
    }

    private static IPEndPoint ReadResolver(string text)
    {
        // "127.0.0.1" alone and "::1" alone mean port 53; IPEndPoint.TryParse reads both with port 0.
        if (!IPEndPoint.TryParse(text, out var end))
            throw new InvalidDataException($"resolver: '{text}' is not an address; write ADDRESS or ADDRESS:PORT, for example 127.0.0.1:53 or [::1]:53");
        return end.Port == 0 ? new IPEndPoint(end.Address, 53) : end;
    }

    private static X509Certificate2Collection ReadCertificates(string houseFolder, string file)
    {
        var path = Path.Combine(houseFolder, file);
        var read = new X509Certificate2Collection();
        try
        {
            read.ImportFromPemFile(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new InvalidDataException($"trust: '{file}' cannot be read as PEM certificates ({fault.Message}); name a file beside house.yaml that holds -----BEGIN CERTIFICATE-----", fault);
        }
        return read.Count > 0 ? read : throw new InvalidDataException($"trust: '{file}' holds no certificate; it must hold -----BEGIN CERTIFICATE-----");
    }
}
