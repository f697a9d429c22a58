using Kept.Ledger.Sqlite;
using Kept.Model;
using Kept.TestKit;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Kept.Ledger.Tests;

/// <summary>Opening a folder that is not as it should be: told, never changed.</summary>
public sealed class Opening : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_second_writer_on_the_folder_is_refused_and_the_first_goes_on()
    {
        await using var first = Open();
        Refused("S01", "Another Kept is running");
        await first.AppendAsync([Some.Draft()], default);
    }

    [Fact]
    public async Task A_new_folder_of_evidence_belongs_to_its_user_alone()
    {
        if (OperatingSystem.IsWindows()) return;
        const UnixFileMode alone = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        var (made, copied) = (Path.Combine(_folder.Path, "made"), Path.Combine(_folder.Path, "copied"));
        await using (var ledger = Ledgers.OpenSqlite(made, TimeProvider.System, new Random(1)))
            await ledger.BackupAsync(copied, default);
        Assert.Equal((alone, alone), (File.GetUnixFileMode(made), File.GetUnixFileMode(copied)));
    }

    [Fact]
    public async Task The_epoch_grows_with_each_opening_and_everything_is_still_there()
    {
        PromiseId id;
        await using (var ledger = Open())
        {
            Assert.Equal(1, ledger.Epoch);
            id = await ledger.IdOfAsync(Some.Name("own/web@1"), null, default);
            var series = await Some.Series(ledger);
            await ledger.RecordAsync([Some.Look(series, Some.Start, 1)], [Some.Evidence(series, Some.Start)], default);
            await ledger.CacheAsync("house", new byte[] { 1 }, default);
        }
        await using (var ledger = Open())
        {
            Assert.Equal(2, ledger.Epoch);
            Assert.Empty(ledger.Opening.Notes);
            Assert.Equal(id, await ledger.IdOfAsync(Some.Name("own/web@1"), null, default));
            var series = await Some.Series(ledger);
            await ledger.RecordAsync([Some.Look(series, Some.Start, 2)], [], default);
            Assert.Equal([1, 2], ledger.Looks(series, Instant.Min, Instant.Max).Select(look => look.Epoch));
            Assert.Single(ledger.EvidenceOf(series, 9));
            Assert.Equal(2, ledger.Days(series, Instant.Min, Instant.Max)[0].Good);
            Assert.Equal([1], ledger.Cached("house")!);
            var old = await Assert.ThrowsAsync<LedgerException>(async () => await ledger.RecordAsync([Some.Look(series, Some.Start + Duration.Seconds(1), 1)], [], default));
            Assert.Equal("S06", old.Code);
            Assert.Empty(ledger.Verify(default).Problems);
        }
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("header")]
    [InlineData("page")]
    [InlineData("truncated")]
    [InlineData("empty")]
    [InlineData("removed")]
    [InlineData("foreign")]
    [InlineData("other ledger")]
    [InlineData("newest entry")]
    public async Task A_damaged_or_foreign_database_is_refused_and_left_as_it_is(string damage)
    {
        await FillAsync();
        var path = _folder.Database;
        var bytes = await File.ReadAllBytesAsync(path);
        switch (damage)
        {
            case "garbage": await File.WriteAllBytesAsync(path, [.. Enumerable.Range(0, 9000).Select(i => (byte)(i * 7))]); break;
            case "header": bytes[3] ^= 0x20; await File.WriteAllBytesAsync(path, bytes); break;
            case "page": bytes.AsSpan(4096, 12 * 4096).Fill(0xAA); await File.WriteAllBytesAsync(path, bytes); break;
            case "truncated": await File.WriteAllBytesAsync(path, bytes[..5000]); break;
            case "empty": await File.WriteAllBytesAsync(path, []); break;
            case "removed": File.Delete(path); break;
            case "foreign": File.Delete(path); Sql("CREATE TABLE theirs (x)"); break;
            case "other ledger":
                using (var other = new TemporaryFolder())
                {
                    await SqliteLedger.Open(other.Path, Some.Clock(), new Random(99), LedgerOptions.Default).DisposeAsync();
                    File.Copy(other.Database, path, true);
                }
                break;
            case "newest entry": Sql("UPDATE entry SET header = CAST(replace(CAST(header AS TEXT), 'team', 'teal') AS BLOB)"); break;
        }
        var before = File.Exists(path) ? await File.ReadAllBytesAsync(path) : [];
        Refused("S03", "Nothing was changed");
        Assert.Equal(before, File.Exists(path) ? await File.ReadAllBytesAsync(path) : []);
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_refused_and_left_as_it_is()
    {
        await FillAsync();
        Sql("PRAGMA user_version = 99");
        var before = await File.ReadAllBytesAsync(_folder.Database);
        Refused("S05", "Install the newer version");
        Assert.Equal("S05", Assert.Throws<LedgerException>(() => Ledgers.OpenSqliteReadOnly(_folder.Path, Some.Clock())).Code);
        Assert.Equal(before, await File.ReadAllBytesAsync(_folder.Database));
    }

    [Fact]
    public async Task An_older_copy_put_back_is_noticed_and_told_in_an_entry()
    {
        await FillAsync();
        File.Copy(_folder.Database, _folder["yesterday"]);
        await FillAsync();
        foreach (var segment in _folder.Segments) File.Delete(segment);
        File.Copy(_folder["yesterday"], _folder.Database, true);
        await using var ledger = Open();
        Assert.Equal(3, ledger.Epoch);
        Assert.Contains("older copy", Assert.Single(ledger.Opening.Notes));
        Assert.Single(ledger.Entries(new EntryQuery(Kind: EntryKinds.Gap)));
        Assert.Empty(ledger.Verify(default).Problems);
    }

    [Fact]
    public async Task A_database_removed_while_running_stops_writing()
    {
        await using var ledger = Open();
        await ledger.AppendAsync([Some.Draft()], default);
        File.Delete(_folder.Database);
        var fault = await Assert.ThrowsAsync<LedgerException>(async () => await ledger.AppendAsync([Some.Draft()], default));
        Assert.Equal("S03", fault.Code);
    }

    [Fact]
    public async Task A_write_cut_off_anywhere_costs_only_itself()
    {
        await FillAsync();
        var path = Assert.Single(_folder.Segments);
        var whole = await File.ReadAllBytesAsync(path);
        int[] frames = [.. FrameEnds(whole)];
        for (var length = whole.Length; length > frames[^2]; length -= 3)
        {
            using var copy = Copied(path, whole[..length]);
            await using var ledger = SqliteLedger.Open(copy.Path, Some.Clock(), new Random(4), LedgerOptions.Default);
            Assert.Equal(length == whole.Length ? 3 : 2, ledger.Looks(1, Instant.Min, Instant.Max).Count);
            Assert.Equal(length == whole.Length ? 0 : 1, ledger.Opening.Notes.Count);
            Assert.Empty(ledger.Entries(new EntryQuery(Kind: EntryKinds.Gap)));
            Assert.Empty(ledger.Verify(default).Problems);
        }
    }

    [Fact]
    public async Task A_torn_newest_write_is_put_aside_and_told_in_an_entry()
    {
        await FillAsync();
        var path = Assert.Single(_folder.Segments);
        var torn = await File.ReadAllBytesAsync(path);
        torn[^1] ^= 1;
        await File.WriteAllBytesAsync(path, torn);
        await using var ledger = Open();
        Assert.Equal(2, ledger.Looks(1, Instant.Min, Instant.Max).Count);
        Assert.Contains("do not hold", Assert.Single(ledger.Opening.Notes));
        Assert.Single(ledger.Entries(new EntryQuery(Kind: EntryKinds.Gap)));
        Assert.True(File.Exists(path + ".torn"));
        Assert.Empty(ledger.Verify(default).Problems);
    }

    [Fact]
    public async Task The_newest_segment_that_is_gone_or_shorter_is_told_in_an_entry()
    {
        await FillAsync();
        var path = Assert.Single(_folder.Segments);
        var whole = await File.ReadAllBytesAsync(path);
        await File.WriteAllBytesAsync(path, whole[..FrameEnds(whole).SkipLast(1).Last()]); // at a frame's end: nothing in the file itself looks wrong
        await using (var ledger = Open())
        {
            Assert.Contains("bytes at its end are missing", Assert.Single(ledger.Opening.Notes));
            Assert.Single(ledger.Entries(new EntryQuery(Kind: EntryKinds.Gap)));
        }
        foreach (var segment in _folder.Segments) File.Delete(segment);
        await using (var ledger = Open())
        {
            Assert.Contains("is missing: the newest that was written", Assert.Single(ledger.Opening.Notes));
            var series = await Some.Series(ledger);
            await ledger.RecordAsync([Some.Look(series, Some.Start + Duration.Days(1), ledger.Epoch)], [], default);
        }
        await using var again = Open();
        Assert.Empty(again.Opening.Notes);
        Assert.Single(again.Looks(1, Instant.Min, Instant.Max));
        Assert.Empty(again.Verify(default).Problems);
    }

    [Theory]
    [InlineData(256)]
    [InlineData(-1)]
    public async Task A_mark_of_what_is_sealed_that_was_damaged_costs_no_look(long by)
    {
        await using (var ledger = SqliteLedger.Open(_folder.Path, Some.Clock(), new Random(1), Some.Eager()))
        {
            var series = await Some.Series(ledger);
            for (var round = 0; round < 2; round++)
            {
                await ledger.RecordAsync([Some.Look(series, Some.Start + Duration.Seconds(round), ledger.Epoch)], [], default);
                await ledger.UpkeepAsync(Some.Start, Duration.Days(400), default);
            }
            await ledger.RecordAsync([Some.Look(series, Some.Start + Duration.Seconds(2), ledger.Epoch)], [], default);
        }
        Sql($"UPDATE ledger SET sealed = sealed + {by}");
        await using (var outside = Ledgers.OpenSqliteReadOnly(_folder.Path, Some.Clock()))
            Assert.Contains(outside.Verify(default).Problems, problem => problem.Contains("are sealed; entries say 2", StringComparison.Ordinal));
        await using var opened = Open();
        Assert.Contains("were believed", Assert.Single(opened.Opening.Notes));
        Assert.Equal(3, opened.Looks(1, Instant.Min, Instant.Max).Count);
        Assert.Empty(opened.Verify(default).Problems);
    }

    [Fact]
    public async Task A_block_that_is_not_the_one_that_was_sealed_is_not_read()
    {
        await using (var ledger = SqliteLedger.Open(_folder.Path, Some.Clock(), new Random(1), Some.Eager()))
        {
            var series = await Some.Series(ledger);
            await ledger.RecordAsync([.. Some.Routine(series, ledger.Epoch, 20, Some.Start, Duration.Seconds(30), new Random(7))], [], default);
            await ledger.UpkeepAsync(Some.Start, Duration.Days(400), default);
        }
        Sql("UPDATE block SET hash = zeroblob(32)"); // the data unpacks as before
        await using var opened = Open();
        Assert.Contains("does not match its hash", Assert.Throws<LedgerException>(() => opened.Looks(1, Instant.Min, Instant.Max)).Message);
    }

    [Fact]
    public async Task A_retention_mark_that_lies_ahead_swallows_nothing_that_is_seen_now()
    {
        await using var ledger = SqliteLedger.Open(_folder.Path, Some.Clock(), new Random(1), Some.Eager());
        var series = await Some.Series(ledger);
        Sql($"UPDATE ledger SET expired = {(Some.Start + Duration.Days(4000)).Microseconds}");
        await ledger.RecordAsync([.. Some.Routine(series, ledger.Epoch, 20, Some.Start, Duration.Seconds(30), new Random(7))], [], default);
        await ledger.UpkeepAsync(Some.Start, Duration.Days(400), default);
        Assert.Equal(20, ledger.Looks(series, Instant.Min, Instant.Max).Count);
        Assert.Contains(ledger.Verify(default).Problems, problem => problem.StartsWith("ledger: it says that looks before", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Damage_in_the_middle_of_a_hot_segment_is_never_passed_over()
    {
        await FillAsync();
        var path = Assert.Single(_folder.Segments);
        var whole = await File.ReadAllBytesAsync(path);
        foreach (var at in (int[])[3, 20, Hot.SegmentHead.Length + 1, Hot.SegmentHead.Length + 6, Hot.SegmentHead.Length + 20])
        {
            var damaged = (byte[])whole.Clone();
            damaged[at] ^= 4;
            await File.WriteAllBytesAsync(path, damaged);
            Refused("S03", path);
            Assert.Equal(damaged, await File.ReadAllBytesAsync(path));
            await using var reading = Ledgers.OpenSqliteReadOnly(_folder.Path, Some.Clock());
            Assert.Contains(reading.Verify(default).Problems, problem => problem.StartsWith("hot segment 1: ", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_segment_that_was_moved_away_is_told_in_an_entry()
    {
        await FillAsync();
        await FillAsync();
        File.Delete(_folder.Segments[0]);
        await using var ledger = Open();
        Assert.Contains("hot segments 1 to 1 are missing", Assert.Single(ledger.Opening.Notes));
        Assert.Single(ledger.Entries(new EntryQuery(Kind: EntryKinds.Gap)));
    }

    [Fact]
    public async Task It_can_be_read_while_another_writes_and_not_written()
    {
        await using var writer = SqliteLedger.Open(_folder.Path, Some.Clock(), new Random(1), Some.Eager());
        var series = await Some.Series(writer);
        await writer.RecordAsync([Some.Look(series, Some.Start, 1)], [], default);
        await using var reader = Ledgers.OpenSqliteReadOnly(_folder.Path, Some.Clock());
        Assert.Single(reader.Looks(series, Instant.Min, Instant.Max));
        await writer.UpkeepAsync(Some.Start, Duration.Days(400), default);
        await writer.AppendAsync([Some.Draft()], default);
        Assert.Single(reader.Looks(series, Instant.Min, Instant.Max));
        Assert.Equal(1, reader.Days(series, Instant.Min, Instant.Max)[0].Good);
        Assert.Equal(writer.LastSequence, reader.LastSequence);
        Assert.Equal(await Some.Series(writer), await Some.Series(reader));
        Assert.Empty(reader.Verify(default).Problems);
        Assert.Equal("S04", (await Assert.ThrowsAsync<LedgerException>(async () => await reader.AppendAsync([Some.Draft()], default))).Code);
        Assert.Equal("S04", (await Assert.ThrowsAsync<LedgerException>(async () => await reader.RecordAsync([Some.Look(series, Some.Start, 1)], [], default))).Code);
        Assert.Equal("S04", (await Assert.ThrowsAsync<LedgerException>(async () => await reader.UpkeepAsync(Some.Start, Duration.Days(1), default))).Code);
    }

    [Fact]
    public void A_folder_without_a_ledger_cannot_be_read()
    {
        Assert.Equal("S09", Assert.Throws<LedgerException>(() => Ledgers.OpenSqliteReadOnly(_folder["nothing"], Some.Clock())).Code);
        Assert.False(Directory.Exists(_folder["nothing"]));
    }

    [Fact]
    public async Task A_stranger_can_compute_the_chain_again_with_sha256sum()
    {
        await FillAsync();
        await using var ledger = Ledgers.OpenSqliteReadOnly(_folder.Path, Some.Clock());
        using var database = new SqliteConnection($"Data Source={_folder.Database};Pooling=False");
        database.Open();
        using var command = database.CreateCommand();
        command.CommandText = "SELECT header FROM entry WHERE seq = 2";
        await File.WriteAllBytesAsync(_folder["header"], (byte[])command.ExecuteScalar()!);
        // the command of docs/reference/ledger-format.md
        using var shell = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("sh", ["-c", $"(printf '\\000'; cat {_folder["header"]}) | sha256sum"]) { RedirectStandardOutput = true })!;
        var printed = await shell.StandardOutput.ReadToEndAsync();
        var entries = ledger.Entries(new EntryQuery(Limit: 3));
        Assert.Equal(entries[1].Hash, printed[..64]);
        Assert.Equal(entries[2].Prev, printed[..64]);
        Assert.Contains($"\"prev\":\"{entries[0].Hash}\"", await File.ReadAllTextAsync(_folder["header"]));
    }

    [Fact]
    public async Task The_schema_is_the_one_written_down_and_every_step_leads_to_it()
    {
        await Open().DisposeAsync();
        using var database = new SqliteConnection($"Data Source={_folder.Database};Pooling=False");
        database.Open();
        Assert.Equal(Database.Migrations.Count, Database.Scalar(database, "PRAGMA user_version"));
        Assert.Equal(Database.ApplicationId, Database.Scalar(database, "PRAGMA application_id"));
        using var command = database.CreateCommand();
        command.CommandText = "SELECT group_concat(sql, ';' || char(10)) FROM (SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name)";
        Snapshot.Matches((string)command.ExecuteScalar()!);
    }

    private SqliteLedger Open() => SqliteLedger.Open(_folder.Path, Some.Clock(), new Random(1), LedgerOptions.Default with { BusySeconds = 1 });

    private void Refused(string code, string words)
    {
        var fault = Assert.Throws<LedgerException>(() => Ledgers.OpenSqlite(_folder.Path, Some.Clock(), new Random(5)));
        Assert.Equal(code, fault.Code);
        Assert.Contains(words, fault.Message);
    }

    /// <summary>Three looks in three frames, names, entries.</summary>
    private async Task FillAsync()
    {
        await using (var ledger = Open())
        {
            var series = await Some.Series(ledger);
            for (var i = 0; i < 3; i++) await ledger.RecordAsync([Some.Look(series, Some.Start + Duration.Seconds(i), ledger.Epoch)], [], default);
            for (var i = 0; i < 30; i++) await ledger.AppendAsync([Some.Draft(body: $"[{i}]")], default);
        }
    }

    private void Sql(string change)
    {
        using var database = new SqliteConnection($"Data Source={_folder.Database};Pooling=False");
        database.Open();
        Database.Execute(database, change);
    }

    private static IEnumerable<int> FrameEnds(byte[] file)
    {
        for (var at = Hot.SegmentHead.Length; at < file.Length;)
        {
            at += Hot.Frame.HeadLength + BitConverter.ToInt32(file, at);
            yield return at;
        }
    }

    private TemporaryFolder Copied(string segment, byte[] bytes)
    {
        var copy = new TemporaryFolder();
        File.Copy(_folder.Database, copy.Database);
        Directory.CreateDirectory(copy[SqliteLedger.HotFolder]);
        File.WriteAllBytes(Path.Combine(copy[SqliteLedger.HotFolder], Path.GetFileName(segment)), bytes);
        return copy;
    }
}
