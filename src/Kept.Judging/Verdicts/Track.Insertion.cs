using Kept.Model;

namespace Kept.Judging;

/// <summary>Looks that come late, twice, or with another result, and the bounds on memory.</summary>
internal sealed partial class Track
{
    private const long Quarter = 15 * 60 * 1_000_000L;

    /// <summary>Looks before this are kept as counts per quarter of an hour only.</summary>
    private long _exactFrom = long.MinValue;

    // Each quarter: its number since the epoch, then good, bad, missing, not in force, and one count per predicate. Of shares instead: how many are assumed, and for each
    // denominator the sum of the numerators: a quarter of an hour holds few slices, so that these are few, and their sum stays exact.
    private List<long[]>? _quarters;

    public Instant? ExactFrom => _exactFrom == long.MinValue ? null : new Instant(_exactFrom);

    private void AddBetween(long at, Mark mark, bool isWhole)
    {
        var i = LastStartingBefore(at + 1); // the run that starts at or before the slot
        if (i < 0)
        {
            Insert(0, new Run(at, 0, 1, mark));
            Coalesce(0);
            return;
        }
        var run = _runs[i];
        if (at > run.End)
        {
            Insert(i + 1, new Run(at, 0, 1, mark));
            Coalesce(i + 1);
            Coalesce(i);
            return;
        }
        var before = run.CountBefore(at);
        var isSlot = run.Start + (run.Period * before) == at;
        if (isSlot)
        {
            if (!isWhole) mark = run.Mark.Join(mark);
            if (mark == run.Mark) return;
        }
        // Cut the run in two around the slot.
        var rest = run.Length - before - (isSlot ? 1 : 0);
        var tail = run with { Start = run.Start + (run.Period * (before + (isSlot ? 1 : 0))), Length = rest };
        if (before > 0)
        {
            _runs[i].Length = before;
            if (before == 1) _runs[i].Period = 0;
            Changed(i);
            Insert(++i, new Run(at, 0, 1, mark));
        }
        else
        {
            _runs[i] = new Run(at, 0, 1, mark);
            Changed(i);
        }
        if (rest > 0)
        {
            if (rest == 1) tail.Period = 0;
            Insert(i + 1, tail);
            Coalesce(i + 1);
        }
        Coalesce(i);
        Coalesce(i - 1);
    }

    /// <summary>Makes one run of this one and the next where their slots keep one rhythm.</summary>
    private void Coalesce(int i)
    {
        if (i < 0 || i + 1 >= _count) return;
        ref var a = ref _runs[i];
        var b = _runs[i + 1];
        var step = b.Start - a.End;
        if (a.Mark != b.Mark || (a.Length > 1 && a.Period != step) || (b.Length > 1 && b.Period != step) || (long)a.Length + b.Length > int.MaxValue) return;
        a.Period = step;
        a.Length += b.Length;
        Changed(i);
        _count--;
        Array.Copy(_runs, i + 2, _runs, i + 1, _count - i - 1);
    }

    private void Insert(int at, Run run)
    {
        if (_count == _runs.Length) Array.Resize(ref _runs, Math.Max(2, _count * 2));
        Array.Copy(_runs, at, _runs, at + 1, _count - at);
        _runs[at] = run;
        _count++;
        Changed(at);
    }

    /// <summary>True when there are so many runs that the owner should let go of what no window needs, or fold what is oldest.</summary>
    public bool IsCrowded => _count >= MostRuns;

    /// <summary>Lets go of what ended before a moment, but never of the newest <paramref name="keep"/> looks that are evidence: <c>now</c> may stand on them.</summary>
    public void Forget(long before, long keep)
    {
        _quarters?.RemoveAll(quarter => (quarter[0] + 1) * Quarter <= before);
        long evidence = 0;
        var cut = _count;
        while (cut > 0 && (evidence < keep || _runs[cut - 1].End >= before))
        {
            cut--;
            if (_runs[cut].Mark.IsEvidence) evidence += _runs[cut].Length;
        }
        RemoveFirst(cut);
    }

    /// <summary>Turns the older half of the runs into counts per quarter of an hour.</summary>
    public void FoldOldest()
    {
        // A whole quarter goes at least, even if all runs lie in one: memory stays bounded whatever comes.
        var boundary = Math.Max(FloorDiv(_runs[_count / 2].Start, Quarter), FloorDiv(_runs[0].Start, Quarter) + 1) * Quarter;
        var cut = 0;
        while (cut < _count && _runs[cut].Start < boundary)
        {
            var run = _runs[cut];
            if (run.End >= boundary)
            {
                // A long run across the boundary is cut: its newer part stays exact.
                var older = run.CountBefore(boundary);
                var newer = run with { Start = run.Start + (run.Period * older), Length = run.Length - older };
                if (newer.Length == 1) newer.Period = 0;
                FoldRun(run with { Length = older });
                _runs[cut] = newer;
                break;
            }
            FoldRun(run);
            cut++;
        }
        RemoveFirst(cut);
        _exactFrom = boundary;
    }

    private void FoldRun(Run run)
    {
        for (var done = 0; done < run.Length;)
        {
            var slot = run.Start + (run.Period * done);
            var quarter = FloorDiv(slot, Quarter);
            var upTo = run.CountBefore((quarter + 1) * Quarter);
            _quarters ??= [];
            if (_quarters.Count == 0 || _quarters[^1][0] != quarter)
            {
                var fresh = new long[_holdsShares ? FirstShare : 1 + Width];
                fresh[0] = quarter;
                _quarters.Add(fresh);
            }
            if (_holdsShares) _quarters[^1] = WithShares(_quarters[^1], run.Mark, upTo - done);
            else Accumulate(_quarters[^1].AsSpan(1), run.Mark, upTo - done);
            done = upTo;
        }
    }

    private void RemoveFirst(int runs)
    {
        if (runs == 0) return;
        _count -= runs;
        Array.Copy(_runs, runs, _runs, 0, _count);
        _validSums = 0;
        _sums = null;
        if (_count * 4 < _runs.Length) Array.Resize(ref _runs, Math.Max(2, _count * 2));
    }

    /// <summary>Whole quarters that lie in the stretch.</summary>
    private void CountQuarters(long from, long to, int predicate, ref Tally tally)
    {
        foreach (var quarter in QuartersIn(from, to))
        {
            tally.Good += quarter[1];
            tally.Bad += quarter[2];
            tally.Missing += quarter[3];
            tally.NotInForce += quarter[4];
            if (predicate < _predicates) tally.Satisfying += quarter[5 + predicate];
        }
    }

    private ReadOnlySpan<long[]> QuartersIn(long from, long to)
    {
        if (_quarters is null) return [];
        var low = -FloorDiv(-from, Quarter);
        var high = FloorDiv(to, Quarter);
        var first = FirstFrom(low);
        return System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_quarters)[first..Math.Max(first, FirstFrom(high))];

        int FirstFrom(long number)
        {
            int first = 0, end = _quarters.Count;
            while (first < end)
            {
                var middle = (first + end) >>> 1;
                if (_quarters[middle][0] < number) first = middle + 1;
                else end = middle;
            }
            return first;
        }
    }

    private static long FloorDiv(long a, long b)
    {
        var quotient = a / b;
        return a % b < 0 ? quotient - 1 : quotient;
    }
}
