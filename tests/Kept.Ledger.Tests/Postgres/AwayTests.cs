using Kept.Ledger.Stored;
using Kept.Model;
using Kept.TestKit.Servers;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kept.Ledger.Tests.Postgres;

/// <summary>The server stops, a connection is cut, an answer is lost: nothing acknowledged is lost, nothing is there twice, and all goes on by itself.</summary>
public sealed class AwayTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly PostgresServer _server = new();
    private readonly FakeTimeProvider _clock = Some.Clock();

    public async ValueTask InitializeAsync() => await _server.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_hour_without_the_database_loses_nothing_and_is_caught_up()
    {
        const int house = 50, everySeconds = 20;
        await using var ledger = Open();
        var series = await ledger.SeriesOfAsync([.. Enumerable.Range(0, house).Select(i => new SeriesKey(new PromiseId(new Ulid((UInt128)i)), "http", "here"))], default);
        await LooksAsync(0);
        await ledger.UpkeepAsync(Now, Duration.Days(400), default); // blocks are there, and a hot log that goes on
        var last = ledger.LastSequence;
        await _server.StopAsync();

        var waiting = Some.Draft(subject: "own/web@1");
        for (var second = everySeconds; second <= 3600; second += everySeconds)
        {
            _clock.Advance(TimeSpan.FromSeconds(everySeconds));
            await LooksAsync(second);
            if (second % 600 != 0) continue;
            foreach (var asked in (Func<Task>[])
                [
                    async () => await ledger.AppendAsync([waiting], default), async () => await ledger.CacheAsync("a", new byte[1], default),
                    async () => await ledger.IdOfAsync(Some.Name("own/new@1"), null, default), async () => await ledger.UpkeepAsync(Now, Duration.Days(400), default),
                    async () => await ledger.BackupAsync(_folder["backup"], default),
                    () => Task.FromResult(ledger.Looks(series[0], Instant.Min, Instant.Max)), () => Task.FromResult(ledger.Entries(new EntryQuery())),
                    () => Task.FromResult(ledger.Days(series[0], Instant.Min, Instant.Max)), () => Task.FromResult(ledger.Verify(default)),
                ])
            {
                var told = await Assert.ThrowsAsync<LedgerException>(asked);
                Assert.Equal((StorageCodes.Away, LedgerFault.Storage), (told.Code, told.Kind));
                Assert.Contains("nothing acknowledged is lost", told.Message, StringComparison.Ordinal);
            }
            Assert.Equal(last, ledger.LastSequence); // what is known is known without it
        }
        Assert.False(Directory.Exists(_folder["backup"]));

        await _server.StartAsync();
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(last + 1, (await ledger.AppendAsync([waiting], default))[0].Sequence);
        foreach (var one in series) Assert.Equal((3600 / everySeconds) + 1, ledger.Looks(one, Instant.Min, Instant.Max).Count);
        Assert.Equal(house * 3600 / everySeconds, (await ledger.UpkeepAsync(Now, Duration.Days(400), default)).LooksSealed);
        foreach (var one in series) Assert.Equal((3600 / everySeconds) + 1, ledger.Days(one, Instant.Min, Instant.Max).Sum(day => day.Good));
        Assert.Empty(ledger.Verify(default).Problems);

        async Task LooksAsync(int second) => await ledger.RecordAsync([.. series.Select(one => Some.Look(one, Some.Start + Duration.Seconds(second), ledger.Epoch))], [], default);
    }

    /// <summary>A look that only the database could tell from one it has already waits for it, and no other does.</summary>
    [Fact]
    public async Task A_late_look_that_may_be_sealed_holds_up_no_other_while_the_database_is_away()
    {
        await using var ledger = Open();
        var series = await Some.Series(ledger);
        await ledger.RecordAsync([At(10)], [], default);
        await ledger.UpkeepAsync(Now, Duration.Days(400), default);
        await _server.StopAsync();
        var others = Enumerable.Range(0, 50).Select(i => ledger.RecordAsync([At(20 + i)], [], default).AsTask()).ToList();
        var late = ledger.RecordAsync([At(30), At(5)], [], default).AsTask();
        await Task.WhenAll(others);
        Assert.Equal(StorageCodes.Away, (await Assert.ThrowsAsync<LedgerException>(() => late)).Code);
        await _server.StartAsync();
        _clock.Advance(TimeSpan.FromSeconds(2));
        await ledger.RecordAsync([At(30), At(5)], [], default);
        Assert.Equal(52, ledger.Looks(series, Instant.Min, Instant.Max).Count);

        LookRecord At(int second) => Some.Look(series, Some.Start + Duration.Seconds(second), ledger.Epoch);
    }

    [Fact]
    public async Task A_connection_that_the_server_ended_is_made_anew_without_a_word()
    {
        await using var ledger = Open();
        await ledger.AppendAsync([Some.Draft()], default);
        for (var i = 0; i < 5; i++)
        {
            EndAll();
            if (i % 2 == 0) await ledger.AppendAsync([Some.Draft()], default);
            else Assert.Equal(ledger.LastSequence, ledger.Entries(new EntryQuery()).Count);
        }
        Assert.Equal(4, ledger.LastSequence);
        Assert.Empty(ledger.Verify(default).Problems);
    }

    [Fact]
    public async Task A_connection_that_ends_in_the_middle_of_any_write_leaves_all_or_nothing_of_it()
    {
        var end = false;
        var options = Some.Eager(hit =>
        {
            if (!end || hit is not ("entries-before-commit" or "sealing-packed")) return;
            end = false;
            EndAll();
        });
        await using var ledger = Open(options);
        var series = await Some.Series(ledger);
        for (var i = 0; i < 8; i++)
        {
            await ledger.RecordAsync([Some.Look(series, Some.Start + Duration.Seconds(i), ledger.Epoch)], [Some.Evidence(series, Some.Start + Duration.Seconds(i))], default);
            var draft = Some.Draft(subject: $"own/p{i}@1");
            end = true;
            Assert.Equal(StorageCodes.Away, (await Assert.ThrowsAsync<LedgerException>(async () => await ledger.AppendAsync([draft], default))).Code);
            await ledger.AppendAsync([draft], default);
            end = i % 2 == 0;
            try
            {
                await ledger.UpkeepAsync(Now, Duration.Days(400), default);
            }
            catch (LedgerException fault)
            {
                Assert.Equal(StorageCodes.Away, fault.Code);
            }
            end = false;
            Assert.Single(ledger.Entries(new EntryQuery(Subject: $"own/p{i}@1")));
            Assert.Empty(ledger.Verify(default).Problems);
        }
        Assert.Equal(8, ledger.Looks(series, Instant.Min, Instant.Max).Count);
        Assert.Equal(8, ledger.Days(series, Instant.Min, Instant.Max).Sum(day => day.Good));
    }

    /// <summary>Whether the commit happened cannot be known from here: it is asked for before anything else is written.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_commit_whose_answer_was_lost_is_neither_lost_nor_doubled(bool hadHappened)
    {
        await using var proxy = new CuttingProxy(_server.Port);
        await using var ledger = Open(through: proxy.Port);
        var random = new Random(5);
        var subjects = new List<string>();
        for (var round = 0; round < 40; round++)
        {
            var drafts = Enumerable.Range(0, random.Next(1, 5)).Select(i => Some.Draft(subject: $"own/r{round}n{i}@1")).ToList();
            subjects.AddRange(drafts.Select(draft => draft.Subject));
            if (hadHappened) proxy.CutAfter = 1;
            else proxy.CutBefore = 1;
            if (random.Next(4) == 0)
            {
                // lost with something else than entries
                Assert.Equal(StorageCodes.Away, (await Assert.ThrowsAsync<LedgerException>(async () => await ledger.SeriesOfAsync([new SeriesKey(default, $"c{round}", "here")], default))).Code);
            }
            else
            {
                Assert.Equal(StorageCodes.Away, (await Assert.ThrowsAsync<LedgerException>(async () => await ledger.AppendAsync(drafts, default))).Code);
            }
            _clock.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal(drafts.Select(draft => draft.Subject), (await AgainAsync(() => ledger.AppendAsync(drafts, default))).Select(entry => entry.Subject));
        }
        Assert.Equal(subjects, ledger.Entries(new EntryQuery(Limit: 10_000)).Select(entry => entry.Subject));
        Assert.Empty(ledger.Verify(default).Problems);

        // the server may not have noticed yet that the connection before is gone
        async Task<IReadOnlyList<Entry>> AgainAsync(Func<ValueTask<IReadOnlyList<Entry>>> write)
        {
            for (var i = 0; ; i++)
                try
                {
                    return await write();
                }
                catch (LedgerException fault) when (fault.Kind == LedgerFault.Storage && i < 100)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
                    _clock.Advance(TimeSpan.FromSeconds(2));
                }
        }
    }

    /// <summary>Packets vanish, and nothing says so: whoever waits is told within the time of the connection string, and those after at once.</summary>
    [Fact]
    public async Task A_network_that_swallows_everything_holds_nobody_for_long()
    {
        await using var proxy = new CuttingProxy(_server.Port);
        await using var ledger = Open(through: proxy.Port, more: ";Command Timeout=1;Cancellation Timeout=500");
        var series = await Some.Series(ledger);
        proxy.Swallows = true;
        Assert.Equal(StorageCodes.Away, (await Assert.ThrowsAsync<LedgerException>(async () => await ledger.AppendAsync([Some.Draft()], default))).Code);
        for (var i = 0; i < 20; i++) await ledger.RecordAsync([Some.Look(series, Some.Start + Duration.Seconds(i), ledger.Epoch)], [], default);
        Assert.Throws<LedgerException>(() => ledger.Entries(new EntryQuery()));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        for (var i = 0; i < 50; i++) Assert.Throws<LedgerException>(() => ledger.Entries(new EntryQuery()));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"{watch.Elapsed}");
        proxy.Swallows = false;
        _clock.Advance(TimeSpan.FromSeconds(2));
        for (var i = 0; ; i++)
            try
            {
                await ledger.AppendAsync([Some.Draft()], default);
                break;
            }
            catch (LedgerException fault) when (fault.Kind == LedgerFault.Storage && i < 100)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
                _clock.Advance(TimeSpan.FromSeconds(2));
            }
        Assert.Equal(20, ledger.Looks(series, Instant.Min, Instant.Max).Count);
        Assert.Empty(ledger.Verify(default).Problems);
    }

    private Instant Now => Instant.From(_clock.GetUtcNow());

    private StoredLedger Open(LedgerOptions? options = null, int? through = null, string more = "") => Ledgers.OpenPostgres(
        Shared.Of(_server, "kept").Replace($"Port={_server.Port}", $"Port={through ?? _server.Port}", StringComparison.Ordinal) + more, _folder["data"], _clock, new Random(1), options ?? Some.Eager());

    /// <summary>Ends every connection of the ledger, as a server does that restarts.</summary>
    private void EndAll()
    {
        using var beside = Shared.Connect(Shared.Of(_server, "kept"));
        Assert.True(Database.Scalar(beside, "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE application_name = 'kept'") > 0);
    }
}
