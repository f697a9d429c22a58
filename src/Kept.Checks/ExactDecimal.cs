using System.Globalization;

namespace Kept.Checks;

/// <summary>Reads figures that others wrote, also with an exponent, exactly or not at all.</summary>
internal static class ExactDecimal
{
    private const int MostDigits = 28;

    /// <summary>
    /// Null for what is no finite number, and for one that a decimal does not hold to its last digit: a figure that was rounded could pass where the true one fails.
    /// </summary>
    public static decimal? Read(ReadOnlySpan<char> text)
    {
        if (!decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number)) return null;
        var end = text.IndexOfAny('e', 'E');
        var exponent = 0;
        if (end >= 0 && !int.TryParse(text[(end + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)) return null;
        var mantissa = end < 0 ? text : text[..end];
        // From the first digit that counts to the last: so many are needed, and the last of them stands so far behind the point.
        var (first, last, point, digits) = (-1, -1, -1, 0);
        foreach (var c in mantissa)
        {
            if (c == '.') point = digits;
            else if (char.IsAsciiDigit(c))
            {
                digits++;
                if (c == '0') continue;
                last = digits;
                if (first < 0) first = digits;
            }
        }
        if (last < 0) return 0;
        var behind = (long)last - (point < 0 ? digits : point) - exponent;
        return last - first < MostDigits && behind <= MostDigits ? number / 1.0000000000000000000000000000m : null;
    }
}
