using Kept.Model;

namespace Kept.Rules;

/// <summary>One calendar as the minutes of a week and as its dates, by the clock on the wall.</summary>
internal sealed class Week
{
    public const int Minutes = 7 * DatedSpan.MinutesPerDay;

    /// <summary>1970-01-01 was a Thursday.</summary>
    private const int Thursday = 3 * DatedSpan.MinutesPerDay;

    private readonly ulong[] _open = new ulong[(Minutes + 63) / 64];

    public Week(Calendar calendar)
    {
        foreach (var span in calendar.Open)
            for (var minute = span.From; minute < span.To && minute < span.From + Minutes; minute++)
                _open[minute % Minutes / 64] |= 1UL << (minute % Minutes % 64);
        var dates = new List<(int From, int To)>();
        foreach (var span in calendar.Dates)
            for (var date = span.First; date <= span.Last; date++)
                if (span.IsOn(date))
                    dates.Add(((date * DatedSpan.MinutesPerDay) + span.From, (date * DatedSpan.MinutesPerDay) + span.To));
        dates.Sort();
        foreach (var (from, to) in dates)
            if (Dates.Count > 0 && from <= Dates[^1].To) Dates[^1] = (Dates[^1].From, Math.Max(Dates[^1].To, to));
            else Dates.Add((from, to));
    }

    /// <summary>When it is open on dates, in minutes since 1970-01-01 00:00 on the wall; in order and apart.</summary>
    public List<(int From, int To)> Dates { get; } = [];

    /// <summary>Of 64 minutes of the week, from Monday on, those that it is open every week.</summary>
    public ulong Word(int word) => _open[word];

    /// <summary>Minutes of the week in which so long a stretch of the wall's time lies, as words of 64 with the bits of it; at most a week, which holds all.</summary>
    public static IEnumerable<(int Word, ulong Bits)> WordsOf(int from, int length)
    {
        var left = Math.Min(length, Minutes);
        for (var minute = (int)(((long)from + Thursday) % Minutes); left > 0;)
        {
            var count = Math.Min(left, Math.Min(64 - (minute % 64), Minutes - minute));
            yield return (minute / 64, (count == 64 ? ulong.MaxValue : (1UL << count) - 1) << (minute % 64));
            left -= count;
            minute = (minute + count) % Minutes;
        }
    }
}
