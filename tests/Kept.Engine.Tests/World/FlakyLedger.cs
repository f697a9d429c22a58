using Kept.Ledger;
using Kept.Model;

namespace Kept.Engine.Tests.World;

/// <summary>A ledger whose disk can be full for a while. What it kept stays: the next engine may open it again, with an epoch of its own.</summary>
internal sealed class FlakyLedger(ILedger inner) : ILedger
{
    public bool IsFull { get; set; }
    /// <summary>Reading fails too.</summary>
    public bool IsUnreadable { get; set; }
    /// <summary>Blocks of these series are damaged.</summary>
    public HashSet<int> Damaged { get; } = [];
    /// <summary>Each upkeep: its moment, and how long looks were to be kept.</summary>
    public List<(Instant Now, Duration Keep)> Upkeeps { get; } = [];
    /// <summary>Caches can always be thrown away.</summary>
    public bool ForgetsCaches { get; set; }
    public int Writes { get; private set; }
    public int LargestWrite { get; private set; }
    /// <summary>Each write takes so long.</summary>
    public Func<Task>? Slow { get; set; }

    /// <summary>What it can never take: looks and drafts of which this says why not, or which it cannot digest.</summary>
    public Func<object, Exception?>? Poison { get; set; }

    public long LastSequence => inner.LastSequence;
    public int Epoch => inner.Epoch;
    public string House => inner.House;

    public ValueTask BelongToAsync(string house, CancellationToken cancellationToken)
    {
        Check();
        return inner.BelongToAsync(house, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<Entry>> AppendAsync(IReadOnlyList<EntryDraft> drafts, CancellationToken cancellationToken)
    {
        Check();
        Taste(drafts);
        return await inner.AppendAsync(drafts, cancellationToken);
    }

    public async ValueTask RecordAsync(IReadOnlyList<LookRecord> looks, IReadOnlyList<Evidence> evidence, CancellationToken cancellationToken)
    {
        if (Slow is { } wait) await wait();
        Check();
        Writes++;
        LargestWrite = Math.Max(LargestWrite, looks.Count);
        Taste(looks);
        await inner.RecordAsync(looks, evidence, cancellationToken);
    }

    public IReadOnlyList<Entry> Entries(EntryQuery query)
    {
        CheckReading();
        return inner.Entries(query);
    }

    public ValueTask<PromiseId> IdOfAsync(PromiseName name, PromiseName? was, CancellationToken cancellationToken)
    {
        Check();
        return inner.IdOfAsync(name, was, cancellationToken);
    }

    public ValueTask<IReadOnlyList<PromiseId>> IdsOfAsync(IReadOnlyList<(PromiseName Name, PromiseName? Was)> names, CancellationToken cancellationToken)
    {
        Check();
        return inner.IdsOfAsync(names, cancellationToken);
    }

    public ValueTask<IReadOnlyList<int>> SeriesOfAsync(IReadOnlyList<SeriesKey> keys, CancellationToken cancellationToken)
    {
        Check();
        return inner.SeriesOfAsync(keys, cancellationToken);
    }

    public IReadOnlyList<LookRecord> Looks(int series, Instant from, Instant to, int limit = int.MaxValue)
    {
        CheckReading();
        if (Damaged.Contains(series)) throw new LedgerException("S03", $"block 7 of series {series} does not match its hash");
        return inner.Looks(series, from, to, limit);
    }

    public IReadOnlyList<Evidence> EvidenceOf(int series, int limit) => inner.EvidenceOf(series, limit);

    public IReadOnlyList<DayTally> Days(int series, Instant from, Instant to) => inner.Days(series, from, to);

    public ValueTask<UpkeepReport> UpkeepAsync(Instant now, Duration keepLooks, CancellationToken cancellationToken)
    {
        Check();
        Upkeeps.Add((now, keepLooks));
        return inner.UpkeepAsync(now, keepLooks, cancellationToken);
    }

    public LedgerVerification Verify(CancellationToken cancellationToken) => inner.Verify(cancellationToken);

    public ValueTask<LedgerVerification> BackupAsync(string folder, CancellationToken cancellationToken) => inner.BackupAsync(folder, cancellationToken);

    public byte[]? Cached(string key) => ForgetsCaches ? null : inner.Cached(key);

    public ValueTask CacheAsync(string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        Check();
        return inner.CacheAsync(key, value, cancellationToken);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Check()
    {
        if (IsFull) throw new LedgerException("S02", "the disk is full: free some space");
    }

    private void Taste(IEnumerable<object> records)
    {
        foreach (var record in records)
            if (Poison?.Invoke(record) is { } fault)
                throw fault;
    }

    private void CheckReading()
    {
        if (IsUnreadable) throw new LedgerException("S09", "the ledger cannot be read");
    }
}
