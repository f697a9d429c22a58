namespace Kept.Engine.Tests.World;

/// <summary>
/// A clock that tests move: wall and monotonic time apart, so it can jump or sleep, and timers that fire exactly when they are due, one after the other.
/// (FakeTimeProvider moves to the end of an advance before its timers see it, so they would all read the same late time.)
/// </summary>
internal sealed class WorldClock(DateTimeOffset start) : TimeProvider
{
    private readonly PriorityQueue<WorldTimer, (long Due, long Order)> _timers = new();
    private DateTimeOffset _wallAtZero = start;
    private long _mono;
    private long _order;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _mono;

    public override DateTimeOffset GetUtcNow() => _wallAtZero.AddTicks(_mono);

    /// <summary>Moves on, stopping at every timer; <paramref name="settle"/> lets all work finish in between.</summary>
    public void Advance(TimeSpan by, Action settle)
    {
        settle();
        var end = _mono + by.Ticks;
        while (_timers.TryPeek(out var timer, out var at) && at.Due <= end)
        {
            _timers.Dequeue();
            if (timer.Due != at.Due || timer.Order != at.Order) continue;
            _mono = Math.Max(_mono, at.Due);
            timer.Fire();
            settle();
        }
        _mono = end;
        settle();
    }

    /// <summary>Time passes while nothing may run: a pause of the whole process.</summary>
    public void Freeze(TimeSpan by) => _mono += by.Ticks;

    /// <summary>The wall clock alone moves: set by hand, or the machine slept.</summary>
    public void Jump(TimeSpan by) => _wallAtZero += by;

    /// <summary>All timers die, as with their process.</summary>
    public void Forget() => _timers.Clear();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new WorldTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class WorldTimer(WorldClock clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        public long Due { get; private set; } = -1;
        public long Order { get; private set; }

        public void Fire()
        {
            Due = -1;
            if (_period > TimeSpan.Zero) Change(_period, _period);
            callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _period = period;
            Due = dueTime < TimeSpan.Zero ? -1 : clock._mono + dueTime.Ticks;
            if (Due < 0) return true;
            Order = ++clock._order;
            clock._timers.Enqueue(this, (Due, Order));
            return true;
        }

        public void Dispose() => Due = -1;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
