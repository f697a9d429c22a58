using Microsoft.AspNetCore.Http.HttpResults;

namespace Kept.Server.Api;

/// <summary>The errors of the web side. A code, once shipped, is never used for anything else; each has a page under docs/errors.</summary>
internal sealed record ApiError(string Code, int Status, string Title)
{
    public static readonly ApiError NoSuchPage = new("A01", StatusCodes.Status404NotFound, "There is nothing here");
    public static readonly ApiError NoSuchPromise = new("A02", StatusCodes.Status404NotFound, "No such promise");
    public static readonly ApiError NoSuchAgent = new("A03", StatusCodes.Status404NotFound, "No such agent");
    public static readonly ApiError WrongRequest = new("A04", StatusCodes.Status400BadRequest, "The request says something that cannot be read");
    public static readonly ApiError NoSuchHeartbeat = new("A05", StatusCodes.Status404NotFound, "No such heartbeat");
    public static readonly ApiError TooLarge = new("A06", StatusCodes.Status413PayloadTooLarge, "More was sent than is taken");
    public static readonly ApiError WrongMethod = new("A07", StatusCodes.Status405MethodNotAllowed, "It does not answer to this method");
    public static readonly ApiError TooMany = new("A08", StatusCodes.Status503ServiceUnavailable, "Too many at once");
    public static readonly ApiError OwnFault = new("A09", StatusCodes.Status500InternalServerError, "A fault of ours");
    public static readonly ApiError StorageRefuses = new("A10", StatusCodes.Status503ServiceUnavailable, "The ledger does not answer");
    public static readonly ApiError ForeignHost = new("A11", StatusCodes.Status421MisdirectedRequest, "Not asked by a name of this machine");
    public static readonly ApiError NoSuchCheck = new("A12", StatusCodes.Status404NotFound, "No such check");
    public static readonly ApiError Starting = new("A13", StatusCodes.Status503ServiceUnavailable, "Just starting");
    public static readonly ApiError Ending = new("A14", StatusCodes.Status503ServiceUnavailable, "Just stopping");
    public static readonly ApiError TooOften = new("A15", StatusCodes.Status429TooManyRequests, "Too often");

    public static readonly IReadOnlyList<ApiError> All =
    [
        NoSuchPage, NoSuchPromise, NoSuchAgent, WrongRequest, NoSuchHeartbeat, TooLarge, WrongMethod, TooMany, OwnFault, StorageRefuses, ForeignHost, NoSuchCheck, Starting,
        Ending, TooOften,
    ];

    public WireProblem With(string detail) => new("urn:kept:error:" + Code, Title, Status, detail, Code);

    /// <summary>With the whole seconds after which to ask again.</summary>
    public static JsonHttpResult<WireProblem> AnswerTooOften(HttpContext context, TimeSpan wait, string detail)
    {
        WaitFor(context, wait);
        context.Response.Headers.CacheControl = "no-store";
        return TooOften.Answer(detail);
    }

    /// <summary>Says after how many whole seconds to ask again.</summary>
    public static void WaitFor(HttpContext context, TimeSpan wait) =>
        context.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);

    public JsonHttpResult<WireProblem> Answer(string detail) => TypedResults.Json(With(detail), WireJson.Default.WireProblem, "application/problem+json", Status);
}

/// <summary>The request says something that cannot be read: answered with <see cref="ApiError.WrongRequest"/>.</summary>
internal sealed class WrongRequestException(string message) : Exception(message);
