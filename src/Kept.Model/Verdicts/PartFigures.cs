namespace Kept.Model;

/// <summary>What one part adds to an objective that counts several checks: its own looks in the window, whatever they weigh.</summary>
/// <param name="Check">The check.</param>
/// <param name="Points">How many points a look of it counts: one, unless weights are written.</param>
/// <param name="Good">Looks that satisfy.</param>
/// <param name="Counted">Looks that count; of an objective in slices those that were seen, for there whole slices are assumed.</param>
/// <param name="Due">Looks that were due so far, in force or unknown.</param>
/// <param name="IsCovered">It was looked at often enough to say kept.</param>
public sealed record PartFigures(string Check, long Points, long Good, long Counted, long Due, bool IsCovered)
{
    /// <summary>Of the counted, those that nobody saw: the accounting of the promise counts them.</summary>
    public long Assumed { get; init; }

    /// <summary>Looks that are missing from the window or may still come into it; and those that were not in force. Not told of an objective in slices.</summary>
    public long Open { get; init; }

    /// <inheritdoc cref="Open"/>
    public long NotInForce { get; init; }
}
