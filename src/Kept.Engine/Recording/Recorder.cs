using Kept.Ledger;
using Kept.Model;
using Microsoft.Extensions.Logging;

namespace Kept.Engine.Recording;

/// <summary>
/// Everything on its way to the ledger, in order: looks with their evidence, then the entries that rest on them, then caches that must not be ahead of them.
/// One write is under way at a time; what comes meanwhile goes with the next, so many looks share one sync. Storage that fails is tried again with growing
/// pauses, and what waits is bounded: looks beyond the bound are refused, and the caller makes them gaps. A record that the ledger can never take is given up
/// and told; all others go on. Owned by the loop, but for <see cref="WriteAsync"/>.
/// </summary>
internal sealed class Recorder(ILedger ledger, TimeProvider time, ILogger log, Action<Action> post)
{
    public const int MostLooks = 200_000, MostEvidence = 5_000, MostEntries = 50_000, MostPerWrite = 10_000;

    /// <summary>Writes begin at least this far apart, so that a busy house shares its syncs; nobody who waits for one, and no large batch, is held up.</summary>
    public static readonly Duration Gather = Duration.Milliseconds(25);

    private static readonly Duration FirstPause = Duration.Milliseconds(100), LongestPause = Duration.Seconds(30);

    private Batch _next = new();
    private Batch? _writing;
    private Batch? _stuck;
    private Finished? _finished;
    private Duration _pause;
    private Instant _beganAt;
    private bool _isHurried;

    /// <summary>Looks that the ledger has not acknowledged.</summary>
    public int Unrecorded => _next.Looks.Count + (_writing?.Looks.Left ?? 0) + (_stuck?.Looks.Left ?? 0);

    public int WaitingEntries => _next.Entries.Count + (_writing?.Entries.Left ?? 0) + (_stuck?.Entries.Left ?? 0);

    public bool HasRoom => Unrecorded < MostLooks;

    public bool IsIdle => _writing is null && _stuck is null && _next.IsEmpty;

    /// <summary>Evidence that was dropped because too much of it waited.</summary>
    public long DroppedEvidence { get; private set; }

    public Instant? LastRecordedAt { get; private set; }

    /// <summary>Why the ledger refuses; null while it works.</summary>
    public string? Fault { get; private set; }

    /// <summary>Records that the ledger can never take; each was given up, and told.</summary>
    public long Refused { get; private set; }

    /// <summary>Called for each of them, on the loop.</summary>
    public Action<Refusal>? OnRefusal { get; init; }

    /// <summary>When a write is due: one that gathers, or one that failed and is tried again.</summary>
    public Instant? DueAt => _writing is not null ? null : _stuck is not null ? RetryAt : _next.IsEmpty ? null : _beganAt + Gather;

    private Instant? RetryAt { get; set; }

    public void Add(LookRecord look) => _next.Looks.Add(look);

    public void Add(Evidence evidence)
    {
        if (_next.Evidence.Count < MostEvidence) _next.Evidence.Add(evidence);
        else DroppedEvidence++;
    }

    /// <summary>Looks that the ledger has not acknowledged, oldest first.</summary>
    public IEnumerable<LookRecord> LooksWaiting() => [.. _stuck?.Looks.Waiting ?? [], .. _writing?.Looks.All ?? [], .. _next.Looks.All];

    /// <summary>For what must never be left out, however much waits: terms, houses, the one gap of a start. There are at most a few per promise.</summary>
    public void Add(EntryDraft entry) => _next.Entries.Add(entry);

    /// <summary>False when too many entries wait: ask again later.</summary>
    public bool TryAdd(EntryDraft entry)
    {
        if (WaitingEntries >= MostEntries) return false;
        _next.Entries.Add(entry);
        return true;
    }

    /// <summary>Replaces an older value of the same key that still waits.</summary>
    public void Cache(string key, byte[] value) => _next.Caches[key] = value;

    /// <summary>Caches that wait may hold what is not so any more.</summary>
    public void ForgetCaches() => _next.Caches.Clear();

    /// <summary>True once what was added so far is on disk; false at once where storage fails: nobody waits for a broken disk, and nobody is told that it took what it did not.</summary>
    public void WhenWritten(TaskCompletionSource<bool> done)
    {
        if (Fault is not null) done.TrySetResult(false);
        else _next.Waiters.Add(done);
    }

    /// <summary>Starts a write when there is something to write and none is under way.</summary>
    public void Pump(Instant now)
    {
        Settle();
        if (_writing is not null) return;
        if (_stuck is not null)
        {
            if (RetryAt is { } at && now < at) return;
            _writing = _stuck;
            _stuck = null;
            // alone it could not be told from a broken disk, and everything would wait behind it for ever
            if (_writing.UnclearFaults >= Batch.TriesBeforeSifting) _writing.Join(_next.Take(MostPerWrite));
        }
        else if (!_next.IsEmpty && (_isHurried || _next.Waiters.Count > 0 || _next.Looks.Count >= MostPerWrite / 10 || now >= _beganAt + Gather || now < _beganAt))
        {
            _writing = _next.Take(MostPerWrite);
        }
        else
        {
            return;
        }
        _beganAt = now;
        _ = WriteAsync(_writing);
    }

    /// <summary>What failed is tried again at once: the clock jumped, or the process is about to stop.</summary>
    public void TryAgain() => RetryAt = null;

    /// <summary>The process is about to stop: nothing gathers any more.</summary>
    public void HurryUp() => (RetryAt, _isHurried) = (null, true);

    private async Task WriteAsync(Batch batch)
    {
        await Task.Yield(); // a store may block its caller; the schedule must not
        Exception? failed = null;
        try
        {
            await batch.WriteAsync(ledger);
        }
        catch (Exception fault)
        {
            failed = fault;
        }
        // Noticed at the loop's next turn, not behind the messages that wait: under load the disk would stand idle for them, and what it could take would be lost.
        Volatile.Write(ref _finished, new Finished(batch, failed));
        post(Settle);
    }

    private void Settle()
    {
        if (Interlocked.Exchange(ref _finished, null) is { } finished) Ended(finished.Batch, finished.Failed);
    }

    private void Ended(Batch batch, Exception? failed)
    {
        _writing = null;
        foreach (var refusal in batch.Refusals)
        {
            Refused++;
            log.RecordRefused(refusal.Fault, refusal.Words);
            OnRefusal?.Invoke(refusal);
        }
        if (batch.Refusals.Count > 0) _pause = Duration.Zero; // it got on, so what is next in doubt need not wait for long
        batch.Refusals.Clear();
        var now = Instant.From(time.GetUtcNow());
        if (failed is null)
        {
            if (Fault is not null) log.StorageWorksAgain(Unrecorded);
            Fault = null;
            RetryAt = null;
            _pause = Duration.Zero;
            LastRecordedAt = now;
            batch.Release(isWritten: true);
            return;
        }
        Fault = failed is LedgerException ? failed.Message : $"{failed.GetType().Name}: {failed.Message}";
        _pause = _pause == Duration.Zero ? FirstPause : _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
        RetryAt = now + _pause;
        log.StorageFails(failed, Unrecorded, _pause.ToWords());
        batch.Release(isWritten: false);
        _next.Release(isWritten: false);
        _stuck = batch;
    }

    private sealed record Finished(Batch Batch, Exception? Failed);
}
