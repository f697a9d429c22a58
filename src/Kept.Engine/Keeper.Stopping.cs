using Kept.Engine.History;
using Kept.Engine.Recording;
using Kept.Engine.Schedule;
using Kept.Model;

namespace Kept.Engine;

/// <summary>Clock jumps, and the end.</summary>
internal sealed partial class Keeper
{
    /// <summary>Looks under way may finish within this, measured without the wall clock.</summary>
    public static readonly Duration LooksMayTake = Duration.Seconds(5);

    /// <summary>What is known may be written within this after that.</summary>
    public static readonly Duration WritesMayTake = Duration.Seconds(4);

    private bool _isStopping, _looksAreOver, _hasEnded;
    private long _stoppingAt, _flushingAt;
    private int _abandonedAtStop;

    private void Jumped(ClockReading reading)
    {
        _disturbances++;
        var backwards = reading.Jump < Duration.Zero;
        _log.ClockJumped(reading.Jump.ToWords());
        var (from, to) = backwards ? (reading.Now, reading.Before) : (reading.Before, reading.Now);
        _recorder.TryAdd(EntryBodies.Gap(_now, "", GapCause.Clock, from, to, 0, backwards ? $"the clock was set back by {(from - to).ToWords()}" : $"the clock went forward by {reading.Jump.ToWords()}"));
        if (!backwards)
            foreach (var check in HeartbeatsNow())
                Deafen(check, check.Heartbeat!, reading.Before, reading.Now, GapCause.Clock);
        _timetable.Jump(_order.SelectMany(promise => promise.Checks), _now, backwards);
        (_upkeepAt, _aliveAt, _shelfAt) = (_now, _now, _now);
        (_prepareAt, _readAt) = (null, null);
        _recorder.TryAgain();
        ReadLoadsAnew();
        _ownLoads.Restart(_now);
        RebaseAnchors();
        if (backwards) ForgetTheFuture();
    }

    /// <summary>What was seen under a clock that ran ahead must not outweigh what is seen now: those folds are read again, without it.</summary>
    private void ForgetTheFuture()
    {
        foreach (var promise in _order)
        {
            promise.JudgeAt = long.MaxValue;
            var isAhead = promise.Checks.Any(check => check.Last is { } last && last.Slot > _now) || promise.Since > _now;
            foreach (var check in promise.Checks)
            {
                if (check.Last is { } last && last.Slot > _now) (check.Last, check.LastReason) = (null, null);
                if (check.Heartbeat is { IsArmed: true } beat && beat.LastCall > _now)
                {
                    beat.Called(_now);
                    beat.LastRecorded = null;
                    _timetable.Rewake(check, After(beat.Deadline));
                }
            }
            if (isAhead) AskHistory(promise);
            JudgePromise(promise);
        }
    }

    private List<ScheduledCheck> HeartbeatsNow() => [.. _beatsByKey.Values.SelectMany(checks => checks)];

    private void BeginStop()
    {
        if (_isStopping) return;
        _isStopping = true;
        _stoppingAt = _time.GetTimestamp();
        _timetable.LooksAtOnce = 0; // nothing new begins
        _log.Stopping(_timetable.UnderWay);
    }

    private void GoOnStopping()
    {
        if (!_looksAreOver)
        {
            if (_timetable.UnderWay > 0 && Since(_stoppingAt) < LooksMayTake) return;
            EndLooks();
            _looksAreOver = true;
            _flushingAt = _time.GetTimestamp();
        }
        if (!_recorder.IsIdle && Since(_flushingAt) < WritesMayTake) return;
        _log.Stopped(_abandonedAtStop, _recorder.Unrecorded);
        _hasEnded = true;
    }

    private void EndLooks()
    {
        GiveUpSuspects();
        _round?.Cancel.Cancel();
        if (_anchors.Blind is { } blind) _recorder.TryAdd(EntryBodies.Gap(_now, "", _anchors.BlindCause, _anchors.BlindSince!.Value, _now, 0, blind));
        foreach (var run in UnderWay.ToList())
        {
            _abandonedAtStop++;
            KeepGap(run.Check, run.Slot, GapCause.Restarted);
            _gaps[(int)GapCause.Restarted]++;
            JudgePromise(run.Check.Owner);
            run.Cancel.Cancel();
        }
        _looksEnd.Cancel();
        // Due and never begun, because we were about to stop.
        foreach (var check in _order.SelectMany(promise => promise.Checks))
            if (check.Stage == Stage.Waiting)
                Missed(check, check.Slot, check.Slot, GapCause.Restarted);
        JudgeDue(); // what this changed is told before the entry that ends the ledger
        for (var shelf = 0; shelf < FoldShelf.Count; shelf++) Shelve(shelf);
        SignOfLife();
        _recorder.Add(EntryBodies.Stopped(_now, _abandonedAtStop));
        _recorder.HurryUp();
    }

    /// <summary>After the loop has ended.</summary>
    public void Dispose() => _looksEnd.Dispose();

    private Duration Since(long timestamp) => Duration.From(_time.GetElapsedTime(timestamp));
}
