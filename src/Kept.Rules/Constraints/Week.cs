using System.Collections;
using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Rules;

/// <summary>Calendars of one zone as the minutes of one week, and as their dates: by the clock on the wall.</summary>
internal static class Week
{
    public const int Minutes = 7 * DatedSpan.MinutesPerDay;

    /// <summary>Calendars with more dates than these are not compared.</summary>
    private const int MostEdges = 2_000;

    /// <summary>1970-01-01 was a Thursday.</summary>
    private const int Thursday = 3 * DatedSpan.MinutesPerDay;

    /// <summary>What is open every week.</summary>
    public static BitArray Of(Calendar calendar)
    {
        var open = new BitArray(Minutes);
        foreach (var span in calendar.Open)
            for (var minute = span.From; minute < span.To; minute++)
                open[minute % Minutes] = true;
        return open;
    }

    /// <summary>Whether there is a minute at which each calendar is open or shut as it is to be: in a week without dates, of which there is always one more, or on some date. Unknown where that is too much to try.</summary>
    public static Truth CanHold(ImmutableArray<(Calendar Calendar, bool Open)> times)
    {
        var weeks = times.Select(time => Of(time.Calendar)).ToList();
        if (Any(weeks, times, dated: null, 0, Minutes)) return Truth.True;
        if (times.Sum(time => time.Calendar.Dates.Sum(span => 2L * (span.Last - span.First + 1))) > MostEdges) return Truth.Unknown;
        var dates = times.Select(time => DatesOf(time.Calendar)).ToList();
        var edges = dates.SelectMany(spans => spans).SelectMany(span => (int[])[span.From, span.To]).Distinct().Order().ToList();
        // between two edges each calendar is on a date of its own or is not
        for (var i = 0; i + 1 < edges.Count; i++)
            if (Any(weeks, times, [.. dates.Select(spans => spans.Exists(span => span.From <= edges[i] && edges[i] < span.To))], edges[i], Math.Min(edges[i + 1], edges[i] + Minutes)))
                return Truth.True;
        return Truth.False;
    }

    private static bool Any(List<BitArray> weeks, ImmutableArray<(Calendar Calendar, bool Open)> times, bool[]? dated, int from, int to)
    {
        var all = new BitArray(Minutes, true);
        for (var i = 0; i < times.Length; i++)
        {
            var open = dated?[i] == true ? new BitArray(Minutes, true) : new BitArray(weeks[i]);
            all.And(times[i].Open ? open : open.Not());
        }
        if (to - from == Minutes) return all.HasAnySet();
        for (var minute = from; minute < to; minute++)
            if (all[(minute + Thursday) % Minutes])
                return true;
        return false;
    }

    /// <summary>Minutes since 1970-01-01 00:00 on the wall.</summary>
    private static List<(int From, int To)> DatesOf(Calendar calendar) =>
        [.. calendar.Dates.SelectMany(span => Enumerable.Range(span.First, span.Last - span.First + 1).Where(span.IsOn).Select(date => ((date * DatedSpan.MinutesPerDay) + span.From, (date * DatedSpan.MinutesPerDay) + span.To)))];
}
