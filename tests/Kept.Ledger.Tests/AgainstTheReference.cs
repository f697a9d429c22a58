using CsCheck;
using Kept.Ledger.Sqlite;
using Kept.Model;
using Xunit;

namespace Kept.Ledger.Tests;

/// <summary>Random sequences of operations, also closing and opening again: SQLite answers what the reference in memory answers.</summary>
public sealed class AgainstTheReference
{
    private abstract record Step
    {
        public sealed record Append(int Count, string Kind, string Subject) : Step;
        public sealed record Name(string Own, string? Was) : Step;
        public sealed record Record(int[] Series, int[] Slots, LookClass Class) : Step;
        public sealed record Seal(int Day, int Keep) : Step;
        public sealed record Cache(string Key, byte Value) : Step;
    }

    private static readonly Gen<string> Names = OneOf("own/a@1", "own/b@1", "own/c@1", "own/d@1");

    private static readonly Gen<Step> Steps = Gen.Frequency(
        (2, Gen.Select(Gen.Int[1, 3], OneOf(EntryKinds.Gap, EntryKinds.VerdictChanged), Names).Select(t => (Step)new Step.Append(t.Item1, t.Item2, t.Item3))),
        (2, Gen.Select(Names, Names.Null()).Select(t => (Step)new Step.Name(t.Item1, t.Item2))),
        (6, Gen.Select(Gen.Int[1, 3].Array[1, 4], Gen.Int[0, 400].Array[4], OneOf(LookClass.Good, LookClass.Bad, LookClass.Gap, LookClass.NotInForce, LookClass.ConditionUnknown))
            .Select(t => (Step)new Step.Record(t.Item1, t.Item2, t.Item3))),
        (2, Gen.Select(Gen.Int[0, 40], Gen.Int[1, 30]).Select(t => (Step)new Step.Seal(t.Item1, t.Item2))),
        (1, Gen.Select(OneOf("a", "b"), Gen.Byte).Select(t => (Step)new Step.Cache(t.Item1, t.Item2))));

    [Fact]
    public void Sqlite_answers_what_memory_answers() => Steps.Array[0, 40].Sample(steps => CompareAsync(steps).GetAwaiter().GetResult(), iter: 60, threads: 1);

    /// <summary>Evidence that came later than its look is vouched for as long as the look is, also where the looks it came with go sooner.</summary>
    [Fact]
    public Task Evidence_for_a_look_that_is_sealed_already_outlives_the_looks_it_came_with() => CompareAsync(
    [
        new Step.Record([2, 1], [0, 240], LookClass.Good), // of both, the first has evidence
        new Step.Seal(20, 30),
        new Step.Record([1, 1], [240, 100], LookClass.Bad),
        new Step.Seal(21, 30),
        new Step.Seal(22, 5), // the later of the two slots is kept, the earlier is not
    ]);

    private static async Task CompareAsync(Step[] steps)
    {
        using var folder = new TemporaryFolder();
        var clock = Some.Clock();
        await using var reference = Ledgers.InMemory(clock, new Random(1));
        await using var sqlite = SqliteLedger.Open(folder.Path, clock, new Random(1), Some.Eager());
        ILedger[] both = [reference, sqlite];
        var cutoff = Instant.Min;
        foreach (var ledger in both)
            Assert.Equal([1, 2, 3], await ledger.SeriesOfAsync([.. Enumerable.Range(1, 3).Select(i => new SeriesKey(default, "c" + i, "here"))], default));
        foreach (var step in steps)
        {
            if (step is Step.Seal seal && At(seal.Day) - Duration.Days(seal.Keep) is var keepFrom && keepFrom > cutoff) cutoff = keepFrom;
            foreach (var ledger in both) await DoAsync(ledger, step, cutoff);
        }
        foreach (var query in (EntryQuery[])[new(), new(After: 3, Limit: 5), new(Kind: EntryKinds.VerdictChanged), new(Subject: "own/a@1", NewestFirst: true, Limit: 2)])
            Assert.Equal(Seen(reference, query), Seen(sqlite, query));
        for (var series = 1; series <= 3; series++)
        {
            Assert.Equal(reference.Looks(series, cutoff, Instant.Max), sqlite.Looks(series, cutoff, Instant.Max));
            Assert.Equal(reference.Looks(series, cutoff, Instant.Max, 3), sqlite.Looks(series, cutoff, Instant.Max, 3));
            Assert.Equal(reference.Looks(series, cutoff, At(20)), sqlite.Looks(series, cutoff, At(20)));
            Assert.Equal(reference.Days(series, cutoff, Instant.Max), sqlite.Days(series, cutoff, Instant.Max));
            Assert.Equal(reference.EvidenceOf(series, 50).Select(one => one.Slot), sqlite.EvidenceOf(series, 50).Select(one => one.Slot));
        }
        Assert.Equal(reference.Cached("a"), sqlite.Cached("a"));
        Assert.Empty(sqlite.Verify(default).Problems);
        await sqlite.DisposeAsync();
        await using var again = SqliteLedger.Open(folder.Path, clock, new Random(1), Some.Eager());
        Assert.Equal(Seen(reference, new EntryQuery()), Seen(again, new EntryQuery()));
        for (var series = 1; series <= 3; series++) Assert.Equal(reference.Looks(series, cutoff, Instant.Max), again.Looks(series, cutoff, Instant.Max));
        Assert.Empty(again.Verify(default).Problems);
    }

    private static async Task DoAsync(ILedger ledger, Step step, Instant cutoff)
    {
        switch (step)
        {
            case Step.Append append: await ledger.AppendAsync([.. Enumerable.Range(0, append.Count).Select(i => Some.Draft(append.Kind, $"[{i}]", append.Subject))], default); break;
            case Step.Name name: await ledger.IdOfAsync(Some.Name(name.Own), name.Was is null ? null : Some.Name(name.Was), default); break;
            case Step.Record record:
                // what lies before the cut-off may be gone in one store and still there in the other
                var looks = record.Series.Select((series, i) => Some.Look(series, At(0) + Duration.Hours(record.Slots[i] * 2), ledger.Epoch, record.Class, i)).Where(look => look.Slot >= cutoff).ToList();
                await ledger.RecordAsync(looks, [.. looks.Take(1).Select(look => Some.Evidence(look.Series, look.Slot))], default);
                break;
            case Step.Seal seal: await ledger.UpkeepAsync(At(seal.Day), Duration.Days(seal.Keep), default); break;
            case Step.Cache cache: await ledger.CacheAsync(cache.Key, new[] { cache.Value }, default); break;
        }
    }

    private static Instant At(int day) => Some.Start + Duration.Days(day);

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    // what a store writes of its own sealing and retention is its own business, and so are ids
    private static List<string> Seen(ILedger ledger, EntryQuery query) =>
        [.. ledger.Entries(query with { After = 0, Limit = int.MaxValue }).Where(entry => entry.Kind is not (EntryKinds.BlockSealed or EntryKinds.LooksExpired))
            .Skip((int)query.After).Take(query.Limit).Select(entry => $"{entry.Kind} {entry.Subject} {(entry.Kind == EntryKinds.PromiseNamed ? "" : entry.BodyHash)}")];
}
