using Kept.Engine.Tests.World;
using Kept.Ledger;
using Kept.Model;
using Xunit;

namespace Kept.Engine.Tests;

/// <summary>How often a check is looked at may change; what was due before the change stays due by the rhythm of then.</summary>
public sealed class RhythmTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(50);

    private static string Every(string every) => RunningHouseTests.OnePromise.Replace("every: 10s, timeout: 5s", $"every: {every}, timeout: 2s", StringComparison.Ordinal);

    private static VerdictLine Availability(HouseWorld world) => world.Verdict("home@1").Lines[1];

    [Fact]
    public void A_faster_rhythm_leaves_what_was_due_before_as_it_was()
    {
        using var world = new HouseWorld();
        world.Run(Every("60s"));
        world.Advance(Long);
        var before = Availability(world);
        Assert.InRange(before.Due, 49, 51);
        world.Take(Every("4s"));
        world.Advance(TimeSpan.FromMinutes(1));
        var after = Availability(world);
        Assert.Equal(Outcome.Kept, after.Outcome);
        Assert.InRange(after.Due - before.Due, 13, 17);
        Assert.InRange(after.Due - after.Counted, 0, 2);
        Assert.Equal("home@1", Assert.Single(world.Entries(EntryKinds.CheckRhythm)).Subject.Split('/')[^1]);
        world.Stop();
    }

    [Fact]
    public void A_slower_rhythm_does_not_hide_what_was_not_seen_before()
    {
        using var world = new HouseWorld();
        world.Run(Every("4s"));
        world.Advance(TimeSpan.FromMinutes(1));
        world.Looks["web.example"] = new Script.Misses(GapCause.Resolver);
        world.Advance(TimeSpan.FromMinutes(20));
        world.Looks["web.example"] = new Script.Answers(200);
        world.Take(Every("60s"));
        world.Advance(TimeSpan.FromMinutes(30));
        var line = Availability(world);
        Assert.Equal(Outcome.Unknown, line.Outcome);
        Assert.InRange(line.Due - line.Counted, 298, 303);
        world.Stop();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_rhythm_that_changed_while_nobody_ran_is_told_once_and_counted_so(bool inGoodOrder)
    {
        using var world = new HouseWorld();
        world.Run(Every("60s"));
        world.Advance(Long);
        End();
        world.Run(Every("4s"));
        world.Advance(TimeSpan.FromMinutes(1));
        Told();
        End();
        world.Run(Every("4s"));
        world.Advance(TimeSpan.FromMinutes(1));
        Told();
        world.Stop();

        void End()
        {
            if (inGoodOrder) world.Stop();
            else world.Kill();
        }

        void Told()
        {
            Assert.Equal(Outcome.Kept, Availability(world).Outcome);
            Assert.InRange(Availability(world).Due, 60, 95);
            Assert.Single(world.Entries(EntryKinds.CheckRhythm));
        }
    }

    [Fact]
    public void Several_changes_are_each_counted_by_their_own_also_after_a_rename_and_a_restart()
    {
        using var world = new HouseWorld();
        world.Run(Every("60s"));
        world.Advance(TimeSpan.FromMinutes(20));
        world.Take(Every("10s"));
        world.Advance(TimeSpan.FromMinutes(10));
        world.Take(Every("30s"));
        world.Advance(TimeSpan.FromMinutes(10));
        var due = Availability(world).Due;
        Assert.InRange(due, 20 + 60 + 20 - 3, 20 + 60 + 20 + 3);
        var renamed = Every("30s").Replace("  home@1:", "  front@1:\n    was: home@1", StringComparison.Ordinal);
        world.Take(renamed);
        Assert.Equal(due, world.Verdict("front@1").Lines[1].Due);
        world.Kill();
        world.Run(renamed);
        world.Advance(TimeSpan.FromSeconds(45));
        Assert.InRange(world.Verdict("front@1").Lines[1].Due, due, due + 3);
        world.Stop();
    }
}
