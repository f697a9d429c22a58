using System.Security.Cryptography;
using Kept.Ledger.Blocks;
using Kept.Ledger.Hot;
using Kept.Model;
using Microsoft.Data.Sqlite;

namespace Kept.Ledger.Sqlite;

/// <summary>
/// Looks: written to the hot log, read from blocks and tail together. A reader takes the tail first and the blocks after, in one transaction that also says which
/// segments are sealed; so what is being sealed meanwhile is seen exactly once.
/// </summary>
internal sealed partial class SqliteLedger
{
    private readonly IReadOnlyList<SegmentFile> _readOnlySegments;

    public async ValueTask RecordAsync(IReadOnlyList<LookRecord> looks, IReadOnlyList<Evidence> evidence, CancellationToken cancellationToken)
    {
        if (_hot is null) throw new LedgerException(StorageCodes.NotWritable, $"The ledger in {_folder} was opened for reading only.");
        LookOrder.Check(looks, evidence, Epoch, Volatile.Read(ref _seriesCount));
        await _hot.RecordAsync(looks, evidence, cancellationToken);
    }

    public IReadOnlyList<LookRecord> Looks(int series, Instant from, Instant to, int limit = int.MaxValue)
    {
        if (limit <= 0 || from >= to) return [];
        var tail = _tail.SnapshotOf(series);
        var looks = new List<LookRecord>();
        _database.Read(connection =>
        {
            foreach (var run in tail.From(Sealed(connection) + 1).Runs)
                if (run.First < to && run.Last >= from) looks.AddRange(run.Decode(series).Where(look => look.Slot >= from && look.Slot < to));
            AddBlocks(connection, series, from, to, limit, looks);
            return 0;
        });
        looks.Sort(LookOrder.ByKey);
        return looks.Count <= limit ? looks : looks.GetRange(looks.Count - limit, limit);
    }

    public IReadOnlyList<Evidence> EvidenceOf(int series, int limit)
    {
        limit = Math.Min(limit, _options.EvidencePerSeries);
        if (limit <= 0) return [];
        var tail = _tail.SnapshotOf(series);
        return _database.Read(connection =>
        {
            var newest = new SortedDictionary<Instant, Evidence>();
            using var rows = new Rows(connection, "SELECT slot, body FROM evidence WHERE series = $1 ORDER BY slot DESC LIMIT $2");
            using (var reader = rows.With(series, limit).Read())
                while (reader.Read()) newest.Add(new Instant(reader.GetInt64(0)), new Evidence(series, new Instant(reader.GetInt64(0)), Blob(reader, 1)));
            foreach (var held in tail.Evidence)
                if (!newest.ContainsKey(held.Slot)) newest.Add(held.Slot, held.Of(series));
            return newest.Values.Reverse().Take(limit).ToList();
        });
    }

    public IReadOnlyList<DayTally> Days(int series, Instant from, Instant to)
    {
        var tail = _tail.SnapshotOf(series);
        return _database.Read(connection =>
        {
            var days = new SortedDictionary<Instant, DayCounts>();
            using var rows = new Rows(connection, "SELECT day, good, bad, gap, not_in_force FROM day WHERE series = $1 AND day >= $2 AND day < $3");
            using (var reader = rows.With(series, from.Microseconds, to.Microseconds).Read())
                while (reader.Read())
                    days.Add(new Instant(reader.GetInt64(0)), new DayCounts { Good = reader.GetInt64(1), Bad = reader.GetInt64(2), Gap = reader.GetInt64(3), NotInForce = reader.GetInt64(4) });
            foreach (var run in tail.From(Sealed(connection) + 1).Runs)
                foreach (var (day, counts) in run.Days)
                {
                    if (day < from || day >= to) continue;
                    var sum = days.GetValueOrDefault(day);
                    sum.Add(counts);
                    days[day] = sum;
                }
            return days.Select(pair => new DayTally(pair.Key, pair.Value.Good, pair.Value.Bad, pair.Value.Gap, pair.Value.NotInForce)).ToList();
        });
    }

    private static long Sealed(SqliteConnection connection) => Database.Scalar(connection, "SELECT sealed FROM ledger");

    /// <summary>Newest block first, until what is left can only be older than the newest <paramref name="limit"/> looks.</summary>
    private void AddBlocks(SqliteConnection connection, int series, Instant from, Instant to, int limit, List<LookRecord> looks)
    {
        using var rows = new Rows(connection, "SELECT id, last, data, hash FROM block WHERE series = $1 AND last >= $2 AND first < $3 AND data IS NOT NULL ORDER BY last DESC");
        using var reader = rows.With(series, from.Microseconds, to.Microseconds).Read();
        using var coder = new LookBlock();
        while (reader.Read())
        {
            if (limit < int.MaxValue && looks.Count >= limit && looks.Count(look => look.Slot.Microseconds > reader.GetInt64(1)) >= limit) return;
            try
            {
                foreach (var look in Unpack(coder, series, Blob(reader, 2), Blob(reader, 3)))
                    if (look.Slot >= from && look.Slot < to) looks.Add(look);
            }
            catch (FormatException fault)
            {
                throw Faults.Damaged(_folder, $"block {reader.GetInt64(0)} of series {series}: {fault.Message}", fault);
            }
        }
    }

    /// <summary>A block that unpacks is not yet the one that was sealed: what its hash does not vouch for is no evidence.</summary>
    private static List<LookRecord> Unpack(LookBlock coder, int series, byte[] data, byte[] hash) =>
        SHA256.HashData(data).AsSpan().SequenceEqual(hash) ? coder.Decode(data, series).Looks : throw new FormatException("it does not match its hash");

    private bool IsSealed(int series, Instant slot, int epoch) => _database.Read(connection =>
    {
        using var rows = new Rows(connection, "SELECT data, hash FROM block WHERE series = $1 AND last >= $2 AND first <= $2 AND data IS NOT NULL");
        using var reader = rows.With(series, slot.Microseconds).Read();
        using var coder = new LookBlock();
        while (reader.Read())
            if (Unpack(coder, series, Blob(reader, 0), Blob(reader, 1)).Exists(look => look.Slot == slot && look.Epoch == epoch)) return true;
        return false;
    });
}
