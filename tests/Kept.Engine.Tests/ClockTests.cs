using Kept.Engine.Recording;
using Kept.Engine.Tests.World;
using Kept.Ledger;
using Kept.Model;
using Xunit;

namespace Kept.Engine.Tests;

/// <summary>K16, K17, K35: the wall clock jumps, the machine sleeps, the process stands still.</summary>
public sealed class ClockTests
{
    private static TimeSpan Seconds(double n) => TimeSpan.FromSeconds(n);

    private static HouseWorld Running()
    {
        var world = new HouseWorld();
        world.Run(RunningHouseTests.OnePromise);
        world.Advance(Seconds(60));
        return world;
    }

    [Fact]
    public void Slots_that_the_clock_jumped_over_are_gaps_and_no_burst_follows()
    {
        using var world = Running();
        var (before, made) = (world.Now, world.Looks.Made.Count);
        world.Clock.Jump(TimeSpan.FromMinutes(10));
        world.Advance(Seconds(30));
        var gaps = world.LooksOf("home@1").Where(look => look.Gap == GapCause.Clock).ToList();
        Assert.InRange(gaps.Count, 59, 61);
        Assert.All(gaps, gap => Assert.True(gap.Slot >= before && gap.Slot <= before + Duration.Minutes(10) + Duration.Seconds(1)));
        Assert.InRange(world.Looks.Made.Count - made, 2, 4);
        var entry = Assert.Single(world.Entries(EntryKinds.Gap));
        Assert.Equal("clock", EntryBodies.Text(entry, "cause"));
        Assert.Equal(60, world.View.Figures.Gaps[GapCause.Clock]);
        world.Stop();
    }

    [Fact]
    public void A_jump_of_ten_years_writes_no_ten_years_of_gaps_and_going_back_forgets_what_was_seen_there()
    {
        using var world = Running();
        world.Clock.Jump(TimeSpan.FromDays(3650));
        world.Advance(Seconds(60));
        Assert.InRange(world.LooksOf("home@1").Count, 60, 80);
        Assert.Equal(Outcome.Kept, world.Verdict("home@1").Outcome);
        world.Looks["web.example"] = new Script.Answers(500);
        world.Clock.Jump(TimeSpan.FromDays(-3650));
        world.Advance(Seconds(60));
        // looks stamped ten years ahead would keep it for ten years
        Assert.Equal(Outcome.Broken, world.Verdict("home@1").Outcome);
        Assert.True(world.Promise("home@1").Checks[0].Last!.Slot <= world.Now);
        world.Stop();
    }

    [Fact]
    public void A_clock_that_ran_ahead_lets_no_evidence_expire()
    {
        using var world = Running();
        var before = world.Now;
        world.Clock.Jump(TimeSpan.FromDays(3650));
        world.Advance(TimeSpan.FromHours(1));
        world.Clock.Jump(TimeSpan.FromDays(-3650));
        world.Advance(TimeSpan.FromMinutes(2));
        Assert.True(world.Ledger.Upkeeps.Count > 30);
        Assert.All(world.Ledger.Upkeeps, upkeep => Assert.True(upkeep.Now - upkeep.Keep < before - HouseSettings.Default.KeepLooks + Duration.Hours(26), $"{upkeep.Now} keeping {upkeep.Keep.ToWords()}"));
        world.Stop();
    }

    [Fact]
    public void What_became_due_while_nobody_ran_expires_within_hours_of_running()
    {
        using var world = Running();
        world.Kill();
        world.Advance(TimeSpan.FromDays(2));
        world.Run(RunningHouseTests.OnePromise);
        world.Advance(TimeSpan.FromMinutes(10));
        Assert.True(world.Ledger.Upkeeps[^1].Keep > HouseSettings.Default.KeepLooks + Duration.Days(1));
        world.Advance(TimeSpan.FromHours(3));
        Assert.Equal(HouseSettings.Default.KeepLooks, world.Ledger.Upkeeps[^1].Keep);
        world.Stop();
    }

    [Fact]
    public void An_hour_that_is_lived_twice_is_looked_at_twice_under_keys_of_its_own()
    {
        using var world = Running();
        world.Advance(Seconds(60));
        var made = world.Looks.Made.Count;
        world.Clock.Jump(Seconds(-50));
        world.Advance(Seconds(60));
        Assert.InRange(world.Looks.Made.Count - made, 5, 7);
        var slots = world.LooksOf("home@1").Select(look => look.Slot).ToList();
        Assert.Equal(slots.Count, slots.Distinct().Count());
        Assert.True(slots.Count >= world.Looks.Made.Count);
        Assert.Equal(Outcome.Kept, world.Verdict("home@1").Outcome);
        world.Stop();
    }

    [Fact]
    public void A_look_across_a_sleep_of_the_machine_says_nothing()
    {
        using var world = Running();
        world.Looks["web.example"] = new Script.Fails(TargetFailure.Reset, Seconds(3));
        var made = world.Looks.Made.Count;
        while (world.Looks.Made.Count == made) world.Advance(TimeSpan.FromMilliseconds(100));
        world.Clock.Jump(TimeSpan.FromMinutes(10)); // the connection is dead when the machine wakes
        world.Advance(Seconds(4));
        Assert.DoesNotContain(world.LooksOf("home@1"), look => look.Class == LookClass.Bad);
        Assert.Contains(world.LooksOf("home@1"), look => look.Gap == GapCause.Clock && look.LateMicroseconds >= 0);
        world.Stop();
    }

    [Fact]
    public void A_time_out_while_we_stood_still_is_not_held_against_the_target()
    {
        using var world = Running();
        world.Looks["web.example"] = new Script.Swallows();
        var made = world.Looks.Made.Count;
        while (world.Looks.Made.Count == made) world.Advance(TimeSpan.FromMilliseconds(100));
        world.Clock.Freeze(Seconds(6)); // a pause of the whole process, longer than the time-out
        world.Advance(Seconds(1));
        var newest = world.LooksOf("home@1")[^1];
        Assert.Equal((LookClass.Gap, GapCause.Local), (newest.Class, newest.Gap));
        world.Advance(Seconds(40));
        Assert.Equal(Outcome.Broken, world.Verdict("home@1").Outcome); // and later time-outs are
        world.Stop();
    }

    [Fact]
    public void A_loop_that_stood_still_tells_its_slots_as_late_and_shows_its_lateness()
    {
        using var world = Running();
        world.Clock.Freeze(Seconds(65));
        world.Advance(Seconds(20));
        var late = world.LooksOf("home@1").Where(look => look.Gap == GapCause.Late).ToList();
        Assert.InRange(late.Count, 5, 7);
        Assert.Equal(late.Count, world.View.Figures.Gaps[GapCause.Late]);
        Assert.All(world.LooksOf("home@1"), look => Assert.True(look.LateMicroseconds <= 5_000_000));
        world.Stop();
    }
}
