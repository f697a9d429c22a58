using System.Collections.Frozen;
using System.Globalization;
using Kept.Model;

namespace Kept.Language;

/// <summary>
/// Reads numbers with units: exact decimals, never binary floating point. Everything is bounded so that later arithmetic cannot overflow: 15 digits before
/// the point and 9 after, times up to 100 years in whole nanoseconds, sizes below 1 PB in whole bytes, rates of at most 12 digits over at most 400 days
/// (then the cross multiplication that compares two rates fits a decimal exactly).
/// </summary>
internal static class ValueReader
{
    private const int WholeDigits = 15, FractionDigits = 9, RateDigits = 12;
    private static readonly decimal LongestTime = 36_525m * Duration.PerDay;
    private static readonly decimal LargestSize = 1_000_000_000_000_000m;
    private static readonly Duration LongestPeriod = Duration.Days(400);

    private static readonly FrozenDictionary<string, long> Times = new Dictionary<string, long>
    {
        ["ns"] = 1,
        ["us"] = Duration.PerMicrosecond,
        ["ms"] = Duration.PerMillisecond,
        ["s"] = Duration.PerSecond,
        ["m"] = Duration.PerMinute,
        ["h"] = Duration.PerHour,
        ["d"] = Duration.PerDay,
        ["w"] = Duration.PerWeek,
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, long> Sizes = new Dictionary<string, long>
    {
        ["B"] = 1,
        ["kB"] = 1000,
        ["MB"] = 1_000_000,
        ["GB"] = 1_000_000_000,
        ["KiB"] = 1L << 10,
        ["MiB"] = 1L << 20,
        ["GiB"] = 1L << 30,
    }.ToFrozenDictionary();

    /// <summary>What people write for our units. Exact case is tried first, so that MB and ms stay apart.</summary>
    private static readonly FrozenDictionary<string, string> Habits = new Dictionary<string, string>
    {
        ["sec"] = "s",
        ["secs"] = "s",
        ["second"] = "s",
        ["seconds"] = "s",
        ["min"] = "m",
        ["mins"] = "m",
        ["minute"] = "m",
        ["minutes"] = "m",
        ["hr"] = "h",
        ["hrs"] = "h",
        ["hour"] = "h",
        ["hours"] = "h",
        ["day"] = "d",
        ["days"] = "d",
        ["week"] = "w",
        ["weeks"] = "w",
        ["wk"] = "w",
        ["msec"] = "ms",
        ["msecs"] = "ms",
        ["millis"] = "ms",
        ["millisecond"] = "ms",
        ["milliseconds"] = "ms",
        ["usec"] = "us",
        ["µs"] = "us",
        ["μs"] = "us",
        ["nsec"] = "ns",
        ["k"] = "kB",
        ["kb"] = "kB",
        ["mb"] = "MB",
        ["gb"] = "GB",
        ["kib"] = "KiB",
        ["mib"] = "MiB",
        ["gib"] = "GiB",
        ["b"] = "B",
        ["byte"] = "B",
        ["bytes"] = "B",
        ["percent"] = "%",
        ["pct"] = "%",
        ["rps"] = "/s",
        ["qps"] = "/s",
        ["tps"] = "/s",
        ["rpm"] = "/m",
    }.ToFrozenDictionary();

    /// <summary>The outcome: a quantity, or what is wrong. A number without a unit has the dimension Number.</summary>
    public readonly record struct Reading(Quantity? Quantity, string Code = "", string Message = "", string? Write = null, string? Help = null)
    {
        /// <summary>Help that shows <see cref="Write"/> in the whole expression.</summary>
        public string? HelpIn(ExpressionSource source, int start, int length) => Write is null ? Help : "write " + source.With(start, length, Write) + (Help is null ? "" : "; " + Help);
    }

    public static bool IsUnit(string word) => Times.ContainsKey(word) || Sizes.ContainsKey(word) || Habits.ContainsKey(word.ToLowerInvariant()) || word is "month" or "months" or "year" or "years";

    /// <summary>Unit names by dimension, for help texts.</summary>
    public static string[] Examples(string number, Dimension dimension) => dimension switch
    {
        Dimension.Time => [number + "s", number + "ms"],
        Dimension.Ratio => [Share(number)],
        Dimension.Size => [number + "kB", number + "KiB"],
        Dimension.Rate => [number + "/s", number + "/m"],
        _ => [number],
    };

    private static string Share(string number) =>
        decimal.TryParse(number, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) && amount is > 0 and <= 1
            ? (amount * 100).ToString("0.#########", CultureInfo.InvariantCulture) + "%"
            : number + "%";

    public static Reading Read(string text)
    {
        var end = text.StartsWith('-') ? 1 : 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.' && end + 1 < text.Length && char.IsAsciiDigit(text[end + 1]))) end++;
        var number = text[..end];
        var unit = text[end..];
        if (number.Count(c => c == '.') > 1) return new(null, ExpressionCodes.Value, $"{ExpressionSource.Quoted(text)} is not a number", Help: "a version or an address is text: write it in quotes");
        if (number is "" or "-") return new(null, ExpressionCodes.Value, $"{ExpressionSource.Quoted(text)} is not a number", Help: "write digits and a unit, as in `5s`");
        var point = number.IndexOf('.', StringComparison.Ordinal);
        var whole = (point < 0 ? number : number[..point]).TrimStart('-').TrimStart('0');
        var fraction = point < 0 ? "" : number[(point + 1)..].TrimEnd('0');
        var digits = unit is "ns" or "us" ? 19 : WholeDigits;
        if (whole.Length > digits || fraction.Length > FractionDigits || text.Length > 100)
            return new(null, ExpressionCodes.Bounds, $"a number has at most {WholeDigits} digits before the point and {FractionDigits} after", Help: "choose a larger or smaller unit");
        var amount = decimal.Parse((number[0] == '-' ? "-" : "") + (whole.Length == 0 ? "0" : whole) + (fraction.Length == 0 ? "" : "." + fraction),
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        if (amount == 0) amount = 0; // -0 is 0
        if (unit.Length == 0) return new(Quantity.Number(amount));
        if (unit == "%") return new(Quantity.Ratio(amount / 100));
        if (Times.TryGetValue(unit, out var time)) return Time(amount, time);
        if (Sizes.TryGetValue(unit, out var size)) return Size(amount, size);
        return unit.IndexOf('/', StringComparison.Ordinal) is var slash and >= 0
            ? Rate(text, number, amount, unit[..slash], unit[(slash + 1)..], whole.Length + fraction.Length)
            : Unknown(text, number, amount, unit);
    }

    private static Reading Time(decimal amount, long unit)
    {
        if (Math.Abs(amount) * unit > LongestTime) return new(null, ExpressionCodes.Bounds, "no time here is longer than 100 years", Help: "write a shorter time");
        var nanoseconds = amount * unit;
        return nanoseconds == decimal.Truncate(nanoseconds)
            ? new(Quantity.Time(new Duration((long)nanoseconds)))
            : new(null, ExpressionCodes.Bounds, "time is counted in whole nanoseconds", Help: "leave out the digits below one nanosecond");
    }

    private static Reading Size(decimal amount, long unit)
    {
        if (Math.Abs(amount) * unit >= LargestSize) return new(null, ExpressionCodes.Bounds, "no size here reaches 1,000,000 GB", Help: "write a smaller size");
        var bytes = amount * unit;
        return bytes == decimal.Truncate(bytes)
            ? new(Quantity.Bytes(decimal.Truncate(bytes)))
            : new(null, ExpressionCodes.Bounds, "sizes are whole bytes", Help: $"write {ExpressionSource.Quoted(decimal.Round(bytes).ToString(CultureInfo.InvariantCulture) + "B")}");
    }

    private static Reading Rate(string text, string number, decimal amount, string counted, string period, int digits)
    {
        var end = 0;
        while (end < period.Length && char.IsAsciiDigit(period[end])) end++;
        var (count, unit) = (end == 0 ? "1" : period[..end], period[end..]);
        if (!Times.TryGetValue(unit, out var length))
        {
            var habit = Habits.GetValueOrDefault(unit.ToLowerInvariant());
            return habit is not null && Times.ContainsKey(habit)
                ? new(null, ExpressionCodes.Value, $"the unit {ExpressionSource.Quoted(unit)} is written {ExpressionSource.Quoted(habit)}", $"{number}/{period[..end]}{habit}")
                : new(null, ExpressionCodes.Value, $"{ExpressionSource.Quoted(text)} is not a rate", Help: "a rate is a number per time: `500/s`, `30/m`, `10/7d`; the units are ns us ms s m h d w");
        }
        if (counted.Length > 0)
            return new(null, ExpressionCodes.Value, $"a rate counts without a name: {ExpressionSource.Quoted(counted)} is too much", $"{number}/{period}");
        if (count.Length > 9 || count.TrimStart('0').Length == 0 || decimal.Parse(count, CultureInfo.InvariantCulture) * length > LongestPeriod.Nanoseconds)
            return new(null, ExpressionCodes.Bounds, "the period of a rate is more than nothing and at most 400d", Help: "write a shorter period");
        return digits > RateDigits
            ? new(null, ExpressionCodes.Bounds, $"a rate has at most {RateDigits} digits, so that rates over different periods compare exactly", Help: "round it, or choose another period")
            : new(Quantity.Rate(amount, new Duration(long.Parse(count, CultureInfo.InvariantCulture) * length)));
    }

    private static Reading Unknown(string text, string number, decimal amount, string unit)
    {
        if (Compound(text) is { } sum)
            return new(null, ExpressionCodes.Value, $"{ExpressionSource.Quoted(text)} mixes units", sum.ToString(), "one number, one unit");
        var lower = unit.ToLowerInvariant();
        var right = Habits.GetValueOrDefault(unit) ?? Times.Keys.Concat(Sizes.Keys).FirstOrDefault(known => known.Equals(unit, StringComparison.OrdinalIgnoreCase)) ?? Habits.GetValueOrDefault(lower);
        if (right is not null) return new(null, ExpressionCodes.Value, $"the unit {ExpressionSource.Quoted(unit)} is written {ExpressionSource.Quoted(right)}", number + right);
        return lower switch
        {
            "tb" or "tib" => new(null, ExpressionCodes.Value, $"{ExpressionSource.Quoted(unit)} is no unit here", Math.Abs(amount) < 1000 ? Plain(amount * (lower == "tb" ? 1000 : 1024)) + (lower == "tb" ? "GB" : "GiB") : null),
            "month" or "months" or "mo" => new(null, ExpressionCodes.Value, "months differ in length", Plain(amount * 30) + "d", "a calendar window is written `over this month ZONE`"),
            "year" or "years" or "y" or "yr" => new(null, ExpressionCodes.Value, "years differ in length", Plain(amount * 365) + "d", "a calendar window is written `over this year ZONE`"),
            _ => new(null, ExpressionCodes.Value, $"{ExpressionSource.Quoted(text)} is not a value: {ExpressionSource.Quoted(unit)} is no unit",
                Help: "units are ns us ms s m h d w, B kB MB GB KiB MiB GiB, %, and rates as in 500/s or 10/7d; there is no arithmetic, and text stands in quotes"),
        };
    }

    /// <summary><c>1h30m</c>: what it adds up to, for the help text.</summary>
    private static Duration? Compound(string text)
    {
        decimal sum = 0;
        var parts = 0;
        for (var i = 0; i < text.Length && text.Length <= 40; parts++)
        {
            var digits = i;
            while (i < text.Length && char.IsAsciiDigit(text[i])) i++;
            var unit = i;
            while (i < text.Length && char.IsLetter(text[i])) i++;
            if (unit == digits || unit - digits > 9 || i == unit || !Times.TryGetValue(text[unit..i], out var length)) return null;
            sum += decimal.Parse(text.AsSpan(digits, unit - digits), CultureInfo.InvariantCulture) * length;
        }
        return parts > 1 && sum <= LongestTime ? new Duration((long)sum) : null;
    }

    private static string Plain(decimal amount) => amount.ToString("0.#########", CultureInfo.InvariantCulture);
}
