using Kept.Ledger;
using Kept.Server.DropIn;

namespace Kept.Server.Hosting;

/// <summary>
/// Every address at which watched things call: our own, and those of other tools that documents name. It knows whose call a request is without hearing it, so that one which a bound
/// of ours refuses is told to the engine, and what follows is no silence of the thing that called.
/// </summary>
internal sealed class Doorbell(Sight sight, OldAddresses old)
{
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH"];

    /// <summary>Whether a request is a call, by its path alone.</summary>
    public static bool IsCall(PathString path) => path.StartsWithSegments("/beat") || path.StartsWithSegments("/ping") || path.StartsWithSegments("/api/push") || IsOfEndpoint(path);

    /// <summary>A call was refused by a bound of ours: what follows is no silence of the thing that called. Any other request, and a start or a log, which set no deadline, is none.</summary>
    public void SentAway(HttpRequest request)
    {
        if (!IsCall(request.Path) || !Methods.Contains(request.Method) || ForeignPage.Sent(request)) return;
        foreach (var key in KeysOf(request)) sight.SentAway(key);
    }

    private IReadOnlyList<string> KeysOf(HttpRequest request)
    {
        var parts = request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is not [.., not ("start" or "log")]) return [];
        // addresses are known by whatever letters, keys are not
        bool Is(int at, string word) => at < parts.Length && parts[at].Equals(word, StringComparison.OrdinalIgnoreCase);
        try
        {
            return parts switch
            {
                [_, var key] when Is(0, "beat") => [key],
                [_, var key, _] when Is(0, "beat") => [key],
                [_, var uuid] when Is(0, "ping") => old.OfUuid(uuid),
                [_, var first, var second] when Is(0, "ping") => Guid.TryParseExact(first, "D", out _) ? old.OfUuid(first) : old.OfSlug(first, second),
                [_, var pingKey, var slug, _] when Is(0, "ping") => old.OfSlug(pingKey, slug),
                [_, _, var token] when Is(1, "push") => old.OfKuma(token),
                [_, _, _, var endpoint, _] when Is(2, "endpoints") => old.OfEndpoint(endpoint, TokenOf(request) ?? "") ?? [],
                _ => [],
            };
        }
        catch (Exception fault) when (fault is StartingException or LedgerException)
        {
            return []; // before the house is read nobody knows whose key it is
        }
    }

    /// <summary>The token of <c>Authorization: Bearer …</c>; null where there is none.</summary>
    public static string? TokenOf(HttpRequest request) => request.Headers.Authorization.ToString() is var header && header.StartsWith("Bearer ", StringComparison.Ordinal) ? header["Bearer ".Length..].Trim() : null;

    private static bool IsOfEndpoint(PathString path) => path.StartsWithSegments("/api/v1/endpoints", out var rest) && rest.Value!.EndsWith("/external", StringComparison.OrdinalIgnoreCase);
}
