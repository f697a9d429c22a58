using Kept.Ledger.Entries;
using Kept.Ledger.Hot;
using Kept.Model;
using Microsoft.Data.Sqlite;

namespace Kept.Ledger.Sqlite;

/// <summary>
/// The ledger in a folder: entries, names and sealed looks in SQLite, new looks in hot segments beside it. One process writes; others may open it for reading.
/// Every write to the database is one transaction behind one gate. What is kept in memory (the chain's end, names, series) changes only after its commit.
/// </summary>
internal sealed partial class SqliteLedger : ILedger
{
    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly LedgerOptions _options;
    private readonly Database _database;
    private readonly FolderLock? _lock;
    private readonly HotLog? _hot;
    private readonly HotTail _tail;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly SemaphoreSlim _upkeep = new(1, 1);
    private readonly Dictionary<string, PromiseId> _names;
    private readonly Dictionary<SeriesKey, int> _series;
    private readonly Ulid _id;
    private EntryMint _mint;
    private int _seriesCount;
    private bool _closed;

    private SqliteLedger(string folder, TimeProvider time, Random random, LedgerOptions options, Database database, FolderLock? held, Opened opened)
    {
        (_folder, _time, _random, _options, _database, _lock) = (folder, time, random, options, database, held);
        (_id, _mint, Epoch, _names, _series, Opening) = (opened.Id, opened.Mint, opened.Epoch, opened.Names, opened.Series, opened.Opening);
        _seriesCount = _series.Count;
        _tail = opened.Hot.Tail;
        _readOnlySegments = opened.Hot.Segments;
        if (held is not null) _hot = new HotLog(Path.Combine(folder, HotFolder), opened.Hot, _id, Epoch, time, options, IsSealed, held.Remember);
    }

    public const string HotFolder = "hot";

    public int Epoch { get; }

    public LedgerOpening Opening { get; }

    public string House => Volatile.Read(ref _mint).House;

    public async ValueTask BelongToAsync(string house, CancellationToken cancellationToken)
    {
        EntryHeader.CheckHouse(house);
        if (house == House) return;
        await WriteAsync(mint =>
        {
            mint.House = house;
            using var name = new Rows(_database.Writer, "UPDATE ledger SET house = $1");
            return name.With(house).Run();
        }, null, cancellationToken);
    }

    /// <summary>For tests that make the database fail.</summary>
    internal SqliteConnection Writer => _database.Writer;

    public long LastSequence => _hot is null
        ? _database.Read(connection => Database.Scalar(connection, "SELECT coalesce(max(seq), 0) FROM entry"))
        : Volatile.Read(ref _mint).Sequence;

    public async ValueTask<IReadOnlyList<Entry>> AppendAsync(IReadOnlyList<EntryDraft> drafts, CancellationToken cancellationToken)
    {
        foreach (var draft in drafts) EntryHeader.Check(draft);
        if (drafts.Count == 0) return [];
        return await WriteAsync(mint => (IReadOnlyList<Entry>)AppendOnce(mint, drafts), _ => Forget(drafts), cancellationToken);
    }

    public IReadOnlyList<Entry> Entries(EntryQuery query)
    {
        if (query.Limit <= 0) return [];
        return _database.Read(connection =>
        {
            // without its sign + SQLite would walk the primary key past every other kind
            var where = "seq > $1" + (query.Kind is null ? "" : " AND kind = $3") + (query.Subject is null ? "" : query.Subject.Length == 0 ? " AND subject = $4" : " AND subject <> '' AND subject = $4");
            using var rows = new Rows(connection, $"SELECT header, body FROM entry WHERE {where} ORDER BY seq {(query.NewestFirst ? "DESC" : "ASC")} LIMIT $2");
            using var reader = rows.With(query.After, query.Limit, query.Kind, query.Subject).Read();
            var entries = new List<Entry>();
            while (reader.Read())
                try
                {
                    entries.Add(EntryHeader.Read(Blob(reader, 0), reader.IsDBNull(1) ? null : Blob(reader, 1)));
                }
                catch (FormatException fault)
                {
                    throw Faults.Damaged(_folder, $"an entry after {query.After} cannot be read ({fault.Message}); `kept ledger verify` names it", fault);
                }
            return entries;
        });
    }

    public async ValueTask<PromiseId> IdOfAsync(PromiseName name, PromiseName? was, CancellationToken cancellationToken) =>
        (await IdsOfAsync([(name, was)], cancellationToken))[0];

    public async ValueTask<IReadOnlyList<PromiseId>> IdsOfAsync(IReadOnlyList<(PromiseName Name, PromiseName? Was)> names, CancellationToken cancellationToken)
    {
        lock (_names)
            if (names.All(pair => _names.ContainsKey(pair.Name.ToString())))
                return [.. names.Select(pair => _names[pair.Name.ToString()])];
        return await WriteAsync(mint =>
        {
            var naming = new Naming(_names, mint, Instant.From(_time.GetUtcNow()));
            var ids = naming.Resolve(names);
            Append(_database.Writer, mint, naming.Drafts);
            using var gone = new Rows(_database.Writer, "DELETE FROM name WHERE name = $1");
            using var put = new Rows(_database.Writer, "INSERT INTO name (name, id) VALUES ($1, $2)");
            foreach (var (name, id) in naming.Changes)
                if (id is { } known) put.With(name, known.Value.ToByteArray()).Run();
                else gone.With(name).Run();
            return (Ids: ids, naming.Changes);
        }, result =>
        {
            lock (_names) Naming.Apply(_names, result.Changes);
        }, cancellationToken) is var (ids, _) ? ids : [];
    }

    public async ValueTask<IReadOnlyList<int>> SeriesOfAsync(IReadOnlyList<SeriesKey> keys, CancellationToken cancellationToken)
    {
        lock (_series)
            if (keys.All(_series.ContainsKey))
                return [.. keys.Select(key => _series[key])];
        var minted = await WriteAsync(_ =>
        {
            var fresh = new Dictionary<SeriesKey, int>();
            using var put = new Rows(_database.Writer, "INSERT INTO series (id, promise, check_name, place, hash) VALUES ($1, $2, $3, $4, $5)");
            foreach (var key in keys)
            {
                if (_series.ContainsKey(key) || fresh.ContainsKey(key)) continue;
                var number = _seriesCount + fresh.Count + 1;
                put.With(number, key.Promise.Value.ToByteArray(), key.Check, key.Place, Leaves.OfSeries(number, key)).Run();
                fresh.Add(key, number);
            }
            return fresh;
        }, fresh =>
        {
            lock (_series)
            {
                foreach (var (key, number) in fresh) _series.Add(key, number);
                Volatile.Write(ref _seriesCount, _series.Count);
            }
        }, cancellationToken);
        lock (_series) return [.. keys.Select(key => minted.TryGetValue(key, out var number) ? number : _series[key])];
    }

    public byte[]? Cached(string key) => _database.Read(connection =>
    {
        using var rows = new Rows(connection, "SELECT value, hash FROM cache WHERE key = $1");
        using var reader = rows.With(key).Read();
        if (!reader.Read()) return null;
        var value = Blob(reader, 0);
        return System.Security.Cryptography.SHA256.HashData(value).AsSpan().SequenceEqual(Blob(reader, 1)) ? value : null;
    });

    public async ValueTask CacheAsync(string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) => await WriteAsync(_ =>
    {
        using var put = new Rows(_database.Writer, "INSERT INTO cache (key, value, hash) VALUES ($1, $2, $3) ON CONFLICT (key) DO UPDATE SET value = $2, hash = $3");
        return put.With(key, value.ToArray(), System.Security.Cryptography.SHA256.HashData(value.Span)).Run();
    }, null, cancellationToken);

    public LedgerVerification Verify(CancellationToken cancellationToken) => new Verification(_database, _id, _lock?.Epoch ?? FolderLock.EpochOf(_folder), cancellationToken)
        .Run(() => (_hot?.Segments() ?? HotRecovery.Files(Path.Combine(_folder, HotFolder)), _hot is not null));

    public async ValueTask DisposeAsync()
    {
        if (_closed) return;
        if (_hot is not null) await _hot.DisposeAsync();
        await _gate.WaitAsync();
        _closed = true;
        _gate.Release();
        _database.Dispose();
        _lock?.Dispose();
    }

    /// <summary>One transaction. What <paramref name="work"/> minted becomes the chain's end only when it is on disk.</summary>
    private async ValueTask<T> WriteAsync<T>(Func<EntryMint, T> work, Action<T>? committed, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        var isCommitting = false;
        try
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(ILedger));
            var writer = _database.Writer;
            if (!_database.IsThere)
                throw new LedgerException(StorageCodes.Damaged, $"{Path.Combine(_folder, Database.FileName)} was removed while Kept was running. Stop Kept, put the file back or restore a backup, and start again.");
            if (_isInDoubt) Settle();
            var mint = _mint.Copy();
            T result;
            using (var transaction = writer.BeginTransaction())
            {
                result = work(mint);
                _options.Hit("entries-before-commit");
                isCommitting = true;
                transaction.Commit();
            }
            _options.Hit("entries-after-commit");
            Volatile.Write(ref _mint, mint);
            committed?.Invoke(result);
            return result;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            _isInDoubt |= isCommitting;
            if (Faults.Of(fault, _folder) is var told && ReferenceEquals(told, fault)) throw;
            throw told;
        }
        finally
        {
            if (!_isInDoubt) _trying.Clear();
            _gate.Release();
        }
    }

    private static List<Entry> Append(SqliteConnection writer, EntryMint mint, IReadOnlyList<EntryDraft> drafts)
    {
        var entries = new List<Entry>(drafts.Count);
        using var put = new Rows(writer, "INSERT INTO entry (seq, kind, subject, header, body, hash) VALUES ($1, $2, $3, $4, $5, $6)");
        foreach (var draft in drafts)
        {
            var minted = mint.Next(draft);
            var entry = minted.Entry;
            put.With(entry.Sequence, entry.Kind, entry.Subject, minted.Header, minted.Body, Convert.FromHexString(entry.Hash)).Run();
            entries.Add(entry);
        }
        return entries;
    }

    private static byte[] Blob(SqliteDataReader reader, int column) => reader.GetFieldValue<byte[]>(column);
}
