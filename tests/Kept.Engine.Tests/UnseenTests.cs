using Kept.Engine.Recording;
using Kept.Engine.Tests.World;
using Kept.Ledger;
using Kept.Model;
using Xunit;

namespace Kept.Engine.Tests;

/// <summary>A promise of which nobody has ever seen how it stands: after the time of three looks an entry says so, once.</summary>
public sealed class UnseenTests
{
    private static IReadOnlyList<string?> Told(HouseWorld world) => [.. world.Entries(EntryKinds.VerdictChanged).Select(entry => EntryBodies.Text(entry, "outcome"))];

    private static HouseWorld Unseen(Script script)
    {
        var world = new HouseWorld();
        world.Looks.Otherwise = script;
        world.Run(FaultTests.Many(1, "web.example"));
        return world;
    }

    [Fact]
    public void Unknown_from_the_first_look_is_told_once_when_three_looks_could_have_been_made()
    {
        using var world = Unseen(new Script.Misses(GapCause.SecretMissing));
        world.Advance(TimeSpan.FromSeconds(30));
        Assert.Empty(Told(world));
        world.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(["unknown"], Told(world));
        Assert.Contains("secret", EntryBodies.Text(world.Entries(EntryKinds.VerdictChanged)[0], "reason"), StringComparison.Ordinal);
        world.Advance(TimeSpan.FromHours(1));
        Assert.Equal(["unknown"], Told(world));
        world.Kill();
        world.Run(FaultTests.Many(1, "web.example"));
        world.Advance(TimeSpan.FromHours(1));
        Assert.Equal(["unknown"], Told(world)); // a restart tells nothing twice
        world.Looks.Heal();
        world.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(["unknown", "kept"], Told(world));
        world.Stop();
    }

    [Fact]
    public void A_start_gives_its_checks_their_time_again()
    {
        using var world = Unseen(new Script.Answers(200));
        world.Kill();
        world.Advance(TimeSpan.FromHours(1));
        world.Run(FaultTests.Many(1, "web.example"));
        world.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(["kept"], Told(world));
        world.Stop();
    }

    [Fact]
    public void Starts_within_its_patience_do_not_keep_it_from_being_told()
    {
        using var world = Unseen(new Script.Misses(GapCause.SecretMissing));
        for (var start = 0; start < 10; start++)
        {
            world.Advance(TimeSpan.FromSeconds(25)); // less than three looks each time
            world.Kill();
            world.Run(FaultTests.Many(1, "web.example"));
        }
        world.Advance(TimeSpan.FromSeconds(25));
        Assert.Equal(["unknown"], Told(world));
        world.Stop();
    }

    [Fact]
    public void What_is_seen_to_be_kept_or_broken_is_told_as_that()
    {
        using var world = Unseen(new Script.Fails(TargetFailure.Refused));
        world.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(["broken"], Told(world));
        world.Stop();
    }

    [Fact]
    public void A_heartbeat_that_waits_for_its_first_call_is_no_news()
    {
        using var world = new HouseWorld();
        world.Run(HeartbeatTests.Backup);
        world.Advance(TimeSpan.FromHours(30));
        Assert.DoesNotContain("unknown", Told(world));
        world.Stop();
    }
}
