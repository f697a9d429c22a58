using System.Numerics;
using Kept.Model;

namespace Kept.Judging;

/// <summary>What share of the counted looks must satisfy an objective: 99.5 % or more, all, less than a tenth. A fraction of two integers, never rounded.</summary>
internal readonly record struct ShareRule
{
    private readonly Bits128 _numerator, _denominator;
    private readonly Comparison _comparison;

    public ShareRule(Comparison comparison, decimal level)
    {
        _comparison = comparison;
        Level = level;
        var (numerator, denominator) = RecordUnits.Rational(Math.Max(0, level));
        // Trailing zeros of the decimal would only make the products larger.
        var common = BigInteger.GreatestCommonDivisor(numerator, denominator);
        _numerator = (UInt128)(numerator / common);
        _denominator = (UInt128)(denominator / common);
    }

    public decimal Level { get; }

    /// <summary>More is better (availability); false for a share that must stay small.</summary>
    public bool WantsMany => _comparison is Comparison.GreaterOrEqual or Comparison.Greater;

    /// <summary>Whether that share satisfies; of nothing, no.</summary>
    public bool Holds(long satisfying, long counted)
    {
        if (counted <= 0) return false;
        // Below 2^96 times 2^31 in every real case; larger products are compared as big integers.
        var order = counted < int.MaxValue && _numerator.High >> 32 == 0 && _denominator.High >> 32 == 0
            ? ((UInt128)(ulong)satisfying * _denominator).CompareTo((UInt128)(ulong)counted * _numerator)
            : ((BigInteger)satisfying * (BigInteger)(UInt128)_denominator).CompareTo((BigInteger)counted * (BigInteger)(UInt128)_numerator);
        return _comparison switch
        {
            Comparison.GreaterOrEqual => order >= 0,
            Comparison.Greater => order > 0,
            Comparison.LessOrEqual => order <= 0,
            Comparison.Less => order < 0,
            _ => order == 0,
        };
    }

    /// <summary>The same where a sum of shares takes the place of a count.</summary>
    public bool Holds(Fraction sum, long counted)
    {
        if (counted <= 0) return false;
        var order = (sum.Numerator * (BigInteger)(UInt128)_denominator).CompareTo(counted * (BigInteger)(UInt128)_numerator * sum.Denominator);
        return _comparison switch
        {
            Comparison.GreaterOrEqual => order >= 0,
            Comparison.Greater => order > 0,
            Comparison.LessOrEqual => order <= 0,
            Comparison.Less => order < 0,
            _ => order == 0,
        };
    }

    public bool CanHold(Fraction sum, long counted, long open) => Holds(WantsMany ? sum + Fraction.Of(open) : sum, counted + open);

    /// <summary>The share that may be bad; null where there is no budget.</summary>
    public Fraction? Allowed => WantsMany && Level is > 0 and < 1 ? Fraction.Of(1 - Level) : null;

    /// <summary>Whether it could still hold if every one of <paramref name="open"/> further looks came out as well as it can.</summary>
    public bool CanHold(long satisfying, long counted, long open) => WantsMany ? Holds(satisfying + open, counted + open) : Holds(satisfying, counted + open);

    /// <summary>Share of the error budget left, 0…1, cut (not rounded up) after nine digits; null where there is no budget.</summary>
    public decimal? BudgetLeft(Fraction sum, long counted, long open)
    {
        if (Allowed is not { } share || counted + open <= 0) return null;
        var left = Fraction.Of(1) - ((Fraction.Of(counted) - sum) / (share * Fraction.Of(counted + open)));
        return left.Numerator.Sign <= 0 ? 0 : (decimal)(left.Numerator * 1_000_000_000 / left.Denominator) / 1_000_000_000m;
    }

    /// <summary>The same for whole counts.</summary>
    public decimal? BudgetLeft(long satisfying, long counted, long open)
    {
        if (!WantsMany || Level is <= 0 or >= 1 || counted + open <= 0) return null;
        var allowed = (1 - Level) * (counted + open);
        var left = 1 - ((counted - satisfying) / allowed);
        return left <= 0 ? 0 : Math.Round(left, 9, MidpointRounding.ToZero);
    }
}
