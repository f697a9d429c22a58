using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Kept.Checks.Domain;

/// <summary>
/// Where the registration of a name is asked for. What the house says comes first, the longest ending before shorter ones; then the registries of the largest endings
/// (https://data.iana.org/rdap/dns.json, 2025); every other name has to be given its server.
/// </summary>
internal static class Registries
{
    private static readonly FrozenDictionary<string, string> Known = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["com"] = "https://rdap.verisign.com/com/v1",
        ["net"] = "https://rdap.verisign.com/net/v1",
        ["org"] = "https://rdap.publicinterestregistry.org/rdap",
        ["info"] = "https://rdap.identitydigital.services/rdap",
        ["io"] = "https://rdap.identitydigital.services/rdap",
        ["app"] = "https://pubapi.registry.google/rdap",
        ["dev"] = "https://pubapi.registry.google/rdap",
        ["cloud"] = "https://rdap.registry.cloud/rdap",
        ["fr"] = "https://rdap.nic.fr",
        ["nl"] = "https://rdap.sidn.nl",
        ["cz"] = "https://rdap.nic.cz",
        ["no"] = "https://rdap.norid.no",
        ["pl"] = "https://rdap.dns.pl",
        ["uk"] = "https://rdap.nominet.uk/uk",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>By what looks at registries are counted: the server that is known for the ending; else the ending, whose server the house knows.</summary>
    public static string LaneOf(string name)
    {
        var ending = name[(name.LastIndexOf('.') + 1)..];
        return Known.TryGetValue(ending, out var server) ? new Uri(server).Host : ending;
    }

    /// <summary>The server for a name, without a final slash; null where none is known.</summary>
    public static string? For(string name, ImmutableArray<KeyValuePair<string, string>> ofHouse)
    {
        for (var at = name.IndexOf('.', StringComparison.Ordinal); at >= 0; at = name.IndexOf('.', at + 1))
            foreach (var (ending, url) in ofHouse)
                if (name.AsSpan(at + 1).SequenceEqual(ending))
                    return url.TrimEnd('/');
        return Known.GetValueOrDefault(name[(name.LastIndexOf('.') + 1)..]);
    }
}
