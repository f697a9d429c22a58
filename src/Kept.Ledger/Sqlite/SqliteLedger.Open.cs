using System.Text.Json;
using Kept.Ledger.Entries;
using Kept.Ledger.Hot;
using Kept.Model;
using Microsoft.Data.Sqlite;

namespace Kept.Ledger.Sqlite;

/// <summary>Opening: the lock, the schema, the end of the chain, the hot segments. A store that is not as it should be is refused before anything in it changes.</summary>
internal sealed partial class SqliteLedger
{
    private const int CheckedAtOpen = 100;

    private sealed record Opened(
        Ulid Id, int Epoch, EntryMint Mint, Dictionary<string, PromiseId> Names, Dictionary<SeriesKey, int> Series, HotRecovery Hot, LedgerOpening Opening);

    public static SqliteLedger Open(string folder, TimeProvider time, Random random, LedgerOptions options)
    {
        FolderLock? held = null;
        Database? database = null;
        try
        {
            PrivateFolder.Make(folder);
            held = FolderLock.Take(folder);
            var file = new FileInfo(Path.Combine(folder, Database.FileName));
            if (held.Ledger is { } before && (!file.Exists || (file.Length == 0 && !File.Exists(file.FullName + "-wal"))))
                throw new LedgerException(StorageCodes.Damaged, $"{file.FullName} is {(file.Exists ? "empty" : "missing")}, but ledger {before} was here. Nothing was changed. "
                    + $"Restore it from a backup, or remove {FolderLock.FileName} and the folder {HotFolder} to begin a new ledger.");
            database = Database.Open(folder, options);
            var opened = Begin(database.Writer, folder, held, time, random, options);
            held.Remember(opened.Id, opened.Epoch);
            return new SqliteLedger(folder, time, random, options, database, held, opened);
        }
        catch (Exception fault)
        {
            database?.Dispose();
            held?.Dispose();
            if (Faults.Of(fault, folder) is var told && ReferenceEquals(told, fault)) throw;
            throw told;
        }
    }

    public static SqliteLedger OpenReadOnly(string folder, TimeProvider time, Random random, LedgerOptions options)
    {
        var database = Database.OpenReadOnly(folder, options);
        try
        {
            // hot segments first, the database after: what is sealed in between is then in both, and told apart by the sealed segment's number
            var sealedBefore = database.Read(connection => Database.Scalar(connection, "SELECT sealed FROM ledger"));
            var hot = HotRecovery.ReadOnly(Path.Combine(folder, HotFolder), sealedBefore, options);
            // the chain is not checked here: whoever verifies a damaged ledger must be able to open it
            return new SqliteLedger(folder, time, random, options, database, null, database.Read(connection =>
            {
                var (id, epoch, house) = Row(connection, folder) ?? throw Faults.Damaged(folder, "it does not say which ledger it is");
                return new Opened(id, epoch, new EntryMint(time, random, id.ToString(), epoch, house, 0, EntryHeader.NoPrev, default), Names(connection), Series(connection), hot, new LedgerOpening(hot.Notes));
            }));
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>One transaction: the epoch grows, and what opening found is told in entries.</summary>
    private static Opened Begin(SqliteConnection writer, string folder, FolderLock held, TimeProvider time, Random random, LedgerOptions options)
    {
        using var transaction = writer.BeginTransaction();
        var row = Row(writer, folder);
        List<string> lost = [];
        if (row is { } there && held.Ledger is { } before && there.Id != before)
            throw Faults.Damaged(folder, $"it is ledger {there.Id}, but {before} was here. If this is meant, remove {FolderLock.FileName}");
        var isOlder = row is { } known && held.Epoch > known.Epoch;
        if (isOlder)
            lost.Add($"the database is an older copy: epoch {held.Epoch} was here, it knows {row!.Value.Epoch}; entries and looks written since that copy are missing");
        var epoch = Math.Max(row?.Epoch ?? 0, held.Epoch) + 1;
        if (row is null) FirstRow(writer, time, random);
        var id = row?.Id ?? Row(writer, folder)!.Value.Id;
        var mint = End(writer, folder, time, random, id, epoch, row?.House ?? "");
        var through = SealedThrough(writer, folder, lost);
        var hot = HotRecovery.Open(Path.Combine(folder, HotFolder), id, through, isOlder ? default : held.Segment, options);
        lost.AddRange(hot.Lost);
        using (var grow = new Rows(writer, "UPDATE ledger SET epoch = $1")) grow.With(epoch).Run();
        var now = Instant.From(time.GetUtcNow());
        Append(writer, mint, [.. lost.Select(note => Bodies.Draft(EntryKinds.Gap, "", now, json => json.WriteString("storage", note)))]);
        options.Hit("open-before-commit");
        transaction.Commit();
        options.Hit("open-after-commit");
        return new Opened(id, epoch, mint, Names(writer), Series(writer), hot, new LedgerOpening([.. hot.Notes, .. lost.Except(hot.Lost)]));
    }

    /// <summary>
    /// The last hot segment whose looks are in blocks. Files up to it are removed, so the mark is not believed alone: where it differs from what the newest sealing
    /// says, it was damaged, and is put right.
    /// </summary>
    private static long SealedThrough(SqliteConnection writer, string folder, List<string> told)
    {
        var mark = Database.Scalar(writer, "SELECT sealed FROM ledger");
        if (NewestSealing(writer) is not { } sealing) return mark == 0 ? 0 : PutRight(0);
        if (ContentHash.Of(sealing.Body) != sealing.BodyHash) throw Faults.Damaged(folder, $"entry {sealing.Sequence}: body does not match its hash");
        var through = ThroughOf(sealing.Body);
        return mark == through ? mark : PutRight(through);

        long PutRight(long to)
        {
            told.Add($"the ledger's mark said that hot segments up to {mark} are sealed; its entries say {to}, and were believed");
            using var set = new Rows(writer, "UPDATE ledger SET sealed = $1");
            set.With(to).Run();
            return to;
        }
    }

    private static (long Sequence, string BodyHash, byte[] Body)? NewestSealing(SqliteConnection connection)
    {
        using var rows = new Rows(connection, "SELECT seq, header, body FROM entry WHERE kind = $1 AND body IS NOT NULL ORDER BY seq DESC LIMIT 1");
        using var reader = rows.With(EntryKinds.BlockSealed).Read();
        return reader.Read() ? (reader.GetInt64(0), EntryHeader.Read(Blob(reader, 1), null).BodyHash, Blob(reader, 2)) : null;
    }

    /// <summary>Older sealings name only the segments themselves.</summary>
    internal static long ThroughOf(ReadOnlyMemory<byte> sealing)
    {
        using var json = JsonDocument.Parse(sealing);
        return json.RootElement.TryGetProperty("through", out var through)
            ? through.GetInt64()
            : json.RootElement.GetProperty("segments").EnumerateArray().Select(number => number.GetInt64()).DefaultIfEmpty().Max();
    }

    private static void FirstRow(SqliteConnection writer, TimeProvider time, Random random)
    {
        var bytes = new byte[10];
        random.NextBytes(bytes);
        using var put = new Rows(writer, "INSERT INTO ledger (one, id, epoch, sealed, expired) VALUES (1, $1, 0, 0, 0)");
        put.With(Ulid.Mint(Instant.From(time.GetUtcNow()), bytes).ToByteArray()).Run();
    }

    private static (Ulid Id, int Epoch, string House)? Row(SqliteConnection connection, string folder)
    {
        using var rows = new Rows(connection, "SELECT id, epoch, house FROM ledger");
        using var reader = rows.Read();
        if (reader.Read()) return (Ulid.FromBytes(Blob(reader, 0)), reader.GetInt32(1), reader.GetString(2));
        return Database.Scalar(connection, "SELECT count(*) FROM entry") == 0 ? null : throw Faults.Damaged(folder, "it does not say which ledger it is");
    }

    /// <summary>The chain's end, after its newest entries were checked: nothing is ever appended to a chain that does not hold there.</summary>
    private static EntryMint End(SqliteConnection connection, string folder, TimeProvider time, Random random, Ulid id, int epoch, string house)
    {
        using var rows = new Rows(connection, "SELECT seq, header, body, hash FROM entry ORDER BY seq DESC LIMIT $1");
        using var reader = rows.With(CheckedAtOpen).Read();
        Entry? newest = null, later = null;
        while (reader.Read())
        {
            var sequence = reader.GetInt64(0);
            try
            {
                var entry = EntryHeader.Read(Blob(reader, 1), null);
                var holds = entry.Sequence == sequence && Blob(reader, 3).AsSpan().SequenceEqual(Convert.FromHexString(entry.Hash))
                    && (reader.IsDBNull(2) || ContentHash.Of(Blob(reader, 2)) == entry.BodyHash)
                    && (later is null || (later.Sequence == sequence + 1 && later.Prev == entry.Hash));
                if (!holds) throw new FormatException("the chain does not hold");
                newest ??= entry;
                later = entry;
            }
            catch (FormatException fault)
            {
                throw Faults.Damaged(folder, $"entry {sequence}: {fault.Message}", fault);
            }
        }
        return new EntryMint(time, random, id.ToString(), epoch, house, newest?.Sequence ?? 0, newest?.Hash ?? EntryHeader.NoPrev, newest?.Id ?? default);
    }

    private static Dictionary<string, PromiseId> Names(SqliteConnection connection)
    {
        using var rows = new Rows(connection, "SELECT name, id FROM name");
        using var reader = rows.Read();
        var names = new Dictionary<string, PromiseId>(StringComparer.Ordinal);
        while (reader.Read()) names.Add(reader.GetString(0), new PromiseId(Ulid.FromBytes(Blob(reader, 1))));
        return names;
    }

    private static Dictionary<SeriesKey, int> Series(SqliteConnection connection)
    {
        using var rows = new Rows(connection, "SELECT id, promise, check_name, place FROM series ORDER BY id");
        using var reader = rows.Read();
        var series = new Dictionary<SeriesKey, int>();
        var words = new Dictionary<string, string>(StringComparer.Ordinal); // few checks and places have many promises
        while (reader.Read()) series.Add(new SeriesKey(new PromiseId(Ulid.FromBytes(Blob(reader, 1))), Once(reader.GetString(2)), Once(reader.GetString(3))), reader.GetInt32(0));
        return series;

        string Once(string text) => words.TryGetValue(text, out var known) ? known : words[text] = text;
    }
}
