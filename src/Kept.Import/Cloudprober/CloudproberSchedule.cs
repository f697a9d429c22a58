using System.Globalization;
using System.Text.RegularExpressions;
using Kept.Import.Writing;

namespace Kept.Import.Cloudprober;

/// <summary>When a probe runs, as a calendar: within one day, or every day. Hours over several days have no form here.</summary>
internal static partial class CloudproberSchedule
{
    private static readonly string[] Days = ["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"];

    public static string? Given(Keys probe, HouseDraft draft, Losses losses)
    {
        var (enabled, disabled) = (new List<string>(), new List<string>());
        foreach (var schedule in CloudproberImport.Each(probe, "schedule", losses))
        {
            var (from, to) = (schedule.Text("start_weekday")?.Content ?? "EVERYDAY", schedule.Text("end_weekday")?.Content ?? "EVERYDAY");
            var (start, end, zone) = (schedule.Text("start_time")?.Content ?? "00:00", schedule.Text("end_time")?.Content ?? "23:59", schedule.Text("timezone")?.Content ?? "UTC");
            var type = schedule.Text("type")?.Content;
            schedule.TellUnknown(null, CloudproberImport.Refuses);
            var days = from != to ? null : from == "EVERYDAY" ? "Mo-Su" : Array.IndexOf(Days, from) >= 0 ? char.ToUpperInvariant(from[0]) + from[1..2].ToLowerInvariant() : null;
            if (days is null || type is not ("ENABLE" or "DISABLE") || !Time().IsMatch(start) || !Time().IsMatch(end) || start == end)
            {
                losses.Lost(schedule.Map.At, probe.Subject, "hours that go over several days have no form here", "write a calendar, and `given: during` it");
                continue;
            }
            // its last minute belongs to it
            var open = $"{days} {start}-{(end == "23:59" ? "24:00" : end)} {zone}";
            losses.Changed(schedule.Map.At, probe.Subject, "there it does not run outside its hours; here it runs, is not in force then, and counts neither way");
            var calendar = draft.Calendars.Find(known => known.Open == open);
            if (calendar is null) draft.Calendars.Add(calendar = new CalendarDraft(draft.Calendars.Count == 0 ? "hours" : "hours-" + (draft.Calendars.Count + 1).ToString(CultureInfo.InvariantCulture), open, schedule.Map.At));
            (type == "ENABLE" ? enabled : disabled).Add(calendar.Name);
        }
        var said = disabled.Distinct().Select(name => "not during " + name).ToList();
        // one of several hours suffices
        if (enabled.Distinct().ToList() is { Count: > 0 } hours) said.Insert(0, hours.Count == 1 ? "during " + hours[0] : $"({string.Join(" or ", hours.Select(name => "during " + name))})");
        return said.Count == 0 ? null : string.Join(" and ", said);
    }

    [GeneratedRegex("^(?:[01][0-9]|2[0-3]):[0-5][0-9]$", RegexOptions.CultureInvariant)]
    private static partial Regex Time();
}
