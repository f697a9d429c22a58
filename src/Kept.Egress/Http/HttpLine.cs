using Kept.Egress.Http;

namespace Kept.Egress;

/// <summary>
/// A connection that several questions of one look share, one after the other, and nobody else: what is asked second then meets what the first left there. Where the server closes
/// it meanwhile, the next question opens a new one, and its trail says so (<see cref="DialTrail.IsNew"/>).
/// </summary>
public sealed class HttpLine : IDisposable
{
    private HttpLane? _lane;
    private LaneKey _key;

    /// <summary>The lane to where all questions go; another place is another connection.</summary>
    internal HttpLane To(Dialer dialer, LaneKey key)
    {
        if (_lane is not null && _key == key) return _lane;
        _lane?.Dispose();
        (_lane, _key) = (new HttpLane(dialer, keepsConnection: true), key);
        return _lane;
    }

    /// <summary>Closes the connection.</summary>
    public void Dispose() => _lane?.Dispose();
}
