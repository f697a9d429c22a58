using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.Kuma;

/// <summary>What an instance of Uptime Kuma holds, from a backup or from its database.</summary>
internal sealed class KumaHouse
{
    /// <summary>As it is stored, in order.</summary>
    public List<KumaFields> Monitors { get; } = [];

    /// <summary>Ways of telling somebody.</summary>
    public List<KumaFields> Notifications { get; } = [];

    private Dictionary<long, KumaFields>? _byId;

    /// <summary>The notification of that number; a database may name very many.</summary>
    public KumaFields? Notification(long id) => (_byId ??= Notifications.Where(route => route.Id is not null).DistinctBy(route => route.Id).ToDictionary(route => (long)route.Id!)).GetValueOrDefault(id);

    public List<KumaFields> Maintenances { get; } = [];

    /// <summary>The maintenances that a monitor stands under, by the monitor's id.</summary>
    public Dictionary<int, List<int>> MaintenancesOf { get; } = [];

    /// <summary>The zone that maintenances without one of their own are in.</summary>
    public string Zone { get; set; } = "UTC";

    /// <summary>The database holds looks of the past.</summary>
    public bool HasHistory { get; set; }

    public Dictionary<int, KumaFields> ById { get; private set; } = [];

    /// <summary>After everything was read.</summary>
    public void Index()
    {
        foreach (var monitor in Monitors)
            if (monitor.Id is { } id) ById.TryAdd(id, monitor);
    }

    /// <summary>The names of the groups that a monitor stands in, outermost first. A group within itself ends the way.</summary>
    public List<string> Groups(KumaFields monitor)
    {
        var path = new List<string>();
        var seen = new HashSet<int>();
        for (var parent = monitor.Number("parent"); parent is { } id && seen.Add(id) && ById.TryGetValue(id, out var group) && seen.Count <= 20; parent = group.Number("parent"))
            path.Add(group.Text("name") ?? "group");
        path.Reverse();
        return path;
    }

    /// <summary>Ids of the notifications of a monitor that are switched on for it.</summary>
    public static IEnumerable<int> Told(KumaFields monitor) => monitor.Node("notificationIDList") is ForeignNode.Map map
        ? map.Entries.Where(entry => entry.Value is ForeignNode.Text { Content: "true" or "1" }).Select(entry => int.TryParse(entry.Key.Content, out var id) ? id : -1).Where(id => id >= 0) : [];

    /// <summary>As people know it: <c>web / api</c>.</summary>
    public string Subject(KumaFields monitor) => string.Join('/', Groups(monitor).Append(monitor.Text("name") ?? "monitor"));

    /// <summary>A record of the database has no line: its table and its number say where it stands.</summary>
    public static Place PlaceOf(string file, string table, long id) => new(new SourceFile(FormattableString.Invariant($"{file}, {table} {id}")), 0, 0, 0);
}
