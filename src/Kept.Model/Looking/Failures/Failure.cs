using System.Collections.Immutable;

namespace Kept.Model;

/// <summary>
/// A failure of the real world that a kind of check can meet, with the looks it would give in place of a healthy one. The search for hollow checks judges each of
/// them: one that would pass is a failure nobody would be told of. A kind that writes only the name of a standard failure gets its looks for nothing.
/// </summary>
/// <param name="Name">Stable, kebab case: <c>login-page-200</c>.</param>
/// <param name="Means">Words for who reads that it would be missed: <c>a login page that answers 200</c>.</param>
/// <param name="Looks">A pure function: what a look would see; nothing where the failure cannot happen to this check.</param>
/// <param name="IsGrave">Who relies on the target gets nothing then: a check that lets it pass watches nothing at all.</param>
public sealed record Failure(string Name, string Means, Func<HealthyLook, IEnumerable<FailedLook>> Looks, bool IsGrave = false)
{
    /// <summary>A standard failure by its name (<see cref="StandardFailures"/>); any other name stands for itself and is never tried.</summary>
    public static implicit operator Failure(string name) => StandardFailures.Named(name) ?? new(name, name, NeverTried);

    /// <summary>False for a name without looks: the reference tells it, and no score counts it.</summary>
    public bool IsTried => Looks != NeverTried;

    public bool Equals(Failure? other) => other is not null && Name == other.Name;
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
    public override string ToString() => Name;

    private static readonly Func<HealthyLook, IEnumerable<FailedLook>> NeverTried = static _ => [];
}

/// <summary>What a look would see of one failure.</summary>
/// <param name="Words">What is wrong, in words: <c>`body.ready` is missing</c>.</param>
/// <param name="Seen">The observation.</param>
public sealed record FailedLook(string Words, Observation Seen);

/// <summary>A member of an answer that expectations or measures speak of.</summary>
/// <param name="Name">The observed name it lies in: <c>body</c>, <c>header</c>.</param>
/// <param name="Path">The way to it; a step of null leads to every item of a list (<c>any</c>, <c>every</c>).</param>
public sealed record AskedField(string Name, ImmutableArray<PathStep?> Path)
{
    public override string ToString() => Name + string.Concat(Path.Select(step => step is { } known ? known.ToString() : "[*]"));

    public bool Equals(AskedField? other) => other is not null && Name == other.Name && Path.AsSpan().SequenceEqual(other.Path.AsSpan());
    public override int GetHashCode() => HashCode.Combine(Name, Path.Length);
}

/// <summary>A look that everything asked is true of, made up from the expectations; failures are made from it.</summary>
/// <param name="Check">The check.</param>
/// <param name="Seen">What a healthy target would have shown.</param>
/// <param name="Asked">Members of the answer that expectations and measures speak of.</param>
/// <param name="Slow">How long a look takes that is ten times slower than the check's own bounds, or than a typical look where it has none.</param>
public sealed record HealthyLook(Check Check, Observation Seen, ImmutableArray<AskedField> Asked, Duration Slow)
{
    /// <summary>What was seen under a name; null where nothing was, or the kind has no such name.</summary>
    public Value? this[string name] => Check.Kind.IndexOf(name) is var at and >= 0 && at < Seen.Values.Length ? Seen.Values[at] : null;

    /// <summary>The target did not answer.</summary>
    public FailedLook Fails(TargetFailure failure, string words) => new(words, Observation.OfFailure(Seen.StartedAt, failure, words, Phases.None));

    /// <summary>The target answered, and these names show something else. Names that the kind has not are left out.</summary>
    public FailedLook Answers(string words, params ReadOnlySpan<(string Name, Value? Value)> others)
    {
        var values = Seen.Values.ToArray();
        foreach (var (name, value) in others)
            if (Check.Kind.IndexOf(name) is var at and >= 0 && at < values.Length)
                values[at] = value;
        return new FailedLook(words, Seen with { Values = [.. values] });
    }

    /// <summary>The same, with another content under every name that is a body, and its size where the kind tells one.</summary>
    public FailedLook AnswersBody(string words, string content, string? contentType = null, params ReadOnlySpan<(string Name, Value? Value)> others)
    {
        var changes = new List<(string, Value?)>();
        foreach (var name in Check.Kind.Sees)
            if (name.Form == ObservedForm.Body && this[name.Name] is not null)
                changes.Add((name.Name, new Value.Body(content)));
        if (this["size"] is not null) changes.Add(("size", Value.Of(Quantity.Bytes(content.Length))));
        if (contentType is not null && this["header"] is Value.Map) changes.Add(("header", WithHeader("content-type", contentType)));
        foreach (var change in others) changes.Add(change);
        return Answers(words, changes.ToArray());
    }

    /// <summary>The headers with one changed, or without it.</summary>
    public Value? WithHeader(string name, string? content)
    {
        if (this["header"] is not Value.Map map) return null;
        var entries = new Dictionary<string, string>(map.Entries, StringComparer.OrdinalIgnoreCase);
        if (content is null) entries.Remove(name);
        else entries[name] = content;
        return new Value.Map(System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary(entries, StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>The first content that is not empty among the bodies; null where the kind reads none, or none came.</summary>
    public string? Content
    {
        get
        {
            foreach (var name in Check.Kind.Sees)
                if (name.Form == ObservedForm.Body && this[name.Name] is Value.Body { Content.Length: > 0 } body)
                    return body.Content;
            return null;
        }
    }
}
