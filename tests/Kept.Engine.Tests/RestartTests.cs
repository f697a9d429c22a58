using Kept.Engine.Recording;
using Kept.Engine.Tests.World;
using Kept.Ledger;
using Kept.Model;
using Xunit;

namespace Kept.Engine.Tests;

/// <summary>Restarts, and the end.</summary>
public sealed class RestartTests
{
    private static TimeSpan Seconds(double n) => TimeSpan.FromSeconds(n);

    private static List<string?> Told(HouseWorld world) => [.. world.Entries(EntryKinds.VerdictChanged).Select(entry => EntryBodies.Text(entry, "outcome"))];

    [Fact]
    public void A_killed_engine_finds_its_verdicts_again_and_the_time_between_is_a_gap()
    {
        using var world = new HouseWorld();
        world.Run(RunningHouseTests.OnePromise);
        world.Advance(TimeSpan.FromMinutes(5));
        var before = world.Promise("home@1");
        world.Kill();
        world.Advance(TimeSpan.FromMinutes(3));
        world.Run(RunningHouseTests.OnePromise);
        world.Advance(Seconds(1));
        var gaps = world.LooksOf("home@1").Where(look => look.Gap == GapCause.Restarted).ToList();
        Assert.InRange(gaps.Count, 17, 19);
        Assert.Equal("restarted", EntryBodies.Text(Assert.Single(world.Entries(EntryKinds.Gap)), "cause"));
        Assert.Equal(Outcome.Unknown, world.Verdict("home@1").Outcome); // three minutes unseen
        world.Advance(Seconds(30));
        Assert.Equal(Outcome.Kept, world.Verdict("home@1").Outcome);
        Assert.Equal(["kept", "unknown", "kept"], Told(world));
        Assert.Equal(before.Id, world.Promise("home@1").Id);
        // the objective remembers what was counted before
        Assert.True(world.Verdict("home@1").Lines[1].Good >= 30, world.Verdict("home@1").Lines[1].ToString());
        Assert.Single(world.Entries(EntryKinds.PromiseTerms));
        world.Stop();
    }

    [Fact]
    public void From_the_start_until_the_house_is_taken_nobody_looks_either_and_that_is_a_gap_and_no_silence()
    {
        using var world = new HouseWorld();
        const string House = RunningHouseTests.OnePromise + """

              beat@1:
                version: 1.0
                benefit: You see that it runs.
                to: anyone
                docs: docs/beat.md
                notice: 30d
                keeps: [ 'availability >= 99% over 1h' ]
                fails: [ { code: 503 later, sees: nothing, retry: after 30s, loses: nothing } ]
                check: { heartbeat: alive, every: 30s, grace: 30s, confirm: 1 of 1 }
            """;
        world.Run(House);
        world.Advance(Seconds(60));
        world.Beat(new Beat("alive", BeatKind.Success, 0, null, null));
        world.Advance(Seconds(1));
        world.Kill();
        world.Advance(Seconds(30));
        world.Ledger.IsFull = true; // so its promises get no ids, and the house is not taken
        world.Run(House);
        world.Advance(TimeSpan.FromMinutes(4));
        world.Ledger.IsFull = false;
        world.Advance(Seconds(55));
        var looks = world.LooksOf("home@1");
        // the first look after a start stands beside its slots
        Assert.All(looks.Zip(looks.Skip(1)), pair => Assert.True(pair.Second.Slot - pair.First.Slot < Duration.Seconds(20), $"nothing between {pair.First.Slot} and {pair.Second.Slot}"));
        Assert.InRange(looks.Count(look => look.Gap == GapCause.Restarted), 25, 31);
        Assert.DoesNotContain(world.LooksOf("beat@1"), look => look.Class == LookClass.Bad);
        world.Advance(Seconds(60)); // since it could be heard, a period and the grace went by
        Assert.Contains(world.LooksOf("beat@1"), look => look.Failure == TargetFailure.Silent);
        world.Stop();
    }

    [Fact]
    public void Damaged_evidence_of_one_promise_keeps_no_other_from_its_history()
    {
        using var world = new HouseWorld();
        var house = RunningHouseTests.OnePromise + string.Concat(Enumerable.Range(1, 5).Select(i => $$"""

              page{{i}}@1:
                version: 1.0
                benefit: You see a page.
                to: anyone
                docs: docs/page.md
                notice: 30d
                keeps: [ 'availability >= 99% over 1h' ]
                fails: [ { code: 503 later, sees: nothing, retry: after 30s, loses: nothing } ]
                check: { http: 'GET https://web.example/{{i}}', every: 30s, expect: [ status == 200 ] }
            """));
        world.Run(house);
        world.Advance(TimeSpan.FromMinutes(5));
        var damaged = world.Promise("page2@1").Checks[0].Series;
        world.Kill();
        world.Ledger.Damaged.Add(damaged);
        world.Ledger.ForgetsCaches = true;
        world.Run(house);
        world.Advance(TimeSpan.FromMinutes(2));
        Assert.All(["home@1", "page1@1", "page3@1", "page4@1", "page5@1"], name => Assert.Equal(Outcome.Kept, world.Verdict(name).Outcome));
        Assert.Equal(Outcome.Unknown, world.Verdict("page2@1").Outcome);
        Assert.Contains("does not match its hash", world.View.Figures.StorageFault, StringComparison.Ordinal);
        world.Ledger.Damaged.Clear(); // restored from a backup
        world.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(Outcome.Kept, world.Verdict("page2@1").Outcome);
        Assert.Null(world.View.Figures.StorageFault);
        world.Stop();
    }

    [Fact]
    public void A_short_restart_tells_nothing_twice()
    {
        using var world = new HouseWorld();
        world.Run(RunningHouseTests.OnePromise);
        world.Advance(TimeSpan.FromMinutes(2));
        var since = world.Promise("home@1").Since;
        world.Stop();
        world.Advance(Seconds(3));
        world.Run(RunningHouseTests.OnePromise);
        world.Advance(Seconds(2));
        Assert.Equal(Outcome.Kept, world.Verdict("home@1").Outcome);
        Assert.Equal(since, world.Promise("home@1").Since);
        world.Advance(Seconds(60));
        Assert.Equal(["kept"], Told(world));
        Assert.Single(world.Entries(EntryKinds.Stopped));
        world.Stop();
    }

    [Fact]
    public void A_start_from_snapshots_says_the_same_as_one_from_the_ledger_alone()
    {
        var lines = new List<string>();
        foreach (var withSnapshots in new[] { true, false })
        {
            using var world = new HouseWorld(seed: 7, shuffle: false);
            world.Run(RunningHouseTests.OnePromise);
            world.Advance(TimeSpan.FromMinutes(3));
            world.Looks["web.example"] = new Script.Answers(500);
            world.Advance(TimeSpan.FromMinutes(2));
            world.Looks["web.example"] = new Script.Answers(200);
            world.Advance(TimeSpan.FromMinutes(15));
            world.Kill();
            if (!withSnapshots) world.Ledger.ForgetsCaches = true;
            world.Advance(Seconds(5));
            world.Run(RunningHouseTests.OnePromise);
            world.Advance(Seconds(60));
            lines.Add(string.Join('\n', world.Verdict("home@1").Lines));
            world.Stop();
        }
        Assert.Equal(lines[0], lines[1]);
    }

    [Fact]
    public void Stopping_gives_up_what_does_not_end_within_five_seconds_and_records_all()
    {
        using var world = new HouseWorld();
        world.Run(FaultTests.Many(20, "web.example"));
        world.Advance(Seconds(30));
        world.Looks["web.example"] = new Script.NeverEnds();
        world.Advance(Seconds(8));
        var view = world.View;
        Assert.True(view.Figures.UnderWay > 10);
        var took = world.Stop();
        Assert.InRange(took, Seconds(4.9), Seconds(9));
        Assert.Equal(0, world.View.Figures.UnrecordedLooks);
        // those that ran out of their time-out meanwhile are faults; the others, and what was due and not begun any more, are told as the restart's
        var looks = world.View.Promises.SelectMany(one => world.Ledger.Looks(one.Checks[0].Series, default, new Instant(long.MaxValue / 2))).ToList();
        Assert.True(looks.Count(look => look.Gap == GapCause.Restarted) >= 5);
        Assert.DoesNotContain(looks, look => look.Class == LookClass.Bad);
        Assert.Single(world.Entries(EntryKinds.Stopped));
    }

    [Fact]
    public void An_idle_house_stops_at_once_and_then_answers_nobody()
    {
        using var world = new HouseWorld();
        world.Run(RunningHouseTests.OnePromise);
        world.Advance(Seconds(30));
        Assert.True(world.Stop() < Seconds(2));
        Assert.Equal(BeatAnswer.NotRunning, world.Beat(new Beat("x", BeatKind.Success, 0, null, null)));
        world.On(() => Assert.True(world.House.DisposeAsync().AsTask().IsCompletedSuccessfully));
    }

    [Fact]
    public void A_look_given_up_at_the_end_is_told_once_and_nothing_it_brings_counts_any_more()
    {
        using var world = new HouseWorld();
        world.Run(FaultTests.Many(20, "web.example"));
        world.Advance(Seconds(30));
        world.Looks["web.example"] = new Script.Answers(500, Took: Seconds(60));
        world.Ledger.Slow = () => Task.Delay(Seconds(1), world.Clock);
        world.Advance(Seconds(4));
        world.Stop();
        var looks = world.View.Promises.SelectMany(one => world.Ledger.Looks(one.Checks[0].Series, default, new Instant(long.MaxValue / 2))).ToList();
        var given = looks.Count(look => look.Gap == GapCause.Restarted);
        Assert.True(given > 3);
        Assert.Equal(given, world.View.Figures.Gaps[GapCause.Restarted]);
    }

    [Fact]
    public void Every_entry_says_whose_house_it_is()
    {
        using var world = new HouseWorld();
        world.Run(RunningHouseTests.OnePromise);
        world.Advance(Seconds(60));
        Assert.All(world.Ledger.Entries(new EntryQuery()).Where(entry => entry.Kind != EntryKinds.Started), entry => Assert.Equal("test", entry.House));
        world.Kill();
        world.Run(RunningHouseTests.OnePromise);
        world.Advance(Seconds(5));
        Assert.Equal("test", world.Entries(EntryKinds.Started)[^1].House);
        world.Stop();
    }
}
