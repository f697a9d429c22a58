using System.Collections.Immutable;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.Kuma;

/// <summary>The tables of the database, joined here: a join in SQL would be at the mercy of a stranger's indexes.</summary>
internal static class KumaTables
{
    private const int MostOthers = 200_000;

    /// <summary>Of one table so much text is held; what Kuma stores of a thousand monitors is a hundredth of it.</summary>
    private const long MostText = 128L << 20;

    public static KumaHouse House(KumaDatabase database, ForeignFile file, Losses losses)
    {
        var house = new KumaHouse();
        var tables = database.Tables();
        var tags = Records("tag").Where(tag => tag.Id is not null).GroupBy(tag => tag.Id!.Value).ToDictionary(group => group.Key, group => group.First());
        var tagsOf = ByMonitor("monitor_tag");
        var toldOf = ByMonitor("monitor_notification");
        house.Notifications.AddRange(Records("notification"));
        house.Maintenances.AddRange(Records("maintenance"));
        foreach (var (monitor, rows) in ByMonitor("monitor_maintenance")) house.MaintenancesOf[monitor] = [.. rows.Select(row => row.Number("maintenance_id")).OfType<int>()];
        if (Records("setting").Find(setting => setting.Text("key") == "serverTimezone")?.Text("value")?.Trim('"') is { Length: > 0 } zone) house.Zone = zone;
        foreach (var monitor in Records("monitor", KumaImport.MostMonitors))
        {
            var entries = monitor.Map.Entries.ToBuilder();
            var at = monitor.At;
            if (monitor.Id is { } id)
            {
                if (tagsOf.TryGetValue(id, out var its)) entries.Add(Entry(at, "tags", new ForeignNode.List(at, [.. its.Select(row => Tag(row, tags))])));
                if (toldOf.TryGetValue(id, out var told)) entries.Add(Entry(at, "notificationIDList", new ForeignNode.Map(at, [.. told.Select(row => Entry(at, row.Text("notification_id") ?? "", new ForeignNode.Text(at, "true", false, false)))])));
            }
            house.Monitors.Add(new KumaFields(new ForeignNode.Map(at, entries.ToImmutable())));
        }
        if (tables.Contains("heartbeat") && database.Columns("heartbeat").Contains("monitor_id"))
            using (var first = database.Rows("heartbeat", ["monitor_id"], 0))
                house.HasHistory = first.Read();
        house.Index();
        return house;

        List<KumaFields> Records(string table, int most = MostOthers)
        {
            var records = new List<KumaFields>();
            if (!tables.Contains(table)) return records;
            var columns = database.Columns(table);
            database.Check(table);
            using var rows = database.Rows(table, columns, most);
            for (long held = 0; rows.Read();)
            {
                if (records.Count >= most || held > MostText)
                {
                    losses.Unread(KumaDatabase.At(file), $"the table `{table}` has more than {most} rows, or more than 128 MiB of text", "divide it, and import the parts one by one");
                    break;
                }
                var record = new KumaFields(KumaDatabase.Record(rows, Place.None));
                held += record.Map.Entries.Sum(entry => (long)((ForeignNode.Text)entry.Value).Content.Length);
                records.Add(new KumaFields(KumaDatabase.Record(rows, KumaHouse.PlaceOf(file.Path, table, record.Id ?? records.Count + 1))));
            }
            return records;
        }

        Dictionary<int, List<KumaFields>> ByMonitor(string table) =>
            Records(table).Where(row => row.Number("monitor_id") is not null).GroupBy(row => row.Number("monitor_id")!.Value).ToDictionary(group => group.Key, group => group.ToList());
    }

    private static ForeignNode.Map Tag(KumaFields row, Dictionary<int, KumaFields> tags)
    {
        var name = row.Number("tag_id") is { } id && tags.TryGetValue(id, out var tag) ? tag.Text("name") ?? "" : "";
        return new ForeignNode.Map(row.At, [Entry(row.At, "name", new ForeignNode.Text(row.At, name, true, false)), Entry(row.At, "value", new ForeignNode.Text(row.At, row.Text("value") ?? "", true, false))]);
    }

    private static KeyValuePair<ForeignNode.Text, ForeignNode> Entry(Place at, string key, ForeignNode value) => KeyValuePair.Create(new ForeignNode.Text(at, key, true, false), value);
}
