namespace Kept.Server.Api;

internal static class Routes
{
    private static readonly string[] Read = ["GET", "HEAD"];

    /// <summary>An endpoint that only reads, answered alike to GET and HEAD.</summary>
    public static RouteHandlerBuilder MapRead(this IEndpointRouteBuilder routes, string pattern, Delegate handler) => routes.MapMethods(pattern, Read, handler);

    /// <summary>Notes the errors an endpoint may answer, for the API's description.</summary>
    public static RouteHandlerBuilder Fails(this RouteHandlerBuilder route, params ReadOnlySpan<ApiError> errors)
    {
        foreach (var error in errors)
            route.Produces<WireProblem>(error.Status, "application/problem+json");
        return route;
    }

    /// <summary>Everything under /api/v1, and the heartbeats.</summary>
    public static void MapApi(this IEndpointRouteBuilder routes, Sight sight, Hosting.Listener listener)
    {
        var api = routes.MapGroup("/api/v1");
        HouseApi.Map(api, sight);
        PromisesApi.Map(api, sight);
        EventsApi.Map(api, sight);
        TellApi.Map(api, sight);
        BeatApi.Map(routes, listener);
        HouseApi.MapHealth(routes, sight);
    }
}
