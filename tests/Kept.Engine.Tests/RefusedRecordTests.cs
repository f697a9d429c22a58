using CsCheck;
using Kept.Engine.Recording;
using Kept.Engine.Tests.World;
using Kept.Ledger;
using Kept.Model;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Kept.Engine.Tests;

/// <summary>One record that the ledger can never take holds back no other, is never counted, and is told. Storage that fails loses nothing.</summary>
public sealed class RefusedRecordTests
{
    private static TimeSpan Seconds(double n) => TimeSpan.FromSeconds(n);

    public static readonly TheoryData<string> Ways = ["S06", "S07", "argument", "S08", "overflow"];

    /// <summary>How a ledger may say no to one record: for what it is, or by a fault that nobody foresaw.</summary>
    private static Exception Fault(string way) => way switch
    {
        "argument" => new ArgumentException("out of bounds"),
        "overflow" => new OverflowException("a figure does not fit"),
        _ => new LedgerException(way, "no"),
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_look_that_can_never_be_recorded_is_a_gap_and_every_other_look_is_on_record(string way)
    {
        using var world = new HouseWorld();
        var log = new Lines();
        world.Log = log;
        world.Run(FaultTests.Many(20, "web.example"));
        world.Advance(Seconds(60));
        var poisoned = world.Promise("p7@1").Checks[0].Series;
        Instant? bad = null;
        world.Ledger.Poison = record =>
        {
            if (record is not LookRecord look || look.Series != poisoned || look.Class == LookClass.Gap) return null;
            bad ??= look.Slot;
            return look.Slot == bad ? Fault(way) : null;
        };
        world.Advance(Seconds(120));
        Assert.Null(world.View.Figures.StorageFault);
        Assert.Equal((0, 1), (world.View.Figures.UnrecordedLooks, world.View.Figures.RefusedRecords));
        Assert.Contains(log.Said, line => line.Contains("can never take a look of series", StringComparison.Ordinal));
        foreach (var promise in world.View.Promises)
        {
            var looks = world.Ledger.Looks(promise.Checks[0].Series, default, new Instant(long.MaxValue / 2));
            Assert.All(looks.Zip(looks.Skip(1)), pair => Assert.Equal(Duration.Seconds(10), pair.Second.Slot - pair.First.Slot));
            Assert.All(looks, look => Assert.Equal(look.Slot == bad && look.Series == poisoned ? GapCause.Fault : GapCause.None, look.Gap));
            Assert.InRange(looks.Count, 17, 19);
            var line = promise.Verdict.Lines[1];
            Assert.Equal(looks.Count(look => look.Class == LookClass.Good), line.Good); // what is not on record does not count
        }
        world.Stop();
        Assert.Single(world.Entries(EntryKinds.Stopped));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void An_entry_that_can_never_be_written_leaves_the_others_in_their_order(string way)
    {
        using var world = new HouseWorld();
        world.Ledger.Poison = record => record is EntryDraft { Kind: EntryKinds.VerdictChanged, Subject: "web/p3@1" } ? Fault(way) : null;
        world.Run(FaultTests.Many(6, "web.example"));
        world.Advance(Seconds(120));
        world.Looks["web.example"] = new Script.Answers(503);
        world.Advance(Seconds(120));
        Assert.Null(world.View.Figures.StorageFault);
        Assert.Equal(2, world.View.Figures.RefusedRecords);
        foreach (var promise in world.View.Promises)
            Assert.Equal(promise.Promise.Name.Short == "p3@1" ? [] : ["kept", "broken"],
                world.Ledger.Entries(new EntryQuery(Kind: EntryKinds.VerdictChanged, Subject: promise.Promise.Name.ToString())).Select(entry => EntryBodies.Text(entry, "outcome")));
        world.Stop();
    }

    [Fact]
    public void A_disk_that_fails_by_a_fault_that_nobody_foresaw_loses_nothing()
    {
        using var world = new HouseWorld();
        world.Run(FaultTests.Many(20, "web.example"));
        world.Advance(Seconds(60));
        world.Ledger.Poison = _ => new InvalidOperationException("the driver lost its mind");
        world.Advance(TimeSpan.FromMinutes(20));
        Assert.Contains("lost its mind", world.View.Figures.StorageFault, StringComparison.Ordinal);
        Assert.Equal(0, world.View.Figures.RefusedRecords);
        world.Ledger.Poison = null;
        world.Advance(Seconds(90));
        Assert.Equal((null, 0, 0L), (world.View.Figures.StorageFault, world.View.Figures.UnrecordedLooks, world.View.Figures.RefusedRecords));
        foreach (var promise in world.View.Promises)
        {
            var looks = world.Ledger.Looks(promise.Checks[0].Series, default, new Instant(long.MaxValue / 2));
            Assert.All(looks.Zip(looks.Skip(1)), pair => Assert.Equal(Duration.Seconds(10), pair.Second.Slot - pair.First.Slot));
            Assert.All(looks, look => Assert.Equal(LookClass.Good, look.Class));
        }
        world.Stop();
    }

    /// <summary>Against both stores: whatever is poisonous and whenever the storage fails, exactly the poison is missing at the end, and nothing is there twice.</summary>
    [Fact]
    public void Exactly_what_is_refused_is_missing_whatever_fails_meanwhile()
    {
        Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[1, 60], Gen.Bool).Sample((seed, count, onDisk) =>
        {
            var folder = Directory.CreateTempSubdirectory("kept-refused");
            try
            {
                SiftAsync(new Random(seed), count, onDisk ? Ledgers.OpenSqlite(folder.FullName, TimeProvider.System, new Random(1)) : Ledgers.InMemory(TimeProvider.System, new Random(1)))
                    .GetAwaiter().GetResult();
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }, iter: 60, threads: 1);
    }

    private static async Task SiftAsync(Random random, int count, ILedger ledger)
    {
        await using var closed = ledger;
        var id = await ledger.IdOfAsync(PromiseName.TryParse("web/p@1", null, out var name) ? name : default!, null, default);
        var series = (await ledger.SeriesOfAsync([new SeriesKey(id, "http", "here")], default))[0];
        var flaky = new FlakyLedger(ledger);
        var ways = Ways.Select(row => (string)row).ToList();
        var poison = new Dictionary<object, string>(ReferenceEqualityComparer.Instance);
        // what fails for the moment: storage, or nobody knows
        flaky.Poison = record => random.Next(40) == 0 ? new LedgerException("S02", "full") : poison.TryGetValue(record, out var way) ? Fault(way) : null;
        var batch = new Batch();
        var (looks, drafts) = (new List<LookRecord>(), new List<EntryDraft>());
        for (var i = 0; i < count; i++)
        {
            looks.Add(new LookRecord(series, new Instant(1_000_000L * (i + 1)), ledger.Epoch, LookClass.Good, TargetFailure.None, GapCause.None, 200, 0, Phases.None, false, []));
            drafts.Add(new EntryDraft("test", 1, default, "team", $"n{i}", "{}"u8.ToArray()));
            if (random.Next(8) == 0) poison[looks[i]] = ways[random.Next(ways.Count)];
            if (random.Next(8) == 0) poison[drafts[i]] = ways[random.Next(ways.Count)];
            batch.Looks.Add(looks[i]);
            batch.Entries.Add(drafts[i]);
        }
        // beyond doubt: with one that is taken, no fault that nobody foresaw can be the storage's
        looks.Add(looks[^1] with { Slot = new Instant(1) });
        drafts.Add(new EntryDraft("test", 1, default, "team", "last", "{}"u8.ToArray()));
        batch.Looks.Add(looks[^1]);
        batch.Entries.Add(drafts[^1]);
        for (var tries = 0; ; tries++)
        {
            try
            {
                await batch.WriteAsync(flaky);
                break;
            }
            catch (Exception fault) when (fault is LedgerException or OverflowException && tries < 10_000)
            {
                // as the recorder does: again, later, with what came meanwhile
                if (batch.UnclearFaults < Batch.TriesBeforeSifting) continue;
                var later = new Batch();
                looks.Add(looks[^1] with { Slot = new Instant(looks[^1].Slot.Microseconds + 1) });
                drafts.Add(new EntryDraft("test", 1, default, "team", $"later{tries}", "{}"u8.ToArray()));
                later.Looks.Add(looks[^1]);
                later.Entries.Add(drafts[^1]);
                batch.Join(later);
            }
        }
        Assert.Equal(looks.Where(look => !poison.ContainsKey(look)).OrderBy(look => look.Slot), ledger.Looks(series, default, new Instant(long.MaxValue / 2)));
        Assert.Equal(drafts.Where(draft => !poison.ContainsKey(draft)).Select(draft => draft.Subject), ledger.Entries(new EntryQuery(Kind: "test", Limit: 10_000)).Select(entry => entry.Subject));
        Assert.Equal(poison.Keys.ToHashSet(ReferenceEqualityComparer.Instance), batch.Refusals.Select(refusal => refusal.Record).ToHashSet(ReferenceEqualityComparer.Instance));
        Assert.Equal(poison.Count, batch.Refusals.Count);
        Assert.Empty(ledger.Verify(default).Problems);
    }

    /// <summary>Against both stores: a fault that nobody foresaw, which begins and ends at any write, but lasts or stays away for longer than one record takes.</summary>
    [Fact]
    public void A_fault_that_comes_and_goes_loses_no_record_and_has_no_good_one_refused()
    {
        Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[1, 60], Gen.Bool).Sample((seed, count, onDisk) =>
        {
            var folder = Directory.CreateTempSubdirectory("kept-flapping");
            try
            {
                FlapAsync(new Random(seed), count, onDisk ? Ledgers.OpenSqlite(folder.FullName, TimeProvider.System, new Random(1)) : Ledgers.InMemory(TimeProvider.System, new Random(1)))
                    .GetAwaiter().GetResult();
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }, iter: 60, threads: 1);
    }

    private static async Task FlapAsync(Random random, int count, ILedger ledger)
    {
        await using var closed = ledger;
        var id = await ledger.IdOfAsync(PromiseName.TryParse("web/p@1", null, out var name) ? name : default!, null, default);
        var series = (await ledger.SeriesOfAsync([new SeriesKey(id, "http", "here")], default))[0];
        var flaky = new FlakyLedger(ledger);
        var (works, left) = (false, random.Next(1, 40));
        flaky.Poison = _ =>
        {
            if (left-- == 0) (works, left) = (!works, works ? random.Next(1, 40) : random.Next(400, 800));
            return works ? null : new InvalidOperationException("the driver lost its mind");
        };
        var (looks, drafts) = (new List<LookRecord>(), new List<EntryDraft>());
        var batch = More(count);
        for (var tries = 0; ; tries++)
        {
            try
            {
                await batch.WriteAsync(flaky);
                break;
            }
            catch (InvalidOperationException) when (tries < 1_000)
            {
                if (batch.UnclearFaults >= Batch.TriesBeforeSifting) batch.Join(More(1)); // as the recorder does
            }
        }
        Assert.Empty(batch.Refusals);
        Assert.Equal(looks, ledger.Looks(series, default, new Instant(long.MaxValue / 2)));
        Assert.Equal(drafts.Select(draft => draft.Subject).Order(), ledger.Entries(new EntryQuery(Kind: "test", Limit: 10_000)).Select(entry => entry.Subject).Order());
        Assert.Empty(ledger.Verify(default).Problems);

        Batch More(int howMany)
        {
            var more = new Batch();
            for (var i = 0; i < howMany; i++)
            {
                looks.Add(new LookRecord(series, new Instant(1_000_000L * (looks.Count + 1)), ledger.Epoch, LookClass.Good, TargetFailure.None, GapCause.None, 200, 0, Phases.None, false, []));
                drafts.Add(new EntryDraft("test", 1, default, "team", $"n{drafts.Count:0000}", "{}"u8.ToArray()));
                more.Looks.Add(looks[^1]);
                more.Entries.Add(drafts[^1]);
            }
            return more;
        }
    }

    /// <summary>What was logged.</summary>
    private sealed class Lines : ILogger
    {
        public List<string> Said { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Said.Add(formatter(state, exception));
    }
}
