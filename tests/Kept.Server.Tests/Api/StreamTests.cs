using System.Net.Http.Headers;
using System.Text.Json;
using Kept.Ledger;
using Xunit;

namespace Kept.Server.Tests;

public class StreamTests
{
    [Fact]
    public async Task A_stream_begins_after_its_cursor_and_goes_on_with_what_is_written()
    {
        await using var web = await RunningWeb.StartAsync();
        using var stream = await OpenAsync(web, lastEventId: "00000000000005");
        var first = await stream.NextAsync();
        Assert.Equal("00000000000006", first.Id);
        Assert.Equal("00000000000007", (await stream.NextAsync()).Id);
        web.House.Ledger.Add(EntryKinds.VerdictChanged, MadeHouse.Now, "live-show/push@1", """{"outcome":"broken","reason":"status was 500"}""");
        var written = await stream.NextAsync();
        Assert.Equal(("00000000000008", EntryKinds.VerdictChanged), (written.Id, written.Kind));
        using var fact = JsonDocument.Parse(written.Data);
        Assert.Equal("live-show/push@1", fact.RootElement.GetProperty("subject").GetString());
        Assert.Equal("status was 500", fact.RootElement.GetProperty("data").GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Pull_and_push_tell_the_same_facts()
    {
        await using var web = await RunningWeb.StartAsync();
        using var page = JsonDocument.Parse(await web.GetAsync("/api/v1/events?after=0"));
        using var stream = await OpenAsync(web, lastEventId: "0");
        foreach (var pulled in page.RootElement.GetProperty("items").EnumerateArray())
        {
            var pushed = await stream.NextAsync();
            Assert.Equal(pulled.GetProperty("sequence").GetString(), pushed.Id);
            Assert.Equal(pulled.GetRawText(), pushed.Data);
        }
    }

    [Fact]
    public async Task A_quiet_stream_shows_that_it_lives()
    {
        await using var web = await RunningWeb.StartAsync();
        using var stream = await OpenAsync(web, lastEventId: null);
        Assert.Equal("retry: 2000", await stream.LineAsync());
        var line = stream.LineAsync();
        // the pulse waits on the clock of the test; it is moved until the stream has heard it
        while (await Task.WhenAny(line, Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System)) != line || (await line).Length == 0)
        {
            if (line.IsCompleted) line = stream.LineAsync();
            else web.Time.Advance(TimeSpan.FromSeconds(16));
        }
        Assert.StartsWith(": still here", await line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_ends_streams_at_once()
    {
        var web = await RunningWeb.StartAsync();
        using var stream = await OpenAsync(web, lastEventId: null);
        await stream.LineAsync();
        await web.App.StopAsync().WaitAsync(TimeSpan.FromSeconds(4), TimeProvider.System);
        await web.DisposeAsync();
    }

    [Fact]
    public async Task A_reader_that_leaves_while_something_is_on_its_way_is_no_fault()
    {
        using var log = new Overheard();
        var (asked, ended) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var web = await RunningWeb.StartAsync(log: log, with: sight => sight with { Follow = (_, token) => SlowToLeaveAsync(token) });
        using (var stream = await OpenAsync(web, lastEventId: null))
        {
            await stream.LineAsync();
            await asked.Task.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);
        }
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);
        await web.App.StopAsync(); // waits for the answer to end
        Assert.Empty(log.Errors);

        // as the engine does it: what waits for the next entry hears a moment later that nobody wants it any more
        async IAsyncEnumerable<Entry> SlowToLeaveAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
        {
            var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var leaving = token.Register(() => left.TrySetResult());
            asked.TrySetResult();
            await left.Task;
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, CancellationToken.None);
            ended.TrySetResult();
            token.ThrowIfCancellationRequested();
            yield break;
        }
    }

    [Fact]
    public async Task More_streams_than_we_hold_are_refused_with_when_to_come_back()
    {
        await using var web = await RunningWeb.StartAsync();
        var open = new List<Reading>();
        for (var i = 0; i < 128; i++) open.Add(await OpenAsync(web, lastEventId: null));
        using var refused = await web.Client.GetAsync("/api/v1/events/stream", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(503, (int)refused.StatusCode);
        Assert.Equal("30", refused.Headers.RetryAfter?.ToString());
        Assert.Contains("A08", await refused.Content.ReadAsStringAsync());
        foreach (var stream in open) stream.Dispose();
    }

    private sealed record Event(string Id, string Kind, string Data);

    private sealed class Reading(HttpResponseMessage answer, StreamReader lines) : IDisposable
    {
        public async Task<string> LineAsync() => await lines.ReadLineAsync(TestContext.Current.CancellationToken) ?? throw new EndOfStreamException();

        public async Task<Event> NextAsync()
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
            string id = "", kind = "", data = "";
            while (true)
            {
                var line = await lines.ReadLineAsync(patience.Token) ?? throw new EndOfStreamException();
                if (line.StartsWith("id: ", StringComparison.Ordinal)) id = line[4..];
                else if (line.StartsWith("event: ", StringComparison.Ordinal)) kind = line[7..];
                else if (line.StartsWith("data: ", StringComparison.Ordinal)) data = line[6..];
                else if (line.Length == 0 && id.Length > 0) return new Event(id, kind, data);
            }
        }

        public void Dispose()
        {
            lines.Dispose();
            answer.Dispose();
        }
    }

    private static async Task<Reading> OpenAsync(RunningWeb web, string? lastEventId)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/events/stream");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId);
        var answer = await web.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        return new Reading(answer, new StreamReader(await answer.Content.ReadAsStreamAsync()));
    }
}
