using Kept.Model;
using NodaTime;
using Calendar = Kept.Model.Calendar;
using Instant = Kept.Model.Instant;

namespace Kept.Judging;

/// <summary>Spans on dates. They are read as those of a week are; one that a clock change leaves nothing of is left out.</summary>
public static partial class CalendarClock
{
    private static readonly LocalDate Epoch = new(1970, 1, 1);

    /// <summary>How many days from its own date on a span may be open, with the day that a zone may leave out.</summary>
    private static int ReachOf(DatedSpan span) => (span.To / MinutesPerDay) + 2;

    private static bool IsOpenOnDate(Calendar c, DateTimeZone zone, LocalDate today, NodaTime.Instant moment)
    {
        if (c.Dates.IsDefaultOrEmpty) return false;
        var date = DayOf(today);
        foreach (var span in c.Dates)
            if (date >= span.First - 1 && date <= span.Last + ReachOf(span))
                foreach (var (from, to) in SpansOn(zone, span, date - ReachOf(span), date + 1))
                    if (moment >= from && moment < to)
                        return true;
        return false;
    }

    /// <summary>Those that begin from one date to another, both included, in order of their dates.</summary>
    private static IEnumerable<(NodaTime.Instant From, NodaTime.Instant To)> SpansOn(DateTimeZone zone, DatedSpan span, int first, int last)
    {
        for (var date = Math.Max(first, span.First); date <= last && date <= span.Last; date++)
        {
            if (!span.IsOn(date)) continue;
            var midnight = Epoch.PlusDays(date).AtMidnight();
            var (from, to) = (zone.AtLeniently(midnight.PlusMinutes(span.From)).ToInstant(), zone.AtLeniently(midnight.PlusMinutes(span.To)).ToInstant());
            if (from < to) yield return (from, to);
        }
    }

    /// <summary>The first moment after another at which a span on a date begins or ends, whatever else is open then; null where none will.</summary>
    private static Instant? NextDateEdge(Calendar c, DateTimeZone zone, NodaTime.Instant after)
    {
        NodaTime.Instant? next = null;
        var today = DayOf(after.InZone(zone).Date);
        foreach (var span in c.Dates.IsDefault ? [] : c.Dates)
            // within two weeks each that goes on has begun once more, and what is under way may reach from before
            foreach (var edges in SpansOn(zone, span, today - ReachOf(span), Math.Max(today, span.First) + 15))
                if (Next(edges.From, edges.To, after) is { } edge && (next is null || edge < next))
                    next = edge;
        return next is { } first ? Ours(first) : null;
    }

    /// <summary>When its last date is over; null where it has none.</summary>
    public static Instant? EndOfDates(Calendar c)
    {
        if (c.Dates.IsDefaultOrEmpty) return null;
        var zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(c.Zone) ?? throw UnknownZone(c.Zone);
        NodaTime.Instant? end = null;
        foreach (var span in c.Dates)
            foreach (var (_, to) in SpansOn(zone, span, span.Last - 7, span.Last))
                if (end is null || to > end)
                    end = to;
        return end is { } last ? Ours(last) : null;
    }

    /// <summary>When it is open on its dates, in order; those that touch are one.</summary>
    internal static List<(Instant From, Instant To)> OnDates(Calendar c)
    {
        if (c.Dates.IsDefaultOrEmpty) return [];
        var zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(c.Zone) ?? throw UnknownZone(c.Zone);
        return Joined([.. c.Dates.SelectMany(span => SpansOn(zone, span, span.First, span.Last)).Select(span => (Ours(span.From), Ours(span.To)))]);
    }

    /// <summary>The same moments in order; those that touch are one.</summary>
    internal static List<(Instant From, Instant To)> Joined(List<(Instant From, Instant To)> spans)
    {
        spans.Sort((a, b) => a.From.CompareTo(b.From));
        var joined = new List<(Instant From, Instant To)>();
        foreach (var (from, to) in spans)
            if (joined.Count > 0 && from <= joined[^1].To) joined[^1] = (joined[^1].From, to > joined[^1].To ? to : joined[^1].To);
            else joined.Add((from, to));
        return joined;
    }

    private static NodaTime.Instant? Next(NodaTime.Instant from, NodaTime.Instant to, NodaTime.Instant moment) => from > moment ? from : to > moment ? to : null;

    private static int DayOf(LocalDate date) => Period.DaysBetween(Epoch, date);
}
