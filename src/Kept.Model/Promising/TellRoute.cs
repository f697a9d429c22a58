using System.Collections.Immutable;

namespace Kept.Model;

/// <summary>How messages go over a route.</summary>
public enum RouteKind : byte
{
    /// <summary>Signed JSON to a URL (Standard Webhooks).</summary>
    Webhook,
    /// <summary>Mail over SMTP.</summary>
    Mail,
    /// <summary>A topic of an ntfy server.</summary>
    Ntfy,
}

/// <summary>What a route is told.</summary>
[Flags]
public enum Tidings : byte
{
    None = 0,
    Broken = 1,
    /// <summary>Nobody knows, for longer than <see cref="TellRoute.UnknownAfter"/>.</summary>
    Unknown = 2,
    /// <summary>What was told is over, and how long it lasted.</summary>
    Recovered = 4,
    /// <summary>An alert on an error budget fires.</summary>
    Alerts = 8,
    NotAPromise = 16,
    All = Broken | Unknown | Recovered | Alerts | NotAPromise,
}

/// <summary>The words of <see cref="Tidings"/>, in documents, in the schema and in the API.</summary>
public static class TidingsWords
{
    private static readonly string[] Words = ["broken", "unknown", "recovered", "alerts", "not-a-promise"]; // one a bit, from the lowest

    /// <summary>All of them, in the order in which they are said.</summary>
    public static IReadOnlyList<string> All => Words;

    /// <summary>What a word means; <see cref="Tidings.None"/> where it is none of them.</summary>
    public static Tidings Of(string? word) => Array.IndexOf(Words, word) is >= 0 and var bit ? (Tidings)(1 << bit) : Tidings.None;

    /// <summary>The words of what is told.</summary>
    public static IReadOnlyList<string> In(Tidings tidings) => [.. Words.Where(word => tidings.HasFlag(Of(word)))];
}

/// <summary>A way to somebody, as <c>house.yaml</c> names it. Only the house names ways; documents choose among them.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">How it is spoken.</param>
/// <param name="Address">A URL: of the receiver, of the topic, or <c>smtp://HOST:PORT</c>. May name secrets.</param>
public sealed record TellRoute(string Name, RouteKind Kind, string Address)
{
    /// <summary>In a promise: tell nobody. So no route has this name.</summary>
    public const string Nobody = "nobody";

    /// <summary>Of a webhook: the reference to what signs its messages, <c>${env:NAME}</c>; of ntfy to its token; of mail to the password. Never the secret itself.</summary>
    public string? Secret { get; init; }
    /// <summary>Of mail: who logs in; null sends without.</summary>
    public string? User { get; init; }
    /// <summary>Of mail: who it is from.</summary>
    public string? From { get; init; }
    /// <summary>Of mail: whom it goes to.</summary>
    public ImmutableArray<string> To { get; init; } = [];
    /// <summary>What it is told.</summary>
    public Tidings When { get; init; } = Tidings.All;
    /// <summary>For promises that name no route.</summary>
    public bool IsUsual { get; init; } = true;
    /// <summary>Unknown is told after so long: a restart or a lost look is no news.</summary>
    public Duration UnknownAfter { get; init; } = Duration.Minutes(10);
    /// <summary>A route that told nothing for so long is tried with a message that says so; zero: never.</summary>
    public Duration Canary { get; init; } = Duration.Days(1);
    /// <summary>Where it is written.</summary>
    public Place At { get; init; }

    /// <summary>Same way to the same place: what is known of one holds for the other.</summary>
    public bool LeadsAs(TellRoute other) => Kind == other.Kind && Address == other.Address && Secret == other.Secret && User == other.User && From == other.From && To.AsSpan().SequenceEqual(other.To.AsSpan());
}
