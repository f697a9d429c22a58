using Kept.Ledger.Sqlite;
using Kept.Model;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Kept.Ledger.Tests;

/// <summary>I9: a bit that changed anywhere in what the ledger holds is found, and the thing it is in is named.</summary>
public sealed class FlippedBits : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // table, key, column, and what the problem must name: {0} is the key
    [Theory]
    [InlineData("entry", "seq", "header", "entr")]
    [InlineData("entry", "seq", "body", "entry {0}")]
    [InlineData("entry", "seq", "hash", "entry {0}")]
    [InlineData("entry", "seq", "kind", "entry {0}")]
    [InlineData("entry", "seq", "subject", "entry {0}")]
    [InlineData("block", "id", "data", "block {0} ")]
    [InlineData("block", "id", "hash", "block {0} ")]
    [InlineData("evidence", "slot", "body", "evidence of series")]
    [InlineData("evidence", "slot", "hash", "evidence of series")]
    [InlineData("series", "id", "promise", "series {0}")]
    [InlineData("series", "id", "check_name", "series {0}")]
    [InlineData("series", "id", "place", "series {0}")]
    [InlineData("series", "id", "hash", "series {0}")]
    [InlineData("name", "name", "id", "name {0}")]
    [InlineData("ledger", "one", "id", "ledger")]
    public async Task Every_flipped_byte_of_a_row_is_named(string table, string key, string column, string named)
    {
        await MakeAsync();
        using var database = new SqliteConnection($"Data Source={_folder.Database};Pooling=False");
        database.Open();
        await using var ledger = Ledgers.OpenSqliteReadOnly(_folder.Path, Some.Clock());
        Assert.Empty(ledger.Verify(default).Problems);
        var random = new Random(3);
        var flipped = 0;
        foreach (var (id, bytes) in Values(database, table, key, column))
            foreach (var at in bytes.Length <= 40 ? Enumerable.Range(0, bytes.Length) : Enumerable.Range(0, 8).Select(_ => random.Next(bytes.Length)).Append(0).Append(bytes.Length - 1))
            {
                var changed = (byte[])bytes.Clone();
                changed[at] ^= (byte)(column is "kind" or "subject" or "check_name" or "place" ? 1 : 1 << random.Next(8));
                Set(database, table, key, column, id, changed);
                var problems = ledger.Verify(default).Problems;
                Assert.Contains(problems, problem => problem.Contains(string.Format(named, id), StringComparison.Ordinal));
                Set(database, table, key, column, id, bytes);
                flipped++;
            }
        Assert.True(flipped >= 8, $"{flipped} bytes were flipped");
        Assert.Empty(ledger.Verify(default).Problems);
    }

    [Theory]
    [InlineData("block", "series")]
    [InlineData("block", "first")]
    [InlineData("block", "last")]
    [InlineData("block", "looks")]
    [InlineData("block", "entry")]
    [InlineData("day", "day")]
    [InlineData("day", "series")]
    [InlineData("day", "good")]
    [InlineData("day", "bad")]
    [InlineData("day", "gap")]
    [InlineData("day", "not_in_force")]
    [InlineData("evidence", "slot")]
    [InlineData("evidence", "series")]
    [InlineData("ledger", "expired")]
    [InlineData("ledger", "sealed")]
    [InlineData("ledger", "epoch")]
    public async Task Every_changed_figure_of_a_row_is_named(string table, string column)
    {
        await MakeAsync(expire: true);
        using var database = new SqliteConnection($"Data Source={_folder.Database};Pooling=False");
        database.Open();
        await using var ledger = Ledgers.OpenSqliteReadOnly(_folder.Path, Some.Clock());
        Assert.Empty(ledger.Verify(default).Problems);
        var rows = Database.Scalar(database, $"SELECT count(*) FROM {table}");
        Assert.True(rows > 0);
        for (var row = 0; row < rows; row++)
            foreach (var by in (ReadOnlySpan<long>)[1, -1, 1L << 40])
            {
                if (column == "epoch" && by == 1) continue; // so does a writer leave it that ended between its commit and its lock
                using var transaction = database.BeginTransaction();
                Database.Execute(database, $"CREATE TEMP TABLE old AS SELECT * FROM {table} LIMIT 1 OFFSET {row}");
                Database.Execute(database, $"DELETE FROM {table} WHERE {column} = (SELECT {column} FROM old) AND ({Key(table)}) = (SELECT {Key(table)} FROM old)");
                Database.Execute(database, $"UPDATE old SET {column} = {column} + {by}");
                Database.Execute(database, $"INSERT OR REPLACE INTO {table} SELECT * FROM old");
                Database.Execute(database, "DROP TABLE old");
                transaction.Commit();
                Assert.NotEmpty(ledger.Verify(default).Problems);
                Restore(database, table);
            }
        Assert.Empty(ledger.Verify(default).Problems);
    }

    [Fact]
    public async Task A_removed_or_invented_row_is_named()
    {
        await MakeAsync();
        using var database = new SqliteConnection($"Data Source={_folder.Database};Pooling=False");
        database.Open();
        await using var ledger = Ledgers.OpenSqliteReadOnly(_folder.Path, Some.Clock());
        Found("DELETE FROM entry WHERE seq = 3", "entry 3: is missing");
        Found("DELETE FROM block WHERE id = 2", "blocks 1 to 2: 1 are missing");
        Found("UPDATE block SET data = NULL WHERE id = 1", "block 1 of series 1: its looks are missing, and retention did not remove them");
        Found("DELETE FROM day WHERE series = 1", "its counts are missing");
        Found("DELETE FROM name", "an entry gave it an id, and it is missing");
        Found("INSERT INTO name VALUES ('own/x@1', x'00000000000000000000000000000000')", "name own/x@1: no entry gave it this id");
        Found("INSERT INTO block SELECT id + 10, entry, series, first, last, looks, hash, data FROM block", "no entry sealed them");
        Found("INSERT INTO evidence VALUES (1, 1767225700000000, x'00', x'00')", "no block commits to it");
        Found("UPDATE entry SET body = NULL WHERE seq = 2", "entry 2: body is missing");

        void Found(string change, string named)
        {
            File.Copy(_folder.Database, _folder["whole"], true);
            Database.Execute(database, change);
            Assert.Contains(ledger.Verify(default).Problems, problem => problem.Contains(named, StringComparison.Ordinal));
            Undo();
        }

        void Undo()
        {
            using var whole = new SqliteConnection($"Data Source={_folder["whole"]};Pooling=False");
            whole.Open();
            whole.BackupDatabase(database);
            Assert.Empty(ledger.Verify(default).Problems);
        }
    }

    [Fact]
    public async Task Every_flipped_bit_of_a_hot_segment_is_named()
    {
        await using var ledger = SqliteLedger.Open(_folder.Path, Some.Clock(), new Random(1), LedgerOptions.Default);
        var series = await Some.Series(ledger);
        for (var i = 0; i < 4; i++)
            await ledger.RecordAsync([Some.Look(series, Some.Start + Duration.Seconds(i), ledger.Epoch)], [Some.Evidence(series, Some.Start + Duration.Seconds(i))], default);
        var path = Assert.Single(_folder.Segments);
        var whole = await File.ReadAllBytesAsync(path);
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            RandomAccess.Write(file, [(byte)(whole[bit / 8] ^ (1 << (bit % 8)))], bit / 8);
            Assert.Contains(ledger.Verify(default).Problems, problem => problem.StartsWith("hot segment 1: ", StringComparison.Ordinal));
            RandomAccess.Write(file, [whole[bit / 8]], bit / 8);
        }
        Assert.Empty(ledger.Verify(default).Problems);
        File.Delete(path);
        Assert.Contains("hot segment 1: its file is missing", ledger.Verify(default).Problems);
    }

    [Fact]
    public async Task No_flipped_byte_of_the_database_file_passes_unseen_where_it_changes_what_is_read()
    {
        await MakeAsync();
        var whole = await File.ReadAllBytesAsync(_folder.Database);
        var before = await SeenAsync();
        var random = new Random(5);
        var (named, harmless) = (0, 0);
        for (var i = 0; i < 150; i++)
        {
            var broken = (byte[])whole.Clone();
            broken[random.Next(broken.Length)] ^= (byte)(1 << random.Next(8));
            await File.WriteAllBytesAsync(_folder.Database, broken);
            string after;
            try
            {
                await using var ledger = Ledgers.OpenSqliteReadOnly(_folder.Path, Some.Clock());
                if (ledger.Verify(default).Problems.Count > 0)
                {
                    named++;
                    continue;
                }
                after = await SeenAsync();
            }
            catch (LedgerException)
            {
                named++;
                continue;
            }
            // free pages, unused bytes, or counters: nothing that anybody reads
            Assert.Equal(before, after);
            harmless++;
        }
        Assert.True(named > 10, $"{named} of 150 were named, {harmless} changed nothing");
    }

    private async Task<string> SeenAsync()
    {
        await using var ledger = Ledgers.OpenSqliteReadOnly(_folder.Path, Some.Clock());
        var text = string.Join('\n', ledger.Entries(new EntryQuery()).Select(entry => entry.Hash));
        for (var series = 1; series <= 3; series++)
            text += string.Join('\n', ledger.Looks(series, Instant.Min, Instant.Max)) + string.Join('\n', ledger.Days(series, Instant.Min, Instant.Max))
                + string.Join('\n', ledger.EvidenceOf(series, 50).Select(one => Convert.ToHexString(one.Body.Span)));
        return text;
    }

    private async Task MakeAsync(bool expire = false)
    {
        await using (var ledger = SqliteLedger.Open(_folder.Path, Some.Clock(), new Random(1), Some.Eager()))
        {
            await ledger.AppendAsync([Some.Draft(), Some.Draft(EntryKinds.VerdictChanged, """{"from":"kept","to":"broken"}""", "own/web@1")], default);
            var (one, two) = (await Some.Series(ledger), await Some.Series(ledger, "own/mail@1"));
            for (var round = 0; round < 2; round++)
            {
                var from = Some.Start + Duration.Days(round);
                await ledger.RecordAsync([.. Some.Routine(one, ledger.Epoch, 100, from, Duration.Seconds(30), new Random(7)), .. Some.Routine(two, ledger.Epoch, 20, from, Duration.Seconds(60), new Random(8))],
                    [Some.Evidence(one, from), Some.Evidence(two, from + Duration.Seconds(60))], default);
                await ledger.UpkeepAsync(Some.Start, Duration.Days(400), default);
            }
            if (expire) await ledger.UpkeepAsync(Some.Start + Duration.Days(11), Duration.Days(10), default);
        }
        Checkpoint();
    }

    private void Checkpoint()
    {
        using var database = new SqliteConnection($"Data Source={_folder.Database};Pooling=False");
        database.Open();
        Database.Execute(database, "PRAGMA wal_checkpoint(TRUNCATE)");
        File.Copy(_folder.Database, _folder["whole"], true);
    }

    private void Restore(SqliteConnection database, string table)
    {
        using var transaction = database.BeginTransaction();
        Database.Execute(database, $"DELETE FROM {table}");
        transaction.Commit();
        Database.Execute(database, $"ATTACH '{_folder["whole"]}' AS whole");
        Database.Execute(database, $"INSERT INTO main.{table} SELECT * FROM whole.{table}");
        Database.Execute(database, "DETACH whole");
    }

    private static string Key(string table) => table switch { "block" => "id", "day" => "series || ' ' || day", "evidence" => "series || ' ' || slot", _ => "one" };

    private static List<(object Id, byte[] Bytes)> Values(SqliteConnection database, string table, string key, string column)
    {
        using var command = database.CreateCommand();
        command.CommandText = $"SELECT {key}, CAST({column} AS BLOB) FROM {table} WHERE {column} IS NOT NULL";
        using var reader = command.ExecuteReader();
        var values = new List<(object, byte[])>();
        while (reader.Read()) values.Add((reader.GetValue(0), reader.GetFieldValue<byte[]>(1)));
        return values;
    }

    private static void Set(SqliteConnection database, string table, string key, string column, object id, byte[] bytes)
    {
        using var command = database.CreateCommand();
        command.CommandText = $"UPDATE {table} SET {column} = {(column is "kind" or "subject" or "check_name" or "place" ? "CAST($2 AS TEXT)" : "$2")} WHERE {key} = $1";
        command.Parameters.AddWithValue("$1", id);
        command.Parameters.AddWithValue("$2", bytes);
        Assert.True(command.ExecuteNonQuery() > 0);
    }
}
