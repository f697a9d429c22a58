using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Kept.Model;

/// <summary>
/// A kind of check as data: what it is told, what it sees, which failures it must notice. Language and Judging know kinds only through this; the look
/// itself lives in Kept.Checks, and the roots join both by <see cref="Name"/>.
/// </summary>
/// <param name="Name">The key in documents: <c>http</c>.</param>
/// <param name="Means">One sentence for the reference page.</param>
/// <param name="TargetForm">How the target is written, for help texts: <c>[METHOD] URL</c>.</param>
/// <param name="ReadTarget">Reads the target text; pure.</param>
/// <param name="Fields">What else it may be told.</param>
/// <param name="Sees">The names it may be asked about, with their units. An observation lists its values in this order.</param>
/// <param name="Failures">Failures of the real world this kind can meet, for the reference page and for the search for hollow checks. The name of a standard failure
/// is enough (<see cref="StandardFailures"/>); others bring the looks they would give.</param>
/// <param name="IsPassive">True when the watched thing calls us (heartbeat): nothing is dialled, and silence is what is judged.</param>
/// <param name="Settles">What the fields, each with its default, make of the target: a port that goes by one of them, or a combination that can never be, with what to write instead; pure.</param>
/// <param name="Every">How often it looks where a document does not say; null: as usual.</param>
/// <param name="Typical">What a healthy look of a check sees that the names do not tell by themselves; null under a name: such a check never sees it; a value: it always sees one.</param>
/// <param name="TakesSteps">Steps may lead to a check of this kind (<see cref="Check.First"/>).</param>
/// <param name="AlsoAsks">The hosts that a look asks besides the target's, by its fields; what they answer is judged too, so R01 goes by them as well.</param>
/// <param name="Names">The file that says what may be asked; null: it names none.</param>
/// <param name="Sends">The most requests that one look of a check sends; null: one.</param>
public sealed record CheckKind(
    string Name,
    string Means,
    string TargetForm,
    Func<string, TargetReading> ReadTarget,
    ImmutableArray<CheckField> Fields,
    ImmutableArray<ObservedName> Sees,
    ImmutableArray<Failure> Failures,
    bool IsPassive = false,
    Func<Check, IEnumerable<KeyValuePair<string, Value?>>>? Typical = null,
    Func<CheckTarget, IReadOnlyDictionary<string, FieldValue>, TargetReading>? Settles = null,
    Duration? Every = null,
    bool TakesSteps = false,
    Func<IReadOnlyDictionary<string, FieldValue>, IEnumerable<string>>? AlsoAsks = null,
    NamedFile? Names = null,
    Func<Check, long>? Sends = null)
{
    /// <summary>Reads a target whose fields all have their defaults.</summary>
    public TargetReading Read(string text)
    {
        var read = ReadTarget(text);
        return read.Target is { } target && Settles is { } settles ? settles(target, FrozenDictionary<string, FieldValue>.Empty) : read;
    }

    public CheckField? Field(string name) => Fields.FirstOrDefault(field => field.Name == name);

    /// <summary>The place of a name in <see cref="Sees"/>, or −1.</summary>
    public int IndexOf(string name)
    {
        for (var i = 0; i < Sees.Length; i++)
            if (Sees[i].Name == name)
                return i;
        return -1;
    }
}

/// <summary>The outcome of reading a target: the target, or what is wrong and what to write instead.</summary>
public readonly record struct TargetReading(CheckTarget? Target, string? Error, string? Help)
{
    public static TargetReading Of(CheckTarget target) => new(target, null, null);
    public static TargetReading Wrong(string error, string help) => new(null, error, help);
}

/// <summary>What a check looks at.</summary>
/// <param name="Text">As written, secrets unexpanded (<c>${env:NAME}</c> stays as it is).</param>
/// <param name="Host">The authority it speaks about, without port or brackets, lower case; empty for passive kinds. R01 goes by it.</param>
/// <param name="Port">Port, or 0.</param>
/// <param name="Method">HTTP method, DNS record type, or another verb of the kind; empty where it has none.</param>
/// <param name="Rest">What the look needs besides (the whole URL, the name to ask).</param>
/// <param name="Dials">The host that is dialled, where it is another one (a name server that is asked about a name); limits per host go by it. For a registry whose server only the house knows: the ending of the names that it keeps.</param>
public sealed record CheckTarget(string Text, string Host, int Port, string Method, string Rest, string? Dials = null)
{
    /// <summary>Whose places a look takes.</summary>
    public string Lane => Dials ?? Host;
}

/// <summary>How the text of a field is read.</summary>
public enum FieldForm { Text, Duration, Size, Whole, YesNo, OneOf, Texts, TextMap }

/// <summary>One field of a kind of check.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Form">How its text is read.</param>
/// <param name="Means">One sentence for the reference page.</param>
/// <param name="Default">As a document would write it; null when there is none.</param>
/// <param name="Choices">For <see cref="FieldForm.OneOf"/>.</param>
/// <param name="MayHoldSecret">Its text may hold <c>${env:…}</c> or <c>${file:…}</c>; it is never shown expanded.</param>
/// <param name="Most">The largest size it takes, as a document would write it; null where there is no bound.</param>
/// <param name="Needs">The field without which it says nothing.</param>
/// <param name="Keys">For <see cref="FieldForm.TextMap"/>: the only keys it has; any where none are given.</param>
public sealed record CheckField(string Name, FieldForm Form, string Means, string? Default = null, ImmutableArray<string> Choices = default, bool MayHoldSecret = false, string? Most = null, string? Needs = null,
    ImmutableArray<CheckKey> Keys = default);

/// <summary>One key of a field that has only known ones.</summary>
/// <param name="Name">As written.</param>
/// <param name="Means">One sentence.</param>
/// <param name="Example">A value for the message that asks for it, where it must be written; null where it may be left out.</param>
/// <param name="Choices">The words it takes, where it takes only some.</param>
/// <param name="IsUrl">It is an http or https URL.</param>
/// <param name="IsSecret">It is a secret, so a document only names it: <c>${env:NAME}</c> or <c>${file:PATH}</c>, and nothing else.</param>
public sealed record CheckKey(string Name, string Means, string? Example = null, ImmutableArray<string> Choices = default, bool IsUrl = false, bool IsSecret = false);

/// <summary>What sort of thing a check sees under a name.</summary>
public enum ObservedForm { Quantity, Text, Flag, List, Map, Body }

/// <summary>A name that expectations may use, with its unit. <paramref name="Optional"/>: may be missing from a good answer, so ask with <c>has()</c>.</summary>
/// <param name="Typical">What a healthy target shows there; one is made up by the form where it is not given.</param>
/// <param name="AtLeast">No answer shows less, in the unit of <see cref="Quantity.Amount"/>. Sizes, rates, and the times of a look (<c>time</c>, <c>time.…</c>) are never negative.</param>
/// <param name="AtMost">No answer shows more. The times of a look end with its time-out.</param>
/// <param name="IsOfLook">A time that the look itself takes under another name than <c>time.…</c>: a slower target shows more of it.</param>
public sealed record ObservedName(
    string Name, ObservedForm Form, Dimension Dimension, string Means, bool Optional = false, Value? Typical = null, decimal? AtLeast = null, decimal? AtMost = null, bool IsOfLook = false);

/// <summary>The value of a field, read by its form. A closed set.</summary>
public abstract record FieldValue
{
    private FieldValue() { }
    public sealed record Text(string Content) : FieldValue;
    public sealed record Length(Duration Duration) : FieldValue;
    public sealed record Bytes(long Count) : FieldValue;
    public sealed record Whole(long Number) : FieldValue;
    public sealed record YesNo(bool IsYes) : FieldValue;
    public sealed record Texts(ImmutableArray<string> Items) : FieldValue;
    public sealed record TextMap(ImmutableArray<KeyValuePair<string, string>> Items) : FieldValue;
}
