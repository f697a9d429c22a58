using System.Collections.Concurrent;
using Microsoft.Playwright;
using Xunit;

namespace Kept.EndToEnd.Tests.Browser;

/// <summary>A page as somebody has it open, and everything the browser complained about while it was.</summary>
public sealed class Tab : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _complaints = new();
    private int _navigations;

    internal Tab(IPage page)
    {
        Page = page;
        // what breaks the policy of the page (CSP) is told on the console too, as an error
        page.Console += (_, message) =>
        {
            // a page that is told not to exist is itself such a complaint
            if (message.Text.Contains("404", StringComparison.Ordinal) && message.Location.StartsWith(page.Url, StringComparison.Ordinal)) return;
            if (message.Type is "error" or "warning") _complaints.Enqueue($"{message.Type}: {message.Text} ({message.Location})");
        };
        page.PageError += (_, error) => _complaints.Enqueue("thrown: " + error);
        page.FrameNavigated += (_, _) => Interlocked.Increment(ref _navigations);
    }

    public IPage Page { get; }

    /// <summary>How often the tab went to an address, the first time included.</summary>
    public int Navigations => Volatile.Read(ref _navigations);

    public IReadOnlyCollection<string> Complaints => _complaints;

    public ILocator this[string selector] => Page.Locator(selector);

    public Task<T> AskAsync<T>(string script) => Page.EvaluateAsync<T>(script);

    public Task<string> TextAsync(string selector) => Page.Locator(selector).First.InnerTextAsync();

    /// <summary>Waits until the document itself satisfies a condition; nothing is loaded anew for it.</summary>
    public async Task UntilAsync(string condition, string what, object? argument = null, int seconds = 15)
    {
        try
        {
            await Page.WaitForFunctionAsync(condition, argument, new PageWaitForFunctionOptions { Timeout = seconds * 1000, PollingInterval = 50 });
        }
        catch (Exception fault) when (fault is TimeoutException or PlaywrightException)
        {
            Assert.Fail($"{Page.Url} never showed {what}: {fault.Message}\n{string.Join('\n', _complaints)}\nIt reads:\n{await Page.Locator("body").InnerTextAsync()}");
        }
    }

    /// <summary>The folder of pictures for people to look at, when one was asked for.</summary>
    public async Task PictureAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("KEPT_SCREENSHOTS") is not { Length: > 0 } folder) return;
        Directory.CreateDirectory(folder);
        await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, name + ".png"), FullPage = true });
    }

    public async ValueTask DisposeAsync() => await Page.Context.DisposeAsync();
}
