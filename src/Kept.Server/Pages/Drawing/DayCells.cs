using System.Text;
using Kept.Ledger;
using Kept.Model;

namespace Kept.Server.Pages;

/// <summary>The last days of a promise as cells, one per UTC day, from the counts of its looks. A cell tells what was seen that day; it is not a verdict.</summary>
public sealed class DayCells
{
    public enum Cell { Nothing, Good, Some, Many, Gap, NotInForce }

    /// <summary>One day with what is known of it.</summary>
    public sealed record Day(Instant Start, Cell Cell, long Good, long Bad, long Gap, long NotInForce)
    {
        public string Words => Cell == Cell.Nothing
            ? "not looked"
            : string.Join(", ", new[] { (Good, "good"), (Bad, "bad"), (Gap, Gap == 1 ? "gap" : "gaps"), (NotInForce, "not in force") }
                .Where(part => part.Item1 > 0).Select(part => $"{Say.Count(part.Item1)} {part.Item2}"));
    }

    private const int Pitch = 6;
    /// <summary>From this share on, bad looks weigh on the whole day.</summary>
    private const int ManyIsOneIn = 20;

    private DayCells(IReadOnlyList<Day> days) => Days = days;

    public IReadOnlyList<Day> Days { get; }

    public int Width => (Days.Count * Pitch) - 2;

    /// <summary>Adds the tallies of all checks of a promise up into the days before and including today.</summary>
    public static DayCells Of(IEnumerable<DayTally> tallies, Instant now, int count)
    {
        var today = now.Microseconds / (Duration.PerDay / 1000);
        var sums = tallies.ToLookup(tally => tally.Day.Microseconds / (Duration.PerDay / 1000));
        var days = new Day[count];
        for (var i = 0; i < count; i++)
        {
            var number = today - count + 1 + i;
            var (good, bad, gap, idle) = sums[number].Aggregate((0L, 0L, 0L, 0L), (sum, tally) =>
                (sum.Item1 + tally.Good, sum.Item2 + tally.Bad, sum.Item3 + tally.Gap, sum.Item4 + tally.NotInForce));
            days[i] = new Day(new Instant(number * (Duration.PerDay / 1000)), Classify(good, bad, gap, idle), good, bad, gap, idle);
        }
        return new DayCells(days);
    }

    private static Cell Classify(long good, long bad, long gap, long idle) =>
        bad > 0 ? bad * ManyIsOneIn >= good + bad ? Cell.Many : Cell.Some
        : good > 0 ? gap > good ? Cell.Gap : Cell.Good
        : gap > 0 ? Cell.Gap
        : idle > 0 ? Cell.NotInForce
        : Cell.Nothing;

    /// <summary>All cells of one sort as one path, so that a row of days is a few elements however long it is.</summary>
    public string PathOf(Cell cell)
    {
        var path = new StringBuilder();
        for (var i = 0; i < Days.Count; i++)
        {
            if (Days[i].Cell != cell) continue;
            var x = i * Pitch;
            path.Append('M').Append(x).Append(cell switch
            {
                Cell.NotInForce => " 12h4v8h-4z",
                Cell.Nothing => " 18h4v2h-4z",
                Cell.Gap => ".5 .5h3v19h-3z",
                _ => " 0h4v20h-4z",
            });
        }
        return path.ToString();
    }

    public string Summary
    {
        get
        {
            int Of(Cell cell) => Days.Count(day => day.Cell == cell);
            var parts = new[]
            {
                (Of(Cell.Good), "without a bad look"), (Of(Cell.Some), "with a few bad looks"), (Of(Cell.Many), "with one bad look in twenty or more"),
                (Of(Cell.Gap), "mostly not seen, because of us"), (Of(Cell.NotInForce), "not in force"), (Of(Cell.Nothing), "without looks"),
            };
            return $"the last {Days.Count} days: " + string.Join(", ", parts.Where(part => part.Item1 > 0).Select(part => $"{part.Item1} {part.Item2}"));
        }
    }
}
