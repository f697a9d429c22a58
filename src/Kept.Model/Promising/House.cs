using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Kept.Model;

/// <summary>One organisation's home: all documents of a folder, read, validated, joined. Immutable; replaced whole.</summary>
public sealed record House
{
    public required string Id { get; init; }
    /// <summary>Shown to people.</summary>
    public string Name { get; init; } = "";
    /// <summary>Where we look from; part of every assessor.</summary>
    public string Place { get; init; } = "here";
    public ImmutableArray<Agent> Agents { get; init; } = [];
    public HouseSettings Settings { get; init; } = HouseSettings.Default;
    /// <summary>Everything that was found wrong and did not refuse the house.</summary>
    public ImmutableArray<Diagnostic> Diagnostics { get; init; } = [];
    /// <summary>SHA-256 over all its files: equal hash, nothing to do.</summary>
    public string ContentHash { get; init; } = "";

    /// <summary>Every promise and wish, in document order.</summary>
    public IEnumerable<Promise> Promises =>
        Agents.SelectMany(agent => agent.Promises.Concat(agent.ReliesOn.SelectMany(reliance => reliance.Wishes)));

    private FrozenDictionary<PromiseName, Promise>? _byName;

    /// <summary>Promises and wishes by full name. Built once.</summary>
    public FrozenDictionary<PromiseName, Promise> ByName
    {
        get
        {
            // A wish about an agent never shadows that agent's own promise of the same name; the reader warns of it, and refuses two wishes of one name.
            if (_byName is { } built) return built;
            var all = new Dictionary<PromiseName, Promise>();
            foreach (var promise in Promises)
                if (!all.TryGetValue(promise.Name, out var there) || there.IsWish)
                    all[promise.Name] = promise;
            return _byName = all.ToFrozenDictionary();
        }
    }

    /// <summary>
    /// The same house without the places of single fields, which only rules ask for: of a promise its own place stays. In a large house they are a tenth of all.
    /// </summary>
    public House WithoutFieldPlaces()
    {
        var less = this with
        {
            Agents =
            [
                .. Agents.Select(agent => agent with
                {
                    FieldPlaces = [],
                    Promises = [.. agent.Promises.Select(Without)],
                    ReliesOn = [.. agent.ReliesOn.Select(reliance => reliance with { Wishes = [.. reliance.Wishes.Select(Without)] })],
                }),
            ],
        };
        less._byName = null; // it names the promises from before
        return less;

        static Promise Without(Promise promise) => promise with { FieldPlaces = [] };
    }

    /// <summary>The same house with all that was found wrong: a promise that an error of a rule names is a draft, the others are offered.</summary>
    public House Found(ImmutableArray<Diagnostic> diagnostics)
    {
        var wanting = diagnostics.Where(d => d.Severity == Severity.Error && d.Promise is not null).Select(d => d.Promise!).ToHashSet();
        var found = this with { Diagnostics = diagnostics, Agents = [.. Agents.Select(Judged)] };
        found._byName = null; // it names the promises from before
        return found;

        Agent Judged(Agent agent) => agent.Promises.All(promise => promise.Standing == StandingOf(promise)) ? agent
            : agent with { Promises = [.. agent.Promises.Select(promise => promise.Standing == StandingOf(promise) ? promise : promise with { Standing = StandingOf(promise) })] };
        Standing StandingOf(Promise promise) => wanting.Contains(promise.Name) ? Standing.Draft : Standing.Offered;
    }

    /// <summary>The promise a reference means: the exact line, or without a line the newest one.</summary>
    public Promise? Find(PromiseName name)
    {
        if (ByName.TryGetValue(name, out var exact)) return exact;
        if (name.Line > 0) return null;
        Promise? newest = null;
        foreach (var promise in Agents.FirstOrDefault(agent => agent.Id == name.Agent)?.Promises ?? [])
            if (promise.Name.Promise == name.Promise && (newest is null || promise.Name.Line > newest.Name.Line))
                newest = promise;
        return newest;
    }

    /// <summary>Names with an error of a rule: not a promise, with the errors.</summary>
    public ILookup<PromiseName, Diagnostic> NotPromises =>
        Diagnostics.Where(d => d.Severity == Severity.Error && d.Promise is not null).ToLookup(d => d.Promise!);
}

/// <summary>What <c>house.yaml</c> may set. Everything has a default.</summary>
/// <param name="LooksAtOnce">Most looks under way at a time.</param>
/// <param name="LooksPerHost">Most looks under way to one host.</param>
/// <param name="Proxy">An explicit proxy for looks; environment variables are ignored.</param>
/// <param name="TrustedCertificates">PEM files of private CAs, relative to the house.</param>
/// <param name="Resolver">Name server for looks (<c>127.0.0.1:5300</c>); the system's where null.</param>
/// <param name="KeepLooks">How long single looks are kept.</param>
public sealed record HouseSettings(int LooksAtOnce, int LooksPerHost, string? Proxy, ImmutableArray<string> TrustedCertificates, string? Resolver, Duration KeepLooks)
{
    public static readonly HouseSettings Default = new(512, 16, null, [], null, Duration.Days(400));

    /// <summary>Programs that checks of the kind <c>command</c> may run, each as <see cref="AllowedProgram"/> reads it. None by default: then such a check is a gap.</summary>
    public ImmutableArray<string> Programs { get; init; } = [];

    /// <summary>Where the registration of a domain is asked for, by the last labels of its name: <c>be</c> to an RDAP server's URL.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Registries { get; init; } = [];

    /// <summary>What tells us whether we ourselves can see.</summary>
    public Anchors Anchors { get; init; } = Anchors.None;

    /// <summary>Ways to those who are told, by name. None by default: then nobody is.</summary>
    public ImmutableArray<TellRoute> Routes { get; init; } = [];

    /// <summary>Where others reach the pages of this house, for links in messages; null where they do not.</summary>
    public string? Pages { get; init; }

    /// <summary>What <c>/probe</c> may do; null: there is none.</summary>
    public ProbeSettings? Probe { get; init; }

    /// <summary>The routes over which a promise is told: those it names, or the usual ones.</summary>
    public IEnumerable<TellRoute> RoutesOf(Promise promise) => Routes.Where(route => promise.Tell.IsDefault ? route.IsUsual : promise.Tell.Contains(route.Name));
}

/// <summary>
/// Looks at what is known to be well, by which we know whether we can see: while none of them is good, what other looks meet may be ours. They are no promises of anybody and
/// leave no evidence.
/// </summary>
/// <param name="Connection">While none of these is good we are offline: whoever does not answer us is unknown.</param>
/// <param name="Resolver">While none of these is good our resolver fails: names that are not found are unknown.</param>
/// <param name="Clock">While those of these that answer are all bad our clock is wrong: everything is unknown.</param>
public sealed record Anchors(ImmutableArray<Check> Connection, ImmutableArray<Check> Resolver, ImmutableArray<Check> Clock)
{
    public static readonly Anchors None = new([], [], []);

    /// <summary>All of them, in order.</summary>
    public IEnumerable<Check> All => Connection.Concat(Resolver).Concat(Clock);

    public bool Equals(Anchors? other) => other is not null && Connection.SequenceEqual(other.Connection) && Resolver.SequenceEqual(other.Resolver) && Clock.SequenceEqual(other.Clock);

    public override int GetHashCode() => HashCode.Combine(Connection.Length, Resolver.Length, Clock.Length);
}
