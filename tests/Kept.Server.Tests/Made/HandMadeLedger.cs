using System.Threading.Channels;
using Kept.Ledger;
using Kept.Model;

namespace Kept.Server.Tests;

/// <summary>A ledger with exactly what a test puts in, for reading; what is written besides is not its business and says so.</summary>
internal sealed class HandMadeLedger : ILedger
{
    private readonly List<Entry> _entries = [];
    private readonly Channel<Entry> _new = Channel.CreateUnbounded<Entry>();

    public Dictionary<int, List<LookRecord>> LooksOf { get; } = [];
    public Dictionary<int, List<Evidence>> Read { get; } = [];
    public Dictionary<int, List<DayTally>> DaysOf { get; } = [];
    /// <summary>When set, every question is answered by it.</summary>
    public LedgerException? Fault { get; set; }

    /// <summary>Hears how many looks each question got.</summary>
    public Action<int>? OnLooks { get; set; }

    public long LastSequence => _entries.Count;
    public int Epoch => 1;
    public string House => "";
    public ValueTask BelongToAsync(string house, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Entry Add(string kind, Instant at, string subject, string body)
    {
        var sequence = _entries.Count + 1;
        var bytes = System.Text.Encoding.UTF8.GetBytes(body);
        var entry = new Entry(sequence, Ulid.Mint(at, new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)sequence }), sequence == 1 ? "" : _entries[^1].Hash, kind, 1, at, at + Duration.Milliseconds(3), "made", 1, "", "public", subject,
            ContentHash.Of(bytes), bytes, ContentHash.Of([(byte)sequence]));
        _entries.Add(entry);
        _new.Writer.TryWrite(entry);
        return entry;
    }

    public async IAsyncEnumerable<Entry> FollowAsync(long after, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var entry in Entries(new EntryQuery(after))) yield return entry;
        var seen = Math.Max(after, LastSequence);
        await foreach (var entry in _new.Reader.ReadAllAsync(cancellationToken))
            if (entry.Sequence > seen)
                yield return entry;
    }

    public IReadOnlyList<Entry> Entries(EntryQuery query)
    {
        Check();
        var matching = _entries.Where(entry => entry.Sequence > query.After && (query.Kind is null || entry.Kind == query.Kind) && (query.Subject is null || entry.Subject == query.Subject));
        return [.. (query.NewestFirst ? matching.Reverse() : matching).Take(query.Limit)];
    }

    public IReadOnlyList<LookRecord> Looks(int series, Instant from, Instant to, int limit = int.MaxValue)
    {
        Check();
        List<LookRecord> looks = [.. LooksOf.GetValueOrDefault(series, []).Where(look => look.Slot >= from && look.Slot < to).TakeLast(limit)];
        OnLooks?.Invoke(looks.Count);
        return looks;
    }

    public IReadOnlyList<Evidence> EvidenceOf(int series, int limit)
    {
        Check();
        return [.. Read.GetValueOrDefault(series, []).Take(limit)];
    }

    public IReadOnlyList<DayTally> Days(int series, Instant from, Instant to)
    {
        Check();
        return [.. DaysOf.GetValueOrDefault(series, []).Where(day => day.Day >= from && day.Day < to)];
    }

    public ValueTask<IReadOnlyList<Entry>> AppendAsync(IReadOnlyList<EntryDraft> drafts, CancellationToken cancellationToken) => throw new NotSupportedException();
    public ValueTask<PromiseId> IdOfAsync(PromiseName name, PromiseName? was, CancellationToken cancellationToken) => throw new NotSupportedException();
    public ValueTask<IReadOnlyList<PromiseId>> IdsOfAsync(IReadOnlyList<(PromiseName Name, PromiseName? Was)> names, CancellationToken cancellationToken) => throw new NotSupportedException();
    public ValueTask<IReadOnlyList<int>> SeriesOfAsync(IReadOnlyList<SeriesKey> keys, CancellationToken cancellationToken) => throw new NotSupportedException();
    public ValueTask RecordAsync(IReadOnlyList<LookRecord> looks, IReadOnlyList<Evidence> evidence, CancellationToken cancellationToken) => throw new NotSupportedException();
    public ValueTask<UpkeepReport> UpkeepAsync(Instant now, Duration keepLooks, CancellationToken cancellationToken) => throw new NotSupportedException();
    public LedgerVerification Verify(CancellationToken cancellationToken) => throw new NotSupportedException();
    public ValueTask<LedgerVerification> BackupAsync(string folder, CancellationToken cancellationToken) => throw new NotSupportedException();
    public byte[]? Cached(string key) => null;
    public ValueTask CacheAsync(string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) => throw new NotSupportedException();
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Check()
    {
        if (Fault is not null) throw Fault;
    }
}
