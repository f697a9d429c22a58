using System.Globalization;
using Kept.Model;
using NodaTime;

namespace Kept.Language.Documents;

/// <summary>
/// Reads the dates of calendars: <c>2026-12-03 22:00-02:00 Europe/Berlin</c>, each date of a range or a list in place of the one (<c>2026-12-01..2026-12-05,2026-12-09</c>), days of the week
/// among them before it (<c>Mo-Fr 2026-12-01..2026-12-24</c>), or one stretch over days: <c>2026-12-03 22:00 to 2026-12-05 04:00 Europe/Berlin</c>.
/// </summary>
internal static class CalendarDates
{
    private const int Day = DatedSpan.MinutesPerDay, MostDays = DatedSpan.MostDays;

    private const string Dates = "write dates as 2026-12-03, ranges with .. and lists with commas: 2026-12-01..2026-12-05,2026-12-09";

    /// <summary>Whether a word of hours begins as dates do.</summary>
    public static bool IsDated(string word) => word.Length > 0 && char.IsAsciiDigit(word[0]);

    /// <summary>Spans on dates; null, and told, where they are none.</summary>
    /// <param name="text">One date, ranges, and lists of them.</param>
    /// <param name="days">Which days of the week among them.</param>
    /// <param name="times">From and to, in minutes since midnight; to is after from.</param>
    /// <param name="zone">Where the clock hangs.</param>
    /// <param name="problems">Takes what is wrong.</param>
    public static List<DatedSpan>? On(ScalarText text, byte days, (int From, int To) times, DateTimeZone zone, Problems problems)
    {
        var spans = new List<DatedSpan>();
        var at = 0;
        foreach (var part in text.Text.Split(','))
        {
            var ends = part.Split("..");
            var (first, last) = (text.Slice(at, ends[0].Length), text.Slice(at + part.Length - ends[^1].Length, ends[^1].Length));
            at += part.Length + 1;
            if (ends.Length > 2)
            {
                problems.Error(Codes.CalendarDate, text.At, $"`{FieldValues.Short(text)}` are no dates", Dates);
                return null;
            }
            if (DateOf(first, problems) is not { } from || (ends.Length == 1 ? from : DateOf(last, problems)) is not { } to) return null;
            if (to < from || to - from >= MostDays)
            {
                problems.Error(Codes.CalendarSpan, first.At, to < from ? $"`{FieldValues.Short(last)}` is before `{FieldValues.Short(first)}`" : $"from `{FieldValues.Short(first)}` to `{FieldValues.Short(last)}` are more than {MostDays} days",
                    to < from ? "write the earlier date first" : "what goes on for longer is written by days of the week: Su 02:00-04:00 Europe/Brussels");
                return null;
            }
            var span = new DatedSpan(from, to, days, times.From, times.To);
            if (!Enumerable.Range(from, to - from + 1).Any(span.IsOn))
            {
                problems.Error(Codes.CalendarSpan, first.At, $"no such day lies in `{FieldValues.Short(text)}`", "write the days that are meant, or the dates alone");
                return null;
            }
            // of many dates one that the clock leaves out is left out; a single one would silently be nothing
            if (from == to && !Exists(span, first, zone, problems)) return null;
            spans.Add(span);
        }
        return spans;
    }

    /// <summary>One stretch from a date and a time to another; null, and told, where it is none.</summary>
    public static DatedSpan? Between((ScalarText Date, ScalarText Time) begin, (ScalarText Date, ScalarText Time) end, DateTimeZone zone, Problems problems)
    {
        var (from, to) = (DateOf(begin.Date, problems), DateOf(end.Date, problems));
        var (opens, closes) = (TimeOf(begin.Time, problems), TimeOf(end.Time, problems));
        if (from is not { } first || to is not { } last || opens is not { } start || closes is not { } stop) return null;
        var length = ((last - first) * Day) + stop - start;
        if (length <= 0 || length > MostDays * Day)
        {
            problems.Error(Codes.CalendarSpan, end.Date.At, length <= 0 ? $"it ends at {end.Date.Text} {end.Time.Text}, which is not after it begins" : $"it lasts more than {MostDays} days",
                length <= 0 ? "the end comes after `to`, with its own date" : "what goes on for longer is written by days of the week: Mo-Su 00:00-24:00 Europe/Brussels");
            return null;
        }
        var span = new DatedSpan(first, first, DatedSpan.EveryDay, start, start + length);
        return Exists(span, begin.Date, zone, problems) ? span : null;
    }

    /// <summary>Clocks that go forward leave an hour out: a span in it begins when it is over already.</summary>
    private static bool Exists(DatedSpan span, ScalarText date, DateTimeZone zone, Problems problems)
    {
        var midnight = LocalDate.FromDateOnly(DateOnly.FromDayNumber(Epoch + span.First)).AtMidnight();
        if (zone.AtLeniently(midnight.PlusMinutes(span.From)).ToInstant() < zone.AtLeniently(midnight.PlusMinutes(span.To)).ToInstant()) return true;
        problems.Error(Codes.CalendarSpan, date.At, $"on {date.Text} the clock of {zone.Id} leaves this time out", "it goes forward then: write a time before or after that, or write it in UTC");
        return false;
    }

    private static readonly int Epoch = new DateOnly(1970, 1, 1).DayNumber;

    private static int? DateOf(ScalarText text, Problems problems)
    {
        if (DateOnly.TryParseExact(text.Text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
        {
            var days = date.DayNumber - Epoch;
            if (days is >= DatedSpan.Earliest and <= DatedSpan.Latest) return days;
            problems.Error(Codes.CalendarDate, text.At, $"{text.Text} is out of range", "dates of calendars lie between 2000-01-01 and 2199-12-31");
            return null;
        }
        problems.Error(Codes.CalendarDate, text.At, $"`{FieldValues.Short(text)}` is no date", Dates);
        return null;
    }

    private static int? TimeOf(ScalarText text, Problems problems)
    {
        if (CalendarReader.Minutes(text.Text) is { } minutes) return minutes;
        problems.Error(Codes.Hours, text.At, $"`{FieldValues.Short(text)}` is no time of the day", "write HH:MM in 24 hours: 22:00");
        return null;
    }
}
