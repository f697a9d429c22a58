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
            var found = CanHold(times);
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

    private static Truth CanHold((Calendar Calendar, bool Open)[] times) => CanHold(new ComparedCalendars(_ => null), times);

    private static Truth CanHold(ComparedCalendars calendars, params (Calendar Calendar, bool Open)[] times) =>
        calendars.CanHold(times.Select((time, i) => KeyValuePair.Create($"{time.Calendar.Name}{i}", new CalendarState(time.Calendar, time.Open))));

    /// <summary>As many days as a calendar may hold, each with an hour of its own.</summary>
    private static Calendar Nights(int hour) => new($"c{hour}", [], "UTC", "", [], Place.None)
    {
        Dates = [.. Enumerable.Range(0, Calendar.MostDays / DatedSpan.MostDays).Select(i => new DatedSpan(First + (i * DatedSpan.MostDays), First + ((i + 1) * DatedSpan.MostDays) - 1, DatedSpan.EveryDay, hour * 60, (hour + 1) * 60))],
    };

    [Fact]
    public void Calendars_with_as_many_days_as_there_may_be_are_compared_and_each_question_once()
    {
        var calendars = new ComparedCalendars(_ => null);
        Assert.Equal(Truth.False, CanHold(calendars, (Nights(0), true), (Nights(1), true)));
        Assert.Equal(Truth.True, CanHold(calendars, (Nights(0), true), (Nights(0), true), (Nights(1), false)));
        var steps = calendars.Steps;
        Assert.Equal(Truth.False, CanHold(calendars, (Nights(0), true), (Nights(1), true)));
        Assert.InRange(calendars.Steps - steps, 1, 1_000);
    }

    [Fact]
    public void Beyond_a_bound_nobody_knows()
    {
        var calendars = new ComparedCalendars(_ => null, mostSteps: 20_000);
        Assert.Equal(Truth.False, CanHold(calendars, (Nights(0) with { Dates = [.. Nights(0).Dates.Take(1)] }, true), (Nights(1) with { Dates = [.. Nights(1).Dates.Take(1)] }, true)));
        Assert.Equal(Truth.Unknown, CanHold(calendars, (Nights(2), true), (Nights(3), true)));
        // and then not even what takes no time
        Assert.Equal(Truth.Unknown, CanHold(calendars, (Nights(4), false)));
    }

    [Fact]
    public void The_largest_house_of_dates_is_compared_within_the_bound()
    {
        // 50 calendars, each against each other, as two promises about one target ask
        var nights = Enumerable.Range(0, Calendar.MostDaysOfHouse / Calendar.MostDays).Select(i => Nights(0) with { Name = $"c{i}", Dates = [.. Nights(0).Dates.Select(span => span with { From = i * 20, To = (i * 20) + 20 })] }).ToDictionary(calendar => calendar.Name);
        var calendars = new ComparedCalendars(nights.GetValueOrDefault);
        foreach (var one in nights.Values)
            foreach (var other in nights.Values.Where(other => other != one))
                Assert.Equal(Truth.False, Regime.Of(new Expression.During(Place.None, one.Name), calendars).Overlaps(Regime.Of(new Expression.During(Place.None, other.Name), calendars)));
        TestContext.Current.TestOutputHelper?.WriteLine($"{calendars.Steps:N0} steps");
        Assert.InRange(calendars.Steps, 1_000_000, 200_000_000);
    }

    [Fact]
    public void Promises_on_dates_that_never_meet_do_not_conflict_and_one_that_is_never_in_force_is_told()
    {
        string With(string dates) => Documents.Shop(Documents.Promise("page@1", "given: during works and not during night"), $"calendars: {{ works: {{ open: '{dates}' }}, night: {{ open: 'Mo-Su 00:00-06:00 Europe/Berlin' }} }}");
        Assert.Empty(Documents.Clauses(With("2030-12-03 05:00-07:00 Europe/Berlin")));
        Assert.Equal(["R11.never-in-force"], Documents.Clauses(With("2030-12-03 05:00-06:00 Europe/Berlin")));
    }
}
