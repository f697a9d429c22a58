using System.Globalization;
using Kept.Model;
using Kept.Tell;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kept.Server.Api;

/// <summary>Who is told: routes, silences, and whether a route works. What changes something is taken only while nobody but this machine can ask.</summary>
internal static class TellApi
{
    private const int LongestText = 500;

    /// <summary>A page of a stranger can make a browser post a form, but not with this header.</summary>
    internal const string OwnHeader = "X-Kept-Ask";

    internal static void Map(RouteGroupBuilder api, Sight sight)
    {
        api.MapRead("/tell", () => TypedResults.Ok(Wire(sight))).WithSummary("Who is told: each route with what it carried, what waits and what was given up, and the silences that hold");
        if (sight.IsPublic || sight.Teller is not { } teller) return;

        api.MapPost("/tell/test", async Task<Ok<WireTested>> (HttpContext context, string? route) =>
        {
            Own(context);
            if (route is not null && sight.View().House.Settings.Routes.All(one => one.Name != route)) throw new WrongRequestException($"the house has no route '{Short(route)}'; /api/v1/tell lists them");
            var answers = await teller.TestAsync(route, context.RequestAborted);
            return TypedResults.Ok(new WireTested([.. answers.Select(one => new WireTestAnswer(one.Route, one.Kind, one.Carried, one.Words))]));
        }).WithSummary("Sends a message over a route, or over all, and tells what its receiver answered").Fails(ApiError.WrongRequest);

        api.MapPost("/tell/silences", async Task<Ok<WireSilence>> (HttpContext context, string? scope, string? length, string? because, string? by) =>
        {
            Own(context);
            var time = Asking.Length(length, nameof(length)) ?? throw new WrongRequestException("length is needed: for how long, like 30m, 2h or 1d");
            if (time > Teller.LongestSilence) throw new WrongRequestException($"nobody remembers a silence for so long; write at most {Teller.LongestSilence.ToWords()}");
            if (string.IsNullOrWhiteSpace(because)) throw new WrongRequestException("because is needed: who finds the silence wants to know why");
            var covered = Scope(sight, scope) ?? throw new WrongRequestException($"'{Short(scope ?? "")}' is no promise and no agent of this house; write all to silence everything");
            return TypedResults.Ok(Wire(await teller.SilenceAsync(covered, time, Plain(by ?? ""), Plain(because), context.RequestAborted)));
        }).WithSummary("Nobody is told of a promise, an agent or everything for a while; what is still broken then is told").Fails(ApiError.WrongRequest);

        api.MapDelete("/tell/silences/{id}", async Task<Ok<WireTelling>> (HttpContext context, string id, string? by) =>
        {
            Own(context);
            if (!long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || !await teller.EndSilenceAsync(number, Plain(by ?? ""), context.RequestAborted))
                throw new WrongRequestException($"no silence has the number '{Short(id)}'; /api/v1/tell lists them");
            return TypedResults.Ok(Wire(sight));
        }).WithSummary("Ends a silence before its time").Fails(ApiError.WrongRequest);
    }

    private static void Own(HttpContext context)
    {
        // the Host header is whatever a caller writes; only where the connection comes from is not, and a proxy hands on strangers
        if (context.Connection.RemoteIpAddress is not { } from || !System.Net.IPAddress.IsLoopback(from) || context.Request.Headers.ContainsKey("X-Forwarded-For") || context.Request.Headers.ContainsKey("Forwarded"))
            throw new WrongRequestException("what changes something is asked on the machine that Kept runs on, and not through a proxy");
        if (!context.Request.Headers.ContainsKey(OwnHeader)) throw new WrongRequestException($"what changes something is asked with the header {OwnHeader}: 1, so that no page in a browser can ask it");
    }

    /// <summary>What a person calls it: <c>all</c>, an agent, or a promise, whose newest line is meant where none is said.</summary>
    private static string? Scope(Sight sight, string? scope)
    {
        var view = sight.View();
        if (scope is null) return null;
        if (scope == Silence.All || view.House.Agents.Any(agent => agent.Id == scope) || view.Promises.Any(promise => promise.Promise.Name.Agent == scope)) return scope;
        return PromiseName.TryParse(scope, null, out var name) && view.Find(name) is { } found ? found.Promise.Name.ToString() : null;
    }

    internal static WireTelling Wire(Sight sight)
    {
        var view = sight.Telling();
        // strangers learn that a route fails, not where it leads or what its receiver says
        var full = !sight.IsPublic;
        return new WireTelling(sight.Now.ToString(),
            [.. view.Routes.Select(route => new WireRoute(route.Name, route.Kind, State(route), route.ToldCount, route.Waiting, route.DeadCount, route.ProvenAt?.ToString(), full ? route.LastAnswer : null,
                route.FailingSince?.ToString(), full ? route.LastError : null, route.NextTry?.ToString(),
                full ? [.. route.Dead.Select(dead => new WireDeadLetter(dead.Id, dead.Title, dead.At.ToString(), dead.Why))] : [],
                TidingsWords.In(route.Settings.When), full ? route.CanaryDue?.ToString() : null, full ? [.. route.Letters.Select(letter => new WireLetter(letter.Id, letter.Title, letter.At.ToString()))] : []))],
            full ? [.. view.Silences.Select(Wire)] : [], view.Fault);
    }

    internal static string State(RouteView route) => route switch
    {
        { IsGone: true } => "gone",
        { FailingSince: not null } => "failing",
        { ProvenAt: null } => "unproven",
        _ => "working",
    };

    private static WireSilence Wire(Silence silence) => new(silence.Id, silence.Scope, silence.Began.ToString(), silence.Until.ToString(), silence.By, silence.Because);

    private static string Plain(string text) => string.Concat(Short(text, LongestText).Select(c => char.IsControl(c) ? ' ' : c));

    private static string Short(string text, int longest = 100) => text.Length > longest ? text[..longest] + "…" : text;
}
