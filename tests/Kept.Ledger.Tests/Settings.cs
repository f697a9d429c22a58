using Kept.Ledger.Sqlite;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Kept.Ledger.Tests;

/// <summary>How SQLite is set, asked of the connections of a live ledger: a setting that is only written down guards nothing.</summary>
public sealed class Settings : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // of the connection that writes: what each is good for
    [Theory]
    [InlineData("synchronous", "2")]           // FULL: an acknowledged entry survives loss of power
    [InlineData("journal_mode", "wal")]        // readers and the writer never wait for each other
    [InlineData("foreign_keys", "1")]
    [InlineData("busy_timeout", "5000")]       // another process (a backup, sqlite3) holds it for a moment
    [InlineData("trusted_schema", "0")]        // a schema that somebody altered may call no function
    [InlineData("cell_size_check", "1")]       // a damaged page is told when it is read
    [InlineData("mmap_size", "0")]             // a stray pointer must not reach the file
    [InlineData("wal_autocheckpoint", "1000")] // pages; the writer alone checkpoints
    [InlineData("journal_size_limit", "67108864")]
    [InlineData("locking_mode", "normal")]
    [InlineData("writable_schema", "0")]
    [InlineData("ignore_check_constraints", "0")]
    public async Task The_connection_that_writes_is_set(string setting, string value)
    {
        await using var ledger = SqliteLedger.Open(_folder.Path, Some.Clock(), new Random(1), LedgerOptions.Default);
        await ledger.AppendAsync([Some.Draft()], default);
        Assert.Equal(value, Of(ledger.Writer, setting));
    }

    [Theory]
    [InlineData("journal_mode", "wal")]
    [InlineData("busy_timeout", "5000")]
    [InlineData("trusted_schema", "0")]
    [InlineData("cell_size_check", "1")]
    [InlineData("mmap_size", "0")]
    public async Task A_connection_that_reads_is_set_likewise(string setting, string value)
    {
        await using var ledger = SqliteLedger.Open(_folder.Path, Some.Clock(), new Random(1), LedgerOptions.Default);
        using var reading = Database.OpenReadOnly(_folder.Path, LedgerOptions.Default);
        Assert.Equal(value, reading.Read(connection => Of(connection, setting)));
    }

    [Fact]
    public async Task A_connection_that_reads_can_neither_write_nor_checkpoint()
    {
        await using var ledger = SqliteLedger.Open(_folder.Path, Some.Clock(), new Random(1), LedgerOptions.Default);
        await ledger.AppendAsync([Some.Draft()], default);
        using var reading = Database.OpenReadOnly(_folder.Path, LedgerOptions.Default);
        const string told = "S04"; // SQLITE_READONLY
        Assert.Equal(told, Assert.Throws<LedgerException>(() => reading.Read(connection => Database.Scalar(connection, "DELETE FROM entry RETURNING seq"))).Code);
        Assert.Throws<LedgerException>(() => reading.Read(connection => Database.Scalar(connection, "PRAGMA wal_checkpoint(TRUNCATE)")));
        Assert.Equal("S04", Assert.Throws<LedgerException>(() => reading.Writer).Code);
        Assert.Single(ledger.Entries(new Kept.Ledger.EntryQuery()));
    }

    [Fact]
    public async Task What_is_written_for_long_does_not_grow_the_log_without_end()
    {
        await using var ledger = SqliteLedger.Open(_folder.Path, Some.Clock(), new Random(1), LedgerOptions.Default);
        for (var i = 0; i < 60; i++) await ledger.AppendAsync([.. Enumerable.Range(0, 40).Select(n => Some.Draft(body: $"[\"{new string('x', 4000)}\",{n}]"))], default);
        var (file, log) = (new FileInfo(_folder.Database).Length, new FileInfo(_folder.Database + "-wal").Length);
        // ten megabytes were written; the log holds a thousand pages and what one transaction added
        Assert.True(file > 8 << 20 && log < 6 << 20, $"file {file:N0}, log {log:N0}");
    }

    private static string? Of(SqliteConnection connection, string setting)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the names of the settings above
        command.CommandText = "PRAGMA " + setting;
#pragma warning restore CA2100
        return Convert.ToString(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
