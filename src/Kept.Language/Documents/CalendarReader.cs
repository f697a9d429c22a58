using System.Collections.Immutable;
using System.Globalization;
using Kept.Language.Yaml;
using Kept.Model;
using NodaTime;
using Calendar = Kept.Model.Calendar;

namespace Kept.Language.Documents;

/// <summary>Reads calendars: <c>Mo-Fr,Su 20:30-22:00 Europe/Brussels</c>, end exclusive, over midnight where the end is not after the start; and <see cref="CalendarDates"/>.</summary>
internal static class CalendarReader
{
    private const int Day = 24 * 60, Week = 7 * Day;
    private const int MostLines = 400;
    private const string Form = "write DAYS HH:MM-HH:MM ZONE: Mo-Fr 08:00-18:00 Europe/Brussels";
    private const string Fewer = "take out dates that no window reaches any more, leave far ones for later, or write what goes on by days of the week: Su 02:00-04:00 Europe/Brussels";
    private const string DatedForm = "write DATE HH:MM-HH:MM ZONE, or DATE HH:MM to DATE HH:MM ZONE: 2026-12-03 22:00 to 2026-12-04 02:00 Europe/Berlin";
    private static readonly string[] Days = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];

    public static ImmutableArray<Calendar> Read(Written document, Func<string, QuantityType?> types, Reading reading)
    {
        var calendars = ImmutableArray.CreateBuilder<Calendar>();
        foreach (var (key, value) in document.Pairs("calendars"))
        {
            var name = FieldValues.Name(key.Content, "a calendar", reading.Problems);
            if (Written.Of(DocumentTables.Calendar, value, reading, key.At) is not { } written) continue;
            var texts = written.Texts("open");
            var hours = new Lines();
            var good = texts.Count > 0;
            if (texts.Count > MostLines)
            {
                reading.Problems.Error(Codes.TooLarge, texts[MostLines].At, $"a calendar has at most {MostLines} lines of hours", "ranges and lists of dates are one line: 2026-12-01..2026-12-05,2026-12-09 22:00-02:00 Europe/Berlin");
                continue;
            }
            foreach (var text in texts) good &= Open(text, hours, reading.Problems);
            if (!good || name is null) continue;
            var calendar = Made(reading.Texts.Share(name), texts.Select(text => text.Text), hours, reading.Texts.Share, key.At);
            if (calendar.Days > Calendar.MostDays) reading.Problems.Error(Codes.CalendarSpan, key.At, $"the dates of `{name}` are more than {Calendar.MostDays:N0} days together", Fewer);
            else calendars.Add(calendar with { Forecast = Forecast(written, types, reading) });
        }
        return calendars.ToImmutable();
    }

    private static Calendar Made(string name, IEnumerable<string> lines, Lines hours, Func<string, string> share, Place at) =>
        new(name, Merged(hours.Weekly), hours.Zone!, share(string.Join(Between, lines)), [], at) { Dates = [.. hours.Dated.Distinct().OrderBy(span => span.First).ThenBy(span => span.From).ThenBy(span => span.Last).ThenBy(span => span.To)] };

    /// <summary>All calendars of a house hold a bounded number of days together.</summary>
    public static void HoldDays(IEnumerable<Agent> agents, Problems problems)
    {
        var days = 0L;
        foreach (var calendar in agents.SelectMany(agent => agent.Calendars))
            if ((days += calendar.Days) > Calendar.MostDaysOfHouse)
            {
                problems.Error(Codes.CalendarSpan, calendar.At, $"the calendars of this house are on more than {Calendar.MostDaysOfHouse:N0} days together, from `{calendar.Name}` on", Fewer);
                return;
            }
    }

    /// <summary>The lines of a calendar in one text, as terms and the ledger tell it; null where it is no such text.</summary>
    public static Calendar? OfText(string text)
    {
        var (hours, problems) = (new Lines(), new Problems(hints: 0));
        var lines = text.Split(Between);
        return lines.Length <= MostLines && lines.All(line => Open(ScalarText.Unwritten(line), hours, problems)) && Made("", lines, hours, one => one, Place.None) is { Days: <= Calendar.MostDays } calendar ? calendar : null;
    }

    private static ImmutableArray<KeyValuePair<string, Quantity>> Forecast(Written written, Func<string, QuantityType?> types, Reading reading)
    {
        var forecast = ImmutableArray.CreateBuilder<KeyValuePair<string, Quantity>>();
        foreach (var (key, value) in written.Pairs("forecast"))
            if (reading.Scalar(value, $"`{YamlReader.Short(key.Text)}`") is { } text && FieldValues.Name(key.Content, "a quantity", reading.Problems) is { } name)
            {
                // a forecast may name what is no quantity of the language (people); the figure then tells its own dimension
                var dimension = types(name)?.Dimension ?? (text.Text.Contains('/', StringComparison.Ordinal) ? Dimension.Rate : Dimension.Number);
                if (ExpressionReader.Quantity(text, dimension, reading.Problems) is { } quantity) forecast.Add(new(reading.Texts.Share(name), quantity));
            }
        return forecast.ToImmutable();
    }

    /// <summary>Hours that stand outside of calendars, in the same form; null, and told, where they are none.</summary>
    public static string? Hours(ScalarText text, Problems problems)
    {
        if (!CalendarDates.IsDated(text.Text) && text.Text.Split(' ') is not [_, [_, _, _, _, '-', ..], ..]) return Open(text, new Lines(), problems) ? text.Text : null;
        problems.Error(Codes.Hours, text.At, $"`{FieldValues.Short(text)}` are hours on dates, and those of a contact are of every week", $"{Form}; who stands in on a date is a contact of its own that `expires`");
        return null;
    }

    /// <summary>What the lines of one calendar say together.</summary>
    private sealed class Lines
    {
        public List<WeeklySpan> Weekly { get; } = [];
        public List<DatedSpan> Dated { get; } = [];
        public string? Zone { get; set; }
    }

    private const string Between = "; ";

    private static bool Open(ScalarText text, Lines hours, Problems problems)
    {
        var words = text.Text.Split(' ');
        var isDated = CalendarDates.IsDated(words[0]) || words.Length > 3 && CalendarDates.IsDated(words[1]);
        var isStretch = words.Length == 6 && words[2] == "to";
        if (!(words.Length == 3 || isDated && (words.Length == 4 && !CalendarDates.IsDated(words[0]) || isStretch)) || words.Any(word => word.Length == 0))
        {
            problems.Error(Codes.Hours, text.At, words.Length == 2 || isDated && words is [_, _, "to", _, _] ? $"`{FieldValues.Short(text)}` names no time zone" : $"`{FieldValues.Short(text)}` is no opening time", isDated ? DatedForm : Form);
            return false;
        }
        var parts = new ScalarText[words.Length];
        for (var (i, at) = (0, 0); i < words.Length; at += words[i++].Length + 1) parts[i] = text.Slice(at, words[i].Length);
        if (ZoneOf(parts[^1], hours, problems) is not { } zone) return false;
        if (isStretch)
        {
            if (CalendarDates.Between((parts[0], parts[1]), (parts[3], parts[4]), zone, problems) is not { } stretch) return false;
            hours.Dated.Add(stretch);
            return true;
        }
        var days = CalendarDates.IsDated(words[0]) ? null : DaysOf(parts[0], problems);
        var times = TimesOf(parts[^2], problems);
        if (days is null && !CalendarDates.IsDated(words[0]) || times is not var (from, to)) return false;
        if (!isDated)
        {
            foreach (var day in days!) hours.Weekly.Add(new WeeklySpan((day * Day) + from, (day * Day) + to));
            return true;
        }
        if (CalendarDates.On(parts[^3], days is null ? DatedSpan.EveryDay : (byte)days.Sum(day => 1 << day), (from, to), zone, problems) is not { } dated) return false;
        hours.Dated.AddRange(dated);
        return true;
    }

    private static DateTimeZone? ZoneOf(ScalarText text, Lines hours, Problems problems)
    {
        if (DateTimeZoneProviders.Tzdb.GetZoneOrNull(text.Text) is not { } zone)
        {
            problems.Error(Codes.Zone, text.At, $"`{FieldValues.Short(text)}` is no time zone{problems.Hint(text.Text, DateTimeZoneProviders.Tzdb.Ids)}", "write an IANA name such as Europe/Brussels, or UTC");
            return null;
        }
        if (hours.Zone is { } first && first != text.Text)
        {
            problems.Error(Codes.Zone, text.At, $"one calendar has one zone; this one began with {first}", "make a second calendar and write `during a or during b`");
            return null;
        }
        hours.Zone = text.Text;
        return zone;
    }

    private static SortedSet<int>? DaysOf(ScalarText text, Problems problems)
    {
        var days = new SortedSet<int>();
        foreach (var part in text.Text.Split(','))
        {
            var ends = part.Split('-');
            var first = Array.IndexOf(Days, ends[0]);
            var last = ends.Length == 2 ? Array.IndexOf(Days, ends[1]) : first;
            if (first < 0 || last < 0 || ends.Length > 2)
            {
                problems.Error(Codes.Hours, text.At, $"`{FieldValues.Short(text)}` are no days", "write Mo Tu We Th Fr Sa Su, ranges with - and lists with commas: Mo-Fr,Su");
                return null;
            }
            for (var day = first; ; day = (day + 1) % 7)
            {
                days.Add(day);
                if (day == last) break;
            }
        }
        return days;
    }

    private static (int From, int To)? TimesOf(ScalarText text, Problems problems)
    {
        if (text.Text.Split('-') is [var a, var b] && Minutes(a) is { } from && from < Day && Minutes(b) is { } to && from != to)
            return (from, to > from ? to : to + Day);
        problems.Error(Codes.Hours, text.At, $"`{FieldValues.Short(text)}` is no span of time", "write HH:MM-HH:MM in 24 hours: 20:30-22:00; the whole day is 00:00-24:00");
        return null;
    }

    /// <summary>A time of the day; 24:00 is its end.</summary>
    public static int? Minutes(string text) =>
        text is [_, _, ':', _, _] && int.TryParse(text.AsSpan(0, 2), NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
        && int.TryParse(text.AsSpan(3, 2), NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) && minutes < 60 && (hours < 24 || hours == 24 && minutes == 0)
            ? (hours * 60) + minutes : null;

    /// <summary>Sorted, and those that touch are one: a moment is counted once.</summary>
    private static ImmutableArray<WeeklySpan> Merged(List<WeeklySpan> spans)
    {
        spans.Sort((a, b) => a.From.CompareTo(b.From));
        var merged = new List<WeeklySpan>();
        foreach (var span in spans)
            if (merged.Count > 0 && span.From <= merged[^1].To) merged[^1] = merged[^1] with { To = Math.Max(merged[^1].To, span.To) };
            else merged.Add(span);
        // the end of the last may reach round into the beginning of the week: what it covers there is its own
        while (merged.Count > 1 && merged[0].From <= merged[^1].To - Week)
        {
            merged[^1] = merged[^1] with { To = Math.Max(merged[^1].To, merged[0].To + Week) };
            merged.RemoveAt(0);
        }
        if (merged.Count == 1 && merged[0].To - merged[0].From >= Week) merged[0] = merged[0] with { To = merged[0].From + Week }; // and never further than a whole week
        return [.. merged];
    }
}
