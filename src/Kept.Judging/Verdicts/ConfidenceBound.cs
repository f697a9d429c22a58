using System.Numerics;
using Kept.Model;

namespace Kept.Judging;

/// <summary>
/// One-sided exact binomial bounds (C. J. Clopper, E. S. Pearson, <i>The use of confidence or fiducial limits illustrated in the case of the binomial</i>,
/// Biometrika 26 (1934) 404–413). The lower bound of level c reaches p exactly when, were the true share p, a sample at least this good would have a
/// probability of at most 1 − c; the upper bound likewise. So no bound is computed, only that tail, as an interval that surely holds it: integers of
/// 128 bits with an exponent, rounded down and up. Where the interval does not decide, the answer is no, which leaves the verdict unknown.
/// </summary>
internal static class ConfidenceBound
{
    /// <summary>More terms than this are not summed; the answer is no.</summary>
    private const long MostTerms = 50_000;

    /// <summary>
    /// The level to ask for where shares between 0 and 1 are added and not good and bad ones: the tail of their sum is at most e times that of the binomial (V. Bentkus,
    /// <i>On Hoeffding's inequalities</i>, Annals of Probability 32 (2004) 1650–1673, theorem 1.2), with the sum moved to the whole number on the cautious side.
    /// </summary>
    public static decimal OfShares(decimal confidence) => 1 - ((1 - confidence) / 2.7182818284590452353602874714m);

    /// <summary>How many further good ones are needed, after those, until the share is surely satisfied: found by halving, for more good ones never say less. Null beyond a billion.</summary>
    public static long? Needed(ShareRule rule, long satisfying, long counted, decimal confidence) =>
        rule.WantsMany ? Least(more => Confirms(rule, satisfying + more, counted + more, confidence)) : null;

    /// <summary>The same for bad ones, until the share is surely violated.</summary>
    public static long? NeededBad(ShareRule rule, long satisfying, long counted, decimal confidence) =>
        rule.WantsMany ? Least(more => Excludes(rule, satisfying, counted + more, confidence)) : null;

    private static long? Least(Func<long, bool> suffices)
    {
        long low = 0, high = 1;
        while (!suffices(high))
        {
            if (high > 1_000_000_000) return null;
            (low, high) = (high, high * 2);
        }
        while (high - low > 1)
        {
            var middle = low + ((high - low) / 2);
            if (suffices(middle)) high = middle;
            else low = middle;
        }
        return high;
    }

    /// <summary>
    /// The same where looks have weights. Bad points over the heaviest weight are a sum of shares between 0 and 1, one for each look, so <see cref="OfShares"/> bounds its
    /// tail by the binomial over as many looks of the same mean; that mean is rounded to the cautious side.
    /// </summary>
    /// <param name="rule">What share of the points must satisfy.</param>
    /// <param name="satisfying">Points that do.</param>
    /// <param name="counted">All points.</param>
    /// <param name="looks">The looks they are of.</param>
    /// <param name="heaviest">The most points that a look is.</param>
    /// <param name="confidence">The level.</param>
    public static bool ConfirmsPoints(ShareRule rule, long satisfying, long counted, long looks, long heaviest, decimal confidence) =>
        Confirms(new ShareRule(Comparison.GreaterOrEqual, 1 - Odds(rule, counted, looks, heaviest, isUp: false)), looks - Bundles(counted - satisfying, heaviest, isUp: true), looks, OfShares(confidence));

    /// <summary>The same for what is surely violated.</summary>
    public static bool ExcludesPoints(ShareRule rule, long satisfying, long counted, long looks, long heaviest, decimal confidence) =>
        Excludes(new ShareRule(Comparison.GreaterOrEqual, 1 - Odds(rule, counted, looks, heaviest, isUp: true)), looks - Bundles(counted - satisfying, heaviest, isUp: false), looks, OfShares(confidence));

    /// <summary>How many looks, all good and in the proportion of those counted, it takes to say so; null beyond a billion.</summary>
    public static long? NeededOfPoints(ShareRule rule, long counted, long looks, long heaviest, decimal confidence) =>
        Needed(new ShareRule(Comparison.GreaterOrEqual, 1 - Odds(rule, counted, looks, heaviest, isUp: false)), 0, 0, OfShares(confidence));

    private static long Bundles(long points, long heaviest, bool isUp) => (points + (isUp ? heaviest - 1 : 0)) / heaviest;

    /// <summary>The mean of what one look adds, where just so many points are bad as the rule allows.</summary>
    private static decimal Odds(ShareRule rule, long counted, long looks, long heaviest, bool isUp)
    {
        const long Digits = 1_000_000_000_000_000_000;
        var odds = Fraction.Of(1 - rule.Level) * new Fraction(counted, (BigInteger)Math.Max(1, looks) * heaviest) * Fraction.Of(Digits);
        return Math.Min(1, (decimal)(isUp ? odds.Ceiling : odds.Floor) / Digits);
    }

    /// <summary>The share surely satisfies the rule.</summary>
    public static bool Confirms(ShareRule rule, long satisfying, long counted, decimal confidence)
    {
        // "At least p of them good" is "at most 1 − p of them bad"; "at most p" the same with the sides exchanged.
        var (misses, odds) = rule.WantsMany ? (counted - satisfying, 1 - rule.Level) : (satisfying, rule.Level);
        var (_, high) = AtMost(misses, counted, odds, enoughAbove: 1 - confidence);
        return high is { } tail && tail.CompareTo(Bracket.Of(1 - confidence, up: false)) <= 0;
    }

    /// <summary>The share surely violates the rule.</summary>
    public static bool Excludes(ShareRule rule, long satisfying, long counted, decimal confidence)
    {
        var (misses, odds) = rule.WantsMany ? (counted - satisfying, 1 - rule.Level) : (satisfying, rule.Level);
        if (misses == 0) return false;
        // P(at least so many misses) = 1 − P(at most one less) must not exceed 1 − c.
        var (low, _) = AtMost(misses - 1, counted, odds, enoughAbove: confidence);
        return low is { } rest && rest.CompareTo(Bracket.Of(confidence, up: true)) >= 0;
    }

    /// <summary>
    /// P(X ≤ k) for X binomial over n trials with probability q, from below and from above; null where it takes too long. Summing stops as soon as the lower
    /// end has passed <paramref name="enoughAbove"/>; then the upper end is one.
    /// </summary>
    private static (Bracket? Low, Bracket? High) AtMost(long k, long n, decimal q, decimal enoughAbove)
    {
        if (k >= n) return (Bracket.Of(1, up: false), Bracket.Of(1, up: true));
        var (hit, denominator) = RecordUnits.Rational(q);
        var miss = denominator - hit;
        var enough = Bracket.Of(enoughAbove, up: true);
        var termLow = Bracket.Power(Bracket.Ratio(miss, denominator, up: false), n, up: false);
        var termHigh = Bracket.Power(Bracket.Ratio(miss, denominator, up: true), n, up: true);
        Bracket low = termLow, high = termHigh;
        for (long i = 0; i < k; i++)
        {
            if (low.CompareTo(enough) > 0) return (low, Bracket.Of(1, up: true));
            if (i >= MostTerms) return (null, null);
            var up = (n - i) * hit;
            var down = (i + 1) * miss;
            termLow = termLow.Times(up, down, up: false);
            termHigh = termHigh.Times(up, down, up: true);
            low = low.Plus(termLow, up: false);
            high = high.Plus(termHigh, up: true);
        }
        return (low, high);
    }

    /// <summary>A positive number m · 2^e with at most 128 bits of m, rounded to one side.</summary>
    private readonly record struct Bracket(BigInteger Mantissa, long Exponent)
    {
        private const int Precision = 128;

        public static Bracket Of(decimal value, bool up)
        {
            var (numerator, denominator) = RecordUnits.Rational(value);
            return Ratio(numerator, denominator, up);
        }

        public static Bracket Ratio(BigInteger numerator, BigInteger denominator, bool up)
        {
            if (numerator.IsZero) return new Bracket(0, 0);
            var shift = Math.Max(0, Precision + (int)denominator.GetBitLength() - (int)numerator.GetBitLength() + 1);
            var quotient = BigInteger.DivRem(numerator << shift, denominator, out var remainder);
            return Rounded(up && !remainder.IsZero ? quotient + 1 : quotient, -shift, up);
        }

        public static Bracket Power(Bracket x, long n, bool up)
        {
            var result = new Bracket(1, 0);
            for (; n > 0; n >>= 1)
            {
                if ((n & 1) != 0) result = Rounded(result.Mantissa * x.Mantissa, result.Exponent + x.Exponent, up);
                x = Rounded(x.Mantissa * x.Mantissa, x.Exponent * 2, up);
            }
            return result;
        }

        public Bracket Times(BigInteger numerator, BigInteger denominator, bool up)
        {
            var r = Ratio(numerator, denominator, up);
            return Rounded(Mantissa * r.Mantissa, Exponent + r.Exponent, up);
        }

        public Bracket Plus(Bracket other, bool up)
        {
            if (Mantissa.IsZero) return other;
            if (other.Mantissa.IsZero) return this;
            var (large, small) = Top >= other.Top ? (this, other) : (other, this);
            var apart = large.Exponent - small.Exponent;
            if (large.Top - small.Top > 2 * Precision) return up ? Rounded((large.Mantissa << Precision) + 1, large.Exponent - Precision, up) : large;
            return apart >= 0
                ? Rounded((large.Mantissa << (int)apart) + small.Mantissa, small.Exponent, up)
                : Rounded(large.Mantissa + (small.Mantissa << (int)-apart), large.Exponent, up);
        }

        public int CompareTo(Bracket other)
        {
            if (Mantissa.IsZero || other.Mantissa.IsZero) return Mantissa.Sign.CompareTo(other.Mantissa.Sign);
            if (Top != other.Top) return Top.CompareTo(other.Top);
            var apart = (int)(Exponent - other.Exponent);
            return apart >= 0 ? (Mantissa << apart).CompareTo(other.Mantissa) : Mantissa.CompareTo(other.Mantissa << -apart);
        }

        /// <summary>The place of the highest bit.</summary>
        private long Top => Exponent + Mantissa.GetBitLength();

        private static Bracket Rounded(BigInteger mantissa, long exponent, bool up)
        {
            var extra = (int)mantissa.GetBitLength() - Precision;
            if (extra <= 0) return new Bracket(mantissa, exponent);
            var cut = mantissa >> extra;
            if (up && cut << extra != mantissa) cut++;
            return new Bracket(cut, exponent + extra);
        }
    }
}
