using Kept.Ledger.Stored;
using Kept.Model;
using Npgsql;
using Xunit;

namespace Kept.Ledger.Tests.Postgres;

/// <summary>One writer at a time, by a lock while it is connected and by its epoch always; and no look that a writer acknowledged is lost when another takes over.</summary>
public sealed class WritersTests : IAsyncLifetime
{
    private readonly TemporaryFolder _one = new(), _two = new();
    private string _connection = "";

    public async ValueTask InitializeAsync() => _connection = await Shared.NewAsync();

    public ValueTask DisposeAsync()
    {
        _one.Dispose();
        _two.Dispose();
        return default;
    }

    [Fact]
    public async Task A_second_writer_is_refused_while_the_first_is_there_and_changes_nothing()
    {
        await using var first = Open(_one);
        await first.AppendAsync([Some.Draft()], default);
        var told = Assert.Throws<LedgerException>(() => Open(_two));
        Assert.Equal(StorageCodes.InUse, told.Code);
        Assert.Matches(@"Another Kept writes the ledger in PostgreSQL \(postgres@127\.0\.0\.1:\d+/postgres, schema kept_\d+\) \(its connection is process \d+ of the server\)", told.Message);
        Assert.Equal(StorageCodes.InUse, Assert.Throws<LedgerException>(() => Open(_one)).Code); // the same folder too
        await using var reading = Ledgers.OpenPostgresReadOnly(_connection, _one.Path, Some.Clock());
        Assert.Equal((1, 1L), (reading.Epoch, reading.LastSequence));
        Assert.Equal(StorageCodes.NotWritable, (await Assert.ThrowsAsync<LedgerException>(async () => await reading.AppendAsync([Some.Draft()], default))).Code);
        await first.AppendAsync([Some.Draft()], default);
        Assert.Equal(2, reading.Entries(new EntryQuery()).Count);
        await using var elsewhere = Ledgers.OpenPostgres(await Shared.NewAsync(), _two.Path, Some.Clock(), new Random(1), Some.Eager()); // another schema is another ledger
        Assert.Equal(0, elsewhere.LastSequence);
    }

    [Theory]
    [InlineData("DELETE FROM entry WHERE seq = (SELECT max(seq) FROM entry)", "its newest entry is 1, and 2 was acknowledged")] // a replica that lost the last moments
    [InlineData("UPDATE entry SET hash = decode(repeat('ab', 32), 'hex') WHERE seq = (SELECT max(seq) FROM entry)", "was acknowledged with another hash")]
    [InlineData("UPDATE ledger SET id = decode(repeat('ab', 16), 'hex')", "another ledger is there now")]
    public async Task Nothing_is_appended_to_what_was_not_written_last_though_the_epoch_is_ours(string changed, string words)
    {
        await using var ledger = Open(_one);
        await ledger.AppendAsync([Some.Draft()], default);
        await ledger.AppendAsync([Some.Draft()], default);
        using (var beside = Shared.Connect(_connection)) Database.Execute(beside, changed);
        var before = Shared.Count(_connection);
        var told = await Assert.ThrowsAsync<LedgerException>(async () => await ledger.AppendAsync([Some.Draft()], default));
        Assert.Equal(StorageCodes.Damaged, told.Code);
        Assert.Contains(words, told.Message, StringComparison.Ordinal);
        Assert.Equal(before, Shared.Count(_connection));
    }

    [Fact]
    public async Task A_writer_that_was_replaced_while_it_was_cut_off_writes_nothing_and_its_looks_come_in_later()
    {
        var (series, epoch) = (0, 0);
        await using (var first = Open(_one))
        {
            (series, epoch) = (await Some.Series(first), first.Epoch);
            await first.RecordAsync([At(first, 0), At(first, 1)], [Some.Evidence(series, Some.Start)], default);
            await first.UpkeepAsync(Some.Start, Duration.Days(400), default);
            await first.RecordAsync([At(first, 2), At(first, 3)], [Some.Evidence(series, Some.Start + Duration.Seconds(2))], default); // acknowledged, not sealed
            EndAll();
            await using (var second = Open(_two))
            {
                Assert.Contains(second.Opening.Notes, note => note.Contains("is new to the ledger", StringComparison.Ordinal));
                Assert.Equal(2, second.Epoch);
                // cut off, it records on: nobody can tell it
                await first.RecordAsync([At(first, 4)], [], default);
                Assert.Equal(StorageCodes.InUse, (await Assert.ThrowsAsync<LedgerException>(async () => await first.AppendAsync([Some.Draft()], default))).Code);
                for (var i = 0; i < 3; i++)
                {
                    await second.RecordAsync([At(second, 10 + i)], [], default);
                    await second.UpkeepAsync(Some.Start, Duration.Days(400), default); // numbers that the first has given too
                }
                await second.AppendAsync([Some.Draft(subject: "own/second@1")], default);
            }
            var before = Shared.Count(_connection);
            foreach (var write in (Func<Task>[])
                [
                    async () => await first.AppendAsync([Some.Draft()], default), async () => await first.CacheAsync("a", new byte[1], default), async () => await first.BelongToAsync("north", default),
                    async () => await first.IdOfAsync(Some.Name("own/new@1"), null, default), async () => await first.SeriesOfAsync([new SeriesKey(default, "new", "here")], default),
                    async () => await first.UpkeepAsync(Some.Start, Duration.Days(400), default), async () => await first.RecordAsync([At(first, 20)], [], default),
                ])
            {
                var told = await Assert.ThrowsAsync<LedgerException>(write);
                Assert.Equal((StorageCodes.ReplacedWriter, LedgerFault.Record), (told.Code, told.Kind));
            }
            Assert.Equal(before, Shared.Count(_connection));
        }
        for (var i = 0; i < 2; i++) // twice: what was taken up again is so once
        {
            await using var again = Open(_one);
            Assert.Equal(i == 0, again.Opening.Notes.Any(note => note.Contains("3 looks that were recorded in this one before", StringComparison.Ordinal)));
            Assert.Equal([0L, 1, 2, 3, 4, 10, 11, 12], again.Looks(series, Instant.Min, Instant.Max).Select(look => (look.Slot - Some.Start).Nanoseconds / Duration.PerSecond));
            Assert.Equal(2, again.EvidenceOf(series, 9).Count);
            Assert.Empty(again.Verify(default).Problems);
        }
        await using var last = Open(_one);
        await last.UpkeepAsync(Some.Start, Duration.Days(400), default);
        Assert.Equal(8, last.Days(series, Instant.Min, Instant.Max).Sum(day => day.Good));
        Assert.Equal([1, 1, 1, 1, 1, 2, 2, 2], last.Looks(series, Instant.Min, Instant.Max).Select(look => look.Epoch));
        Assert.Empty(last.Verify(default).Problems);
        Assert.Equal(1, epoch);

        LookRecord At(ILedger ledger, int second) => Some.Look(series, Some.Start + Duration.Seconds(second), ledger.Epoch);
    }

    /// <summary>The lock guards courtesy, the epoch guards truth: a pooler may give the lock's session to somebody else.</summary>
    [Fact]
    public async Task A_writer_whose_epoch_is_not_the_newest_writes_nothing_even_while_it_holds_the_lock()
    {
        await using var first = Open(_one);
        await first.AppendAsync([Some.Draft()], default);
        using (var beside = Shared.Connect(_connection)) Database.Execute(beside, "UPDATE ledger SET epoch = 7");
        Assert.Equal(StorageCodes.ReplacedWriter, (await Assert.ThrowsAsync<LedgerException>(async () => await first.AppendAsync([Some.Draft()], default))).Code);
        Assert.Equal(1, Shared.Count(_connection));
    }

    [Fact]
    public async Task A_lock_that_another_program_holds_is_told_and_nothing_waits_for_ever()
    {
        await using var ledger = Open(_one);
        using (var beside = Shared.Connect(_connection))
        using (var transaction = beside.BeginTransaction())
        {
            Database.Execute(beside, "LOCK TABLE entry IN ACCESS EXCLUSIVE MODE");
            Assert.Equal(StorageCodes.InUse, (await Assert.ThrowsAsync<LedgerException>(async () => await ledger.AppendAsync([Some.Draft()], default))).Code);
        }
        await ledger.AppendAsync([Some.Draft()], default);
        Assert.Equal(1, ledger.LastSequence);
    }

    private StoredLedger Open(TemporaryFolder folder) => Ledgers.OpenPostgres(_connection, folder.Path, Some.Clock(), new Random(1), Some.Eager());

    private void EndAll()
    {
        using var beside = Shared.Connect(_connection);
        using var end = new NpgsqlCommand("SELECT count(pg_terminate_backend(a.pid, 5000)) FROM pg_stat_activity a JOIN pg_locks l USING (pid) WHERE l.locktype = 'advisory' AND a.application_name = 'kept' AND a.pid IN "
            + "(SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = $1::oid)", beside);
        end.Parameters.Add(new NpgsqlParameter { Value = (long)Coding.Crc32C.Of(System.Text.Encoding.UTF8.GetBytes(Shared.SchemaOf(_connection))) });
        Assert.Equal(1L, end.ExecuteScalar());
    }
}
