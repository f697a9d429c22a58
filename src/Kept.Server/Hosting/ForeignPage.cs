namespace Kept.Server.Hosting;

/// <summary>
/// Any page that somebody looks at can make their browser call an address that it reaches, and a forged call is a promise told as kept. Browsers say so, by
/// a header that pages cannot set (Fetch Metadata), or by the origin; whatever else calls sends neither. By plain HTTP to another machine browsers send no Fetch Metadata,
/// and for an image no origin: there a reading call of a browser is refused by what else gives it away.
/// </summary>
internal static class ForeignPage
{
    public const string Refusal = "a heartbeat is called by the watched thing itself, not by a page of another site in somebody's browser; by plain HTTP from another machine not by a browser at all";

    /// <summary>Whether a page of another site may have made somebody's browser send it.</summary>
    public static bool Sent(HttpRequest request)
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
}
