using Kept.Engine.Recording;
using Kept.Engine.Tests.World;
using Kept.Ledger;
using Kept.Model;
using Xunit;

namespace Kept.Engine.Tests;

/// <summary>Restarts, reloads, and the end.</summary>
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
    public void The_same_documents_again_are_no_event_at_all()
    {
        using var world = new HouseWorld();
        world.Run(RunningHouseTests.OnePromise);
        world.Advance(Seconds(60));
        var (last, made) = (world.Ledger.LastSequence, world.Looks.Made.Count);
        for (var i = 0; i < 20; i++) world.Take(RunningHouseTests.OnePromise);
        Assert.Equal(last, world.Ledger.LastSequence);
        Assert.Equal(made, world.Looks.Made.Count);
        world.Stop();
    }

    [Fact]
    public void Documents_that_are_refused_leave_the_old_house_running_and_are_told_once()
    {
        using var world = new HouseWorld();
        world.Run(RunningHouseTests.OnePromise);
        world.Advance(Seconds(30));
        var made = world.Looks.Made.Count;
        for (var i = 0; i < 3; i++) world.Take("kept: 1\nagent: [");
        Assert.NotEmpty(world.View.Fault!.Diagnostics);
        Assert.Single(world.Entries(EntryKinds.HouseRefused));
        world.Advance(Seconds(30));
        Assert.Equal(Outcome.Kept, world.Verdict("home@1").Outcome);
        Assert.True(world.Looks.Made.Count > made);
        world.Take(RunningHouseTests.OnePromise);
        Assert.Null(world.View.Fault);
        Assert.Single(world.Entries(EntryKinds.HouseTaken));
        world.Stop();
    }

    [Fact]
    public void A_refusal_is_shown_also_when_the_house_before_it_is_taken_later()
    {
        using var world = new HouseWorld();
        var (good, bad) = (HouseWorld.Read(RunningHouseTests.OnePromise), HouseWorld.Read("kept: 1\nagent: ["));
        world.Run();
        world.On(() =>
        {
            _ = world.House.TakeAsync(good, CancellationToken.None).AsTask(); // its ids are still being fetched
            _ = world.House.TakeAsync(bad, CancellationToken.None).AsTask();
        });
        world.Advance(Seconds(30));
        Assert.NotNull(world.View.Fault);
        Assert.Equal(Outcome.Kept, world.Verdict("home@1").Outcome);
        world.Stop();
    }

    /// <summary>Only another version begins a new count; every other change of terms is told, and what was seen stays seen.</summary>
    [Theory]
    [InlineData("'status == 200'", "'status in 200..299'")]
    [InlineData(">= 99%", ">= 98%")]
    [InlineData("keeps: [", "keeps: [ 'latency p95 <= 4s over 1h', ")]
    [InlineData("benefit: ", "benefit: Mended, ")]
    [InlineData("check:", "coverage: 90%\n    check:")]
    [InlineData("every: 10s", "every: 10s, confirm: 3 of 5")]
    public void A_change_of_terms_under_the_same_version_keeps_the_count(string before, string after)
    {
        using var world = new HouseWorld();
        world.Run(RunningHouseTests.OnePromise);
        world.Advance(TimeSpan.FromMinutes(5));
        var slot = world.Promise("home@1").Checks[0].NextDue;
        var changed = RunningHouseTests.OnePromise.Replace(before, after, StringComparison.Ordinal);
        Assert.NotEqual(RunningHouseTests.OnePromise, changed);
        world.Take(changed);
        Assert.Equal(slot, world.Promise("home@1").Checks[0].NextDue);
        world.Advance(Seconds(5));
        Assert.All(world.Verdict("home@1").Lines.Skip(1), line => Assert.True(line.Good >= 29, line.ToString()));
        var told = world.Entries(EntryKinds.PromiseTerms);
        Assert.Equal(2, told.Count);
        Assert.Equal(EntryBodies.Text(told[0], "since"), EntryBodies.Text(told[1], "since"));
        // also when the change comes while nobody runs, and back
        world.Kill();
        world.Run(RunningHouseTests.OnePromise);
        world.Advance(Seconds(25));
        Assert.True(world.Verdict("home@1").Lines[^1].Good >= 30, world.Verdict("home@1").Lines[^1].ToString());
        Assert.Equal(3, world.Entries(EntryKinds.PromiseTerms).Count);
        world.Stop();
    }

    [Theory]
    [InlineData("version: 1.0", "version: 1.1", true), InlineData("benefit: ", "benefit: Mended, ", false), InlineData("notice: 30d", "notice: 30d\n    until: 2098-12-31", false)]
    public void A_window_that_is_broken_stays_broken_until_the_version_is_another(string before, string after, bool isNew)
    {
        using var world = new HouseWorld();
        world.Run(RunningHouseTests.OnePromise);
        world.Advance(TimeSpan.FromMinutes(5));
        world.Looks["web.example"] = new Script.Answers(500);
        world.Advance(TimeSpan.FromMinutes(30));
        world.Looks["web.example"] = new Script.Answers(200);
        world.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(Outcome.Broken, world.Verdict("home@1").Lines[1].Outcome);
        var changed = RunningHouseTests.OnePromise.Replace(before, after, StringComparison.Ordinal);
        Assert.NotEqual(RunningHouseTests.OnePromise, changed);
        world.Take(changed);
        world.Advance(Seconds(25));
        if (isNew) Assert.InRange(world.Verdict("home@1").Lines[1].Good, 2, 3);
        else Assert.Equal(Outcome.Broken, world.Verdict("home@1").Lines[1].Outcome);
        world.Stop();
    }

    [Fact]
    public void Moving_lines_in_a_document_changes_nothing_but_places()
    {
        using var world = new HouseWorld();
        world.Run(RunningHouseTests.OnePromise);
        world.Advance(TimeSpan.FromMinutes(5));
        var good = world.Verdict("home@1").Lines[1].Good;
        world.Take("# a comment\n\n" + RunningHouseTests.OnePromise);
        Assert.Equal(good, world.Verdict("home@1").Lines[1].Good);
        Assert.Equal(7, world.Promise("home@1").Promise.At.Line);
        Assert.Single(world.Entries(EntryKinds.PromiseTerms));
        world.Stop();
    }

    [Fact]
    public void A_renamed_promise_keeps_its_id_and_its_history()
    {
        using var world = new HouseWorld();
        world.Run(RunningHouseTests.OnePromise);
        world.Advance(TimeSpan.FromMinutes(5));
        var id = world.Promise("home@1").Id;
        world.Take(RunningHouseTests.OnePromise.Replace("  home@1:", "  front@1:\n    was: home@1", StringComparison.Ordinal));
        Assert.Equal(id, world.Promise("front@1").Id);
        world.Advance(Seconds(20));
        Assert.True(world.Verdict("front@1").Lines[1].Good >= 29, world.Verdict("front@1").Lines[1].ToString());
        Assert.Empty(world.Entries(EntryKinds.PromiseGone));
        var good = world.Verdict("front@1").Lines[1].Good;
        world.Kill();
        world.Run(RunningHouseTests.OnePromise.Replace("  home@1:", "  entry@1:\n    was: front@1", StringComparison.Ordinal));
        world.Advance(Seconds(20));
        Assert.Equal(id, world.Promise("entry@1").Id);
        Assert.True(world.Verdict("entry@1").Lines[1].Good >= good);
        world.Stop();
    }

    [Fact]
    public void A_removed_promise_is_told_gone_and_no_longer_looked_at()
    {
        using var world = new HouseWorld();
        world.Run(FaultTests.Many(3, "web.example"));
        world.Advance(Seconds(30));
        world.Take(FaultTests.Many(2, "web.example"));
        world.Looks.Made.Clear();
        world.Advance(Seconds(60));
        Assert.Equal("web/p3@1", Assert.Single(world.Entries(EntryKinds.PromiseGone)).Subject);
        Assert.DoesNotContain(world.Looks.Made, look => look.Target.EndsWith("/3", StringComparison.Ordinal));
        Assert.Equal(2, world.View.Figures.Checks);
        world.Stop();
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
    public void A_refusal_is_not_hidden_by_a_house_that_was_asked_for_before_it()
    {
        using var world = new HouseWorld();
        world.Run(RunningHouseTests.OnePromise);
        world.Advance(Seconds(30));
        world.On(() =>
        {
            _ = world.House.TakeAsync(HouseWorld.Read(FaultTests.Many(2, "web.example")), CancellationToken.None).AsTask();
            _ = world.House.TakeAsync(HouseWorld.Read("kept: 1\nagent: ["), CancellationToken.None).AsTask();
        });
        world.Advance(Seconds(5));
        Assert.NotNull(world.View.Fault);
        world.Take(FaultTests.Many(2, "web.example"));
        Assert.Null(world.View.Fault);
        world.Stop();
    }

    [Fact]
    public void A_refusal_before_there_is_any_house_leaves_the_one_that_waits_for_storage()
    {
        using var world = new HouseWorld();
        world.Ledger.IsFull = true;
        world.Run(RunningHouseTests.OnePromise);
        world.Advance(Seconds(5));
        world.Take("kept: 1\nagent: [");
        world.Ledger.IsFull = false;
        world.Advance(Seconds(60));
        Assert.NotNull(world.View.Fault);
        Assert.Equal(Outcome.Kept, world.Verdict("home@1").Outcome);
        world.Stop();
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
