using System.Text;
using Kept.Checks;
using Kept.Engine.Tests.World;
using Kept.Language;
using Kept.Ledger;
using Kept.Model;
using Xunit;

namespace Kept.Engine.Tests;

/// <summary>While we ourselves cannot see, nothing is held against anybody: gaps with the reason, and verdicts that go unknown by age.</summary>
public sealed class AnchorTests
{
    private const string Anchors = """
        house: h
        anchors:
          connection: [ { tcp: one.anchor.example:443 }, { tcp: two.anchor.example:443 } ]
          resolver: { dns: A names.anchor.example }
          clock: [ { ntp: clock.anchor.example, expect: [ 'offset in -2s..2s' ] }, { ntp: clock2.anchor.example, expect: [ 'offset in -2s..2s' ] } ]
        """;

    private const string Shop = """
        kept: 1
        agent: web
        domains: [shop.example, localhost]
        promises:
          home@1: { version: 1.0, benefit: You see it., to: anyone, keeps: [ 'availability >= 99% over 1h' ], check: { http: 'GET https://shop.example/', every: 10s, timeout: 5s, confirm: 1 of 1, expect: [ 'status == 200' ] } }
          local@1: { version: 1.0, benefit: You see it., to: anyone, check: { http: 'GET http://localhost/', every: 10s, timeout: 5s, confirm: 1 of 1, expect: [ 'status == 200' ] } }
          job@1: { version: 1.0, benefit: It runs., to: anyone, check: { heartbeat: nightly, every: 1m, grace: 10s } }
        """;

    private static HouseReading Reading(string house = Anchors, string documents = Shop)
    {
        var reading = HouseReader.Read([new DocumentFile("house.yaml", Encoding.UTF8.GetBytes(house)), new DocumentFile("web.kept.yaml", Encoding.UTF8.GetBytes(documents))], "h", CheckCatalog.Kinds);
        Assert.True(reading.House is not null, string.Join('\n', reading.Diagnostics.Select(DiagnosticText.Render)));
        return reading;
    }

    private static HouseWorld World(string house = Anchors)
    {
        var world = new HouseWorld();
        world.Run(Reading(house));
        world.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(Outcome.Kept, world.Verdict("home@1").Outcome);
        return world;
    }

    private static void Offline(HouseWorld world)
    {
        foreach (var host in (string[])["one.anchor.example", "two.anchor.example", "names.anchor.example", "clock.anchor.example", "clock2.anchor.example", "shop.example"])
            world.Looks[host] = new Script.Fails(TargetFailure.TimedOut, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void What_fails_while_an_anchor_is_good_is_broken_after_the_anchors_were_asked()
    {
        using var world = World();
        world.Looks["shop.example"] = new Script.Fails(TargetFailure.TimedOut, TimeSpan.FromSeconds(1));
        world.Looks["one.anchor.example"] = new Script.Fails(TargetFailure.TimedOut, TimeSpan.FromSeconds(1)); // one of two is enough
        world.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(Outcome.Broken, world.Verdict("home@1").Outcome);
        Assert.Null(world.View.Anchors!.Blind);
        Assert.Equal([false, true, true, true, true], world.View.Anchors.Seen.Select(one => one.IsGood));
        world.Stop();
    }

    [Fact]
    public void Offline_nobody_is_broken_and_the_gap_says_why_and_what_is_on_this_machine_is_seen_as_ever()
    {
        using var world = World();
        world.Beat(new Beat("nightly", BeatKind.Success, 0, null, null));
        Offline(world);
        world.Looks["localhost"] = new Script.Fails(TargetFailure.Refused);
        world.Advance(TimeSpan.FromMinutes(3));
        var home = world.Verdict("home@1");
        Assert.Equal(Outcome.Unknown, home.Outcome);
        Assert.Contains("we had no route", home.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(world.LooksOf("home@1"), look => look.Class == LookClass.Bad);
        Assert.Contains(world.LooksOf("home@1"), look => look is { Class: LookClass.Gap, Gap: GapCause.Route });
        Assert.Equal(Outcome.Broken, world.Verdict("local@1").Outcome);
        Assert.NotEqual(Outcome.Broken, world.Verdict("job@1").Outcome); // its calls may not reach us
        Assert.DoesNotContain(world.LooksOf("job@1"), look => look.Class == LookClass.Bad);
        Assert.StartsWith("we are offline ourselves: none of our 2 anchors is good (tcp: ", world.View.Anchors!.Blind, StringComparison.Ordinal);

        world.Looks.Heal();
        world.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(Outcome.Kept, world.Verdict("home@1").Outcome);
        Assert.Null(world.View.Anchors!.Blind);
        Assert.Equal(1, world.Verdict("home@1").Lines[1].Good / world.Verdict("home@1").Lines[1].Counted); // nobody is charged
        var told = Assert.Single(world.Entries(EntryKinds.Gap), entry => Encoding.UTF8.GetString(entry.Body!.Value.Span).Contains("offline ourselves", StringComparison.Ordinal));
        Assert.Equal("", told.Subject);
        world.Looks["shop.example"] = new Script.Fails(TargetFailure.Refused);
        world.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(Outcome.Broken, world.Verdict("home@1").Outcome);
        world.Stop();
    }

    [Fact]
    public void A_failure_at_the_edge_of_our_own_outage_is_not_held_against_anybody()
    {
        using var world = World();
        Offline(world);
        world.Advance(TimeSpan.FromSeconds(12)); // shorter than the anchors' own rhythm: the failure itself had them asked
        world.Looks.Heal();
        world.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(Outcome.Kept, world.Verdict("home@1").Outcome);
        Assert.DoesNotContain(world.LooksOf("home@1"), look => look.Class == LookClass.Bad);
        world.Stop();
    }

    [Fact]
    public void When_our_resolver_fails_only_names_that_are_not_found_are_unknown()
    {
        using var world = World();
        world.Looks["names.anchor.example"] = new Script.Fails(TargetFailure.NameServerFailed);
        world.Looks["shop.example"] = new Script.Fails(TargetFailure.NameNotFound);
        world.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(Outcome.Unknown, world.Verdict("home@1").Outcome);
        Assert.StartsWith("our resolver fails", world.View.Anchors!.Blind, StringComparison.Ordinal);
        world.Looks["shop.example"] = new Script.Fails(TargetFailure.Refused);
        world.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(Outcome.Broken, world.Verdict("home@1").Outcome);
        world.Stop();
    }

    [Fact]
    public void When_all_clocks_that_answer_say_that_ours_is_wrong_nothing_is_known()
    {
        using var world = World();
        world.Looks["clock.anchor.example"] = new Script.Shows(new Dictionary<string, Value?> { ["offset"] = Value.Of(Duration.Seconds(40)) });
        world.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(Outcome.Kept, world.Verdict("home@1").Outcome); // the other one says that it is right
        world.Looks["clock2.anchor.example"] = new Script.Fails(TargetFailure.TimedOut); // who does not answer says nothing
        world.Advance(TimeSpan.FromSeconds(90));
        Assert.Equal(Outcome.Unknown, world.Verdict("home@1").Outcome);
        Assert.Equal(Outcome.Unknown, world.Verdict("local@1").Outcome);
        Assert.Contains("offset was 40 s", world.View.Anchors!.Blind, StringComparison.Ordinal);
        world.Stop();
    }

    [Fact]
    public void Anchors_are_asked_no_more_often_than_they_bear_however_much_fails()
    {
        using var world = World();
        world.Looks["shop.example"] = new Script.Fails(TargetFailure.Refused);
        var before = world.Looks.Made.Count(look => look.Target == "one.anchor.example:443");
        world.Advance(TimeSpan.FromSeconds(100));
        Assert.InRange(world.Looks.Made.Count(look => look.Target == "one.anchor.example:443") - before, 3, 21); // each 30 seconds, and once for the failure that was new
        world.Stop();
    }

    [Fact]
    public void An_anchor_that_never_ends_or_throws_is_not_good_and_holds_up_nobody()
    {
        using var world = World();
        world.Looks["one.anchor.example"] = new Script.NeverEnds();
        world.Looks["two.anchor.example"] = new Script.Throws();
        world.Looks["shop.example"] = new Script.Fails(TargetFailure.Refused);
        world.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(Outcome.Unknown, world.Verdict("home@1").Outcome);
        Assert.Contains("did not end in time", world.View.Anchors!.Blind, StringComparison.Ordinal);
        world.Looks["two.anchor.example"] = new Script.Answers(200);
        world.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(Outcome.Broken, world.Verdict("home@1").Outcome);
        world.Stop();
    }

    [Fact]
    public void What_waits_for_the_anchors_at_the_end_or_after_the_clock_jumped_is_a_gap()
    {
        using var world = World();
        world.Looks["one.anchor.example"] = new Script.Swallows();
        world.Looks["two.anchor.example"] = new Script.Swallows();
        world.Looks["shop.example"] = new Script.Fails(TargetFailure.Refused);
        world.Advance(TimeSpan.FromSeconds(12));
        world.Stop();
        Assert.DoesNotContain(world.LooksOf("home@1"), look => look.Class == LookClass.Bad);
        Assert.Contains(world.LooksOf("home@1"), look => look.Class == LookClass.Gap);
    }

    [Fact]
    public void Anchors_that_are_taken_out_of_the_house_excuse_nobody_any_more()
    {
        using var world = World();
        Offline(world);
        world.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(Outcome.Unknown, world.Verdict("home@1").Outcome);
        world.Take(Reading("house: h"));
        Assert.Null(world.View.Anchors);
        world.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(Outcome.Broken, world.Verdict("home@1").Outcome);
        world.Stop();
    }

    [Fact]
    public void A_silence_whose_deadline_falls_between_two_sweeps_waits_for_the_next_one()
    {
        using var world = World();
        world.Beat(new Beat("nightly", BeatKind.Success, 0, null, null));
        world.Looks["localhost"] = new Script.Answers(200);
        world.Advance(TimeSpan.FromSeconds(61)); // due at 70 s; the line is cut just before, and no look of another is due to notice
        foreach (var host in (string[])["one.anchor.example", "two.anchor.example"]) world.Looks[host] = new Script.Fails(TargetFailure.TimedOut, TimeSpan.FromSeconds(1));
        world.Advance(TimeSpan.FromSeconds(40));
        Assert.DoesNotContain(world.LooksOf("job@1"), look => look.Class == LookClass.Bad);
        world.Stop();
    }

    [Fact]
    public void A_heartbeat_that_stopped_goes_silent_although_our_line_is_cut_again_and_again()
    {
        using var world = World();
        world.Beat(new Beat("nightly", BeatKind.Success, 0, null, null));
        for (var i = 0; i < 12 && world.Verdict("job@1").Outcome != Outcome.Broken; i++)
        {
            Offline(world);
            world.Advance(TimeSpan.FromSeconds(32));
            world.Looks.Heal();
            world.Advance(TimeSpan.FromSeconds(33));
        }
        Assert.Equal(Outcome.Broken, world.Verdict("job@1").Outcome);
        world.Stop();
    }

    [Fact]
    public void A_check_that_is_taken_away_while_its_look_waits_charges_no_other()
    {
        const string two = """
            kept: 1
            agent: web
            domains: [shop.example, other.example]
            promises:
              home@1: { version: 1.0, benefit: You see it., to: anyone, check: [ { name: a, http: 'GET https://shop.example/', every: 10s, timeout: 5s, confirm: 1 of 1, expect: [ 'status == 200' ] }, { name: b, http: 'GET https://other.example/', every: 10s, timeout: 5s, confirm: 1 of 1, expect: [ 'status == 200' ] } ] }
            """;
        foreach (var kept in (string[])["a", "b"])
        {
            using var world = new HouseWorld();
            world.Run(Reading(Anchors, two));
            world.Advance(TimeSpan.FromSeconds(40));
            foreach (var host in (string[])["one.anchor.example", "two.anchor.example"]) world.Looks[host] = new Script.Answers(200, Took: TimeSpan.FromSeconds(4));
            world.Looks[kept == "a" ? "other.example" : "shop.example"] = new Script.Fails(TargetFailure.Refused);
            world.Advance(TimeSpan.FromSeconds(11)); // it failed, and waits for a sweep that takes its time
            var one = two[..two.IndexOf("check: [", StringComparison.Ordinal)] + "check: " + System.Text.RegularExpressions.Regex.Match(two, "{ name: " + kept + "[^}]*}").Value + " }";
            world.Take(Reading(Anchors, one));
            world.Advance(TimeSpan.FromSeconds(30));
            Assert.Equal(Outcome.Kept, world.Verdict("home@1").Outcome);
            Assert.DoesNotContain(world.LooksOf("home@1"), look => look.Class == LookClass.Bad);
            Assert.Equal(0, world.View.Figures.Faults);
            world.Stop();
        }
    }

    [Fact]
    public void A_quick_target_that_is_broken_does_not_go_unknown_while_it_waits()
    {
        using var world = new HouseWorld();
        world.Run(Reading(Anchors, Shop.Replace("every: 10s, timeout: 5s", "every: 1s, timeout: 500ms", StringComparison.Ordinal)));
        world.Advance(TimeSpan.FromSeconds(40));
        world.Looks["shop.example"] = new Script.Fails(TargetFailure.Refused);
        world.Looks["one.anchor.example"] = new Script.Fails(TargetFailure.TimedOut, TimeSpan.FromSeconds(5));
        world.Advance(TimeSpan.FromSeconds(10));
        for (var i = 0; i < 60; i++)
        {
            world.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(Outcome.Broken, world.Verdict("home@1").Outcome);
        }
        world.Stop();
    }

    [Fact]
    public void An_edit_of_a_document_does_not_make_us_see_and_the_word_of_a_clock_that_is_gone_does_not_hold_for_ever()
    {
        using var world = World();
        Offline(world);
        world.Advance(TimeSpan.FromSeconds(40));
        world.Take(Reading(Anchors + "\n# a comment"));
        Assert.NotNull(world.View.Anchors!.Blind);
        Assert.Equal(Outcome.Unknown, world.Verdict("home@1").Outcome);
        world.Looks.Heal();
        world.Advance(TimeSpan.FromSeconds(60));
        Assert.Null(world.View.Anchors!.Blind);
        foreach (var host in (string[])["clock.anchor.example", "clock2.anchor.example"]) world.Looks[host] = new Script.Shows(new Dictionary<string, Value?> { ["offset"] = Value.Of(Duration.Seconds(40)) });
        world.Advance(TimeSpan.FromSeconds(40));
        Assert.NotNull(world.View.Anchors!.Blind);
        foreach (var host in (string[])["clock.anchor.example", "clock2.anchor.example"]) world.Looks[host] = new Script.Fails(TargetFailure.TimedOut);
        world.Advance(TimeSpan.FromMinutes(7));
        Assert.Null(world.View.Anchors!.Blind);
        Assert.Equal(Outcome.Kept, world.Verdict("home@1").Outcome);
        world.Stop();
    }
}
