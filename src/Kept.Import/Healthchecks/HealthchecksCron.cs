using System.Globalization;
using Kept.Model;

namespace Kept.Import.Healthchecks;

/// <summary>
/// A cron line of five fields, as far as it says how long its pauses are: on calendar days without a zone. Lists, ranges, steps and names are read; where day of
/// month and day of week are both restricted either suffices, as in cron.
/// </summary>
internal static class HealthchecksCron
{
    private const int Longest = 100, DaysLookedAt = 28 * 366; // a whole round of weekdays and leap years

    private static readonly string[] Months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"], Weekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    /// <summary>The shortest and the longest time from one due moment to the next; null where the line is none, or comes due only once in many years.</summary>
    public static (Duration Shortest, Duration Longest)? Pauses(string line)
    {
        if (line.Length > Longest) return null;
        var fields = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 5 || Field(fields[0], 0, 59, []) is not { } minutes || Field(fields[1], 0, 23, []) is not { } hours || Field(fields[2], 1, 31, []) is not { } days
            || Field(fields[3], 1, 12, Months) is not { } months || Field(fields[4], 0, 7, Weekdays) is not { } weekdays) return null;
        if (weekdays.Contains(7)) weekdays.Add(0);
        var eitherDay = fields[2][0] != '*' && fields[4][0] != '*';
        var moments = hours.SelectMany(hour => minutes.Select(minute => hour * 60 + minute)).Order().ToList();
        var (shortest, longest) = (long.MaxValue, 0L);
        for (var i = 1; i < moments.Count; i++) Pause(moments[i] - moments[i - 1]);
        long? last = null;
        var date = new DateOnly(2000, 1, 1);
        for (var day = 0; day < DaysLookedAt; day++, date = date.AddDays(1))
        {
            if (!months.Contains(date.Month) || !(eitherDay ? days.Contains(date.Day) || weekdays.Contains((int)date.DayOfWeek) : days.Contains(date.Day) && weekdays.Contains((int)date.DayOfWeek))) continue;
            if (last is { } before) Pause(day * 1_440L + moments[0] - before);
            last = day * 1_440L + moments[^1];
        }
        return longest is 0 or > 366 * 1_440L ? null : (Duration.Minutes(shortest), Duration.Minutes(longest));

        void Pause(long minutesOfIt) => (shortest, longest) = (Math.Min(shortest, minutesOfIt), Math.Max(longest, minutesOfIt));
    }

    /// <summary>The numbers that a field names; null where it is no field.</summary>
    private static SortedSet<int>? Field(string text, int least, int most, string[] names)
    {
        var numbers = new SortedSet<int>();
        foreach (var part in text.Split(','))
        {
            var halves = part.Split('/');
            if (halves.Length > 2 || halves.Length == 2 && !(int.TryParse(halves[1], NumberStyles.None, CultureInfo.InvariantCulture, out var given) && given > 0)) return null;
            var step = halves.Length == 2 ? int.Parse(halves[1], NumberStyles.None, CultureInfo.InvariantCulture) : 1;
            var ends = halves[0].Split('-');
            int from, to;
            if (halves[0] == "*") (from, to) = (least, names == Weekdays ? 6 : most);
            else if (ends.Length is 1 or 2 && Number(ends[0], least, most, names) is { } first && Number(ends[^1], least, most, names) is { } second && first <= second) (from, to) = (first, ends.Length == 1 && halves.Length == 2 ? most : second);
            else return null;
            for (var number = from; number <= to; number += step) numbers.Add(number);
        }
        return numbers;
    }

    private static int? Number(string text, int least, int most, string[] names)
    {
        var named = Array.IndexOf(names, text.ToUpperInvariant());
        if (named >= 0) return named + least;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number : null;
    }
}
