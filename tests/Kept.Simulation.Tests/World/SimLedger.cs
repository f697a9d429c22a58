using Kept.Ledger;
using Kept.Model;

namespace Kept.Simulation.Tests.World;

/// <summary>The real ledger behind a disk that may fail, which remembers what was acknowledged; and behind a saboteur, where a bug is planted.</summary>
internal sealed class SimLedger(ILedger inner, Planted planted, Func<int, int> draw, Dictionary<(int Series, Instant Slot), LookRecord> acknowledged) : ILedger
{
    private int _looks, _verdicts;

    public bool IsFull { get; set; }
    public bool IsUnreadable { get; set; }

    /// <summary>Caches can always be thrown away.</summary>
    public bool ForgetsCaches { get; set; }

    /// <summary>After the moment of a crash nothing that is answered was answered to anybody.</summary>
    public bool IsDead { get; set; }

    /// <summary>Each write takes so long.</summary>
    public Func<Task>? Slow { get; set; }

    public ILedger Inner => inner;
    public long LastSequence => inner.LastSequence;
    public int Epoch => inner.Epoch;
    public string House => inner.House;
    public LedgerOpening Opening => inner.Opening;

    public ValueTask BelongToAsync(string house, CancellationToken cancellationToken)
    {
        Check();
        return inner.BelongToAsync(house, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<Entry>> AppendAsync(IReadOnlyList<EntryDraft> drafts, CancellationToken cancellationToken)
    {
        Check();
        if (planted == Planted.LosesAVerdict)
            drafts = [.. drafts.Select(draft => draft.Kind == EntryKinds.VerdictChanged && ++_verdicts % 3 == 0 ? draft with { Kind = EntryKinds.Gap } : draft)];
        return await inner.AppendAsync(drafts, cancellationToken);
    }

    public async ValueTask RecordAsync(IReadOnlyList<LookRecord> looks, IReadOnlyList<Evidence> evidence, CancellationToken cancellationToken)
    {
        if (Slow is { } wait) await wait();
        Check();
        var recorded = planted switch
        {
            Planted.LosesALook => [.. looks.Where(_ => ++_looks % 97 != 0)],
            Planted.GoodForAGap => [.. looks.Select(look => look.Class == LookClass.Gap ? look with { Class = LookClass.Good, Gap = GapCause.None } : look)],
            Planted.GoodForBad => [.. looks.Select(look => look.Class == LookClass.Bad && ++_looks % 5 == 0 ? look with { Class = LookClass.Good, Failure = TargetFailure.None } : look)],
            Planted.InventsALook => [.. looks.SelectMany(look => ++_looks % 50 == 0 ? (LookRecord[])[look, look with { Slot = look.Slot + Duration.Seconds(1) }] : [look])],
            Planted.NeverLate => [.. looks.Select(look => look with { LateMicroseconds = 0 })],
            _ => looks,
        };
        await inner.RecordAsync(recorded, evidence, cancellationToken);
        if (!IsDead)
            foreach (var look in looks) acknowledged[(look.Series, look.Slot)] = look;
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
        return inner.Looks(series, from, to, limit);
    }

    public IReadOnlyList<Evidence> EvidenceOf(int series, int limit)
    {
        CheckReading();
        return inner.EvidenceOf(series, limit);
    }

    public IReadOnlyList<DayTally> Days(int series, Instant from, Instant to) => inner.Days(series, from, to);

    public ValueTask<UpkeepReport> UpkeepAsync(Instant now, Duration keepLooks, CancellationToken cancellationToken)
    {
        Check();
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

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private void Check()
    {
        if (IsFull) throw new LedgerException(StorageCodes.DiskFull, $"the disk is full, or may not grow ({draw(1000)})");
    }

    private void CheckReading()
    {
        if (IsUnreadable) throw new LedgerException(StorageCodes.Failed, "the ledger cannot be read");
    }
}
