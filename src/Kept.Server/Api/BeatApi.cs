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

    public static void Map(IEndpointRouteBuilder routes, Sight sight, HeardFrom noted)
    {
        var bounds = new BeatBounds(sight.Time);
        routes.MapMethods("/beat/{key}", Methods, (HttpContext context, string key) => HearAsync(context, sight, noted, bounds, key, BeatKind.Success, 0)).WithSummary("A watched thing says that it is done").Fails(ApiError.NoSuchHeartbeat, ApiError.TooLarge, ApiError.TooOften, ApiError.Ending);
        routes.MapMethods("/beat/{key}/{what}", Methods, (HttpContext context, string key, string what) => what switch
        {
            "start" => HearAsync(context, sight, noted, bounds, key, BeatKind.Start, 0),
            "fail" => HearAsync(context, sight, noted, bounds, key, BeatKind.Fail, 0),
            _ when int.TryParse(what, System.Globalization.NumberStyles.None, null, out var code) && code <= 255 => HearAsync(context, sight, noted, bounds, key, BeatKind.ExitCode, code),
            _ => throw new WrongRequestException("after the key stands start, fail, or an exit code from 0 to 255"),
        }).WithSummary("It says that it begins (start), that it failed (fail), or its exit code").Fails(ApiError.NoSuchHeartbeat, ApiError.TooLarge, ApiError.WrongRequest, ApiError.TooOften, ApiError.Ending);
    }

    private static async Task<Results<Ok<WireHeard>, Accepted<WireHeard>, JsonHttpResult<WireProblem>>> HearAsync(HttpContext context, Sight sight, HeardFrom noted, BeatBounds bounds, string key, BeatKind kind, int code)
    {
        if (IsOfAForeignPage(context.Request)) throw new WrongRequestException("a heartbeat is called by the watched thing itself, not by a page of another site in somebody's browser; by plain HTTP from another machine not by a browser at all");
        var from = context.Connection.RemoteIpAddress;
        if (bounds.Refuses(from, key.Length > LongestKey ? "" : key) is { } wait)
        {
            SentAway(sight, context.Request);
            return ApiError.AnswerTooOften(context, wait, "this heartbeat, or this address, called too often; one call in a period is enough");
        }
        var body = await ReadAsync(context);
        if (body is null)
        {
            SentAway(sight, context.Request);
            return ApiError.TooLarge.Answer($"a heartbeat carries at most {MostBody} bytes");
        }
        context.Response.Headers.CacheControl = "no-store";
        var heard = key.Length > LongestKey ? BeatAnswer.NoSuchKey : await sight.Beat(new Beat(key, kind, code, body.Length > 0 ? body : null, from?.ToString()), context.RequestAborted);
        if (heard is BeatAnswer.Heard or BeatAnswer.Noted or BeatAnswer.TooOften) noted.Note(from, key);
        switch (heard)
        {
            case BeatAnswer.Heard:
                return TypedResults.Ok(new WireHeard(key, sight.Now.ToString(), true));
            case BeatAnswer.Noted:
                return TypedResults.Accepted((string?)null, new WireHeard(key, sight.Now.ToString(), false));
            case BeatAnswer.TooOften:
                context.Response.Headers.RetryAfter = "1";
                return ApiError.TooOften.Answer("less than a second ago this heartbeat was well again, and then it failed: that it is well once more was not recorded, so call again in a second");
            case BeatAnswer.NotRunning:
                context.Response.Headers.RetryAfter = "5";
                return ApiError.Ending.Answer("Kept is about to stop, or stopped; nobody heard this call, so make it again when it is back");
            default:
                if (bounds.RefusesWrong(from) is { } away) return ApiError.AnswerTooOften(context, away, "too many keys that are none of this house; see its page for the address to call");
                return ApiError.NoSuchHeartbeat.Answer("no promise of this house has a heartbeat of that key; its page shows the address to call");
        }
    }

    /// <summary>A call was refused by a bound of ours: what follows is no silence of the thing that called. Any other request, and a start, which sets no deadline, is none.</summary>
    public static void SentAway(Sight sight, HttpRequest request)
    {
        if (!Methods.Contains(request.Method) || IsOfAForeignPage(request)) return;
        var parts = request.Path.StartsWithSegments("/beat", out var rest) ? rest.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries) : [];
        if (parts is [_] or [_, not "start"]) sight.SentAway(parts[0]);
    }

    /// <summary>
    /// Any page that somebody looks at can make their browser call an address that it reaches, and a forged call is a promise told as kept. Browsers say so, by
    /// a header that pages cannot set (Fetch Metadata), or by the origin; whatever else calls sends neither. By plain HTTP to another machine browsers send no Fetch Metadata,
    /// and for an image no origin: there a reading call of a browser is refused by what else gives it away.
    /// </summary>
    private static bool IsOfAForeignPage(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site is not ("" or "none" or "same-origin")) return true;
        if (request.Headers.Origin.ToString() is { Length: > 0 } origin && !IsOurs(origin, request)) return true;
        if (site.Length > 0 || Guard.IsOurs(request.Host.Host) || HttpMethods.IsPost(request.Method)) return false;
        return request.Headers.Referer.ToString() is { Length: > 0 } referer && !IsOurs(referer, request) || IsBrowser(request.Headers.UserAgent.ToString());
    }

    private static bool IsOurs(string page, HttpRequest request) => Uri.TryCreate(page, UriKind.Absolute, out var parsed) && parsed.Authority == request.Host.Value;

    /// <summary>All browsers call themselves Mozilla. So does PowerShell, in which many jobs are written, and says its own name too; a page cannot set the header of an image.</summary>
    private static bool IsBrowser(string agent) => agent.StartsWith("Mozilla/", StringComparison.OrdinalIgnoreCase) && !agent.Contains("PowerShell/", StringComparison.OrdinalIgnoreCase);

    /// <summary>The body as text, or null where there is more of it than is taken.</summary>
    private static async Task<string?> ReadAsync(HttpContext context)
    {
        if (context.Request.ContentLength > MostBody) return null;
        var buffer = new byte[MostBody + 1];
        var read = await context.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, context.RequestAborted);
        return read > MostBody ? null : Encoding.UTF8.GetString(buffer, 0, read);
    }
}
