using Kept.Model;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kept.Server.Api;

/// <summary>The house, its agents, what is wrong with its documents, and the engine's own figures.</summary>
internal static class HouseApi
{
    public static void Map(RouteGroupBuilder api, Sight sight)
    {
        api.MapRead("/house", () => TypedResults.Ok(sight.View().Wire())).WithSummary("The house at this moment: counts, faults, sequence");

        api.MapRead("/agents", () =>
        {
            var view = sight.View();
            return TypedResults.Ok(new WireAgents(view.AsOf.ToString(), view.Sequence, [.. view.House.Agents.Select(Conversion.Wire)]));
        }).WithSummary("Who speaks in this house");

        api.MapRead("/agents/{agent}", Results<Ok<WireAgent>, JsonHttpResult<WireProblem>> (string agent) =>
            sight.View().House.Agents.FirstOrDefault(candidate => candidate.Id == agent) is { } found
                ? TypedResults.Ok(found.Wire())
                : ApiError.NoSuchAgent.Answer("no agent of that name speaks in this house; /api/v1/agents lists them"))
            .WithSummary("One agent").Fails(ApiError.NoSuchAgent);

        api.MapRead("/diagnostics", () =>
        {
            var view = sight.View();
            var hollow = sight.Hollow(view.House);
            return TypedResults.Ok(new WireDiagnostics(view.AsOf.ToString(), view.Fault?.Wire(), [.. view.House.Diagnostics.Concat(hollow?.Findings ?? []).Select(Conversion.Wire)],
                hollow is null ? null : new WireHollow(hollow.IsWhole ? "searched" : "searching", hollow.More)));
        }).WithSummary("What is wrong with the documents");

        api.MapRead("/figures", () =>
        {
            var view = sight.View();
            return TypedResults.Ok(view.Figures.Wire(view.AsOf, view.Anchors));
        }).WithSummary("The engine about itself: lateness, queue, gaps");
    }

    /// <summary>How the server itself does; its own promises look here.</summary>
    public static void MapHealth(IEndpointRouteBuilder routes, Sight sight) =>
        routes.MapRead("/healthz", () =>
        {
            var view = sight.View();
            var figures = view.Figures;
            var late = (figures.LatenessP99.Nanoseconds + Duration.PerMillisecond - 1) / Duration.PerMillisecond;
            return TypedResults.Ok(new WireHealth("up", figures.StorageFault is null, figures.UnrecordedLooks, late, view.Fault is not null, figures.Faults, sight.Now.ToString(), sight.Mark));
        }).ExcludeFromDescription();
}
