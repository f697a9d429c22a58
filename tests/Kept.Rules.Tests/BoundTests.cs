using CsCheck;
using Kept.Model;
using Xunit;

namespace Kept.Rules.Tests;

/// <summary>Objectives that exclude or imply each other (R04, R11, R15, R28), compared with every sample of four looks whose values are 0…4.</summary>
public class BoundTests
{
    private static readonly QuantityType Drift = new("drift", Dimension.Number, Direction.Provider, QuantitySource.Measured, "for tests: any number");

    internal static Objective Line(Comparison op, decimal value, decimal share, QuantityType? type = null, Window? window = null) =>
        new(Place.None, $"drift p{share * 100:0} {op} {value}", type ?? Drift, share == 1 ? new Statistic(StatisticKind.Every, 1) : new Statistic(StatisticKind.Percentile, share), null, op,
            new Quantity(value, (type ?? Drift).Dimension), window ?? new Window.Rolling(Duration.Hours(1)), null);

    internal static readonly Gen<Objective> AnyLine =
        Gen.Select(Trees.Pick(Comparison.LessOrEqual, Comparison.GreaterOrEqual, Comparison.Less, Comparison.Greater), Gen.Int[0, 4], Gen.Int[1, 4]).Select((op, value, quarters) => Line(op, value, quarters / 4m));

    /// <summary>All samples: values from below the bounds to above them, so that open and closed ends differ.</summary>
    internal static readonly List<decimal[]> Samples = [.. AllSamples(4)];

    private static IEnumerable<decimal[]> AllSamples(int length)
    {
        decimal[] values = [-1, 0, 0.5m, 1, 1.5m, 2, 2.5m, 3, 3.5m, 4, 5];
        IEnumerable<decimal[]> From(int start, int left) =>
            left == 0 ? [[]] : Enumerable.Range(start, values.Length - start).SelectMany(i => From(i, left - 1).Select(rest => (decimal[])[values[i], .. rest]));
        return From(0, length);
    }

    internal static bool Keeps(Objective line, decimal[] sample)
    {
        var set = SpanSet.Of(line.Operator, line.Target);
        var share = line.Statistic.Kind == StatisticKind.Every ? 1 : line.Statistic.Share;
        return sample.Count(value => line.Operator switch
        {
            Comparison.Less => value < line.Target.Amount,
            Comparison.LessOrEqual => value <= line.Target.Amount,
            Comparison.Greater => value > line.Target.Amount,
            _ => value >= line.Target.Amount,
        }) >= share * sample.Length;
    }

    [Fact]
    public void Two_lines_exclude_each_other_exactly_when_no_sample_keeps_both() => Gen.Select(AnyLine, AnyLine).Sample((a, b) =>
        Assert.Equal(!Samples.Any(sample => Keeps(a, sample) && Keeps(b, sample)), Bound.Of(a, "").Excludes(Bound.Of(b, ""))), iter: 150);

    [Fact]
    public void A_line_implies_another_exactly_when_every_sample_that_keeps_it_keeps_the_other() => Gen.Select(AnyLine, AnyLine).Sample((a, b) =>
        Assert.Equal(Samples.All(sample => !Keeps(a, sample) || Keeps(b, sample)), Bound.Of(a, "").Implies(Bound.Of(b, ""))), iter: 150);

    [Fact]
    public void What_holds_in_each_window_holds_in_a_multiple_of_it() => Gen.Select(AnyLine, Gen.Int[0, Samples.Count - 1].Array[2]).Sample((line, picks) =>
    {
        var windows = picks.Select(i => Samples[i]).ToList();
        if (windows.All(sample => Keeps(line, sample))) Assert.True(Keeps(line, [.. windows.SelectMany(sample => sample)]));
    }, iter: 2000);

    [Fact]
    public void Windows_carry_over_only_where_one_is_made_of_whole_others()
    {
        static bool Carries(string from, string to) => Bound.Carries(Of(from), Of(to));
        static Window Of(string text) => text.EndsWith('h') ? new Window.Rolling(Duration.Hours(int.Parse(text[..^1]))) : new Window.Calendar(Enum.Parse<CalendarUnit>(text.Split(' ')[0]), text.Split(' ')[1]);
        Assert.True(Carries("1h", "720h"));
        Assert.False(Carries("720h", "1h"));
        Assert.False(Carries("5h", "24h"));
        Assert.True(Carries("Day Z", "Month Z"));
        Assert.True(Carries("Month Z", "Year Z"));
        Assert.False(Carries("Week Z", "Month Z"));
        Assert.False(Carries("Day Z", "Month Y"));
        Assert.False(Carries("24h", "Day Z"));
    }

    [Fact]
    public void Impossible_and_empty_lines_are_told_by_the_domain_of_their_quantity()
    {
        var latency = QuantityType.Latency;
        Assert.True(Bound.Of(Line(Comparison.Less, 0, 0.95m, latency), "").IsImpossible);
        Assert.False(Bound.Of(Line(Comparison.LessOrEqual, 0, 0.95m, latency), "").IsImpossible);
        Assert.True(Bound.Of(Line(Comparison.GreaterOrEqual, 0, 0.95m, latency), "").SaysNothing);
        Assert.False(Bound.Of(Line(Comparison.GreaterOrEqual, 0, 0.95m), "").SaysNothing);
        Assert.True(Bound.Of(Line(Comparison.Greater, 1, 1, QuantityType.Availability), "").IsImpossible);
        Assert.True(Bound.Of(Line(Comparison.LessOrEqual, 1, 1, QuantityType.Availability), "").SaysNothing);
    }
}
