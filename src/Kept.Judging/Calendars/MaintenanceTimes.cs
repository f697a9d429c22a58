using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Judging;

/// <summary>What terms planned before those of now, and since when: until the next ones came.</summary>
/// <param name="Planned">The calendar of their maintenance.</param>
/// <param name="Since">When they were first known.</param>
public sealed record FormerPlan(Calendar Planned, Instant Since);

/// <summary>
/// Which moments are announced maintenance. It is planned by a calendar of the terms, so that the terms announce it: a moment is maintenance from so long on after the first terms that
/// planned it, and all after them, as it is to be announced before. Who plans a further night takes back nothing of what was announced, and excuses nothing that was not. A
/// moment is maintenance while, of the stretch of time that ends with it, no more was planned than there may be: whoever plans more than that has no maintenance for the rest, and in no
/// stretch is ever more than the cap. A function of the terms and the moment alone, worked out four weeks at a time.
/// </summary>
/// <param name="maintenance">How long before it is announced, and how much of it there may be.</param>
/// <param name="planned">By the terms of now.</param>
/// <param name="termsSince">When these were first known.</param>
/// <param name="former">What those before planned under the same words, newest first.</param>
internal sealed class MaintenanceTimes(Maintenance maintenance, Calendar planned, Instant termsSince, ImmutableArray<FormerPlan> former = default)
{
    private const long Block = 28 * 24 * 3_600_000_000L;
    private const int MostBlocks = 64;

    private readonly Dictionary<long, (long From, long To)[]> _blocks = [];

    /// <summary>Since when the terms of now announce it.</summary>
    public Instant TermsSince { get; } = termsSince;

    /// <summary>What those before planned, newest first.</summary>
    public ImmutableArray<FormerPlan> Former { get; } = former.IsDefault ? [] : former;

    private readonly long _from = ((former.IsDefaultOrEmpty ? termsSince : former[^1].Since) + maintenance.Announced).Microseconds;
    private readonly long _upTo = maintenance.UpTo.Nanoseconds / 1000, _per = Math.Max(1, maintenance.Per.Nanoseconds / 1000);

    public bool Holds(long moment)
    {
        if (moment < _from) return false;
        foreach (var (from, to) in BlockOf(FloorDiv(moment)))
            if (moment >= from && moment < to)
                return true;
        return false;
    }

    /// <summary>The stretches of maintenance in [low, high), in order.</summary>
    public IEnumerable<(long From, long To)> In(long low, long high)
    {
        (long From, long To)? pending = null;
        for (var block = FloorDiv(Math.Max(low, _from)); block * Block < high; block++)
            foreach (var stretch in BlockOf(block))
            {
                var (from, to) = (Math.Max(stretch.From, low), Math.Min(stretch.To, high));
                if (from >= to) continue;
                if (pending is { } open && open.To == from) pending = (open.From, to); // it goes on from one block into the next
                else
                {
                    if (pending is { } whole) yield return whole;
                    pending = (from, to);
                }
            }
        if (pending is { } last) yield return last;
    }

    private (long From, long To)[] BlockOf(long block)
    {
        if (_blocks.TryGetValue(block, out var known)) return known;
        if (_blocks.Count == MostBlocks) _blocks.Clear();
        var (low, high) = (block * Block, (block + 1) * Block);
        var open = CalendarClock.OpenIn(planned, new Instant(low - _per), new Instant(high));
        var stretches = new List<(long From, long To)>();
        foreach (var (opens, closes) in open)
        {
            var (from, to) = (Math.Max(opens.Microseconds, low), Math.Min(closes.Microseconds, high));
            if (from >= to) continue;
            // While it is open the time planned before a moment never grows less, so that what is within the cap comes first.
            var (within, beyond) = (from - 1, to);
            while (beyond - within > 1)
            {
                var middle = within + ((beyond - within) / 2);
                if (PlannedBefore(open, middle) <= _upTo) within = middle;
                else beyond = middle;
            }
            if (beyond > from) stretches.Add((from, beyond));
        }
        return _blocks[block] = [.. Announced(stretches, low, high)];
    }

    /// <summary>Of what is planned now, what was announced: going back over the terms, what all of them planned, from so long on after the first of these.</summary>
    private List<(long From, long To)> Announced(List<(long From, long To)> stretches, long low, long high)
    {
        var announced = new List<(long From, long To)>();
        var since = TermsSince;
        for (var (left, next) = (stretches, 0); ; next++)
        {
            var begin = (since + maintenance.Announced).Microseconds;
            foreach (var (from, to) in left)
                if (Math.Max(from, begin) < to)
                    announced.Add((Math.Max(from, begin), to));
            if (begin <= low || next == Former.Length) break; // all that is left is in it already
            left = Both(left, CalendarClock.OpenIn(Former[next].Planned, new Instant(low), new Instant(high)));
            if (left.Count == 0) break;
            since = Former[next].Since;
        }
        announced.Sort();
        var merged = new List<(long From, long To)>();
        foreach (var (from, to) in announced)
            if (merged.Count > 0 && from <= merged[^1].To) merged[^1] = (merged[^1].From, Math.Max(merged[^1].To, to));
            else merged.Add((from, to));
        return merged;
    }

    private static List<(long From, long To)> Both(List<(long From, long To)> one, List<(Instant From, Instant To)> other)
    {
        var both = new List<(long From, long To)>();
        for (var (i, j) = (0, 0); i < one.Count && j < other.Count;)
        {
            var (from, to) = (Math.Max(one[i].From, other[j].From.Microseconds), Math.Min(one[i].To, other[j].To.Microseconds));
            if (from < to) both.Add((from, to));
            if (one[i].To < other[j].To.Microseconds) i++;
            else j++;
        }
        return both;
    }

    /// <summary>
    /// The most that a calendar plans within so long a time as the cap is for: every week in a year with its clock changes, and around each of its dates. Where weeks go on beside dates,
    /// the first <see cref="MostDaysTried"/> days of these are tried: what is planned first is told first.
    /// </summary>
    public static Duration MostPlanned(Maintenance maintenance, Calendar planned)
    {
        var from = new Instant(1_767_571_200_000_000); // Monday, 5 January 2026: any year would do
        var most = planned.Open.IsDefaultOrEmpty ? 0 : MostWithin(CalendarClock.OpenIn(planned with { Dates = [] }, from - Duration.Days(7), from + maintenance.Per + Duration.Days(370)), maintenance.Per);
        var tried = default(Duration);
        foreach (var (begin, end) in CalendarClock.AroundDates(planned, maintenance.Per))
        {
            most = Math.Max(most, MostWithin(CalendarClock.OpenIn(planned, begin, end), maintenance.Per));
            if (!planned.Open.IsDefaultOrEmpty && (tried += end - begin) > Duration.Days(MostDaysTried)) break;
        }
        return new Duration(1000 * most);
    }

    private const int MostDaysTried = 2_000;

    /// <summary>The most that is open in any stretch of a length. It is most where a span ends.</summary>
    private static long MostWithin(List<(Instant From, Instant To)> open, Duration length)
    {
        long sum = 0, most = 0;
        var per = Math.Max(1, length.Nanoseconds / 1000);
        var first = 0;
        foreach (var (from, to) in open)
        {
            sum += (to - from).Nanoseconds / 1000;
            var begin = to.Microseconds - per;
            while (open[first].To.Microseconds <= begin) sum -= (open[first].To - open[first++].From).Nanoseconds / 1000;
            most = Math.Max(most, sum - Math.Max(0, begin - open[first].From.Microseconds));
        }
        return most;
    }

    /// <summary>How much is planned in the stretch that ends with a moment, which belongs to it.</summary>
    private long PlannedBefore(List<(Instant From, Instant To)> open, long moment)
    {
        long sum = 0;
        foreach (var (from, to) in open) sum += Math.Max(0, Math.Min(to.Microseconds, moment + 1) - Math.Max(from.Microseconds, moment + 1 - _per));
        return sum;
    }

    private static long FloorDiv(long moment) => moment >= 0 ? moment / Block : ((moment + 1) / Block) - 1;
}
