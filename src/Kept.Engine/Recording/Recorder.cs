using Kept.Ledger;
using Kept.Model;
using Microsoft.Extensions.Logging;

namespace Kept.Engine.Recording;

/// <summary>
/// Everything on its way to the ledger, in order: looks with their evidence, then the entries that rest on them, then caches that must not be ahead of them.
/// One write is under way at a time; what comes meanwhile goes with the next, so many looks share one sync. Storage that fails is tried again with growing
/// pauses, and what waits is bounded: looks beyond the bound are refused, and the caller makes them gaps. Owned by the loop, but for <see cref="WriteAsync"/>.
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
    public int Unrecorded => _next.Looks.Count + (_writing?.Looks.Count ?? 0) + (_stuck?.Looks.Count ?? 0);

    public int WaitingEntries => _next.Entries.Count + (_writing?.Entries.Count ?? 0) + (_stuck?.Entries.Count ?? 0);

    public bool HasRoom => Unrecorded < MostLooks;

    public bool IsIdle => _writing is null && _stuck is null && _next.IsEmpty;

    /// <summary>Evidence that was dropped because too much of it waited.</summary>
    public long DroppedEvidence { get; private set; }

    public Instant? LastRecordedAt { get; private set; }

    /// <summary>Why the ledger refuses; null while it works.</summary>
    public string? Fault { get; private set; }

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
    public IEnumerable<LookRecord> LooksWaiting() => [.. _stuck?.Looks ?? [], .. _writing?.Looks ?? [], .. _next.Looks];

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

    /// <summary>Completes once what was added so far is on disk, or storage fails: nobody waits for a broken disk.</summary>
    public void WhenWritten(TaskCompletionSource done)
    {
        if (Fault is not null) done.TrySetResult();
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
            if (!batch.LooksDone && (batch.Looks.Count > 0 || batch.Evidence.Count > 0)) await ledger.RecordAsync(batch.Looks, batch.Evidence, CancellationToken.None);
            batch.LooksDone = true;
            if (!batch.EntriesDone && batch.Entries.Count > 0) await ledger.AppendAsync(batch.Entries, CancellationToken.None);
            batch.EntriesDone = true;
            foreach (var (key, value) in batch.Caches) await ledger.CacheAsync(key, value, CancellationToken.None);
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
        var now = Instant.From(time.GetUtcNow());
        if (failed is null)
        {
            if (Fault is not null) log.StorageWorksAgain(Unrecorded);
            Fault = null;
            RetryAt = null;
            _pause = Duration.Zero;
            LastRecordedAt = now;
            batch.Release();
            return;
        }
        Fault = failed is LedgerException ? failed.Message : $"{failed.GetType().Name}: {failed.Message}";
        _pause = _pause == Duration.Zero ? FirstPause : _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
        RetryAt = now + _pause;
        log.StorageFails(failed, Unrecorded, _pause.ToWords());
        batch.Release();
        _next.Release();
        _stuck = batch;
    }

    private sealed record Finished(Batch Batch, Exception? Failed);

    private sealed class Batch
    {
        public List<LookRecord> Looks { get; private set; } = [];
        public List<Evidence> Evidence { get; private set; } = [];
        public List<EntryDraft> Entries { get; private set; } = [];
        public Dictionary<string, byte[]> Caches { get; private set; } = new(StringComparer.Ordinal);
        public List<TaskCompletionSource> Waiters { get; private set; } = [];
        public bool LooksDone { get; set; }
        public bool EntriesDone { get; set; }

        public bool IsEmpty => Looks.Count == 0 && Evidence.Count == 0 && Entries.Count == 0 && Caches.Count == 0 && Waiters.Count == 0;

        /// <summary>At most so many looks leave; entries, caches and waiters only with the last look, for they rest on it.</summary>
        public Batch Take(int most)
        {
            var taken = new Batch();
            if (Looks.Count > most)
            {
                taken.Looks = Looks.GetRange(0, most);
                Looks.RemoveRange(0, most);
                return taken;
            }
            (taken.Looks, Looks) = (Looks, []);
            (taken.Evidence, Evidence) = (Evidence, []);
            (taken.Entries, Entries) = (Entries, []);
            (taken.Caches, Caches) = (Caches, new Dictionary<string, byte[]>(StringComparer.Ordinal));
            (taken.Waiters, Waiters) = (Waiters, []);
            return taken;
        }

        public void Release()
        {
            foreach (var waiter in Waiters) waiter.TrySetResult();
            Waiters.Clear();
        }
    }
}
