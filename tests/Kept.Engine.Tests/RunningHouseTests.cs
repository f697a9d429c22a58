using Kept.Engine.Tests.World;
using Kept.Ledger;
using Kept.Model;
using Xunit;

namespace Kept.Engine.Tests;

public sealed class RunningHouseTests
{
    internal const string OnePromise = """
        kept: 1
        agent: web
        domains: [web.example]
        promises:
          home@1:
            version: 1.0
            benefit: You see the home page.
            to: anyone
            docs: docs/home.md
            notice: 30d
            keeps: [ 'availability >= 99% over 1h' ]
            fails: [ { code: 503 later, sees: nothing, retry: after 30s, loses: nothing } ]
            check: { http: 'GET https://web.example/', every: 10s, timeout: 5s, expect: [ 'status == 200' ] }
        """;

    private static TimeSpan Seconds(double n) => TimeSpan.FromSeconds(n);

    [Fact]
    public void A_promise_that_is_looked_at_becomes_kept()
    {
        using var world = new HouseWorld();
        world.Run(OnePromise);
        world.Advance(Seconds(1));
        Assert.Equal(Outcome.Unknown, world.Verdict("home@1").Outcome);
        world.Advance(Seconds(30));
        Assert.Equal(Outcome.Kept, world.Verdict("home@1").Outcome);
        Assert.Equal("test at here", world.Verdict("home@1").Assessor.ToString());
        world.Stop();
    }

    [Fact]
    public void A_promise_that_fails_is_broken_once_confirmed_and_told_once()
    {
        using var world = new HouseWorld();
        world.Run(OnePromise);
        world.Advance(Seconds(60));
        world.Looks["web.example"] = new Script.Answers(500);
        world.Advance(Seconds(60));
        Assert.Equal(Outcome.Broken, world.Verdict("home@1").Outcome);
        var told = world.Entries(EntryKinds.VerdictChanged);
        Assert.Equal(["kept", "broken"], told.Select(entry => Kept.Engine.Recording.EntryBodies.Text(entry, "outcome")));
        Assert.Equal(["unknown", "kept"], told.Select(entry => Kept.Engine.Recording.EntryBodies.Text(entry, "previous")));
        world.Stop();
    }

    [Fact]
    public void What_is_no_promise_has_no_alert_and_one_that_fired_ceases()
    {
        using var world = new HouseWorld();
        var alerting = OnePromise.Replace("    fails:", "    alerts: { page: 'burn >= 2 over 1m' }\n    fails:", StringComparison.Ordinal);
        world.Run(alerting);
        world.Looks["web.example"] = new Script.Answers(500);
        world.Advance(Seconds(120));
        Assert.Equal(AlertState.Firing, Assert.Single(world.Verdict("home@1").Alerts).State);
        var reading = HouseWorld.Read(alerting);
        world.Take(reading with { House = reading.House! with { Diagnostics = [new Diagnostic("R01", Severity.Error, Place.None, "it speaks of others", "speak of yourself", new PromiseName("web", "home", 1))] } });
        world.Advance(Seconds(30));
        var verdict = world.Verdict("home@1");
        Assert.Equal(Outcome.NotAPromise, verdict.Outcome);
        Assert.Empty(verdict.Alerts);
        Assert.Empty(verdict.Notes);
        Assert.Contains("it is not a promise", Kept.Engine.Recording.EntryBodies.Text(world.Entries(EntryKinds.AlertChanged)[^1], "reason"), StringComparison.Ordinal);
        world.Stop();
    }

    [Fact]
    public void Looks_fall_on_the_slots_of_their_phase()
    {
        using var world = new HouseWorld();
        world.Run(OnePromise);
        world.Advance(Seconds(100));
        var looks = world.LooksOf("home@1");
        Assert.InRange(looks.Count, 10, 11);
        var phase = Kept.Engine.Schedule.Phase.Of(world.Promise("home@1").Id, "http", 10_000_000);
        Assert.All(looks.Skip(1), look => Assert.Equal(phase, look.Slot.Microseconds % 10_000_000));
        Assert.All(looks, look => Assert.InRange(look.LateMicroseconds, 0, 1000));
        world.Stop();
    }
}
