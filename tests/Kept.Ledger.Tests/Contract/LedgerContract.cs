using System.Security.Cryptography;
using System.Text;
using Kept.Ledger.Entries;
using Kept.Model;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kept.Ledger.Tests.Contract;

/// <summary>What every store does. One line per store below.</summary>
public abstract class LedgerContract : IAsyncLifetime
{
    private ILedger _ledger = null!;

    protected FakeTimeProvider Clock { get; } = Some.Clock();

    protected abstract ILedger Open();

    public ValueTask InitializeAsync()
    {
        _ledger = Open();
        return default;
    }

    public virtual async ValueTask DisposeAsync()
    {
        Assert.Empty(_ledger.Verify(default).Problems);
        await _ledger.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Entries_come_back_as_they_were_written_and_form_a_chain()
    {
        Assert.Equal(0, _ledger.LastSequence);
        var first = await _ledger.AppendAsync([Some.Draft(body: """{"a":1}"""), Some.Draft(EntryKinds.VerdictChanged, """{"b":"ü\n"}""", "own/web@1")], default);
        var second = await _ledger.AppendAsync([Some.Draft(EntryKinds.Stopped)], default);
        var all = _ledger.Entries(new EntryQuery());
        Assert.Equal([1L, 2, 3], all.Select(entry => entry.Sequence));
        Assert.Equal([.. first, .. second], all, (a, b) => a with { Body = null } == b with { Body = null } && a.Body!.Value.Span.SequenceEqual(b.Body!.Value.Span));
        Assert.Equal(EntryHeader.NoPrev, all[0].Prev);
        Assert.Equal(all[0].Hash, all[1].Prev);
        Assert.Equal(all[1].Hash, all[2].Prev);
        Assert.Equal("""{"b":"ü\n"}""", Encoding.UTF8.GetString(all[1].Body!.Value.Span));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(all[1].Body!.Value.Span)), all[1].BodyHash);
        Assert.Equal(3, _ledger.LastSequence);
    }

    [Fact]
    public async Task Every_entry_says_whose_house_it_is_from_when_that_is_known()
    {
        await _ledger.AppendAsync([Some.Draft()], default);
        await _ledger.BelongToAsync("north \"1\"", default);
        await _ledger.AppendAsync([Some.Draft()], default);
        await _ledger.IdOfAsync(Some.Name("a"), null, default);
        await _ledger.BelongToAsync("south", default);
        await _ledger.AppendAsync([Some.Draft()], default);
        Assert.Equal("south", _ledger.House);
        Assert.Equal(["", "north \"1\"", "north \"1\"", "south"], _ledger.Entries(new EntryQuery()).Select(entry => entry.House));
        Assert.Empty(_ledger.Verify(default).Problems);
        await Assert.ThrowsAsync<ArgumentException>(() => _ledger.BelongToAsync("", default).AsTask());
    }

    [Fact]
    public async Task Entries_are_asked_for_by_sequence_kind_subject_and_from_the_end()
    {
        for (var i = 0; i < 10; i++)
            await _ledger.AppendAsync([Some.Draft(i % 2 == 0 ? EntryKinds.Gap : EntryKinds.VerdictChanged, subject: i % 3 == 0 ? "own/a@1" : "")], default);
        Assert.Equal([4L, 5], Sequences(new EntryQuery(After: 3, Limit: 2)));
        Assert.Equal([10L, 9], Sequences(new EntryQuery(Limit: 2, NewestFirst: true)));
        Assert.Equal([10L, 9], Sequences(new EntryQuery(After: 8, NewestFirst: true)));
        Assert.Equal([1L, 3, 5, 7, 9], Sequences(new EntryQuery(Kind: EntryKinds.Gap)));
        Assert.Equal([1L, 4, 7, 10], Sequences(new EntryQuery(Subject: "own/a@1")));
        Assert.Equal([7L, 1], Sequences(new EntryQuery(Kind: EntryKinds.Gap, Subject: "own/a@1", NewestFirst: true)));
        Assert.Empty(_ledger.Entries(new EntryQuery(After: 10)));
        Assert.Empty(_ledger.Entries(new EntryQuery(Limit: 0)));
    }

    [Fact]
    public async Task Ids_of_entries_grow_even_when_the_clock_goes_back()
    {
        await _ledger.AppendAsync([Some.Draft(), Some.Draft()], default);
        Clock.AdjustTime(Clock.GetUtcNow() - TimeSpan.FromDays(3));
        await _ledger.AppendAsync([Some.Draft(), Some.Draft()], default);
        var ids = _ledger.Entries(new EntryQuery()).Select(entry => entry.Id).ToList();
        Assert.Equal(ids.Order(), ids);
        Assert.Equal(4, ids.Distinct().Count());
    }

    [Fact]
    public async Task A_draft_that_cannot_be_an_entry_is_refused_and_none_of_its_batch_is_written()
    {
        await RefusedAsync(async () => await _ledger.AppendAsync([Some.Draft(), Some.Draft(body: "{")], default));
        await RefusedAsync(async () => await _ledger.AppendAsync([Some.Draft(), Some.Draft() with { Occurred = Instant.Max }], default));
        await RefusedAsync(async () => await _ledger.AppendAsync([Some.Draft(), Some.Draft() with { Kind = "" }], default));
        Assert.Equal(0, _ledger.LastSequence);
        Assert.Empty(_ledger.Entries(new EntryQuery()));
        await _ledger.AppendAsync([Some.Draft()], default);
    }

    [Fact]
    public async Task A_promise_gets_an_id_with_an_entry_once_and_keeps_it_across_a_new_name()
    {
        var web = await _ledger.IdOfAsync(Some.Name("own/web@1"), null, default);
        Assert.Equal(web, await _ledger.IdOfAsync(Some.Name("own/web@1"), null, default));
        Assert.NotEqual(web, await _ledger.IdOfAsync(Some.Name("own/web@2"), null, default));
        Assert.Equal(web, await _ledger.IdOfAsync(Some.Name("own/site@1"), Some.Name("own/web@1"), default));
        Assert.Equal(web, await _ledger.IdOfAsync(Some.Name("own/site@1"), Some.Name("own/web@1"), default));
        Assert.NotEqual(web, await _ledger.IdOfAsync(Some.Name("own/web@1"), null, default));
        Assert.Equal(["own/web@1", "own/web@2", "own/site@1", "own/web@1"], _ledger.Entries(new EntryQuery(Kind: EntryKinds.PromiseNamed)).Select(entry => entry.Subject));
    }

    [Fact]
    public async Task Many_names_and_series_are_minted_at_once()
    {
        var names = Enumerable.Range(0, 50).Select(i => (Some.Name($"own/p{i % 40}@1"), (PromiseName?)null)).ToList();
        var ids = await _ledger.IdsOfAsync(names, default);
        Assert.Equal(40, ids.Distinct().Count());
        Assert.Equal(ids[3], ids[43]);
        var series = await _ledger.SeriesOfAsync([.. ids.Select(id => new SeriesKey(id, "http", "here"))], default);
        Assert.Equal(40, series.Distinct().Count());
        Assert.Equal(series, await _ledger.SeriesOfAsync([.. ids.Select(id => new SeriesKey(id, "http", "here"))], default));
        Assert.Equal(41, (await _ledger.SeriesOfAsync([new SeriesKey(ids[0], "http", "there")], default))[0]);
    }

    [Fact]
    public async Task A_look_comes_back_exactly_with_every_field_at_its_edges()
    {
        var series = await Some.Series(_ledger);
        LookRecord[] looks =
        [
            Some.Look(series, Some.Start, _ledger.Epoch),
            new(series, Some.Start + Duration.Seconds(1), _ledger.Epoch, LookClass.Gap, TargetFailure.None, GapCause.NotArmed, -1, -5, Phases.None, false, []),
            new(series, Some.Start + Duration.Seconds(2), _ledger.Epoch, LookClass.ConditionUnknown, TargetFailure.ReportedFailure, GapCause.None, int.MaxValue, long.MaxValue,
                new Phases(0, 1, 999, 1_000_001, long.MaxValue), true, [null, 0, long.MinValue, long.MaxValue]),
            new(series, Some.Start + Duration.Seconds(3), _ledger.Epoch, LookClass.NotInForce, TargetFailure.None, GapCause.None, int.MinValue, long.MinValue,
                new Phases(1000, 2000, 3000, -1, 4000), true, [7]),
            new(series, Some.Start + Duration.Days(3000), _ledger.Epoch, LookClass.Bad, TargetFailure.TooLarge, GapCause.None, 503, 0, new Phases(-1, -1, -1, 5000, -1), false, [null, null]),
        ];
        await _ledger.RecordAsync(looks, [], default);
        Assert.Equal(looks, _ledger.Looks(series, Instant.Min, Instant.Max));
        await SealAll();
        Assert.Equal(looks, _ledger.Looks(series, Instant.Min, Instant.Max));
    }

    [Fact]
    public async Task A_former_name_that_still_stands_keeps_its_id()
    {
        var first = await _ledger.IdOfAsync(Some.Name("own/image@1"), null, default);
        var ids = await _ledger.IdsOfAsync([(Some.Name("own/image@2"), Some.Name("own/image@1")), (Some.Name("own/image@1"), null)], default);
        Assert.Equal(first, ids[1]);
        Assert.NotEqual(first, ids[0]);
        Assert.Equal(ids, await _ledger.IdsOfAsync([(Some.Name("own/image@2"), Some.Name("own/image@1")), (Some.Name("own/image@1"), null)], default));
        // gone, and then two that were it: the first one is
        var twins = await _ledger.IdsOfAsync([(Some.Name("own/photo@1"), Some.Name("own/image@1")), (Some.Name("own/still@1"), Some.Name("own/image@1"))], default);
        Assert.Equal(first, twins[0]);
        Assert.NotEqual(first, twins[1]);
    }

    [Fact]
    public async Task Recording_a_look_again_changes_nothing_also_after_it_was_sealed()
    {
        var series = await Some.Series(_ledger);
        var look = Some.Look(series, Some.Start, _ledger.Epoch);
        await _ledger.RecordAsync([look, look], [Some.Evidence(series, Some.Start, "{\"first\":1}")], default);
        await _ledger.RecordAsync([look with { Class = LookClass.Bad }], [Some.Evidence(series, Some.Start, "{\"second\":2}")], default);
        await SealAll();
        await _ledger.RecordAsync([look with { Class = LookClass.Bad }, Some.Look(series, Some.Start + Duration.Seconds(9), _ledger.Epoch)], [Some.Evidence(series, Some.Start, "{\"third\":3}")], default);
        await _ledger.RecordAsync([Some.Look(series, Some.Start + Duration.Seconds(5), _ledger.Epoch)], [], default);
        await SealAll();
        Assert.Equal([LookClass.Good, LookClass.Good, LookClass.Good], _ledger.Looks(series, Instant.Min, Instant.Max).Select(one => one.Class));
        Assert.Equal([0L, 5, 9], _ledger.Looks(series, Instant.Min, Instant.Max).Select(one => (one.Slot - Some.Start).Nanoseconds / Duration.PerSecond));
        Assert.Equal("{\"first\":1}", Encoding.UTF8.GetString(Assert.Single(_ledger.EvidenceOf(series, 10)).Body.Span));
        Assert.Equal(3, Assert.Single(_ledger.Days(series, Instant.Min, Instant.Max)).Good);
    }

    [Fact]
    public async Task Looks_are_given_in_order_within_bounds_and_the_newest_where_there_are_too_many()
    {
        var (one, two) = (await Some.Series(_ledger), await Some.Series(_ledger, check: "dns"));
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 100; i += 2) await _ledger.RecordAsync([At(one, (round * 100) + ((i + 50) % 100)), At(two, (round * 100) + i)], [], default);
            if (round < 2) await SealAll();
        }
        Assert.Equal(Enumerable.Range(0, 150).Select(i => i * 2L), Seconds(_ledger.Looks(one, Instant.Min, Instant.Max)));
        Assert.Equal([10L, 12, 14], Seconds(_ledger.Looks(one, Some.Start + Duration.Seconds(10), Some.Start + Duration.Seconds(16))));
        Assert.Equal([296L, 298], Seconds(_ledger.Looks(one, Instant.Min, Instant.Max, 2)));
        Assert.Equal([190L, 192, 194, 196, 198], Seconds(_ledger.Looks(one, Instant.Min, Some.Start + Duration.Seconds(200), 5)));
        Assert.Equal(120, _ledger.Looks(one, Instant.Min, Instant.Max, 120).Count);
        Assert.Empty(_ledger.Looks(one, Some.Start + Duration.Seconds(11), Some.Start + Duration.Seconds(12)));
        Assert.Empty(_ledger.Looks(one, Instant.Min, Instant.Max, 0));
        Assert.Empty(_ledger.Looks(99, Instant.Min, Instant.Max));

        LookRecord At(int series, int second) => Some.Look(series, Some.Start + Duration.Seconds(second), _ledger.Epoch);
        static IEnumerable<long> Seconds(IEnumerable<LookRecord> looks) => looks.Select(look => (look.Slot - Some.Start).Nanoseconds / Duration.PerSecond);
    }

    [Fact]
    public async Task Days_count_each_class_and_stay_when_looks_are_removed()
    {
        var series = await Some.Series(_ledger);
        LookClass[] classes = [LookClass.Good, LookClass.Good, LookClass.Bad, LookClass.Gap, LookClass.ConditionUnknown, LookClass.NotInForce];
        for (var day = 0; day < 4; day++)
        {
            await _ledger.RecordAsync([.. classes.Select((look, i) => Some.Look(series, Some.Start + Duration.Days(day) + Duration.Hours(i), _ledger.Epoch, look))], [], default);
            if (day != 2) await SealAll();
        }
        var days = Enumerable.Range(0, 4).Select(day => new DayTally(Some.Start + Duration.Days(day), 2, 1, 2, 1)).ToList();
        Assert.Equal(days, _ledger.Days(series, Instant.Min, Instant.Max));
        Assert.Equal(days[1..3], _ledger.Days(series, Some.Start + Duration.Days(1), Some.Start + Duration.Days(3)));

        var report = await _ledger.UpkeepAsync(Some.Start + Duration.Days(12), Duration.Days(10), default);
        Assert.Equal(12, report.LooksExpired);
        Assert.Equal(days, _ledger.Days(series, Instant.Min, Instant.Max));
        Assert.Equal(12, _ledger.Looks(series, Instant.Min, Instant.Max).Count);
        Assert.Single(_ledger.Entries(new EntryQuery(Kind: EntryKinds.LooksExpired)));
        Assert.Equal(0, (await _ledger.UpkeepAsync(Some.Start + Duration.Days(12), Duration.Days(10), default)).LooksExpired);
        Assert.Single(_ledger.Entries(new EntryQuery(Kind: EntryKinds.LooksExpired)));
    }

    [Fact]
    public async Task The_newest_fifty_pieces_of_evidence_of_a_series_are_kept()
    {
        var series = await Some.Series(_ledger);
        for (var i = 0; i < 120; i++)
        {
            await _ledger.RecordAsync([], [Some.Evidence(series, Some.Start + Duration.Seconds(i), $"{{\"n\":{i}}}")], default);
            if (i is 30 or 90) await SealAll();
        }
        Assert.Equal(Enumerable.Range(70, 50).Reverse().Select(i => $"{{\"n\":{i}}}"), _ledger.EvidenceOf(series, 100).Select(one => Encoding.UTF8.GetString(one.Body.Span)));
        Assert.Equal(Some.Start + Duration.Seconds(119), Assert.Single(_ledger.EvidenceOf(series, 1)).Slot);
        Assert.Empty(_ledger.EvidenceOf(series, 0));
        Assert.Empty(_ledger.EvidenceOf(series + 1, 10));
    }

    [Fact]
    public async Task A_look_of_another_epoch_is_refused_and_so_is_what_no_store_can_keep()
    {
        var series = await Some.Series(_ledger);
        var look = Some.Look(series, Some.Start, _ledger.Epoch);
        var fault = await Assert.ThrowsAsync<LedgerException>(async () => await _ledger.RecordAsync([look with { Epoch = look.Epoch - 1 }], [], default));
        Assert.Equal("S06", fault.Code);
        await Refused(look with { Series = 77 });
        await Refused(look with { Series = 0 });
        await Refused(look with { Slot = Instant.Max });
        await Refused(look with { Slot = new Instant(-1) });
        await Refused(look with { Class = (LookClass)9 });
        await RefusedAsync(async () => await _ledger.RecordAsync([look], [Some.Evidence(series, Some.Start, new string('x', 20_000))], default));
        Assert.Empty(_ledger.Looks(series, Instant.Min, Instant.Max));

        Task Refused(LookRecord bad) => RefusedAsync(async () => await _ledger.RecordAsync([look, bad], [], default));
    }

    /// <summary>Refused for what it is: whoever holds it knows that trying again is in vain.</summary>
    private static async Task RefusedAsync(Func<Task> write)
    {
        var fault = await Assert.ThrowsAsync<LedgerException>(write);
        Assert.Equal(("S07", LedgerFault.Record), (fault.Code, fault.Kind));
    }

    [Fact]
    public async Task One_refused_record_anywhere_in_any_batch_leaves_nothing_of_it_and_the_rest_is_taken_without_it()
    {
        var series = await Some.Series(_ledger);
        var random = new Random(7);
        var (slot, kept, subjects) = (0, 0, 0);
        for (var round = 0; round < 60; round++)
        {
            var looks = Enumerable.Range(0, random.Next(1, 20)).Select(_ => Some.Look(series, Some.Start + Duration.Seconds(slot++), _ledger.Epoch)).ToList();
            var drafts = Enumerable.Range(0, random.Next(1, 20)).Select(_ => Some.Draft(subject: $"own/p{subjects++}@1")).ToList();
            var (badLooks, badDrafts) = (looks.ToList(), drafts.ToList());
            badLooks.Insert(random.Next(looks.Count + 1), random.Next(3) switch
            {
                0 => looks[0] with { Series = series + 9 },
                1 => looks[0] with { Slot = Instant.Max },
                _ => looks[0] with { Class = (LookClass)77 },
            });
            badDrafts.Insert(random.Next(drafts.Count + 1), random.Next(3) switch
            {
                0 => Some.Draft(body: "no JSON"),
                1 => Some.Draft() with { Subject = new string('x', 2000) },
                _ => Some.Draft() with { Audience = "" },
            });
            var before = _ledger.LastSequence;
            await RefusedAsync(async () => await _ledger.RecordAsync(badLooks, [], default));
            await RefusedAsync(async () => await _ledger.AppendAsync(badDrafts, default));
            Assert.Equal((before, kept), (_ledger.LastSequence, _ledger.Looks(series, Instant.Min, Instant.Max).Count));
            await _ledger.RecordAsync(looks, [], default);
            await _ledger.AppendAsync(drafts, default);
            kept += looks.Count;
            Assert.Equal((before + drafts.Count, kept), (_ledger.LastSequence, _ledger.Looks(series, Instant.Min, Instant.Max).Count));
            if (round % 20 == 9) await SealAll();
        }
        Assert.Equal(Enumerable.Range(0, subjects).Select(n => $"own/p{n}@1"), _ledger.Entries(new EntryQuery(Limit: 10_000)).Select(entry => entry.Subject).Where(subject => subject.StartsWith("own/p", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_cached_value_is_the_last_one_written()
    {
        Assert.Null(_ledger.Cached("house"));
        await _ledger.CacheAsync("house", new byte[] { 1, 2 }, default);
        await _ledger.CacheAsync("house", new byte[] { 3 }, default);
        Assert.Equal([3], _ledger.Cached("house")!);
        Assert.Null(_ledger.Cached("other"));
    }

    [Fact]
    public async Task Many_writers_at_once_lose_nothing()
    {
        var series = await Some.Series(_ledger);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 50; i++)
            {
                await _ledger.RecordAsync([Some.Look(series, Some.Start + Duration.Seconds((writer * 1000) + i), _ledger.Epoch)], [], default);
                Assert.Contains(_ledger.Looks(series, Instant.Min, Instant.Max), look => look.Slot == Some.Start + Duration.Seconds((writer * 1000) + i));
                if (i % 10 == 0) await _ledger.AppendAsync([Some.Draft(body: $"[{writer},{i}]")], default);
                if (i == 25) await SealAll();
            }
        })));
        Assert.Equal(400, _ledger.Looks(series, Instant.Min, Instant.Max).Count);
        Assert.Equal(400, _ledger.Days(series, Instant.Min, Instant.Max).Sum(day => day.Good));
        Assert.Equal(40, _ledger.Entries(new EntryQuery(Kind: EntryKinds.Started)).Count);
    }

    [Fact]
    public async Task A_cancelled_write_writes_nothing()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _ledger.AppendAsync([Some.Draft()], source.Token));
        Assert.Equal(0, _ledger.LastSequence);
    }

    private async Task SealAll() => await _ledger.UpkeepAsync(Some.Start + Duration.Days(1), Duration.Days(1000), default);

    private IEnumerable<long> Sequences(EntryQuery query) => _ledger.Entries(query).Select(entry => entry.Sequence);
}

public sealed class MemoryLedgerKeepsTheContract : LedgerContract
{
    protected override ILedger Open() => Ledgers.InMemory(Clock, new Random(1));
}

public sealed class SqliteLedgerKeepsTheContract : LedgerContract
{
    private readonly TemporaryFolder _folder = new();

    protected override ILedger Open() => Kept.Ledger.Sqlite.SqliteLedger.Open(_folder.Path, Clock, new Random(1), Some.Eager());

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
