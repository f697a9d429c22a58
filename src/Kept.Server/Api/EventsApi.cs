using System.Globalization;
using System.Text;
using System.Text.Json;
using Kept.Ledger;

namespace Kept.Server.Api;

/// <summary>The facts of the ledger: pulled by a cursor, or pushed as server-sent events with the same ids, so a client may switch at any time.</summary>
internal sealed class EventsApi(Sight sight)
{
    private const int MostItems = 1000;
    /// <summary>Each open stream holds a connection; more than this many are refused rather than starving pages.</summary>
    private const int MostStreams = 128;
    private static readonly TimeSpan Pulse = TimeSpan.FromSeconds(15);

    private int _streams;

    public static void Map(RouteGroupBuilder api, Sight sight)
    {
        var events = new EventsApi(sight);
        api.MapRead("/events", (string? after, string? limit, string? kind, string? subject) => TypedResults.Ok(events.Page(after, limit, kind, subject)))
            .WithSummary("Events after a cursor, oldest first").Fails(ApiError.WrongRequest);
        api.MapGet("/events/stream", events.StreamAsync)
            .WithSummary("Every event as it is written (server-sent events; the id is the cursor)").Produces(StatusCodes.Status200OK, contentType: "text/event-stream").Fails(ApiError.WrongRequest, ApiError.TooMany);
    }

    private WireEvents Page(string? after, string? limit, string? kind, string? subject)
    {
        var most = Asking.Whole(limit, nameof(limit), 100, MostItems);
        var cursor = Asking.Cursor(after, nameof(after));
        var entries = sight.Ledger.Entries(new EntryQuery(cursor, most + 1, kind, subject));
        var page = entries.Take(most).ToList();
        var house = sight.View().House.Id;
        return new WireEvents([.. page.Select(entry => entry.Wire(house))], Conversion.Cursor(page.Count > 0 ? page[^1].Sequence : cursor), entries.Count > most);
    }

    private async Task StreamAsync(HttpContext context, string? after)
    {
        // a browser that lost its stream tells in this header where it was; without any cursor the stream begins with what comes next
        var resumed = context.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } last ? last : after;
        var cursor = string.IsNullOrEmpty(resumed) ? sight.Ledger.LastSequence : Asking.Cursor(resumed, "Last-Event-ID");
        if (Interlocked.Increment(ref _streams) > MostStreams)
        {
            Interlocked.Decrement(ref _streams);
            context.Response.Headers.RetryAfter = "30";
            await ApiError.TooMany.Answer($"{MostStreams} streams are open already; pull /api/v1/events meanwhile").ExecuteAsync(context);
            return;
        }
        try
        {
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = "no-store";
            context.Response.Headers["X-Accel-Buffering"] = "no";
            await WriteAsync(context, "retry: 2000\n\n");
            await PumpAsync(context, cursor);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // the reader left, or we stop
        }
        finally
        {
            Interlocked.Decrement(ref _streams);
        }
    }

    private async Task PumpAsync(HttpContext context, long cursor)
    {
        var house = sight.View().House.Id;
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        await using var entries = sight.Follow(cursor, leaving.Token).GetAsyncEnumerator(leaving.Token);
        var next = entries.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                using var wake = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
                var pulse = Task.Delay(Pulse, sight.Time, wake.Token);
                if (await Task.WhenAny(next, pulse) == pulse)
                {
                    context.RequestAborted.ThrowIfCancellationRequested();
                    // a comment keeps the connection alive through proxies and finds readers that are gone
                    await WriteAsync(context, $": still here, as of {sight.Now}\n\n");
                    continue;
                }
                await wake.CancelAsync();
                if (!await next) return;
                await WriteAsync(context, Frame(entries.Current, house));
                next = entries.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            // what is followed can be let go only when it stands still: while it moves, letting go is an error
            await leaving.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static string Frame(Entry entry, string house) => new StringBuilder()
        .Append(CultureInfo.InvariantCulture, $"id: {Conversion.Cursor(entry.Sequence)}\nevent: {entry.Kind}\ndata: ")
        .Append(JsonSerializer.Serialize(entry.Wire(house), WireJson.Default.WireEvent)).Append("\n\n").ToString();

    private static async Task WriteAsync(HttpContext context, string text)
    {
        await context.Response.WriteAsync(text, context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
