using System.Security.Cryptography;
using System.Text.Json;
using Kept.Ledger.Blocks;
using Kept.Ledger.Entries;
using Kept.Ledger.Hot;
using Kept.Model;
using Microsoft.Data.Sqlite;

namespace Kept.Ledger.Sqlite;

/// <summary>
/// Computes everything again that the ledger says of itself, at one moment: the file's own structure, the chain, bodies, names, what each sealing committed to, every
/// block, the days, the evidence, the hot segments. Damage is never an exception here: it is a problem with a name, and the search goes on.
/// </summary>
/// <param name="database">Where it lies.</param>
/// <param name="ledger">Which ledger it should be.</param>
/// <param name="epoch">Of the writer that opened the folder last, by its lock; 0 where that is not known.</param>
/// <param name="cancellationToken">Ends the search.</param>
internal sealed class Verification(Database database, Ulid ledger, int epoch, CancellationToken cancellationToken)
{
    private const int MostProblems = 10_000;

    private readonly List<string> _problems = [];
    private readonly List<(Entry Entry, byte[] Body)> _sealings = [], _expiries = [];
    private readonly Dictionary<string, PromiseId> _names = [];
    private readonly Dictionary<int, byte[]> _series = [];
    private long _entries, _looks, _sealed, _expired, _rowEpoch;
    private Entry? _newest;

    /// <param name="segments">The hot segments that should be there, and whether this process writes them.</param>
    public LedgerVerification Run(Func<(IReadOnlyList<SegmentFile> Segments, bool Own)> segments)
    {
        // segments before the database: one that is sealed meanwhile is in both, and known by its number
        var hot = segments();
        try
        {
            database.Read(connection =>
            {
                Step("database", () => Structure(connection));
                Step("ledger", () => Marks(connection));
                Step("entries", () => Chain(connection));
                Step("ledger", MarksAgree);
                Step("names", () => Names(connection));
                Step("series", () => SeriesRows(connection));
                Step("blocks", () => Sealings(connection));
                Step("blocks", () => Contents(connection));
                Step("days", () => ExpiredDays(connection));
                return 0;
            });
        }
        catch (LedgerException fault)
        {
            Problem("database: " + fault.Message);
        }
        foreach (var segment in hot.Segments)
            if (segment.Number > _sealed) Step("hot segment " + segment.Number, () => Segment(segment, hot.Own));
        return new LedgerVerification(_entries, _looks, _problems);
    }

    private void Problem(string problem)
    {
        if (_problems.Count < MostProblems) _problems.Add(problem);
    }

    private void Step(string of, Action step)
    {
        try
        {
            step();
        }
        catch (Exception fault) when (fault is SqliteException or FormatException or InvalidCastException or OverflowException or IOException or ArgumentException or KeyNotFoundException or InvalidOperationException)
        {
            Problem($"{of}: cannot be read: {fault.Message}");
        }
    }

    private void Each(Rows rows, string of, Action<SqliteDataReader> row)
    {
        using var reader = rows.Read();
        while (reader.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            Step(of, () => row(reader));
        }
    }

    private void Structure(SqliteConnection connection)
    {
        using var rows = new Rows(connection, "PRAGMA integrity_check(100)");
        Each(rows, "database", reader =>
        {
            if (reader.GetString(0) is not "ok" and var problem) Problem("database: " + problem);
        });
    }

    private void Marks(SqliteConnection connection)
    {
        using var rows = new Rows(connection, "SELECT id, epoch, sealed, expired FROM ledger");
        var found = 0;
        Each(rows, "ledger", reader =>
        {
            found++;
            if (Ulid.FromBytes(Blob(reader, 0)) != ledger) Problem("ledger: its id changed");
            (_rowEpoch, _sealed, _expired) = (reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3));
        });
        if (found != 1) Problem("ledger: it does not say which ledger it is");
    }

    /// <summary>What the ledger's row says of itself is what its entries and its lock say. (Its house is only what the next entry will carry; each start sets it anew.)</summary>
    private void MarksAgree()
    {
        // a writer counts on before it writes its first entry, and before the lock knows
        if (_rowEpoch < (_newest?.Epoch ?? 0) || (epoch > 0 && _rowEpoch != epoch && _rowEpoch != epoch + 1)) Problem($"ledger: it says epoch {_rowEpoch}; {(epoch > 0 ? $"its lock says {epoch}" : $"its newest entry says {_newest?.Epoch}")}");
        var through = _sealings.Count == 0 ? 0 : SqliteLedger.ThroughOf(_sealings[^1].Body);
        if (through != _sealed) Problem($"ledger: it says that hot segments up to {_sealed} are sealed; entries say {through}");
        _sealed = through;
    }

    private void Chain(SqliteConnection connection)
    {
        using var rows = new Rows(connection, "SELECT seq, kind, subject, header, body, hash FROM entry ORDER BY seq");
        var (prev, newest, highest, next) = (EntryHeader.NoPrev, default(Ulid), 0, 1L);
        Each(rows, "entry", reader =>
        {
            var sequence = reader.GetInt64(0);
            var of = $"entry {sequence}";
            if (sequence != next) Problem(sequence == next + 1 ? $"entry {next}: is missing" : $"entries {next} to {sequence - 1}: are missing");
            next = sequence + 1;
            _entries++;
            var stored = Blob(reader, 5);
            var header = Blob(reader, 3);
            var body = reader.IsDBNull(4) ? null : Blob(reader, 4);
            var leaf = EntryHeader.LeafHash(header);
            if (!stored.AsSpan().SequenceEqual(leaf)) Problem($"{of}: header does not match its hash");
            Entry entry;
            try
            {
                entry = EntryHeader.Read(header, body);
            }
            catch (FormatException fault)
            {
                Problem($"{of}: {fault.Message}");
                prev = Convert.ToHexStringLower(stored);
                return;
            }
            if (entry.Sequence != sequence) Problem($"{of}: its header says {entry.Sequence}");
            if (entry.Prev != prev) Problem($"{of}: does not follow the entry before it");
            if (entry.Id.CompareTo(newest) <= 0) Problem($"{of}: its id is not newer than those before");
            if (entry.Epoch < highest) Problem($"{of}: its epoch is older than that of the entry before");
            if (entry.Writer != ledger.ToString()) Problem($"{of}: was written by another ledger, {entry.Writer}");
            if (body is null) Problem($"{of}: body is missing");
            else if (ContentHash.Of(body) != entry.BodyHash) Problem($"{of}: body does not match its hash");
            if (reader.GetString(1) != entry.Kind || reader.GetString(2) != entry.Subject) Problem($"{of}: its kind or subject was changed beside the header");
            // what was stored first stays the reference, so that one changed entry is named once and not every one after it
            prev = Convert.ToHexStringLower(stored);
            (newest, highest, _newest) = (entry.Id, Math.Max(entry.Epoch, highest), entry);
            if (body is not null && ContentHash.Of(body) == entry.BodyHash) Remember(entry, body);
        });
    }

    private void Remember(Entry entry, byte[] body)
    {
        if (entry.Kind == EntryKinds.BlockSealed) _sealings.Add((entry, body));
        if (entry.Kind == EntryKinds.LooksExpired) _expiries.Add((entry, body));
        if (entry.Kind != EntryKinds.PromiseNamed) return;
        using var document = Json(entry, body);
        if (document is null) return;
        if (document.RootElement.TryGetProperty("was", out var was)) _names.Remove(was.GetString()!);
        if (Ulid.TryParse(document.RootElement.GetProperty("id").GetString()!, out var id)) _names[entry.Subject] = new PromiseId(id);
    }

    private JsonDocument? Json(Entry entry, byte[] body)
    {
        try
        {
            return JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            Problem($"entry {entry.Sequence}: its body cannot be read");
            return null;
        }
    }

    private void Names(SqliteConnection connection)
    {
        using var rows = new Rows(connection, "SELECT name, id FROM name");
        var left = new Dictionary<string, PromiseId>(_names);
        Each(rows, "name", reader =>
        {
            var name = reader.GetString(0);
            if (!left.Remove(name, out var id) || id.Value != Ulid.FromBytes(Blob(reader, 1))) Problem($"name {name}: no entry gave it this id");
        });
        foreach (var name in left.Keys) Problem($"name {name}: an entry gave it an id, and it is missing");
    }

    private void SeriesRows(SqliteConnection connection)
    {
        using var rows = new Rows(connection, "SELECT id, promise, check_name, place, hash FROM series ORDER BY id");
        Each(rows, "series", reader =>
        {
            var number = reader.GetInt32(0);
            var key = new SeriesKey(new PromiseId(Ulid.FromBytes(Blob(reader, 1))), reader.GetString(2), reader.GetString(3));
            var hash = Blob(reader, 4);
            if (!hash.AsSpan().SequenceEqual(Leaves.OfSeries(number, key))) Problem($"series {number}: does not match its hash");
            _series[number] = hash;
        });
    }

    /// <summary>The blocks of each sealing have the root that its entry names, and there are no others.</summary>
    private void Sealings(SqliteConnection connection)
    {
        var next = 1L;
        using var rows = new Rows(connection, "SELECT id, series, first, last, looks, hash, entry FROM block WHERE id BETWEEN $1 AND $2 ORDER BY id");
        foreach (var (entry, body) in _sealings)
        {
            using var document = Json(entry, body);
            if (document is null) continue;
            var root = document.RootElement;
            var (first, last) = (root.GetProperty("first").GetInt64(), root.GetProperty("last").GetInt64());
            if (first != next) Problem($"entry {entry.Sequence}: seals blocks from {first}, not {next}");
            next = last + 1;
            var leaves = new List<byte[]>();
            var looks = 0L;
            rows.With(first, last);
            Each(rows, $"a block of {first} to {last}", reader =>
            {
                looks += reader.GetInt64(4);
                if (reader.GetInt64(6) != entry.Sequence) Problem($"block {reader.GetInt64(0)}: names entry {reader.GetInt64(6)}, and {entry.Sequence} seals it");
                leaves.Add(Leaves.OfBlock(reader.GetInt64(0), _series.GetValueOrDefault(reader.GetInt32(1)) ?? [], new Instant(reader.GetInt64(2)), new Instant(reader.GetInt64(3)),
                    reader.GetInt64(4), Blob(reader, 5)));
            });
            if (leaves.Count != last - first + 1) Problem($"blocks {first} to {last}: {last - first + 1 - leaves.Count} are missing");
            else if (Convert.ToHexStringLower(MerkleTree.Root(leaves)) != root.GetProperty("root").GetString() || looks != root.GetProperty("looks").GetInt64())
                Problem($"blocks {first} to {last}: one of them is not what entry {entry.Sequence} sealed");
        }
        if (Database.Scalar(connection, "SELECT coalesce(max(id), 0) FROM block") is var most && most >= next) Problem($"blocks {next} to {most}: no entry sealed them");
    }

    /// <summary>Every block unpacks to what its row says; days and evidence are what the blocks say.</summary>
    private void Contents(SqliteConnection connection)
    {
        var days = new Dictionary<Instant, DayCounts>();
        var evidence = new Dictionary<Instant, byte[]>();
        using var rows = new Rows(connection, "SELECT id, first, last, looks, hash, data FROM block WHERE series = $1 ORDER BY last");
        var all = new SortedSet<int>(_series.Keys);
        foreach (var table in (ReadOnlySpan<string>)["block", "day", "evidence"])
        {
            using var others = new Rows(connection, $"SELECT DISTINCT series FROM {table}");
            Each(others, table, reader =>
            {
                if (all.Add(reader.GetInt32(0))) Problem($"{table} rows of series {reader.GetInt32(0)}: there is no such series");
            });
        }
        using var coder = new LookBlock();
        foreach (var series in all)
        {
            days.Clear();
            evidence.Clear();
            rows.With(series);
            Each(rows, $"a block of series {series}", reader => Content(coder, series, reader, days, evidence));
            DaysOf(connection, series, days);
            EvidenceOf(connection, series, evidence);
        }
    }

    private void Content(LookBlock coder, int series, SqliteDataReader reader, Dictionary<Instant, DayCounts> days, Dictionary<Instant, byte[]> evidence)
    {
        var of = $"block {reader.GetInt64(0)} of series {series}";
        var (first, last, count) = (new Instant(reader.GetInt64(1)), new Instant(reader.GetInt64(2)), reader.GetInt64(3));
        if (reader.IsDBNull(5))
        {
            if (last.Microseconds >= _expired) Problem($"{of}: its looks are missing, and retention did not remove them");
            return;
        }
        var data = Blob(reader, 5);
        if (!SHA256.HashData(data).AsSpan().SequenceEqual(Blob(reader, 4))) Problem($"{of}: does not match its hash");
        BlockContent content;
        try
        {
            content = coder.Decode(data, series);
        }
        catch (FormatException fault)
        {
            Problem($"{of}: {fault.Message}");
            return;
        }
        var looks = content.Looks;
        _looks += looks.Count;
        if (looks.Count != count || (count > 0 && (looks[0].Slot != first || looks[^1].Slot != last))) Problem($"{of}: holds other looks than its row says");
        foreach (var look in looks)
        {
            var day = LookOrder.DayOf(look.Slot);
            var counts = days.GetValueOrDefault(day);
            counts.Add(look.Class);
            days[day] = counts;
        }
        foreach (var (slot, hash) in content.Evidence) evidence.TryAdd(slot, hash);
    }

    private void DaysOf(SqliteConnection connection, int series, Dictionary<Instant, DayCounts> days)
    {
        using var rows = new Rows(connection, "SELECT day, good, bad, gap, not_in_force FROM day WHERE series = $1 AND day >= $2");
        rows.With(series, _expired);
        Each(rows, $"a day of series {series}", reader =>
        {
            var day = new Instant(reader.GetInt64(0));
            if (!days.Remove(day, out var counts) || counts.Good != reader.GetInt64(1) || counts.Bad != reader.GetInt64(2) || counts.Gap != reader.GetInt64(3) || counts.NotInForce != reader.GetInt64(4))
                Problem($"day {day} of series {series}: its counts are not those of its looks");
        });
        foreach (var day in days.Keys.Where(day => day.Microseconds >= _expired)) Problem($"day {day} of series {series}: its counts are missing");
    }

    private void EvidenceOf(SqliteConnection connection, int series, Dictionary<Instant, byte[]> committed)
    {
        using var rows = new Rows(connection, "SELECT slot, hash, body FROM evidence WHERE series = $1");
        rows.With(series);
        Each(rows, $"evidence of series {series}", reader =>
        {
            var slot = new Instant(reader.GetInt64(0));
            var of = $"evidence of series {series} at {slot}";
            var hash = Blob(reader, 1);
            if (!Leaves.OfEvidence(series, slot, Blob(reader, 2)).AsSpan().SequenceEqual(hash)) Problem($"{of}: does not match its hash");
            if (committed.TryGetValue(slot, out var sealedHash) ? !sealedHash.AsSpan().SequenceEqual(hash) : slot.Microseconds >= _expired)
                Problem($"{of}: no block commits to it");
        });
    }

    /// <summary>Days whose looks are gone still count what they counted when the looks went.</summary>
    private void ExpiredDays(SqliteConnection connection)
    {
        var before = 0L;
        foreach (var (entry, body) in _expiries)
        {
            using var document = Json(entry, body);
            if (document is null) continue;
            var root = document.RootElement;
            var (from, to) = (root.GetProperty("from").GetInt64(), root.GetProperty("before").GetInt64());
            if (from != before) Problem($"entry {entry.Sequence}: retention begins at {from}, not {before}");
            before = to;
            if (Convert.ToHexStringLower(MerkleTree.Root(SqliteLedger.DayLeaves(connection, from, to))) != root.GetProperty("root").GetString())
                Problem($"days {new Instant(from)} to {new Instant(to)}: their counts are not those that entry {entry.Sequence} kept");
        }
        if (before != _expired) Problem($"ledger: it says that looks before {_expired} may be gone; entries say {before}");
    }

    private void Segment(SegmentFile segment, bool own)
    {
        var of = $"hot segment {segment.Number}";
        byte[] file;
        try
        {
            file = HotRecovery.ReadShared(segment.Path);
        }
        catch (FileNotFoundException)
        {
            if (database.Read(connection => Database.Scalar(connection, "SELECT sealed FROM ledger")) < segment.Number) Problem($"{of}: its file is missing");
            return;
        }
        var synced = own ? file.AsSpan(0, (int)Math.Min(segment.Length, file.Length)) : file;
        var evidence = 0;
        var found = HotSegment.Read(synced, segment.Number, look =>
        {
            if (!_series.ContainsKey(look.Series)) Problem($"{of}: a look of series {look.Series}, which does not exist");
        }, _ => evidence++);
        _looks += found.Looks;
        if (found.Head.Ledger != ledger) Problem($"{of}: belongs to another ledger");
        if (found.End is SegmentEnd.Damaged or SegmentEnd.Torn || (own && found.End == SegmentEnd.CutOff)) Problem($"{of}: {found.Problem}");
        else if (own && found.Length != segment.Length) Problem($"{of}: {segment.Length - found.Length} synced bytes are missing");
    }

    private static byte[] Blob(SqliteDataReader reader, int column) => reader.GetFieldValue<byte[]>(column);
}
