using Kept.Model;

namespace Kept.Rules;

/// <summary>R27. What is taken out of a promise is said before it happens, by the one who promised.</summary>
internal static class MaintenanceAnnounced
{
    private static readonly RuleClause NotExcluded = new("R27", "not-excluded", Severity.Information, "maintenance is to be excluded, and no announcement of it can be known here");

    public static readonly Rule Rule = new(
        "R27", Severity.Error, "Notice",
        "A change, a withdrawal and maintenance that does not count are announced by the promiser, as long before as the promise says. Nobody can announce afterwards what they "
        + "wish had not counted, so an announcement is a signed notice with its own time. Until one is known, every look counts, also while somebody works on the service.",
        RuleTheme.Change, RuleSource.Derived, [NotExcluded],
        [
            new("the notice came as long before as was promised", "notices are signed documents that agents exchange; one house alone has none that others could check"),
            new("it does not fall inside a time of need of a bound promisee", "their calendars stand in their documents"),
        ])
    { Check = Check };

    private static IEnumerable<Finding> Check(RuleContext context)
    {
        foreach (var (_, promise) in context.Promises)
            if (promise.Maintenance is { During: null } maintenance) // a calendar in the terms is an announcement with its own time
                yield return NotExcluded.At(promise.PlaceOf("maintenance"),
                    $"maintenance of {maintenance.UpTo.ToWords()} in {maintenance.Per.ToWords()} is to be excluded when it was announced, but no announcement is known here: every look counts",
                    "name the calendar of it (`during:`), for terms announce what stands in them; or put the times of maintenance outside the condition (`given: during …`)", promise.Name);
    }
}
