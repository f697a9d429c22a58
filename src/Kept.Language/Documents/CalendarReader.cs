using System.Collections.Immutable;
using System.Globalization;
using Kept.Language.Yaml;
using Kept.Model;
using NodaTime;
using Calendar = Kept.Model.Calendar;

namespace Kept.Language.Documents;

/// <summary>Reads calendars: <c>Mo-Fr,Su 20:30-22:00 Europe/Brussels</c>, end exclusive, over midnight where the end is not after the start.</summary>
internal static class CalendarReader
{
    private const int Day = 24 * 60, Week = 7 * Day;
    private const string Form = "write DAYS HH:MM-HH:MM ZONE: Mo-Fr 08:00-18:00 Europe/Brussels";
    private static readonly string[] Days = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];

    public static ImmutableArray<Calendar> Read(Written document, Func<string, QuantityType?> types, Reading reading)
    {
        var calendars = ImmutableArray.CreateBuilder<Calendar>();
        foreach (var (key, value) in document.Pairs("calendars"))
        {
            var name = FieldValues.Name(key.Content, "a calendar", reading.Problems);
            if (Written.Of(DocumentTables.Calendar, value, reading, key.At) is not { } written) continue;
            var texts = written.Texts("open");
            var spans = new List<WeeklySpan>();
            string? zone = null;
            var good = texts.Count > 0;
            foreach (var text in texts) good &= Open(text, spans, ref zone, reading.Problems);
            if (good && texts.Count > 0 && name is not null)
                calendars.Add(new Calendar(reading.Texts.Share(name), Merged(spans), zone!, reading.Texts.Share(string.Join("; ", texts.Select(text => text.Text))), Forecast(written, types, reading), key.At));
        }
        return calendars.ToImmutable();
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
        string? zone = null;
        return Open(text, [], ref zone, problems) ? text.Text : null;
    }

    private static bool Open(ScalarText text, List<WeeklySpan> spans, ref string? zone, Problems problems)
    {
        var words = text.Text.Split(' ');
        if (words.Length != 3 || words.Any(word => word.Length == 0))
        {
            problems.Error(Codes.Hours, text.At, words.Length == 2 ? $"`{FieldValues.Short(text)}` names no time zone" : $"`{FieldValues.Short(text)}` is no opening time", Form);
            return false;
        }
        var zoneText = text.Slice(words[0].Length + words[1].Length + 2, words[2].Length);
        if (DateTimeZoneProviders.Tzdb.GetZoneOrNull(words[2]) is null)
        {
            problems.Error(Codes.Zone, zoneText.At, $"`{FieldValues.Short(zoneText)}` is no time zone{problems.Hint(words[2], DateTimeZoneProviders.Tzdb.Ids)}", "write an IANA name such as Europe/Brussels, or UTC");
            return false;
        }
        if (zone is not null && zone != words[2])
        {
            problems.Error(Codes.Zone, zoneText.At, $"one calendar has one zone; this one began with {zone}", "make a second calendar and write `during a or during b`");
            return false;
        }
        zone = words[2];
        var days = DaysOf(text.Slice(0, words[0].Length), problems);
        var times = TimesOf(text.Slice(words[0].Length + 1, words[1].Length), problems);
        if (days is null || times is not var (from, to)) return false;
        foreach (var day in days) spans.Add(new WeeklySpan((day * Day) + from, (day * Day) + to));
        return true;
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

    private static int? Minutes(string text) =>
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
        // the end of the last may reach round into the beginning of the week; never further than a whole week
        if (merged.Count > 0 && merged[^1].To - merged[0].From > Week) merged[^1] = merged[^1] with { To = merged[0].From + Week };
        return [.. merged];
    }
}
