using System.Data.Common;
using Kept.Ledger.Entries;
using Kept.Ledger.Hot;
using Kept.Model;

namespace Kept.Ledger.Stored;

/// <summary>
/// The ledger over a database and a folder: entries, names and sealed looks in the database, new looks in hot segments in the folder. One process writes; others may
/// open it for reading. Every write to the database is one transaction behind one gate. What is kept in memory (the chain's end, names, series) changes only after its commit.
/// </summary>
internal sealed partial class StoredLedger : ILedger
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
    private LedgerException? _replaced; // another writer took over
    private bool _closed;

    private StoredLedger(string folder, TimeProvider time, Random random, LedgerOptions options, Database database, FolderLock? held, Opened opened)
    {
        (_folder, _time, _random, _options, _database, _lock) = (folder, time, random, options, database, held);
        (_id, _mint, Epoch, _names, _series, Opening) = (opened.Id, opened.Mint, opened.Epoch, opened.Names, opened.Series, opened.Opening);
        _seriesCount = _series.Count;
        _tail = opened.Hot.Tail;
        _readOnlySegments = opened.Hot.Segments;
        if (held is not null) _hot = new HotLog(Path.Combine(folder, HotFolder), opened.Hot, _id, Epoch, time, options, IsSealed, held.Remember);
    }

    public const string HotFolder = "hot";

    /// <summary>An index of PostgreSQL holds no longer subject, and is taken only where the question says so.</summary>
    private const int LongestIndexed = 500;

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
    internal DbConnection Writer => _database.Writer;

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
            List<object?> values = [query.After, query.Limit];
            var where = "seq > $1" + (query.Kind is { } kind ? $" AND kind = {Next(kind)}" : "")
                + (query.Subject is { } subject ? $"{(subject.Length == 0 ? "" : " AND subject <> ''")}{(subject.Length <= LongestIndexed ? $" AND length(subject) <= {LongestIndexed}" : "")} AND subject = {Next(subject)}" : "");
            using var rows = new Rows(connection, $"SELECT header, body FROM entry WHERE {where} ORDER BY seq {(query.NewestFirst ? "DESC" : "ASC")} LIMIT $2");
            using var reader = rows.With(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(values)).Read();
            var entries = new List<Entry>();
            while (reader.Read())
                try
                {
                    entries.Add(EntryHeader.Read(Blob(reader, 0), reader.IsDBNull(1) ? null : Blob(reader, 1)));
                }
                catch (FormatException fault)
                {
                    throw _database.Damaged($"an entry after {query.After} cannot be read ({fault.Message}); `kept ledger verify` names it", fault);
                }
            return entries;

            string Next(string value)
            {
                values.Add(value);
                return "$" + values.Count;
            }
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
                if (id is { } known)
                {
                    put.Put(name, known.Value.ToByteArray());
                }
                else
                {
                    put.Done(); // one that came in this very write may go in it
                    gone.With(name).Run();
                }
            put.Done();
            return (Ids: ids, naming.Changes);
        }, result =>
        {
            lock (_names) Naming.Apply(_names, result.Changes);
        }, cancellationToken) is var (ids, _) ? ids : [];
    }

    public async ValueTask<IReadOnlyList<int>> SeriesOfAsync(IReadOnlyList<SeriesKey> keys, CancellationToken cancellationToken)
    {
        foreach (var key in keys) EntryHeader.Check(key);
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
                put.Put(number, key.Promise.Value.ToByteArray(), key.Check, key.Place, Leaves.OfSeries(number, key));
                fresh.Add(key, number);
            }
            put.Done();
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
            _database.Ready();
            if (_isInDoubt) Settle();
            var mint = _mint.Copy();
            T result;
            using (var transaction = _database.Begin())
            {
                if (_database.Kind is not null) HoldsTheEnd(mint);
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
            if (fault is LedgerException { Code: StorageCodes.ReplacedWriter } replaced) Volatile.Write(ref _replaced, replaced);
            if (_database.Told(fault) is var told && ReferenceEquals(told, fault)) throw;
            throw told;
        }
        finally
        {
            if (!_isInDoubt) _trying.Clear();
            _gate.Release();
        }
    }

    /// <summary>A server may be another one since: a replica that lost the last moments, a copy put back, another ledger under the same name. Nothing is appended to what we did not write last.</summary>
    private void HoldsTheEnd(EntryMint mint)
    {
        using var rows = new Rows(_database.Writer, "SELECT l.id, coalesce((SELECT max(seq) FROM entry), 0), (SELECT hash FROM entry ORDER BY seq DESC LIMIT 1) FROM ledger l");
        using var reader = rows.Read();
        if (!reader.Read()) throw _database.Damaged("it does not say which ledger it is");
        if (!Blob(reader, 0).AsSpan().SequenceEqual(_id.ToByteArray())) throw _database.Damaged($"another ledger is there now, and {_id} was");
        var (newest, hash) = (reader.GetInt64(1), reader.IsDBNull(2) ? EntryHeader.NoPrev : Convert.ToHexStringLower(Blob(reader, 2)));
        if (newest != mint.Sequence || hash != mint.Hash) throw _database.Damaged($"its newest entry is {newest}, and {mint.Sequence} was acknowledged with another hash: an older copy answers, or somebody else wrote. Nothing was written; stop Kept, and put the right one back");
    }

    private static List<Entry> Append(DbConnection writer, EntryMint mint, IReadOnlyList<EntryDraft> drafts)
    {
        var entries = new List<Entry>(drafts.Count);
        using var put = new Rows(writer, "INSERT INTO entry (seq, kind, subject, header, body, hash) VALUES ($1, $2, $3, $4, $5, $6)");
        foreach (var draft in drafts)
        {
            var minted = mint.Next(draft);
            var entry = minted.Entry;
            put.Put(entry.Sequence, entry.Kind, entry.Subject, minted.Header, minted.Body, Convert.FromHexString(entry.Hash));
            entries.Add(entry);
        }
        put.Done();
        return entries;
    }

    private static byte[] Blob(DbDataReader reader, int column) => reader.GetFieldValue<byte[]>(column);
}
