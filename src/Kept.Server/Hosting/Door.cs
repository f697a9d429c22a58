using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Kept.Server.Hosting;

/// <summary>
/// Bounds the connections that are open at once: in all, and of one address (<see cref="CallerBounds.KeyOf"/>), so that nobody alone takes the room of all others. This machine, and
/// proxies that are trusted, have room that is kept for them. One more is closed before anything of it is read, and the engine is told whose call that may have been, for a silence
/// that we made ourselves breaks nobody's promise: where the house is full, anybody's; where one address has too many, those heard from there alone, or whoever wishes could excuse
/// every heartbeat.
/// </summary>
internal sealed class Door(Sight sight, TrustedProxies proxies, HeardFrom heard)
{
    public const int MostConnections = 1024, MostOfOne = 64, KeptForUs = 64;

    private readonly Dictionary<IPAddress, int> _ofOne = [];
    private readonly Lock _lock = new();
    private int _open;

    private enum Entered { In, Full, TooManyOfOne }

    public ConnectionDelegate Before(ConnectionDelegate next) => async connection =>
    {
        var from = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        var caller = proxies.Has(from) ? null : CallerBounds.KeyOf(from);
        switch (Enter(caller))
        {
            case Entered.Full:
                sight.SentAway(null);
                connection.Abort();
                return;
            case Entered.TooManyOfOne:
                foreach (var key in heard.KeysOf(from)) sight.SentAway(key);
                connection.Abort();
                return;
        }
        try
        {
            await next(connection);
        }
        finally
        {
            Leave(caller);
        }
    };

    /// <param name="caller">Null for this machine and trusted proxies.</param>
    private Entered Enter(IPAddress? caller)
    {
        lock (_lock)
        {
            var there = caller is null ? 0 : _ofOne.GetValueOrDefault(caller);
            if (there >= MostOfOne) return Entered.TooManyOfOne;
            if (_open >= (caller is null ? MostConnections : MostConnections - KeptForUs)) return Entered.Full;
            _open++;
            if (caller is not null) _ofOne[caller] = there + 1;
            return Entered.In;
        }
    }

    private void Leave(IPAddress? caller)
    {
        lock (_lock)
        {
            _open--;
            if (caller is null) return;
            if (_ofOne[caller] is var there and > 1) _ofOne[caller] = there - 1;
            else _ofOne.Remove(caller);
        }
    }
}

/// <summary>Which heartbeats were last heard from which address, so that a call refused unread excuses those it may have been, and no others. Bounded; what is forgotten excuses nothing.</summary>
internal sealed class HeardFrom
{
    public const int MostAddresses = 10_000, MostKeys = 256;

    private readonly Dictionary<IPAddress, HashSet<string>> _keys = [];
    private readonly Lock _lock = new();

    /// <summary>A call with a key of this house was heard.</summary>
    public void Note(IPAddress? from, string key)
    {
        if (CallerBounds.KeyOf(from) is not { } address) return;
        lock (_lock)
        {
            if (!_keys.TryGetValue(address, out var keys))
            {
                if (_keys.Count >= MostAddresses) _keys.Clear();
                _keys[address] = keys = new HashSet<string>(StringComparer.Ordinal);
            }
            if (keys.Count < MostKeys) keys.Add(key);
        }
    }

    public IReadOnlyList<string> KeysOf(IPAddress? from)
    {
        if (CallerBounds.KeyOf(from) is not { } address) return [];
        lock (_lock) return _keys.TryGetValue(address, out var keys) ? [.. keys] : [];
    }
}
