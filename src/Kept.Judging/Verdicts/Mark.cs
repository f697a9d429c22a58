using Kept.Model;

namespace Kept.Judging;

/// <summary>
/// What one look says to all lines of its promise: its class in the low three bits, and above them one bit per predicate of an objective, set where the look
/// satisfies it. Marks of one slot join to the worse one; the join is commutative, associative and idempotent, which is why neither the order nor the
/// repetition of records can change a verdict.
/// </summary>
internal readonly record struct Mark(ulong Bits)
{
    /// <summary>How many predicates fit.</summary>
    public const int MostPredicates = 61;

    public LookClass Class => (LookClass)(Bits & 7);

    public bool IsEvidence => Class is LookClass.Good or LookClass.Bad;

    public bool Satisfies(int predicate) => (Bits >> (predicate + 3) & 1) != 0;

    public static Mark Of(LookClass look, ulong satisfied) => new((ulong)look | (look is LookClass.Good or LookClass.Bad ? satisfied << 3 : 0));

    /// <summary>Something nobody saw, with what it counts as by the accounting of the promise; see <see cref="FoldPlan.Assumed"/>.</summary>
    public static Mark OfUnseen(LookClass look, ulong assumed) => new((ulong)look | assumed << 3);

    /// <summary>
    /// A slice of which a share counts: so many of so many looks, in lowest terms and at most 2^30 − 1 each. Eight of eight and nine of nine are the same
    /// mark, so a healthy slice that holds now eight looks and now nine does not begin a run each time.
    /// </summary>
    public static Mark OfShare(LookClass look, long satisfying, long counted)
    {
        var common = Math.Max(1, (long)System.Numerics.BigInteger.GreatestCommonDivisor(satisfying, counted));
        (satisfying, counted) = (satisfying / common, counted / common);
        // Only what was written under an older rhythm can be more than fits (a plan is refused before): then the share is rounded down, never up.
        while (counted > MostInSlice) (satisfying, counted) = (satisfying >> 1, (counted + 1) >> 1);
        return new((ulong)look | ((ulong)satisfying << 3) | ((ulong)counted << 33));
    }

    public const long MostInSlice = (1L << 30) - 1;

    /// <summary>What <see cref="OfShare"/> put in.</summary>
    public (long Satisfying, long Counted) Share => ((long)(Bits >> 3) & MostInSlice, (long)(Bits >> 33) & MostInSlice);

    /// <summary>Evidence before no evidence, worse before better: bad, good, not in force, condition unknown, gap. Of two that nobody saw, the one that counts worse.</summary>
    public Mark Join(Mark other)
    {
        if (Bits == other.Bits) return this;
        if (IsEvidence && other.IsEvidence)
            return new Mark((Bits & other.Bits & ~7UL) | (ulong)(Class == LookClass.Bad || other.Class == LookClass.Bad ? LookClass.Bad : LookClass.Good));
        var order = Rank(Class).CompareTo(Rank(other.Class));
        return order != 0 ? order > 0 ? this : other : AssumedRank >= other.AssumedRank ? this : other;
    }

    /// <summary>Counted as bad (the bit of what is assumed alone), not counted, counted as good.</summary>
    private int AssumedRank => System.Numerics.BitOperations.PopCount(Bits >> 3) switch { 1 => 2, 0 => 1, _ => 0 };

    private static int Rank(LookClass look) => look switch
    {
        LookClass.Bad => 4,
        LookClass.Good => 3,
        LookClass.NotInForce => 2,
        LookClass.ConditionUnknown => 1,
        _ => 0,
    };
}

/// <summary>Looks with equal marks and equal distance, as one.</summary>
/// <param name="Start">The first slot, in microseconds.</param>
/// <param name="Period">From one slot to the next, in microseconds; 0 for a single one.</param>
/// <param name="Length">How many.</param>
internal record struct Run(long Start, long Period, int Length, Mark Mark)
{
    public readonly long End => Start + (Period * (Length - 1));

    /// <summary>How many of its slots lie before a moment.</summary>
    public readonly int CountBefore(long moment)
    {
        if (moment <= Start) return 0;
        if (Length == 1 || moment > End) return Length;
        return (int)((moment - Start - 1) / Period) + 1;
    }
}

/// <summary>Counts of a stretch of time.</summary>
internal struct Tally
{
    public long Good, Bad, Missing, NotInForce, Satisfying;

    public readonly long Evidence => Good + Bad;
    public readonly long Recorded => Good + Bad + Missing + NotInForce;

    public void Add(Mark mark, long count, int predicate)
    {
        switch (mark.Class)
        {
            case LookClass.Good: Good += count; break;
            case LookClass.Bad: Bad += count; break;
            case LookClass.NotInForce: NotInForce += count; return;
            default: Missing += count; break;
        }
        if (mark.Satisfies(predicate)) Satisfying += count;
    }
}
