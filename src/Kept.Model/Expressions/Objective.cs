namespace Kept.Model;

/// <summary>How the looks of a window become one figure.</summary>
public enum StatisticKind
{
    /// <summary>The quantity itself (a ratio such as availability).</summary>
    None,
    /// <summary><c>p99</c>: at least that share of looks satisfies the comparison. Exact counts, no histogram.</summary>
    Percentile,
    /// <summary>Every look satisfies it (<c>max &lt;=</c>, <c>min &gt;=</c>).</summary>
    Every,
}

/// <summary>A statistic; <paramref name="Share"/> is 0.99 for p99.</summary>
public readonly record struct Statistic(StatisticKind Kind, decimal Share)
{
    public override string ToString() => Kind == StatisticKind.Percentile ? "p" + (Share * 100).ToString("0.######", System.Globalization.CultureInfo.InvariantCulture) : "";
}

/// <summary>Which looks count.</summary>
public abstract record Window
{
    private Window() { }

    /// <summary>How long it is at most.</summary>
    public Duration Longest => this switch
    {
        Rolling rolling => rolling.Length,
        Calendar { Unit: CalendarUnit.Day } => Duration.Hours(25),
        Calendar { Unit: CalendarUnit.Week } => Duration.Hours((7 * 24) + 1),
        Calendar { Unit: CalendarUnit.Month } => Duration.Hours((31 * 24) + 1),
        Calendar { Unit: CalendarUnit.Quarter } => Duration.Hours((92 * 24) + 1),
        _ => Duration.Days(366),
    };

    /// <summary><c>over 30d</c>: the last 30 days up to now.</summary>
    public sealed record Rolling(Duration Length) : Window
    {
        public override string ToString() => Length.ToString();
    }

    /// <summary><c>over this month Europe/Brussels</c>: since the unit began in that zone, up to its end.</summary>
    public sealed record Calendar(CalendarUnit Unit, string Zone) : Window
    {
        /// <summary>How long it is at least: clocks go forward by an hour, and February has 28 days.</summary>
        public Duration Shortest => Unit switch
        {
            CalendarUnit.Day => Duration.Hours(23),
            CalendarUnit.Week => Duration.Hours((7 * 24) - 1),
            CalendarUnit.Month => Duration.Hours((28 * 24) - 1),
            CalendarUnit.Quarter => Duration.Hours((90 * 24) - 1),
            _ => Duration.Days(365),
        };

        public override string ToString() => $"this {Unit.ToString().ToLowerInvariant()} {Zone}";
    }
}

public enum CalendarUnit { Day, Week, Month, Quarter, Year }

/// <summary>What of a slice of time counts.</summary>
public enum SliceCount
{
    /// <summary><c>per 1m</c>: the slice is bad when one look in it is.</summary>
    Whole,
    /// <summary><c>per 1m at 95%</c>: the slice is good when at least that share of its looks is.</summary>
    AtLeast,
    /// <summary><c>per 1m mean</c>: the slice counts with its share of good looks, and the mean of these shares is judged. Each minute then weighs the same, however many looks it has.</summary>
    Mean,
}

/// <summary>How a slice counts; <paramref name="Share"/> is 0.95 for <c>at 95%</c>, else 0.</summary>
public readonly record struct SliceRule(SliceCount Count, decimal Share)
{
    public override string ToString() => Count switch
    {
        SliceCount.AtLeast => "at " + Quantity.Ratio(Share),
        SliceCount.Mean => "mean",
        _ => "",
    };
}

/// <summary><c>QUANTITY [STATISTIC] [of CHECK | of (CHECK [weight N], …)] COMPARISON VALUE over WINDOW [per SLICE [at SHARE | mean]]</c>: one thing a promise keeps over a window.</summary>
/// <param name="At">The place of the whole line.</param>
/// <param name="Text">As written.</param>
/// <param name="Quantity">A built-in quantity or one of the agent's <c>types</c>.</param>
/// <param name="Statistic">Percentile, every, or none.</param>
/// <param name="OfCheck">The one check it counts; null when several or all count together.</param>
/// <param name="Operator">Never equal or not equal.</param>
/// <param name="Target">With the quantity's unit.</param>
/// <param name="Window">Which looks count.</param>
/// <param name="Slice">With <c>per 1m</c>, slices of time are counted instead of looks.</param>
public sealed record Objective(
    Place At, string Text, QuantityType Quantity, Statistic Statistic, string? OfCheck, Comparison Operator, Quantity Target, Window Window, Duration? Slice)
{
    /// <summary>How each slice counts; without meaning where there are none.</summary>
    public SliceRule SliceRule { get; init; }

    /// <summary>The checks it counts together, where it names several; null where it names one or none.</summary>
    public ObjectiveParts? Parts { get; init; }

    /// <summary>Looks of one check count more than those of another.</summary>
    public bool IsWeighted => Parts is { IsWeighted: true };

    /// <summary>Whether it counts a check.</summary>
    public bool Counts(string check) => Parts is { } parts ? parts.PointsOf(check) > 0 : OfCheck is null || OfCheck == check;

    /// <summary>How many points a look of a check that it counts is: one, unless weights are written.</summary>
    public long PointsOf(string check) => Parts?.PointsOf(check) ?? 1;

    /// <summary>The points that a slice can hold; looks where there are no weights.</summary>
    /// <param name="checks">Of its promise.</param>
    public decimal PointsInSlice(IEnumerable<Check> checks) => Slice is not { } slice ? 0
        : checks.Where(check => Counts(check.Name)).Sum(check => (decimal)PointsOf(check.Name) * ((slice.Nanoseconds / Math.Max(1, check.Every.Nanoseconds)) + 1));

    /// <summary>
    /// Whether a mean of slices would add up too many different shares to be exact in time: each slice is a share of its own points, and the denominator of a sum of fractions has up to as many
    /// bits as all of theirs, and no more than e to the largest. Few slices, or few points in each, are fine.
    /// </summary>
    /// <param name="checks">Of its promise.</param>
    public bool IsTooFine(IReadOnlyList<Check> checks) => IsWeighted && SliceRule.Count == SliceCount.Mean && Slice is { } slice && IsTooFine(PointsInSlice(checks), slice, Window.Longest);

    /// <summary>The same before there is an objective.</summary>
    /// <param name="points">That a slice can hold.</param>
    /// <param name="slice">How long it is.</param>
    /// <param name="window">How long the longest window is.</param>
    public static bool IsTooFine(decimal points, Duration slice, Duration window) =>
        points * 3 / 2 > MostBitsOfMean && window.Nanoseconds / Math.Max(1, slice.Nanoseconds) > MostBitsOfMean / new System.Numerics.BigInteger(points).GetBitLength();

    private const int MostBitsOfMean = 12_000;

    /// <summary>What is counted: <c>look</c>, <c>slice</c>, or <c>point</c> where looks have weights.</summary>
    public string Unit => Slice is not null ? "slice" : IsWeighted ? "point" : "look";
}

/// <summary>Who is bound by a quantity: the offer must lie inside the need, or the use inside the offer.</summary>
public enum Direction { Provider, Consumer }

/// <summary>How an objective about a quantity is counted from looks.</summary>
public enum QuantitySource
{
    /// <summary>Share of good looks (availability).</summary>
    GoodLooks,
    /// <summary>The whole time of a look (latency); no answer counts as over.</summary>
    LookTime,
    /// <summary>Taken from what a check saw, by <c>measures</c>.</summary>
    Measured,
    /// <summary>Known from elsewhere (rate, load): no look decides it.</summary>
    Surroundings,
}

/// <summary>A quantity that objectives and limits speak of: built in, or declared under <c>types</c>. Known to others by the hash of its definition (R36).</summary>
public sealed record QuantityType(string Name, Dimension Dimension, Direction Direction, QuantitySource Source, string Means)
{
    public static readonly QuantityType Availability = new("availability", Dimension.Ratio, Direction.Provider, QuantitySource.GoodLooks, "share of looks that were good");
    public static readonly QuantityType Latency = new("latency", Dimension.Time, Direction.Provider, QuantitySource.LookTime, "time from the start of a look to its whole answer");

    /// <summary>The built-in quantities by name.</summary>
    public static readonly IReadOnlyList<QuantityType> BuiltIn =
    [
        Availability,
        Latency,
        new("freshness", Dimension.Time, Direction.Provider, QuantitySource.Measured, "age of what is shown"),
        new("size", Dimension.Size, Direction.Consumer, QuantitySource.Measured, "bytes of one thing"),
        new("count", Dimension.Number, Direction.Consumer, QuantitySource.Measured, "how many"),
        new("rate", Dimension.Rate, Direction.Consumer, QuantitySource.Surroundings, "events per time"),
        new("load", Dimension.Rate, Direction.Consumer, QuantitySource.Surroundings, "requests per time that arrive"),
        new("bounces", Dimension.Ratio, Direction.Consumer, QuantitySource.Measured, "share of messages that came back"),
        new("time-to-answer", Dimension.Time, Direction.Provider, QuantitySource.Measured, "time until a person answers"),
    ];
}
