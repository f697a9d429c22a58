using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Kept.Ledger.Sqlite;
using Kept.Model;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Kept.Ledger.Tests;

/// <summary>Ledgers that an earlier schema left behind, with evidence in them: today's program takes them over, and everything is still there and holds.</summary>
public sealed partial class OldSchemas : IDisposable
{
    private readonly TemporaryFolder _made = new(), _old = new();

    public void Dispose()
    {
        _made.Dispose();
        _old.Dispose();
    }

    /// <summary>A ledger somewhere has run each of these as it stands here: one that changed would leave it with another schema under the same number.</summary>
    [Fact]
    public void A_migration_that_was_shipped_never_changes() => Assert.Equal(
        [
            "e358d3db9820745a27496796dfe9a26abd2df833906d6a3542ada04babe998f6",
            "7c34e3762143eafc76c11eeff4cae9f53455ce73d34b0de973224d7f94a0313f",
            "a8d182f55a353bcd25507a9449e37cf957144c0a9f2827f07f3a6668c8d417d8",
        ],
        // a new migration adds its line
        Database.Migrations.Select(script => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(script)))));

    // entries of the first schemas said nothing of a house; those of a program between them may say it is nobody's
    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public async Task A_ledger_of_an_older_schema_is_taken_over_with_all_it_holds(int schema, bool saysHouse)
    {
        var before = await MakeAsync(isSealed: schema >= 2);
        Rebuild(schema, saysHouse);
        var told = Assert.Throws<LedgerException>(() => Ledgers.OpenSqliteReadOnly(_old.Path, Some.Clock()));
        Assert.Equal("S05", told.Code);
        Assert.Contains($"older schema {schema}", told.Message, StringComparison.Ordinal);

        await using (var ledger = Open())
        {
            Assert.Empty(ledger.Opening.Notes);
            Assert.Equal(2, ledger.Epoch);
            Assert.Equal("", ledger.House);
            Assert.Equal(before, What(ledger));
            Assert.Empty(ledger.Verify(default).Problems);
            Assert.Equal(Database.Migrations.Count, Database.Scalar(ledger.Writer, "PRAGMA user_version"));
            // and it goes on: the chain, names, looks, sealing
            await ledger.BelongToAsync("my-house", default);
            await ledger.AppendAsync([Some.Draft(body: "[\"new\"]")], default);
            Assert.Equal("my-house", ledger.Entries(new EntryQuery(NewestFirst: true, Limit: 1))[0].House);
            var series = await Some.Series(ledger);
            await ledger.RecordAsync([Some.Look(series, Some.Start + Duration.Hours(1), ledger.Epoch)], [], default);
            await ledger.UpkeepAsync(Some.Start, Duration.Days(400), default);
            Assert.Equal(4, ledger.Looks(series, Instant.Min, Instant.Max).Count);
            Assert.Empty(ledger.Verify(default).Problems);
        }
        await using var again = Ledgers.OpenSqliteReadOnly(_old.Path, Some.Clock());
        Assert.Empty(again.Verify(default).Problems);
        Assert.Equal("my-house", again.House);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Damage_in_a_ledger_of_an_older_schema_is_told_and_it_is_left_as_it_is(int schema)
    {
        await MakeAsync(isSealed: schema >= 2);
        Rebuild(schema, saysHouse: false);
        using (var database = Connect(_old))
            Database.Execute(database, "UPDATE entry SET header = CAST(replace(CAST(header AS TEXT), 'public', 'publik') AS BLOB) WHERE seq = (SELECT max(seq) FROM entry)");
        Assert.Equal("S03", Assert.Throws<LedgerException>(Open).Code);
        using var after = Connect(_old);
        Assert.Equal(1, Database.Scalar(after, "SELECT epoch FROM ledger"));
    }

    private SqliteLedger Open() => SqliteLedger.Open(_old.Path, Some.Clock(), new Random(7), Some.Eager());

    /// <summary>A ledger of today with entries, names, looks, evidence; with blocks and days where it is sealed.</summary>
    private async Task<string> MakeAsync(bool isSealed)
    {
        await using var ledger = SqliteLedger.Open(_made.Path, Some.Clock(), new Random(1), Some.Eager());
        var series = await Some.Series(ledger);
        for (var i = 0; i < 3; i++)
        {
            var slot = Some.Start + Duration.Seconds(i);
            await ledger.RecordAsync([Some.Look(series, slot, ledger.Epoch, i == 1 ? LookClass.Bad : LookClass.Good)], [Some.Evidence(series, slot)], default);
            await ledger.AppendAsync([Some.Draft(body: $"[{i}]", subject: i == 0 ? "" : "own/web@1")], default);
        }
        if (isSealed)
        {
            await ledger.CacheAsync("house", new byte[] { 1, 2, 3 }, default);
            await ledger.UpkeepAsync(Some.Start, Duration.Days(400), default);
        }
        await ledger.AppendAsync([Some.Draft(body: "[\"last\"]")], default);
        return What(ledger);
    }

    /// <summary>All that a ledger tells, but for hashes: they differ where headers did.</summary>
    private static string What(SqliteLedger ledger) => string.Join('\n',
    [
        .. ledger.Entries(new EntryQuery()).Select(entry => $"{entry.Sequence} {entry.Id} {entry.Kind} {entry.Subject} {entry.Occurred} {entry.Recorded} {entry.Writer} {(entry.Kind == EntryKinds.BlockSealed ? "" : Encoding.UTF8.GetString(entry.Body!.Value.Span))}"),
        .. ledger.Looks(1, Instant.Min, Instant.Max).Select(look => $"{look.Slot} {look.Epoch} {look.Class} {look.Failure} {look.Code} {look.Phases}"),
        .. ledger.EvidenceOf(1, 9).Select(one => $"{one.Slot} {Encoding.UTF8.GetString(one.Body.Span)}"),
        .. ledger.Days(1, Instant.Min, Instant.Max).Select(day => $"{day}"),
        $"{ledger.Cached("house")?.Length}",
    ]);

    /// <summary>The same ledger as an earlier program would have left it: only the scripts up to that schema are run, rows are put in by their columns, and entries are chained again.</summary>
    private void Rebuild(int schema, bool saysHouse)
    {
        using var from = Connect(_made);
        using var to = Connect(_old);
        for (var i = 0; i < schema; i++) Database.Execute(to, Database.Migrations[i]);
        Database.Execute(to, $"PRAGMA application_id = {Database.ApplicationId}");
        Database.Execute(to, $"PRAGMA user_version = {schema}");
        foreach (var table in Texts(to, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"))
            Copy(from, to, table, Texts(to, $"SELECT name FROM pragma_table_info('{table}') ORDER BY cid"));
        Chain(to, saysHouse);
        File.Copy(_made[FolderLock.FileName], _old[FolderLock.FileName]);
        Directory.CreateDirectory(_old[SqliteLedger.HotFolder]);
        foreach (var segment in _made.Segments) File.Copy(segment, Path.Combine(_old[SqliteLedger.HotFolder], Path.GetFileName(segment)));
    }

    private static void Copy(SqliteConnection from, SqliteConnection to, string table, List<string> columns)
    {
        using var read = from.CreateCommand();
#pragma warning disable CA2100 // names of the schema
        read.CommandText = $"SELECT {string.Join(", ", columns)} FROM {table}";
        using var rows = read.ExecuteReader();
        while (rows.Read())
        {
            using var write = to.CreateCommand();
            write.CommandText = $"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", columns.Select((_, i) => "$" + i))})";
#pragma warning restore CA2100
            for (var i = 0; i < columns.Count; i++) write.Parameters.AddWithValue("$" + i, rows.GetValue(i));
            write.ExecuteNonQuery();
        }
    }

    /// <summary>By docs/reference/ledger-format.md and by no code of the ledger: each header names the hash before it, SHA-256(0x00 ‖ header).</summary>
    private static void Chain(SqliteConnection database, bool saysHouse)
    {
        var prev = new string('0', 64);
        foreach (var (sequence, header) in Headers(database))
        {
            var text = Prev().Replace(header, $"\"prev\":\"{prev}\"");
            if (!saysHouse) text = text.Replace("\"house\":\"\",", "", StringComparison.Ordinal);
            Assert.Equal(saysHouse, text.Contains("\"house\":", StringComparison.Ordinal));
            var bytes = Encoding.UTF8.GetBytes(text);
            var hash = SHA256.HashData([0, .. bytes]);
            using var put = database.CreateCommand();
            put.CommandText = "UPDATE entry SET header = $h, hash = $x WHERE seq = $s";
            put.Parameters.AddWithValue("$h", bytes);
            put.Parameters.AddWithValue("$x", hash);
            put.Parameters.AddWithValue("$s", sequence);
            put.ExecuteNonQuery();
            prev = Convert.ToHexStringLower(hash);
        }
    }

    private static List<(long Sequence, string Header)> Headers(SqliteConnection database)
    {
        using var command = database.CreateCommand();
        command.CommandText = "SELECT seq, CAST(header AS TEXT) FROM entry ORDER BY seq";
        using var rows = command.ExecuteReader();
        var headers = new List<(long, string)>();
        while (rows.Read()) headers.Add((rows.GetInt64(0), rows.GetString(1)));
        return headers;
    }

    private static List<string> Texts(SqliteConnection database, string query)
    {
        using var command = database.CreateCommand();
#pragma warning disable CA2100 // constants, and names of the schema
        command.CommandText = query;
#pragma warning restore CA2100
        using var rows = command.ExecuteReader();
        var texts = new List<string>();
        while (rows.Read()) texts.Add(rows.GetString(0));
        return texts;
    }

    private static SqliteConnection Connect(TemporaryFolder folder)
    {
        var database = new SqliteConnection($"Data Source={folder.Database};Pooling=False");
        database.Open();
        return database;
    }

    [GeneratedRegex("\"prev\":\"[0-9a-f]{64}\"")]
    private static partial Regex Prev();
}
