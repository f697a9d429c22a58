using System.Globalization;

namespace Kept.Model;

/// <summary>A point in time: whole microseconds since 1970-01-01T00:00:00Z. Exact, ordered, without a zone. The default value is the epoch.</summary>
public readonly record struct Instant(long Microseconds) : IComparable<Instant>
{
    public static readonly Instant Min = new(long.MinValue);
    public static readonly Instant Max = new(long.MaxValue);

    public static Instant From(DateTimeOffset time) => new((time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / 10);

    public DateTimeOffset ToDateTimeOffset() => new(DateTimeOffset.UnixEpoch.UtcTicks + (Microseconds * 10), TimeSpan.Zero);

    public static Instant operator +(Instant at, Duration by) => new(at.Microseconds + (by.Nanoseconds / 1000));
    public static Instant operator -(Instant at, Duration by) => new(at.Microseconds - (by.Nanoseconds / 1000));
    /// <summary>The time between them; what is longer than a <see cref="Duration"/> can say (292 years) is the longest it can: a certificate may be valid until the year 9999.</summary>
    public static Duration operator -(Instant later, Instant earlier)
    {
        var between = (Int128)later.Microseconds - earlier.Microseconds;
        return new Duration(between > long.MaxValue / 1000 ? long.MaxValue : between < long.MinValue / 1000 ? long.MinValue : (long)between * 1000);
    }

    public static bool operator <(Instant a, Instant b) => a.Microseconds < b.Microseconds;
    public static bool operator >(Instant a, Instant b) => a.Microseconds > b.Microseconds;
    public static bool operator <=(Instant a, Instant b) => a.Microseconds <= b.Microseconds;
    public static bool operator >=(Instant a, Instant b) => a.Microseconds >= b.Microseconds;

    public int CompareTo(Instant other) => Microseconds.CompareTo(other.Microseconds);

    /// <summary>RFC 3339 in UTC; fractions only when there are any.</summary>
    public override string ToString() => ToDateTimeOffset().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);

    /// <summary>Reads RFC 3339, or a date alone (its first moment in UTC).</summary>
    public static bool TryParse(string text, out Instant at)
    {
        if (DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK"],
                CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            at = From(time);
            return true;
        }
        at = default;
        return false;
    }
}
