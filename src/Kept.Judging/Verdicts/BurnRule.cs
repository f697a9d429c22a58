using Kept.Model;

namespace Kept.Judging;

/// <summary>When a burn is reached: so many bad of so many are at least <c>factor × allowed</c> of them. Fractions of integers throughout.</summary>
internal readonly record struct BurnRule(Fraction Level, bool IsStrict)
{
    /// <summary>The rule of one test over an objective that allows a share.</summary>
    public static BurnRule Of(BurnTest test, Fraction allowed) => new(Fraction.Of(test.Factor) * allowed, test.IsStrict);

    /// <summary>Of nothing, no.</summary>
    public bool IsReached(Fraction bad, long counted)
    {
        if (counted <= 0) return false;
        var order = bad.CompareTo(Level * Fraction.Of(counted));
        return IsStrict ? order > 0 : order >= 0;
    }

    /// <summary>If all are bad it is reached; else nothing ever reaches it.</summary>
    public bool CanBeReached => IsReached(Fraction.Of(1), 1);

    /// <summary>The least whole number of bad ones of so many that reaches it, more than there are where nothing does.</summary>
    public long Needed(long counted)
    {
        var level = Level * Fraction.Of(counted);
        return (long)(IsStrict ? level.Floor + 1 : System.Numerics.BigInteger.Max(1, level.Ceiling));
    }
}
