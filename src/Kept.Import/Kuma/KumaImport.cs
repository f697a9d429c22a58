using System.Globalization;
using Kept.Import.Writing;
using Kept.Model;

namespace Kept.Import.Kuma;

/// <summary>
/// Uptime Kuma: the JSON backup of version 1, or the database of any version. Every monitor becomes a wish, or is told with the reason; no secret of it is written.
/// </summary>
internal static class KumaImport
{
    /// <summary>Nobody's Kuma runs with more (uptime-kuma#561: some hundreds).</summary>
    public const int MostMonitors = 20_000;

    public static readonly ForeignTool Tool = new("kuma", "Uptime Kuma", "the database kuma.db, or the JSON backup of version 1", [], [], Read, OpensItself: true, HidesLines: true, KumaHistory.Write);

    private static HouseDraft Read(ImportRequest request, Losses losses)
    {
        var draft = new HouseDraft();
        draft.Comments.Add("Brought from Uptime Kuma by `kept import kuma`. Nobody promised this, so everything here is a wish: what we hope for, and verify.");
        draft.Comments.Add("Give it objectives (`needs: availability >= 99.9% over 30d`), and turn it into promises where the service is yours.");
        foreach (var file in request.Files)
            if ((file.IsDatabase ? KumaDatabase.Read(file, losses) : KumaBackup.Read(file, losses)) is { } house)
                Carry(request, draft, house, file, losses);
        return draft;
    }

    private static void Carry(ImportRequest request, HouseDraft draft, KumaHouse house, ForeignFile file, Losses losses)
    {
        var monitors = new KumaMonitors(request, draft, house, new KumaMaintenance(house, draft, losses, request.Now), losses);
        foreach (var monitor in house.Monitors) monitors.Read(monitor);
        Routes(house, losses);
        if (house.HasHistory)
            losses.Tell(new Finding(ImportCodes.PastOfOthers, FindingKind.Changed, new Place(new SourceFile(file.Path), 0, 0, 0), "", "what Uptime Kuma saw until now is its assessment, and no evidence of ours: our own begins with the first look", null,
                "keep it beside the documents: kept import kuma kuma.db --history -o FOLDER"));
        if (house.Monitors.Count == 0 && !losses.IsBroken) losses.Unread(new Place(new SourceFile(file.Path), 0, 0, 0), "there are no monitors in it", "name the kuma.db that Kuma uses: it stands in its folder `data`");
    }

    /// <summary>Who is told is not carried; one that no monitor tells, tells nobody of anything.</summary>
    private static void Routes(KumaHouse house, Losses losses)
    {
        var used = house.Monitors.SelectMany(KumaHouse.Told).ToHashSet();
        foreach (var route in house.Notifications)
        {
            var name = Losses.Short(route.Text("name") ?? "notification");
            losses.Lost(route.At, "", $"the notification `{name}` is not carried", "alert on Kept's own metrics at /metrics");
            if (route.Id is not { } id || used.Contains(id) || route.Node("active") is not null && !route.Flag("active")) continue;
            losses.Hollow(ImportCodes.WatchesTooLittle, route.At, "", $"no monitor tells the notification `{name}` ({id.ToString(CultureInfo.InvariantCulture)})", "every monitor is down and nobody is told by it", "switch it on for the monitors that matter");
        }
    }
}
