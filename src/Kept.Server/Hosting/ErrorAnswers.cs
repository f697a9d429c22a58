using Kept.Engine;
using Kept.Ledger;
using Kept.Server.Api;
using Kept.Server.Pages;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Kept.Server.Hosting;

/// <summary>
/// An error as whoever asked can read it: people get a page, programs get problem details. What passes by itself says when, and then a page asks again by
/// itself, without a script.
/// </summary>
internal sealed class ErrorAnswers(Sight sight, Assets assets)
{
    /// <summary>A page does not stand still for longer, however long a program is told to stay away.</summary>
    private const int LongestWait = 60;

    /// <summary>Each page adds it, and none can be made where it is already: the one that failed left it behind.</summary>
    private const string MarkOfPages = "blazor-enhanced-nav";

    private static readonly string[] NoPages = ["/api", "/beat", "/ping", "/probe", "/metrics", "/healthz", "/assets"];

    /// <param name="context">The request; nothing of its answer was sent yet. Its <c>Retry-After</c>, where there is one, is when the page asks again.</param>
    /// <param name="error">What it is.</param>
    /// <param name="detail">What it means here, as a sentence without its capital and its full stop.</param>
    public async Task TellAsync(HttpContext context, ApiError error, string detail)
    {
        context.Response.StatusCode = error.Status;
        context.Response.Headers.CacheControl = "no-store";
        if (IsPage(context.Request)) context.Response.Headers.Vary = HeaderNames.Accept;
        if (!WantsPage(context.Request, error == ApiError.ForeignHost))
        {
            await error.Answer(detail).ExecuteAsync(context);
            return;
        }
        // the parts of a page serve one page: where making one failed, its words need parts of their own
        var before = context.RequestServices;
        await using var parts = before.CreateAsyncScope();
        context.RequestServices = parts.ServiceProvider;
        context.Response.Headers.Remove(MarkOfPages);
        try
        {
            await PageOf(context, error, char.ToUpperInvariant(detail[0]) + detail[1..].TrimEnd('.') + ".").ExecuteAsync(context);
        }
        finally
        {
            context.RequestServices = before;
        }
    }

    /// <summary>What is missing is told on a page of the house; what is wrong with Kept itself is told alone, for the house may be what fails.</summary>
    private IResult PageOf(HttpContext context, ApiError error, string sentence) =>
        error.Status is StatusCodes.Status400BadRequest or StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed or StatusCodes.Status413PayloadTooLarge && TryView() is { } view
            ? new RazorComponentResult<LostPage>(new { House = view, Files = assets, error.Title, Detail = sentence, error.Code }) { StatusCode = error.Status }
            : new RazorComponentResult<NoticePage>(new { Files = assets, error.Title, Detail = sentence, error.Code, Face = FaceOf(error), Word = WordOf(error), Again = AgainAfter(context) }) { StatusCode = error.Status };

    /// <summary>Whether a page is the better answer: the request is for a page, and does not like problem details more.</summary>
    /// <param name="request">The request.</param>
    /// <param name="mustBeNamed">Only for who names HTML, as browsers do; otherwise also for who takes anything.</param>
    public static bool WantsPage(HttpRequest request, bool mustBeNamed = false)
    {
        if (!IsPage(request)) return false;
        var likes = request.GetTypedHeaders().Accept;
        var page = Liking(likes, "text", "html");
        if (mustBeNamed || !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)))
            return likes.Any(like => like.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase)) && page > 0;
        return likes.Count == 0 || page > 0 && page >= Math.Max(Liking(likes, "application", "problem+json"), Liking(likes, "application", "json"));
    }

    private static bool IsPage(HttpRequest request) => !NoPages.Any(path => request.Path.StartsWithSegments(path));

    /// <summary>How much a type is liked, 0…1: by the entry that names it most exactly.</summary>
    private static double Liking(IList<MediaTypeHeaderValue> likes, string type, string subtype)
    {
        var (best, liking) = (-1, 0.0);
        foreach (var like in likes)
        {
            var exactness = like.MatchesAllTypes ? 0
                : !like.Type.Equals(type, StringComparison.OrdinalIgnoreCase) ? -1
                : like.MatchesAllSubTypes ? 1
                : like.MediaType.Equals($"{type}/{subtype}", StringComparison.OrdinalIgnoreCase) ? 2 : -1;
            if (exactness > best) (best, liking) = (exactness, like.Quality ?? 1);
        }
        return liking;
    }

    private static int? AgainAfter(HttpContext context) =>
        (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)) && int.TryParse(context.Response.Headers.RetryAfter, out var seconds) ? Math.Clamp(seconds, 1, LongestWait) : null;

    private static Face FaceOf(ApiError error) =>
        error == ApiError.OwnFault || error == ApiError.StorageRefuses ? Face.Broken : error == ApiError.TooMany || error == ApiError.TooOften ? Face.AtRisk : Face.Unknown;

    private static string WordOf(ApiError error) =>
        error == ApiError.Starting ? "starting" : error == ApiError.Ending ? "stopping" : error == ApiError.OwnFault ? "our fault" : error == ApiError.StorageRefuses ? "not answering"
        : error == ApiError.TooMany || error == ApiError.TooOften ? "busy" : error == ApiError.ForeignHost ? "not this name" : "nothing to show";

    /// <summary>The house to put around the words; without it they are told alone.</summary>
    private HouseView? TryView()
    {
        try
        {
            return sight.View();
        }
        catch (Exception fault) when (fault is StartingException or LedgerException or InvalidOperationException or ObjectDisposedException)
        {
            return null;
        }
    }
}
