using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Kept.Judging;

/// <summary>
/// Reads numbers that others wrote as exact decimals. <c>decimal.Parse</c> silently rounds what has too many digits; here such a number does not fit, and
/// what does not fit is not compared.
/// </summary>
internal static class ExactNumber
{
    private const int LongestText = 1024;

    /// <summary>False when the number needs more digits, or a larger exponent, than a decimal holds.</summary>
    public static bool TryRead(JsonElement number, out decimal value)
    {
        if (number.TryGetInt64(out var whole))
        {
            value = whole;
            return true;
        }
        return TryRead(JsonMarshal.GetRawUtf8Value(number), out value);
    }

    /// <summary>A text that is nothing but a number in JSON's form.</summary>
    public static bool TryRead(string text, out decimal value)
    {
        value = 0;
        if (text.Length is 0 or > LongestText) return false;
        foreach (var c in text)
            if (!char.IsAsciiDigit(c) && c is not ('-' or '+' or '.' or 'e' or 'E'))
                return false;
        return TryRead(Encoding.ASCII.GetBytes(text), out value);
    }

    private static bool TryRead(ReadOnlySpan<byte> text, out decimal value)
    {
        value = 0;
        if (text.Length > LongestText) return false;
        if (!decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value))
            return false;
        if (text.Length <= 28 && text.IndexOfAny((byte)'e', (byte)'E') < 0) return true; // at most 28 digits and no exponent: nothing can have been rounded
        Span<byte> back = stackalloc byte[40];
        if (!value.TryFormat(back, out var length, default, CultureInfo.InvariantCulture)) return false;
        return Significant(text) == Significant(back[..length]);
    }

    /// <summary>Digits without zeros at either end, and the power of ten of the last one: equal for equal numbers.</summary>
    private static (string Digits, long Exponent) Significant(ReadOnlySpan<byte> text)
    {
        var digits = new StringBuilder(text.Length);
        long exponent = 0;
        var afterPoint = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '.') afterPoint = true;
            else if (c is (byte)'e' or (byte)'E')
            {
                if (!long.TryParse(text[(i + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var written) || Math.Abs(written) > 1_000_000) return ("?", 0);
                exponent += written;
                break;
            }
            else if (char.IsAsciiDigit((char)c))
            {
                if (afterPoint) exponent--;
                if (c != '0' || digits.Length > 0) digits.Append((char)c);
            }
        }
        while (digits.Length > 0 && digits[^1] == '0')
        {
            digits.Length--;
            exponent++;
        }
        return digits.Length == 0 ? ("", 0) : (digits.ToString(), exponent);
    }
}
