using System.Collections.Immutable;

namespace Kept.Model;

public enum AgentKind { Business, Service, Team, Person, SuperAgent }

/// <summary>Anything that makes promises about itself: its document, read and validated. Immutable.</summary>
public sealed record Agent
{
    public required string Id { get; init; }
    public string Name { get; init; } = "";
    public AgentKind Kind { get; init; } = AgentKind.Service;
    /// <summary>What is the agent's own to promise about (R01): host names (and all below them), addresses, networks, <c>localhost</c>.</summary>
    public ImmutableArray<string> Domains { get; init; } = [];
    public Instant? Until { get; init; }
    public ImmutableArray<Contact> Contacts { get; init; } = [];
    public Attention? Attention { get; init; }
    /// <summary>Where the load condition is read from; null where no source is declared (then a load condition is unknown).</summary>
    public LoadSource? Load { get; init; }
    public string? Region { get; init; }
    public ImmutableArray<QuantityType> Types { get; init; } = [];
    public ImmutableArray<Calendar> Calendars { get; init; } = [];
    /// <summary>Exclusive resources and how much of each there is (R16).</summary>
    public ImmutableArray<KeyValuePair<string, decimal>> Capacities { get; init; } = [];
    /// <summary>What it gives.</summary>
    public ImmutableArray<Promise> Promises { get; init; } = [];
    /// <summary>Where it says that targets are listed of which it promises something: files as they are named, <c>*</c> among them, or a URL as it may be told.</summary>
    public ImmutableArray<string> Found { get; init; } = [];
    /// <summary>What it accepts from others.</summary>
    public ImmutableArray<Reliance> ReliesOn { get; init; } = [];
    /// <summary>Of a super agent: the agents it is made of, each once.</summary>
    public ImmutableArray<string> Members { get; init; } = [];
    /// <summary>The super agent that it says it belongs to; it does only where that one lists it under <see cref="Members"/> (R23).</summary>
    public string? MemberOf { get; init; }
    public DocumentOrigin Origin { get; init; }
    public required Place At { get; init; }
    public ImmutableArray<KeyValuePair<string, Place>> FieldPlaces { get; init; } = [];

    /// <summary>The name under which <see cref="FieldPlaces"/> holds the place of one member.</summary>
    public static string PlaceKeyOf(string member) => "members/" + member;

    /// <summary>Where the field stands; a member by <see cref="PlaceKeyOf"/>. The agent itself where that is not known.</summary>
    public Place PlaceOf(string field)
    {
        foreach (var (name, place) in FieldPlaces)
            if (name == field)
                return place;
        return At;
    }
}

/// <summary>A person or role that answers.</summary>
public sealed record Contact(string Role, string Reach, string? Hours, Duration? Answers, Instant? Expires, Place At);

/// <summary>What the agent can spend on others (Dunbar, R30).</summary>
public sealed record Attention(Quantity? Checks, Quantity? People, int? Relationships);

/// <summary><c>metric NAME at URL</c>, or <c>metric NAME{label="value"} at URL</c>; or <see cref="Looks"/>.</summary>
public sealed record LoadSource(string Metric, string Url)
{
    /// <summary>The load that the looks of this house put on the host that is looked at: the requests they sent within <see cref="OwnLoad.Over"/>. Nobody is asked for it.</summary>
    public static readonly LoadSource Looks = new("looks", "");

    /// <summary>It is the load of our own looks.</summary>
    public bool IsLooks => this == Looks;

    /// <summary>A counter only grows; how much load arrives is told by its growth, so by two readings and not by one.</summary>
    public bool IsCounter => Metric.AsSpan(0, Metric.IndexOf('{', StringComparison.Ordinal) is >= 0 and var brace ? brace : Metric.Length).TrimEnd().EndsWith("_total", StringComparison.Ordinal);
}

/// <summary>Times of need, written in a zone's wall clock.</summary>
/// <param name="Name">Unique in its agent.</param>
/// <param name="Open">When it is open every week; the end is exclusive.</param>
/// <param name="Zone">IANA zone.</param>
/// <param name="Text">As written.</param>
/// <param name="Forecast">Expected load, people and so on, by name.</param>
public sealed record Calendar(string Name, ImmutableArray<WeeklySpan> Open, string Zone, string Text, ImmutableArray<KeyValuePair<string, Quantity>> Forecast, Place At)
{
    /// <summary>So many days the dates of one calendar may hold, and those of all calendars of a house: what compares calendars goes through them one by one.</summary>
    public const int MostDays = 4_000, MostDaysOfHouse = 50 * MostDays;

    /// <summary>When else it is open: on dates, each once and for all.</summary>
    public ImmutableArray<DatedSpan> Dates { get; init; } = [];

    /// <summary>How many days its dates hold: each as many as it is open on, begun ones too.</summary>
    public long Days => Dates.IsDefault ? 0 : Dates.Sum(span => span.Held);
}

/// <summary>Minutes since Monday 00:00 of the wall clock, end exclusive; <paramref name="To"/> may lie beyond the week's end (10,080) where it crosses midnight on Sunday.</summary>
public readonly record struct WeeklySpan(int From, int To);

/// <summary>The same stretch of the clock on each of some dates.</summary>
/// <param name="First">The first date, in days since 1970-01-01.</param>
/// <param name="Last">The last date, itself included.</param>
/// <param name="Days">Which days of the week between them: bit 0 is Monday.</param>
/// <param name="From">Minutes since 00:00 of the date.</param>
/// <param name="To">Minutes since 00:00 of the same date, end exclusive; beyond a day where it goes on into later dates.</param>
public readonly record struct DatedSpan(int First, int Last, byte Days, int From, int To)
{
    public const int MinutesPerDay = 24 * 60;

    /// <summary>So many days may lie between its first and its last date, and it may last so long: no window is longer.</summary>
    public const int MostDays = 400;

    /// <summary>All days of a week.</summary>
    public const byte EveryDay = 0b111_1111;

    /// <summary>Dates that can be written: 2000-01-01 to 2199-12-31. Nobody plans beyond, and no zone is known for longer.</summary>
    public const int Earliest = 10_957, Latest = 84_005;

    /// <summary>How many days it holds: for each of its dates as many as it lasts, begun ones too.</summary>
    public long Held
    {
        get
        {
            var dates = 0L;
            for (var date = First; date <= Last; date++)
                if (IsOn(date))
                    dates++;
            return dates * ((To - From + MinutesPerDay - 1) / MinutesPerDay);
        }
    }

    /// <summary>Whether it begins on a date. 1970-01-01 was a Thursday.</summary>
    public bool IsOn(int date) => date >= First && date <= Last && (Days >> ((date + 3) % 7) & 1) == 1;
}

/// <summary>A relation to one other agent: what we accept of its promises, or, where it promised nothing, what we wish and observe (a shadow record).</summary>
public sealed record Reliance
{
    /// <summary>The other agent's id.</summary>
    public required string Agent { get; init; }
    /// <summary>Where it publishes; null for a shadow record.</summary>
    public string? Document { get; init; }
    /// <summary>Its own status page, as a source of what it says.</summary>
    public string? Status { get; init; }
    /// <summary>Its terms in words.</summary>
    public string? Terms { get; init; }
    /// <summary>Shared bases it is known to stand on: two suppliers on one base fall together.</summary>
    public ImmutableArray<string> RunsOn { get; init; } = [];
    public ImmutableArray<Acceptance> Accepts { get; init; } = [];
    /// <summary>Standing is <see cref="Standing.Wished"/>.</summary>
    public ImmutableArray<Promise> Wishes { get; init; } = [];
    /// <summary>Where targets are listed of which something is wished: files as they are named, <c>*</c> among them, or a URL as it may be told.</summary>
    public ImmutableArray<string> Found { get; init; } = [];
    public required Place At { get; init; }

    /// <summary>A record of ours about who promised nothing.</summary>
    public bool IsShadow => Document is null && Accepts.IsEmpty;
}

/// <summary>A promise to use what another offers: <c>{ line: 1, purpose: …, needs: […], use: rate &lt;= 500/s }</c>.</summary>
public sealed record Acceptance(string Promise, int Line, string? Purpose, ImmutableArray<Objective> Needs, UseLimit? Use, Place At);

/// <summary>How we bind ourselves in using: <c>rate &lt;= 500/s</c>.</summary>
public sealed record UseLimit(QuantityType Quantity, Comparison Operator, Quantity Value, string Text);
