using Kept.Model;

namespace Kept.Egress.Http;

/// <summary>
/// Lanes that rest between looks: one stack per place of arrival for those that keep a connection, one stack for those that do not. Only a lane whose look
/// ended well comes back; any other is closed, so no look ever inherits another's trouble.
/// </summary>
internal sealed class HttpLanes(Dialer dialer) : IDisposable
{
    private const int MostFresh = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<LaneKey, Stack<HttpLane>> _kept = [];
    private readonly Stack<HttpLane> _fresh = [];
    private int _count;
    private long _sweptAt = long.MinValue;
    private bool _disposed;

    public HttpLane Rent(LaneKey key, bool fresh)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (fresh) return _fresh.TryPop(out var any) ? any : new HttpLane(dialer, keepsConnection: false);
            Sweep_NeedsLock();
            if (_kept.TryGetValue(key, out var lanes))
                while (lanes.TryPop(out var lane))
                {
                    _count--;
                    if (!IsSpent(lane) || lane.Renew()) return lane;
                    lane.Dispose();
                }
        }
        return new HttpLane(dialer, keepsConnection: true);
    }

    public void Return(LaneKey key, HttpLane lane, bool fresh, bool healthy)
    {
        lock (_gate)
        {
            if (healthy && !_disposed)
            {
                if (fresh && !lane.SpokeTwo && _fresh.Count < MostFresh)
                {
                    _fresh.Push(lane);
                    return;
                }
                if (!fresh && _count < dialer.Options.KeptConnections && (!IsSpent(lane) || lane.Renew()))
                {
                    if (!_kept.TryGetValue(key, out var lanes)) _kept[key] = lanes = new();
                    lanes.Push(lane);
                    _count++;
                    return;
                }
            }
        }
        lane.Dispose();
    }

    /// <summary>Time for a whole handshake again: enough looks, old enough, or its certificate has run out meanwhile.</summary>
    private bool IsSpent(HttpLane lane) =>
        lane.Served >= dialer.Options.LooksPerConnection
        || dialer.Time.GetElapsedTime(lane.OpenedAt) >= dialer.Options.ConnectionLifetime.ToTimeSpan()
        || lane.Tls is { } tls && tls.Certificate.NotAfter <= Instant.From(dialer.Time.GetUtcNow());

    private void Sweep_NeedsLock()
    {
        var now = dialer.Time.GetTimestamp();
        if (_sweptAt != long.MinValue && dialer.Time.GetElapsedTime(_sweptAt, now) < TimeSpan.FromMinutes(1)) return;
        _sweptAt = now;
        foreach (var (key, lanes) in _kept)
        {
            if (lanes.Any(IsSpent))
            {
                var good = lanes.Where(lane => !IsSpent(lane)).Reverse().ToArray();
                foreach (var spent in lanes.Except(good)) spent.Dispose();
                _count -= lanes.Count - good.Length;
                lanes.Clear();
                foreach (var lane in good) lanes.Push(lane);
            }
            if (lanes.Count == 0) _kept.Remove(key);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (var lane in _kept.Values.SelectMany(lanes => lanes).Concat(_fresh)) lane.Dispose();
            _kept.Clear();
            _fresh.Clear();
        }
    }
}
