using System.Numerics;
using Kept.Model;

namespace Kept.Judging;

/// <summary>
/// The probability that several windows, one inside the other, hold at least so many bad looks each, where every look is bad with the same probability and by itself: exact
/// integers of the binomial, summed as numbers of 160 bits. Rounding is downwards throughout, so the figure is never above the true one, and below it by less
/// than one part in 10^30.
/// </summary>
internal static class BinomialTail
{
    /// <summary>More bad ones than this are not summed: the answer would take too long, and the figure is nothing but nought.</summary>
    public const int MostNeeded = 2_000;

    private const int Bits = 160;

    /// <summary>The same of looks that have weights: so many bad points a window must hold.</summary>
    /// <param name="points">How many points a look of each part is.</param>
    /// <param name="windows">How many looks of each part a window holds, and how many points of them must be bad. Longer ones hold no fewer of any part.</param>
    /// <param name="noise">The probability of one bad look, between 0 and 1.</param>
    public static Fraction? OfPoints(long[] points, IEnumerable<(long[] Looks, long Needed)> windows, Fraction noise)
    {
        long PointsIn(long[] looks) => looks.Zip(points, (count, each) => count * each).Sum();
        var nested = windows.OrderBy(window => PointsIn(window.Looks)).ThenBy(window => window.Needed).ToList();
        if (nested.Exists(window => window.Needed > PointsIn(window.Looks))) return Fraction.Zero;
        if (noise.Numerator.IsZero) return nested.TrueForAll(window => window.Needed <= 0) ? Fraction.Of(1) : Fraction.Zero;
        if (noise.Numerator >= noise.Denominator) return Fraction.Of(1);
        var cap = (int)nested.Max(window => Math.Min(window.Needed, MostNeeded + 1));
        if (cap > MostNeeded) return null;
        var counts = new Floating[cap + 1];
        counts[0] = Floating.One;
        var done = new long[points.Length];
        foreach (var (looks, needed) in nested)
        {
            for (var part = 0; part < points.Length; part++)
            {
                var most = (int)((cap + points[part] - 1) / points[part]); // so many bad looks of it are enough by themselves
                var bad = Point(looks[part] - done[part], noise, most);
                var spread = new Floating[cap + 1];
                for (var i = 0; i <= most; i++) spread[Math.Min(cap, i * points[part])] += bad[i];
                counts = Joined(counts, spread, cap);
            }
            for (var j = 0; j < needed; j++) counts[j] = default;
            done = looks;
        }
        return counts.Aggregate(default(Floating), (sum, count) => sum + count).ToFraction();
    }

    /// <param name="windows">How many looks each window holds, and how many of them must be bad.</param>
    /// <param name="noise">The probability of one bad look, between 0 and 1.</param>
    /// <returns>The probability; null where it takes too long to say.</returns>
    public static Fraction? Of(IEnumerable<(long Looks, long Needed)> windows, Fraction noise)
    {
        var nested = windows.OrderBy(window => window.Looks).ThenBy(window => window.Needed).ToList();
        if (nested.Exists(window => window.Needed > window.Looks)) return Fraction.Zero;
        if (noise.Numerator.IsZero) return nested.TrueForAll(window => window.Needed <= 0) ? Fraction.Of(1) : Fraction.Zero;
        if (noise.Numerator >= noise.Denominator) return Fraction.Of(1);
        var cap = (int)nested.Max(window => Math.Min(window.Needed, MostNeeded + 1));
        if (cap > MostNeeded) return null;
        // counts[j]: so many bad ones up to here; the last one stands for at least so many.
        var counts = new Floating[cap + 1];
        counts[0] = Floating.One;
        long done = 0;
        foreach (var (looks, needed) in nested)
        {
            counts = Joined(counts, Point(looks - done, noise, cap), cap);
            for (var j = 0; j < needed; j++) counts[j] = default; // the window is not reached
            done = looks;
        }
        var sum = default(Floating);
        foreach (var count in counts) sum += count;
        return sum.ToFraction();
    }

    /// <summary>P(exactly j bad) for j below the cap, and P(at least the cap) last, summed from above so that small tails keep their digits.</summary>
    private static Floating[] Point(long n, Fraction noise, int cap)
    {
        var point = new Floating[cap + 1];
        var good = Floating.Of(noise.Denominator - noise.Numerator, noise.Denominator);
        var term = Floating.Power(good, n);
        for (long i = 0; i <= n; i++)
        {
            if (i < cap) point[i] = term;
            else
            {
                point[cap] += term;
                // past the mode the terms fall; what follows is less than one part in 2^140 of the sum
                if (i * noise.Denominator > n * noise.Numerator && (term.IsZero || term.Top + 140 + BitOperations.Log2((ulong)n + 1) < point[cap].Top)) break;
            }
            term = term.Times((n - i) * noise.Numerator, (i + 1) * (noise.Denominator - noise.Numerator));
        }
        return point;
    }

    private static Floating[] Joined(Floating[] a, Floating[] b, int cap)
    {
        var joined = new Floating[cap + 1];
        for (var i = 0; i <= cap; i++)
        {
            if (a[i].IsZero) continue;
            for (var j = 0; j <= cap; j++)
                if (!b[j].IsZero)
                    joined[Math.Min(cap, i + j)] += a[i] * b[j];
        }
        return joined;
    }

    /// <summary>m · 2^e, cut to so many bits.</summary>
    private readonly record struct Floating(BigInteger Mantissa, long Exponent)
    {
        public static readonly Floating One = new(1, 0);

        public bool IsZero => Mantissa.IsZero;

        /// <summary>The place of the highest bit.</summary>
        public long Top => Exponent + Mantissa.GetBitLength();

        public static Floating Of(BigInteger numerator, BigInteger denominator)
        {
            var shift = Math.Max(0, Bits + (int)denominator.GetBitLength() - (int)numerator.GetBitLength() + 1);
            return new Floating((numerator << shift) / denominator, -shift).Cut();
        }

        public static Floating Power(Floating x, long n)
        {
            var result = One;
            for (; n > 0; n >>= 1)
            {
                if ((n & 1) != 0) result *= x;
                x *= x;
            }
            return result;
        }

        public Floating Times(BigInteger numerator, BigInteger denominator) => numerator.IsZero ? default : this * Of(numerator, denominator);

        public static Floating operator *(Floating a, Floating b) => new Floating(a.Mantissa * b.Mantissa, a.Exponent + b.Exponent).Cut();

        public static Floating operator +(Floating a, Floating b)
        {
            if (a.IsZero) return b;
            if (b.IsZero) return a;
            var (large, small) = a.Top >= b.Top ? (a, b) : (b, a);
            if (large.Top - small.Top > 2 * Bits) return large;
            var apart = (int)(large.Exponent - small.Exponent);
            return (apart >= 0 ? new Floating((large.Mantissa << apart) + small.Mantissa, small.Exponent) : new Floating(large.Mantissa + (small.Mantissa << -apart), large.Exponent)).Cut();
        }

        private Floating Cut()
        {
            var extra = (int)Mantissa.GetBitLength() - Bits;
            return extra <= 0 ? this : new Floating(Mantissa >> extra, Exponent + extra);
        }

        public Fraction ToFraction() => Exponent >= 0 ? new Fraction(Mantissa << (int)Exponent, 1) : new Fraction(Mantissa, BigInteger.One << (int)-Exponent);
    }
}
