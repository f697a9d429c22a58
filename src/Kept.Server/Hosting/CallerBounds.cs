using System.Net;

namespace Kept.Server.Hosting;

/// <summary>So many at once, and so many a second after that.</summary>
internal readonly record struct Allowance(int Burst, double PerSecond);

/// <summary>
/// How often each caller may: a token bucket per key, the keys bounded in number. What was forgotten begins full again, so memory stays bounded whatever strangers send, and
/// a caller that is heard seldom is never refused.
/// </summary>
internal sealed class Buckets<TKey>(Allowance allowance, TimeProvider time) where TKey : notnull
{
    public const int MostKeys = 10_000;

    private readonly Dictionary<TKey, (double Left, long At)> _buckets = [];
    private readonly Lock _lock = new();

    /// <summary>Takes one; null where there was one, else how long to wait for the next.</summary>
    public TimeSpan? Take(TKey key)
    {
        lock (_lock)
        {
            var left = LeftOf(key);
            if (left < 1) return Until(left);
            Keep(key, left - 1);
            return null;
        }
    }

    private TimeSpan Until(double left) => TimeSpan.FromSeconds((1 - left) / allowance.PerSecond);

    private double LeftOf(TKey key) => _buckets.TryGetValue(key, out var bucket)
        ? Math.Min(allowance.Burst, bucket.Left + (time.GetElapsedTime(bucket.At).TotalSeconds * allowance.PerSecond)) : allowance.Burst;

    private void Keep(TKey key, double left)
    {
        if (_buckets.Count >= MostKeys && !_buckets.ContainsKey(key))
        {
            // those that are full again say nothing; where that frees no room, everyone begins anew
            foreach (var other in _buckets.Keys.Where(other => LeftOf(other) >= allowance.Burst).ToList()) _buckets.Remove(other);
            if (_buckets.Count >= MostKeys) _buckets.Clear();
        }
        _buckets[key] = (left, time.GetTimestamp());
    }
}

/// <summary>
/// What one address may have under way and ask for, so that one caller cannot starve the others. The address is that of the connection: headers that name another one
/// can be written by anybody. An IPv6 caller has a whole /64. This machine itself is not bounded: a proxy in front stands there, and bounds its own callers.
/// </summary>
internal sealed class CallerBounds(TimeProvider time)
{
    /// <summary>Answers of one address under way at once.</summary>
    public const int MostAtOnce = 32;
    /// <summary>Streams of one address; each is a connection kept open.</summary>
    public const int MostStreams = 8;

    public static readonly Allowance Asking = new(200, 20);

    private readonly Buckets<IPAddress> _asking = new(Asking, time);
    private readonly Dictionary<IPAddress, int> _underWay = [], _streams = [];

    /// <summary>Enters; null when let in (then leave), else how long to stay away.</summary>
    /// <param name="isBeat">Heartbeats have bounds of their own, and many jobs of one network call at the full hour.</param>
    public TimeSpan? Enter(IPAddress? address, bool isStream, bool isBeat = false)
    {
        if (KeyOf(address) is not { } key) return null;
        if (!isBeat && _asking.Take(key) is { } wait) return wait;
        var underWay = isStream ? _streams : _underWay;
        lock (underWay)
        {
            var there = underWay.GetValueOrDefault(key);
            if (there >= (isStream ? MostStreams : MostAtOnce)) return TimeSpan.FromSeconds(isStream ? 30 : 1);
            underWay[key] = there + 1;
            return null;
        }
    }

    public void Leave(IPAddress? address, bool isStream)
    {
        if (KeyOf(address) is not { } key) return;
        var underWay = isStream ? _streams : _underWay;
        lock (underWay)
            if (underWay.GetValueOrDefault(key) is var there and > 1) underWay[key] = there - 1;
            else underWay.Remove(key);
    }

    /// <summary>Whom an address stands for; null for this machine.</summary>
    internal static IPAddress? KeyOf(IPAddress? address)
    {
        if (address is null) return null;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (IPAddress.IsLoopback(address)) return null;
        if (address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6) return address;
        var bytes = address.GetAddressBytes();
        Array.Clear(bytes, 8, 8);
        return new IPAddress(bytes);
    }
}

/// <summary>
/// Calls of heartbeats: an address may call often, a key less often. Who tried too many wrong keys is told to wait for the next wrong one, and a right one is heard all the
/// same. Whatever else is refused is told to the engine, or it would look like a silence of the thing that called. This machine itself is bounded by key alone: a proxy in
/// front stands there.
/// </summary>
internal sealed class BeatBounds(TimeProvider time)
{
    public static readonly Allowance OfAddress = new(300, 50), OfKey = new(60, 2), OfWrongKeys = new(30, 0.5);

    private readonly Buckets<IPAddress> _addresses = new(OfAddress, time), _wrong = new(OfWrongKeys, time);
    private readonly Buckets<string> _keys = new(OfKey, time);

    /// <summary>Null where the call is to be heard, else how long to wait.</summary>
    public TimeSpan? Refuses(IPAddress? from, string key)
    {
        var wait = CallerBounds.KeyOf(from) is { } address ? _addresses.Take(address) : null;
        return wait ?? _keys.Take(key);
    }

    /// <summary>The key was wrong: null where that may be said, else how long to stay away.</summary>
    public TimeSpan? RefusesWrong(IPAddress? from) => _wrong.Take(CallerBounds.KeyOf(from) ?? IPAddress.Loopback);
}
