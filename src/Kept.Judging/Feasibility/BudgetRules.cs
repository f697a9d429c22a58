using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Judging;

/// <summary>The catalogue of what is wrong with budgets and alerts by arithmetic alone; each has a page under docs/errors. A code that was shipped is never used for anything else.</summary>
public static class BudgetCodes
{
    /// <summary>An alert that no failure reaches.</summary>
    public const string NeverFires = "B01";
    /// <summary>An alert that one failed look fires.</summary>
    public const string FiresOnOne = "B02";
    /// <summary>An objective whose window is too short for its confidence.</summary>
    public const string NeverConfirmed = "B03";
    /// <summary>An alert, and nobody who is told.</summary>
    public const string NobodyTold = "B04";
    /// <summary>Maintenance that is planned for longer than it may last.</summary>
    public const string PlannedBeyondCap = "B05";
    /// <summary>A calendar of dates of which the last is over.</summary>
    public const string DatesOver = "B06";

    /// <summary>All of them with the titles of their pages, in order.</summary>
    public static ImmutableArray<(string Code, string Title)> All { get; } =
    [
        (NeverFires, "an alert that can never fire"), (FiresOnOne, "an alert that one failed look fires"), (NeverConfirmed, "an objective that can never be kept"),
        (NobodyTold, "an alert that nobody is told of"), (PlannedBeyondCap, "maintenance beyond its cap"), (DatesOver, "a calendar of past dates"),
    ];
}

/// <summary>Warns of alerts, objectives and calendars that cannot do what they are for. Needs no look.</summary>
public static class BudgetRules
{
    /// <param name="house">The house as read.</param>
    /// <param name="now">The moment at which dates are over or not.</param>
    public static IEnumerable<Diagnostic> Check(House house, Instant now)
    {
        foreach (var (calendar, over, spent) in PastDates(house))
            if (spent <= now)
                yield return new Diagnostic(BudgetCodes.DatesOver, Severity.Warning, calendar.At, $"the last date of `{calendar.Name}` was over at {over}: it is never open again", "write the next dates, or take it out with the conditions that name it");
        // of many promises that one calendar plans for, each has the same most
        var mostPlanned = new Dictionary<(string Zone, string Text, Duration Per), Duration>();
        foreach (var promise in house.Promises)
        {
            foreach (var line in Feasibility.OfAlerts(promise))
                if (Finding(promise, line) is { } finding)
                    yield return finding;
            if (promise.Alerts is [var alert, ..] && !house.Settings.RoutesOf(promise).Any(route => route.When.HasFlag(Tidings.Alerts)) && Why(house, promise) is var (why, help))
                yield return new Diagnostic(BudgetCodes.NobodyTold, Severity.Warning, alert.At, $"the alert `{alert.Name}` fires and nobody is told: {why}", help + "; until then the page and the API show it", promise.Name);
            if (promise.Maintenance is { During: { } planned } maintenance && MostOf(maintenance, planned) is var most && most > maintenance.UpTo)
                yield return new Diagnostic(BudgetCodes.PlannedBeyondCap, Severity.Warning, promise.PlaceOf("maintenance"),
                    $"`{planned.Name}` plans {most.ToWords()} of maintenance within {maintenance.Per.ToWords()}, and up to {maintenance.UpTo.ToWords()} count as such: while more than that was planned within {maintenance.Per.ToWords()}, looks count as at any time",
                    "plan less, or promise less and say so: `up to` so much", promise.Name);
            if (promise.Confidence is not { } confidence) continue;
            foreach (var objective in Feasibility.OfObjectives(promise))
                if (objective.CanNeverBeConfirmed)
                    yield return new Diagnostic(BudgetCodes.NeverConfirmed, Severity.Warning, objective.Objective.At.IsKnown ? objective.Objective.At : promise.At,
                        $"with {VerdictWords.Percent(confidence)} confidence `{objective.Objective.Text}` needs {VerdictWords.Plural(objective.NeededForConfidence!.Value, "good " + objective.Unit)} without a bad one, and its {(objective.HoldsAtMost == objective.Holds ? "" : "longest ")}window holds {VerdictWords.Figure(objective.HoldsAtMost)}: it stays unknown or gets broken, and is never kept",
                        "look more often, write a longer window, or promise a lower share", promise.Name);
        }

        Duration MostOf(Maintenance maintenance, Calendar planned) =>
            mostPlanned.TryGetValue((planned.Zone, planned.Text, maintenance.Per), out var known) ? known : mostPlanned[(planned.Zone, planned.Text, maintenance.Per)] = MaintenanceTimes.MostPlanned(maintenance, planned);
    }

    /// <summary>The next moment after <paramref name="now"/> at which <see cref="Check"/> finds something else in the same house; null where none will.</summary>
    public static Instant? NextChange(House house, Instant now)
    {
        Instant? next = null;
        foreach (var (_, _, spent) in PastDates(house))
            if (spent > now && (next is null || spent < next))
                next = spent;
        return next;
    }

    /// <summary>Calendars of dates alone: when the last is over, and when no window of an objective reaches back to it. Until then a date that excuses is not to be taken out.</summary>
    private static IEnumerable<(Calendar Calendar, Instant Over, Instant Spent)> PastDates(House house)
    {
        foreach (var agent in house.Agents)
            foreach (var calendar in agent.Calendars)
                if (calendar.Open.IsDefaultOrEmpty && CalendarClock.EndOfDates(calendar) is { } over)
                    yield return (calendar, over, agent.Promises.Concat(agent.ReliesOn.SelectMany(reliance => reliance.Wishes)).Where(promise => promise.Maintenance?.During?.Name == calendar.Name)
                        .SelectMany(promise => promise.Keeps).Select(keep => over + CalendarClock.LengthsOf(keep.Window).Longest).Append(over).Max());
    }

    private static (string Why, string Help) Why(House house, Promise promise) =>
        house.Settings.Routes.IsEmpty ? ("the house has no route", "write a route under `tell` in house.yaml, and name it under `tell` here")
        : promise.Tell is { IsDefault: false, IsEmpty: true } ? ("the promise says `tell: nobody`", "name a route under `tell` here")
        : house.Settings.RoutesOf(promise).Any() ? ("`when` of its routes leaves alerts out", "write `alerts` under `when` of a route in house.yaml, or name another route under `tell` here")
        : ("it names no route, and the house has no usual one", "name a route under `tell` here, or take `usual: no` from one in house.yaml");

    private static Diagnostic? Finding(Promise promise, BurnFeasibility line)
    {
        var at = line.Line.At.IsKnown ? line.Line.At : promise.At;
        if (!line.CanFire)
        {
            var test = line.Windows.First(window => window.Needed > window.Holds || !BurnRule.Of(window.Test, AllowedBy(promise, window.Test)).CanBeReached).Test;
            var allowed = AllowedBy(promise, test);
            return new Diagnostic(BudgetCodes.NeverFires, Severity.Warning, at,
                $"this line of the alert `{line.Alert}` can never fire: {Quantity.Number(test.Factor)} times the {(allowed * Fraction.Of(100)).ToWords(6)} % that `{promise.Keeps[test.Objective].Text}` allows is {(allowed * Fraction.Of(test.Factor * 100)).ToWords(6)} %, and more than all {line.Unit}s cannot fail",
                $"write a burn below {(Fraction.Of(1) / allowed).ToWords(6)}, or alert on `now`", promise.Name);
        }
        return line.FiresOnOne
            ? new Diagnostic(BudgetCodes.FiresOnOne, Severity.Warning, at,
                $"one failed {(line.Unit == "point" ? "look" : line.Unit)} fires this line of the alert `{line.Alert}`: {string.Join(" and ", line.Windows.Select(window => $"over {window.Test.Window} {window.Needed} of {VerdictWords.Figure(window.Holds)} is enough"))}",
                "look more often, write a longer window, or a higher burn; two failures at least should speak of more than chance", promise.Name)
            : null;
    }

    private static Fraction AllowedBy(Promise promise, BurnTest test) => new FoldPlan(promise).Objectives[test.Objective].Share.Allowed!;
}
