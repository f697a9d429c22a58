using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Judging;

/// <summary>What terms planned before those of now, and since when: until the next ones came.</summary>
/// <param name="Planned">The calendar of their maintenance.</param>
/// <param name="Since">When they were first known.</param>
public sealed record FormerPlan(Calendar Planned, Instant Since)
{
    /// <summary>So many are remembered. What only older ones announced excuses nothing.</summary>
    public const int Most = 50;

    /// <summary>Those that still have a say, newest first and at most <see cref="Most"/>.</summary>
    /// <param name="maintenance">By the words of it all of them planned.</param>
    /// <param name="since">When the terms after them were first known.</param>
    /// <param name="former">All of them, newest first.</param>
    /// <param name="from">No moment before it is asked about any more.</param>
    public static ImmutableArray<FormerPlan> Needed(Maintenance maintenance, Instant since, ImmutableArray<FormerPlan> former, Instant from)
    {
        // what was announced then spends of the cap of that moment
        var earliest = from.Microseconds - ((maintenance.Per.Nanoseconds + maintenance.Announced.Nanoseconds) / 1000);
        var count = 0;
        for (; count < former.Length && (count == 0 ? since : former[count - 1].Since).Microseconds > earliest; count++) { }
        return former[..Math.Min(count, Most)];
    }
}

/// <summary>
/// Which moments are announced maintenance. It is planned by a calendar of the terms, so that the terms announce it. A moment is announced when the terms that stood so long before it planned it, as it is to be
/// announced before, and all that came since. It is maintenance while, of the stretch of time that ends with it, no more was announced than there may be, as those terms knew it: whoever announces more has no
/// maintenance for the rest, and in no stretch is ever more than the cap. So it is settled beforehand what is left out. Terms that come later can only take of it, also when it is over; what they take
/// out then was announced all the same and makes no room for anything else. A function of the terms and the moment alone, worked out for some weeks at a time.
/// </summary>
internal sealed class MaintenanceTimes
{
    private const int MostBlocks = 64;

    private readonly Dictionary<long, (long From, long To)[]> _blocks = [];
    private readonly (Calendar Planned, long Since, long Until)[] _plans; // newest first, each until the next one came
    private readonly long _lead, _upTo, _per, _from, _block;

    /// <param name="maintenance">How long before it is announced, and how much of it there may be.</param>
    /// <param name="planned">By the terms of now.</param>
    /// <param name="termsSince">When these were first known.</param>
    /// <param name="former">What those before planned under the same words, newest first.</param>
    public MaintenanceTimes(Maintenance maintenance, Calendar planned, Instant termsSince, ImmutableArray<FormerPlan> former = default)
    {
        (TermsSince, Former) = (termsSince, former.IsDefault ? [] : former);
        var until = long.MaxValue;
        _plans = [.. Former.Prepend(new FormerPlan(planned, termsSince)).Select(plan =>
        {
            var stood = (plan.Planned, plan.Since.Microseconds, until);
            until = plan.Since.Microseconds;
            return stood;
        })];
        (_lead, _upTo, _per) = (maintenance.Announced.Nanoseconds / 1000, maintenance.UpTo.Nanoseconds / 1000, Math.Max(1, maintenance.Per.Nanoseconds / 1000));
        _from = _plans[^1].Since + _lead;
        _block = Math.Max(_per, 28 * 24 * 3_600_000_000L);
    }

    /// <summary>Since when the terms of now announce it.</summary>
    public Instant TermsSince { get; }

    /// <summary>What those before planned, newest first.</summary>
    public ImmutableArray<FormerPlan> Former { get; }

    public bool Holds(long moment)
    {
        if (moment < _from) return false;
        var block = BlockOf(FloorDiv(moment));
        var (low, high) = (0, block.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (block[middle].To <= moment) low = middle + 1;
            else high = middle;
        }
        return low < block.Length && block[low].From <= moment;
    }

    /// <summary>The stretches of maintenance in [low, high), in order.</summary>
    public IEnumerable<(long From, long To)> In(long low, long high)
    {
        (long From, long To)? pending = null;
        for (var block = FloorDiv(Math.Max(low, _from)); block * _block < high; block++)
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
        var (low, high) = (block * _block, (block + 1) * _block);
        var opens = new List<(long From, long To)>?[_plans.Length];
        List<(long From, long To)> OpenOf(int plan) =>
            opens[plan] ??= CalendarClock.OpenIn(_plans[plan].Planned, new Instant(low - _per), new Instant(high)).ConvertAll(span => (span.From.Microseconds, span.To.Microseconds));
        var stretches = new List<(long From, long To)>();
        // oldest first: each decides, as it stood, about the moments that were still to be announced then
        for (var plan = _plans.Length - 1; plan >= 0; plan--)
        {
            var (from, to) = (Math.Max(Math.Max(low, _from), _plans[plan].Since + _lead), Math.Min(high, Later(_plans[plan].Until, _lead)));
            if (from >= to) continue;
            var announced = new List<(long From, long To)> { (Math.Max(from - _per, _from), to) };
            for (var earlier = _plans.Length - 1; earlier >= plan && announced.Count > 0; earlier--)
                announced = While(announced, _plans[earlier].Since, earlier == plan ? long.MaxValue : Later(_plans[earlier].Until, _lead), earlier);
            var within = Within(announced, from, to);
            for (var later = plan - 1; later >= 0 && within.Count > 0; later--) within = Both(within, OpenOf(later));
            stretches.AddRange(within);
        }
        stretches.Sort();
        return _blocks[block] = [.. Merged(stretches)];

        List<(long From, long To)> While(List<(long From, long To)> stretches, long since, long until, int plan) =>
            since >= until || stretches[0].From >= until || stretches[^1].To <= since ? stretches
            : Both(stretches, Merged(OpenOf(plan).Where(span => span.To > since && span.From < until).Select(span => (Math.Max(span.From, since), Math.Min(span.To, until))).Prepend((long.MinValue, since)).Append((until, long.MaxValue))));
    }

    /// <summary>Of what was announced, what lies in [low, high) and within the cap.</summary>
    private List<(long From, long To)> Within(List<(long From, long To)> announced, long low, long high)
    {
        // how much there is before each stretch
        var before = new long[announced.Count + 1];
        for (var i = 0; i < announced.Count; i++) before[i + 1] = before[i] + (announced[i].To - announced[i].From);
        var stretches = new List<(long From, long To)>();
        for (var i = 0; i < announced.Count; i++)
        {
            var (from, to) = (Math.Max(announced[i].From, low), Math.Min(announced[i].To, high));
            if (from >= to) continue;
            // While it goes on, what was announced before a moment never grows less, so that what is within the cap comes first.
            var (within, beyond) = (from - 1, to);
            while (beyond - within > 1)
            {
                var middle = within + ((beyond - within) / 2);
                if (Before(middle + 1) - Before(middle + 1 - _per) <= _upTo) within = middle;
                else beyond = middle;
            }
            if (beyond > from) stretches.Add((from, beyond));
        }
        return stretches;

        long Before(long moment)
        {
            var (begun, end) = (0, announced.Count); // how many of the stretches begin before it
            while (begun < end)
            {
                var middle = (begun + end) / 2;
                if (announced[middle].From < moment) begun = middle + 1;
                else end = middle;
            }
            return begun == 0 ? 0 : before[begun - 1] + Math.Min(moment, announced[begun - 1].To) - announced[begun - 1].From;
        }
    }

    private static List<(long From, long To)> Both(List<(long From, long To)> one, List<(long From, long To)> other)
    {
        var both = new List<(long From, long To)>();
        for (var (i, j) = (0, 0); i < one.Count && j < other.Count;)
        {
            var (from, to) = (Math.Max(one[i].From, other[j].From), Math.Min(one[i].To, other[j].To));
            if (from < to) both.Add((from, to));
            if (one[i].To < other[j].To) i++;
            else j++;
        }
        return both;
    }

    /// <summary>Those that touch are one.</summary>
    private static List<(long From, long To)> Merged(IEnumerable<(long From, long To)> stretches)
    {
        var merged = new List<(long From, long To)>();
        foreach (var (from, to) in stretches)
            if (merged.Count > 0 && from <= merged[^1].To) merged[^1] = (merged[^1].From, Math.Max(merged[^1].To, to));
            else merged.Add((from, to));
        return merged;
    }

    private static long Later(long moment, long by) => moment > long.MaxValue - by ? long.MaxValue : moment + by;

    private long FloorDiv(long moment) => moment >= 0 ? moment / _block : ((moment + 1) / _block) - 1;

    /// <summary>The most that a calendar plans within so long a time as the cap is for: every week in a year with its clock changes, and around each of its dates.</summary>
    public static Duration MostPlanned(Maintenance maintenance, Calendar planned)
    {
        var dates = CalendarClock.OnDates(planned);
        if (planned.Open.IsDefaultOrEmpty) return new Duration(1000 * MostWithin(dates, maintenance.Per));
        var from = new Instant(1_767_571_200_000_000); // Monday, 5 January 2026: any year would do
        var weeks = planned with { Dates = [] };
        var most = MostWithin(CalendarClock.OpenIn(weeks, from - Duration.Days(7), from + maintenance.Per + Duration.Days(370)), maintenance.Per);
        // weeks go on beside dates; those that lie near each other are looked at together, with the weeks before and between them
        for (var (next, first) = (0, 0); first < dates.Count; first = next)
        {
            for (next = first + 1; next < dates.Count && dates[next].From - maintenance.Per <= dates[next - 1].To; next++) { }
            var open = CalendarClock.OpenIn(weeks, dates[first].From - maintenance.Per, dates[next - 1].To);
            open.AddRange(dates[first..next]);
            most = Math.Max(most, MostWithin(CalendarClock.Joined(open), maintenance.Per));
        }
        return new Duration(1000 * most);
    }

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
}
