using CsCheck;
using Xunit;

namespace Kept.Model.Tests;

public class ValuesTests
{
    [Theory]
    [InlineData(0, "0s")]
    [InlineData(90 * Duration.PerSecond, "90s")]
    [InlineData(1500 * Duration.PerMillisecond, "1500ms")]
    [InlineData(30 * Duration.PerDay, "30d")]
    [InlineData(14 * Duration.PerDay, "14d")]
    [InlineData(7, "7ns")]
    [InlineData(-2 * Duration.PerHour, "-2h")]
    public void A_duration_is_written_with_the_largest_unit_that_divides_it(long nanoseconds, string text) => Assert.Equal(text, new Duration(nanoseconds).ToString());

    [Theory]
    [InlineData(3_900_000_000, "3.9 s")]
    [InlineData(420_000_000, "420 ms")]
    [InlineData(12_345_678, "12.3 ms")]
    [InlineData(900, "900 ns")]
    [InlineData(2 * Duration.PerHour + 5 * Duration.PerMinute, "2 h 5 min")]
    [InlineData(12 * Duration.PerDay + 3 * Duration.PerHour, "12 d 3 h")]
    [InlineData(-3 * Duration.PerSecond, "−3 s")]
    public void A_duration_in_words_has_about_three_figures(long nanoseconds, string words) => Assert.Equal(words, new Duration(nanoseconds).ToWords());

    [Fact]
    public void Rates_compare_without_rounding()
    {
        Assert.Equal(Quantity.Rate(60, Duration.Minutes(1)), Quantity.Rate(1, Duration.Seconds(1)));
        Assert.True(Quantity.Rate(10, Duration.Days(7)) < Quantity.Rate(1.5m, Duration.Days(1)));
        Assert.Equal(Quantity.Rate(60, Duration.Minutes(1)).GetHashCode(), Quantity.Rate(1, Duration.Seconds(1)).GetHashCode());
    }

    [Fact]
    public void Quantities_of_different_dimensions_never_compare() =>
        Assert.Throws<ArgumentException>(() => Quantity.Number(1).CompareTo(Quantity.Time(Duration.Seconds(1))));

    [Theory]
    [InlineData("99.5%")]
    [InlineData("500/s")]
    [InlineData("10/7d")]
    [InlineData("256KiB")]
    [InlineData("5MB")]
    public void A_quantity_is_written_as_documents_write_it(string text)
    {
        var quantity = text switch
        {
            "99.5%" => Quantity.Ratio(0.995m),
            "500/s" => Quantity.Rate(500, Duration.Seconds(1)),
            "10/7d" => Quantity.Rate(10, Duration.Days(7)),
            "256KiB" => Quantity.Bytes(256 * 1024),
            _ => Quantity.Bytes(5_000_000),
        };
        Assert.Equal(text, quantity.ToString());
    }

    [Fact]
    public void Instants_survive_their_text() =>
        Gen.Long[0, 253_402_300_799_000_000].Sample(microseconds =>
            Instant.TryParse(new Instant(microseconds).ToString(), out var read) && read.Microseconds == microseconds);

    [Theory]
    [InlineData("2026-13-01")]
    [InlineData("yesterday")]
    [InlineData("2026-11-23 10:00")]
    [InlineData("")]
    public void What_is_no_instant_is_refused(string text) => Assert.False(Instant.TryParse(text, out _));

    [Fact]
    public void At_least_k_agrees_with_counting_every_completion()
    {
        // Oracle: unknown parts may still be true or false; the answer is known when every completion agrees.
        Gen.Select(Gen.Int[0, 4], Gen.Int[-1, 1].Array[0, 6]).Sample((k, parts) =>
        {
            var unknowns = parts.Count(part => part == 0);
            var outcomes = Enumerable.Range(0, unknowns + 1).Select(more => parts.Count(part => part == 1) + more >= k).Distinct().ToList();
            var expected = outcomes is [var only] ? Kleene.Of(only) : Truth.Unknown;
            return Kleene.AtLeast(k, parts.Count(part => part == 1), unknowns) == expected;
        });
    }

    [Fact]
    public void Not_and_or_follow_Kleenes_tables()
    {
        Truth[] all = [Truth.False, Truth.Unknown, Truth.True];
        foreach (var a in all)
        {
            Assert.Equal(a, a.Not().Not());
            foreach (var b in all)
            {
                Assert.Equal(a.And(b).Not(), a.Not().Or(b.Not()));
                Assert.Equal(a == Truth.False || b == Truth.False ? Truth.False : a == Truth.True && b == Truth.True ? Truth.True : Truth.Unknown, a.And(b));
            }
        }
    }
}
