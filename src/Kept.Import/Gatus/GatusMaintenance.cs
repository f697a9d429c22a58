using System.Globalization;
using Kept.Import.Writing;
using Kept.Model;

namespace Kept.Import.Gatus;

/// <summary>A maintenance window as a calendar of ours.</summary>
internal static class GatusMaintenance
{
    private static readonly string[] Days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

    /// <summary>The name of the calendar; null where there is no window, or none that can be written.</summary>
    public static string? Calendar(Keys window, HouseDraft draft, Losses losses)
    {
        var enabled = window.Flag("enabled");
        var start = window.Text("start");
        var length = GatusText.Length(window, "duration", losses);
        var zone = window.Text("timezone")?.Content ?? "UTC";
        var every = GatusText.Texts(window.List("every")).ToList();
        window.TellUnknown();
        if (enabled == false || start is null || length is not { } duration) return null;
        var days = every.Select(day => Array.IndexOf(Days, day.Content)).ToList();
        if (!TimeOnly.TryParseExact(start.Content, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var from) || days.Contains(-1) || duration > Duration.Hours(24) || duration.Nanoseconds % Duration.PerMinute != 0)
        {
            losses.Lost(window.Map.At, window.Subject, "the maintenance window is not one that Gatus takes", "write `start: 23:00`, `duration: 1h` and days such as Monday");
            return null;
        }
        if (duration == Duration.Hours(24) && days.Distinct().Count() is 0 or 7)
        {
            losses.Hollow(ImportCodes.CannotFail, window.At("duration"), window.Subject, "the maintenance window lasts all day, every day, so it never ends", "everything is down and nobody is told", "write how long it really lasts: `duration: 1h`");
            return null;
        }
        if (duration == Duration.Hours(24) && from != TimeOnly.MinValue)
        {
            losses.Lost(window.Map.At, window.Subject, "a window of a whole day that begins within a day has no form here", "write two windows: up to midnight, and from midnight on");
            return null;
        }
        var to = from.Add(duration.ToTimeSpan());
        var on = days.Count == 0 ? "Mo-Su" : string.Join(',', days.Distinct().Order().Select(day => Days[day][..2]));
        var open = $"{on} {Shown(from)}-{(duration == Duration.Hours(24) && from == TimeOnly.MinValue ? "24:00" : Shown(to))} {zone}";
        losses.Changed(window.Map.At, window.Subject, "Gatus looks on and only keeps quiet; here looks inside the window are not in force, and count neither way");
        if (draft.Calendars.Find(known => known.Open == open) is { } same) return same.Name;
        var name = draft.Calendars.Count == 0 ? "maintenance" : "maintenance-" + (draft.Calendars.Count + 1).ToString(CultureInfo.InvariantCulture);
        draft.Calendars.Add(new CalendarDraft(name, open, window.Map.At));
        return name;
    }

    /// <summary><c>not during maintenance</c>, for all windows that hold.</summary>
    public static string? Given(IEnumerable<string?> calendars)
    {
        var all = calendars.OfType<string>().Distinct().ToList();
        return all.Count == 0 ? null : string.Join(" and ", all.Select(name => "not during " + name));
    }

    private static string Shown(TimeOnly time) => time.ToString("HH:mm", CultureInfo.InvariantCulture);
}
