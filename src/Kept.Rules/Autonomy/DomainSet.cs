using System.Globalization;
using System.Net;

namespace Kept.Rules;

/// <summary>
/// The namespace of an agent: names with everything below them, addresses, networks, <c>localhost</c>. A look-up costs a step per label of the name, or one per
/// prefix length in use, whatever the number of entries.
/// </summary>
internal sealed class DomainSet
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<int, HashSet<UInt128>> _networks = [];

    public DomainSet(IEnumerable<string> entries)
    {
        foreach (var entry in entries) Add(entry);
    }

    public bool IsEmpty => _names.Count == 0 && _networks.Count == 0;

    /// <summary>Whether the host (a name or an address without port or brackets) is one of these or below one.</summary>
    public bool Contains(string host)
    {
        if (TryAddress(host, out var bits))
        {
            foreach (var (length, networks) in _networks)
                if (networks.Contains(Masked(bits, length)))
                    return true;
            return false;
        }
        var name = Normal(host);
        while (name.Length > 0)
        {
            if (_names.Contains(name)) return true;
            var dot = name.IndexOf('.', StringComparison.Ordinal);
            name = dot < 0 ? "" : name[(dot + 1)..];
        }
        return false;
    }

    /// <summary>An address that only this machine, or only its own network, can reach; names are not resolved and count as reachable.</summary>
    public static bool IsLocalOnly(string host)
    {
        var name = Normal(host);
        if (name == "localhost" || name.EndsWith(".localhost", StringComparison.Ordinal)) return true;
        return TryAddress(host, out var bits) && LocalNetworks.Any(network => Masked(bits, network.Length) == network.Bits);
    }

    private static readonly (UInt128 Bits, int Length)[] LocalNetworks =
        [.. new[] { "127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fe80::/10", "fc00::/7" }.Select(text => Network(text)!.Value)];

    private void Add(string entry)
    {
        var text = entry.Trim();
        if (Network(text) is { } network)
        {
            AddNetwork(network.Bits, network.Length);
            return;
        }
        if (text.StartsWith("*.", StringComparison.Ordinal)) text = text[2..];
        var name = Normal(text);
        if (name.Length == 0) return;
        _names.Add(name);
        if (name != "localhost") return;
        // localhost is this machine by every name: 127.0.0.0/8 and ::1 (RFC 6761, 6.3)
        foreach (var (bits, length) in new[] { Network("127.0.0.0/8")!.Value, Network("::1")!.Value }) AddNetwork(bits, length);
    }

    private void AddNetwork(UInt128 bits, int length)
    {
        if (!_networks.TryGetValue(length, out var set)) _networks[length] = set = [];
        set.Add(bits);
    }

    /// <summary>An address or a CIDR as masked bits with their length, IPv4 mapped into IPv6; null where it is a name.</summary>
    private static (UInt128 Bits, int Length)? Network(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var address = (slash < 0 ? text : text[..slash]).Trim('[', ']');
        if (!TryAddress(address, out var bits)) return null;
        var isV4 = !address.Contains(':', StringComparison.Ordinal);
        var length = 128;
        if (slash >= 0)
        {
            if (!int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > (isV4 ? 32 : 128)) return null;
            if (isV4) length += 96;
        }
        return (Masked(bits, length), length);
    }

    private static bool TryAddress(string text, out UInt128 bits)
    {
        bits = default;
        // "1" and "0x7f.1" are addresses to IPAddress, but nobody means them: only the full forms count, everything else is a name
        var hasColon = text.Contains(':', StringComparison.Ordinal);
        if (!hasColon && (text.Count(c => c == '.') != 3 || text.Any(c => !char.IsAsciiDigit(c) && c != '.'))) return false;
        if (!IPAddress.TryParse(text, out var address)) return false;
        Span<byte> bytes = stackalloc byte[16];
        if (!address.MapToIPv6().TryWriteBytes(bytes, out _)) return false;
        bits = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return true;
    }

    private static UInt128 Masked(UInt128 bits, int length) => length == 0 ? UInt128.Zero : unchecked((bits >> (128 - length)) << (128 - length));

    private static string Normal(string name)
    {
        var text = name.TrimEnd('.').ToLowerInvariant();
        if (text.All(char.IsAscii)) return text;
        try
        {
            return new IdnMapping().GetAscii(text).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return text; // no domain name in any alphabet: it equals only itself
        }
    }
}
