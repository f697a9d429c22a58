using System.Collections.Immutable;
using Kept.Language.Yaml;
using Kept.Model;

namespace Kept.Language.Documents;

/// <summary>Reads the alerts of a promise, and how it is accounted.</summary>
internal sealed class AlertReader(Reading reading)
{
    private readonly Problems _problems = reading.Problems;

    public static Accounting Accounting(Written written, Problems problems) => new(
        Choice(written, "gaps", GapAccount.Excluded, problems), Choice(written, "own-outage", GapAccount.Excluded, problems), Choice(written, "retries", RetryAccount.Each, problems))
    { Maintenance = Choice(written, "maintenance", MaintenanceAccount.Excluded, problems) };

    private static T Choice<T>(Written written, string field, T otherwise, Problems problems) where T : struct, Enum =>
        written.Scalar(field) is { } text && FieldValues.OneOf(text, [.. Enum.GetNames<T>().Select(name => name.ToLowerInvariant())], problems) is { } word ? Enum.Parse<T>(word, ignoreCase: true) : otherwise;

    public ImmutableArray<Alert> Alerts(Written promise, ImmutableArray<Objective> keeps)
    {
        var alerts = ImmutableArray.CreateBuilder<Alert>();
        foreach (var (key, value) in promise.Pairs("alerts"))
        {
            if (FieldValues.Name(key.Content, "an alert", _problems) is not { } name) continue;
            var lines = ImmutableArray.CreateBuilder<BurnLine>();
            foreach (var node in value switch { YamlList list => list.Items, null => [], _ => [value] })
                if (reading.Scalar(node, $"`{name}`") is { } text && ExpressionReader.Burn(text, _problems) is { } line && Settled(line, keeps) is { } settled)
                    lines.Add(settled);
            if (lines.Count > 0) alerts.Add(new Alert(reading.Texts.Share(name), lines.ToImmutable(), key.At));
        }
        return alerts.ToImmutable();
    }

    /// <summary>The line with the objective that each of its tests speaks of: of several of one quantity the one with the longest window, for that is the budget that lasts.</summary>
    private BurnLine? Settled(BurnLine line, ImmutableArray<Objective> keeps)
    {
        var tests = ImmutableArray.CreateBuilder<BurnTest>();
        foreach (var test in line.Tests)
        {
            var fit = keeps.Select((objective, i) => (objective, i)).Where(one => HasBudget(one.objective) && (test.Quantity is null || one.objective.Quantity.Name == test.Quantity)).ToList();
            var names = keeps.Where(HasBudget).Select(objective => objective.Quantity.Name).Distinct().ToList();
            if (fit.Count == 0)
            {
                _problems.Error(ExpressionCodes.AlertBudget, test.At, test.Quantity is { } wanted ? $"no objective of the promise gives `{wanted}` a budget" : "no objective of the promise has a budget",
                    names.Count > 0 ? $"write {string.Join(" or ", names.Select(name => $"`burn of {name}`"))}" : "a budget is what an objective below 100 % leaves: write `availability >= 99.5% over 30d` under `keeps`");
                return null;
            }
            if (fit.Select(one => one.objective.Quantity.Name).Distinct().Count() > 1)
            {
                _problems.Error(ExpressionCodes.AlertBudget, test.At, "the promise has several budgets", $"say which one burns: {string.Join(" or ", names.Select(name => $"`burn of {name}`"))}");
                return null;
            }
            var (longest, place) = fit.MaxBy(one => LengthOf(one.objective.Window));
            if (test.Window > LengthOf(longest.Window))
            {
                _problems.Error(ExpressionCodes.AlertBudget, test.At, $"it looks back over a longer time than `{longest.Text}`", "write a shorter window: an alert is earlier than what it warns of");
                return null;
            }
            if (longest.Slice is { } slice && test.Window < slice)
            {
                _problems.Error(Codes.AlertSlice, test.At, $"it looks back over less than one slice of `{longest.Text}`, which lasts {slice}", $"write a window of whole slices, as in `over {slice}`; or shorter slices");
                return null;
            }
            tests.Add(test with { Objective = place });
        }
        return line with { Tests = tests.ToImmutable() };
    }

    private static bool HasBudget(Objective objective) =>
        objective.Quantity.Source == QuantitySource.GoodLooks ? objective.Target.Amount is > 0 and < 1 : objective.Statistic.Kind == StatisticKind.Percentile;

    /// <summary>How long a window is; of a calendar's, the shortest it can be.</summary>
    private static Duration LengthOf(Window window) => window is Window.Rolling rolling ? rolling.Length : ((Window.Calendar)window).Shortest;
}
