using Kept.Model;

namespace Kept.Server;

// Public, like everything else that a Razor component takes: components are public classes.
/// <summary>One part of an objective that counts several checks, as it is shown.</summary>
/// <param name="Check">Its name.</param>
/// <param name="Terms">What its looks count, and how many there are.</param>
/// <param name="Share">Of its own looks, those that were good; null where none counted.</param>
/// <param name="Spent">The share of the budget of the whole that its bad looks took, above 1 where more than all; null where it has none.</param>
/// <param name="Outcome">What would be said of it alone; null where slices are counted.</param>
/// <param name="Words">Why.</param>
public sealed record PartRow(string Check, string Terms, decimal? Share, decimal? Spent, Outcome? Outcome, string Words)
{
    /// <summary>The parts of a line in the order in which they are written; none where it counts one check.</summary>
    public static IReadOnlyList<PartRow> Of(VerdictLine line, Promise promise)
    {
        var written = promise.Keeps.FirstOrDefault(keep => keep.Text == line.Text)?.Parts;
        return [.. line.Parts.Select(part =>
        {
            var weight = written is { IsWeighted: true } ? written.Each.FirstOrDefault(one => one.Check == part.Check)?.Weight : null;
            var bad = part.Counted - part.Good;
            var words = part.Counted == 0 ? part.Due == 0 ? "none of its looks counts here" : $"none of its {Say.Count(part.Due)} looks saw anything"
                : $"{Say.Count(part.Good)} of {Say.Count(part.Counted)} looks were good"
                    + (part.IsCovered ? "" : $", and only {Say.Count(part.Counted - part.Assumed)} of {Say.Count(part.Due)} due were seen")
                    + (part.Assumed > 0 ? $"; {Say.Count(part.Assumed)} were not seen, and count by the accounting" : "");
            return new PartRow(part.Check, weight is { } of ? $"weight {of.ToString("0.##", System.Globalization.CultureInfo.InvariantCulture)}{(bad > 0 ? $": {Say.Count(bad)} bad {(bad == 1 ? "look takes" : "looks take")} {Say.Count(bad * part.Points)} {(bad * part.Points == 1 ? "point" : "points")}" : "")}" : "a look counts as a look",
                part.Counted == 0 ? null : (decimal)part.Good / part.Counted, SpentOf(line, part), line.OutcomeOf(part), words);
        })];
    }

    /// <summary>Cut after nine digits, as budgets are.</summary>
    public static decimal? SpentOf(VerdictLine line, PartFigures part) => line.SpentBy(part) is { } spent ? (decimal)(spent * Fraction.Of(1_000_000_000)).Floor / 1_000_000_000m : null;
}
