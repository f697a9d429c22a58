using Kept.Model;

namespace Kept.Rules;

/// <summary>A calendar, and whether it is open or shut then.</summary>
internal readonly record struct CalendarState(Calendar Calendar, bool Open);

/// <summary>
/// The calendars of one agent as conditions ask for them. Each is laid out once, and each question is answered once, for many promises ask the same. How much is compared in all is
/// bounded, so that no document makes the rules take long: beyond that nobody knows.
/// </summary>
/// <param name="calendarOf">The calendar of a name; null where there is none.</param>
/// <param name="mostSteps">How much is compared in all: words of 64 minutes of a calendar, and what a question costs besides.</param>
internal sealed class ComparedCalendars(Func<string, Calendar?> calendarOf, long mostSteps = ComparedCalendars.MostSteps)
{
    /// <summary>Some seconds.</summary>
    private const long MostSteps = 1_000_000_000;

    /// <summary>What it costs to see that a question is known, for each calendar in it.</summary>
    private const int StepsToFind = 100;

    /// <summary>So many answers are kept.</summary>
    private const int MostKept = 20_000;

    private readonly Dictionary<Calendar, Week> _weeks = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, Truth> _known = new(StringComparer.Ordinal);

    /// <summary>How much was compared.</summary>
    public long Steps { get; private set; }

    public Calendar? Find(string name) => calendarOf(name);

    /// <summary>
    /// Whether there is a minute at which each calendar is open or shut as it is to be: in a week without dates, of which there is always one more, or on some date. Unknown where that is too much to try, and
    /// across zones: their clocks move against each other.
    /// </summary>
    /// <param name="times">Each calendar once, under its name.</param>
    public Truth CanHold(IEnumerable<KeyValuePair<string, CalendarState>> times)
    {
        if (Steps > mostSteps) return Truth.Unknown;
        var ordered = times.OrderBy(time => time.Key, StringComparer.Ordinal).ToList();
        Steps += StepsToFind * ordered.Count;
        var key = string.Join(';', ordered.Select(time => time.Value.Open ? time.Key : "not " + time.Key));
        if (_known.TryGetValue(key, out var known)) return known;
        if (_known.Count == MostKept) _known.Clear();
        return _known[key] = CanHold([.. ordered.Select(time => time.Value)]);
    }

    private Truth CanHold(CalendarState[] times)
    {
        if (times.Select(time => time.Calendar.Zone).Distinct().Skip(1).Any()) return Truth.Unknown;
        var (weeks, open) = (Array.ConvertAll(times, time => WeekOf(time.Calendar)), Array.ConvertAll(times, time => time.Open));
        var (on, next) = (new bool[weeks.Length], new int[weeks.Length]);
        if (Any(weeks, open, on, 0, Week.Minutes)) return Truth.True;
        // between two edges each calendar is on a date of its own or is not
        for (var at = 0L; at < long.MaxValue;)
        {
            if (Steps > mostSteps) return Truth.Unknown;
            var (end, isOn, isShut) = (long.MaxValue, false, false);
            for (var i = 0; i < weeks.Length; i++)
            {
                var dates = weeks[i].Dates;
                while (next[i] < dates.Count && dates[next[i]].To <= at) next[i]++;
                on[i] = next[i] < dates.Count && dates[next[i]].From <= at;
                if (next[i] < dates.Count) end = Math.Min(end, on[i] ? dates[next[i]].To : dates[next[i]].From);
                isOn |= on[i];
                isShut |= on[i] && !open[i];
            }
            Steps += weeks.Length;
            // without a date it is a week like any other, which was tried; and what is on a date is not shut
            if (isOn && !isShut && Any(weeks, open, on, (int)at, (int)(end - at))) return Truth.True;
            at = end;
        }
        return Truth.False;
    }

    /// <summary>Whether in a stretch of the wall's time there is a minute for all, where those on a date are open.</summary>
    private bool Any(Week[] weeks, bool[] open, bool[] on, int from, int length)
    {
        foreach (var (word, bits) in Week.WordsOf(from, length))
        {
            var all = bits;
            for (var i = 0; i < weeks.Length && all != 0; i++)
                if (!on[i])
                    all &= open[i] ? weeks[i].Word(word) : ~weeks[i].Word(word);
            Steps += weeks.Length;
            if (all != 0) return true;
        }
        return false;
    }

    private Week WeekOf(Calendar calendar) => _weeks.TryGetValue(calendar, out var week) ? week : _weeks[calendar] = new Week(calendar);
}
