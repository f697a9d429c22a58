using Kept.Engine.Recording;
using Kept.Engine.Tests.World;
using Kept.Language;
using Kept.Ledger;
using Kept.Model;
using Xunit;

namespace Kept.Engine.Tests;

/// <summary>A promise that leaves the house and comes back.</summary>
public sealed class GoneTests
{
    private static TimeSpan Seconds(double n) => TimeSpan.FromSeconds(n);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_promise_that_was_gone_while_it_was_broken_is_told_anew_and_so_is_its_alert(bool isKilled)
    {
        var house = RunningHouseTests.OnePromise.Replace("    fails:", "    alerts: { page: 'burn >= 2 over 1m' }\n    fails:", StringComparison.Ordinal);
        using var world = new HouseWorld();
        world.Run(house);
        world.Advance(Seconds(60));
        world.Looks["web.example"] = new Script.Answers(500);
        world.Advance(Seconds(60));
        world.Take(FaultTests.Many(1, "other.example"));
        world.Advance(Seconds(2));
        Assert.Equal("web/home@1", Assert.Single(world.Entries(EntryKinds.PromiseGone)).Subject);
        if (isKilled)
        {
            world.Kill();
            world.Run(house);
        }
        else
        {
            world.Take(house);
        }
        world.Advance(Seconds(60));
        world.Looks.Heal();
        world.Advance(TimeSpan.FromMinutes(70));
        Assert.Equal(["kept", "broken", "broken", "kept"], Of(EntryKinds.VerdictChanged, "outcome"));
        Assert.Equal(["firing", "firing", "quiet"], Of(EntryKinds.AlertChanged, "state"));
        world.Stop();

        List<string?> Of(string kind, string member) => [.. world.Entries(kind).Where(entry => entry.Subject == "web/home@1").Select(entry => EntryBodies.Text(entry, member))];
    }

    /// <summary>Who comes back after it is gone has only the record to know it by.</summary>
    [Fact]
    public void The_terms_of_a_promise_whose_target_stood_in_a_list_name_the_list()
    {
        using var world = new HouseWorld();
        var read = HouseWorld.Read(RunningHouseTests.OnePromise).House!;
        House Found(string? list) => new() { Id = read.Id, Settings = read.Settings, ContentHash = read.ContentHash, Agents = [.. read.Agents.Select(agent => agent with { Promises = [.. agent.Promises.Select(promise => promise with { FoundIn = list })] })] };
        world.Run(new HouseReading(Found("targets/a.json"), []));
        world.Advance(Seconds(5));
        Assert.Equal("targets/a.json", EntryBodies.Text(Assert.Single(world.Entries(EntryKinds.PromiseTerms)), "foundIn"));
        world.Stop();
        using var other = new HouseWorld();
        other.Run(new HouseReading(Found(null), []));
        other.Advance(Seconds(5));
        Assert.Null(EntryBodies.Text(Assert.Single(other.Entries(EntryKinds.PromiseTerms)), "foundIn"));
        other.Stop();
    }

    [Fact]
    public void A_promise_that_was_gone_while_it_was_broken_and_of_which_nobody_knows_since_is_told_unknown()
    {
        using var world = new HouseWorld();
        world.Run(RunningHouseTests.OnePromise);
        world.Advance(Seconds(60));
        world.Looks["web.example"] = new Script.Answers(500);
        world.Advance(Seconds(60));
        world.Take(FaultTests.Many(1, "other.example"));
        world.Looks["web.example"] = new Script.Misses(GapCause.Local);
        world.Advance(TimeSpan.FromHours(2));
        world.Take(RunningHouseTests.OnePromise);
        world.Advance(Seconds(60));
        Assert.Equal(["kept", "broken", "unknown"], world.Entries(EntryKinds.VerdictChanged).Where(entry => entry.Subject == "web/home@1").Select(entry => EntryBodies.Text(entry, "outcome")));
        world.Stop();
    }
}
