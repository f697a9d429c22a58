using System.Globalization;
using System.Text.RegularExpressions;
using Kept.Import.Writing;

namespace Kept.Import.Kuma;

/// <summary>The maintenances of the database: those that come back every week are calendars here, and a promise is not in force during them.</summary>
internal sealed partial class KumaMaintenance
{
    private static readonly string[] Days = ["Su", "Mo", "Tu", "We", "Th", "Fr", "Sa"];

    private readonly KumaHouse _house;
    private readonly Losses _losses;
    private readonly Dictionary<int, string> _calendars = [];
    private readonly Dictionary<int, KumaFields> _byId = [];

    public KumaMaintenance(KumaHouse house, HouseDraft draft, Losses losses)
    {
        (_house, _losses) = (house, losses);
        foreach (var window in house.Maintenances)
            if (window.Id is { } id && _byId.TryAdd(id, window) && Hours(window) is { } open)
            {
                var name = draft.Calendars.Count == 0 ? "maintenance" : "maintenance-" + (draft.Calendars.Count + 1).ToString(CultureInfo.InvariantCulture);
                draft.Calendars.Add(new CalendarDraft(name, open, window.At));
                _calendars[id] = name;
            }
    }

    /// <summary><c>not during maintenance</c>, for all windows that the monitor stands under.</summary>
    public string? Given(KumaFields monitor, string subject)
    {
        if (monitor.Id is not { } id || !_house.MaintenancesOf.TryGetValue(id, out var windows)) return null;
        foreach (var window in windows.Where(window => _byId.ContainsKey(window) && !_calendars.ContainsKey(window)).Distinct())
            _losses.Lost(monitor.At, subject, $"the maintenance `{Losses.Short(_byId[window].Text("title") ?? "")}` is not carried, so looks inside it count");
        var names = windows.Where(_calendars.ContainsKey).Select(window => _calendars[window]).Distinct().ToList();
        return names.Count == 0 ? null : string.Join(" and ", names.Select(name => "not during " + name));
    }

    private string? Hours(KumaFields window)
    {
        var title = window.Text("title") ?? "maintenance";
        if (window.Node("active") is not null && !window.Flag("active")) return Lost(window, title, "it is switched off");
        var strategy = window.Text("strategy");
        var days = strategy switch
        {
            "recurring-weekday" => string.Join(',', window.Texts("weekdays").Select(day => int.TryParse(day, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= 7 ? Days[number % 7] : "").Where(day => day.Length > 0).Distinct().OrderBy(day => day == "Su" ? 7 : Array.IndexOf(Days, day))),
            "recurring-interval" when window.Number("interval_day") is 1 => "Mo-Su",
            _ => "",
        };
        if (days.Length == 0)
            return Lost(window, title, strategy switch { "single" => "a window of one day has no form here", "manual" => "maintenance by hand has no form here", _ => "hours that are counted by days of the month, or by a cron line, have no form here" });
        if (Time().Match(window.Text("start_time") ?? "") is not { Success: true } start || Time().Match(window.Text("end_time") ?? "") is not { Success: true } end) return Lost(window, title, "it has no hours");
        // whole days: Kuma's picker ends at the same minute
        var (from, to) = (start.Groups["time"].Value, end.Groups["time"].Value);
        if (from == to) return Lost(window, title, "it begins and ends at the same minute", "write 00:00-24:00 for a whole day");
        if (window.Text("end_date") is { Length: > 0 }) return Lost(window, title, "it ends one day, and hours here hold always: looks would be left out for good", "write a calendar while it lasts, and `given: not during` it");
        if (window.Text("start_date") is { Length: > 0 }) _losses.Changed(window.At, title, "from when the window holds is not carried: its hours hold always");
        var zone = window.Text("timezone") is { } own and not "SAME_AS_SERVER" ? own : _house.Zone;
        _losses.Changed(window.At, title, "looks inside the window are not in force here, and count neither way");
        return $"{days} {from}-{to} {zone}";
    }

    private string? Lost(KumaFields window, string title, string why, string? instead = "write a calendar, and `given: not during` it")
    {
        _losses.Lost(window.At, title, why, instead);
        return null;
    }

    [GeneratedRegex("^(?<time>(?:[01][0-9]|2[0-3]):[0-5][0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex Time();
}
