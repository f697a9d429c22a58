using System.Globalization;
using Kept.Egress;
using Kept.Engine;
using Kept.Server.Api;
using Kept.Server.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kept.Server.DropIn;

/// <summary>
/// The ping API of Healthchecks, in its words: <c>/ping/UUID</c> and <c>/ping/PING-KEY/SLUG</c>, with <c>/start</c>, <c>/fail</c>, <c>/log</c> or an exit status behind, and the id of a
/// run in <c>?rid=</c>. Nothing is made by a ping: <c>create=1</c> is passed over.
/// </summary>
internal static class PingApi
{
    /// <summary>Bytes of a body that are kept, as healthchecks.io keeps them: what comes after is dropped, and the ping counts.</summary>
    public const int MostBody = 100_000;

    /// <summary>Bytes that are taken at all.</summary>
    public const int MostTaken = 1 << 20;

    private static readonly TimeSpan LongestBody = TimeSpan.FromSeconds(30);
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH"];

    public static void Map(IEndpointRouteBuilder routes, Listener listener, OldAddresses old)
    {
        foreach (var pattern in (string[])["/ping/{first}", "/ping/{first}/{second}", "/ping/{first}/{second}/{third}"])
            routes.MapMethods(pattern, Methods, (HttpContext context, string first, string? second, string? third) => PingAsync(context, listener, old, first, second, third)).ExcludeFromDescription();
    }

    private static async Task<IResult> PingAsync(HttpContext context, Listener listener, OldAddresses old, string first, string? second, string? third)
    {
        var isUuid = Guid.TryParseExact(first, "D", out _);
        if (isUuid && third is not null || !isUuid && second is null) return Say(context, StatusCodes.Status404NotFound, "not found");
        var keys = isUuid ? old.OfUuid(first) : old.OfSlug(first, second!);
        var what = isUuid ? second : third;
        if (listener.Refuses(context, keys) is { } wait) return TooOften(context, wait);
        if (Means(what) is not var (kind, code)) return Say(context, StatusCodes.Status400BadRequest, "invalid url format");
        if (keys.Count == 0) return listener.RefusesWrong(context) is { } away ? TooOften(context, away) : Say(context, StatusCodes.Status404NotFound, "not found");
        if (!isUuid && keys.Count > 1) return Say(context, StatusCodes.Status409Conflict, "ambiguous slug");
        string? run = null;
        if (context.Request.Query["rid"] is { Count: > 0 } rid)
        {
            if (!Guid.TryParseExact(rid[^1], "D", out var id)) return Say(context, StatusCodes.Status400BadRequest, "invalid uuid format");
            run = id.ToString("D");
        }
        if (await BodyAsync(context, listener) is not { } body) return Say(context, StatusCodes.Status408RequestTimeout, "the body came too slowly");
        body = Secrets.Redact(body, [first]); // jobs tell in their logs whom they call
        var heard = await listener.HearAsync(context, keys, key => new Beat(key, kind, code, body.Length > 0 ? body : null, null) { Run = run });
        return heard.Answer switch
        {
            BeatAnswer.Heard or BeatAnswer.Noted => Taken(context),
            BeatAnswer.TooOften => TooOften(context, TimeSpan.FromSeconds(kind == BeatKind.Log ? 10 : 1)),
            BeatAnswer.NotRunning => NotRunning(context),
            _ => Say(context, StatusCodes.Status404NotFound, "not found"),
        };
    }

    /// <summary>What stands behind the address; null for what is no such word.</summary>
    private static (BeatKind Kind, int Code)? Means(string? what) => what switch
    {
        null => (BeatKind.Success, 0),
        "start" => (BeatKind.Start, 0),
        "fail" => (BeatKind.Fail, 0),
        "log" => (BeatKind.Log, 0),
        _ => int.TryParse(what, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code <= 255 ? (BeatKind.ExitCode, code) : null,
    };

    /// <summary>Null where it did not come to its end in time.</summary>
    private static async Task<string?> BodyAsync(HttpContext context, Listener listener)
    {
        using var late = new CancellationTokenSource(LongestBody, listener.Sight.Time);
        try
        {
            return await Listener.ReadCutAsync(context, MostBody, MostTaken, late.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            listener.Bell.SentAway(context.Request);
            context.Response.Headers.Connection = "close";
            return null;
        }
    }

    private static ContentHttpResult Taken(HttpContext context)
    {
        context.Response.Headers["Ping-Body-Limit"] = MostBody.ToString(CultureInfo.InvariantCulture);
        return Say(context, StatusCodes.Status200OK, "OK");
    }

    private static ContentHttpResult TooOften(HttpContext context, TimeSpan wait)
    {
        ApiError.WaitFor(context, wait);
        return Say(context, StatusCodes.Status429TooManyRequests, "rate limited");
    }

    private static ContentHttpResult NotRunning(HttpContext context)
    {
        ApiError.WaitFor(context, TimeSpan.FromSeconds(5));
        return Say(context, StatusCodes.Status503ServiceUnavailable, "not heard: Kept is about to stop, or stopped");
    }

    private static ContentHttpResult Say(HttpContext context, int status, string words)
    {
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Text(words, "text/plain", statusCode: status);
    }
}
