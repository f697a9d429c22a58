using System.Net;
using Kept.Ledger;
using Kept.Server.Api;
using Kept.Server.DropIn;

namespace Kept.Server.Hosting;

/// <summary>What every answer has in common: headers that keep browsers safe, errors with a code and words, and only names of this machine while it is not public.</summary>
/// <param name="stopping">Cancelled once the web side stops: what fails then is no fault, it is the end.</param>
internal sealed partial class Guard(RequestDelegate next, Sight sight, ErrorAnswers errors, Doorbell bell, bool isPublic, ILogger log, CancellationToken stopping)
{
    /// <summary>Nothing from elsewhere, nothing inline: a string that slipped through encoding could still run nothing.</summary>
    public const string ContentPolicy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    /// <summary>Answers under way at once; more are told to come back rather than slowing all. Streams have their own bound.</summary>
    public const int MostAtOnce = 256;

    private readonly CallerBounds? _bounds = isPublic ? new CallerBounds(sight.Time) : null;
    private int _underWay;

    public async Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
        if (context.Request.ContentLength > MostOf(context.Request)) LastOfConnection(context);
        // style and icon are the same in every house, and the words below are to be read
        if (!isPublic && !IsOurs(context.Request.Host.Host) && !context.Request.Path.StartsWithSegments("/assets"))
        {
            // a page of a stranger may point its own name at this machine; it must not read what only this machine may, so no page of the house is put around the words
            await errors.TellAsync(context, ApiError.ForeignHost, "ask by localhost or 127.0.0.1, or start with --public to answer by every name");
            return;
        }
        var from = context.Connection.RemoteIpAddress;
        var isStream = string.Equals(context.Request.Path.Value?.TrimEnd('/'), "/api/v1/events/stream", StringComparison.OrdinalIgnoreCase);
        if (_bounds?.Enter(from, isStream, Doorbell.IsCall(context.Request.Path)) is { } wait)
        {
            bell.SentAway(context.Request);
            ApiError.WaitFor(context, wait);
            await errors.TellAsync(context, ApiError.TooOften, "this address asks for too much at once; ask again after Retry-After seconds");
            return;
        }
        var counted = !isStream;
        try
        {
            if (counted && Interlocked.Increment(ref _underWay) > MostAtOnce)
            {
                bell.SentAway(context.Request);
                context.Response.Headers.RetryAfter = "1";
                await errors.TellAsync(context, ApiError.TooMany, $"{MostAtOnce} answers are under way already; ask again in a moment");
                return;
            }
            await next(context);
            if (context.Response.HasStarted || context.Response.ContentLength is not null || context.Response.ContentType is not null) return;
            if (context.Response.StatusCode == StatusCodes.Status404NotFound)
                await errors.TellAsync(context, ApiError.NoSuchPage, "no page and no answer has this address");
            else if (context.Response.StatusCode == StatusCodes.Status405MethodNotAllowed)
                await errors.TellAsync(context, ApiError.WrongMethod, $"it answers to {headers.Allow}");
        }
        catch (Exception fault) when (!context.Response.HasStarted)
        {
            await FailAsync(context, fault);
        }
        finally
        {
            if (counted) Interlocked.Decrement(ref _underWay);
            _bounds?.Leave(from, isStream);
        }
    }

    private async Task FailAsync(HttpContext context, Exception fault)
    {
        switch (fault)
        {
            case OperationCanceledException when context.RequestAborted.IsCancellationRequested:
                return;
            case WrongRequestException wrong:
                await errors.TellAsync(context, ApiError.WrongRequest, wrong.Message);
                return;
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                bell.SentAway(context.Request);
                LastOfConnection(context);
                await errors.TellAsync(context, ApiError.TooLarge, $"this address takes at most {(context.Request.Path.StartsWithSegments("/ping") ? PingApi.MostTaken : BeatApi.MostBody)} bytes");
                return;
            case BadHttpRequestException bad:
                await errors.TellAsync(context, ApiError.WrongRequest, bad.Message);
                return;
            case StartingException:
                context.Response.Headers.RetryAfter = "1";
                await errors.TellAsync(context, ApiError.Starting, "the house is being read; ask again in a moment");
                return;
            case LedgerException ledger:
                StorageRefused(ledger, ledger.Code, Shown(context.Request.Path));
                context.Response.Headers.RetryAfter = "5";
                await errors.TellAsync(context, ApiError.StorageRefuses, isPublic ? Discretion.OfStorage(ledger.Code) : $"{ledger.Code}: {ledger.Message}"); // the words name folders of this machine
                return;
            case ObjectDisposedException or OperationCanceledException when stopping.IsCancellationRequested:
                context.Response.Headers.RetryAfter = "5";
                await errors.TellAsync(context, ApiError.Ending, "Kept is about to stop, or stopped; ask again when it is back");
                return;
            default:
                OwnFault(fault, Shown(context.Request.Path));
                await errors.TellAsync(context, ApiError.OwnFault, "this request met a fault of ours; the log of the server has it, and everything else goes on");
                return;
        }
    }

    /// <summary>A body that is not read to its end ends the connection; unless the caller is told, its next call is made on a connection that closes under it.</summary>
    private static void LastOfConnection(HttpContext context)
    {
        if (context.Request.Protocol is "HTTP/1.1" or "HTTP/1.0") context.Response.Headers.Connection = "close";
    }

    private static long MostOf(HttpRequest request) => request.Path.StartsWithSegments("/ping") ? PingApi.MostTaken : Web.MostBody;

    /// <summary>A path is whatever a stranger asked for, and the log is read on terminals. That of a call holds its key.</summary>
    private static string Shown(PathString path) => Doorbell.IsCall(path) ? "the address of a heartbeat" : path.ToUriComponent() is { Length: > 200 } text ? text[..200] + "…" : path.ToUriComponent();

    /// <summary>A name that cannot be pointed here from outside: an address of loopback, or localhost and what lies below it.</summary>
    internal static bool IsOurs(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address);

    [LoggerMessage(3001, LogLevel.Error, "A request for {Path} met a fault of ours")]
    private partial void OwnFault(Exception fault, string path);

    [LoggerMessage(3002, LogLevel.Warning, "The ledger refused ({Code}) while answering {Path}")]
    private partial void StorageRefused(Exception fault, string code, string path);
}
