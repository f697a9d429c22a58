using System.Text.Json;
using Kept.EndToEnd.Tests.Servers;
using Xunit;

namespace Kept.EndToEnd.Tests.Browser;

/// <summary>
/// Somebody who has a house and one of its promises open in two tabs and only looks. What they say is asked of the documents as they stand: both were loaded once, and
/// everything newer came by the stream.
/// </summary>
internal sealed class Watcher(Tab house, Tab page, string promise) : IAsyncDisposable
{
    /// <summary>The first stroke of each glyph, as it stands in the mark-up: state is a drawing and a word before it is a colour.</summary>
    private static readonly Dictionary<string, string> Glyphs = new() { ["kept"] = "M4.8 8.3l2.2 2.2 4.2-4.6", ["broken"] = "M5 1h6l4 4v6l-4 4H5l-4-4V5z" };

    public static async Task<Watcher> OpenAsync(Chromium chromium, KeptUp kept, Tab house, string promise) =>
        new(house, await chromium.OpenAsync(new Uri(kept.Address, "promises/" + promise)), promise);

    /// <summary>Both tabs come to say it: the word with its glyph, the reason, since when, and when it was seen.</summary>
    public async Task SeesAsync(string outcome, JsonElement told)
    {
        var verdict = told.GetProperty("verdict");
        var because = verdict.GetProperty("reason").GetString()!;
        await house.UntilAsync(
            """
            ([path, word, glyph]) => {
              const state = [...document.querySelectorAll('.promises tr')].find(row => row.querySelector('a.name')?.getAttribute('href') === path)?.querySelector('.verdict .state');
              return state?.textContent.trim() === word && state.querySelector('svg path')?.getAttribute('d') === glyph;
            }
            """, $"{promise} as {outcome}", new[] { "/promises/" + promise, outcome, Glyphs[outcome] });
        await page.UntilAsync(
            """
            ([word, glyph, because]) => {
              const state = document.querySelector('.tally.verdict .state');
              const said = document.querySelector('p.because');
              const words = text => text.replace(/\d[\d.,]*/g, '#'); // a look further it may be three of three that were bad
              return state?.textContent.trim() === word && state.querySelector('svg path')?.getAttribute('d') === glyph
                && (word === 'kept' && said?.textContent.startsWith('Looks are good') || words(said?.textContent ?? '').toLowerCase().startsWith(words(because).toLowerCase() + ', since '));
            }
            """, $"{outcome}: {because}", new[] { outcome, Glyphs[outcome], because });
        // the page may be a look further than the answer of the API was, never behind it
        Assert.Equal(told.GetProperty("verdict").GetProperty("since").GetDateTimeOffset(), await TimeAsync("p.because time"));
        Assert.True(await TimeAsync(".tally.verdict time") >= verdict.GetProperty("seenAt").GetDateTimeOffset());
        // the entry of a change is on disk a moment after the view has it, and tells itself to the page
        await page.UntilAsync("word => document.querySelector('.why .state')?.textContent.trim() === word", $"{outcome} in its history", outcome);
    }

    /// <summary>Neither tab was ever loaded anew, and the browser had nothing to complain about.</summary>
    public void NeverLeft()
    {
        foreach (var tab in new[] { house, page })
        {
            Assert.Equal(1, tab.Navigations);
            Assert.Empty(tab.Complaints);
        }
    }

    private async Task<DateTimeOffset> TimeAsync(string selector) =>
        DateTimeOffset.Parse((await page[selector].First.GetAttributeAsync("datetime"))!, System.Globalization.CultureInfo.InvariantCulture);

    public ValueTask DisposeAsync() => page.DisposeAsync();
}
