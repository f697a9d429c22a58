using Kept.Ledger;
using Kept.Server.Api;
using Kept.Server.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Kept.Server.Pages;

/// <summary>The pages: static, made on the server, whole without a script.</summary>
internal static class PageRoutes
{
    public static void MapPages(this IEndpointRouteBuilder routes, Sight sight, Assets assets)
    {
        var pages = routes.MapGroup("").ExcludeFromDescription();

        pages.MapRead("/", (string? state, string? from) =>
        {
            Face? only = string.IsNullOrEmpty(state) ? null : Enum.GetValues<Face>().Select(face => (Face?)face).FirstOrDefault(face => Faces.Class(face!.Value) == state)
                ?? throw new WrongRequestException("state is none of " + string.Join(", ", Enum.GetValues<Face>().Select(Faces.Class)));
            return new RazorComponentResult<HousePage>(new { House = sight.View(), sight.Ledger, Files = assets, sight.HousePath, Telling = sight.Telling(), sight.IsPublic, Only = only, From = from is null ? 0 : Asking.Whole(from, nameof(from), 0, 10_000_000) });
        });

        pages.MapRead("/agents/{agent}", IResult (HttpContext context, string agent) =>
        {
            var house = sight.View();
            return AgentPage.Knows(house, agent)
                ? new RazorComponentResult<AgentPage>(new { House = house, sight.Ledger, Files = assets, Id = agent, Findings = sight.Findings() })
                : Lost(context, house, assets, ApiError.NoSuchAgent, "Nobody of that name speaks in this house, and nothing in it speaks of them.");
        });

        pages.MapRead("/promises/{agent}/{name}", IResult (HttpContext context, string agent, string name, string? over) =>
        {
            var house = sight.View();
            return Asking.Promise(sight, house, agent, name) is { } view
                ? new RazorComponentResult<PromisePage>(new { House = house, View = view, sight.Ledger, Files = assets, Over = Asking.Length(over, nameof(over)) })
                : Lost(context, house, assets, ApiError.NoSuchPromise, "This house knows no promise of that name. It may have been withdrawn or renamed.");
        });

        pages.MapRead("/problems", () =>
        {
            var house = sight.View();
            return new RazorComponentResult<ProblemsPage>(new { House = house, Found = sight.Hollow(house.House), Files = assets });
        });

        pages.MapRead("/evidence", (string? before) =>
        {
            var cursor = Asking.Cursor(before, nameof(before));
            return new RazorComponentResult<EvidencePage>(new { House = sight.View(), Files = assets, Entries = Older(sight.Ledger, cursor), Before = cursor > 0 ? (long?)cursor : null });
        });

        pages.MapRead("/tell", () => new RazorComponentResult<TellPage>(new { House = sight.View(), Telling = sight.Telling(), sight.IsPublic, Files = assets }));

        pages.MapRead("/add", () => new RazorComponentResult<AddPage>(new { House = sight.View(), Files = assets, sight.HousePath }));
    }

    /// <summary>A page of entries before a sequence, newest first. Sequences have no holes, so the page before it is found by counting.</summary>
    private static IReadOnlyList<Entry> Older(ILedger ledger, long before)
    {
        if (before <= 0) return ledger.Entries(new EntryQuery(Limit: EvidencePage.PageSize, NewestFirst: true));
        var after = Math.Max(0, before - 1 - EvidencePage.PageSize);
        return [.. ledger.Entries(new EntryQuery(After: after, Limit: EvidencePage.PageSize)).Where(entry => entry.Sequence < before).Reverse()];
    }

    private static IResult Lost(HttpContext context, Engine.HouseView house, Assets assets, ApiError error, string detail)
    {
        context.Response.Headers.Vary = HeaderNames.Accept;
        return ErrorAnswers.WantsPage(context.Request)
            ? new RazorComponentResult<LostPage>(new { House = house, Files = assets, error.Title, Detail = detail, error.Code }) { StatusCode = error.Status }
            : error.Answer(detail);
    }
}
