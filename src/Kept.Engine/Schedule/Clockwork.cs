using Kept.Model;

namespace Kept.Engine.Schedule;

/// <summary>What the clocks did since they were last read.</summary>
/// <param name="Now">The wall clock.</param>
/// <param name="Jump">How far the wall clock moved against the monotonic one, when more than two seconds: set by hand, by NTP, or the machine slept.</param>
/// <param name="Before">Where the wall clock would stand without the jump.</param>
internal readonly record struct ClockReading(Instant Now, Duration Jump, Instant Before)
{
    public bool HasJumped => Jump != Duration.Zero;
}

/// <summary>
/// Reads wall and monotonic clock together. Events are told in wall time; their difference tells jumps and sleep: on Linux the monotonic clock stands still
/// while the machine sleeps, and the wall clock does not.
/// </summary>
internal sealed class Clockwork(TimeProvider time)
{
    public static readonly Duration Tolerance = Duration.Seconds(2);

    private Instant _wall = Instant.From(time.GetUtcNow());
    private long _mono = time.GetTimestamp();

    public ClockReading Read()
    {
        var mono = time.GetTimestamp();
        var wall = Instant.From(time.GetUtcNow());
        var expected = _wall + Duration.From(time.GetElapsedTime(_mono, mono));
        var off = wall - expected;
        if (off <= Tolerance && off >= Duration.Zero - Tolerance)
        {
            // Slow drift (NTP slewing) adds up over days and is no jump: measure anew once a minute.
            if (wall - _wall >= Duration.Minutes(1) || wall < _wall) (_wall, _mono) = (wall, mono);
            return new ClockReading(wall, Duration.Zero, wall);
        }
        (_wall, _mono) = (wall, mono);
        return new ClockReading(wall, off, expected);
    }
}
