using System.Globalization;
using Kept.Import.Writing;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.Kuma;

/// <summary>Monitors as wishes with one check each, about the group they stand in, or the host.</summary>
internal sealed class KumaMonitors(ImportRequest request, HouseDraft draft, KumaHouse house, KumaMaintenance maintenance, Losses losses)
{
    /// <summary>The most looks that a confirmation of ours counts.</summary>
    private const int MostLooks = 64;

    /// <summary>What Kuma waits longer than the interval of a push monitor.</summary>
    private static readonly Duration Buffer = Duration.Seconds(1);

    private readonly Subjects _subjects = new();
    private readonly Names _keys = new(), _prefixes = new();
    private readonly HashSet<string> _unknown = new(StringComparer.Ordinal);
    private bool _toldOfRetries;

    public void Read(KumaFields monitor)
    {
        var subject = _subjects.Free(house.Subject(monitor), monitor.Id);
        var type = monitor.Text("type") ?? "";
        foreach (var key in monitor.Unknown(KumaKnown.Fields))
            if (_unknown.Add(key.Content)) losses.UnknownKey(monitor.At.IsKnown ? key.At : monitor.At, "", key.Content, KumaKnown.Fields, "it may come from a newer version: look whether the check misses something", "is passed over");
        if (type == KumaTypes.Group)
        {
            Group(monitor, subject);
            return;
        }
        var its = new KumaReading(request, monitor, subject, _prefixes.Free(monitor.Text("name") ?? "monitor", "monitor").Replace('-', '_').ToUpperInvariant(), losses);
        if (!IsActive(monitor))
        {
            its.None("active", "it is paused", "take it along when it runs again");
            draft.NotCarried.Add((subject, monitor.At));
            return;
        }
        var check = type == KumaTypes.Push ? Push(its) : KumaTypes.Carried.TryGetValue(type, out var read) ? read(its) : Lost(its, type);
        Others(its);
        if (check is null)
        {
            draft.NotCarried.Add((subject, monitor.At));
            return;
        }
        if (type != KumaTypes.Push) Rhythm(its, check);
        var groups = house.Groups(monitor);
        var wish = new WishDraft(subject, monitor.At, groups.Count > 0 ? string.Join('-', groups) : type == KumaTypes.Push ? monitor.Text("name") ?? "job" : HostOf(check), monitor.Text("name") ?? "monitor")
        {
            Purpose = monitor.Text("description") is { Length: <= 1_000 } described ? described : subject,
            Given = maintenance.Given(monitor, subject),
        };
        if (Tags(monitor) is { Length: > 0 } tags) wish.Comments.Add("tags: " + tags);
        wish.Checks.Add(check);
        draft.Wishes.Add(wish);
    }

    private static CheckDraft? Lost(KumaReading its, string type)
    {
        var (why, instead) = KumaTypes.Lost.TryGetValue(type, out var lost) ? lost : KumaTypes.Unknown(type);
        return its.None("type", why, instead);
    }

    /// <summary>Paused, or within a group that is.</summary>
    private bool IsActive(KumaFields monitor)
    {
        var seen = new HashSet<int>();
        for (var one = monitor; ;)
        {
            if (one.Node("active") is not null && !one.Flag("active") || one.Flag("forceInactive")) return false;
            if (one.Number("parent") is not { } parent || !seen.Add(parent) || !house.ById.TryGetValue(parent, out var group)) return true;
            one = group;
        }
    }

    private void Group(KumaFields monitor, string subject)
    {
        if (KumaHouse.Told(monitor).Any()) losses.Changed(monitor.At, subject, "a group that tells somebody when one of its own is down is no check here", null, "what stands in it is judged one by one");
    }

    /// <summary>It reports by itself, and goes on calling as it does; of its token the document has the name of a variable.</summary>
    private CheckDraft? Push(KumaReading its)
    {
        var monitor = its.Monitor;
        if (KumaPlain.Turned(its)) return null;
        var key = _keys.Free(its.Subject, "job");
        if (its.Check("heartbeat", key, "type") is not { } check) return null;
        check.Every = Every(monitor);
        var retries = Math.Clamp(monitor.Number("maxretries") ?? 0, 0, MostLooks);
        check.Fields.Add(new("grace", (Buffer + Duration.Seconds((long)retries * (monitor.Number("retryInterval") is > 0 and { } again ? Math.Min(again, 31_536_000) : (long)check.Every.Value.ToTimeSpan().TotalSeconds))).ToString()));
        check.Confirm = (1, 1);
        check.Comments.Add("Whoever knows this key can call in its name: make it longer, as `kept add --heartbeat` does.");
        if (monitor.Text("pushToken") is null)
        {
            losses.Changed(monitor.At, its.Subject, "its push address has no token there, so what reports calls another address from now on", $"curl -fsS http://localhost:7070/beat/{key}");
            return check;
        }
        check.Maps.Add(new("kuma", [new("token", its.Secrets.PushToken())]));
        its.Secrets.Into(check);
        return check;
    }

    private static Duration Every(KumaFields monitor) => Duration.Seconds(Math.Clamp(monitor.Number("interval") ?? 60, 1, 31_536_000));

    private void Rhythm(KumaReading its, CheckDraft check)
    {
        var monitor = its.Monitor;
        var every = Every(monitor);
        // where none is written, or 0, Kuma gives up after eight tenths of the interval
        var timeout = monitor.Number("timeout") is > 0 and { } seconds ? Duration.Seconds(Math.Min(seconds, 31_536_000)) : Duration.Milliseconds((long)every.ToTimeSpan().TotalSeconds * 800);
        check.Every = every;
        check.Timeout = timeout < every ? timeout : every / 2;
        if (timeout >= every) losses.Changed(monitor.Where("timeout"), its.Subject, $"a look may take {timeout} and the next is due after {every}; here it is given up after {every / 2}");
        var retries = Math.Clamp(monitor.Number("maxretries") ?? 0, 0, MostLooks - 1);
        check.Confirm = (retries + 1, retries + 1);
        if (retries == 0) return;
        if (!_toldOfRetries) losses.Changed(monitor.Where("maxretries"), "", "a monitor with retries is down after one failure more than that, and up after one good look; here a confirmation turns both ways after as many, and so of every monitor with retries");
        _toldOfRetries = true;
        if (monitor.Number("retryInterval") is > 0 and { } again && Duration.Seconds(again) != every)
            losses.Changed(monitor.Where("retryInterval"), its.Subject, $"after a failure it is looked at again every {Duration.Seconds(again)} there, and every {every} here", "write a shorter `every:`, or a smaller `confirm:`");
    }

    private void Others(KumaReading its)
    {
        if (its.Monitor.Number("resendInterval") is > 0) its.Losses.Lost(its.Monitor.Where("resendInterval"), its.Subject, "nobody is told again while it lasts", "alert on Kept's own metrics at /metrics");
        its.LostFlag("domainExpiryNotification", "when the name of its domain ends is not asked of the registry here", "write a promise of its own: check: { domain: shop.example, every: 1d, expect: [ expires-in > 14d ] }");
        foreach (var id in KumaHouse.Told(its.Monitor))
            if (house.Notification(id) is not { } route)
                its.Losses.Hollow(ImportCodes.WatchesTooLittle, its.Monitor.Where("notificationIDList"), its.Subject, $"it tells the notification {id.ToString(CultureInfo.InvariantCulture)}, which does not exist", "it is down and nobody is told", "choose one that does");
            else if (route.Node("active") is not null && !route.Flag("active"))
                its.Losses.Hollow(ImportCodes.WatchesTooLittle, its.Monitor.Where("notificationIDList"), its.Subject, $"it tells `{Losses.Short(route.Text("name") ?? "")}`, which is switched off", "it is down and nobody is told", "switch it on, or choose another");
    }

    private static string Tags(KumaFields monitor) => monitor.Node("tags") is ForeignNode.List tags
        ? string.Join(", ", tags.Items.OfType<ForeignNode.Map>().Take(50).Select(tag => (Name: (tag["name"] as ForeignNode.Text)?.Content, Value: (tag["value"] as ForeignNode.Text) is { IsNothing: false } value ? value.Content : ""))
            .Where(tag => tag.Name is not null).Select(tag => tag.Value.Length == 0 ? tag.Name : $"{tag.Name}={tag.Value}")) : "";

    private string HostOf(CheckDraft check) => request.Kind(check.Kind)!.ReadTarget(check.Target).Target is { Host.Length: > 0 } target ? target.Host : check.Kind;
}
