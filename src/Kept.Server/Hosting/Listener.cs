using System.Text;
using Kept.Engine;
using Kept.Server.Api;
using Microsoft.AspNetCore.Http.Features;

namespace Kept.Server.Hosting;

/// <summary>What became of a call, before it is told in the words of the tool whose caller it is.</summary>
/// <param name="Answer">What the engine says.</param>
/// <param name="Wait">A bound of ours refused it: how long to stay away. The engine knows.</param>
internal readonly record struct Listened(BeatAnswer Answer, TimeSpan? Wait = null);

/// <summary>Takes calls of watched things, at whatever address: the same bounds, the same engine, and an answer only once it is recorded.</summary>
internal sealed class Listener(Sight sight, HeardFrom noted, Doorbell bell)
{
    private readonly BeatBounds _bounds = new(sight.Time);

    public Sight Sight => sight;

    public Doorbell Bell => bell;

    /// <summary>The bounds of how often: null where the call is to be heard, else how long to wait. To be asked before anything else of it is read.</summary>
    /// <exception cref="WrongRequestException">A page of another site sent it.</exception>
    public TimeSpan? Refuses(HttpContext context, IReadOnlyList<string> keys)
    {
        if (ForeignPage.Sent(context.Request)) throw new WrongRequestException(ForeignPage.Refusal);
        context.Response.Headers.CacheControl = "no-store";
        TimeSpan? longest = null;
        foreach (var key in keys.Count > 0 ? keys : [""])
            if (_bounds.Refuses(context.Connection.RemoteIpAddress, key) is { } wait && !(wait < longest))
                longest = wait;
        if (longest is null) return null;
        bell.SentAway(context.Request);
        return longest;
    }

    /// <summary>The key was none of this house: null where that may be said, else how long to stay away.</summary>
    public TimeSpan? RefusesWrong(HttpContext context) => _bounds.RefusesWrong(context.Connection.RemoteIpAddress);

    /// <summary>Tells the engine, once for each key. Of several answers the one that asks most of the caller.</summary>
    public async ValueTask<Listened> HearAsync(HttpContext context, IReadOnlyList<string> keys, Func<string, Beat> say)
    {
        var from = context.Connection.RemoteIpAddress;
        var worst = keys.Count == 0 ? BeatAnswer.NoSuchKey : BeatAnswer.Heard;
        foreach (var key in keys)
        {
            var heard = await sight.Beat(say(key) with { From = from?.ToString() }, context.RequestAborted);
            if (heard is BeatAnswer.Heard or BeatAnswer.Noted or BeatAnswer.TooOften) noted.Note(from, key);
            if (heard > worst) worst = heard;
        }
        return worst == BeatAnswer.NoSuchKey && RefusesWrong(context) is { } away ? new Listened(worst, away) : new Listened(worst);
    }

    /// <summary>The body as bytes, at most so many; null where there is more.</summary>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpContext context, int most)
    {
        if (context.Request.ContentLength > most) return null;
        var buffer = new byte[most + 1];
        var read = await context.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, context.RequestAborted);
        return read > most ? null : buffer.AsMemory(0, read);
    }

    /// <summary>The body as text, cut after so many bytes; of what comes after, up to <paramref name="most"/> bytes are taken and dropped, so that the caller can finish.</summary>
    /// <exception cref="BadHttpRequestException">There is more than that.</exception>
    public static async Task<string> ReadCutAsync(HttpContext context, int kept, long most, CancellationToken deadline)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } bound) bound.MaxRequestBodySize = most;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, deadline);
        var buffer = new byte[kept];
        var read = await context.Request.Body.ReadAtLeastAsync(buffer, kept, throwOnEndOfStream: false, either.Token);
        var rest = new byte[8192];
        if (read == kept)
            while (await context.Request.Body.ReadAsync(rest, either.Token) > 0)
            {
                // nothing of it is kept
            }
        return Encoding.UTF8.GetString(buffer, 0, read);
    }
}
