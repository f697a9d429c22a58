using Kept.Model;
using NodaTime;
using NodaTime.TimeZones;
using Calendar = Kept.Model.Calendar;
using Duration = Kept.Model.Duration;
using Instant = Kept.Model.Instant;

namespace Kept.Judging;

/// <summary>
/// Wall-clock spans and calendar windows as instants, by NodaTime's own tzdb. A span runs from one wall-clock moment to another, the end excluded, read as
/// RFC 5545 (iCalendar, §3.3.5) reads local times: a moment that occurs twice is its first occurrence, and one that a clock change skips is moved on by
/// the length of the change. So each span is one stretch of time, longer or shorter by the change where it straddles one.
/// </summary>
public static partial class CalendarClock
{
    private const int MinutesPerDay = 24 * 60, MinutesPerWeek = 7 * MinutesPerDay;

    /// <summary>No zone has ever moved its clock by more than a day (Samoa left out 30 December 2011).</summary>
    private const int Slack = 25 * 60;

    /// <summary>Which edition of tzdb decides: governments change their clocks, and a verdict is to be understood later.</summary>
    public static string TzdbVersion => TzdbDateTimeZoneSource.Default.TzdbVersion;

    /// <summary>Whether the clock of a zone has a part in how a promise is judged: by a calendar in its condition, or a window of the calendar.</summary>
    public static bool Decides(Promise promise) =>
        promise.Keeps.Any(keep => keep.Window is Window.Calendar) || (promise.Given?.SelfAndDescendants().Any(node => node is Expression.During) ?? false) || promise.Maintenance?.During is not null;

    /// <exception cref="ArgumentException">The zone is not in tzdb; the loader refuses such a calendar.</exception>
    public static bool IsOpen(Calendar c, Instant at) => TryIsOpen(c, at) ?? throw UnknownZone(c.Zone);

    /// <summary>Null where the zone is not in tzdb.</summary>
    internal static bool? TryIsOpen(Calendar c, Instant at)
    {
        if (DateTimeZoneProviders.Tzdb.GetZoneOrNull(c.Zone) is not { } zone) return null;
        var moment = Noda(at);
        var local = moment.InZone(zone).LocalDateTime;
        var monday = MondayOf(local.Date);
        var minute = (((int)local.DayOfWeek - 1) * MinutesPerDay) + (local.Hour * 60) + local.Minute;
        foreach (var span in c.Open)
            for (var week = -1; week <= 1; week++)
            {
                // Only a span near this time of the week is worth the exact answer.
                var shifted = minute - (week * MinutesPerWeek);
                if (shifted < span.From - Slack || shifted > span.To + Slack) continue;
                var (from, to) = SpanAt(zone, monday.PlusWeeks(week), span);
                if (moment >= from && moment < to) return true;
            }
        return IsOpenOnDate(c, zone, local.Date, moment);
    }

    /// <summary>
    /// The window that holds <paramref name="now"/>. A calendar window is [From, To). A rolling one reaches from one length ago up to now; a look that is
    /// exactly one length old has just left it, one that is due now is in it.
    /// </summary>
    /// <exception cref="ArgumentException">The zone is not in tzdb; the loader refuses such an objective.</exception>
    public static (Instant From, Instant To) WindowOf(Window w, Instant now)
    {
        if (w is Window.Rolling rolling) return (now - rolling.Length, now);
        var calendar = (Window.Calendar)w;
        var zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(calendar.Zone) ?? throw UnknownZone(calendar.Zone);
        var today = Noda(now).InZone(zone).Date;
        var first = calendar.Unit switch
        {
            CalendarUnit.Day => today,
            CalendarUnit.Week => MondayOf(today),
            CalendarUnit.Month => new LocalDate(today.Year, today.Month, 1),
            CalendarUnit.Quarter => new LocalDate(today.Year, ((today.Month - 1) / 3 * 3) + 1, 1),
            _ => new LocalDate(today.Year, 1, 1),
        };
        var next = calendar.Unit switch
        {
            CalendarUnit.Day => first.PlusDays(1),
            CalendarUnit.Week => first.PlusWeeks(1),
            CalendarUnit.Month => first.PlusMonths(1),
            CalendarUnit.Quarter => first.PlusMonths(3),
            _ => first.PlusYears(1),
        };
        return (Ours(zone.AtStartOfDay(first).ToInstant()), Ours(zone.AtStartOfDay(next).ToInstant()));
    }

    /// <summary>
    /// How long a window is at least and at most. Those of a calendar are measured one by one over a cycle of the calendar, by the clock changes that the zone's rules foresee: a day of a
    /// change is shorter or longer, and no February has one in Europe.
    /// </summary>
    /// <exception cref="ArgumentException">The zone is not in tzdb; the loader refuses such an objective.</exception>
    public static (Duration Shortest, Duration Longest) LengthsOf(Window w)
    {
        if (w is Window.Rolling rolling) return (rolling.Length, rolling.Length);
        var calendar = (Window.Calendar)w;
        var zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(calendar.Zone) ?? throw UnknownZone(calendar.Zone);
        // Days and weeks differ only where a clock changes; of the longer units there are few.
        var isBrief = calendar.Unit is CalendarUnit.Day or CalendarUnit.Week;
        IEnumerable<NodaTime.Instant> moments = isBrief
            ? zone.GetZoneIntervals(CycleFrom, CycleTo).Where(span => span.HasStart && span.Start > CycleFrom).Select(span => span.Start).Append(CycleFrom)
            : Enumerable.Range(0, CycleYears * 12).Select(month => new LocalDate(CycleYear, 1, 15).PlusMonths(month).AtStartOfDayInZone(zone).ToInstant());
        var (shortest, longest) = (Duration.Days(400), default(Duration));
        foreach (var moment in moments)
            foreach (var near in isBrief ? (int[])[-1, 0] : [0]) // a change at midnight belongs to the day before it or the day after
            {
                var (from, to) = WindowOf(w, Ours(moment.Plus(NodaTime.Duration.FromSeconds(near))));
                var length = to - from;
                if (length < shortest) shortest = length;
                if (length > longest) longest = length;
            }
        return (shortest, longest);
    }

    private const int CycleYear = 2020, CycleYears = 28;
    private static readonly NodaTime.Instant CycleFrom = NodaTime.Instant.FromUtc(CycleYear, 1, 1, 12, 0), CycleTo = NodaTime.Instant.FromUtc(CycleYear + CycleYears, 1, 1, 12, 0);

    /// <summary>When it next opens or closes after a moment; null where it never does (no span, open all week, or all dates are over).</summary>
    public static Instant? NextChange(Calendar c, Instant after)
    {
        var zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(c.Zone) ?? throw UnknownZone(c.Zone);
        var isOpen = IsOpen(c, after);
        // A week is like the next one but for dates, and for clock changes that one span may miss: what these weeks do not change, only the edge of a date does.
        for (Instant? at = after; at is { } from; at = NextDateEdge(c, zone, Noda(from + Weeks) - NodaTime.Duration.FromTicks(10)))
        {
            var open = OpenIn(c, from, from + Weeks);
            var isOpenAt = open is [var (opens, _), ..] && opens == from;
            if (isOpenAt != isOpen) return from;
            if (!isOpen && open.Count > 0) return open[0].From;
            if (isOpen && open[0].To < from + Weeks) return open[0].To;
        }
        return null;
    }

    private static readonly Duration Weeks = Duration.Days(35);

    /// <summary>When it is open in [from, to), in order; spans that touch are one.</summary>
    public static List<(Instant From, Instant To)> OpenIn(Calendar c, Instant from, Instant to)
    {
        var zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(c.Zone) ?? throw UnknownZone(c.Zone);
        var spans = new List<(Instant From, Instant To)>();
        var last = MondayOf(Noda(to).InZone(zone).Date).PlusWeeks(1);
        for (var monday = MondayOf(Noda(from).InZone(zone).Date).PlusWeeks(-2); monday <= last; monday = monday.PlusWeeks(1))
            foreach (var span in c.Open)
                if (SpanAt(zone, monday, span) is var exact && exact.From < exact.To)
                    spans.Add((Ours(exact.From), Ours(exact.To)));
        foreach (var span in c.Dates.IsDefault ? [] : c.Dates)
            foreach (var exact in SpansOn(zone, span, DayOf(Noda(from).InZone(zone).Date) - ReachOf(span), DayOf(Noda(to).InZone(zone).Date) + 1))
                spans.Add((Ours(exact.From), Ours(exact.To)));
        spans.RemoveAll(span => span.To <= from || span.From >= to);
        return Joined(spans).ConvertAll(span => (span.From < from ? from : span.From, span.To > to ? to : span.To));
    }

    private static (NodaTime.Instant From, NodaTime.Instant To) SpanAt(DateTimeZone zone, LocalDate monday, WeeklySpan span) =>
        (zone.AtLeniently(monday.AtMidnight().PlusMinutes(span.From)).ToInstant(), zone.AtLeniently(monday.AtMidnight().PlusMinutes(span.To)).ToInstant());

    private static LocalDate MondayOf(LocalDate date) => date.PlusDays(1 - (int)date.DayOfWeek);

    private static NodaTime.Instant Noda(Instant at) => NodaTime.Instant.FromUnixTimeTicks(at.Microseconds * 10);

    private static Instant Ours(NodaTime.Instant at) => new(at.ToUnixTimeTicks() / 10);

    private static ArgumentException UnknownZone(string zone) => new($"the zone {zone} is not in tzdb {DateTimeZoneProviders.Tzdb.VersionId}");
}
