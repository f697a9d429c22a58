using Kept.EndToEnd.Tests.Servers;
using Kept.TestKit;
using Microsoft.Playwright;
using Xunit;

namespace Kept.EndToEnd.Tests;

/// <summary>The pages as people have them before them: without a script, on a narrow phone, in the dark, by keyboard, with colours of their own, on paper.</summary>
public sealed class PagesInChromiumTests(ShownHouse house) : IClassFixture<ShownHouse>
{
    private static readonly ViewportSize Wide = new() { Width = 1200, Height = 900 };

    [Fact]
    public async Task Without_a_script_nothing_is_missing_but_the_zoom()
    {
        foreach (var page in new[] { "", "agents/shop", "evidence", "tell", "problems", "add", "promises/shop/pictures@1", "promises/cdn/files" })
        {
            await using var plain = await house.Chromium.OpenAsync(house.At(page), new() { JavaScriptEnabled = false, ViewportSize = Wide });
            await using var scripted = await house.Chromium.OpenAsync(house.At(page));
            // the same headings, terms and rows, and a state in each, whether a script runs or not
            const string Outline = "h1, h2, dt, th", States = ".promises .state, .lines .state, .lanes .state";
            Assert.Equal(await WordsAsync(scripted[Outline]), await WordsAsync(plain[Outline]));
            Assert.Equal(await scripted[States].CountAsync(), await plain[States].CountAsync());
            Assert.Empty(plain.Complaints);
            Assert.Empty(scripted.Complaints);
        }
        await using var promise = await house.Chromium.OpenAsync(house.At(ShownHouse.Kept), new() { JavaScriptEnabled = false, ViewportSize = Wide });
        foreach (var heading in new[] { "Lines", "Latency", "The last 90 days", "What it stands on", "Terms", "Three lanes, never merged", "What was read", "Why it is kept", "What happened" })
            await Assertions.Expect(promise["h2"].Filter(new() { HasText = heading })).ToHaveCountAsync(1);
        await Assertions.Expect(promise["svg.plot"]).ToBeVisibleAsync();
        Assert.NotEqual("", await promise["svg.plot .area.first"].GetAttributeAsync("d"));
        await Assertions.Expect(promise["svg.plot text.limit"]).ToContainTextAsync("promised");
        await promise[".plotcard summary"].ClickAsync();
        await Assertions.Expect(promise[".plotcard details tbody tr"].First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task On_a_phone_of_320_pixels_nothing_scrolls_sideways_on_any_page()
    {
        foreach (var page in ShownHouse.Pages)
        {
            await using var tab = await house.Chromium.OpenAsync(house.At(page), new() { ViewportSize = new() { Width = 320, Height = 640 }, HasTouch = true, IsMobile = true });
            if (await tab["figure[data-plot]"].CountAsync() > 0 && HasIsland) await Assertions.Expect(tab["figure[data-island]"].First).ToBeVisibleAsync();
            await tab.PictureAsync("phone-" + NameOf(page));
            await tab.AskAsync<bool>("() => { for (const d of document.querySelectorAll('details')) d.open = true; return true; }");
            var wider = await tab.AskAsync<string[]>(
                """
                () => document.documentElement.scrollWidth <= 320 && innerWidth === 320 ? [] : ['the page is ' + document.documentElement.scrollWidth + ' wide in ' + innerWidth,
                  ...[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > 320.5).map(e => e.tagName + '.' + (e.getAttribute('class') ?? '') + ': ' + e.textContent.trim().slice(0, 60))]
                """);
            Assert.True(wider.Length == 0, page + "\n" + string.Join('\n', wider));
            Assert.Empty(tab.Complaints);
        }
    }

    [Fact]
    public async Task Every_page_stands_the_rules_of_accessibility_in_light_and_dark()
    {
        var axe = Repository.PathOf("web", "node_modules", "axe-core", "axe.min.js");
        Repository.Require(File.Exists(axe), "axe-core (npm ci in web)");
        var rules = await File.ReadAllTextAsync(axe);
        foreach (var page in ShownHouse.Pages)
        {
            // only the checker itself needs to get past the policy of the page
            await using var tab = await house.Chromium.OpenAsync(house.At(page), new() { BypassCSP = true, ViewportSize = Wide });
            if (await tab["figure[data-plot]"].CountAsync() > 0 && HasIsland) await Assertions.Expect(tab["figure[data-island]"].First).ToBeVisibleAsync();
            await tab.Page.AddScriptTagAsync(new() { Content = rules });
            foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
            {
                await tab.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
                await tab.PictureAsync($"{scheme.ToString().ToLowerInvariant()}-{NameOf(page)}");
                var found = await tab.AskAsync<string[]>(
                    """
                    async () => {
                      const details = [...document.querySelectorAll('details')];
                      for (const one of details) one.open = true;
                      const { violations, passes } = await axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
                      for (const one of details) one.open = false;
                      const ran = passes.some(rule => rule.id === 'color-contrast') ? [] : ['no contrast was measured'];
                      return [...ran, ...violations.flatMap(rule => rule.nodes.map(node => `${rule.impact} ${rule.id}: ${node.html.slice(0, 160)} ${node.any.map(any => any.message).join('; ')}`))];
                    }
                    """);
                Assert.True(found.Length == 0, $"/{page} in {scheme}\n" + string.Join('\n', found));
            }
        }
    }

    [Theory, InlineData(ColorScheme.Light), InlineData(ColorScheme.Dark)]
    public async Task With_forced_colours_a_verdict_is_still_a_drawing_and_a_word(ColorScheme scheme)
    {
        await using var tab = await house.Chromium.OpenAsync(house.At(""), new() { ColorScheme = scheme, ForcedColors = ForcedColors.Active, ViewportSize = Wide });
        Assert.True(await tab.AskAsync<bool>("() => matchMedia('(forced-colors: active)').matches"));
        var words = (await tab[".promises .state"].AllInnerTextsAsync()).Select(word => word.Trim()).Distinct().Order();
        Assert.Equal(["at risk", "broken", "kept", "met", "not a promise", "not in force", "unknown", "unmet"], words);
        // each word has a drawing of its own, in the colour of the text, and what is cut out of a filled one is in the colour of the ground
        var unseen = await tab.AskAsync<string[]>(
            """
            () => [...document.querySelectorAll('.state')].filter(state => {
              const svg = state.querySelector('svg'), box = svg.getBoundingClientRect(), ink = getComputedStyle(state).color, ground = getComputedStyle(document.body).backgroundColor;
              const strokes = [...svg.querySelectorAll('*')].map(part => [getComputedStyle(part), part]);
              return box.width < 12 || ink === ground || strokes.some(([style, part]) => part.matches('.onstate') ? style.stroke !== ground : style.stroke !== ink && style.fill !== ink);
            }).map(state => state.textContent)
            """);
        Assert.Empty(unseen);
        await tab.PictureAsync($"forced-{scheme.ToString().ToLowerInvariant()}-house");
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task By_keyboard_the_first_stop_leads_to_the_content_and_every_stop_is_seen()
    {
        await using var tab = await house.Chromium.OpenAsync(house.At(ShownHouse.Kept));
        var keyboard = tab.Page.Keyboard;
        await keyboard.PressAsync("Tab");
        Assert.Equal("To the content", await tab["a.skip:focus"].InnerTextAsync());
        Assert.True((await tab["a.skip"].BoundingBoxAsync())!.X >= 0);
        await keyboard.PressAsync("Enter");
        await tab.UntilAsync("() => document.activeElement?.id === 'main'", "the focus in its content");
        var stops = new HashSet<string>();
        for (var i = 0; i < 60; i++)
        {
            await keyboard.PressAsync("Tab");
            var stop = await tab.AskAsync<string[]>(
                "() => { const e = document.activeElement, s = getComputedStyle(e), b = e.getBoundingClientRect(); return [e.tagName + ' ' + e.textContent.trim().slice(0, 40), s.outlineStyle, s.outlineWidth, String(b.width > 0 && b.bottom > 0 && b.top < innerHeight)]; }");
            if (stop[0].StartsWith("BODY", StringComparison.Ordinal)) break;
            stops.Add(stop[0]);
            Assert.True(stop[1] == "solid" && int.Parse(stop[2].Replace("px", "", StringComparison.Ordinal)) >= 2 && stop[3] == "true", string.Join(", ", stop));
        }
        Assert.Contains("A explain", stops);
        Assert.Contains("SUMMARY As a table", stops);
        Assert.Contains("A As JSON", stops);
    }

    [Theory, InlineData(ColorScheme.Light), InlineData(ColorScheme.Dark)]
    public async Task On_paper_a_page_is_dark_on_light_and_whole(ColorScheme scheme)
    {
        foreach (var page in new[] { "", ShownHouse.Kept })
        {
            await using var tab = await house.Chromium.OpenAsync(house.At(page), new() { ColorScheme = scheme, ViewportSize = Wide });
            await tab.Page.EmulateMediaAsync(new() { Media = Media.Print });
            Assert.Equal("rgb(255, 255, 255)", await tab.AskAsync<string>("() => getComputedStyle(document.body).backgroundColor"));
            Assert.Equal("rgb(27, 29, 34)", await tab.AskAsync<string>("() => getComputedStyle(document.querySelector('h1')).color"));
            await Assertions.Expect(tab["nav"]).ToBeHiddenAsync();
            await Assertions.Expect(tab["main .state"].First).ToBeVisibleAsync();
            Assert.True((await tab.Page.PdfAsync()).Length > 10_000);
            Assert.Empty(tab.Complaints);
        }
    }

    private static Task<string[]> WordsAsync(ILocator of) => of.EvaluateAllAsync<string[]>("all => all.filter(one => !one.closest('.uplot')).map(one => one.textContent.trim())");

    private static bool HasIsland => File.Exists(Repository.PathOf("artifacts", "web", "plot.js"));

    private static string NameOf(string page) => page.Length == 0 ? "house" : page.Replace('/', '-').Replace("?", "-", StringComparison.Ordinal);
}
