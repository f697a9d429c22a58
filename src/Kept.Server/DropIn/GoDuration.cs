using System.Globalization;
using Kept.Model;

namespace Kept.Server.DropIn;

/// <summary>A length of time as Go writes it: <c>1h2m3.5s</c>, <c>850ms</c>. Nothing below zero, nothing beyond a year.</summary>
internal static class GoDuration
{
    private const int Longest = 64;

    /// <summary>Null where it is none.</summary>
    public static Duration? Read(string text)
    {
        if (text.Length is 0 or > Longest) return null;
        if (text == "0") return Duration.Zero;
        decimal nanoseconds = 0;
        for (var at = text[0] == '+' ? 1 : 0; ;)
        {
            var from = at;
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.')) at++;
            if (at == from || at - from > 20 || !decimal.TryParse(text.AsSpan(from, at - from), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return null;
            from = at;
            while (at < text.Length && !char.IsAsciiDigit(text[at]) && text[at] != '.') at++;
            long per = text[from..at] switch
            {
                "ns" => 1,
                "us" or "µs" or "μs" => 1_000,
                "ms" => 1_000_000,
                "s" => Duration.PerSecond,
                "m" => Duration.PerMinute,
                "h" => Duration.PerHour,
                _ => 0,
            };
            if (per == 0 || number > 366m * Duration.PerDay / per) return null;
            nanoseconds += number * per;
            if (nanoseconds > 366m * Duration.PerDay) return null;
            if (at == text.Length) return new Duration((long)nanoseconds);
        }
    }
}
