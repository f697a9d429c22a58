using System.Collections.Concurrent;
using System.Threading.Channels;
using Kept.Engine.Promises;
using Kept.Engine.Recording;
using Kept.Engine.Schedule;
using Kept.Engine.Viewing;
using Kept.Ledger;
using Kept.Model;
using Microsoft.Extensions.Logging;

namespace Kept.Engine;

/// <summary>
/// The loop of a running house. One asynchronous flow owns all state and handles one message after the other, so there is nothing to lock; looks, writes and
/// readings of history run beside it and post what they bring. It works the same on the thread pool and on a single thread with a
/// <see cref="SynchronizationContext"/>: nothing here starts a thread or leaves the context. Readers see immutable views only.
/// </summary>
internal sealed partial class Keeper : IDisposable
{
    /// <summary>The loop turns at least this often, so standing still is noticed.</summary>
    public static readonly Duration Pulse = Duration.Milliseconds(500);

    private static readonly TimeSpan BusyPages = TimeSpan.FromMilliseconds(20);

    private const int MostMessagesPerTurn = 1_000, ShortestWait = 2;

    private readonly EngineParts _parts;
    private readonly TimeProvider _time;
    private readonly ILedger _ledger;
    private readonly ILogger _log;
    private readonly Channel<Action> _inbox = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true, AllowSynchronousContinuations = false });
    private readonly CancellationTokenSource _looksEnd = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Clockwork _clock;
    private readonly Timetable _timetable;
    private readonly Recorder _recorder;
    private readonly Lateness _lateness = new();
    private readonly ViewShelves _shelves = new();
    private readonly long[] _gaps = new long[Enum.GetValues<GapCause>().Length];

    private readonly Instant _startedAt;
    private Instant _now;
    private long _turnedAt, _publishedAt;
    private int _disturbances;
    private long _looks, _faults;
    private (Duration P50, Duration P99, Duration Max) _late;
    private Instant _lateReadAt;
    private int _tickWaits;
    private readonly Action _ticked, _readClock, _turn; // made once: the loop turns some hundred times a second
    private readonly EndedLooks _endedLooks;
    private volatile bool _isRunning;
    private HouseView _view;
    private long _movedTo;

    // Who waits, with how to answer when the house ends. Combinators (WhenAny, WaitAsync) would hop over the thread pool, out of a single-threaded world.
    private readonly ConcurrentDictionary<object, Action> _open = new();
    private readonly ConcurrentDictionary<TaskCompletionSource, byte> _followers = new();
    private readonly List<TaskCompletionSource<bool>> _whenPublished = [];

    public Keeper(EngineParts parts)
    {
        _parts = parts;
        (_time, _ledger, _log) = (parts.Time, parts.Ledger, parts.Log);
        _clock = new Clockwork(_time);
        _doorstep = new Doorstep(_time);
        _timetable = new Timetable(Launch, Missed, Heed, (check, fault) => Faulted(fault, $"the schedule of {check.Owner.Name}")) { Abandoned = Abandoned };
        _recorder = new Recorder(_ledger, _time, _log, Post) { OnRefusal = refusal => Guard(() => GiveUp(refusal), "a record that was refused") };
        _now = _startedAt = Instant.From(_time.GetUtcNow());
        // The tick itself says that it was read: cleared anywhere else, a tick that comes in between would be the last one ever.
        _ticked = () => Interlocked.Exchange(ref _tickWaits, 0);
        _endedLooks = new EndedLooks(() => Post(static () => { })); // each turn takes them, whatever woke it
        (_readClock, _turn, _outcomeOf) = (ReadClock, Turn, OutcomeOf);
        _movedTo = _ledger.LastSequence;
        _view = new HouseView(_now, _movedTo, _house, null, ViewPage.Empty, Read());
    }

    public HouseView View => Volatile.Read(ref _view);

    public bool IsRunning => _isRunning;

    /// <summary>Completes when the loop has ended.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Hands work to the loop, from any thread. What comes after its end is dropped: <see cref="Ended"/> tells.</summary>
    public void Post(Action message) => _inbox.Writer.TryWrite(message);

    /// <summary>Asks the loop and waits for its answer; <paramref name="ifEnded"/> when the house ends, or has ended, before it comes.</summary>
    public async Task<T> AskAsync<T>(Action<TaskCompletionSource<T>> ask, T ifEnded, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _open[answer] = () => answer.TrySetResult(ifEnded);
        try
        {
            await using var cancelled = cancellationToken.Register(() => answer.TrySetCanceled(cancellationToken));
            Post(() => ask(answer));
            if (_ended.Task.IsCompleted) answer.TrySetResult(ifEnded);
            return await answer.Task;
        }
        finally
        {
            _open.TryRemove(answer, out _);
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (_isRunning || _ended.Task.IsCompleted) throw new InvalidOperationException("this house runs already, or ran before");
        _isRunning = true;
        await using var timer = _time.CreateTimer(_ => Tick(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        await using var stop = cancellationToken.Register(() => Post(BeginStop));
        _turnedAt = _time.GetTimestamp();
        Action arm = () => Arm(timer);
        Guard(Start, "the start");
        Guard(_turn, "the schedule");
        Guard(arm, "the timer");
        while (!_hasEnded)
        {
            // The token only asks for the end, which comes as a message: what is under way is to be finished and recorded first.
            await _inbox.Reader.WaitToReadAsync(CancellationToken.None);
            _endedLooks.Expect(isComing: false);
            Guard(_readClock, "the clock");
            if (cancellationToken.IsCancellationRequested) Guard(BeginStop, "the end"); // not behind all that waits: the end is bounded
            for (var handled = 0; handled < MostMessagesPerTurn && _inbox.Reader.TryRead(out var message); handled++) Guard(message, "a message");
            TakeEnded();
            Guard(_turn, "the schedule");
            StartLooks();
            Guard(arm, "the timer");
        }
        _inbox.Writer.TryComplete();
        _isRunning = false;
        _ended.TrySetResult();
        foreach (var answer in _open.Values) answer();
        Pulsed();
    }

    /// <summary>Waits until the ledger holds entries after a sequence; false when the house has ended and none will come.</summary>
    public async ValueTask<bool> MovedAsync(long after, CancellationToken cancellationToken)
    {
        while (_ledger.LastSequence <= after)
        {
            if (_ended.Task.IsCompleted) return false;
            var moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _followers[moved] = 0;
            // What came between the first look and the registration would never be told again.
            if (_ledger.LastSequence > after || _ended.Task.IsCompleted) moved.TrySetResult();
            try
            {
                await using var cancelled = cancellationToken.Register(() => moved.TrySetCanceled(cancellationToken));
                await moved.Task;
            }
            finally
            {
                _followers.TryRemove(moved, out _);
            }
        }
        return true;
    }

    private void Tick()
    {
        // One tick waiting is enough, however often the timer fires while the loop is busy.
        if (Interlocked.Exchange(ref _tickWaits, 1) == 0) Post(_ticked);
    }

    /// <summary>A fault of ours is counted, logged and survived: no message and no turn can end the loop.</summary>
    private void Guard(Action act, string what)
    {
        try
        {
            act();
        }
        catch (Exception fault)
        {
            Faulted(fault, what);
        }
    }

    private void Faulted(Exception fault, string what)
    {
        _faults++;
        _log.OwnFault(fault, what);
    }

    private void ReadClock()
    {
        var turned = _time.GetTimestamp();
        var silent = Duration.From(_time.GetElapsedTime(_turnedAt, turned));
        _turnedAt = turned;
        var reading = _clock.Read();
        _now = reading.Now;
        if (reading.HasJumped) Jumped(reading);
        if (silent > Pulse + Duration.Seconds(1)) StoodStill(silent - Pulse);
    }

    private void Turn()
    {
        _timetable.Advance(_now);
        JudgeDue();
        DoRounds();
        if (_isStopping) GoOnStopping();
        _recorder.Pump(_now);
        // A busy house publishes when it has a moment, or often enough: each page costs copies of what changed since the one before.
        var isBusy = _inbox.Reader.TryPeek(out _) || Wait() <= ShortestWait;
        if (_hasEnded || _whenPublished.Count > 0 || !isBusy || _time.GetElapsedTime(_publishedAt) >= BusyPages) Publish();
    }

    /// <summary>
    /// Milliseconds until something is due. Timers tick in milliseconds, and rounding down would wake us before it is time, again and again. In a busy house two
    /// milliseconds of looks share one turn: few enough not to disturb each other, and half the wake-ups.
    /// </summary>
    private long Wait()
    {
        var next = _now + Pulse;
        if (_timetable.NextWake is { } wake && wake < next) next = wake;
        if (_changes.TryPeek(out _, out var change) && change < next.Microseconds) next = new Instant(change);
        if (_recorder.DueAt is { } due && due < next) next = due;
        return Math.Max(ShortestWait, (next.Microseconds - _now.Microseconds + 999) / 1000);
    }

    private void Arm(ITimer timer)
    {
        var wait = Pulse.Nanoseconds / Duration.PerMillisecond;
        try
        {
            wait = Wait();
        }
        finally
        {
            timer.Change(TimeSpan.FromMilliseconds(wait), Timeout.InfiniteTimeSpan); // whatever happened above, the loop turns again
        }
        // Where looks wait for a place, one that ends gives its place on at once.
        if (wait <= ShortestWait && _timetable.Waiting == 0) _endedLooks.Expect(isComing: true);
    }

    private void Publish()
    {
        _publishedAt = _time.GetTimestamp();
        if (_now - _lateReadAt >= Duration.Seconds(1) || _now < _lateReadAt) (_late, _lateReadAt) = (_lateness.Read(_now), _now);
        var sequence = _ledger.LastSequence;
        Volatile.Write(ref _view, new HouseView(_now, sequence, _house, _fault, _shelves.Publish(), Read()) { Loads = ShownLoads(), Anchors = ShownAnchors() });
        if (sequence > _movedTo) Pulsed();
        _movedTo = sequence;
        foreach (var taker in _whenPublished) taker.TrySetResult(true);
        _whenPublished.Clear();
    }

    private void Pulsed()
    {
        foreach (var follower in _followers.Keys) follower.TrySetResult();
    }

    private Gauges Read() => new(
        _startedAt, _timetable.Checks, _timetable.UnderWay, _timetable.Waiting, _looks, (long[])_gaps.Clone(), _faults, _late.P50, _late.P99, _late.Max,
        _recorder.Unrecorded, _recorder.Refused, _recorder.LastRecordedAt, _recorder.Fault ?? _readingFault);
}
