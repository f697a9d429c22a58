using System.Collections.Immutable;
using Kept.Model;
using Kept.Server.Api;
using Kept.Tell;

namespace Kept.Server;

/// <summary>Routes and silences as people read them: the same words on the page, in the API and on the command line.</summary>
internal static class TellWords
{
    /// <summary><c>working</c>, <c>failing</c>, <c>gone</c>, <c>unproven</c>: as something that is shown. What was never proven is unknown.</summary>
    public static Face FaceOf(RouteView route) => TellApi.State(route) switch { "working" => Face.Kept, "unproven" => Face.Unknown, _ => Face.Broken };

    /// <summary>What a route is told, as a sentence goes on: <c>what breaks, what is unknown for 10 min, and what is well again</c>.</summary>
    public static string IsTold(TellRoute route)
    {
        var parts = new List<string>();
        if (route.When.HasFlag(Tidings.Broken)) parts.Add("what breaks");
        if (route.When.HasFlag(Tidings.Unknown)) parts.Add(route.UnknownAfter > Duration.Zero ? $"what is unknown for {Say.Length(route.UnknownAfter)}" : "what is unknown");
        if (route.When.HasFlag(Tidings.NotAPromise)) parts.Add("what is not a promise");
        if (route.When.HasFlag(Tidings.Alerts)) parts.Add("alerts on error budgets");
        if (route.When.HasFlag(Tidings.Recovered)) parts.Add("what is well again");
        return parts switch
        {
            [] => "nothing",
            [var one] => one,
            [var one, var two] => $"{one} and {two}",
            _ => string.Join(", ", parts.SkipLast(1)) + ", and " + parts[^1],
        };
    }

    /// <summary>How a message goes there.</summary>
    public static string Way(RouteKind kind) => kind switch { RouteKind.Webhook => "signed webhook", RouteKind.Mail => "mail", _ => "ntfy" };

    /// <summary>Why somebody may not hear of what breaks; null where everybody does.</summary>
    public static string? Trouble(TellView telling)
    {
        if (telling.Fault is { } fault) return $"Nothing can be told for now: {fault}.";
        var failing = telling.Routes.Where(route => FaceOf(route) == Face.Broken).Select(route => route.Name).ToList();
        return failing.Count switch
        {
            0 => null,
            1 => $"The route {failing[0]} carries no messages.",
            _ => $"{Say.Count(failing.Count)} routes carry no messages: {string.Join(", ", failing)}.",
        };
    }

    /// <summary>What silences cover, a few by name.</summary>
    public static string Scopes(ImmutableArray<Silence> silences)
    {
        var scopes = silences.Select(ScopeOf).Distinct(StringComparer.Ordinal).ToList();
        return string.Join(", ", scopes.Take(3)) + (scopes.Count > 3 ? $" and {Say.Count(scopes.Count - 3)} more" : "");
    }

    /// <summary><c>everything</c>, an agent, or a promise.</summary>
    public static string ScopeOf(Silence silence) => silence.Scope == Silence.All ? "everything" : silence.Scope;
}
