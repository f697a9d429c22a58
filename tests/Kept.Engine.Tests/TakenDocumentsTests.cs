using Kept.Engine.Recording;
using Kept.Engine.Tests.World;
using Kept.Ledger;
using Kept.Model;
using Xunit;

namespace Kept.Engine.Tests;

/// <summary>Other documents while the house runs: taken, refused, the same again.</summary>
public sealed class TakenDocumentsTests
{
    private static TimeSpan Seconds(double n) => TimeSpan.FromSeconds(n);

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
}
