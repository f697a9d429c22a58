using System.Numerics;
using Kept.Model;

namespace Kept.Judging;

/// <summary>
/// The whole units in which a look's figures are recorded: nanoseconds, bytes, billionths of a ratio, millionths of a number or of a rate per second.
/// A target becomes a bound in the same units once, exactly; so comparing a recorded figure is comparing two integers.
/// </summary>
internal static class RecordUnits
{
    /// <exception cref="OverflowException">It does not fit.</exception>
    public static long Of(Quantity quantity) => quantity.Dimension switch
    {
        Dimension.Time or Dimension.Size => (long)decimal.Round(quantity.Amount),
        Dimension.Ratio => (long)decimal.Round(quantity.Amount * 1_000_000_000m),
        Dimension.Number => (long)decimal.Round(quantity.Amount * 1_000_000m),
        _ => (long)decimal.Round(quantity.Amount * 1_000_000m / quantity.PerNanoseconds * Duration.PerSecond),
    };

    /// <summary>What a recorded figure says.</summary>
    public static Quantity Read(long figure, Dimension dimension) => dimension switch
    {
        Dimension.Time or Dimension.Size => new Quantity(figure, dimension),
        Dimension.Ratio => Quantity.Ratio(figure / 1_000_000_000m),
        Dimension.Number => Quantity.Number(figure / 1_000_000m),
        _ => Quantity.Rate(figure / 1_000_000m, Duration.Seconds(1)),
    };

    /// <summary>The figures that satisfy a comparison with the target, as an interval with both ends included.</summary>
    public static (long Lowest, long Highest) Satisfying(Comparison comparison, Quantity target)
    {
        var (numerator, denominator) = Rational(target.Amount);
        switch (target.Dimension)
        {
            case Dimension.Ratio: numerator *= 1_000_000_000; break;
            case Dimension.Number: numerator *= 1_000_000; break;
            case Dimension.Rate:
                numerator *= new BigInteger(1_000_000) * Duration.PerSecond;
                denominator *= target.PerNanoseconds;
                break;
        }
        var floor = BigInteger.Divide(numerator, denominator);
        if (numerator.Sign < 0 && floor * denominator != numerator) floor--; // towards minus infinity
        var isWhole = floor * denominator == numerator;
        var ceiling = isWhole ? floor : floor + 1;
        return comparison switch
        {
            Comparison.LessOrEqual => (long.MinValue, Clamp(floor)),
            Comparison.Less => (long.MinValue, Clamp(ceiling - 1)),
            Comparison.GreaterOrEqual => (Clamp(ceiling), long.MaxValue),
            Comparison.Greater => (Clamp(floor + 1), long.MaxValue),
            _ => isWhole ? (Clamp(floor), Clamp(floor)) : (1, 0), // objectives never ask for equality; nothing satisfies a fraction of a unit
        };
    }

    /// <summary>A decimal as an exact fraction.</summary>
    public static (BigInteger Numerator, BigInteger Denominator) Rational(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var mantissa = (new BigInteger(unchecked((uint)bits[2])) << 64) | (new BigInteger(unchecked((uint)bits[1])) << 32) | unchecked((uint)bits[0]);
        if (bits[3] < 0) mantissa = -mantissa;
        return (mantissa, BigInteger.Pow(10, (bits[3] >> 16) & 0xFF));
    }

    private static long Clamp(BigInteger value) => value > long.MaxValue ? long.MaxValue : value < long.MinValue ? long.MinValue : (long)value;
}
