using Kept.Ledger.Sqlite;
using Kept.Model;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Kept.Ledger.Tests;

/// <summary>K04, K05: storage that fails leaves nothing half done, says so, and works again when it can.</summary>
public sealed class FailingStorage : IDisposable
{
    private const int NoSpace = 28;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("hot-before-write")]
    [InlineData("hot-before-sync")]
    public async Task A_full_disk_under_the_hot_log_is_told_and_the_same_looks_may_be_tried_again(string point)
    {
        var full = false;
        await using var ledger = Open(Some.Eager(hit => { if (full && hit == point) throw new IOException("No space left on device", NoSpace); }));
        var series = await Some.Series(ledger);
        for (var i = 0; i < 12; i++)
        {
            var look = Some.Look(series, Some.Start + Duration.Seconds(i), ledger.Epoch);
            full = i % 2 == 0;
            if (full) Assert.Equal("S02", (await Assert.ThrowsAsync<LedgerException>(async () => await ledger.RecordAsync([look], [], default))).Code);
            Assert.Equal(i, ledger.Looks(series, Instant.Min, Instant.Max).Count);
            full = false;
            await ledger.RecordAsync([look], [], default);
            Assert.Empty(ledger.Verify(default).Problems);
            if (i == 5) await ledger.UpkeepAsync(Some.Start, Duration.Days(400), default);
        }
        await ledger.DisposeAsync();
        await using var again = Open();
        Assert.Equal(12, again.Looks(series, Instant.Min, Instant.Max).Count);
        Assert.Empty(again.Opening.Notes);
    }

    [Fact]
    public async Task A_full_database_is_told_and_works_again()
    {
        await using var ledger = Open();
        var series = await Some.Series(ledger);
        await ledger.RecordAsync(Some.Routine(series, ledger.Epoch, 3000, Some.Start, Duration.Seconds(30), new Random(1)), [], default);
        Limit(ledger, pages: 1);
        var big = Some.Draft(body: '"' + new string('x', 200_000) + '"');
        var last = ledger.LastSequence;
        Assert.Equal("S02", (await Assert.ThrowsAsync<LedgerException>(async () => await ledger.AppendAsync([Some.Draft(), big], default))).Code);
        Assert.Equal("S02", (await Assert.ThrowsAsync<LedgerException>(async () => await ledger.CacheAsync("a", new byte[200_000], default))).Code);
        Assert.Equal("S02", (await Assert.ThrowsAsync<LedgerException>(async () => await ledger.IdsOfAsync(
            [.. Enumerable.Range(0, 500).Select(i => (Some.Name($"own/p{i}@1"), (PromiseName?)null))], default))).Code);
        Assert.Equal("S02", (await Assert.ThrowsAsync<LedgerException>(async () => await ledger.UpkeepAsync(Some.Start, Duration.Days(400), default))).Code);
        Assert.Equal(last, ledger.LastSequence);
        Assert.Equal(3000, ledger.Looks(series, Instant.Min, Instant.Max).Count);
        Assert.Empty(ledger.Verify(default).Problems);

        Limit(ledger, pages: 1_000_000);
        Assert.Equal(last + 1, (await ledger.AppendAsync([big], default))[0].Sequence);
        Assert.Equal(3000, (await ledger.UpkeepAsync(Some.Start, Duration.Days(400), default)).LooksSealed);
        Assert.Equal(3000, ledger.Looks(series, Instant.Min, Instant.Max).Count);
        Assert.Equal(3000, ledger.Days(series, Instant.Min, Instant.Max).Sum(day => day.Good + day.Bad));
        Assert.Empty(ledger.Verify(default).Problems);
    }

    [Fact]
    public async Task Storage_that_fails_at_any_one_step_leaves_a_ledger_that_holds()
    {
        foreach (var point in (string[])["hot-before-write", "hot-before-sync", "entries-before-commit", "entries-after-commit", "sealing-packed", "sealed-before-delete", "segment-deleted", "backup-segments-copied", "backup-before-rename"])
            for (var failing = 1; failing <= 3; failing++)
            {
                var left = failing;
                using var folder = new TemporaryFolder();
                await using var ledger = SqliteLedger.Open(folder.Path, Some.Clock(), new Random(1), Some.Eager(hit =>
                {
                    if (hit == point && --left == 0) throw new IOException("Input/output error", 5);
                }));
                var (faults, acknowledged) = (0, 0);
                for (var i = 0; i < 6; i++)
                {
                    await TryAsync(async () =>
                    {
                        var series = await Some.Series(ledger);
                        await ledger.RecordAsync([Some.Look(series, Some.Start + Duration.Seconds(i), ledger.Epoch)], [Some.Evidence(series, Some.Start + Duration.Seconds(i))], default);
                        acknowledged++;
                    });
                    await TryAsync(async () => await ledger.AppendAsync([Some.Draft()], default));
                    await TryAsync(async () => await ledger.UpkeepAsync(Some.Start, Duration.Days(400), default));
                    if (i % 2 == 1) await TryAsync(async () => await ledger.BackupAsync(folder[$"backup{i}"], default));
                    Assert.Empty(ledger.Verify(default).Problems);
                }
                Assert.True(faults == 1, $"{point} {failing}: {faults} faults");
                Assert.True(ledger.Looks(1, Instant.Min, Instant.Max).Count >= acknowledged, $"{point} {failing}");
                Assert.Equal(ledger.Looks(1, Instant.Min, Instant.Max).Count, ledger.Days(1, Instant.Min, Instant.Max).Sum(day => day.Good));
                Assert.Empty(Directory.GetDirectories(folder.Path, "*.partial*"));

                async Task TryAsync(Func<Task> work)
                {
                    try
                    {
                        await work();
                    }
                    catch (LedgerException fault)
                    {
                        Assert.Equal("S09", fault.Code);
                        faults++;
                    }
                }
            }
    }

    [Fact]
    public async Task A_database_that_another_program_holds_is_told_as_such()
    {
        await using var ledger = Open();
        using (var other = new SqliteConnection($"Data Source={_folder.Database};Pooling=False"))
        {
            other.Open();
            Database.Execute(other, "BEGIN IMMEDIATE");
            Assert.Equal("S01", (await Assert.ThrowsAsync<LedgerException>(async () => await ledger.AppendAsync([Some.Draft()], default))).Code);
        }
        await ledger.AppendAsync([Some.Draft()], default);
        Assert.Equal(1, ledger.LastSequence);
    }

    [Theory]
    [InlineData("entries-before-commit")]
    [InlineData("entries-after-commit")]
    public async Task An_append_whose_end_nobody_knows_is_tried_again_without_doubling_an_entry(string point)
    {
        var random = new Random(point.Length);
        var failing = false;
        await using var ledger = Open(Some.Eager(hit => { if (failing && hit == point) throw new IOException("Input/output error", 5); }));
        var subjects = new List<string>();
        for (var round = 0; round < 120; round++)
        {
            var drafts = Enumerable.Range(0, random.Next(1, 6)).Select(_ => Some.Draft(subject: $"own/p{subjects.Count}@1") is var draft && Note(draft) ? draft : null!).ToList();
            for (failing = true; failing && random.Next(3) > 0;)
                Assert.Equal(LedgerFault.Storage, (await Assert.ThrowsAsync<LedgerException>(async () => await ledger.AppendAsync(drafts, default))).Kind);
            if (random.Next(2) == 0) await TryAsync(async () => await ledger.IdOfAsync(Some.Name($"own/n{round}"), null, default));
            if (random.Next(2) == 0) await TryAsync(async () => await ledger.SeriesOfAsync([new SeriesKey(default, $"c{round}", "here")], default));
            if (random.Next(2) == 0) await TryAsync(async () => await ledger.BelongToAsync($"house{round}", default));
            failing = false;
            if (random.Next(2) == 0) await ledger.AppendAsync([Some.Draft(EntryKinds.Stopped)], default); // somebody else's, in between
            var cut = random.Next(drafts.Count + 1); // whole, or in parts
            var written = (await ledger.AppendAsync(drafts[..cut], default)).Concat(await ledger.AppendAsync(drafts[cut..], default)).ToList();
            Assert.Equal(drafts.Select(draft => draft.Subject), written.Select(entry => entry.Subject));
            Assert.Equal((round + 1, true), (await SeriesCountAsync(round), ledger.Verify(default).Holds));
        }
        var entries = ledger.Entries(new EntryQuery(Limit: 10_000));
        Assert.Equal(subjects.Order(), entries.Select(entry => entry.Subject).Where(subject => subject.StartsWith("own/p", StringComparison.Ordinal)).Order());
        Assert.Equal(entries.Count, ledger.LastSequence);
        // the same words as another fact are another entry
        await ledger.AppendAsync([Some.Draft(subject: "own/twice@1")], default);
        await ledger.AppendAsync([Some.Draft(subject: "own/twice@1")], default);
        Assert.Equal(2, ledger.Entries(new EntryQuery(Subject: "own/twice@1")).Count);

        bool Note(EntryDraft draft)
        {
            subjects.Add(draft.Subject);
            return true;
        }

        async Task TryAsync(Func<Task> write)
        {
            try
            {
                await write();
            }
            catch (LedgerException fault)
            {
                Assert.Equal("S09", fault.Code);
            }
        }

        async Task<int> SeriesCountAsync(int round)
        {
            var all = await ledger.SeriesOfAsync([.. Enumerable.Range(0, round + 1).Select(n => new SeriesKey(default, $"c{n}", "here"))], default);
            return all.Distinct().Count();
        }
    }

    private SqliteLedger Open(LedgerOptions? options = null) => SqliteLedger.Open(_folder.Path, Some.Clock(), new Random(1), options ?? Some.Eager());

    private static void Limit(SqliteLedger ledger, int pages) => Database.Execute(ledger.Writer, $"PRAGMA max_page_count = {pages}");
}
