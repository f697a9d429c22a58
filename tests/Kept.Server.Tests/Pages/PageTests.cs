using System.Text.RegularExpressions;
using Kept.Engine;
using Kept.Model;
using Kept.TestKit;
using Xunit;

namespace Kept.Server.Tests;

public class PageTests
{
    public static readonly TheoryData<string, string> Pages = new()
    {
        { "house", "/" }, { "house-only-broken", "/?state=broken" }, { "agent", "/agents/live-show" }, { "supplier", "/agents/aws" }, { "promise", "/promises/live-show/image@2" },
        { "broken", "/promises/live-show/meme@3?over=1h" }, { "not-a-promise", "/promises/live-show/archive@1" }, { "heartbeat", "/promises/live-show/moderation@1" }, { "wish", "/promises/aws/render@1" },
        { "problems", "/problems" }, { "evidence", "/evidence" }, { "telling", "/tell" }, { "add", "/add" }, { "lost", "/nowhere" }, { "lost-promise", "/promises/live-show/nothing@1" },
    };

    [Theory, MemberData(nameof(Pages))]
    public async Task A_page_says_what_it_always_said(string name, string path)
    {
        await using var web = await RunningWeb.StartAsync();
        Snapshot.Matches(Stable(await web.GetAsync(path)), name);
    }

    [Fact]
    public async Task Refused_documents_are_told_with_what_to_write_instead()
    {
        var house = new MadeHouse();
        house.Replace(house.Refused());
        await using var web = await RunningWeb.StartAsync(house);
        Assert.Contains("documents refused", await web.GetAsync("/"));
        Snapshot.Matches(Stable(await web.GetAsync("/problems")), "refused");
    }

    [Fact]
    public async Task The_engine_tells_of_itself_beside_its_promises_and_of_what_the_ledger_can_never_take_on_the_first_page()
    {
        var house = new MadeHouse();
        await using var web = await RunningWeb.StartAsync(house);
        Assert.DoesNotContain("refused", await web.GetAsync("/"));
        house.Replace(house.View with
        {
            House = house.View.House with { Agents = [.. house.View.House.Agents, new Agent { Id = OwnDocument.Agent, Name = "Kept itself", Kind = AgentKind.Service, At = new Place(new SourceFile(OwnDocument.Path), 2, 1, 5) }] },
            Figures = house.View.Figures with { RefusedRecords = 2 },
        });
        Assert.Contains("2 records refused", await web.GetAsync("/"));
        var words = Regex.Replace(await web.GetAsync("/evidence"), "<[^>]*>", "");
        Assert.Contains("live-show/image@2 has terms of version 2.1", words); // a name and what is said of it are two words
        Snapshot.Matches(Stable(await web.GetAsync("/agents/kept")), "engine");
    }

    [Fact]
    public async Task What_is_broken_now_shows_the_budget_of_its_month_beside_its_line_and_never_beside_its_headline()
    {
        var house = new MadeHouse();
        var lines = house.View.Promises.Single(view => view.Promise.Name.Promise == "image").Verdict.Lines;
        house.Replace(house.View with
        {
            Promises = [.. house.View.Promises.Select(view => view.Promise.Name.Promise != "image" ? view : view with
            {
                Verdict = view.Verdict with { Outcome = Outcome.Broken, Lines = [lines[0] with { Outcome = Outcome.Broken }, lines[1] with { BudgetLeft = 0.994m }, lines[2] with { BudgetLeft = 1m }] },
            })],
        });
        await using var web = await RunningWeb.StartAsync(house);
        var row = Regex.Match((await web.GetAsync("/")).Replace("\n", ""), "<tr><th scope=\"row\"><a class=\"name\" href=\"/promises/live-show/image@2\".*?</tr>").Value;
        Assert.Contains("broken", row);
        Assert.DoesNotContain("left<", row);
        Assert.DoesNotContain("untouched", row);
        Assert.DoesNotContain("of the budget", row);
        Assert.Contains("spent", Regex.Match((await web.GetAsync("/")).Replace("\n", ""), "<tr><th scope=\"row\"><a class=\"name\" href=\"/promises/live-show/meme@3\".*?</tr>").Value); // a spent one is why it is broken
        var page = await web.GetAsync("/promises/live-show/image@2");
        Assert.Matches(">99.4 % left</span>\\s*<span class=\"terms\">budget of the last hour</span>", page);
        Assert.Matches(">untouched</span>\\s*<span class=\"terms\">budget of the last 30 days</span>", page);
    }

    [Fact]
    public async Task Alerts_accounting_and_notes_stand_beside_the_verdict_and_change_nothing()
    {
        var house = new MadeHouse();
        var line = new BurnLine("burn >= 14.4 over 1h", Place.None, [new BurnTest(0, null, false, 14.4m, Duration.Hours(1), Place.None)]);
        house.Replace(house.View with
        {
            Promises = [.. house.View.Promises.Select(view => view.Promise.Name.Promise != "results" ? view : view with
            {
                Promise = view.Promise with { Accounting = new Accounting(GapAccount.Bad, GapAccount.Excluded, RetryAccount.Each), Alerts = [new Alert("page", [line], Place.None), new Alert("ticket", [line], Place.None)] },
                Verdict = view.Verdict with
                {
                    Alerts = [new AlertLine("page", AlertState.Firing, "over 1h the budget burns 20 times as fast as it may"), new AlertLine("ticket", AlertState.Unknown, "over 1h no look saw anything")],
                    Notes = ["it flaps: now changed 5 times within 1 h"],
                },
            })],
        });
        await using var web = await RunningWeb.StartAsync(house);
        var page = Regex.Replace(await web.GetAsync("/promises/live-show/results@1"), "<svg.*?</svg>|<[^>]*>", "", RegexOptions.Singleline);
        foreach (var words in new[] { "firing", "over 1h the budget burns 20 times as fast as it may", "burn &gt;= 14.4 over 1h", "Note: it flaps: now changed 5 times within 1 h", "counted with gaps=bad, own-outage=excluded, retries=each" }) Assert.Contains(words, page, StringComparison.Ordinal);
        using var verdict = System.Text.Json.JsonDocument.Parse(await web.GetAsync("/api/v1/promises/live-show/results@1/verdict"));
        var told = verdict.RootElement;
        Assert.Equal(("kept", "gaps=bad, own-outage=excluded, retries=each"), (told.GetProperty("outcome").GetString(), told.GetProperty("accounting").GetString()));
        Assert.Equal(["page firing", "ticket unknown"], told.GetProperty("alerts").EnumerateArray().Select(alert => $"{alert.GetProperty("name").GetString()} {alert.GetProperty("state").GetString()}"));
        Assert.Equal("it flaps: now changed 5 times within 1 h", told.GetProperty("notes")[0].GetString());
        Assert.Contains("alert page", await web.GetAsync("/api/v1/promises/live-show/results@1/explain"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Words_that_were_written_for_machines_too_read_well()
    {
        var house = new MadeHouse();
        house.Ledger.Add(Kept.Ledger.EntryKinds.Gap, MadeHouse.Now, "live-show/push@1", """{"cause":"restarted","from":"2026-11-23T20:37:00Z","to":"2026-11-23T20:40:48.5Z"}""");
        house.Ledger.Add(Kept.Ledger.EntryKinds.Gap, MadeHouse.Now, "", """{"cause":"never heard of"}""");
        house.Ledger.Add(Kept.Ledger.EntryKinds.VerdictChanged, MadeHouse.Now, "aws/render@1", """{"outcome":"broken","reason":"no look since 2026-11-23T20:37:00.216981Z: we were not running"}""");
        await using var web = await RunningWeb.StartAsync(house);
        var words = Regex.Replace(await web.GetAsync("/evidence"), "<svg.*?</svg>|<[^>]*>", "", RegexOptions.Singleline);
        Assert.Contains("live-show/push@1 was not looked at for 3 min 48 s: we were not running", words);
        Assert.Contains("nothing was looked at: never heard of", words);
        Assert.Contains("unmet aws/render@1 no look since 20:37:00: we were not running", words); // a wish is never broken
    }

    [Fact]
    public async Task While_the_house_is_read_a_page_says_so_and_looks_again_by_itself()
    {
        await using var web = await RunningWeb.StartAsync(isStarting: true);
        var html = await web.GetAsync("/");
        Assert.DoesNotContain("<script", html);
        Snapshot.Matches(Stable(html), "starting");
    }

    [Theory, MemberData(nameof(Pages))]
    public async Task A_page_is_well_made_for_everybody(string name, string path)
    {
        await using var web = await RunningWeb.StartAsync();
        var html = await web.GetAsync(path);
        Assert.StartsWith("<!DOCTYPE html>", html, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(html, "<h1[ >]"));
        Assert.Contains("<html lang=\"en\">", html);
        Assert.Contains("href=\"#main\"", html);
        Assert.Contains("aria-live=\"polite\"", html);
        // the policy of the page forbids what stands inline, so nothing may rely on it
        Assert.Empty(Regex.Matches(html, "\\sstyle=|\\son[a-z]+=|<style|javascript:"));
        Assert.All(Regex.Matches(html, "<script[^>]*>"), script => Assert.Contains("src=\"/assets/", script.Value));
        Assert.All(Regex.Matches(html, "<svg[^>]*>"), svg => Assert.True(svg.Value.Contains("aria-hidden") || svg.Value.Contains("aria-label"), name + ": " + svg.Value));
        Assert.All(Regex.Matches(html, "<time[^>]*>"), time => Assert.Contains("datetime=", time.Value));
        var ids = Regex.Matches(html, " id=\"([^\"]*)\"").Select(id => id.Groups[1].Value).ToList();
        Assert.Equal(ids.Distinct(), ids);
    }

    [Fact]
    public async Task A_state_is_always_a_glyph_and_a_word()
    {
        await using var web = await RunningWeb.StartAsync();
        var html = await web.GetAsync("/");
        foreach (var word in new[] { "kept", "at risk", "broken", "unknown", "not in force", "not a promise" })
            Assert.Matches("<span class=\"state [a-z]+\"><svg[^>]*aria-hidden=\"true\">.*?</svg>\\s*(\\d+ )?" + word + "</span>", html.Replace("\n", ""));
        Assert.Contains("unmet", html);
    }

    [Fact]
    public async Task What_strangers_wrote_is_text_on_every_page()
    {
        const string Hostile = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}${x}`&amp;";
        var house = new MadeHouse();
        var before = house.View;
        PromiseView Poison(PromiseView view) => view with
        {
            Promise = view.Promise with
            {
                Benefit = Hostile,
                Version = Hostile,
                Docs = Hostile,
                To = [Hostile],
                Irreducible = [Hostile],
                Keeps = [.. view.Promise.Keeps.Select(keep => keep with { Text = Hostile })],
                Fails = [.. view.Promise.Fails.Select(mode => mode with { Sees = Hostile, Retry = Hostile, Loses = Hostile, Code = new ResponseForm(503, Hostile, Hostile) })]
            },
            Verdict = view.Verdict with { Reason = Hostile, AtRisk = [Hostile], Assessor = new Assessor(Hostile, Hostile), Lines = [.. view.Verdict.Lines.Select(line => line with { Text = Hostile, Reason = Hostile })] },
            Checks = [.. view.Checks.Select(check => check with { LastReason = Hostile, Check = check.Check with { Name = Hostile, Target = check.Check.Target with { Text = Hostile }, Expect = [new Expectation(Hostile, check.Check.Expect.IsEmpty ? new Expression.And(Place.None, []) : check.Check.Expect[0].Test)] } })],
            Problems = [new Diagnostic("R05", Severity.Error, new Place(new SourceFile(Hostile), 1, 1, 3), Hostile, Hostile, view.Promise.Name, Hostile)],
        };
        house.Replace(before with
        {
            House = before.House with
            {
                Name = Hostile,
                Place = Hostile,
                Agents = [.. before.House.Agents.Select(agent => agent with { Name = Hostile, Domains = [Hostile], Region = Hostile, Contacts = [new Contact(Hostile, Hostile, Hostile, null, null, Place.None)] })],
                Diagnostics = [new Diagnostic("L001", Severity.Error, new Place(new SourceFile(Hostile), 1, 1, 3), Hostile, Hostile, null, Hostile)]
            },
            Promises = [.. before.Promises.Select(Poison)],
            Fault = new HouseFault(before.AsOf, [new Diagnostic("L001", Severity.Error, new Place(new SourceFile(Hostile), 1, 1, 3), Hostile, Hostile, null, Hostile)]),
            Figures = before.Figures with { StorageFault = Hostile },
        });
        foreach (var series in house.Ledger.Read.Keys)
            house.Ledger.Read[series] = [new Evidence(series, MadeHouse.Now, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new { @class = "bad", reason = Hostile, address = Hostile, excerpt = Hostile, expectations = new[] { new { text = Hostile, truth = "false", reason = Hostile } } }))];
        house.Ledger.Add(Kept.Ledger.EntryKinds.VerdictChanged, MadeHouse.Now, "live-show/image@2", System.Text.Json.JsonSerializer.Serialize(new { outcome = "broken", reason = Hostile }));
        await using var web = await RunningWeb.StartAsync(house);
        foreach (var row in Pages)
        {
            var html = await web.GetAsync(row.Data.Item2);
            Assert.DoesNotContain("<script>alert", html);
            Assert.DoesNotContain("<img", html);
            Assert.DoesNotContain("\"'>", html);
        }
    }

    [Fact]
    public async Task A_page_that_lists_ten_thousand_promises_shows_a_hundred_and_the_way_to_the_rest()
    {
        var house = new MadeHouse();
        var one = house.View.Promises[1];
        house.Replace(house.View with { Promises = [.. Enumerable.Range(1, 10_000).Select(i => one with { Promise = one.Promise with { Name = new PromiseName("live-show", "p" + i, 1) } })] });
        await using var web = await RunningWeb.StartAsync(house);
        var html = await web.GetAsync("/?from=9950");
        Assert.Contains("9,951–10,000 of 10,000", html);
        Assert.Contains("p9999@1", html);
        Assert.DoesNotContain("p9950@1", html);
        Assert.True(html.Length < 200_000, "a page stays small: " + html.Length);
    }

    /// <summary>Addresses of assets change with their content; the page is the same.</summary>
    private static string Stable(string html) => Regex.Replace(html, "\\?v=[0-9a-f]+", "?v=HASH");
}
