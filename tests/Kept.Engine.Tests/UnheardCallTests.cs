using Kept.Model;
using Xunit;
using static Kept.Engine.Tests.HeartbeatTests;

namespace Kept.Engine.Tests;

/// <summary>Calls of heartbeats that bounds of ours refused: a gap, and never the silence of what called.</summary>
public sealed class UnheardCallTests
{
    [Fact]
    public void A_call_that_we_sent_away_is_a_gap_and_no_silence_and_the_next_silence_is_its_own()
    {
        using var world = Running();
        Beat(world);
        for (var hour = 0; hour < 4; hour++)
        {
            world.Advance(TimeSpan.FromHours(1));
            world.House.SentAway("hourly-backup");
            world.House.SentAway("nobody"); // of no promise here: forgotten at once
            Assert.NotEqual(Outcome.Broken, world.Verdict("backup@1").Outcome);
        }
        Assert.Equal(Outcome.Unknown, world.Verdict("backup@1").Outcome); // what it said is not known
        Assert.DoesNotContain(world.LooksOf("backup@1"), look => look.Failure == TargetFailure.Silent);
        Assert.Equal(3, world.LooksOf("backup@1").Count(look => look.Gap == GapCause.Local));
        world.Advance(TimeSpan.FromMinutes(69));
        Assert.Equal(Outcome.Unknown, world.Verdict("backup@1").Outcome);
        world.Advance(TimeSpan.FromMinutes(2) + TimeSpan.FromMinutes(70)); // nothing was sent away since
        Assert.Equal(Outcome.Broken, world.Verdict("backup@1").Outcome);
        Assert.Equal(4, world.View.Figures.Gaps[GapCause.Local]);
        world.Stop();
    }

    [Fact]
    public void A_call_sent_away_beside_one_that_was_heard_is_nothing_and_one_of_another_key_excuses_nobody()
    {
        using var world = Running();
        Beat(world);
        world.House.SentAway("hourly-backup"); // ten milliseconds after it: the same call, made too often
        world.House.SentAway("another");
        world.Advance(TimeSpan.FromMinutes(71));
        Assert.Equal(Outcome.Broken, world.Verdict("backup@1").Outcome);
        Assert.DoesNotContain(world.LooksOf("backup@1"), look => look.Gap == GapCause.Local);
        world.House.SentAway("hourly-backup"); // too late: what is broken stays so until it is heard
        world.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal(Outcome.Broken, world.Verdict("backup@1").Outcome);
        world.Stop();
    }

    [Fact]
    public void A_call_that_nobody_could_read_excuses_those_that_were_due()
    {
        using var world = Running();
        Beat(world);
        world.Advance(TimeSpan.FromMinutes(20));
        world.House.SentAway(null); // long before any call was due
        world.Advance(TimeSpan.FromMinutes(52));
        Assert.Equal(Outcome.Broken, world.Verdict("backup@1").Outcome);
        Beat(world);
        world.Advance(TimeSpan.FromMinutes(61));
        world.House.SentAway(null);
        world.Advance(TimeSpan.FromMinutes(69));
        Assert.NotEqual(Outcome.Broken, world.Verdict("backup@1").Outcome);
        Assert.Single(world.LooksOf("backup@1"), look => look.Gap == GapCause.Local);
        world.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(Outcome.Broken, world.Verdict("backup@1").Outcome);
        world.Stop();
    }

    [Fact]
    public void What_was_a_gap_of_ours_is_no_silence_after_a_restart_either()
    {
        using var world = Running();
        Beat(world);
        world.Advance(TimeSpan.FromMinutes(65));
        world.House.SentAway("hourly-backup");
        world.Advance(TimeSpan.FromMinutes(10)); // told as a gap meanwhile
        world.Stop();
        world.Advance(TimeSpan.FromMinutes(1));
        world.Run(Backup);
        world.Advance(TimeSpan.FromMinutes(50)); // 61 since the call that was sent away
        Assert.NotEqual(Outcome.Broken, world.Verdict("backup@1").Outcome);
        Assert.DoesNotContain(world.LooksOf("backup@1"), look => look.Failure == TargetFailure.Silent);
        world.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(Outcome.Broken, world.Verdict("backup@1").Outcome);
        world.Stop();
    }
}
