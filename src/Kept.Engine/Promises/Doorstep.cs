using System.Collections.Concurrent;
using Kept.Model;

namespace Kept.Engine.Promises;

/// <summary>
/// Calls of heartbeats that were sent away unheard: of which key that is ours the newest one, and the newest whose key nobody read. Bounded by the keys of the house. The loop
/// reads it, and whoever answers the door writes it, from any thread and without a message: a flood that is sent away must cost the loop nothing.
/// </summary>
internal sealed class Doorstep(TimeProvider time)
{
    private const long Never = long.MinValue;

    private readonly ConcurrentDictionary<string, long> _keys = new(StringComparer.Ordinal);
    private long _ofAnybody = Never;

    public void Know(string key) => _keys.TryAdd(key, Never);

    public void Forget(string key) => _keys.TryRemove(key, out _);

    /// <param name="key">Null where it was sent away before its key could be read: it may have been anybody's.</param>
    public void SentAway(string? key)
    {
        var now = Instant.From(time.GetUtcNow()).Microseconds;
        if (key is null) Volatile.Write(ref _ofAnybody, now);
        else if (_keys.TryGetValue(key, out var before)) _keys.TryUpdate(key, now, before);
    }

    /// <summary>The newest call of that key that was sent away.</summary>
    public Instant? NewestOf(string key) => _keys.TryGetValue(key, out var at) && at != Never ? new Instant(at) : null;

    /// <summary>The newest call that was sent away before its key could be read.</summary>
    public Instant? NewestOfAnybody => Volatile.Read(ref _ofAnybody) is var at && at != Never ? new Instant(at) : null;
}
