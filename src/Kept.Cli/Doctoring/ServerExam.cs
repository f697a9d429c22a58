using Kept.Cli.Asking;
using Kept.Model;
using Kept.Server.Api;
using Kept.Server.Machine;

namespace Kept.Cli.Doctoring;

/// <summary>What a running server says of itself: whether it records, keeps up, follows its documents, can see, and can tell.</summary>
internal static class ServerExam
{
    private static readonly Duration Late = Duration.Seconds(1), VeryLate = Duration.Seconds(10);

    public static async Task<IReadOnlyList<Examined>> OfAsync(RunningServer server, CancellationToken cancellationToken)
    {
        var house = await server.AskAsync("/api/v1/house", WireJson.Default.WireHouse, cancellationToken) ?? throw new UnreachableException("the server has no house");
        var figures = await server.AskAsync("/api/v1/figures", WireJson.Default.WireFigures, cancellationToken) ?? throw new UnreachableException("the server has no figures");
        var telling = await server.AskAsync("/api/v1/tell", WireJson.Default.WireTelling, cancellationToken);
        return [Recording(house, figures), Documents(house), Schedule(figures), .. Sight(figures), .. Telling(telling)];
    }

    internal static Examined Recording(WireHouse house, WireFigures figures) =>
        house.StorageFault is { } fault ? new("recording", Health.Wrong, $"nothing is recorded: {fault.TrimEnd('.')}", "see to the disk of the data folder; what is seen meanwhile is kept in memory, as far as it goes")
        : figures.RefusedRecords > 0 ? new("recording", Health.Weak, $"{Count(figures.RefusedRecords, "record")} could never be taken; all others were", "the log of the server names each: report it")
        : new("recording", Health.Good, figures.UnrecordedLooks == 0 ? "all that was seen is on record" : $"{Count(figures.UnrecordedLooks, "look")} on the way to the disk, all before are on record");

    internal static Examined Documents(WireHouse house) =>
        house.Fault is { } refused ? new("documents", Health.Wrong, $"the newest documents are refused ({Count(refused.Diagnostics.Count(one => one.Severity == "error"), "error")}), so the house is the one from before", "Next: kept check")
        : new("documents", Health.Good, $"the house runs as its documents say: {Count(Total(house.Promises) + Total(house.Wishes), "promise or wish", "promises and wishes")}");

    internal static Examined Schedule(WireFigures figures)
    {
        var (usual, late) = (new Duration(figures.LatenessP50), new Duration(figures.LatenessP99));
        var words = $"{Count(figures.Checks, "check")} on the schedule, {usual.ToWords()} late in the middle and {late.ToWords()} for 99 %";
        return late > VeryLate ? new("schedule", Health.Wrong, words + ": looks come when they say little of the moment they stand for", "look less often, at fewer at once per host, or give it more processor time")
            : figures.Faults > 0 ? new("schedule", Health.Weak, $"{words}; {Count(figures.Faults, "fault")} of Kept's own since the start", "the log of the server has each: report it")
            : late > Late ? new("schedule", Health.Weak, words, "look less often, or give it more processor time")
            : new("schedule", Health.Good, words);
    }

    private static IEnumerable<Examined> Sight(WireFigures figures)
    {
        if (figures.Anchors is not { } anchors)
            yield return new("sight", Health.Weak, "the house names no anchors: an outage of our own looks like one of everybody", "write anchors in house.yaml");
        else if (anchors.Blind is { } blind)
            yield return new("sight", Health.Wrong, $"we cannot see: {blind}", "until then everything is unknown, and nobody is alarmed");
        else
            yield return anchors.AskedAt is null ? new("sight", Health.Unknown, "the anchors were not asked yet") : new("sight", Health.Good, $"{anchors.Seen.Count(one => one.Good)} of {Count(anchors.Seen.Count, "anchor")} good");
    }

    internal static IEnumerable<Examined> Telling(WireTelling? telling)
    {
        if (telling is null) yield break; // strangers are not told who is told
        if (telling.Fault is { } fault) yield return new("telling", Health.Wrong, $"nothing can be told for now: {fault}");
        if (telling.Routes.Count == 0) yield return new("telling", Health.Weak, "the house has no route: nobody hears of what breaks", "write one under `tell:` in house.yaml");
        foreach (var route in telling.Routes)
            yield return route.State switch
            {
                "working" => new("telling", Health.Good, $"{route.Name} was last proven {route.ProvenAt}"),
                "unproven" => new("telling", Health.Unknown, $"{route.Name} never carried anything", $"Next: kept tell test {route.Name}"),
                _ => new("telling", Health.Wrong, $"{route.Name} {(route.State == "gone" ? "is gone" : $"fails{(route.FailingSince is { } since ? " since " + since : "")}")}{(route.LastError is { } error ? ": " + error.TrimEnd('.') : "")}", $"mend it, then: kept tell test {route.Name}"),
            };
    }

    private static int Total(WireCounts counts) => counts.Kept + counts.Broken + counts.NotInForce + counts.Unknown + counts.NotAPromise;

    private static string Count(long count, string one, string? many = null) => count == 1 ? $"1 {one}" : $"{count:N0} {many ?? one + "s"}";
}
