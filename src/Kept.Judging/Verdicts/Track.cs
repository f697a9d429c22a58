using Kept.Model;

namespace Kept.Judging;

/// <summary>
/// The looks of one check (or the slices of one objective) by slot, run-length encoded: a promise that is well is one run of 32 bytes, however long. Counts
/// over any stretch of time are exact to the microsecond. Which runs there are depends on the order of insertion; what they count does not.
/// Past <see cref="MostRuns"/> runs (a target that flaps for tens of thousands of looks) the oldest half becomes counts per quarter of an hour, and the
/// begin of a rolling window moves up to the next quarter there: the counts stay exact, the window is up to 15 minutes shorter. Calendar windows begin on
/// quarters in every zone of today. Looks that arrive later than that boundary are no longer taken.
/// </summary>
internal sealed partial class Track
{
    public const int MostRuns = 20_000;
    private const int Stride = 64;

    private Run[] _runs = [];
    private int _count;
    private readonly int _predicates;
    private readonly bool _holdsShares;

    // Sums before run 0, 64, 128 …, so that a count never walks more than a stride at either end. Made on demand: a healthy track never has one.
    private long[]? _sums;
    private int _validSums;

    /// <param name="predicates">How many predicates its marks have.</param>
    /// <param name="holdsShares">Its marks are shares of slices (<see cref="Mark.OfShare"/>) and have no predicates.</param>
    public Track(int predicates, bool holdsShares = false) => (_predicates, _holdsShares) = (predicates, holdsShares);

    public int RunCount => _count;

    public ReadOnlySpan<Run> Runs => _runs.AsSpan(0, _count);

    /// <summary>Adds a look, or joins it with what is known of its slot.</summary>
    public void Add(Instant slot, Mark mark) => Put(slot.Microseconds, mark, isWhole: false);

    /// <summary>What is said of a slot, whatever was said before.</summary>
    public void Set(long slot, Mark mark) => Put(slot, mark, isWhole: true);

    /// <summary>From where a count that begins there is whole: among what is kept as counts only, at the next quarter of an hour. What lies between is missing, for nobody knows it any more.</summary>
    public long WholeFrom(long from) => from >= _exactFrom ? from : -FloorDiv(-from, Quarter) * Quarter;

    /// <summary>Whether something of that moment may still be added.</summary>
    public bool IsExact(long moment) => moment >= _exactFrom;

    private void Put(long at, Mark mark, bool isWhole)
    {
        if (at < _exactFrom) return;
        if (_count == 0)
        {
            Insert(0, new Run(at, 0, 1, mark));
            return;
        }
        ref var last = ref _runs[_count - 1];
        var end = last.End;
        if (at > end)
        {
            if (last.Mark == mark && (last.Length == 1 || at - end == last.Period) && last.Length < int.MaxValue)
            {
                if (last.Length == 1) last.Period = at - end;
                last.Length++;
            }
            else
            {
                Insert(_count, new Run(at, 0, 1, mark));
            }
            return;
        }
        AddBetween(at, mark, isWhole);
    }

    /// <summary>Counts slots in [from, to).</summary>
    public Tally Count(long from, long to, int predicate)
    {
        var tally = default(Tally);
        if (from >= to) return tally;
        if (from < _exactFrom) CountQuarters(from, to, predicate, ref tally);
        if (_count == 0) return tally;
        var first = FirstEndingFrom(from);
        if (first == _count) return tally;
        var last = LastStartingBefore(to);
        if (last < first) return tally;
        if (last - first <= 2 * Stride)
        {
            for (var i = first; i <= last; i++) CountRun(_runs[i], from, to, predicate, ref tally);
            return tally;
        }
        CountRun(_runs[first], from, to, predicate, ref tally);
        CountRun(_runs[last], from, to, predicate, ref tally);
        var low = (first + Stride) / Stride * Stride; // the first checkpoint after `first`
        var high = last / Stride * Stride;
        for (var i = first + 1; i < Math.Min(low, last); i++) CountRun(_runs[i], from, to, predicate, ref tally);
        for (var i = Math.Max(high, first + 1); i < last; i++) CountRun(_runs[i], from, to, predicate, ref tally);
        AddSums(low / Stride, high / Stride, predicate, ref tally);
        return tally;
    }

    /// <summary>The newest slot at or before a moment whose class is wanted, with its mark; null where there is none.</summary>
    public (Instant Slot, Mark Mark)? Newest(long atMost, Func<LookClass, bool> wanted)
    {
        for (var i = LastStartingBefore(atMost + 1); i >= 0; i--)
        {
            ref var run = ref _runs[i];
            if (!wanted(run.Mark.Class)) continue;
            var count = run.CountBefore(atMost + 1);
            if (count > 0) return (new Instant(run.Start + (run.Period * (count - 1))), run.Mark);
        }
        return null;
    }

    /// <summary>The newest slot at or before a moment, of any class.</summary>
    public long? NewestSlot(long atMost)
    {
        var i = LastStartingBefore(atMost + 1);
        return i < 0 ? null : _runs[i].Start + (_runs[i].Period * (_runs[i].CountBefore(atMost + 1) - 1));
    }

    private static void CountRun(in Run run, long from, long to, int predicate, ref Tally tally) =>
        tally.Add(run.Mark, run.CountBefore(to) - run.CountBefore(from), predicate);

    /// <summary>The first run whose end is not before a moment.</summary>
    private int FirstEndingFrom(long moment)
    {
        int low = 0, high = _count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_runs[middle].End < moment) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    /// <summary>The last run that starts before a moment, or −1.</summary>
    public int LastStartingBefore(long moment)
    {
        int low = 0, high = _count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_runs[middle].Start < moment) low = middle + 1;
            else high = middle;
        }
        return low - 1;
    }

    private int Width => 4 + _predicates;

    private void AddSums(int low, int high, int predicate, ref Tally tally)
    {
        if (low >= high) return;
        BuildSums(high);
        var a = _sums.AsSpan(low * Width, Width);
        var b = _sums.AsSpan(high * Width, Width);
        tally.Good += b[0] - a[0];
        tally.Bad += b[1] - a[1];
        tally.Missing += b[2] - a[2];
        tally.NotInForce += b[3] - a[3];
        if (predicate < _predicates) tally.Satisfying += b[4 + predicate] - a[4 + predicate];
    }

    private void BuildSums(int upTo)
    {
        if (_sums is null || _sums.Length < (upTo + 1) * Width) Array.Resize(ref _sums, ((upTo * 2) + 2) * Width);
        if (_validSums == 0) _validSums = 1; // the sums before run 0 are zero
        for (; _validSums <= upTo; _validSums++)
        {
            var sums = _sums.AsSpan(_validSums * Width, Width);
            _sums.AsSpan((_validSums - 1) * Width, Width).CopyTo(sums);
            for (var i = (_validSums - 1) * Stride; i < _validSums * Stride; i++)
                Accumulate(sums, _runs[i].Mark, _runs[i].Length);
        }
    }

    private void Accumulate(Span<long> sums, Mark mark, long count)
    {
        switch (mark.Class)
        {
            case LookClass.Good: sums[0] += count; break;
            case LookClass.Bad: sums[1] += count; break;
            case LookClass.NotInForce: sums[3] += count; return;
            default: sums[2] += count; break;
        }
        for (var predicate = 0; predicate < _predicates; predicate++)
            if (mark.Satisfies(predicate))
                sums[4 + predicate] += count;
    }

    /// <summary>Runs from this one on have changed.</summary>
    private void Changed(int run) => _validSums = Math.Min(_validSums, (run / Stride) + 1);
}
