using System.Text;
using Kept.Engine;
using Kept.Server.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kept.Server.Api;

/// <summary>Where watched things call: success, start, fail, or an exit code. Any of GET, HEAD and POST, so that whatever is at hand can call.</summary>
internal static class BeatApi
{
    /// <summary>What a call may carry; more is refused.</summary>
    public const int MostBody = 10 * 1024;

    private static readonly string[] Methods = ["GET", "HEAD", "POST"];

    /// <summary>A longer one is no key of any document.</summary>
    private const int LongestKey = 128;

    public static void Map(IEndpointRouteBuilder routes, Listener listener)
    {
        routes.MapMethods("/beat/{key}", Methods, (HttpContext context, string key) => HearAsync(context, listener, key, BeatKind.Success, 0)).WithSummary("A watched thing says that it is done").Fails(ApiError.NoSuchHeartbeat, ApiError.TooLarge, ApiError.TooOften, ApiError.Ending);
        routes.MapMethods("/beat/{key}/{what}", Methods, (HttpContext context, string key, string what) => what switch
        {
            "start" => HearAsync(context, listener, key, BeatKind.Start, 0),
            "fail" => HearAsync(context, listener, key, BeatKind.Fail, 0),
            _ when int.TryParse(what, System.Globalization.NumberStyles.None, null, out var code) && code <= 255 => HearAsync(context, listener, key, BeatKind.ExitCode, code),
            _ => throw new WrongRequestException("after the key stands start, fail, or an exit code from 0 to 255"),
        }).WithSummary("It says that it begins (start), that it failed (fail), or its exit code").Fails(ApiError.NoSuchHeartbeat, ApiError.TooLarge, ApiError.WrongRequest, ApiError.TooOften, ApiError.Ending);
    }

    private static async Task<Results<Ok<WireHeard>, Accepted<WireHeard>, JsonHttpResult<WireProblem>>> HearAsync(HttpContext context, Listener listener, string key, BeatKind kind, int code)
    {
        IReadOnlyList<string> keys = key.Length > LongestKey ? [] : [key];
        if (listener.Refuses(context, keys) is { } wait) return ApiError.AnswerTooOften(context, wait, "this heartbeat, or this address, called too often; one call in a period is enough");
        if (await Listener.ReadAsync(context, MostBody) is not { } body)
        {
            listener.Bell.SentAway(context.Request);
            return ApiError.TooLarge.Answer($"a heartbeat carries at most {MostBody} bytes");
        }
        var heard = await listener.HearAsync(context, keys, to => new Beat(to, kind, code, body.Length > 0 ? Encoding.UTF8.GetString(body.Span) : null, null));
        switch (heard.Answer)
        {
            case BeatAnswer.Heard:
                return TypedResults.Ok(new WireHeard(key, listener.Sight.Now.ToString(), true));
            case BeatAnswer.Noted:
                return TypedResults.Accepted((string?)null, new WireHeard(key, listener.Sight.Now.ToString(), false));
            case BeatAnswer.TooOften:
                context.Response.Headers.RetryAfter = "1";
                return ApiError.TooOften.Answer("less than a second ago this heartbeat was well again, and then it failed: that it is well once more was not recorded, so call again in a second");
            case BeatAnswer.NotRunning:
                context.Response.Headers.RetryAfter = "5";
                return ApiError.Ending.Answer("Kept is about to stop, or stopped; nobody heard this call, so make it again when it is back");
            default:
                if (heard.Wait is { } away) return ApiError.AnswerTooOften(context, away, "too many keys that are none of this house; see its page for the address to call");
                return ApiError.NoSuchHeartbeat.Answer("no promise of this house has a heartbeat of that key; its page shows the address to call");
        }
    }
}
