using Kept.Model;

namespace Kept.Judging;

/// <summary>
/// Which moments are announced maintenance. It is planned by a calendar of the terms, so that the terms announce it: it begins so long after them as it is to be announced before. A
/// moment is maintenance while, of the stretch of time that ends with it, no more was planned than there may be: whoever plans more than that has no maintenance for the rest, and in no
/// stretch is ever more than the cap. A function of the terms and the moment alone, worked out four weeks at a time.
/// </summary>
internal sealed class MaintenanceTimes(Maintenance maintenance, Calendar planned, Instant termsSince)
{
    private const long Block = 28 * 24 * 3_600_000_000L;
    private const int MostBlocks = 64;

    private readonly Dictionary<long, (long From, long To)[]> _blocks = [];

    /// <summary>Since when the terms announce it.</summary>
    public Instant TermsSince { get; } = termsSince;

    private readonly long _from = (termsSince + maintenance.Announced).Microseconds;
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
            var (from, to) = (Math.Max(Math.Max(opens.Microseconds, low), _from), Math.Min(closes.Microseconds, high));
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
        return _blocks[block] = [.. stretches];
    }

    /// <summary>The most that a calendar plans within so long a time as the cap is for, in a year with its clock changes.</summary>
    public static Duration MostPlanned(Maintenance maintenance, Calendar planned)
    {
        var from = new Instant(1_767_571_200_000_000); // Monday, 5 January 2026: any year would do
        var times = new MaintenanceTimes(maintenance, planned, from);
        var open = CalendarClock.OpenIn(planned, from - Duration.Days(7), from + maintenance.Per + Duration.Days(370));
        return new Duration(1000 * open.Max(span => (long?)times.PlannedBefore(open, span.To.Microseconds - 1)) ?? 0);
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
