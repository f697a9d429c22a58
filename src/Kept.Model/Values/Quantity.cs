using System.Globalization;

namespace Kept.Model;

/// <summary>What kind of thing a quantity measures. Two quantities compare only within one dimension; there is no coercion.</summary>
public enum Dimension
{
    /// <summary>A plain number, also a count.</summary>
    Number,
    /// <summary>Time; the amount is in nanoseconds.</summary>
    Time,
    /// <summary>A share of one; the amount of <c>99.5%</c> is 0.995.</summary>
    Ratio,
    /// <summary>Events per time; the amount is how many in <see cref="Quantity.PerNanoseconds"/>.</summary>
    Rate,
    /// <summary>Bytes.</summary>
    Size,
}

/// <summary>
/// A decimal amount with its dimension; never binary floating point. Rates keep their own period (<c>10/7d</c> stays ten in seven days) and are compared by
/// cross multiplication, so no division rounds.
/// </summary>
public readonly record struct Quantity(decimal Amount, Dimension Dimension, long PerNanoseconds = 0) : IComparable<Quantity>
{
    public static Quantity Number(decimal amount) => new(amount, Dimension.Number);
    public static Quantity Time(Duration duration) => new(duration.Nanoseconds, Dimension.Time);
    public static Quantity Ratio(decimal share) => new(share, Dimension.Ratio);
    public static Quantity Rate(decimal amount, Duration per) => new(amount, Dimension.Rate, per.Nanoseconds);
    public static Quantity Bytes(decimal bytes) => new(bytes, Dimension.Size);

    /// <summary>The time it stands for; only for <see cref="Dimension.Time"/>.</summary>
    public Duration AsDuration => new((long)Amount);

    /// <summary>Order within one dimension.</summary>
    /// <exception cref="ArgumentException">The dimensions differ: the loader must have refused this.</exception>
    public int CompareTo(Quantity other)
    {
        if (Dimension != other.Dimension) throw new ArgumentException($"{Dimension} does not compare with {other.Dimension}");
        return Dimension == Dimension.Rate && PerNanoseconds != other.PerNanoseconds
            ? (Amount * other.PerNanoseconds).CompareTo(other.Amount * PerNanoseconds)
            : Amount.CompareTo(other.Amount);
    }

    /// <summary>Equal as quantities: <c>60/m</c> equals <c>1/s</c>.</summary>
    public bool Equals(Quantity other) => Dimension == other.Dimension && CompareTo(other) == 0;

    public override int GetHashCode() => HashCode.Combine(Dimension, Dimension == Dimension.Rate ? Amount / PerNanoseconds : Amount);

    public static bool operator <(Quantity a, Quantity b) => a.CompareTo(b) < 0;
    public static bool operator >(Quantity a, Quantity b) => a.CompareTo(b) > 0;
    public static bool operator <=(Quantity a, Quantity b) => a.CompareTo(b) <= 0;
    public static bool operator >=(Quantity a, Quantity b) => a.CompareTo(b) >= 0;

    /// <summary>As documents write it; reads back equal.</summary>
    public override string ToString() => Dimension switch
    {
        Dimension.Time when Amount == decimal.Truncate(Amount) && Math.Abs(Amount) <= long.MaxValue => AsDuration.ToString(),
        Dimension.Time => Plain(Amount) + "ns",
        Dimension.Ratio => Plain(Amount * 100) + "%",
        Dimension.Rate => Plain(Amount) + "/" + PeriodText(),
        Dimension.Size => SizeText(),
        _ => Plain(Amount),
    };

    /// <summary>For people.</summary>
    public string ToWords() => Dimension == Dimension.Time ? new Duration((long)Amount).ToWords() : ToString();

    private string PeriodText()
    {
        var text = new Duration(PerNanoseconds).ToString();
        return text.StartsWith('1') && text.Length > 1 && char.IsLetter(text[1]) ? text[1..] : text;
    }

    private string SizeText()
    {
        (decimal Size, string Name)[] units = [(1L << 30, "GiB"), (1L << 20, "MiB"), (1024, "KiB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1000, "kB")];
        foreach (var (size, name) in units)
            if (Amount != 0 && Amount % size == 0)
                return Plain(Amount / size) + name;
        return Plain(Amount) + "B";
    }

    private static string Plain(decimal amount) => amount.ToString("0.############################", CultureInfo.InvariantCulture);
}
