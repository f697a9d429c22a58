using System.Numerics;
using System.Runtime.InteropServices;
using Kept.Model;

namespace Kept.Judging;

/// <summary>Slices of which a share counts, and the neighbours of a look.</summary>
internal sealed partial class Track
{
    /// <summary>
    /// The sum of the shares of slices that begin in [from, to), exactly, with their counts. Shares with the same denominator are added as whole numbers first,
    /// so that the sum has as many terms as there are denominators, which are few: none is above the looks of a slice.
    /// </summary>
    public (Tally Tally, long Assumed, Fraction Sum) Shares(long from, long to)
    {
        var tally = default(Tally);
        long assumed = 0;
        if (from >= to) return (tally, assumed, Fraction.Zero); // a window that is hardly longer than a slice may hold none that is over
        var bySize = new Dictionary<long, Int128>();
        if (from < _exactFrom)
            foreach (var quarter in QuartersIn(from, to))
            {
                tally.Good += quarter[1];
                tally.Bad += quarter[2];
                tally.Missing += quarter[3];
                tally.NotInForce += quarter[4];
                assumed += quarter[FirstShare - 1];
                for (var i = FirstShare; i < quarter.Length; i += 2) CollectionsMarshal.GetValueRefOrAddDefault(bySize, quarter[i], out _) += quarter[i + 1];
            }
        for (var i = FirstEndingFrom(from); i < _count && _runs[i].Start < to; i++)
        {
            var run = _runs[i];
            var count = run.CountBefore(to) - run.CountBefore(from);
            if (count == 0) continue;
            switch (run.Mark.Class)
            {
                case LookClass.Good or LookClass.Bad: tally.Good += count; break;
                case LookClass.NotInForce: tally.NotInForce += count; break;
                default: tally.Missing += count; break;
            }
            var (satisfying, counted) = run.Mark.Share;
            if (counted == 0) continue;
            if (!run.Mark.IsEvidence) assumed += count;
            CollectionsMarshal.GetValueRefOrAddDefault(bySize, counted, out _) += (Int128)satisfying * count;
        }
        var sum = Fraction.Zero;
        foreach (var (counted, satisfying) in bySize.OrderBy(one => one.Key)) sum += new Fraction((BigInteger)satisfying, counted);
        return (tally, assumed, sum);
    }

    /// <summary>Where the pairs of denominator and numerators begin in a quarter.</summary>
    private const int FirstShare = 6;

    private static long[] WithShares(long[] quarter, Mark mark, long count)
    {
        quarter[mark.Class switch { LookClass.Good => 1, LookClass.Bad => 2, LookClass.NotInForce => 4, _ => 3 }] += count;
        var (satisfying, counted) = mark.Share;
        if (counted == 0) return quarter;
        if (!mark.IsEvidence) quarter[FirstShare - 1] += count;
        for (var i = FirstShare; i < quarter.Length; i += 2)
            if (quarter[i] == counted)
            {
                quarter[i + 1] += satisfying * count;
                return quarter;
            }
        return [.. quarter, counted, satisfying * count];
    }

    /// <summary>The looks that are evidence around a slot, oldest first: at most so many before it, it, and at most so many after it.</summary>
    public List<(long Slot, Mark Mark)> Around(long slot, int before, int after)
    {
        var looks = new List<(long Slot, Mark Mark)>();
        for (var i = LastStartingBefore(slot); i >= 0 && looks.Count < before; i--)
        {
            if (!_runs[i].Mark.IsEvidence) continue;
            for (var k = _runs[i].CountBefore(slot) - 1; k >= 0 && looks.Count < before; k--) looks.Add((_runs[i].Start + (_runs[i].Period * k), _runs[i].Mark));
        }
        looks.Reverse();
        var most = looks.Count + 1 + after;
        for (var i = FirstEndingFrom(slot); i < _count && looks.Count < most; i++)
        {
            if (!_runs[i].Mark.IsEvidence) continue;
            for (var k = _runs[i].CountBefore(slot); k < _runs[i].Length && looks.Count < most; k++) looks.Add((_runs[i].Start + (_runs[i].Period * k), _runs[i].Mark));
        }
        return looks;
    }

    /// <summary>What is known of exactly that slot; null where nothing is.</summary>
    public Mark? At(long slot)
    {
        var i = LastStartingBefore(slot + 1);
        if (i < 0) return null;
        var run = _runs[i];
        var k = run.CountBefore(slot);
        return k < run.Length && run.Start + (run.Period * k) == slot ? run.Mark : null;
    }
}
