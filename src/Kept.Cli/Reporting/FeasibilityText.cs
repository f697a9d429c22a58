using System.Collections.Immutable;
using Kept.Cli.Output;
using Kept.Judging;
using Kept.Model;

namespace Kept.Cli.Reporting;

/// <summary>What the objectives and alerts of a promise can do at all, for people.</summary>
internal static class FeasibilityText
{
    /// <param name="agent">Whose promise it is: its calendars tell how many looks a regime gets.</param>
    /// <param name="now">The windows that hold this moment are meant.</param>
    public static void Write(Terminal terminal, Agent agent, Promise promise, ImmutableArray<BurnFeasibility> alerts, Instant now)
    {
        var output = terminal.Result;
        output.WriteLine($"{terminal.Strong(promise.Name.ToString())}  what its objectives and alerts can do");
        if (!promise.Regimes.IsEmpty)
        {
            output.WriteLine($"  judged apart in {string.Join(", ", promise.Regimes.Select(regime => regime.Name))} and other, each by its own looks");
            output.WriteLine("  The figures are those of a regime that all looks fall into; one with fewer bears fewer bad ones, and is kept or confirmed later");
        }
        foreach (var objective in Feasibility.OfObjectives(promise))
        {
            output.WriteLine();
            output.WriteLine($"  {objective.Objective.Text}");
            output.WriteLine($"    holds {ReportText.Figure(objective.Holds)} {objective.Unit}s of {objective.Each.ToWords()}; kept needs {ReportText.Figure(objective.NeededForKept)} of them seen");
            output.WriteLine(objective.Bears is { } bears
                ? $"    bears {ReportText.Figure(bears)} bad {(objective.Unit == "point" ? bears == 1 ? "point" : "points" : "ones")}, {objective.BudgetTime.ToWords()}; broken by {ReportText.Figure(bears + 1)}, at the soonest after {objective.UntilBroken.ToWords()}{(objective.BreaksByOne ? $": one failure{OfHeaviest(objective)} breaks it" : "")}"
                : "    bears no bad one: one failure breaks it");
            if (!promise.Regimes.IsEmpty)
                foreach (var regime in RegimeFeasibility.OfWindow(agent, promise, objective.Objective, now)) output.WriteLine("    " + Expected(regime));
            if (promise.Confidence is { } confidence)
                output.WriteLine(objective.NeededForConfidence is not { } needed ? "    its confidence cannot be reached or does not apply"
                    : $"    to say kept with {Quantity.Ratio(confidence)} confidence takes {ReportText.Figure(needed)} good ones without a bad one{(objective.CanNeverBeConfirmed ? ": more than the window holds, so it is never kept" : objective.CanSometimesNotBeConfirmed ? $": more than its shortest window holds, and less than the {ReportText.Figure(objective.HoldsAtMost)} of its longest" : "")}");
        }
        foreach (var line in alerts)
        {
            output.WriteLine();
            output.WriteLine($"  alert {line.Alert}: {line.Line.Text}");
            if (!line.CanFire)
            {
                output.WriteLine("    can never fire: not even if everything fails");
                continue;
            }
            output.WriteLine($"    needs {string.Join(" and ", line.Windows.Select(window => $"{ReportText.Figure(window.Needed)} of {ReportText.Figure(window.Holds)} {line.Unit}s over {window.Test.Window}"))}{(line.FiresOnOne ? ": one failure fires it" : "")}{(line.Confirmations > 1 ? $"; only confirmed ones count, so {line.Needed} failures at least" : "")}");
            output.WriteLine($"    fires at the soonest {line.Soonest.ToWords()} after the first failure that is seen, {line.Latest.ToWords()} after the failing began");
            output.WriteLine("    " + Chance(line));
            if (promise.Regimes.IsEmpty) continue;
            foreach (var few in RegimeFeasibility.TooFew(agent, promise, line.Line, now))
                output.WriteLine($"    in regime {few.Regime} it can never fire: {(few.Most == 0 ? "no look" : $"at most {ReportText.Figure(few.Most)} {(few.Most == 1 ? "look" : "looks")}")} of it {(few.Most > 1 ? "fall" : "falls")} into {few.Window.ToWords()}, and {few.Needed} must be bad");
        }
        output.WriteLine();
    }

    private static string Expected(RegimeLooks regime) => regime switch
    {
        { Most: 0 } => $"regime {regime.Regime}: no look of this window, so nothing is said of it",
        { IsByTime: true } when regime.Least == regime.Most => $"regime {regime.Regime}: {ReportText.Figure(regime.Most)} looks of this window, by its calendar",
        { IsByTime: true } => $"regime {regime.Regime}: {ReportText.Figure(regime.Least)} to {ReportText.Figure(regime.Most)} looks of this window, by its calendar",
        _ => $"regime {regime.Regime}: {ReportText.Figure(regime.Least)} to {ReportText.Figure(regime.Most)} looks of this window, as it is measured",
    };

    private static string OfHeaviest(ObjectiveFeasibility objective) => objective.Unit == "point" ? " of the part that weighs most" : "";

    private static string Chance(BurnFeasibility line)
    {
        if (line.Noise is not { } noise) return "how likely chance alone fires it is not known: no look was counted; say a share with --noise";
        if (line.IsAtMost && line.FalsePage is { Numerator.IsZero: false } bound) return $"with {(noise * Fraction.Of(100)).ToWords(6)} % of {line.Unit}s bad by chance, before they are confirmed, it fires at less than one moment of {(Fraction.Of(1) / bound).ToWords(1)}";
        var words = $"with {(noise * Fraction.Of(100)).ToWords(6)} % of {(line.Unit == "point" ? "look" : line.Unit)}s bad by chance";
        if (line.FalsePage is not { } chance) return $"{words} too many must be bad for the exact sum";
        if (chance.Numerator.IsZero) return noise.Numerator.IsZero ? "nothing was bad, so chance alone is not known to fire it; say a share with --noise" : $"{words} it never fires";
        if (line.Unit == "point") return $"{words} it fires at one moment of {(Fraction.Of(1) / chance).ToWords(1)}";
        var days = new Fraction(line.Each.Nanoseconds, Duration.PerDay) / chance;
        return $"{words} it fires at one moment of {(Fraction.Of(1) / chance).ToWords(1)}, that is one {line.Unit} in {days.ToWords(1)} days";
    }
}
