using Kept.Ledger;
using Kept.Model;
using Xunit;

namespace Kept.Server.Tests;

/// <summary>Looks reduced for drawing: block by block the same as all at once, and bounded.</summary>
public sealed class SeriesTests
{
    private static readonly Instant Start = MadeHouse.At("2026-11-01T00:00:00Z");
    private static readonly Duration Second = Duration.Seconds(1);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Block_by_block_it_is_the_same_as_all_at_once(int seed)
    {
        var random = new Random(seed);
        var looks = new List<LookRecord>();
        for (var i = 0; i < Series.AtOnce * 3; i++)
            if (random.Next(50) > 0 || (i += random.Next(20)) > 0) looks.Add(Look(i, random.Next(20) switch { 0 => LookClass.Bad, 1 or 2 => LookClass.Gap, 3 => LookClass.NotInForce, _ => LookClass.Good }, random.Next(1, 50)));
        var to = looks[^1].Slot + Second;
        var (ledger, asked) = Ledger(looks);
        var read = Series.Read(ledger, 7, Second, Start, to, 240);
        var whole = Series.Of(looks, Second, Start, to, 240);
        Assert.Equal(whole.Points, read.Points);
        Assert.Equal(whole.Gaps, read.Gaps);
        Assert.Equal((whole.Looks, whole.From, Start), (read.Looks, read.From, read.From));
        Assert.Equal(looks.Count(look => look.Class == LookClass.Good), read.Points.Sum(point => point.Good));
        Assert.True(asked.Largest <= Series.AtOnce, $"{asked.Largest} looks were held at once");
        Assert.InRange(read.Points.Count, 1, 241);
    }

    [Fact]
    public void Where_there_is_more_than_is_read_it_says_since_when_it_is_whole()
    {
        var looks = Enumerable.Range(0, Series.MostLooks + 5000).Select(i => Look(i, LookClass.Good, 5)).ToList();
        var read = Series.Read(Ledger(looks).Ledger, 7, Second, Start, looks[^1].Slot + Second, 400);
        Assert.Equal(Series.MostLooks, read.Looks);
        Assert.Equal(looks[5000].Slot, read.From);
        Assert.Equal(Series.MostLooks, read.Points.Sum(point => point.Good));
    }

    [Fact]
    public void Calls_that_come_far_more_often_than_they_are_due_are_all_counted_and_a_long_time_of_nothing_is_walked_through()
    {
        var looks = Enumerable.Range(0, 10_000).Select(i => Look(i, LookClass.Good, 5)).ToList();
        var (ledger, asked) = Ledger(looks);
        var read = Series.Read(ledger, 7, Duration.Hours(24), Start, Start + Duration.Hours(24 * 400), 400);
        Assert.Equal((10_000, 10_000, Start), (read.Looks, read.Points.Sum(point => point.Good), read.From));
        Assert.InRange(asked.Times, 3, 20);
        var none = Series.Read(ledger, 8, Second, Start, Start + Duration.Hours(24 * 400), 400);
        Assert.Equal((0, Start), (none.Looks, none.From));
        Assert.InRange(asked.Times, 3, 60);
    }

    private static LookRecord Look(int second, LookClass kind, int milliseconds) =>
        new(7, Start + Duration.Seconds(second), 1, kind, TargetFailure.None, kind == LookClass.Gap ? GapCause.Late : GapCause.None, 200, 0,
            kind == LookClass.Gap ? Phases.None : Phases.None with { Total = milliseconds * 1_000_000L }, true, []);

    private static (ILedger Ledger, Asked Asked) Ledger(List<LookRecord> looks)
    {
        var asked = new Asked();
        var made = new HandMadeLedger { OnLooks = asked.Note };
        made.LooksOf[7] = looks;
        return (made, asked);
    }

    private sealed class Asked
    {
        public int Largest { get; private set; }
        public int Times { get; private set; }

        public void Note(int looks)
        {
            Times++;
            Largest = Math.Max(Largest, looks);
        }
    }
}
