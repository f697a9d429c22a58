using CsCheck;
using Kept.Model;
using NodaTime;
using Xunit;
using static Kept.Judging.Tests.Make;
using Calendar = Kept.Model.Calendar;
using Duration = Kept.Model.Duration;
using Instant = Kept.Model.Instant;

namespace Kept.Judging.Tests.Calendars;

/// <summary>Calendars with dates, compared minute by minute with one that only ever reads the clock on the wall.</summary>
public sealed class DatedCalendarTests
{
    private static int Day(string date) => (int)((At(date + "T00:00:00Z") - new Instant(0)).Nanoseconds / Duration.PerDay);

    private static Calendar On(string zone, params DatedSpan[] dates) => new("works", [], zone, "", [], Place.None) { Dates = [.. dates] };

    private static DatedSpan Stretch(string date, int from, int to) => new(Day(date), Day(date), DatedSpan.EveryDay, from, to);

    [Theory]
    // 22:00 to 02:00 of the next day, in winter time
    [InlineData("Europe/Berlin", "2026-12-03", 1320, 1560, "2026-12-03T21:00:00Z", "2026-12-04T01:00:00Z")]
    // over the clock going forward: 22:00 to 04:00 lasts five hours; 02:15 to 02:45 is moved on; 01:00 to 02:30 ends at 03:30
    [InlineData("Europe/Berlin", "2026-03-28", 1320, 1680, "2026-03-28T21:00:00Z", "2026-03-29T02:00:00Z")]
    [InlineData("Europe/Berlin", "2026-03-29", 135, 165, "2026-03-29T01:15:00Z", "2026-03-29T01:45:00Z")]
    [InlineData("Europe/Berlin", "2026-03-29", 60, 150, "2026-03-29T00:00:00Z", "2026-03-29T01:30:00Z")]
    // over the clock going back: seven hours; a time that occurs twice is the first
    [InlineData("Europe/Berlin", "2026-10-24", 1320, 1680, "2026-10-24T20:00:00Z", "2026-10-25T03:00:00Z")]
    [InlineData("Europe/Berlin", "2026-10-25", 135, 165, "2026-10-25T00:15:00Z", "2026-10-25T00:45:00Z")]
    [InlineData("Europe/Berlin", "2026-10-25", 135, 180, "2026-10-25T00:15:00Z", "2026-10-25T02:00:00Z")]
    // half an hour, and a day that Samoa left out
    [InlineData("Australia/Lord_Howe", "2026-10-04", 130, 165, "2026-10-03T15:40:00Z", "2026-10-03T15:45:00Z")]
    [InlineData("Pacific/Apia", "2011-12-29", 1320, 3000, "2011-12-30T08:00:00Z", "2011-12-30T12:00:00Z")]
    // for a year
    [InlineData("Europe/Berlin", "2026-01-01", 0, 400 * 1440, "2025-12-31T23:00:00Z", "2027-02-04T23:00:00Z")]
    public void A_stretch_begins_and_ends_by_the_clock_on_the_wall(string zone, string date, int from, int to, string opens, string closes)
    {
        var calendar = On(zone, Stretch(date, from, to));
        var (begin, end) = (At(opens), At(closes));
        Assert.Equal((false, true, true, false), (CalendarClock.IsOpen(calendar, begin - Duration.Milliseconds(1)), CalendarClock.IsOpen(calendar, begin), CalendarClock.IsOpen(calendar, end - Duration.Milliseconds(1)), CalendarClock.IsOpen(calendar, end)));
        Assert.Equal([(begin, end)], CalendarClock.OpenIn(calendar, begin - Duration.Days(500), end + Duration.Days(500)));
        Assert.Equal((begin, end, null, end), (CalendarClock.NextChange(calendar, begin - Duration.Days(4_000)), CalendarClock.NextChange(calendar, begin), CalendarClock.NextChange(calendar, end), CalendarClock.EndOfDates(calendar)));
    }

    [Fact]
    public void What_the_clock_leaves_out_is_left_out_of_a_range_and_the_rest_of_it_stays()
    {
        var calendar = On("Europe/Berlin", new DatedSpan(Day("2026-03-28"), Day("2026-03-30"), DatedSpan.EveryDay, 150, 180));
        Assert.Equal([(At("2026-03-28T01:30:00Z"), At("2026-03-28T02:00:00Z")), (At("2026-03-30T00:30:00Z"), At("2026-03-30T01:00:00Z"))], CalendarClock.OpenIn(calendar, At("2026-03-27T00:00:00Z"), At("2026-04-02T00:00:00Z")));
        Assert.Equal(At("2026-03-30T00:30:00Z"), CalendarClock.NextChange(calendar, At("2026-03-28T02:00:00Z")));
    }

    [Fact]
    public void The_next_change_is_found_far_off_and_where_weeks_and_dates_meet()
    {
        var always = new Calendar("a", [new WeeklySpan(0, 10_080)], "Europe/Berlin", "", [], Place.None) { Dates = [Stretch("2026-06-01", 0, 1440), Stretch("2150-01-01", 0, 60)] };
        Assert.Null(CalendarClock.NextChange(always, At("2026-05-01T00:00:00Z")));
        // a hundred days without an end between them, which a week goes on after
        var weekly = new Calendar("a", [new WeeklySpan(0, 600)], "UTC", "", [], Place.None) { Dates = [Stretch("2026-01-01", 0, 144_000)] };
        Assert.Equal(At("2026-04-11T00:00:00Z"), CalendarClock.NextChange(weekly, At("2026-01-02T00:00:00Z")));
        var meeting = weekly with { Dates = [Stretch("2026-01-01", 0, 95 * 1440)] }; // to Monday, 6 April, 00:00
        Assert.Equal(At("2026-04-06T10:00:00Z"), CalendarClock.NextChange(meeting, At("2026-01-02T00:00:00Z")));
        Assert.Equal(At("2149-12-31T23:00:00Z"), CalendarClock.NextChange(always with { Open = [] }, At("2026-06-02T00:00:00Z")));
    }

    private const int First = 20_500, Days = 24; // 2026-02-16

    private static readonly Gen<DatedSpan> GenDated = Gen.Select(Gen.Int[First - 3, First + Days], Gen.Int[0, 9], Gen.Byte[1, DatedSpan.EveryDay], Gen.Int[0, 1439], Gen.Int[1, 2_000])
        .Select((first, more, days, from, length) => more < 5 ? new DatedSpan(first, first, DatedSpan.EveryDay, from, from + (length * (more + 1))) : new DatedSpan(first, first + more, days, from, from + Math.Min(length, 1440)));

    private static readonly Gen<(Calendar Calendar, int Shift)> GenCalendar =
        Gen.Select(Gen.OneOf(("Europe/Berlin", 30), ("Europe/Berlin", 239), ("America/Chicago", 8), ("Australia/Lord_Howe", 40), ("UTC", 0)), Gen.Select(Gen.Int[0, 10_000], Gen.Int[1, 900]).Array[0, 2], GenDated.Array[1, 4])
            .Select((place, weekly, dated) => (new Calendar("works", [.. weekly.Select(span => new WeeklySpan(span.Item1, Math.Min(span.Item1 + span.Item2, 10_080)))], place.Item1, "", [], Place.None)
            { Dates = [.. dated.Select(span => span with { First = span.First + place.Item2, Last = span.Last + place.Item2 })] }, place.Item2));

    [Fact]
    public void Weeks_and_dates_are_open_as_minute_by_minute_on_the_wall()
    {
        var edges = 0;
        GenCalendar.Sample(drawn =>
        {
            var (calendar, shift) = drawn;
            var begin = new Instant(0) + (Duration.Days(1) * (First + shift));
            var expected = Walked(calendar, begin, Days * 1440);
            for (var minute = 0; minute < expected.Length; minute += 1)
                if (expected[minute] != CalendarClock.IsOpen(calendar, begin + Duration.Minutes(minute))) Assert.Fail($"{calendar.Zone} {begin + Duration.Minutes(minute)} is {(expected[minute] ? "open" : "shut")}");
            var changes = Enumerable.Range(1, expected.Length - 1).Where(minute => expected[minute] != expected[minute - 1]).Select(minute => begin + Duration.Minutes(minute)).ToList();
            edges += changes.Count;
            var end = begin + Duration.Minutes(expected.Length);
            var found = new List<Instant>();
            for (var next = CalendarClock.NextChange(calendar, begin); next is { } change && change < end; next = CalendarClock.NextChange(calendar, change)) found.Add(change);
            Assert.Equal(changes, found);
            Assert.Equal(Enumerable.Range(0, expected.Length).Where(minute => expected[minute]).LongCount(), CalendarClock.OpenIn(calendar, begin, end).Sum(span => (span.To - span.From).Nanoseconds / Duration.PerMinute));
        }, iter: 60, threads: 1);
        Assert.True(edges > 400, $"only {edges} changes");
    }

    /// <summary>
    /// Knows what a clock on the wall shows at each minute, and nothing else: a time of it is the first minute that shows it; one that is never shown is so far behind the last minute before it as it is behind what that one shows.
    /// </summary>
    private static bool[] Walked(Calendar calendar, Instant begin, int minutes)
    {
        const int before = 15 * 1440, after = 3 * 1440;
        var zone = DateTimeZoneProviders.Tzdb[calendar.Zone];
        var epoch = new LocalDateTime(1970, 1, 1, 0, 0);
        var shown = Enumerable.Range(-before, before + minutes + after).Select(minute => Period.Between(epoch, NodaTime.Instant.FromUnixTimeTicks((begin + (Duration.Minutes(1) * minute)).Microseconds * 10).InZone(zone).LocalDateTime, PeriodUnits.Minutes).Minutes).ToArray();
        var firsts = new Dictionary<long, int>();
        for (var i = 0; i < shown.Length; i++) firsts.TryAdd(shown[i], i);
        int? MinuteOf(long wall)
        {
            if (firsts.TryGetValue(wall, out var exact)) return exact;
            if (wall < shown[0] || wall > shown[^1]) return null;
            var last = Array.FindLastIndex(shown, one => one < wall);
            return last + (int)(wall - shown[last]);
        }
        var open = new bool[minutes];
        void Put(long from, long to)
        {
            if (MinuteOf(from) is not { } begins) return; // so far back that nothing of it is left
            for (var i = begins; i < (MinuteOf(to) ?? shown.Length); i++)
                if (i >= before && i - before < minutes)
                    open[i - before] = true;
        }
        for (var day = First - 40; day < First + 320; day++)
        {
            foreach (var span in calendar.Dates)
                if (day >= span.First && day <= span.Last && (span.Days >> ((int)epoch.PlusDays(day).DayOfWeek - 1) & 1) == 1)
                    Put((day * 1440L) + span.From, (day * 1440L) + span.To);
            if (epoch.PlusDays(day).DayOfWeek == IsoDayOfWeek.Monday)
                foreach (var span in calendar.Open) Put((day * 1440L) + span.From, (day * 1440L) + span.To);
        }
        return open;
    }
}
