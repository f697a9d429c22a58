using System.Globalization;
using System.Text.Json.Nodes;
using Kept.Engine;
using Kept.Model;
using Kept.Server.Api;
using Kept.Server.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kept.Server.DropIn;

/// <summary>Push monitors of Uptime Kuma, in its words: <c>/api/push/TOKEN?status=up&amp;msg=OK&amp;ping=12</c>, by whatever method.</summary>
internal static class KumaPush
{
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH"];

    /// <summary>Milliseconds: Kuma refuses more than a day.</summary>
    private const decimal LongestPing = 86_400_000;

    public static void Map(IEndpointRouteBuilder routes, Listener listener, OldAddresses old) =>
        routes.MapMethods("/api/push/{token}", Methods, (HttpContext context, string token) => PushAsync(context, listener, old, token)).ExcludeFromDescription();

    private static async Task<IResult> PushAsync(HttpContext context, Listener listener, OldAddresses old, string token)
    {
        var keys = old.OfKuma(token);
        if (listener.Refuses(context, keys) is { } wait) return TooOften(context, wait);
        if (keys.Count == 0) return listener.RefusesWrong(context) is { } away ? TooOften(context, away) : NotFound();
        var query = context.Request.Query;
        Duration? took = null;
        if (query["ping"].ToString() is { Length: > 0 } ping)
        {
            if (!decimal.TryParse(ping, NumberStyles.Float & ~NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var milliseconds)) return Refused(StatusCodes.Status400BadRequest, $"Invalid ping value: '{SaidWhy.Line(ping, 60)}' is not a valid number");
            if (milliseconds < 0) return Refused(StatusCodes.Status400BadRequest, $"Invalid ping value: {milliseconds.ToString(CultureInfo.InvariantCulture)}ms cannot be negative");
            if (milliseconds > LongestPing) return Refused(StatusCodes.Status400BadRequest, "Ping value exceeds maximum allowed (86400000ms = 24 hours). You may be sending seconds instead of milliseconds.");
            took = new Duration((long)(milliseconds * 1_000_000));
        }
        var isBad = query["status"].ToString() is not ("" or "up"); // as there: whatever is not up is down
        var said = SaidWhy.Of([query["msg"].ToString()], token);
        var heard = await listener.HearAsync(context, keys, key => new Beat(key, isBad ? BeatKind.Fail : BeatKind.Success, 0, said, null) { Why = isBad ? said : null, Took = took });
        switch (heard.Answer)
        {
            case BeatAnswer.Heard or BeatAnswer.Noted:
                return Answer(StatusCodes.Status200OK, new JsonObject { ["ok"] = true });
            case BeatAnswer.TooOften:
                return TooOften(context, TimeSpan.FromSeconds(1));
            case BeatAnswer.NotRunning:
                ApiError.WaitFor(context, TimeSpan.FromSeconds(5));
                return Refused(StatusCodes.Status503ServiceUnavailable, "Kept is about to stop, or stopped.");
            default:
                return NotFound();
        }
    }

    private static ContentHttpResult TooOften(HttpContext context, TimeSpan wait)
    {
        ApiError.WaitFor(context, wait);
        return Refused(StatusCodes.Status429TooManyRequests, "Too many requests.");
    }

    private static ContentHttpResult NotFound() => Refused(StatusCodes.Status404NotFound, "Monitor not found or not active.");

    private static ContentHttpResult Refused(int status, string why) => Answer(status, new JsonObject { ["ok"] = false, ["msg"] = why });

    private static ContentHttpResult Answer(int status, JsonObject body) => TypedResults.Text(body.ToJsonString(), "application/json", statusCode: status);
}
