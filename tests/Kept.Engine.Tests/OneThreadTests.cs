using Kept.Engine.Recording;
using Kept.Engine.Tests.World;
using Kept.Language;
using Kept.Ledger;
using Kept.Model;
using Xunit;

namespace Kept.Engine.Tests;

/// <summary>The engine in one thread under one seed: what simulation stands on.</summary>
public sealed class OneThreadTests
{
    /// <summary>An hour of thirty promises under random faults; the trace of everything recorded.</summary>
    private static (string Trace, int Looks) Hour(int seed)
    {
        using var world = new HouseWorld(seed);
        var random = new Random(seed);
        world.Run(FaultTests.Many(30, "web.example"));
        for (var leg = 0; leg < 60; leg++)
        {
            var target = "GET https://web.example/" + random.Next(1, 31);
            world.Looks[target] = random.Next(8) switch
            {
                0 => new Script.Answers(500, Took: TimeSpan.FromMilliseconds(random.Next(2000))),
                1 => new Script.Fails(TargetFailure.Refused),
                2 => new Script.Misses(GapCause.Resolver),
                3 => new Script.Swallows(),
                4 => new Script.NeverEnds(),
                5 => new Script.Throws(),
                _ => new Script.Answers(200, Took: TimeSpan.FromMilliseconds(random.Next(300))),
            };
            switch (random.Next(12))
            {
                case 0: world.Ledger.IsFull = !world.Ledger.IsFull; break;
                case 1: world.Clock.Freeze(TimeSpan.FromSeconds(random.Next(30))); break;
                case 2: world.Clock.Jump(TimeSpan.FromSeconds(random.Next(3, 300))); break;
                case 3:
                    world.Kill();
                    world.Ledger.IsFull = false;
                    world.Advance(TimeSpan.FromSeconds(random.Next(60)));
                    world.Run(FaultTests.Many(30, "web.example"));
                    break;
            }
            world.Advance(TimeSpan.FromSeconds(random.Next(20, 100)));
        }
        // phase two: everything heals, and everything converges (I10)
        world.Ledger.IsFull = false;
        world.Looks.Heal();
        world.Advance(TimeSpan.FromMinutes(3));
        Assert.All(world.View.Promises, view => Assert.Equal(Outcome.Kept, view.Verdict.Lines[0].Outcome));
        Assert.Equal(0, world.View.Figures.UnrecordedLooks);
        Assert.Null(world.View.Figures.StorageFault);
        NothingIsMissing(world);
        world.Stop();
        Assert.Empty(world.Ledger.Verify(default).Problems);
        return (world.Trace(), world.Looks.Made.Count);
    }

    /// <summary>I3: between the first and the last look of a series no slot of its grid is without a record, but those told by a gap entry.</summary>
    private static void NothingIsMissing(HouseWorld world)
    {
        var told = world.Entries(EntryKinds.Gap).Select(entry => (From: At(entry, "from"), To: At(entry, "to"))).ToList();
        bool IsTold(Instant from, Instant to) => told.Any(gap => gap.From <= from && to <= gap.To);
        static Instant At(Entry entry, string member) => Instant.TryParse(EntryBodies.Text(entry, member) ?? "", out var at) ? at : default;

        foreach (var view in world.View.Promises)
        {
            var looks = world.Ledger.Looks(view.Checks[0].Series, default, new Instant(long.MaxValue / 2));
            for (var i = 1; i < looks.Count; i++)
                Assert.True(looks[i].Slot - looks[i - 1].Slot <= Duration.Seconds(10) || IsTold(looks[i - 1].Slot + Duration.Seconds(10), looks[i].Slot - Duration.Seconds(10)),
                    $"{view.Promise.Name}: nothing between {looks[i - 1].Slot} and {looks[i].Slot}");
            Assert.Equal(looks.Count, looks.Select(look => look.Slot).Distinct().Count());
            Assert.All(looks, look => Assert.True(look.LateMicroseconds >= 0));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_same_seed_gives_the_same_trace_and_whatever_happened_no_slot_is_missing(int seed)
    {
        var (trace, looks) = Hour(seed);
        Assert.Equal((trace, looks), Hour(seed));
        Assert.True(looks > 3_000);
    }

    [Fact]
    public void Another_seed_gives_another_trace() => Assert.NotEqual(Hour(4).Trace, Hour(5).Trace);

    [Fact]
    public void Replaying_what_was_recorded_gives_the_same_verdicts_again()
    {
        using var world = new HouseWorld(seed: 9);
        world.Run(FaultTests.Many(20, "web.example"));
        for (var n = 1; n <= 20; n += 3) world.Looks["GET https://web.example/" + n] = new Script.Answers(500);
        world.Advance(TimeSpan.FromMinutes(10));
        var before = world.View.Promises.Select(view => (view.Id, view.Verdict.Outcome)).ToList();
        world.Kill();
        world.Ledger.ForgetsCaches = true;
        world.Run(FaultTests.Many(20, "web.example"));
        world.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(before, world.View.Promises.Select(view => (view.Id, view.Verdict.Outcome)));
        world.Stop();
    }

    [Fact]
    public void Followers_read_every_entry_once_and_in_order_and_a_slow_one_holds_nobody_up()
    {
        using var world = new HouseWorld();
        world.Run(FaultTests.Many(10, "web.example"));
        var fast = new List<long>();
        var slow = new List<long>();
        var late = new List<long>();
        using var stop = new CancellationTokenSource();
        world.On(() => _ = ReadAsync(fast, 0, TimeSpan.Zero));
        world.On(() => _ = ReadAsync(slow, 0, TimeSpan.FromSeconds(1)));
        world.Advance(TimeSpan.FromMinutes(1));
        var from = world.Ledger.LastSequence - 5;
        world.On(() => _ = ReadAsync(late, from, TimeSpan.Zero));
        world.Looks.Otherwise = new Script.Answers(500);
        world.Advance(TimeSpan.FromMinutes(5));
        var last = world.Ledger.LastSequence;
        Assert.True(last > 40);
        Assert.Equal(Enumerable.Range(1, (int)last).Select(n => (long)n), fast);
        Assert.Equal(fast, slow);
        Assert.Equal(fast.Where(sequence => sequence > from), late);
        world.Stop();
        world.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(world.Ledger.LastSequence, fast[^1]); // the end is told too, and then the reading ends
        Assert.Equal(3, ended);

        async Task ReadAsync(List<long> into, long after, TimeSpan each)
        {
            await foreach (var entry in world.House.FollowAsync(after, stop.Token))
            {
                if (each > TimeSpan.Zero) await Task.Delay(each, world.Clock);
                into.Add(entry.Sequence);
            }
            ended++;
        }
    }

    private int ended;

    private static HouseReading TwoThousand()
    {
        var one = HouseWorld.Read(FaultTests.Many(1, "web.example", "60s")).House!;
        var promise = one.Agents[0].Promises[0];
        var agent = one.Agents[0] with { Promises = [.. Enumerable.Range(1, 2_000).Select(n => promise with { Name = promise.Name with { Promise = "p" + n } })] };
        return new HouseReading(one with { Agents = [agent], Settings = one.Settings with { LooksPerHost = 500 } }, []);
    }

    [Fact]
    public void A_view_never_changes_and_a_new_one_costs_little_however_many_promises_there_are()
    {
        using var world = new HouseWorld(shuffle: false);
        world.Looks.IsQuiet = true;
        world.Run(TwoThousand());
        world.Advance(TimeSpan.FromSeconds(70));
        var view = world.View;
        var first = view.Promises;
        world.Advance(TimeSpan.FromMilliseconds(200));
        Assert.NotSame(view, world.View);
        Assert.Equal(first, view.Promises);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var fresh = world.View;
        Assert.Equal(2_000, fresh.Promises.Length);
        Assert.NotNull(fresh.Find(new PromiseName("web", "p1777", 1)));
        Assert.NotNull(fresh.Find(new PromiseName("web", "p1777", 0)));
        Assert.True(watch.ElapsedMilliseconds < 250, $"{watch.ElapsedMilliseconds} ms"); // about 0.1 ms on an idle machine
        Assert.True(world.View.Figures.LatenessMax < Duration.Milliseconds(2));
        world.Stop();
    }

    [Fact]
    public void A_condition_about_another_promise_follows_it_and_uses_only_warns()
    {
        using var world = new HouseWorld();
        world.Run(FaultTests.Many(2, "web.example")
            .Replace("check: { http: 'GET https://web.example/2'", "given: p1@1\n    check: { http: 'GET https://web.example/2'", StringComparison.Ordinal)
            + "  p3@1:\n    version: 1.0\n    benefit: You see both.\n    to: anyone\n    docs: docs/a.md\n    notice: 30d\n    uses: p1@1 and p2@1\n");
        world.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(Outcome.Kept, world.Verdict("p2@1").Outcome);
        Assert.Equal(Outcome.Kept, world.Verdict("p3@1").Outcome);
        world.Looks["GET https://web.example/1"] = new Script.Answers(500);
        world.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(Outcome.Broken, world.Verdict("p1@1").Outcome);
        Assert.Equal(Outcome.NotInForce, world.Verdict("p2@1").Outcome);
        Assert.NotEqual(Outcome.Kept, world.Verdict("p3@1").Outcome);
        world.Stop();
    }
}
