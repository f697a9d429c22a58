using Kept.Ledger.Sqlite;
using Kept.Model;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Kept.Ledger.Tests;

public sealed class Backups : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_backup_opens_like_the_ledger_it_was_taken_from()
    {
        await using var ledger = SqliteLedger.Open(_folder["data"], Some.Clock(), new Random(1), Some.Eager());
        var series = await Some.Series(ledger);
        var looks = Some.Routine(series, ledger.Epoch, 500, Some.Start, Duration.Seconds(30), new Random(1));
        await ledger.RecordAsync(looks[..300], [Some.Evidence(series, Some.Start)], default);
        await ledger.UpkeepAsync(Some.Start, Duration.Days(400), default);
        await ledger.RecordAsync(looks[300..], [], default);
        var found = await ledger.BackupAsync(_folder["backup"], default);
        Assert.True(found.Holds);
        Assert.Equal(500, found.Looks);
        await ledger.RecordAsync([Some.Look(series, Some.Start + Duration.Days(9), ledger.Epoch)], [], default);

        await using var copy = SqliteLedger.Open(_folder["backup"], Some.Clock(), new Random(2), Some.Eager());
        Assert.Equal(looks, copy.Looks(series, Instant.Min, Instant.Max));
        Assert.Equal(ledger.Epoch + 1, copy.Epoch);
        Assert.Equal(ledger.Entries(new EntryQuery()).Select(entry => entry.Hash), copy.Entries(new EntryQuery()).Select(entry => entry.Hash));
        Assert.Empty(copy.Verify(default).Problems);
        Assert.Empty(copy.Opening.Notes);
    }

    [Fact]
    public async Task A_backup_never_overwrites_and_a_damaged_ledger_gives_none()
    {
        await using var ledger = SqliteLedger.Open(_folder["data"], Some.Clock(), new Random(1), Some.Eager());
        await ledger.AppendAsync([Some.Draft(), Some.Draft()], default);
        await ledger.BackupAsync(_folder["backup"], default);
        Assert.Equal("S04", (await Assert.ThrowsAsync<LedgerException>(async () => await ledger.BackupAsync(_folder["backup"], default))).Code);
        using (var database = new SqliteConnection($"Data Source={Path.Combine(_folder["data"], Database.FileName)};Pooling=False"))
        {
            database.Open();
            Database.Execute(database, "UPDATE entry SET body = x'7b207d' WHERE seq = 1");
        }
        var fault = await Assert.ThrowsAsync<LedgerException>(async () => await ledger.BackupAsync(_folder["backup2"], default));
        Assert.Equal("S03", fault.Code);
        Assert.Contains("entry 1: body does not match its hash", fault.Message);
        Assert.Equal([_folder["backup"], _folder["data"]], Directory.GetDirectories(_folder.Path).Order());
    }
}
