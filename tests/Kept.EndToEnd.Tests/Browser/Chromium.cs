using Kept.TestKit.Servers;
using Microsoft.Playwright;

namespace Kept.EndToEnd.Tests.Browser;

/// <summary>
/// Debian's Chromium without a window, driven by Playwright. Nothing is downloaded: the driver lies in its package, the browser comes from the system, and a missing
/// one skips at home and fails in CI.
/// </summary>
public sealed class Chromium : IAsyncDisposable
{
    private static readonly string[] Flags =
        ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Chromium(IPlaywright playwright, IBrowser browser) => (_playwright, _browser) = (playwright, browser);

    public static async Task<Chromium> StartAsync()
    {
        var program = ServerProcess.Find("chromium", "/usr/bin/chromium", "/usr/local/bin/chromium");
        Environment.SetEnvironmentVariable("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = program, Headless = true, Args = Flags });
        return new Chromium(playwright, browser);
    }

    /// <summary>A window of its own, with its own cache and connections, and one tab in it.</summary>
    public async Task<Tab> OpenAsync(Uri page, BrowserNewContextOptions? window = null)
    {
        var context = await _browser.NewContextAsync(window ?? new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1200, Height = 900 } });
        context.SetDefaultTimeout(15_000);
        var tab = new Tab(await context.NewPageAsync());
        await tab.Page.GotoAsync(page.AbsoluteUri, new PageGotoOptions { WaitUntil = WaitUntilState.DOMContentLoaded });
        return tab;
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
