using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.Kuma;

/// <summary>The backup that Uptime Kuma 1 writes: one JSON file with <c>monitorList</c>.</summary>
internal static class KumaBackup
{
    /// <summary>Null, and told, where it is none.</summary>
    public static KumaHouse? Read(ForeignFile file, Losses losses)
    {
        var root = ForeignJson.Read(file, losses);
        if (root is null)
        {
            if (!losses.IsBroken) losses.Unread(new Place(new SourceFile(file.Path), 1, 1, 1), "it is empty", "name the backup (Settings, Backup, Export), or kuma.db");
            return null;
        }
        if (root is not ForeignNode.Map map || map["monitorList"] is not ForeignNode.List list)
        {
            if (!losses.IsBroken) losses.Unread(root.At, "there is no list `monitorList` in it, so it is no backup of Uptime Kuma", "name the backup of version 1 (Settings, Backup, Export), or the file kuma.db of any version");
            return null;
        }
        var house = new KumaHouse();
        if (list.Items.Length > KumaImport.MostMonitors)
        {
            losses.Unread(list.At, $"it holds more than {KumaImport.MostMonitors} monitors", "divide it, and import the parts one by one");
            return null;
        }
        foreach (var item in list.Items)
            if (item is ForeignNode.Map monitor) house.Monitors.Add(new KumaFields(monitor));
            else losses.Lost(item.At, "", $"{item.Form} stands where a monitor is due, in `monitorList`");
        if (map["notificationList"] is ForeignNode.List routes)
            foreach (var route in routes.Items.OfType<ForeignNode.Map>()) house.Notifications.Add(new KumaFields(route));
        foreach (var (key, _) in map.Entries)
            if (key.Content is not ("version" or "monitorList" or "notificationList" or "proxyList"))
                losses.UnknownKey(key.At, "", key.Content, ["version", "monitorList", "notificationList", "proxyList"]);
        house.Index();
        return house;
    }
}
