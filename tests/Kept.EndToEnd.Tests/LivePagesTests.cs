using Kept.EndToEnd.Tests.Browser;
using Kept.EndToEnd.Tests.Servers;
using Kept.TestKit;
using Microsoft.Playwright;
using Xunit;

namespace Kept.EndToEnd.Tests;

/// <summary>What the scripts of the pages do, and what is left when one of them, or the server, is away.</summary>
public sealed class LivePagesTests(ShownHouse house) : IClassFixture<ShownHouse>
{
    [Fact]
    public async Task A_server_that_goes_away_is_told_with_the_age_of_what_stands_there_and_its_return_goes_on_by_itself()
    {
        await using var kept = new KeptUp();
        var folder = Path.Combine(kept.Folder, "house");
        Directory.CreateDirectory(folder);
        await kept.StartAsync(folder);
        await kept.UntilAsync("kept/page@1", "kept");
        await using var tab = await house.Chromium.OpenAsync(kept.Address);
        await Assertions.Expect(tab["#asof.live"]).ToBeVisibleAsync();
        await Assertions.Expect(tab["#paused"]).ToBeHiddenAsync();
        Assert.Empty(tab.Complaints);

        await kept.StopAsync();
        await Assertions.Expect(tab["#paused"]).ToContainTextAsync("Live updates paused, data as of ");
        await Assertions.Expect(tab["#asof.live"]).ToHaveCountAsync(0);
        Assert.Matches(@"as of \d\d:\d\d:\d\d UTC, \d+ s ago\.$", (await tab.TextAsync("#paused")).Trim());
        var age = await tab.TextAsync("#paused time");
        await Assertions.Expect(tab["#paused time"]).Not.ToHaveTextAsync(age); // it grows while nothing comes
        await Assertions.Expect(tab["main .state"].First).ToBeVisibleAsync();

        var before = await tab["#asof time"].GetAttributeAsync("datetime");
        await kept.StartAsync(folder);
        await Assertions.Expect(tab["#paused"]).ToBeHiddenAsync(new() { Timeout = 20_000 });
        await Assertions.Expect(tab["#asof.live"]).ToBeVisibleAsync();
        await Assertions.Expect(tab["#asof time"]).Not.ToHaveAttributeAsync("datetime", before!);
        Assert.Equal(1, tab.Navigations);
        Assert.All(tab.Complaints, complaint => Assert.Matches("status of 503|ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE", complaint));
    }

    [Fact]
    public async Task Tabs_that_nobody_looks_at_hold_no_stream_so_many_do_not_starve_the_next()
    {
        await using var first = await house.Chromium.OpenAsync(house.At(""));
        for (var i = 0; i < 9; i++)
        {
            var page = i == 0 ? first.Page : await first.Page.Context.NewPageAsync();
            await page.GotoAsync(house.At(ShownHouse.Kept).AbsoluteUri, new() { WaitUntil = WaitUntilState.DOMContentLoaded });
            await Assertions.Expect(page.Locator("#asof.live")).ToBeVisibleAsync();
            await page.EvaluateAsync("() => { Object.defineProperty(document, 'hidden', { get: () => window.away, configurable: true }); window.away = true; document.dispatchEvent(new Event('visibilitychange')); }");
            await Assertions.Expect(page.Locator("#asof.live")).ToHaveCountAsync(0);
        }
        await first.Page.EvaluateAsync("() => { window.away = false; document.dispatchEvent(new Event('visibilitychange')); }");
        await Assertions.Expect(first["#asof.live"]).ToBeVisibleAsync();
        Assert.Empty(first.Complaints);
    }

    [Fact]
    public async Task Dragging_over_a_plot_looks_closer_newer_looks_leave_that_alone_and_a_double_click_shows_all()
    {
        Repository.Require(File.Exists(Repository.PathOf("artifacts", "web", "plot.js")), "the zoom of plots (npm run build in web)");
        await using var tab = await house.Chromium.OpenAsync(house.At(ShownHouse.Kept));
        await Assertions.Expect(tab["figure[data-island] .u-over"]).ToBeVisibleAsync();
        await Assertions.Expect(tab["svg.plot"]).ToBeHiddenAsync();
        Assert.Contains("looks in", await tab["figure [role=img]:not(svg)"].GetAttributeAsync("aria-label"));
        await Assertions.Expect(tab[".part"]).ToBeEmptyAsync();

        await DragAsync(tab);
        await Assertions.Expect(tab[".part"]).ToContainTextAsync(" UTC. Show all");
        var part = await tab.TextAsync(".part");
        Assert.Equal(1, tab.Navigations);

        // a page brought up to date keeps what somebody is looking at
        var end = await tab["figure[data-plot]"].GetAttributeAsync("data-to");
        await Assertions.Expect(tab["figure[data-plot]"]).Not.ToHaveAttributeAsync("data-to", end!, new() { Timeout = 20_000 });
        Assert.Equal(part, await tab.TextAsync(".part"));
        await tab.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await Assertions.Expect(tab[".part"]).ToHaveTextAsync(part);
        await tab.PictureAsync("zoomed");

        await tab[".u-over"].DblClickAsync();
        await Assertions.Expect(tab[".part"]).ToBeEmptyAsync();
        await DragAsync(tab);
        await tab[".part button"].PressAsync("Enter");
        await Assertions.Expect(tab[".part"]).ToBeEmptyAsync();
        Assert.Empty(tab.Complaints);
    }

    [Theory, InlineData("**/assets/plot.js*"), InlineData("**/looks?*")]
    public async Task Without_the_zoom_the_drawing_of_the_server_stays(string missing)
    {
        await using var tab = await house.Chromium.OpenAsync(house.At("add"));
        await tab.Page.RouteAsync(missing, route => route.FulfillAsync(new() { Status = 500 }));
        await tab.Page.GotoAsync(house.At(ShownHouse.Kept).AbsoluteUri);
        await Assertions.Expect(tab["#asof.live"]).ToBeVisibleAsync();
        await Assertions.Expect(tab["svg.plot"]).ToBeVisibleAsync();
        await Assertions.Expect(tab["figure + .legend"]).ToBeVisibleAsync();
        Assert.All(tab.Complaints, complaint => Assert.Contains("500", complaint));
    }

    private static async Task DragAsync(Tab tab)
    {
        await tab[".u-over"].ScrollIntoViewIfNeededAsync();
        var box = (await tab[".u-over"].BoundingBoxAsync())!;
        await tab.Page.Mouse.MoveAsync(box.X + (box.Width * 0.3f), box.Y + (box.Height / 2));
        await tab.Page.Mouse.DownAsync();
        await tab.Page.Mouse.MoveAsync(box.X + (box.Width * 0.6f), box.Y + (box.Height / 2), new() { Steps = 4 });
        await tab.Page.Mouse.UpAsync();
    }
}
