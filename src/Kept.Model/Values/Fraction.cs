using System.Globalization;
using System.Numerics;

namespace Kept.Model;

/// <summary>An exact fraction in lowest terms, with a positive denominator.</summary>
public sealed record Fraction
{
    /// <exception cref="DivideByZeroException">The denominator is zero.</exception>
    public Fraction(BigInteger numerator, BigInteger denominator)
    {
        if (denominator.IsZero) throw new DivideByZeroException("a fraction has a denominator");
        var common = BigInteger.GreatestCommonDivisor(numerator, denominator) * denominator.Sign;
        (Numerator, Denominator) = (numerator / common, denominator / common);
    }

    public static readonly Fraction Zero = new(0, 1);

    public BigInteger Numerator { get; }
    public BigInteger Denominator { get; }

    public static Fraction Of(long whole) => new(whole, 1);

    /// <summary>A decimal as it is written: 0.995 is 199/200.</summary>
    public static Fraction Of(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var mantissa = (new BigInteger(unchecked((uint)bits[2])) << 64) | (new BigInteger(unchecked((uint)bits[1])) << 32) | unchecked((uint)bits[0]);
        return new Fraction(bits[3] < 0 ? -mantissa : mantissa, BigInteger.Pow(10, (bits[3] >> 16) & 0xFF));
    }

    public static Fraction operator +(Fraction a, Fraction b) => new((a.Numerator * b.Denominator) + (b.Numerator * a.Denominator), a.Denominator * b.Denominator);
    public static Fraction operator -(Fraction a, Fraction b) => new((a.Numerator * b.Denominator) - (b.Numerator * a.Denominator), a.Denominator * b.Denominator);
    public static Fraction operator *(Fraction a, Fraction b) => new(a.Numerator * b.Numerator, a.Denominator * b.Denominator);
    /// <exception cref="DivideByZeroException"><paramref name="b"/> is zero.</exception>
    public static Fraction operator /(Fraction a, Fraction b) => new(a.Numerator * b.Denominator, a.Denominator * b.Numerator);

    public int CompareTo(Fraction other) => (Numerator * other.Denominator).CompareTo(other.Numerator * Denominator);

    /// <summary>The largest whole number that is not above it.</summary>
    public BigInteger Floor => Numerator.Sign < 0 && !Denominator.IsOne ? (Numerator / Denominator) - 1 : Numerator / Denominator;

    /// <summary>The smallest whole number that is not below it.</summary>
    public BigInteger Ceiling => Denominator.IsOne ? Numerator : Floor + 1;

    /// <summary>Cut, not rounded, after so many digits: for people.</summary>
    public string ToWords(int digits = 3)
    {
        var scale = BigInteger.Pow(10, digits);
        var cut = BigInteger.Abs(Numerator) * scale / Denominator;
        var whole = (cut / scale).ToString("N0", CultureInfo.InvariantCulture);
        var rest = (cut % scale).ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0').TrimEnd('0');
        return (Numerator.Sign < 0 && !cut.IsZero ? "-" : "") + (rest.Length == 0 || digits == 0 ? whole : whole + "." + rest);
    }

    /// <summary><c>3/8</c>, or <c>3</c> where it is whole: exact.</summary>
    public override string ToString() => Denominator.IsOne ? Numerator.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");
}
