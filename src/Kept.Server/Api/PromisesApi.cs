using Kept.Engine;
using Kept.Model;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kept.Server.Api;

/// <summary>Promises and wishes: how they stand, why, and what was seen.</summary>
internal static class PromisesApi
{
    private const int MostItems = 1000, MostPoints = 2000, MostEvidence = 100;

    public static void Map(RouteGroupBuilder api, Sight sight)
    {
        api.MapRead("/promises", (string? agent, string? outcome, string? standing, string? q, string? limit, string? after) =>
            TypedResults.Ok(List(sight, agent, outcome, standing, q, Asking.Whole(limit, nameof(limit), 100, MostItems), after)))
            .WithSummary("Promises and wishes in document order, filtered and paged").Fails(ApiError.WrongRequest);

        api.MapRead("/promises/{agent}/{name}", Results<Ok<WirePromise>, JsonHttpResult<WireProblem>> (string agent, string name) =>
        {
            var house = sight.View();
            return Asking.Promise(sight, house, agent, name) is { } view ? TypedResults.Ok(view.Wire(house)) : Missing(agent, name);
        }).WithSummary("One promise; without @line its newest line").Fails(ApiError.NoSuchPromise);

        api.MapRead("/promises/{agent}/{name}/verdict", Results<Ok<WireVerdict>, JsonHttpResult<WireProblem>> (string agent, string name) =>
        {
            var house = sight.View();
            return Asking.Promise(sight, house, agent, name) is { } view ? TypedResults.Ok(view.WireVerdict(house)) : Missing(agent, name);
        }).WithSummary("Its verdict with lines, assessor, place and age").Fails(ApiError.NoSuchPromise);

        api.MapRead("/promises/{agent}/{name}/explain", Results<Ok<WireExplanation>, JsonHttpResult<WireProblem>> (string agent, string name) =>
        {
            var house = sight.View();
            return Asking.Promise(sight, house, agent, name) is { } view ? TypedResults.Ok(Explanation.Of(house, view).Wire(view)) : Missing(agent, name);
        }).WithSummary("Why it is in its state: the rule, its inputs, their ages").Fails(ApiError.NoSuchPromise);

        api.MapRead("/promises/{agent}/{name}/looks", Results<Ok<WireLooks>, JsonHttpResult<WireProblem>> (string agent, string name, string? check, string? from, string? to, string? points) =>
        {
            var house = sight.View();
            if (Asking.Promise(sight, house, agent, name) is not { } view) return Missing(agent, name);
            if (Check(view, check) is not { } found) return MissingCheck(view);
            var (since, until) = Asking.Stretch(from, to, house.AsOf + Duration.Seconds(1));
            var series = Series.Read(sight.Ledger, found.Series, found.Check.Every, since, until, Asking.Whole(points, nameof(points), 400, MostPoints));
            return TypedResults.Ok(new WireLooks(view.Promise.Name.ToString(), found.Check.Name, series.From.ToString(), until.ToString(), series.Step.Nanoseconds, series.Looks,
                [.. series.Points.Select(Conversion.Wire)], [.. series.Gaps.Select(gap => new WireGap(gap.From.ToString(), gap.To.ToString()))]));
        }).WithSummary("Looks of one check over a time, reduced for drawing").Fails(ApiError.NoSuchPromise, ApiError.NoSuchCheck, ApiError.WrongRequest);

        api.MapRead("/promises/{agent}/{name}/evidence", Results<Ok<WireEvidence>, JsonHttpResult<WireProblem>> (string agent, string name, string? check, string? limit) =>
        {
            var house = sight.View();
            if (Asking.Promise(sight, house, agent, name) is not { } view) return Missing(agent, name);
            var most = Asking.Whole(limit, nameof(limit), 10, MostEvidence);
            var checks = check is null ? view.Checks : [.. view.Checks.Where(candidate => candidate.Check.Name == check)];
            if (check is not null && checks.Length == 0) return MissingCheck(view);
            var items = checks.SelectMany(candidate => sight.Ledger.EvidenceOf(candidate.Series, most).Select(evidence => (candidate.Check.Name, evidence))).OrderByDescending(pair => pair.evidence.Slot).Take(most);
            return TypedResults.Ok(new WireEvidence(view.Promise.Name.ToString(), [.. items.Select(pair => new WireRead(pair.Name, pair.evidence.Slot.ToString(), Conversion.Json(pair.evidence.Body)))]));
        }).WithSummary("What single looks read, newest first").Fails(ApiError.NoSuchPromise, ApiError.NoSuchCheck, ApiError.WrongRequest);
    }

    private static WirePromises List(Sight sight, string? agent, string? outcome, string? standing, string? text, int limit, string? after)
    {
        var house = sight.View();
        IEnumerable<PromiseView> views = house.Promises;
        if (agent is not null) views = views.Where(view => view.Promise.Name.Agent == agent);
        if (outcome is not null)
        {
            var wanted = Outcomes.FromWire(outcome);
            if (wanted.Wire() != outcome) throw new WrongRequestException("outcome is none of kept, broken, unknown, not-in-force, not-a-promise");
            views = views.Where(view => view.Verdict.Outcome == wanted);
        }
        if (standing is not null)
        {
            if (Enum.GetValues<Standing>().All(value => Say.Wire(value) != standing)) throw new WrongRequestException("standing is none of draft, offered, agreed, wished");
            views = views.Where(view => Say.Wire(view.Promise.Standing) == standing);
        }
        if (!string.IsNullOrEmpty(text))
            views = views.Where(view => view.Promise.Name.ToString().Contains(text, StringComparison.OrdinalIgnoreCase) || view.Promise.Benefit.Contains(text, StringComparison.OrdinalIgnoreCase));
        var matching = views.ToList();
        var start = 0;
        if (!string.IsNullOrEmpty(after))
        {
            start = matching.FindIndex(view => view.Promise.Name.ToString() == after) + 1;
            if (start == 0) throw new WrongRequestException("after names no promise of this list; take it from next of the page before, and begin again when the house has changed");
        }
        var page = matching.Skip(start).Take(limit).ToList();
        return new WirePromises(house.AsOf.ToString(), house.Sequence, matching.Count, [.. page.Select(view => sight.Shown(view).Wire(house))],
            start + page.Count < matching.Count ? page[^1].Promise.Name.ToString() : null);
    }

    private static CheckView? Check(PromiseView view, string? name) => name is null ? view.Checks.FirstOrDefault() : view.Checks.FirstOrDefault(check => check.Check.Name == name);

    private static JsonHttpResult<WireProblem> Missing(string agent, string name) =>
        ApiError.NoSuchPromise.Answer($"this house knows no promise {Short(agent)}/{Short(name)}; /api/v1/promises lists them");

    private static JsonHttpResult<WireProblem> MissingCheck(PromiseView view) =>
        ApiError.NoSuchCheck.Answer(view.Checks.Length == 0 ? $"{view.Promise.Name} has no check" : $"{view.Promise.Name} has the checks {string.Join(", ", view.Checks.Select(check => check.Check.Name))}");

    private static string Short(string text) => text.Length > 100 ? text[..100] + "…" : text;
}
