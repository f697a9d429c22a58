using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Kept.Egress;
using Kept.Engine;
using Kept.Ledger;
using Kept.Model;

namespace Kept.Server.DropIn;

/// <summary>
/// Which heartbeats are called at the addresses of other tools, as their documents say. Secrets are read when a call comes and kept for seconds, as keyed digests only, so a new one
/// needs no restart, a flood of calls reads no files, and how long a comparison takes says nothing of what is compared. From any thread.
/// </summary>
/// <param name="view">The house as the engine has it.</param>
/// <param name="isPublic">Strangers may read what is found missing.</param>
internal sealed class OldAddresses(Func<HouseView> view, TimeProvider time, bool isPublic)
{
    private static readonly TimeSpan ReadAnew = TimeSpan.FromSeconds(5);

    /// <summary>The longest UUID, token or key that is compared; a longer one is nobody's.</summary>
    public const int Longest = 512;

    private readonly byte[] _salt = RandomNumberGenerator.GetBytes(32);
    private readonly Lock _lock = new();
    private Written? _written;
    private Known? _known;

    /// <summary>What the documents of a house say, secrets as references.</summary>
    private sealed record Written(House House, IReadOnlyList<Caller> Callers);

    private sealed record Caller(string Key, string? Uuid, string? PingKey, string? Slug, string? Endpoint, string? Token, string? KumaToken);

    private sealed record Known(
        Written From, long At, FrozenDictionary<string, string[]> Uuids, FrozenDictionary<string, string[]> Slugs, ILookup<string, (string Key, byte[]? Token)> Endpoints, FrozenDictionary<string, string[]> Kuma,
        IReadOnlyList<string> Missing);

    /// <summary>Keys of the heartbeats that were pinged by this UUID at Healthchecks.</summary>
    public IReadOnlyList<string> OfUuid(string uuid) => Guid.TryParseExact(uuid, "D", out var id) ? Now().Uuids.GetValueOrDefault(Digest(id.ToString("D"))) ?? [] : [];

    /// <summary>Keys of the heartbeats of this ping key and slug; several are ambiguous.</summary>
    public IReadOnlyList<string> OfSlug(string pingKey, string slug) => pingKey.Length > Longest || slug.Length > Longest ? [] : Now().Slugs.GetValueOrDefault(Digest(pingKey + "/" + slug)) ?? [];

    /// <summary>Keys of the heartbeats with this endpoint of Gatus whose token it is; null where there is no such endpoint.</summary>
    public IReadOnlyList<string>? OfEndpoint(string endpoint, string token)
    {
        var there = Now().Endpoints[endpoint.Length > Longest ? "" : endpoint.ToLowerInvariant()].ToList();
        if (there.Count == 0) return null;
        var mark = token.Length > Longest ? [] : Mark(token);
        return [.. there.Where(one => one.Token is { } known && CryptographicOperations.FixedTimeEquals(known, mark)).Select(one => one.Key).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Keys of the heartbeats of this push token of Uptime Kuma.</summary>
    public IReadOnlyList<string> OfKuma(string token) => token.Length > Longest ? [] : Now().Kuma.GetValueOrDefault(Digest(token)) ?? [];

    /// <summary>Secrets that documents name and this machine lacks: their addresses answer nobody.</summary>
    public IReadOnlyList<string> Missing
    {
        get
        {
            try
            {
                var missing = Now().Missing;
                return missing.Count > 0 && isPublic ? [$"{Say.Count(missing.Count, "secret", "secrets")} of addresses of other tools cannot be read, so nobody is heard there; who sits at the machine sees which"] : missing;
            }
            catch (Exception fault) when (fault is StartingException or LedgerException)
            {
                return []; // nothing is read yet
            }
        }
    }

    private Known Now()
    {
        var house = view().House;
        lock (_lock)
        {
            if (!ReferenceEquals(_written?.House, house)) _written = new Written(house, [.. CallersOf(house)]);
            if (_known is { } known && known.From == _written && time.GetElapsedTime(known.At) < ReadAnew) return known;
            return _known = Read(_written);
        }
    }

    private static IEnumerable<Caller> CallersOf(House house)
    {
        // what others wrote names no secrets of ours, and is called by nobody here
        foreach (var check in house.Promises.Where(promise => promise.Origin == DocumentOrigin.Ours).SelectMany(promise => promise.Checks))
        {
            if (!check.Kind.IsPassive) continue;
            var key = check.Target.Rest.Length > 0 ? check.Target.Rest : check.Target.Text;
            var (pings, gatus, kuma) = (check.Setting<FieldValue.TextMap>("healthchecks"), check.Setting<FieldValue.TextMap>("gatus"), check.Setting<FieldValue.TextMap>("kuma"));
            // a key that is a UUID is pinged by it
            var uuid = Of(pings, "uuid") ?? (Guid.TryParseExact(key, "D", out _) ? key : null);
            if (uuid is null && pings is null && gatus is null && kuma is null) continue;
            yield return new Caller(key, uuid, Of(pings, "ping-key"), Of(pings, "slug"), Of(gatus, "endpoint"), Of(gatus, "token"), Of(kuma, "token"));
        }

        static string? Of(FieldValue.TextMap? map, string key) => map?.Items.FirstOrDefault(item => item.Key == key).Value;
    }

    private Known Read(Written written)
    {
        var missing = new SortedSet<string>(StringComparer.Ordinal);
        var secrets = new Dictionary<string, string?>(StringComparer.Ordinal);
        var (uuids, slugs, kuma) = (new List<(string Digest, string Key)>(), new List<(string Digest, string Key)>(), new List<(string Digest, string Key)>());
        var endpoints = new List<(string Endpoint, string Key, byte[]? Token)>();
        foreach (var caller in written.Callers)
        {
            if (Secret(caller.Uuid) is { } uuid)
                if (Guid.TryParseExact(uuid, "D", out var id)) uuids.Add((Digest(id.ToString("D")), caller.Key));
                else missing.Add($"{caller.Uuid} holds no UUID, so nobody can ping by it; write the 36 characters that stand in the ping address");
            if (caller.Slug is not null && Secret(caller.PingKey) is { } pingKey) slugs.Add((Digest(pingKey + "/" + caller.Slug), caller.Key));
            if (Secret(caller.KumaToken) is { } token) kuma.Add((Digest(token), caller.Key));
            if (caller.Endpoint is { } endpoint) endpoints.Add((endpoint.ToLowerInvariant(), caller.Key, Secret(caller.Token) is { } bearer ? Mark(bearer) : null));
        }
        return new Known(written, time.GetTimestamp(), Table(uuids), Table(slugs), endpoints.ToLookup(one => one.Endpoint, one => (one.Key, one.Token), StringComparer.Ordinal), Table(kuma), [.. missing]);

        string? Secret(string? reference)
        {
            if (reference is null || secrets.TryGetValue(reference, out var known)) return reference is null ? null : secrets[reference];
            try
            {
                var value = Secrets.Expand(reference).Trim();
                if (value.Length is < Secrets.Shortest or > Longest) missing.Add($"{reference} is empty or longer than {Longest} characters, so nobody can call by it");
                else return secrets[reference] = value;
            }
            catch (EgressException fault)
            {
                missing.Add($"the address of a heartbeat at another tool answers nobody: {fault.Message}");
            }
            return secrets[reference] = null;
        }

        static FrozenDictionary<string, string[]> Table(List<(string Digest, string Key)> rows) =>
            rows.GroupBy(row => row.Digest, StringComparer.Ordinal).ToFrozenDictionary(rows => rows.Key, rows => rows.Select(row => row.Key).Distinct(StringComparer.Ordinal).ToArray(), StringComparer.Ordinal);
    }

    private byte[] Mark(string text) => HMACSHA256.HashData(_salt, Encoding.UTF8.GetBytes(text));

    private string Digest(string text) => Convert.ToHexString(Mark(text));
}
