using System.Text;
using Kept.Ledger.Stored;
using Kept.Model;
using Xunit;

namespace Kept.Ledger.Tests.Postgres;

/// <summary>Into PostgreSQL and out of it again: the same entries byte for byte, the same looks, days, evidence, names and ids, and it goes on at each place.</summary>
public sealed class CopyTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private string _connection = "";

    public async ValueTask InitializeAsync() => _connection = await Shared.NewAsync();

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return default;
    }

    [Fact]
    public async Task A_ledger_goes_to_postgres_and_back_with_all_it_holds()
    {
        var data = _folder["data"];
        string told;
        await using (var ledger = Ledgers.OpenSqlite(data, Some.Clock(), new Random(1), Some.Eager()))
        {
            await GrowAsync(ledger, 0);
            await ledger.UpkeepAsync(Some.Start + Duration.Days(40), Duration.Days(20), default); // sealed, and some of it expired
            await GrowAsync(ledger, 45);                                                          // and hot
            told = What(ledger);
            Assert.Equal(StorageCodes.InUse, (await Assert.ThrowsAsync<LedgerException>(async () => await CopyAsync(data))).Code);
        }
        Assert.Contains("holds a ledger in SQLite", Assert.Throws<LedgerException>(() => Open(data)).Message, StringComparison.Ordinal);

        var found = await CopyAsync(data);
        Assert.True(found.Holds);
        Assert.Equal(StorageCodes.Failed, (await Assert.ThrowsAsync<LedgerException>(async () => await CopyAsync(data))).Code); // never over another
        string later;
        await using (var ledger = Open(data))
        {
            Assert.Equal((told, 2), (What(ledger), ledger.Epoch));
            Assert.DoesNotContain(ledger.Opening.Notes, note => !note.Contains("fsync", StringComparison.Ordinal));
            await GrowAsync(ledger, 60);
            await ledger.UpkeepAsync(Some.Start + Duration.Days(61), Duration.Days(400), default);
            await GrowAsync(ledger, 70);
            later = What(ledger);
            Assert.Empty(ledger.Verify(default).Problems);
            // the folder's own database is left behind, and not begun from again
            Assert.True((await ledger.BackupAsync(_folder["back"], default)).Holds);
        }
        foreach (var wrong in (Action[])[() => Ledgers.OpenSqlite(data, Some.Clock(), new Random(1)), () => Ledgers.OpenSqliteReadOnly(data, Some.Clock())])
        {
            var refused = Assert.Throws<LedgerException>(wrong);
            Assert.Equal(StorageCodes.Failed, refused.Code);
            Assert.Contains("is in a postgres database", refused.Message, StringComparison.Ordinal);
        }

        await using var back = Ledgers.OpenSqlite(_folder["back"], Some.Clock(), new Random(3), Some.Eager());
        Assert.Equal((later, 3), (What(back), back.Epoch));
        Assert.Empty(back.Opening.Notes);
        await GrowAsync(back, 80);
        await back.UpkeepAsync(Some.Start + Duration.Days(81), Duration.Days(400), default);
        Assert.Empty(back.Verify(default).Problems);
    }

    [Fact]
    public async Task A_ledger_that_does_not_hold_is_not_copied_and_a_copy_that_fails_leaves_nothing()
    {
        var data = _folder["data"];
        await using (var ledger = Ledgers.OpenSqlite(data, Some.Clock(), new Random(1), Some.Eager())) await GrowAsync(ledger, 0);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await Ledgers.CopyToPostgresAsync(data, _connection, Some.Clock(), Some.Eager(hit =>
        {
            if (hit == "copy-before-commit") throw new InvalidOperationException("ended here");
        }), default));
        Assert.Equal(0, Tables());
        using (var file = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(data, "kept.db")};Pooling=False"))
        {
            file.Open();
            Database.Execute(file, "UPDATE entry SET body = x'7b207d' WHERE seq = 1");
        }
        var told = await Assert.ThrowsAsync<LedgerException>(async () => await CopyAsync(data));
        Assert.Equal(StorageCodes.Damaged, told.Code);
        Assert.Contains("entry 1: body does not match its hash", told.Message, StringComparison.Ordinal);
        Assert.Equal(0, Tables());

        long Tables()
        {
            using var beside = Shared.Connect(_connection);
            return Database.Scalar(beside, $"SELECT count(*) FROM pg_tables WHERE schemaname = '{Shared.SchemaOf(_connection)}'");
        }
    }

    /// <summary>What lies in the database is read again by the copy, so what was changed there by hand gives no backup.</summary>
    [Fact]
    public async Task Changes_by_hand_are_named_and_give_no_backup()
    {
        await using var ledger = Open(_folder["data"]);
        await GrowAsync(ledger, 0);
        await ledger.UpkeepAsync(Some.Start + Duration.Days(1), Duration.Days(400), default);
        foreach (var (change, problem) in ((string, string)[])
            [
                ("UPDATE entry SET body = '{}' WHERE seq = 2", "entry 2: body does not match its hash"),
                ("UPDATE block SET data = set_byte(data, 9, (get_byte(data, 9) + 1) % 256) WHERE id = 1", "block 1 of series 1: does not match its hash"),
                ("UPDATE day SET good = good + 1 WHERE series = 1", "its counts are not those of its looks"),
                ("UPDATE evidence SET body = '{}' WHERE series = 1", "evidence of series 1"),
                ("DELETE FROM block WHERE id = 1", "1 are missing"),
                ("UPDATE migration SET hash = '\\x00' WHERE number = 1", "step 1 of its schema is not the one that this program knows"),
                ("DELETE FROM entry WHERE seq = 2", "entry 2: is missing"),
                ("UPDATE name SET id = '\\x00112233445566778899aabbccddeeff'", "no entry gave it this id"),
                ("UPDATE series SET place = 'there'", "series 1: does not match its hash"),
            ])
        {
            using (var beside = Shared.Connect(_connection)) Database.Execute(beside, change);
            Assert.Contains(ledger.Verify(default).Problems, one => one.Contains(problem, StringComparison.Ordinal));
        }
        Assert.Equal(StorageCodes.Damaged, (await Assert.ThrowsAsync<LedgerException>(async () => await ledger.BackupAsync(_folder["backup"], default))).Code);
        Assert.Equal([_folder["data"]], Directory.GetDirectories(_folder.Path));
    }

    private StoredLedger Open(string folder) => Ledgers.OpenPostgres(_connection, folder, Some.Clock(), new Random(2), Some.Eager());

    private ValueTask<LedgerVerification> CopyAsync(string folder) => Ledgers.CopyToPostgresAsync(folder, _connection, Some.Clock(), Some.Eager(), default);

    private static async Task GrowAsync(ILedger ledger, int day)
    {
        await ledger.BelongToAsync("north \"1\"", default);
        var one = await Some.Series(ledger);
        var two = await Some.Series(ledger, $"own/p{day}@1", "dns", "Ort; 'drüben'");
        var from = Some.Start + Duration.Days(day);
        await ledger.RecordAsync([.. Some.Routine(one, ledger.Epoch, 300, from, Duration.Minutes(7), new Random(day)), .. Some.Routine(two, ledger.Epoch, 10, from, Duration.Hours(5), new Random(day))],
            [Some.Evidence(one, from), Some.Evidence(two, from, "{\"x\":\"\\u0000 ü\"}")], default);
        await ledger.AppendAsync([Some.Draft(EntryKinds.VerdictChanged, $"[{day}]", "own/web@1"), Some.Draft(body: "")], default);
        await ledger.CacheAsync("house", new byte[] { 1, 2, (byte)day }, default);
    }

    /// <summary>All that a ledger tells, hashes included.</summary>
    private static string What(ILedger ledger) => string.Join('\n',
    [
        ledger.House,
        .. ledger.Entries(new EntryQuery(Limit: 10_000)).Select(entry => $"{entry with { Body = null }} {Encoding.UTF8.GetString(entry.Body!.Value.Span)}"),
        .. Enumerable.Range(1, 8).SelectMany(series => ledger.Looks(series, Instant.Min, Instant.Max).Select(look => $"{look}")),
        .. Enumerable.Range(1, 8).SelectMany(series => ledger.EvidenceOf(series, 50).Select(one => $"{one.Series} {one.Slot} {Encoding.UTF8.GetString(one.Body.Span)}")),
        .. Enumerable.Range(1, 8).SelectMany(series => ledger.Days(series, Instant.Min, Instant.Max).Select(day => $"{series} {day}")),
        Convert.ToHexString(ledger.Cached("house")!),
    ]);
}
