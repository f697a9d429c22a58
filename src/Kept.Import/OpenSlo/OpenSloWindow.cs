using System.Globalization;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.OpenSlo;

/// <summary>The window of an objective as our lines write it, and how long it is for a query.</summary>
/// <param name="Over"><c>30d</c>, or <c>this month Europe/Brussels</c>.</param>
/// <param name="Length">Of a calendar's the usual length: a query has no calendar.</param>
/// <param name="IsCalendar">It begins anew with its unit.</param>
internal readonly record struct OpenSloWindow(string Over, Duration Length, bool IsCalendar)
{
    private static readonly Duration Usual = Duration.Days(28), Longest = Duration.Days(400);

    public static OpenSloWindow Read(Keys spec, string subject, Losses losses)
    {
        var list = spec.Items("timeWindow").ToList();
        if (list.Count != 1)
        {
            losses.Changed(spec.At("timeWindow"), subject, list.Count == 0 ? "it names no window: 28 days are taken" : "exactly one window is allowed, so the first is taken", "timeWindow: [ { duration: 28d, isRolling: true } ]");
            if (list.Count == 0) return Rolling(Usual);
        }
        var window = list[0];
        window.Subject = subject;
        var text = window.Text("duration");
        var calendar = window.Inner("calendar");
        var isRolling = window.Flag("isRolling") ?? calendar is null;
        window.TellUnknown(null, OpenSloImport.Refuses);
        if (text is null || Shorthand(text.Content) is not var (count, unit))
        {
            losses.Lost(text?.At ?? window.Map.At, subject, text is null ? "the window has no duration: 28 days are taken" : $"`{Losses.Short(text.Content)}` is no duration: 28 days are taken", "a whole number and m, h, d, w, M, Q or Y: 4w");
            return Rolling(Usual);
        }
        var length = Span(count, unit);
        if (length is null || length > Longest || length < Duration.Minutes(1))
        {
            losses.Lost(text.At, subject, $"a window lies between a minute and 400 days here, and `{Losses.Short(text.Content)}` does not: 28 days are taken", "timeWindow: [ { duration: 28d, isRolling: true } ]");
            return Rolling(Usual);
        }
        if (isRolling)
        {
            if (calendar is not null) losses.Lost(window.At("calendar"), subject, "a window that rolls has no calendar", "isRolling: false, or no calendar");
            if (unit is 'M' or 'Q' or 'Y') losses.Changed(text.At, subject, $"`{text.Content}` rolls here as {length} exactly", "write days");
            return Rolling(length.Value);
        }
        if (calendar is null)
        {
            losses.Lost(text.At, subject, "a window that does not roll needs a calendar: it rolls here", "calendar: { startTime: 2026-01-01 00:00:00, timeZone: Europe/Brussels }");
            return Rolling(length.Value);
        }
        return OfCalendar(calendar, count, unit, length.Value, text, subject, losses);
    }

    /// <summary>A whole number and a unit; a slice may be a bare number of minutes.</summary>
    public static Duration? Slice(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) ? minutes > 0 ? Duration.Minutes(minutes) : null
        : Shorthand(text) is var (count, unit) ? Span(count, unit) : null;

    private static OpenSloWindow Rolling(Duration length) => new(length.ToString(), length, false);

    private static OpenSloWindow OfCalendar(Keys calendar, int count, char unit, Duration length, ForeignNode.Text text, string subject, Losses losses)
    {
        calendar.Subject = subject;
        var (start, zone) = (calendar.Text("startTime"), calendar.Text("timeZone"));
        calendar.TellUnknown(null, OpenSloImport.Refuses);
        var word = (count, unit) switch { (1, 'd') => "day", (1, 'w') => "week", (1, 'M') => "month", (1, 'Q') or (3, 'M') => "quarter", (1, 'Y') or (12, 'M') or (4, 'Q') => "year", _ => null };
        if (word is null || zone is null)
        {
            losses.Lost(text.At, subject, zone is null ? "the calendar has no zone: the window rolls here" : $"a calendar window is a day, a week, a month, a quarter or a year here, and not {Losses.Short(text.Content)}: it rolls", null);
            return Rolling(length);
        }
        if (start is null || !DateTime.TryParseExact(start.Content, ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-dd HH:mm", "yyyy-MM-dd"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var begins))
            losses.Lost(start?.At ?? calendar.Map.At, subject, $"the calendar does not say when it begins: here a {word} begins at midnight of its first day", "startTime: 2026-01-01 00:00:00");
        else if (!IsBeginning(begins, word))
            losses.Changed(start.At, subject, $"its {word} begins at {start.Content}; here a {word} begins at midnight of its first day", null);
        return new OpenSloWindow($"this {word} {zone.Content}", length, true);
    }

    private static bool IsBeginning(DateTime at, string word) => at.TimeOfDay == TimeSpan.Zero && word switch
    {
        "day" => true,
        "week" => at.DayOfWeek == DayOfWeek.Monday,
        "month" => at.Day == 1,
        "quarter" => at.Day == 1 && at.Month % 3 == 1,
        _ => at is { Day: 1, Month: 1 },
    };

    private static (int Count, char Unit)? Shorthand(string text) =>
        text.Length is > 1 and < 9 && text[^1] is 'm' or 'h' or 'd' or 'w' or 'M' or 'Q' or 'Y' && int.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? (count, text[^1]) : null;

    private static Duration? Span(int count, char unit)
    {
        var each = unit switch { 'm' => 1L, 'h' => 60, 'd' => 24 * 60, 'w' => 7 * 24 * 60, 'M' => 30 * 24 * 60, 'Q' => 90 * 24 * 60, _ => 365 * 24 * 60 };
        return count * each <= Longest.Nanoseconds / Duration.PerMinute * 10 ? Duration.Minutes(count * each) : null;
    }
}
