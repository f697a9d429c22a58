using System.Globalization;
using System.Text;
using Kept.Engine.History;
using Kept.Engine.Promises;
using Kept.Engine.Recording;
using Kept.Engine.Schedule;
using Kept.Ledger;
using Kept.Model;

namespace Kept.Engine;

/// <summary>What is done from time to time, and at the start: history, snapshots, upkeep, the sign of life.</summary>
internal sealed partial class Keeper
{
    private static readonly Duration UpkeepEvery = Duration.Minutes(1), AliveEvery = Duration.Seconds(15), ShelfEvery = Duration.Seconds(10);

    private const string AliveKey = "engine/alive";
    private const int HistoriesPerMessage = 64;

    private readonly List<HistoryRequest> _histories = [];
    private bool _isReading, _isKeepingUp;
    private string? _readingFault;
    private Instant? _readAt;
    private Duration _readPause;
    private Instant _upkeepAt, _aliveAt, _shelfAt;
    private int _nextShelf;
    private Instant? _downSince;
    private SureTime? _sure;
    private int _restartGaps = 100_000;

    private void Start()
    {
        _downSince = LastSeenAlive();
        _sure = new SureTime(_time, _downSince ?? _startedAt);
        _recorder.Add(EntryBodies.Started(_startedAt, _ledger.Epoch));
        if (_downSince is { } down)
            _recorder.Add(EntryBodies.Gap(_startedAt, "", GapCause.Restarted, down, _startedAt, 0, "nobody was looking"));
        (_upkeepAt, _aliveAt, _shelfAt) = (_startedAt + UpkeepEvery, _startedAt, _startedAt + ShelfEvery);
    }

    /// <summary>When this house ran last: its sign of life, or its orderly end. Null on the first start.</summary>
    private Instant? LastSeenAlive()
    {
        Instant? last = null;
        if (_ledger.Cached(AliveKey) is { } alive && long.TryParse(Encoding.ASCII.GetString(alive), NumberStyles.Integer, CultureInfo.InvariantCulture, out var at))
            last = new Instant(at);
        foreach (var kind in new[] { EntryKinds.Stopped, EntryKinds.Started })
            if (_ledger.Entries(new EntryQuery(Limit: 1, Kind: kind, NewestFirst: true)) is [var entry, ..] && (last is null || entry.Occurred > last))
                last = entry.Occurred;
        return last is { } seen && seen < _startedAt ? seen : null;
    }

    private void DoRounds()
    {
        PrepareNext();
        ReadHistories();
        ReadLoads();
        WatchAnchors();
        TellLost();
        if (_isStopping) return;
        if (_now >= _upkeepAt && !_isKeepingUp)
        {
            _upkeepAt = _now + UpkeepEvery;
            _isKeepingUp = true;
            _ = UpkeepAsync(_now, KeepLooks() + (_now - _sure!.Read(_now)));
        }
        if (_now >= _aliveAt)
        {
            _aliveAt = _now + AliveEvery;
            if (_recorder.Fault is null) SignOfLife();
        }
        if (_now >= _shelfAt)
        {
            _shelfAt = _now + ShelfEvery;
            if (_recorder.Fault is null) Shelve(_nextShelf++ % FoldShelf.Count);
        }
    }

    /// <summary>As the house wishes, and never less than a verdict that is read anew would need.</summary>
    private Duration KeepLooks()
    {
        var keep = _house.Settings.KeepLooks;
        foreach (var promise in _order)
            if (HistoryReader.Reach(promise.Promise) is var reach && reach > keep)
                keep = reach;
        return keep;
    }

    private void SignOfLife() => _recorder.Cache(AliveKey, Encoding.ASCII.GetBytes(_now.Microseconds.ToString(CultureInfo.InvariantCulture)));

    private async Task UpkeepAsync(Instant now, Duration keepLooks)
    {
        await Task.Yield();
        Exception? failed = null;
        try
        {
            await _ledger.UpkeepAsync(now, keepLooks, CancellationToken.None);
        }
        catch (Exception fault)
        {
            failed = fault;
        }
        Post(() =>
        {
            _isKeepingUp = false;
            if (failed is null) return;
            _faults++;
            _log.UpkeepFails(failed);
        });
    }

    // ---- history

    private void AskHistory(TrackedPromise promise)
    {
        promise.Fold = null;
        _histories.Add(new HistoryRequest(promise, promise.Terms, ++promise.Reading));
    }

    private void ReadHistories()
    {
        if (_isReading || _histories.Count == 0 || (_readAt is { } at && _now < at)) return;
        _isReading = true;
        var asked = _histories.OrderBy(request => FoldShelf.Of(request.Terms.Id)).ToList(); // neighbours on a shelf together: each shelf is read once
        _histories.Clear();
        // Whatever was seen so far is in the ledger or waits for it, and storage that fails may keep it waiting for long; what comes from now on goes there by itself.
        var waiting = _recorder.LooksWaiting().Where(look => look.Slot <= _now).ToLookup(look => look.Series);
        foreach (var request in asked)
            foreach (var series in request.Terms.Series)
                if (waiting.Contains(series))
                    (request.Promise.Early ??= []).AddRange(waiting[series]);
        var written = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _recorder.WhenWritten(written); // what is still on its way to the ledger belongs to the history
        _ = ReadAsync(asked, _now, written.Task);
        _recorder.Pump(_now);
    }

    private async Task ReadAsync(List<HistoryRequest> asked, Instant now, Task written)
    {
        await written;
        await Task.Yield();
        var reader = new HistoryReader(_ledger);
        var read = 0;
        var again = new List<HistoryRequest>();
        Exception? failed = null;
        try
        {
            while (read < asked.Count)
            {
                var found = new List<PromiseHistory>(HistoriesPerMessage);
                for (; read < asked.Count && found.Count < HistoriesPerMessage; read++)
                    try
                    {
                        found.Add(reader.Read(asked[read], now, _startedAt));
                    }
                    catch (Exception fault)
                    {
                        // what is damaged of one promise keeps no other waiting; where storage fails as a whole, they all come back here
                        failed = fault;
                        again.Add(asked[read]);
                    }
                Post(() =>
                {
                    foreach (var history in found) Guard(() => Restored(history), $"the history of {history.Request.Terms.Promise.Name}");
                });
                await Task.Yield();
            }
        }
        catch (Exception fault)
        {
            failed = fault;
            again.AddRange(asked.Skip(read));
        }
        Post(() => HistoryEnded(again, failed));
    }

    private void HistoryEnded(List<HistoryRequest> again, Exception? failed)
    {
        _isReading = false;
        if (failed is null)
        {
            (_readAt, _readPause, _readingFault) = (null, Duration.Zero, null);
            return;
        }
        _readPause = Longer(_readPause);
        _readAt = _now + _readPause;
        _readingFault = failed.Message;
        _faults++;
        _log.HistoryFails(failed, _readPause.ToWords());
        _histories.AddRange(again.Where(request => request.Reading == request.Promise.Reading && !request.Promise.IsGone));
    }

    private void Restored(PromiseHistory history)
    {
        var promise = history.Request.Promise;
        if (promise.IsGone || promise.Reading != history.Request.Reading || promise.Fold is not null) return;
        promise.Fold = history.Fold;
        TellForgotten(promise.Promise, history.Fold.FormerPlans);
        promise.Since = history.Since;
        promise.Past = history.Past;
        if (!history.IsTold) _recorder.Add(EntryBodies.Terms(_now, history.Request.Terms, history.Since, history.TermsBefore));
        foreach (var (index, until, every) in history.Unrecorded)
        {
            var check = history.Request.Terms.Promise.Checks[index];
            _recorder.Add(EntryBodies.Rhythm(_now, promise.Name, check.Name, every, check.Every, until));
        }
        if (promise.Told == Outcome.Unknown) promise.Told = history.Told;
        promise.IsToldOf |= history.ToldAt is not null;
        promise.Firing ??= history.Firing;
        promise.IsBack = history.IsBack;
        if (history.ToldAt is { } toldAt && promise.Verdict is { } verdict && promise.OutcomeSince >= _startedAt)
        {
            // Since when it stands so is told by the entry, as long as it still stands so.
            promise.OutcomeSince = toldAt;
            promise.Verdict = verdict with { Outcome = history.Told };
        }
        foreach (var look in promise.Early ?? [])
            if (Array.FindIndex(promise.Checks, check => check.Series == look.Series) is >= 0 and var check)
                history.Fold.Add(check, look);
        promise.Early = null;
        for (var i = 0; i < promise.Checks.Length; i++) Recall(promise.Checks[i], history.Newest[i], history.BeforeStart[i], history.Unrecorded.FirstOrDefault(one => one.Check == i).Every);
        JudgePromise(promise);
    }

    /// <summary>The newest look as the ledger has it, and the slots between the last run and this one: nobody was looking.</summary>
    /// <param name="then">Its period in the last run, where that was another.</param>
    private void Recall(ScheduledCheck check, IReadOnlyList<LookRecord> newest, Instant? beforeStart, Duration then)
    {
        var last = newest.Count > 0 ? newest[^1] : null;
        if (last is not null && (check.Last is null || check.Last.Slot < last.Slot)) (check.Last, check.LastReason) = (last, null);
        if (check.IsPassive)
        {
            Remember(check, newest);
            return;
        }
        if (beforeStart is not { } seen || _downSince is null) return;
        // Between the start and the first house nobody looked either: reading it takes a moment, and a ledger that does not answer may take long.
        var until = check.ScheduledAt == _firstHouseAt && !check.IsRecalled ? check.ScheduledAt : _startedAt;
        var period = then > Duration.Zero ? then.Nanoseconds / Duration.PerMicrosecond : check.Period;
        var phase = period == check.Period ? check.Phase : Phase.Of(check.Owner.Id, check.Check.Name, period);
        var first = Phase.Next(phase, period, seen);
        if (first >= until) return;
        check.IsRecalled = true;
        var most = Math.Clamp(_restartGaps / Math.Max(1, _timetable.Checks), 1, MostGapsAtOnce);
        Missed(check, first, new Instant(until.Microseconds - 1), GapCause.Restarted, most, (phase, period));
    }

    // ---- snapshots

    private void Shelve(int shelf)
    {
        var snapshots = new List<FoldSnapshot>();
        foreach (var promise in _order)
            if (promise.Fold is { } fold && FoldShelf.Of(promise.Id) == shelf)
                snapshots.Add(new FoldSnapshot(promise.Id, promise.Terms.FoldKey, promise.Since, _now, fold.Snapshot()));
        if (snapshots.Count > 0) _recorder.Cache(FoldShelf.Key(shelf), FoldShelf.Write(snapshots));
    }
}
