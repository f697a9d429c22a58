using Kept.Ledger;
using Kept.Model;

namespace Kept.Server;

/// <summary>The ledger as strangers may read it: entries and evidence by <see cref="Discretion"/>. Nothing is written through it.</summary>
internal sealed class DiscreetLedger(ILedger ledger) : ILedger
{
    public long LastSequence => ledger.LastSequence;
    public int Epoch => ledger.Epoch;
    public string House => ledger.House;

    public IReadOnlyList<Entry> Entries(EntryQuery query) => [.. ledger.Entries(query).Select(Discretion.Of)];
    public IReadOnlyList<Evidence> EvidenceOf(int series, int limit) => [.. ledger.EvidenceOf(series, limit).Select(Discretion.Of)];
    public IReadOnlyList<LookRecord> Looks(int series, Instant from, Instant to, int limit = int.MaxValue) => ledger.Looks(series, from, to, limit);
    public IReadOnlyList<DayTally> Days(int series, Instant from, Instant to) => ledger.Days(series, from, to);

    public static async IAsyncEnumerable<Entry> Of(IAsyncEnumerable<Entry> entries)
    {
        await foreach (var entry in entries) yield return Discretion.Of(entry);
    }

    public ValueTask BelongToAsync(string house, CancellationToken cancellationToken) => throw ReadOnly();
    public ValueTask<IReadOnlyList<Entry>> AppendAsync(IReadOnlyList<EntryDraft> drafts, CancellationToken cancellationToken) => throw ReadOnly();
    public ValueTask<PromiseId> IdOfAsync(PromiseName name, PromiseName? was, CancellationToken cancellationToken) => throw ReadOnly();
    public ValueTask<IReadOnlyList<PromiseId>> IdsOfAsync(IReadOnlyList<(PromiseName Name, PromiseName? Was)> names, CancellationToken cancellationToken) => throw ReadOnly();
    public ValueTask<IReadOnlyList<int>> SeriesOfAsync(IReadOnlyList<SeriesKey> keys, CancellationToken cancellationToken) => throw ReadOnly();
    public ValueTask RecordAsync(IReadOnlyList<LookRecord> looks, IReadOnlyList<Evidence> evidence, CancellationToken cancellationToken) => throw ReadOnly();
    public ValueTask<UpkeepReport> UpkeepAsync(Instant now, Duration keepLooks, CancellationToken cancellationToken) => throw ReadOnly();
    public LedgerVerification Verify(CancellationToken cancellationToken) => throw ReadOnly();
    public ValueTask<LedgerVerification> BackupAsync(string folder, CancellationToken cancellationToken) => throw ReadOnly();
    public byte[]? Cached(string key) => throw ReadOnly();
    public ValueTask CacheAsync(string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) => throw ReadOnly();

    /// <summary>It is the owner's: who disposed of it here would end the engine's.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static InvalidOperationException ReadOnly() => new("pages and API only read entries, evidence and looks");
}
