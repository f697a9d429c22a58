using System.Globalization;

namespace Kept.Import.Gatus;

/// <summary>
/// Numbers as Go reads and writes them, quirks and all: Gatus' verdicts hang on them. This is the only place of the program where binary floating point decides
/// anything, and what it decides is what Gatus would say, never what we say.
/// </summary>
internal static class GoNumber
{
    /// <summary>An integer in any of Go's notations: <c>15</c>, <c>0xF</c>, <c>0o17</c>, <c>017</c> (octal), <c>0b1111</c>, <c>1_000</c>. Null where it is none or does not fit 64 bits.</summary>
    public static long? Whole(string text)
    {
        if (text.Length == 0) return null;
        var negative = text[0] == '-';
        var digits = text[0] is '-' or '+' ? text[1..] : text;
        if (digits.Length == 0) return null;
        var (radix, from) = (10u, 0);
        if (digits[0] == '0')
            (radix, from) = digits.Length >= 3 ? char.ToLowerInvariant(digits[1]) switch { 'b' => (2u, 2), 'o' => (8u, 2), 'x' => (16u, 2), _ => (8u, 1) } : (8u, 1);
        UInt128 value = 0;
        var underscores = false;
        foreach (var c in digits.AsSpan(from))
        {
            if (c == '_')
            {
                underscores = true;
                continue;
            }
            var digit = c is >= '0' and <= '9' ? c - '0' : char.IsAsciiLetter(c) ? char.ToLowerInvariant(c) - 'a' + 10 : 99;
            if (digit >= radix) return null;
            value = value * radix + (uint)digit;
            if (value > (UInt128)1 << 63) return null;
        }
        if (underscores && !UnderscoresSeparateDigits(digits)) return null;
        if (negative) return value == (UInt128)1 << 63 ? long.MinValue : -(long)value;
        return value == (UInt128)1 << 63 ? null : (long)value;
    }

    private static bool UnderscoresSeparateDigits(string text)
    {
        var last = '^';
        var (i, isHexadecimal) = (0, false);
        if (text.Length >= 2 && text[0] == '0' && char.ToLowerInvariant(text[1]) is 'b' or 'o' or 'x')
        {
            (i, last) = (2, '0');
            isHexadecimal = char.ToLowerInvariant(text[1]) == 'x';
        }
        for (; i < text.Length; i++)
        {
            if (char.IsAsciiDigit(text[i]) || isHexadecimal && char.IsAsciiHexDigit(text[i]))
            {
                last = '0';
                continue;
            }
            if (text[i] == '_')
            {
                if (last != '0') return false;
                last = '_';
                continue;
            }
            if (last == '_') return false;
            last = '!';
        }
        return last != '_';
    }

    /// <summary>A floating-point number cut to an integer; null where the text is none. What does not fit becomes the smallest integer, as it does on the usual processors.</summary>
    public static long? Cut(string text)
    {
        if (Floating(text) is not { } number) return null;
        return double.IsNaN(number) || number is >= 9223372036854775808.0 or < -9223372036854775808.0 ? long.MinValue : (long)number;
    }

    /// <summary>Null where the text is no number, or too large for one.</summary>
    public static double? Floating(string text)
    {
        var body = text.TrimStart('+', '-');
        if (text.Length - body.Length > 1 || body.Length == 0) return null;
        switch (body.ToLowerInvariant())
        {
            case "inf" or "infinity": return text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            case "nan" when body.Length == text.Length: return double.NaN;
        }
        if (body.Contains('_'))
        {
            if (!UnderscoresSeparateDigits(body)) return null;
            text = text.Replace("_", "", StringComparison.Ordinal);
        }
        // hexadecimal floats are Go, and nobody writes them into a configuration
        if (!char.IsAsciiDigit(body[0]) && body[0] != '.') return null;
        return double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number : null;
    }

    /// <summary>As <c>%v</c> prints it: the shortest digits that read back, and an exponent from a million on (<c>1e+06</c>, <c>1.2345678e+07</c>).</summary>
    public static string Printed(double number) => Written(number, exponent => exponent is < -4 or >= 6, twoDigits: true);

    /// <summary>As JSON text: an exponent below a millionth and from 10²¹ on.</summary>
    public static string AsJson(double number)
    {
        var size = Math.Abs(number);
        return Written(number, _ => size != 0 && (size < 1e-6 || size >= 1e21), twoDigits: false);
    }

    private static string Written(double number, Func<int, bool> withExponent, bool twoDigits)
    {
        if (double.IsNaN(number)) return "NaN";
        if (double.IsInfinity(number)) return number > 0 ? "+Inf" : "-Inf";
        var (digits, exponent) = Digits(Math.Abs(number));
        var sign = double.IsNegative(number) ? "-" : "";
        if (withExponent(exponent))
        {
            var size = Math.Abs(exponent).ToString(twoDigits || exponent > 0 ? "00" : "0", CultureInfo.InvariantCulture);
            return $"{sign}{digits[0]}{(digits.Length > 1 ? "." + digits[1..] : "")}e{(exponent < 0 ? '-' : '+')}{size}";
        }
        if (exponent < 0) return sign + "0." + new string('0', -exponent - 1) + digits;
        return digits.Length <= exponent + 1 ? sign + digits.PadRight(exponent + 1, '0') : sign + digits[..(exponent + 1)] + "." + digits[(exponent + 1)..];
    }

    /// <summary>The shortest digits that read back, without zeros at the end, and the power of ten of the first.</summary>
    private static (string Digits, int Exponent) Digits(double number)
    {
        if (number == 0) return ("0", 0);
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        var power = 0;
        if (text.IndexOf('E') is var e and > 0)
        {
            power = int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = text[..e];
        }
        var point = text.IndexOf('.');
        var whole = point < 0 ? text : text[..point];
        var all = whole + (point < 0 ? "" : text[(point + 1)..]);
        var zeros = all.Length - all.TrimStart('0').Length;
        return (all[zeros..].TrimEnd('0'), whole.Length - 1 - zeros + power);
    }
}
