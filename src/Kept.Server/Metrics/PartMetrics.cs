using System.IO.Pipelines;
using Kept.Model;

namespace Kept.Server.Metrics;

/// <summary>
/// Parts of objectives that count several checks: what each of them adds, in its own looks. A house without such has no such families. Labels are bounded by what is written: at most
/// thirty parts of an objective, each a check of its promise.
/// </summary>
internal static class PartMetrics
{
    /// <summary>One part of one objective, with the labels that it has beside those of its promise.</summary>
    internal readonly record struct Part(string? Regime, VerdictLine Line, PartFigures Figures);

    private static readonly (string Name, string Unit, string Help, Func<Part, decimal?> Of)[] Families =
    [
        ("kept_part_good", "", "Good looks of a part in the window of an objective, whatever they weigh.", part => part.Figures.Good),
        ("kept_part_bad", "", "Bad looks of a part in the window of an objective, whatever they weigh.", part => part.Figures.Counted - part.Figures.Good),
        ("kept_part_gap", "", "Looks of a part that were due in the window of an objective and could not be counted.", part => Math.Max(0, part.Figures.Due - part.Figures.Counted + part.Figures.Assumed)),
        ("kept_part_points", "", "How many points a look of a part counts in its objective.", part => part.Figures.Points),
        ("kept_part_budget_spent_ratio", "ratio", "Share of the error budget of an objective that the bad looks of a part took; above 1 where more than all.", part => PartRow.SpentOf(part.Line, part.Figures)),
    ];

    public static async Task WriteAsync(PipeWriter pipe, OpenMetrics writer, IReadOnlyList<(byte[] Labels, IReadOnlyList<Part> Parts)> promises, Outcome[] states, Func<PipeWriter, CancellationToken, ValueTask> flush, CancellationToken cancellationToken)
    {
        if (promises.Count == 0) return;
        writer.Family("kept_part_outcome", "stateset", "", "What would be said of a part of an objective by its own looks; exactly one state is 1. Only the whole is promised.");
        foreach (var (labels, parts) in promises)
        {
            foreach (var part in parts)
                if (part.Line.OutcomeOf(part.Figures) is { } outcome)
                    foreach (var state in states)
                        writer.Sample("", labels, outcome == state ? 1 : 0, ("regime", part.Regime), ("objective", part.Line.Text), ("part", part.Figures.Check), ("kept_part_outcome", state.Wire()));
            await flush(pipe, cancellationToken);
        }
        foreach (var (name, unit, help, of) in Families)
        {
            writer.Family(name, "gauge", unit, help);
            foreach (var (labels, parts) in promises)
            {
                foreach (var part in parts)
                    if (of(part) is { } value)
                        writer.Sample("", labels, value, ("regime", part.Regime), ("objective", part.Line.Text), ("part", part.Figures.Check));
                await flush(pipe, cancellationToken);
            }
        }
    }
}
