using Kept.Model;

namespace Kept.Judging;

/// <summary>Whether a window holds enough looks for the share that an objective asks for. Counted as verdicts count: whole looks, exact shares.</summary>
internal static class WindowFindings
{
    public static Diagnostic? Of(Objective objective, Promise promise)
    {
        if (ShareOf(objective) is not { } share || share is <= 0 or >= 1) return null;
        var checks = promise.Checks.Where(check => objective.Counts(check.Name)).Where(check => check.Every > Duration.Zero).ToList();
        if (checks.Count == 0) return null;
        var window = LengthOf(objective.Window);
        var looks = objective.Slice is { } slice && slice > Duration.Zero ? window.Nanoseconds / slice.Nanoseconds : checks.Sum(check => objective.PointsOf(check.Name) * (window.Nanoseconds / check.Every.Nanoseconds));
        var heaviest = objective.Slice is null ? checks.Max(check => objective.PointsOf(check.Name)) : 1;
        var what = objective.Unit + "s";
        Diagnostic Says(string message, string help) => new(HollowCodes.TooFewLooks, Severity.Warning, objective.At.IsKnown ? objective.At : promise.At, message, help, promise.Name);
        if (looks < 1)
            return Says($"`{objective.Text}` asks about a window in which not even one look is due: it is never decided", $"look more often than every {checks.Min(check => check.Every).ToWords()}, or over a longer window");
        if (decimal.Floor(looks * (1 - share)) >= heaviest && !(objective.Operator == Comparison.Greater && looks * (1 - share) == heaviest)) return null;
        if (heaviest > 1)
            return Says($"`{objective.Text}` is broken by a single bad look of {checks.First(check => objective.PointsOf(check.Name) == heaviest).Name}, which is {heaviest:N0} of {looks:N0} points",
                $"a share of {Share(share)} needs a window of at least {decimal.Ceiling(heaviest / (1 - share)):N0} points; look more often, over a longer window, or with weights that differ less");
        return Says($"`{objective.Text}` is broken by a single bad {what.TrimEnd('s')} of {looks:N0}: it cannot tell {Share(share)} from {Share(decimal.Floor((1 - (1m / looks)) * 100_000) / 100_000)}",
            $"a share of {Share(share)} needs a window of at least {decimal.Ceiling(1 / (1 - share)):N0} {what}; look more often, or over a longer window");
    }

    private static decimal? ShareOf(Objective objective) => objective.Statistic.Kind switch
    {
        StatisticKind.Percentile => objective.Statistic.Share,
        StatisticKind.None when objective.Quantity.Source == QuantitySource.GoodLooks && objective.Operator is Comparison.Greater or Comparison.GreaterOrEqual => objective.Target.Amount,
        _ => null,
    };

    /// <summary>Calendar units at their shortest.</summary>
    private static Duration LengthOf(Window window) => window switch
    {
        Window.Rolling rolling => rolling.Length,
        Window.Calendar { Unit: CalendarUnit.Day } => Duration.Hours(23),
        Window.Calendar { Unit: CalendarUnit.Week } => Duration.Days(7) - Duration.Hours(1),
        Window.Calendar { Unit: CalendarUnit.Month } => Duration.Days(28),
        Window.Calendar { Unit: CalendarUnit.Quarter } => Duration.Days(90),
        _ => Duration.Days(365),
    };

    private static string Share(decimal share) => (share * 100).ToString("0.#####", System.Globalization.CultureInfo.InvariantCulture) + " %";
}
