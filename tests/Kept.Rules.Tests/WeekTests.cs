using CsCheck;
using Kept.Model;
using Xunit;

namespace Kept.Rules.Tests;

/// <summary>Whether calendars can be open and shut together, compared with every minute of the weeks around their dates.</summary>
public class WeekTests
{
    private const int First = 20_500, Day = DatedSpan.MinutesPerDay;

    private static readonly Gen<Calendar> AnyCalendar = Gen.Select(
        Gen.OneOf(Gen.Const(Array.Empty<WeeklySpan>()), Gen.Const((WeeklySpan[])[new(0, Week.Minutes)]), Gen.Select(Gen.Int[0, 13], Gen.Int[1, 13]).Select(span => (WeeklySpan[])[new(span.Item1 * 720, (span.Item1 + span.Item2) * 720)])),
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 20], Gen.Byte[1, DatedSpan.EveryDay], Gen.Int[0, 1], Gen.Int[1, 4]).Array[0, 2],
        (weekly, dated) => new Calendar("c", [.. weekly], "UTC", "", [], Place.None) { Dates = [.. dated.Select(one => new DatedSpan(First + one.Item1, First + one.Item1 + one.Item2, one.Item3, one.Item4 * 720, (one.Item4 + one.Item5) * 720))] });

    [Fact]
    public void Calendars_of_one_zone_can_hold_together_exactly_when_some_minute_shows_it()
    {
        var counts = new Dictionary<Truth, int>();
        Gen.Select(AnyCalendar, Gen.Bool).Array[1, 3].Sample(times =>
        {
            // edges lie on half days, and a span lasts five days at most: these weeks hold all there is, and one without dates
            var expected = Enumerable.Range(0, 2 * 60).Select(half => ((First - 14) * Day) + (half * 720)).Any(minute => times.All(time => IsOpen(time.Item1, minute) == time.Item2));
            var found = Week.CanHold([.. times]);
            Assert.Equal(Kleene.Of(expected), found);
            counts[found] = counts.GetValueOrDefault(found) + 1;
        }, iter: 3_000, threads: 1);
        Assert.True(counts[Truth.True] > 200 && counts[Truth.False] > 200);
    }

    /// <summary>1970-01-01 was a Thursday.</summary>
    private static bool IsOpen(Calendar calendar, int minute)
    {
        var ofWeek = (minute + (3 * Day)) % Week.Minutes;
        return calendar.Open.Any(span => (ofWeek >= span.From && ofWeek < span.To) || (ofWeek + Week.Minutes >= span.From && ofWeek + Week.Minutes < span.To))
            || calendar.Dates.Any(span => Enumerable.Range(span.First, span.Last - span.First + 1).Any(date => (span.Days >> ((date + 3) % 7) & 1) == 1 && minute >= (date * Day) + span.From && minute < (date * Day) + span.To));
    }

    [Fact]
    public void Very_many_dates_are_not_compared()
    {
        var many = new Calendar("c", [], "UTC", "", [], Place.None) { Dates = [.. Enumerable.Range(0, 5).Select(i => new DatedSpan(First + (i * 400), First + (i * 400) + 399, DatedSpan.EveryDay, 0, 60))] };
        Assert.Equal(Truth.Unknown, Week.CanHold([(many, true), (many, false)]));
        Assert.Equal(Truth.True, Week.CanHold([(many, false)]));
    }

    [Fact]
    public void Promises_on_dates_that_never_meet_do_not_conflict_and_one_that_is_never_in_force_is_told()
    {
        string With(string dates) => Documents.Shop(Documents.Promise("page@1", "given: during works and not during night"), $"calendars: {{ works: {{ open: '{dates}' }}, night: {{ open: 'Mo-Su 00:00-06:00 Europe/Berlin' }} }}");
        Assert.Empty(Documents.Clauses(With("2030-12-03 05:00-07:00 Europe/Berlin")));
        Assert.Equal(["R11.never-in-force"], Documents.Clauses(With("2030-12-03 05:00-06:00 Europe/Berlin")));
    }
}
