using System.Collections.Immutable;

namespace Kept.Model;

/// <summary>A named context of a promise: a load band, a version, a calendar's hours, the minutes after a start. Its looks are judged by themselves, with those of no other.</summary>
/// <param name="Name">Unique in its promise.</param>
/// <param name="When">True of a look that belongs here, unless one written before it took the look.</param>
/// <param name="Text">As written.</param>
/// <param name="At">Where it is written.</param>
public sealed record Regime(string Name, Expression When, string Text, Place At)
{
    /// <summary>Most that one promise may name: each has a count of its own, in memory and on every page.</summary>
    public const int Most = 8;

    /// <summary>All there is, where a promise names none.</summary>
    public const string Any = "any";

    /// <summary>Where no condition that is written was true.</summary>
    public const string Other = "other";

    /// <summary>Where nobody knows: what would have told it was not seen.</summary>
    public const string Unknown = "unknown";

    /// <summary>Names that are ours to give.</summary>
    public static readonly ImmutableArray<string> Reserved = [Any, Other, Unknown];

    /// <summary>The regimes of a promise as its looks can have them: those that are named, in order, then <see cref="Other"/> and <see cref="Unknown"/>.</summary>
    public static ImmutableArray<string> NamesOf(Promise promise) => [.. promise.Regimes.Select(regime => regime.Name), Other, Unknown];

    /// <summary>Where a look's record says its regime: behind the figures of its check's measures.</summary>
    public static int PlaceIn(Check check) => check.Measures.IsDefault ? 0 : check.Measures.Length;

    /// <summary>Which of <see cref="NamesOf"/> a look belongs to, as its record says; the last, unknown, where it says nothing that can be.</summary>
    public static int Of(Promise promise, Check check, LookRecord look)
    {
        var place = PlaceIn(check);
        var named = promise.Regimes.Length;
        return place < look.Measured.Length && look.Measured[place] is { } said && said >= 0 && said <= named ? (int)said : named + 1;
    }
}
