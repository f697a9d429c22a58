using System.Security.Cryptography;
using Kept.Ledger.Blocks;
using Kept.Ledger.Entries;
using Kept.Ledger.Hot;
using Kept.Model;
using Microsoft.Data.Sqlite;

namespace Kept.Ledger.Sqlite;

/// <summary>
/// Sealing and retention. Looks move from hot segments into blocks in one transaction that also says which segments are sealed and writes the entry that commits to
/// the blocks; the files go only after it. The program may end between any two steps: before the commit nothing happened, after it the files are known to be spent.
/// </summary>
internal sealed partial class SqliteLedger
{
    private Instant _expiredUpTo = Instant.Min;
    private long _spentBefore;

    private sealed record SealedBlock(int Series, Instant First, Instant Last, int Looks, byte[] Hash, byte[] Data);

    public async ValueTask<UpkeepReport> UpkeepAsync(Instant now, Duration keepLooks, CancellationToken cancellationToken)
    {
        if (_hot is null) throw new LedgerException(StorageCodes.NotWritable, $"The ledger in {_folder} was opened for reading only.");
        await _upkeep.WaitAsync(cancellationToken);
        try
        {
            // files that the sealing before could not remove, or of a sealing that failed and was written all the same: their looks are in blocks
            _hot.DeleteBefore(Math.Max(_spentBefore, _database.Read(Sealed) + 1));
            var (segments, looks) = IsSealingDue(now) ? await SealAsync(now, cancellationToken) : (0, 0);
            var expired = await ExpireAsync(now, LookOrder.Cutoff(now, keepLooks), cancellationToken);
            return new UpkeepReport(segments, looks, expired, _database.Bytes() + _hot.Segments().Sum(segment => segment.Length));
        }
        catch (Exception fault) when (fault is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw Faults.Of(fault, _folder);
        }
        finally
        {
            _upkeep.Release();
        }
    }

    private bool IsSealingDue(Instant now)
    {
        var segments = _hot!.Segments();
        if (segments.Count == 0) return false;
        var enough = Math.Clamp((long)Volatile.Read(ref _seriesCount) * _options.SealBytesPerSeries, _options.SealBytesLeast, _options.SealBytesMost);
        return segments.Sum(segment => segment.Length) >= enough || now - segments[0].Created >= _options.SealAge;
    }

    private async ValueTask<(int Segments, long Looks)> SealAsync(Instant now, CancellationToken cancellationToken)
    {
        var next = await _hot!.CutAsync(cancellationToken);
        var segments = _hot.Segments().Where(segment => segment.Number < next).ToList();
        var expired = new Instant(_database.Read(connection => Database.Scalar(connection, "SELECT expired FROM ledger")));
        if (expired > now) expired = Instant.Min; // a mark that lies ahead is damage, or of a clock that ran ahead: it must not swallow what is seen now
        var parts = _hot.Tail.Before(next);
        var blocks = new List<SealedBlock>();
        using (var coder = new LookBlock())
            foreach (var (series, part) in parts) Pack(coder, series, part, expired, blocks);
        var looks = blocks.Sum(block => (long)block.Looks);
        _options.Hit("sealing-packed");
        await WriteAsync(mint =>
        {
            var writer = _database.Writer;
            InsertBlocks(writer, mint, blocks, segments, next - 1, now, looks); // also where nothing was left to pack: entries say what is sealed, and the mark only repeats it
            CountDays(writer, parts, expired);
            KeepEvidence(writer, parts);
            using var done = new Rows(writer, "UPDATE ledger SET sealed = $1");
            return done.With(next - 1).Run();
        }, _ => _spentBefore = next, cancellationToken);
        _options.Hit("sealed-before-delete");
        _hot.DeleteBefore(next);
        return (segments.Count, looks);
    }

    /// <summary>One series' hot looks as blocks, in order. What retention has removed already is not brought back.</summary>
    private void Pack(LookBlock coder, int series, SeriesSnapshot part, Instant expired, List<SealedBlock> blocks)
    {
        var looks = new List<LookRecord>();
        foreach (var run in part.Runs) looks.AddRange(run.Decode(series).Where(look => look.Slot >= expired));
        looks.Sort(LookOrder.ByKey);
        var evidence = part.Evidence.Select(held => (held.Slot, HashOf(held.Of(series)))).ToList();
        var last = looks.Count > 0 ? looks[^1].Slot : Instant.Min;
        var within = evidence.FindAll(one => one.Slot <= last);
        for (var from = 0; from < looks.Count; from += _options.BlockLooks)
        {
            var some = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(looks).Slice(from, Math.Min(_options.BlockLooks, looks.Count - from));
            Add(some, from + some.Length == looks.Count ? within : [], some[0].Slot, some[^1].Slot);
        }
        // Evidence may come for a look that an earlier block holds. Behind these looks it would go with them when retention comes, while it is still vouched for: so it has a block of its own.
        if (within.Count < evidence.Count)
        {
            var apart = evidence.FindAll(one => one.Slot > last);
            Add([], apart, apart.Min(one => one.Slot), apart.Max(one => one.Slot));
        }

        void Add(ReadOnlySpan<LookRecord> some, List<(Instant Slot, byte[] Hash)> with, Instant first, Instant last)
        {
            var data = coder.Encode(some, with);
            blocks.Add(new SealedBlock(series, first, last, some.Length, SHA256.HashData(data), data));
        }
    }

    private static void InsertBlocks(SqliteConnection writer, EntryMint mint, List<SealedBlock> blocks, List<SegmentFile> segments, long through, Instant now, long looks)
    {
        var id = Database.Scalar(writer, "SELECT coalesce(max(id), 0) FROM block");
        var first = id + 1;
        var leaves = new List<byte[]>(blocks.Count);
        using var seriesHash = new Rows(writer, "SELECT hash FROM series WHERE id = $1");
        using var put = new Rows(writer, "INSERT INTO block (id, entry, series, first, last, looks, hash, data) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
        var entry = mint.Sequence + 1;
        foreach (var block in blocks)
        {
            put.With(++id, entry, block.Series, block.First.Microseconds, block.Last.Microseconds, block.Looks, block.Hash, block.Data).Run();
            using var reader = seriesHash.With(block.Series).Read();
            reader.Read();
            leaves.Add(Leaves.OfBlock(id, Blob(reader, 0), block.First, block.Last, block.Looks, block.Hash));
        }
        Append(writer, mint,
        [
            Bodies.Draft(EntryKinds.BlockSealed, "", now, json =>
            {
                json.WriteNumber("blocks", blocks.Count);
                json.WriteNumber("first", first);
                json.WriteNumber("from", blocks.Count == 0 ? now.Microseconds : blocks.Min(block => block.First.Microseconds));
                json.WriteNumber("last", id);
                json.WriteNumber("looks", looks);
                json.WriteString("root", Convert.ToHexStringLower(MerkleTree.Root(leaves)));
                json.WriteStartArray("segments");
                foreach (var segment in segments) json.WriteNumberValue(segment.Number);
                json.WriteEndArray();
                json.WriteNumber("through", through);
                json.WriteNumber("to", blocks.Count == 0 ? now.Microseconds : blocks.Max(block => block.Last.Microseconds));
            }),
        ]);
    }

    private static void CountDays(SqliteConnection writer, List<(int Series, SeriesSnapshot Looks)> parts, Instant expired)
    {
        using var add = new Rows(writer, """
            INSERT INTO day (series, day, good, bad, gap, not_in_force) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (series, day) DO UPDATE SET good = good + $3, bad = bad + $4, gap = gap + $5, not_in_force = not_in_force + $6
            """);
        foreach (var (series, part) in parts)
            foreach (var run in part.Runs)
                foreach (var (day, counts) in run.Days)
                    if (day >= expired) add.With(series, day.Microseconds, counts.Good, counts.Bad, counts.Gap, counts.NotInForce).Run();
    }

    private void KeepEvidence(SqliteConnection writer, List<(int Series, SeriesSnapshot Looks)> parts)
    {
        using var put = new Rows(writer, "INSERT INTO evidence (series, slot, hash, body) VALUES ($1, $2, $3, $4) ON CONFLICT (series, slot) DO NOTHING");
        using var prune = new Rows(writer, "DELETE FROM evidence WHERE series = $1 AND slot < (SELECT slot FROM evidence WHERE series = $1 ORDER BY slot DESC LIMIT 1 OFFSET $2)");
        foreach (var (series, part) in parts)
        {
            if (part.Evidence.Length == 0) continue;
            foreach (var held in part.Evidence)
            {
                var evidence = held.Of(series);
                put.With(series, evidence.Slot.Microseconds, HashOf(evidence), evidence.Body.ToArray()).Run();
            }
            prune.With(series, _options.EvidencePerSeries - 1).Run();
        }
    }

    private static byte[] HashOf(Evidence evidence) => Leaves.OfEvidence(evidence.Series, evidence.Slot, evidence.Body.ToArray());

    /// <summary>Removes the packed looks of blocks that end before the cut-off. Their rows and hashes stay, and an entry says what went and what the days counted.</summary>
    private async ValueTask<long> ExpireAsync(Instant now, Instant cutoff, CancellationToken cancellationToken)
    {
        if (cutoff <= _expiredUpTo) return 0;
        var due = _database.Read(connection =>
        {
            using var rows = new Rows(connection, "SELECT EXISTS (SELECT 1 FROM block WHERE last < $1 AND data IS NOT NULL)");
            using var reader = rows.With(cutoff.Microseconds).Read();
            return reader.Read() && reader.GetBoolean(0);
        });
        var looks = !due ? 0 : await WriteAsync(mint =>
        {
            var writer = _database.Writer;
            var before = Database.Scalar(writer, "SELECT expired FROM ledger");
            using var sum = new Rows(writer, "SELECT count(*), coalesce(sum(looks), 0) FROM block WHERE last < $1 AND data IS NOT NULL");
            long blocks, gone;
            using (var reader = sum.With(cutoff.Microseconds).Read())
            {
                reader.Read();
                (blocks, gone) = (reader.GetInt64(0), reader.GetInt64(1));
            }
            var days = DayLeaves(writer, before, cutoff.Microseconds);
            Append(writer, mint,
            [
                Bodies.Draft(EntryKinds.LooksExpired, "", now, json =>
                {
                    json.WriteNumber("before", cutoff.Microseconds);
                    json.WriteNumber("blocks", blocks);
                    json.WriteNumber("days", days.Count);
                    json.WriteNumber("from", before);
                    json.WriteNumber("looks", gone);
                    json.WriteString("root", Convert.ToHexStringLower(MerkleTree.Root(days)));
                }),
            ]);
            using var drop = new Rows(writer, "UPDATE block SET data = NULL WHERE last < $1 AND data IS NOT NULL");
            drop.With(cutoff.Microseconds).Run();
            using var mark = new Rows(writer, "UPDATE ledger SET expired = $1");
            mark.With(cutoff.Microseconds).Run();
            return gone;
        }, null, cancellationToken);
        _expiredUpTo = cutoff;
        return looks;
    }

    /// <summary>Leaves of the days in [from, to), by series and day.</summary>
    internal static List<byte[]> DayLeaves(SqliteConnection connection, long from, long to)
    {
        using var rows = new Rows(connection, "SELECT series, day, good, bad, gap, not_in_force FROM day WHERE day >= $1 AND day < $2 ORDER BY series, day");
        using var reader = rows.With(from, to).Read();
        var leaves = new List<byte[]>();
        while (reader.Read())
            leaves.Add(Leaves.OfDay(reader.GetInt32(0), new Instant(reader.GetInt64(1)),
                new DayCounts { Good = reader.GetInt64(2), Bad = reader.GetInt64(3), Gap = reader.GetInt64(4), NotInForce = reader.GetInt64(5) }));
        return leaves;
    }
}
