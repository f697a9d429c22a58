using System.Buffers;
using System.Globalization;

namespace Kept.Import.Gatus;

/// <summary>Lengths of time as Go reads and writes them, in nanoseconds. Days and weeks are no units of Go, which is why <c>30d</c> is nothing to Gatus.</summary>
internal static class GoDuration
{
    private const ulong Most = 1UL << 63;

    private static readonly SearchValues<char> OfNumbers = SearchValues.Create(".0123456789");

    /// <summary>A signed sum of numbers with units: <c>1h30m</c>, <c>1.5h</c>, <c>-2ms</c>, and <c>0</c> alone. Null where it is none, or longer than 292 years.</summary>
    public static long? Read(string text)
    {
        if (text.Length == 0) return null;
        var negative = text[0] == '-';
        var rest = text[0] is '-' or '+' ? text.AsSpan(1) : text.AsSpan();
        if (rest is "0") return 0;
        if (rest.IsEmpty) return null;
        ulong sum = 0;
        while (!rest.IsEmpty)
        {
            if (rest[0] != '.' && !char.IsAsciiDigit(rest[0])) return null;
            var before = rest.Length;
            if (Leading(ref rest) is not { } whole) return null;
            var hasDigits = before != rest.Length;
            var (fraction, scale) = (0UL, 1.0);
            if (!rest.IsEmpty && rest[0] == '.')
            {
                rest = rest[1..];
                var inFraction = rest.Length;
                (fraction, scale) = Fraction(ref rest);
                hasDigits |= inFraction != rest.Length;
            }
            if (!hasDigits) return null;
            var end = rest.IndexOfAny(OfNumbers);
            var unit = Unit(end < 0 ? rest : rest[..end]);
            if (unit == 0 || whole > Most / unit) return null;
            rest = end < 0 ? [] : rest[end..];
            var value = whole * unit;
            if (fraction > 0)
            {
                value += (ulong)(fraction * (unit / scale));
                if (value > Most) return null;
            }
            if (sum > Most - value) return null;
            sum += value;
        }
        if (negative) return sum == Most ? long.MinValue : -(long)sum;
        return sum == Most ? null : (long)sum;
    }

    /// <summary>
    /// Whole seconds in Go's form with zeros at the end cut off, as Gatus shows them. It cuts letters, not parts, so that ten minutes read <c>1</c>; that is copied.
    /// </summary>
    public static string Shown(long milliseconds)
    {
        var seconds = unchecked(milliseconds * 1_000_000) / 1_000_000_000;
        if (seconds == 0) return "0s";
        var size = (ulong)(seconds < 0 ? -(Int128)seconds : seconds);
        var (hours, minutes, rest) = (size / 3600, size / 60 % 60, size % 60);
        var text = (seconds < 0 ? "-" : "") + (hours > 0 ? $"{N(hours)}h{N(minutes)}m{N(rest)}s" : minutes > 0 ? $"{N(minutes)}m{N(rest)}s" : $"{N(rest)}s");
        if (!text.EndsWith("0s", StringComparison.Ordinal)) return text;
        text = text[..^2];
        return text.EndsWith("0m", StringComparison.Ordinal) ? text[..^2] : text;
    }

    private static string N(ulong number) => number.ToString(CultureInfo.InvariantCulture);

    private static ulong Unit(ReadOnlySpan<char> name) => name switch
    {
        "ns" => 1,
        "us" or "µs" or "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => 0,
    };

    private static ulong? Leading(ref ReadOnlySpan<char> text)
    {
        ulong value = 0;
        while (!text.IsEmpty && char.IsAsciiDigit(text[0]))
        {
            if (value > Most / 10) return null;
            value = value * 10 + (ulong)(text[0] - '0');
            if (value > Most) return null;
            text = text[1..];
        }
        return value;
    }

    /// <summary>Digits beyond what fits are passed over.</summary>
    private static (ulong Value, double Scale) Fraction(ref ReadOnlySpan<char> text)
    {
        var (value, scale, full) = (0UL, 1.0, false);
        for (; !text.IsEmpty && char.IsAsciiDigit(text[0]); text = text[1..])
        {
            if (full) continue;
            if (value > (Most - 1) / 10)
            {
                full = true;
                continue;
            }
            var next = value * 10 + (ulong)(text[0] - '0');
            if (next > Most)
            {
                full = true;
                continue;
            }
            (value, scale) = (next, scale * 10);
        }
        return (value, scale);
    }
}
