using Kept.Model;

namespace Kept.Engine.Schedule;

/// <summary>
/// How late it surely is, for whoever removes what is old. A wall clock may run years ahead for an hour, and what retention took then would never come back. So time
/// that nobody watched is made up for slowly: what passed while this ran counts whole, what lies between is caught up at <see cref="Pace"/> times its speed. An hour of a
/// wrong clock ages evidence by a day, not by years. Never later than the wall clock.
/// </summary>
internal sealed class SureTime(TimeProvider time, Instant began)
{
    public const int Pace = 24;

    private Instant _sure = began;
    private long _read = time.GetTimestamp();

    public Instant Read(Instant wall)
    {
        var mono = time.GetTimestamp();
        var passed = Duration.From(time.GetElapsedTime(_read, mono));
        _read = mono;
        var later = wall - _sure <= passed * Pace ? wall : _sure + (passed * Pace);
        return _sure = later < wall ? later : wall;
    }
}
