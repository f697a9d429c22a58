using System.Text.RegularExpressions;
using Kept.Model;
using Kept.Tell;
using Xunit;

namespace Kept.Server.Tests;

/// <summary>What the page of telling says where its snapshot does not: nobody to tell, nothing that can be told, strangers, and what the first page says of it.</summary>
public sealed class TellPageTests
{
    [Fact]
    public async Task Without_a_route_it_says_what_to_write()
    {
        var house = new MadeHouse { Telling = TellView.None };
        await using var web = await RunningWeb.StartAsync(house);
        var words = Words(await web.GetAsync("/tell"));
        Assert.Contains("Nobody is told", words);
        Assert.Contains("oncall: { ntfy:", words);
        Assert.Contains("kept tell test", words);
        Assert.DoesNotContain("carry no messages", Words(await web.GetAsync("/")));
    }

    [Fact]
    public async Task While_nothing_can_be_told_it_says_why_and_so_does_the_first_page()
    {
        var house = new MadeHouse { Telling = MadeTelling.View with { Fault = "S01" } };
        await using var web = await RunningWeb.StartAsync(house);
        foreach (var page in (string[])["/", "/tell"]) Assert.Contains("Nothing can be told for now: S01.", Words(await web.GetAsync(page)));
    }

    [Fact]
    public async Task Where_every_route_works_the_first_page_is_quiet_about_it()
    {
        var house = new MadeHouse { Telling = MadeTelling.View with { Routes = [MadeTelling.View.Routes[0]], Silences = [] } };
        await using var web = await RunningWeb.StartAsync(house);
        Assert.Contains("1 route to people", Words(await web.GetAsync("/tell")));
        var first = await web.GetAsync("/");
        Assert.DoesNotContain("not told", first);
        Assert.DoesNotContain("silence", first);
        Assert.Single(Regex.Matches(first, "href=\"/tell\"")); // the way there stands in the bar
    }

    [Fact]
    public async Task Strangers_learn_that_a_route_fails_and_not_what_its_receiver_says_what_waits_or_what_is_silent()
    {
        await using var web = await RunningWeb.StartAsync(isPublic: true);
        var words = Words(await web.GetAsync("/tell"));
        Assert.Contains("2 of 4 routes reach nobody", words);
        Assert.Contains("2 messages", words);
        foreach (var page in (string[])["/", "/tell", "/api/v1/tell"])
        {
            var text = await web.GetAsync(page);
            foreach (var ours in (string[])["mail.our.example", "queued as 4711", "aws/render@1 is unmet", "live-show/push@1 is broken", "the new renderer", "silence", "hooks.our.example", "HOOK_SECRET", "ops@our.example"])
                if (page != "/api/v1/tell" || ours != "silence") // there the list is empty
                    Assert.DoesNotContain(ours, text);
        }
    }

    [Fact]
    public async Task Strangers_do_not_learn_of_what_nobody_hears_or_when_a_route_is_tried()
    {
        foreach (var isPublic in (bool[])[false, true])
        {
            var house = new MadeHouse { Telling = MadeTelling.View };
            house.Replace(house.View with { House = house.View.House with { Settings = house.View.House.Settings with { Routes = [MadeTelling.Push, MadeTelling.Old] } } });
            await using var web = await RunningWeb.StartAsync(house, isPublic: isPublic);
            var page = Words(await web.GetAsync("/tell"));
            Assert.Equal(!isPublic, page.Contains("Told to nobody", StringComparison.Ordinal));
            Assert.Equal(!isPublic, page.Contains("go over no route", StringComparison.Ordinal));
            Assert.Equal(!isPublic, page.Contains("a canary goes", StringComparison.Ordinal));
            Assert.Equal(!isPublic, (await web.GetAsync("/api/v1/tell")).Contains("canaryDue", StringComparison.Ordinal));
            Assert.Contains("proven", page);
        }
    }

    [Fact]
    public void Who_hears_of_how_many_is_counted_once_for_a_house_and_as_routes_are_chosen()
    {
        var random = new Random(7);
        for (var round = 0; round < 50; round++)
        {
            TellRoute[] routes = [.. Enumerable.Range(0, random.Next(5)).Select(i => MadeTelling.Push with { Name = $"r{i}", IsUsual = random.Next(2) == 0 })];
            Promise[] promises = [.. Enumerable.Range(0, 40).Select(i => new Promise
            {
                Name = new PromiseName("shop", $"p{i}", 1),
                Standing = Standing.Offered,
                At = Place.None,
                Tell = random.Next(2) == 0 ? default : [.. Enumerable.Range(0, random.Next(4)).Select(_ => $"r{random.Next(6)}")],
            })];
            var house = new House { Id = "h", Settings = HouseSettings.Default with { Routes = [.. routes] }, Agents = [new Agent { Id = "shop", At = Place.None, Promises = [.. promises] }] };
            var heard = Hearers.Of(house);
            foreach (var route in routes) Assert.Equal(promises.Count(promise => house.Settings.RoutesOf(promise).Contains(route)), heard.PromisesOf(route.Name));
            var untold = promises.Where(promise => !house.Settings.RoutesOf(promise).Any()).Select(promise => promise.Name).ToList();
            Assert.Equal(untold.Count, heard.UntoldCount);
            Assert.Equal(untold.Take(Hearers.MostNames), heard.Untold);
            Assert.Same(heard, Hearers.Of(house));
        }
    }

    [Fact]
    public async Task The_page_the_interface_and_the_metrics_say_the_same()
    {
        await using var web = await RunningWeb.StartAsync();
        using var told = System.Text.Json.JsonDocument.Parse(await web.GetAsync("/api/v1/tell"));
        var page = await web.GetAsync("/tell");
        foreach (var route in told.RootElement.GetProperty("routes").EnumerateArray())
        {
            var card = Words(Regex.Match(page, $"<section class=\"card route[^>]*aria-labelledby=\"route-{route.GetProperty("name").GetString()}\".*?</section>", RegexOptions.Singleline).Value);
            Assert.Contains(route.GetProperty("state").GetString()!, card);
            foreach (var words in (string[])["lastAnswer", "lastError"])
                if (route.TryGetProperty(words, out var said) && said.GetString() is { } text) Assert.Contains(text, card);
            foreach (var letter in route.GetProperty("letters").EnumerateArray()) Assert.Contains(letter.GetProperty("title").GetString()!, card);
        }
        Assert.Equal(["broken", "recovered"], told.RootElement.GetProperty("routes")[1].GetProperty("tells").EnumerateArray().Select(one => one.GetString()));
        Assert.Equal("2026-11-24T19:54:07Z", told.RootElement.GetProperty("routes")[0].GetProperty("canaryDue").GetString());
    }

    [Fact]
    public async Task What_receivers_and_people_wrote_is_text()
    {
        const string Hostile = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>";
        var routes = MadeTelling.View.Routes.Select(route => route with
        {
            Name = "x" + Hostile,
            LastAnswer = Hostile,
            LastError = Hostile,
            Letters = [new WaitingLetter("m", Hostile, MadeHouse.Now)],
            Dead = [new DeadLetter("m", Hostile, MadeHouse.Now, Hostile)],
        });
        var house = new MadeHouse { Telling = new TellView([.. routes], [new Silence(1, Hostile, MadeHouse.Now + Duration.Hours(1), Hostile, Hostile, MadeHouse.Now)], Hostile) };
        await using var web = await RunningWeb.StartAsync(house);
        foreach (var page in (string[])["/", "/tell"])
        {
            var html = await web.GetAsync(page);
            Assert.DoesNotContain("<script>alert", html);
            Assert.DoesNotContain("<img", html);
            Assert.DoesNotContain("\"'>", html);
        }
    }

    private static string Words(string html) => Regex.Replace(System.Net.WebUtility.HtmlDecode(Regex.Replace(html, "<svg.*?</svg>|<[^>]*>", "", RegexOptions.Singleline)), "\\s+", " ");
}
