using System.Globalization;
using System.Text;

namespace Kept.Model;

/// <summary>A length of time in whole nanoseconds; may be negative (a certificate that expired). Holds about ±292 years.</summary>
public readonly record struct Duration(long Nanoseconds) : IComparable<Duration>
{
    public const long PerMicrosecond = 1_000, PerMillisecond = 1_000_000, PerSecond = 1_000_000_000,
        PerMinute = 60 * PerSecond, PerHour = 60 * PerMinute, PerDay = 24 * PerHour, PerWeek = 7 * PerDay;

    public static readonly Duration Zero;

    public static Duration Milliseconds(long n) => new(n * PerMillisecond);
    public static Duration Seconds(long n) => new(n * PerSecond);
    public static Duration Minutes(long n) => new(n * PerMinute);
    public static Duration Hours(long n) => new(n * PerHour);
    public static Duration Days(long n) => new(n * PerDay);
    public static Duration From(TimeSpan span) => new(span.Ticks * 100);

    public TimeSpan ToTimeSpan() => new(Nanoseconds / 100);

    public static Duration operator +(Duration a, Duration b) => new(a.Nanoseconds + b.Nanoseconds);
    public static Duration operator -(Duration a, Duration b) => new(a.Nanoseconds - b.Nanoseconds);
    public static Duration operator *(Duration a, long n) => new(a.Nanoseconds * n);
    public static Duration operator /(Duration a, long n) => new(a.Nanoseconds / n);
    public static bool operator <(Duration a, Duration b) => a.Nanoseconds < b.Nanoseconds;
    public static bool operator >(Duration a, Duration b) => a.Nanoseconds > b.Nanoseconds;
    public static bool operator <=(Duration a, Duration b) => a.Nanoseconds <= b.Nanoseconds;
    public static bool operator >=(Duration a, Duration b) => a.Nanoseconds >= b.Nanoseconds;

    public int CompareTo(Duration other) => Nanoseconds.CompareTo(other.Nanoseconds);

    private static readonly (long Size, string Name)[] Units =
    [
        (PerWeek, "w"), (PerDay, "d"), (PerHour, "h"), (PerMinute, "m"), (PerSecond, "s"), (PerMillisecond, "ms"), (PerMicrosecond, "us"), (1, "ns"),
    ];

    /// <summary>As documents write it, exactly: the largest unit that divides it (<c>90s</c>, <c>30d</c>, <c>1500ms</c>). Reads back equal.</summary>
    public override string ToString()
    {
        if (Nanoseconds == 0) return "0s";
        foreach (var (size, name) in Units)
            // weeks are written as days: 30d and 28d should look alike
            if (name != "w" && Nanoseconds % size == 0)
                return (Nanoseconds / size).ToString(CultureInfo.InvariantCulture) + name;
        return Nanoseconds.ToString(CultureInfo.InvariantCulture) + "ns";
    }

    /// <summary>For people, about three figures: <c>3.9 s</c>, <c>420 ms</c>, <c>2 h 5 min</c>, <c>12 d 3 h</c>.</summary>
    public string ToWords()
    {
        var n = Nanoseconds < 0 ? -(decimal)Nanoseconds : Nanoseconds;
        var sign = Nanoseconds < 0 ? "−" : "";
        if (n >= PerMinute)
        {
            var words = new StringBuilder(sign);
            (long Size, string Name)[] big = [(PerDay, "d"), (PerHour, "h"), (PerMinute, "min"), (PerSecond, "s")];
            var parts = 0;
            var rest = (long)n;
            foreach (var (size, name) in big)
            {
                if (parts == 2) break;
                var count = rest / size;
                rest %= size;
                if (count == 0)
                {
                    if (parts == 1) break;
                    continue;
                }
                if (parts++ > 0) words.Append(' ');
                words.Append(count.ToString(CultureInfo.InvariantCulture)).Append(' ').Append(name);
            }
            return words.ToString();
        }
        if (n == 0) return "0 s";
        var (unit, label) = n >= PerSecond ? (PerSecond, "s") : n >= PerMillisecond ? (PerMillisecond, "ms") : n >= PerMicrosecond ? (PerMicrosecond, "µs") : (1, "ns");
        var figure = n / unit;
        var digits = figure >= 100 ? 0 : figure >= 10 ? 1 : 2;
        return sign + Math.Round(figure, digits).ToString("0.##", CultureInfo.InvariantCulture) + " " + label;
    }
}
