using Kept.Ledger.Entries;
using Kept.Model;

namespace Kept.Ledger.Memory;

/// <summary>The ledger's contract as plainly as it can be said: lists and dictionaries under one lock. Other stores are compared with it.</summary>
internal sealed class MemoryLedger : ILedger
{
    private const int EvidenceKept = 50;

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly List<MintedEntry> _entries = [];
    private readonly Dictionary<string, PromiseId> _names = [];
    private readonly Dictionary<SeriesKey, int> _series = [];
    private readonly Dictionary<int, SortedList<(Instant Slot, int Epoch), LookRecord>> _looks = [];
    private readonly Dictionary<int, SortedList<Instant, Evidence>> _evidence = [];
    private readonly Dictionary<(int Series, Instant Day), DayCounts> _days = [];
    private readonly Dictionary<string, byte[]> _cache = [];
    private readonly EntryMint _mint;
    private Instant _expired;

    public MemoryLedger(TimeProvider time, Random random)
    {
        _time = time;
        var bytes = new byte[10];
        random.NextBytes(bytes);
        _mint = new EntryMint(time, random, Ulid.Mint(Instant.From(time.GetUtcNow()), bytes).ToString(), Epoch, "", 0, EntryHeader.NoPrev, default);
    }

    public long LastSequence
    {
        get
        {
            lock (_lock) return _entries.Count;
        }
    }

    public int Epoch => 1;

    public string House
    {
        get
        {
            lock (_lock) return _mint.House;
        }
    }

    public ValueTask BelongToAsync(string house, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        EntryHeader.CheckHouse(house);
        lock (_lock) _mint.House = house;
        return default;
    }

    public ValueTask<IReadOnlyList<Entry>> AppendAsync(IReadOnlyList<EntryDraft> drafts, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var draft in drafts) EntryHeader.Check(draft);
        lock (_lock) return new(Append(drafts));
    }

    public IReadOnlyList<Entry> Entries(EntryQuery query)
    {
        lock (_lock)
        {
            var found = _entries.Select(minted => minted.Entry).Where(entry =>
                entry.Sequence > query.After && (query.Kind is null || entry.Kind == query.Kind) && (query.Subject is null || entry.Subject == query.Subject));
            return [.. (query.NewestFirst ? found.Reverse() : found).Take(query.Limit)];
        }
    }

    public async ValueTask<PromiseId> IdOfAsync(PromiseName name, PromiseName? was, CancellationToken cancellationToken) =>
        (await IdsOfAsync([(name, was)], cancellationToken))[0];

    public ValueTask<IReadOnlyList<PromiseId>> IdsOfAsync(IReadOnlyList<(PromiseName Name, PromiseName? Was)> names, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var naming = new Naming(_names, _mint, Instant.From(_time.GetUtcNow()));
            var ids = naming.Resolve(names);
            Append(naming.Drafts);
            Naming.Apply(_names, naming.Changes);
            return new(ids);
        }
    }

    public ValueTask<IReadOnlyList<int>> SeriesOfAsync(IReadOnlyList<SeriesKey> keys, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            foreach (var key in keys) _series.TryAdd(key, _series.Count + 1);
            return new([.. keys.Select(key => _series[key])]);
        }
    }

    public ValueTask RecordAsync(IReadOnlyList<LookRecord> looks, IReadOnlyList<Evidence> evidence, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            LookOrder.Check(looks, evidence, Epoch, _series.Count);
            foreach (var look in looks)
            {
                if (!Of(_looks, look.Series).TryAdd((look.Slot, look.Epoch), look)) continue;
                var day = (look.Series, LookOrder.DayOf(look.Slot));
                var counts = _days.GetValueOrDefault(day);
                counts.Add(look.Class);
                _days[day] = counts;
            }
            foreach (var item in evidence)
            {
                var kept = Of(_evidence, item.Series);
                kept.TryAdd(item.Slot, item with { Body = item.Body.ToArray() });
                if (kept.Count > EvidenceKept) kept.RemoveAt(0);
            }
        }
        return default;
    }

    public IReadOnlyList<LookRecord> Looks(int series, Instant from, Instant to, int limit = int.MaxValue)
    {
        lock (_lock)
            return [.. Of(_looks, series).Values.Where(look => look.Slot >= from && look.Slot < to).TakeLast(Math.Max(limit, 0))];
    }

    public IReadOnlyList<Evidence> EvidenceOf(int series, int limit)
    {
        lock (_lock) return [.. Of(_evidence, series).Values.Reverse().Take(Math.Max(limit, 0))];
    }

    public IReadOnlyList<DayTally> Days(int series, Instant from, Instant to)
    {
        lock (_lock)
            return [.. _days.Where(pair => pair.Key.Series == series && pair.Key.Day >= from && pair.Key.Day < to).OrderBy(pair => pair.Key.Day)
                .Select(pair => new DayTally(pair.Key.Day, pair.Value.Good, pair.Value.Bad, pair.Value.Gap, pair.Value.NotInForce))];
    }

    public ValueTask<UpkeepReport> UpkeepAsync(Instant now, Duration keepLooks, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var cutoff = LookOrder.Cutoff(now, keepLooks);
            var gone = 0L;
            if (cutoff > _expired)
                foreach (var looks in _looks.Values)
                    for (; looks.Count > 0 && looks.GetKeyAtIndex(0).Slot < cutoff; gone++) looks.RemoveAt(0);
            if (gone > 0)
            {
                _expired = cutoff;
                Append([Bodies.Draft(EntryKinds.LooksExpired, "", now, json =>
                {
                    json.WriteNumber("before", cutoff.Microseconds);
                    json.WriteNumber("looks", gone);
                })]);
            }
            return new(new UpkeepReport(0, 0, gone, 0));
        }
    }

    public LedgerVerification Verify(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var problems = new List<string>();
            var prev = EntryHeader.NoPrev;
            foreach (var (entry, header, body) in _entries)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (entry.Prev != prev || EntryHeader.Read(header, body).Hash != entry.Hash) problems.Add($"entry {entry.Sequence}: the chain does not hold");
                if (ContentHash.Of(body) != entry.BodyHash) problems.Add($"entry {entry.Sequence}: body does not match its hash");
                prev = entry.Hash;
            }
            return new LedgerVerification(_entries.Count, _looks.Values.Sum(looks => (long)looks.Count), problems);
        }
    }

    /// <exception cref="LedgerException"><c>S09</c>: always; memory has no files to copy.</exception>
    public ValueTask<LedgerVerification> BackupAsync(string folder, CancellationToken cancellationToken) =>
        throw new LedgerException(StorageCodes.Failed, "A ledger in memory cannot be backed up. Give `kept up` a data folder.");

    public byte[]? Cached(string key)
    {
        lock (_lock) return _cache.GetValueOrDefault(key)?.ToArray();
    }

    public ValueTask CacheAsync(string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock) _cache[key] = value.ToArray();
        return default;
    }

    public ValueTask DisposeAsync() => default;

    private IReadOnlyList<Entry> Append(IReadOnlyList<EntryDraft> drafts)
    {
        var minted = drafts.Select(_mint.Next).ToList();
        _entries.AddRange(minted);
        return [.. minted.Select(one => one.Entry)];
    }

    private static T Of<T>(Dictionary<int, T> all, int series) where T : new()
    {
        if (!all.TryGetValue(series, out var one)) all.Add(series, one = new T());
        return one;
    }
}
