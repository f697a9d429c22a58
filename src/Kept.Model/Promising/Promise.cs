using System.Collections.Immutable;
using System.Globalization;

namespace Kept.Model;

/// <summary>How far a promise has come between its two sides. Separate from the verdict.</summary>
public enum Standing
{
    /// <summary>Stated, not offered: rules found it wanting.</summary>
    Draft,
    /// <summary>Offered by its agent. Judged.</summary>
    Offered,
    /// <summary>Offered, and accepted by an acceptance that pins its hash (R13). One house alone cannot know it, so nothing stands so yet.</summary>
    Agreed,
    /// <summary>Ours to wish, of an agent that promised nothing: met, unmet or unknown, never kept.</summary>
    Wished,
}

/// <summary>A promise of one agent about itself, or a wish of ours about another (then <see cref="Standing"/> is <see cref="Standing.Wished"/>).</summary>
public sealed record Promise
{
    public required PromiseName Name { get; init; }
    public required Standing Standing { get; init; }
    /// <summary>The version as text: 2.10 stays 2.10. Empty for wishes.</summary>
    public string Version { get; init; } = "";
    /// <summary>What the promisee gains, as a sentence.</summary>
    public string Benefit { get; init; } = "";
    /// <summary>The promisees; <c>anyone</c> for all.</summary>
    public ImmutableArray<string> To { get; init; } = [];
    /// <summary>A document in words, relative to the house or a URL.</summary>
    public string? Docs { get; init; }
    /// <summary>How long before a change or a withdrawal its agent says so.</summary>
    public Duration? Notice { get; init; }
    /// <summary>When it ends unless renewed; its agent's where it sets none.</summary>
    public Instant? Until { get; init; }
    public ImmutableArray<Objective> Keeps { get; init; } = [];
    /// <summary>When false the promise is not in force.</summary>
    public Expression? Given { get; init; }
    /// <summary>How it is kept: which promises of others it stands on.</summary>
    public Expression? Uses { get; init; }
    public Limits? Limits { get; init; }
    public ImmutableArray<FailureMode> Fails { get; init; } = [];
    public Maintenance? Maintenance { get; init; }
    public ImmutableArray<Check> Checks { get; init; } = [];
    /// <summary>Share of a window that must have been looked at before an objective can be kept.</summary>
    public decimal Coverage { get; init; } = 0.95m;
    /// <summary>Where written, objectives are judged with confidence bounds of this level (0.95).</summary>
    public decimal? Confidence { get; init; }
    /// <summary>How gaps, our own outages and unconfirmed looks count.</summary>
    public Accounting Accounting { get; init; } = Accounting.Usual;
    /// <summary>The contexts in which it is judged apart, in the order in which they are asked; none where all looks count together.</summary>
    public ImmutableArray<Regime> Regimes { get; init; } = [];
    /// <summary>When somebody is told how fast the error budget is used up.</summary>
    public ImmutableArray<Alert> Alerts { get; init; } = [];
    /// <summary>The routes of the house over which it is told; default: not written, so the usual ones; empty: nobody is.</summary>
    public ImmutableArray<string> Tell { get; init; }
    /// <summary>Promises of a super agent that no member's promise equals: what the members coordinate on instead.</summary>
    public ImmutableArray<string> Irreducible { get; init; } = [];
    /// <summary>Its former name, so that its history follows.</summary>
    public PromiseName? Was { get; init; }
    /// <summary>Exclusive resources it reserves: resource and amount (R16).</summary>
    public ImmutableArray<Reservation> Reserves { get; init; } = [];
    /// <summary>A type of promise that holds promisees' data needs a way out (R42): the promise that gives it, or null.</summary>
    public PromiseName? Export { get; init; }
    /// <summary>True where it says that it holds data of its promisees.</summary>
    public bool HoldsData { get; init; }
    /// <summary>Explicit <c>uses: not disclosed</c> (R38).</summary>
    public bool UsesNotDisclosed { get; init; }
    public DocumentOrigin Origin { get; init; }
    /// <summary>Its target was found and not written, and the document does not let it lie inside: it is looked at as what others wrote is.</summary>
    public bool IsFoundOutside { get; init; }
    /// <summary>Where its target was listed, as it may be told; null where it was written and not found.</summary>
    public string? FoundIn { get; init; }
    /// <summary>By whose word it is looked at: only our own reaches this machine and its networks.</summary>
    public DocumentOrigin Trust => IsFoundOutside ? DocumentOrigin.Others : Origin;
    /// <summary>The whole promise in its document.</summary>
    public required Place At { get; init; }
    /// <summary>Places of the fields that were written, for diagnostics of rules: <c>given</c>, <c>keeps</c> … Dropped (empty) after load of a large house.</summary>
    public ImmutableArray<KeyValuePair<string, Place>> FieldPlaces { get; init; } = [];
    /// <summary>SHA-256 over the canonical JSON of the terms (what the promisee relies on; not the check): equal hash, equal promise (R17).</summary>
    /// <exception cref="ArgumentException">Set to something else than 64 hexadecimal digits, or nothing.</exception>
    public string TermsHash { get => _termsLeft == default && _termsRight == default ? "" : $"{_termsLeft.High:x16}{_termsLeft.Low:x16}{_termsRight.High:x16}{_termsRight.Low:x16}"; init => (_termsLeft, _termsRight) = value.Length == 0 ? default : (Half(value, 0), Half(value, 32)); }

    private readonly Bits128 _termsLeft, _termsRight; // the text would be 150 bytes of each promise

    private static Bits128 Half(string hash, int from) =>
        hash.Length == 64 && ulong.TryParse(hash.AsSpan(from, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var high)
            && ulong.TryParse(hash.AsSpan(from + 16, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var low)
            ? new Bits128(high, low) : throw new ArgumentException($"`{hash}` is no SHA-256: 64 hexadecimal digits", nameof(hash));

    public Place PlaceOf(string field)
    {
        foreach (var (name, place) in FieldPlaces)
            if (name == field)
                return place;
        return At;
    }

    public bool IsWish => Standing == Standing.Wished;
}

/// <summary>Whether the document stands in our own folder or came from another agent.</summary>
public enum DocumentOrigin { Ours, Others }

/// <summary>The declared limits of a promise, and what happens beyond them.</summary>
/// <param name="Load">Requests per time it holds for.</param>
/// <param name="Burst">How many at once.</param>
/// <param name="Size">The largest thing.</param>
/// <param name="Beyond">What happens beyond.</param>
/// <param name="Raise">How, and how fast, the limit can be raised; words.</param>
/// <param name="Ramp">How fast load may grow.</param>
/// <param name="Others">Further quantities, by name.</param>
public sealed record Limits(Quantity? Load, decimal? Burst, Quantity? Size, ResponseForm? Beyond, string? Raise, string? Ramp, ImmutableArray<KeyValuePair<string, Quantity>> Others);

/// <summary><c>STATUS [NAME] [with HEADER]</c>.</summary>
public sealed record ResponseForm(int Status, string? Name, string? Header)
{
    public override string ToString() => string.Join(' ', new[] { Status.ToString(System.Globalization.CultureInfo.InvariantCulture), Name, Header is null ? null : "with " + Header }.OfType<string>());
}

/// <summary>A documented way of failing.</summary>
public sealed record FailureMode(ResponseForm Code, string? Sees, string? Retry, string? Loses, PromiseName? Becomes, Place At);

/// <summary><c>announced 72h before, up to 4h/30d</c>: announced maintenance of that much does not count.</summary>
public sealed record Maintenance(Duration Announced, Duration UpTo, Duration Per, string Text)
{
    /// <summary>When it is planned. The calendar is a part of the terms, and so its announcement; null where none is named: then nothing is known to be announced.</summary>
    public Calendar? During { get; init; }

    /// <summary>All that announces it: a change of it is announced anew. Null where nothing is planned.</summary>
    public string? Announcement => During is { } planned ? Text + AnnouncedDuring + planned.Text : null;

    /// <summary>Between the two parts of an announcement.</summary>
    public const string AnnouncedDuring = " during ";
}

/// <summary>A share of an exclusive resource of the agent (R16).</summary>
public sealed record Reservation(string Resource, decimal Amount, Place At);
