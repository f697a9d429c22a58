using Kept.Server.Api;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kept.Server.DropIn;

/// <summary>blackbox_exporter's <c>/probe?target=…&amp;module=…</c>. It is an open proxy by its nature, so it is there only where house.yaml says so.</summary>
internal static class ProbeApi
{
    /// <summary>The text format of Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/).</summary>
    private const string MetricsType = "text/plain; version=0.0.4; charset=utf-8";

    private static readonly string[] Methods = ["GET", "HEAD"];

    public static void Map(IEndpointRouteBuilder routes, Prober prober) =>
        routes.MapMethods("/probe", Methods, (HttpContext context, CancellationToken gone) => ProbeAsync(context, prober, gone)).ExcludeFromDescription();

    private static async Task<IResult> ProbeAsync(HttpContext context, Prober prober, CancellationToken gone)
    {
        if (prober.Settings is not { } settings) return ApiError.NoSuchPage.Answer("nothing is probed here for others; `probe:` in house.yaml turns it on");
        if (Hosting.ForeignPage.Sent(context.Request)) throw new WrongRequestException("a page of another site may not have this machine look at addresses");
        var query = context.Request.Query;
        context.Response.Headers.CacheControl = "no-store";
        if (query["hostname"].ToString().Length > 0) return Say(StatusCodes.Status400BadRequest, "the parameter hostname is not known here: write a module with the header Host");
        var probed = await prober.ProbeAsync(settings, query["module"].ToString(), query["target"].ToString(), context.Request.Headers["X-Prometheus-Scrape-Timeout-Seconds"], context.Connection.RemoteIpAddress, gone);
        if (probed.Status == StatusCodes.Status503ServiceUnavailable) context.Response.Headers.RetryAfter = "1";
        return probed.Status == StatusCodes.Status200OK ? TypedResults.Text(probed.Text, MetricsType) : Say(probed.Status, probed.Text);
    }

    private static ContentHttpResult Say(int status, string words) => TypedResults.Text(words + "\n", "text/plain", statusCode: status);
}
