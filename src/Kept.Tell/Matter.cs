using Kept.Model;

namespace Kept.Tell;

/// <summary>What somebody may have to be told of, as the ledger's newest entry about it says: a promise, an alert of one, or a route that fails.</summary>
/// <param name="Key">Its <see cref="MatterKey"/>.</param>
/// <param name="Outcome">How it stands; an alert that fires and a route that fails are broken.</param>
/// <param name="Before">How it stood before.</param>
/// <param name="Since">Event time of the change.</param>
/// <param name="Sequence">Of the entry.</param>
/// <param name="Reason">In words.</param>
/// <param name="IsWish">Met or unmet, not kept or broken.</param>
internal sealed record Matter(string Key, Outcome Outcome, Outcome Before, Instant Since, long Sequence, string Reason, bool IsWish)
{
    /// <summary>Nothing to tell of by itself.</summary>
    public bool IsWell => IsWellAs(Outcome);

    /// <summary>It is no more, and is known only for those who heard that it was not well.</summary>
    public bool IsWithdrawn { get; init; }

    public static bool IsWellAs(Outcome outcome) => outcome is Outcome.Kept or Outcome.NotInForce;
}

/// <summary>Keys of matters: <c>agent/promise@1</c>, <c>agent/promise@1#alert</c>, <c>route:oncall</c>. No name of a promise or an alert holds <c>#</c> or <c>:</c>.</summary>
internal static class MatterKey
{
    public static string OfAlert(string promise, string alert) => promise + "#" + alert;

    public static string OfRoute(string route) => "route:" + route;

    public static string? RouteOf(string key) => key.StartsWith("route:", StringComparison.Ordinal) ? key["route:".Length..] : null;

    public static (string Promise, string? Alert) Parts(string key) => key.IndexOf('#', StringComparison.Ordinal) is > 0 and var hash ? (key[..hash], key[(hash + 1)..]) : (key, null);

    /// <summary>What a change to this outcome is to a route's <c>when</c>.</summary>
    public static Tidings TidingsOf(string key, Outcome outcome) => outcome switch
    {
        Outcome.Kept or Outcome.NotInForce => Tidings.Recovered,
        Outcome.Broken when key.Contains('#', StringComparison.Ordinal) => Tidings.Alerts,
        Outcome.Broken => Tidings.Broken,
        Outcome.NotAPromise => Tidings.NotAPromise,
        _ => Tidings.Unknown,
    };
}

/// <summary>A time in which nobody is told of something; looking and judging go on.</summary>
/// <param name="Id">Sequence of the entry that began it.</param>
/// <param name="Scope"><c>all</c>, an agent, or a promise.</param>
/// <param name="Until">When it ends by itself.</param>
/// <param name="By">Who asked for it, as they said.</param>
/// <param name="Because">Why.</param>
/// <param name="Began">When it began.</param>
public sealed record Silence(long Id, string Scope, Instant Until, string By, string Because, Instant Began)
{
    public const string All = "all";

    internal bool Covers(string key)
    {
        if (Scope == All) return true;
        if (MatterKey.RouteOf(key) is not null) return false;
        var (promise, _) = MatterKey.Parts(key);
        return promise == Scope || promise.StartsWith(Scope + "/", StringComparison.Ordinal);
    }
}
