using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Kept.Model;

/// <summary>How a promise is looked at: kind, target, rhythm, and what must be seen.</summary>
/// <param name="Name">Unique in its promise; the kind's name when the document gives none.</param>
/// <param name="Kind">The descriptor.</param>
/// <param name="Target">What it looks at.</param>
/// <param name="Settings">Fields given in the document or by default.</param>
/// <param name="Every">From the start of one look to the start of the next.</param>
/// <param name="Timeout">Bounds the whole look, body included. Less than <paramref name="Every"/>.</param>
/// <param name="Confirm">When <c>now</c> turns.</param>
/// <param name="Expect">All must be true of an answer for the look to be good.</param>
/// <param name="Measures">Quantities read from what was seen.</param>
/// <param name="At">Where it is written.</param>
public sealed record Check(
    string Name,
    CheckKind Kind,
    CheckTarget Target,
    FrozenDictionary<string, FieldValue> Settings,
    Duration Every,
    Duration Timeout,
    Confirmation Confirm,
    ImmutableArray<Expectation> Expect,
    ImmutableArray<Measure> Measures,
    Place At)
{
    /// <summary>The steps that lead to it, in order: each a check of the same kind without a rhythm of its own. Cookies and what steps take go along; the first that does not answer as it must ends the look.</summary>
    public ImmutableArray<Check> First { get; init; } = [];

    /// <summary>Of a step: what it takes from its answer for the steps after it.</summary>
    public ImmutableArray<Taking> Takes { get; init; } = [];

    /// <summary>Failures that it lets pass, knowingly.</summary>
    public ImmutableArray<KnownMiss> Misses { get; init; } = [];

    /// <summary>Places of the fields that are held against a file (<see cref="NamedFile.Marks"/>), as far as they were written.</summary>
    public ImmutableArray<KeyValuePair<string, Place>> FieldPlaces { get; init; } = [];

    public T? Setting<T>(string name) where T : FieldValue => Settings.TryGetValue(name, out var value) ? value as T : null;

    /// <summary>Where a field stands; the check's own place where that is not kept.</summary>
    public Place PlaceOf(string field)
    {
        foreach (var (name, place) in FieldPlaces)
            if (name == field)
                return place;
        return At;
    }
}

/// <summary>One line of <c>expect</c>.</summary>
public sealed record Expectation(string Text, Expression Test);

/// <summary><c>picture-lag: body.lagMs as ms</c>: the quantity is what was seen, read in that unit.</summary>
/// <param name="Quantity">The quantity it feeds.</param>
/// <param name="From">Where the figure stands.</param>
/// <param name="Unit">The unit of a bare number, as a quantity of one (<c>1ms</c>); ignored where the seen value has a unit.</param>
/// <param name="Text">As written.</param>
public sealed record Measure(QuantityType Quantity, Operand.Seen From, Quantity Unit, string Text);

/// <summary><c>token: body.token</c>, or <c>csrf: body matches /name="csrf" value="([^"]+)"/</c>: a value of one step's answer that later steps send as <c>${STEP.NAME}</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="From">Where it stands.</param>
/// <param name="Pattern">The first group of its first match is taken, or all that matches where it has none; null: the value whole.</param>
/// <param name="Text">As written.</param>
public sealed record Taking(string Name, Operand.Seen From, Regex? Pattern, string Text);

/// <summary><c>confirm: 2 of 3</c>: <c>now</c> turns to broken when at least <paramref name="Count"/> of the last <paramref name="Of"/> looks were bad, and back likewise.</summary>
public readonly record struct Confirmation(int Count, int Of)
{
    public static readonly Confirmation AtOnce = new(1, 1);

    public override string ToString() => $"{Count} of {Of}";
}
