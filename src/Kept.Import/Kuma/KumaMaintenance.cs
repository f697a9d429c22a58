using System.Globalization;
using System.Text.RegularExpressions;
using Kept.Import.Writing;
using Kept.Model;

namespace Kept.Import.Kuma;

/// <summary>The maintenances of the database: those of one time, and those that come back every week or every day, are calendars here, and a promise is not in force during them.</summary>
internal sealed partial class KumaMaintenance
{
    private static readonly string[] Days = ["Su", "Mo", "Tu", "We", "Th", "Fr", "Sa"];

    /// <summary>A house takes so many days of dates in all, however many documents the import makes of it.</summary>
    private const int MostWindows = 100, MostDaysInAll = 20_000;

    private readonly KumaHouse _house;
    private readonly Losses _losses;
    private readonly DateTimeOffset? _now;
    private readonly HashSet<int> _over = [];
    private readonly Dictionary<int, string> _calendars = [];
    private readonly Dictionary<int, KumaFields> _byId = [];
    private int _days;

    /// <param name="house">What was read.</param>
    /// <param name="draft">Takes the calendars.</param>
    /// <param name="losses">Takes what is not carried.</param>
    /// <param name="now">What is over by then is not carried; null where nobody said.</param>
    public KumaMaintenance(KumaHouse house, HouseDraft draft, Losses losses, DateTimeOffset? now)
    {
        (_house, _losses, _now) = (house, losses, now);
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
        foreach (var window in windows.Where(window => _byId.ContainsKey(window) && !_calendars.ContainsKey(window) && !_over.Contains(window)).Distinct())
            _losses.Lost(monitor.At, subject, $"the maintenance `{Losses.Short(_byId[window].Text("title") ?? "")}` is not carried, so looks inside it count");
        var names = windows.Where(_calendars.ContainsKey).Select(window => _calendars[window]).Distinct().ToList();
        return names.Count == 0 ? null : string.Join(" and ", names.Select(name => "not during " + name));
    }

    private string? Hours(KumaFields window)
    {
        var title = window.Text("title") ?? "maintenance";
        if (window.Node("active") is not null && !window.Flag("active")) return Lost(window, title, "it is switched off");
        var zone = window.Text("timezone") is { } own and not "SAME_AS_SERVER" ? own : _house.Zone;
        var strategy = window.Text("strategy");
        if (IsOver(window, title)) return null;
        if (_calendars.Count >= MostWindows) return Lost(window, title, $"{MostWindows} maintenances are carried already");
        if (strategy == "single") return Once(window, title, zone);
        var days = strategy switch
        {
            "recurring-weekday" => string.Join(',', window.Texts("weekdays").Select(day => int.TryParse(day, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= 7 ? Days[number % 7] : "").Where(day => day.Length > 0).Distinct().OrderBy(day => day == "Su" ? 7 : Array.IndexOf(Days, day))),
            "recurring-interval" when window.Number("interval_day") is 1 => "Mo-Su",
            _ => "",
        };
        if (days.Length == 0)
            return Lost(window, title, strategy switch { "manual" => "maintenance by hand has no form here", _ => "hours that are counted by days of the month, or by a cron line, have no form here" });
        if (Time().Match(window.Text("start_time") ?? "") is not { Success: true } start || Time().Match(window.Text("end_time") ?? "") is not { Success: true } end) return Lost(window, title, "it has no hours");
        // whole days: Kuma's picker ends at the same minute
        var (from, to) = (start.Groups["time"].Value, end.Groups["time"].Value);
        if (from == to) return Lost(window, title, "it begins and ends at the same minute", "write 00:00-24:00 for a whole day");
        var dates = "";
        if (window.Text("end_date") is { Length: > 0 } ends)
        {
            if (Range(window, ends, from, title) is not { } range) return null;
            dates = (days == "Mo-Su" ? "" : days + " ") + range;
        }
        else if (Moment(window.Text("start_date")) is { } first && (_now is not { } now || first > now.UtcDateTime)) _losses.Changed(window.At, title, "from when the window holds is not carried: its hours hold always");
        NotInForce(window, title);
        return $"{(dates.Length > 0 ? dates : days)} {from}-{to} {zone}";
    }

    private void NotInForce(KumaFields window, string title) => _losses.Changed(window.At, title, "looks inside the window are not in force here, and count neither way");

    /// <summary>Over everywhere on earth: the dates are those of a clock whose zone may be none.</summary>
    private bool IsOver(KumaFields window, string title)
    {
        if (window.Text("strategy") == "manual" || _now is not { } now || Moment(window.Text("end_date")) is not { } end || end.AddHours(14) > now.UtcDateTime) return false;
        _losses.Changed(window.At, title, "it is over, so there is nothing left to plan");
        if (window.Id is { } id) _over.Add(id);
        return true;
    }

    private string? Once(KumaFields window, string title, string zone)
    {
        if (Moment(window.Text("start_date")) is not { } from || Moment(window.Text("end_date")) is not { } to) return Lost(window, title, "it does not say from when to when it lasts");
        if (to <= from || to - from > TimeSpan.FromDays(DatedSpan.MostDays)) return Lost(window, title, to <= from ? "it ends before it begins" : "it lasts for longer than a calendar takes");
        if (!HasRoom((int)(to - from).TotalDays + 1)) return Lost(window, title, Full);
        NotInForce(window, title);
        return $"{Text(from)} to {Text(to)} {zone}";
    }

    /// <summary>The dates on which a window begins that comes back from one moment to another; those longer than a calendar takes in pieces.</summary>
    private string? Range(KumaFields window, string ends, string from, string title)
    {
        if (Moment(ends) is not { } end) return Told("its last day cannot be read");
        var opens = TimeOnly.ParseExact(from, "HH:mm", CultureInfo.InvariantCulture);
        var begin = Moment(window.Text("start_date")) ?? _now?.UtcDateTime.Date.AddDays(-1);
        if (begin is not { } start) return Told("it has a last day and no first one");
        var (first, last) = (DateOnly.FromDateTime(start), DateOnly.FromDateTime(end));
        // one that would begin with the end, or after it, is none any more; one that is under way at the begin or the end is whole here
        if (TimeOnly.FromDateTime(end) <= opens) last = last.AddDays(-1);
        if (last < first || last.DayNumber - first.DayNumber >= MostPieces * DatedSpan.MostDays) return Told(last < first ? "it ends before it begins" : "it lasts for too many years");
        if (!HasRoom(last.DayNumber - first.DayNumber + 1)) return Told(Full);
        var pieces = new List<string>();
        for (var at = first; at <= last; at = at.AddDays(DatedSpan.MostDays))
            pieces.Add(at == last ? Day(at) : $"{Day(at)}..{Day(at.AddDays(DatedSpan.MostDays - 1) is var whole && whole < last ? whole : last)}");
        return string.Join(',', pieces);

        string? Told(string why) => Lost(window, title, why);
        static string Day(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    }

    private const int MostPieces = 10;

    private static readonly string Full = $"with it the maintenances would be on more than {MostDaysInAll:N0} days";

    private bool HasRoom(int days)
    {
        if (_days + days > MostDaysInAll) return false;
        _days += days;
        return true;
    }

    /// <summary>A moment of the clock on the wall, as the picker and the database write it. Kuma has no seconds.</summary>
    private static DateTime? Moment(string? text) =>
        DateTime.TryParseExact(text, ["yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFF"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment) && moment.Year is > 1990 and < 2200 ? moment : null;

    private static string Text(DateTime moment) => moment.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private string? Lost(KumaFields window, string title, string why, string? instead = "write a calendar, and `given: not during` it")
    {
        _losses.Lost(window.At, title, why, instead);
        return null;
    }

    [GeneratedRegex("^(?<time>(?:[01][0-9]|2[0-3]):[0-5][0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex Time();
}
