using System.Globalization;
using Kept.Model;

namespace Kept.Checks.Feed;

/// <summary>Dates as feeds write them: RFC 3339 (Atom, JSON, Dublin Core) and RFC 822 with its later forms (RSS).</summary>
internal static class FeedDate
{
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    /// <summary>The zones of RFC 822 §5.1, in minutes.</summary>
    private static readonly Dictionary<string, int> Zones = new(StringComparer.OrdinalIgnoreCase)
    {
        ["GMT"] = 0,
        ["UT"] = 0,
        ["UTC"] = 0,
        ["Z"] = 0,
        ["EST"] = -300,
        ["EDT"] = -240,
        ["CST"] = -360,
        ["CDT"] = -300,
        ["MST"] = -420,
        ["MDT"] = -360,
        ["PST"] = -480,
        ["PDT"] = -420,
    };

    /// <summary>The later of two dates; null where neither can be read.</summary>
    public static Instant? Later(string? one, string? other) => (Read(one), Read(other)) switch
    {
        ({ } a, { } b) => a >= b ? a : b,
        var (a, b) => a ?? b,
    };

    public static Instant? Read(string? text)
    {
        if (text is null || text.Length > 64) return null;
        text = text.Trim();
        return text is [>= '0' and <= '9', >= '0' and <= '9', >= '0' and <= '9', >= '0' and <= '9', '-', ..] ? Rfc3339(text) : Rfc822(text);
    }

    private static Instant? Rfc3339(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? Of(at) : null;

    /// <summary><c>Sat, 07 Sep 2002 00:00:01 GMT</c>; the day's name, the seconds and a year of four digits may be missing.</summary>
    private static Instant? Rfc822(string text)
    {
        var words = text[(text.IndexOf(',', StringComparison.Ordinal) + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is not [var dayText, var monthText, var yearText, var clock, ..] || words.Length > 5) return null;
        var month = monthText.Length >= 3 ? Array.IndexOf(Months, monthText[..3].ToLowerInvariant()) + 1 : 0;
        var parts = clock.Split(':');
        if (month == 0 || parts.Length is < 2 or > 3 || Whole(dayText) is not { } day || Whole(yearText) is not { } year || Whole(parts[0]) is not { } hour || Whole(parts[1]) is not { } minute) return null;
        var second = parts.Length == 3 ? Whole(parts[2]) : 0;
        if (yearText.Length == 2) year += year < 50 ? 2000 : 1900; // RFC 2822 §4.3
        if (second is null || Offset(words.Length == 5 ? words[4] : "GMT") is not { } offset) return null;
        if (year is < 1900 or > 2200 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 60) return null;
        return Of(new DateTimeOffset(year, month, day, hour, minute, Math.Min(second.Value, 59), TimeSpan.Zero).AddMinutes(-offset));
    }

    private static int? Offset(string zone)
    {
        if (Zones.TryGetValue(zone, out var named)) return named;
        if (zone is not [('+' or '-') and var sign, .. var digits] || digits.Replace(":", "", StringComparison.Ordinal) is not { Length: 4 } four || Whole(four[..2]) is not { } hours || Whole(four[2..]) is not { } minutes) return null;
        return hours > 23 || minutes > 59 ? null : (sign == '-' ? -1 : 1) * (hours * 60 + minutes);
    }

    private static int? Whole(string digits) => digits.Length <= 4 && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>What lies outside the years that are counted here is no date.</summary>
    private static Instant? Of(DateTimeOffset at) => at.Year is >= 1900 and <= 2200 ? Instant.From(at) : null;
}
