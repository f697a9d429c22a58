using System.Text;
using Kept.Engine.Recording;
using Kept.Engine.Tests.World;
using Kept.Ledger;
using Kept.Model;
using Xunit;

namespace Kept.Engine.Tests;

/// <summary>Faults of ours: each is told as a gap with its cause, none breaks a promise, and nothing falls off the schedule.</summary>
public sealed class FaultTests
{
    private static TimeSpan Seconds(double n) => TimeSpan.FromSeconds(n);

    private static HouseWorld Running(int seed = 1)
    {
        var world = new HouseWorld(seed);
        world.Run(RunningHouseTests.OnePromise);
        world.Advance(Seconds(60));
        Assert.Equal(Outcome.Kept, world.Verdict("home@1").Outcome);
        return world;
    }

    private static List<LookRecord> After(HouseWorld world, Instant from) => [.. world.LooksOf("home@1").Where(look => look.Slot > from)];

    [Fact]
    public void A_look_that_throws_is_a_gap_by_a_fault_of_ours_and_is_looked_at_again()
    {
        using var world = Running();
        var from = world.Now;
        world.Looks["web.example"] = new Script.Throws();
        world.Advance(Seconds(50));
        Assert.All(After(world, from), look => Assert.Equal((LookClass.Gap, GapCause.Fault), (look.Class, look.Gap)));
        Assert.Equal(5, world.View.Figures.Faults);
        Assert.Equal(5, world.View.Figures.Gaps[GapCause.Fault]);
        Assert.Equal(Outcome.Unknown, world.Verdict("home@1").Outcome);
        world.Looks["web.example"] = new Script.Answers(200);
        world.Advance(Seconds(40));
        Assert.Equal(Outcome.Kept, world.Verdict("home@1").Outcome);
        world.Stop();
    }

    [Fact]
    public void A_look_that_never_ends_is_given_up_as_a_fault()
    {
        using var world = Running();
        var from = world.Now;
        world.Looks["web.example"] = new Script.NeverEnds();
        world.Advance(Seconds(60));
        Assert.All(After(world, from), look => Assert.Equal(GapCause.Fault, look.Gap));
        Assert.True(world.View.Figures.Faults >= 3);
        Assert.InRange(world.View.Figures.UnderWay, 0, 1);
        world.Looks["web.example"] = new Script.Answers(200);
        world.Advance(Seconds(60));
        Assert.Equal(Outcome.Kept, world.Verdict("home@1").Outcome);
        world.Stop();
    }

    [Fact]
    public void What_keeps_us_from_looking_never_breaks_a_promise()
    {
        using var world = Running();
        world.Looks["web.example"] = new Script.Misses(GapCause.Resolver);
        world.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(Outcome.Unknown, world.Verdict("home@1").Outcome);
        Assert.Equal(["kept", "unknown"], world.Entries(EntryKinds.VerdictChanged).Select(entry => EntryBodies.Text(entry, "outcome")));
        world.Stop();
    }

    [Fact]
    public void A_kind_that_this_build_cannot_look_at_is_a_gap()
    {
        using var world = new HouseWorld();
        world.Looks.Forget("http");
        world.Run(RunningHouseTests.OnePromise);
        world.Advance(Seconds(60));
        Assert.Equal(Outcome.Unknown, world.Verdict("home@1").Outcome);
        Assert.All(world.LooksOf("home@1"), look => Assert.Equal(GapCause.Fault, look.Gap));
        world.Stop();
    }

    [Fact]
    public void A_black_holed_host_delays_no_other()
    {
        using var world = new HouseWorld();
        world.Looks["hole.example"] = new Script.Swallows();
        world.Looks["web.example"] = new Script.Answers(200);
        world.Run(Many(60, "hole.example").Replace("agent: web", "agent: hole") + "\n---\n" + Many(40, "web.example"));
        world.Advance(TimeSpan.FromMinutes(2));
        var good = world.View.Promises.Where(view => view.Promise.Name.Agent == "web").ToList();
        Assert.Equal(40, good.Count);
        Assert.All(good, view => Assert.Equal(Outcome.Kept, view.Verdict.Outcome));
        Assert.All(good.SelectMany(view => world.Ledger.Looks(view.Checks[0].Series, default, new Instant(long.MaxValue / 2))), look => Assert.InRange(look.LateMicroseconds, 0, 2_000));
        Assert.All(world.View.Promises.Where(view => view.Promise.Name.Agent == "hole"), view => Assert.NotEqual(Outcome.Kept, view.Verdict.Outcome));
        // 60 looks of 5 s each per 10 s want 30 places and have 16: what finds none is told so.
        Assert.True(world.View.Figures.Gaps[GapCause.Budget] > 50);
        world.Stop();
    }

    [Fact]
    public void Storage_that_fails_for_an_hour_loses_nothing_and_is_shown()
    {
        using var world = Running();
        var from = world.Now;
        world.Ledger.IsFull = true;
        world.Advance(Seconds(20));
        Assert.Equal("the disk is full: free some space", world.View.Figures.StorageFault);
        world.Looks["web.example"] = new Script.Answers(503);
        world.Advance(TimeSpan.FromHours(1));
        Assert.Equal(Outcome.Broken, world.Verdict("home@1").Outcome); // judged on, from memory
        Assert.InRange(world.View.Figures.UnrecordedLooks, 355, 365);
        Assert.Empty(After(world, from));
        world.Ledger.IsFull = false;
        world.Advance(Seconds(40));
        Assert.Null(world.View.Figures.StorageFault);
        Assert.Equal(0, world.View.Figures.UnrecordedLooks);
        var looks = After(world, from);
        Assert.InRange(looks.Count, 364, 370);
        Assert.All(looks.Zip(looks.Skip(1)), pair => Assert.Equal(Duration.Seconds(10), pair.Second.Slot - pair.First.Slot));
        Assert.Equal(["kept", "broken"], world.Entries(EntryKinds.VerdictChanged).Select(entry => EntryBodies.Text(entry, "outcome")));
        world.Stop();
    }

    [Fact]
    public void A_ledger_that_cannot_be_read_leaves_promises_unknown_until_it_can()
    {
        using var world = new HouseWorld();
        world.Ledger.IsUnreadable = true;
        world.Run(RunningHouseTests.OnePromise);
        world.Advance(Seconds(45));
        Assert.Equal((Outcome.Unknown, "its history is being read"), (world.Verdict("home@1").Outcome, world.Verdict("home@1").Reason));
        Assert.Equal("the ledger cannot be read", world.View.Figures.StorageFault);
        world.Ledger.IsUnreadable = false;
        world.Advance(Seconds(31));
        Assert.Equal(Outcome.Kept, world.Verdict("home@1").Outcome); // the looks made meanwhile count
        Assert.True(world.LooksOf("home@1").Count >= 5);
        world.Stop();
    }

    [Fact]
    public void A_slow_disk_delays_no_look()
    {
        using var world = new HouseWorld();
        world.Ledger.Slow = () => Task.Delay(Seconds(2), world.Clock);
        world.Run(Many(50, "web.example"));
        world.Advance(TimeSpan.FromMinutes(3));
        Assert.True(world.View.Figures.LatenessMax < Duration.Milliseconds(5));
        Assert.All(world.View.Promises, view => Assert.Equal(Outcome.Kept, view.Verdict.Outcome));
        Assert.True(world.Ledger.LargestWrite > 5, "many looks share one write");
        world.Stop();
    }

    internal static string Many(int count, string host, string every = "10s")
    {
        var text = new StringBuilder($"kept: 1\nagent: web\ndomains: [{host}]\npromises:\n");
        for (var n = 1; n <= count; n++)
            text.Append($$"""
                  p{{n}}@1:
                    version: 1.0
                    benefit: You see page {{n}}.
                    to: anyone
                    docs: docs/a.md
                    notice: 30d
                    keeps: [ 'availability >= 99% over 1h' ]
                    fails: [ { code: 503 later, sees: nothing, retry: after 30s, loses: nothing } ]
                    check: { http: 'GET https://{{host}}/{{n}}', every: {{every}}, timeout: 5s, expect: [ 'status == 200' ] }

                """);
        return text.ToString();
    }

    [Fact]
    public void What_a_look_met_while_we_stood_still_may_be_ours()
    {
        using var world = Running();
        world.Looks["web.example"] = new Script.Answers(503, Took: Seconds(8));
        while (world.View.Figures.UnderWay == 0) world.Advance(Seconds(0.1));
        var from = world.Now - Duration.Seconds(1);
        world.Clock.Freeze(Seconds(6));
        world.Advance(Seconds(3));
        Assert.Equal((LookClass.Gap, GapCause.Local), (After(world, from)[0].Class, After(world, from)[0].Gap));
        world.Looks["web.example"] = new Script.Answers(503); // an answer quicker than the pause is the target's own
        world.Advance(Seconds(30));
        Assert.Equal(LookClass.Bad, world.LooksOf("home@1")[^1].Class);
        world.Stop();
    }

    [Fact]
    public void Looks_that_wait_for_a_broken_disk_still_count_when_history_is_read_again()
    {
        using var world = Running();
        world.Ledger.IsFull = true;
        world.Looks["web.example"] = new Script.Answers(503);
        world.Advance(TimeSpan.FromMinutes(10));
        var made = world.Looks.Made.Count;
        while (world.Looks.Made.Count == made) world.Advance(Seconds(0.1));
        world.Advance(Seconds(0.1));
        var before = world.Verdict("home@1").Lines[1];
        Assert.True(before.Counted - before.Good >= 59);
        world.Clock.Jump(Seconds(-5)); // the fold is read again, without the look that is now in the future
        world.Advance(Seconds(20));
        var after = world.Verdict("home@1").Lines[1];
        Assert.True(after.Counted - after.Good >= 59, after.ToString());
        Assert.Equal(Outcome.Broken, world.Verdict("home@1").Outcome);
        world.Stop();
    }

    [Fact]
    public void A_stretch_that_nobody_saw_is_not_judged_by_how_others_stood_before_it()
    {
        using var world = new HouseWorld();
        world.Run(Many(2, "web.example").Replace("check: { http: 'GET https://web.example/2'", "given: p1@1\n    check: { http: 'GET https://web.example/2'", StringComparison.Ordinal));
        world.Looks["GET https://web.example/1"] = new Script.Answers(500);
        world.Advance(Seconds(60));
        Assert.Equal(Outcome.NotInForce, world.Verdict("p2@1").Outcome);
        var from = world.Now;
        world.Clock.Freeze(TimeSpan.FromMinutes(10));
        world.Advance(Seconds(1));
        var unseen = world.LooksOf("p2@1").Where(look => look.Slot > from && look.Slot < world.Now - Duration.Minutes(1)).ToList();
        Assert.True(unseen.Count > 40);
        Assert.All(unseen, look => Assert.Equal(LookClass.Gap, look.Class));
        world.Stop();
    }

    [Fact]
    public void The_next_write_begins_however_many_messages_wait_in_the_loop()
    {
        using var world = Running();
        var recorder = new Recorder(world.Ledger, world.Clock, world.Log, _ => { }); // a loop so busy that it reaches no message
        var look = world.LooksOf("home@1")[^1];
        var before = world.Ledger.Writes;
        for (var n = 1; n <= 3; n++)
        {
            recorder.Add(look with { Slot = world.Now + Duration.Milliseconds(n) });
            world.On(() => recorder.Pump(world.Now + (Recorder.Gather * n)));
        }
        Assert.Equal(before + 3, world.Ledger.Writes);
        world.Stop();
    }

    [Fact]
    public void Terms_are_written_down_however_many_verdicts_wait()
    {
        using var world = new HouseWorld();
        var posts = new Queue<Action>();
        var recorder = new Recorder(world.Ledger, world.Clock, world.Log, posts.Enqueue);
        var promise = HouseWorld.Read(RunningHouseTests.OnePromise).House!.Promises.Single();
        var entry = EntryBodies.Gone(world.Now, promise, true);
        for (var i = 0; i < Recorder.MostEntries; i++) Assert.True(recorder.TryAdd(entry));
        Assert.False(recorder.TryAdd(entry));
        recorder.Add(entry with { Kind = EntryKinds.PromiseTerms });
        world.On(() => recorder.Pump(world.Now));
        while (posts.TryDequeue(out var post)) world.On(post);
        Assert.Single(world.Entries(EntryKinds.PromiseTerms));
    }
}
