using Kept.Model;
using NodaTime;
using Xunit;
using static Kept.Judging.Tests.Make;
using Calendar = Kept.Model.Calendar;
using Duration = Kept.Model.Duration;
using Instant = Kept.Model.Instant;

namespace Kept.Judging.Tests.Calendars;

public sealed class CalendarClockTests
{
    private const int Day = 1440;

    private static Calendar Open(string zone, params (int Day, string From, string To)[] spans) =>
        new("show", [.. spans.Select(span => Span(span.Day, span.From, span.To))], zone, "", [], Place.None);

    /// <summary>Day 1 is Monday; an end that is not after its begin is on the next day.</summary>
    private static WeeklySpan Span(int day, string from, string to)
    {
        var start = ((day - 1) * Day) + Minutes(from);
        var end = ((day - 1) * Day) + Minutes(to);
        return new WeeklySpan(start, end > start ? end : end + Day);
    }

    private static int Minutes(string clock) => (int.Parse(clock[..2]) * 60) + int.Parse(clock[3..]);

    [Theory]
    // Friday evening in winter (+1) and in summer (+2); the end is excluded.
    [InlineData("Europe/Brussels", 5, "20:30", "22:00", "2026-03-06T19:29:59Z", false)]
    [InlineData("Europe/Brussels", 5, "20:30", "22:00", "2026-03-06T19:30:00Z", true)]
    [InlineData("Europe/Brussels", 5, "20:30", "22:00", "2026-03-06T20:59:59Z", true)]
    [InlineData("Europe/Brussels", 5, "20:30", "22:00", "2026-03-06T21:00:00Z", false)]
    [InlineData("Europe/Brussels", 5, "20:30", "22:00", "2026-07-03T18:30:00Z", true)]
    [InlineData("Europe/Brussels", 5, "20:30", "22:00", "2026-07-03T20:00:00Z", false)]
    // Over midnight from Sunday to Monday: the end of the week.
    [InlineData("Europe/Brussels", 7, "22:00", "02:00", "2026-03-08T21:00:00Z", true)]
    [InlineData("Europe/Brussels", 7, "22:00", "02:00", "2026-03-09T00:59:59Z", true)]
    [InlineData("Europe/Brussels", 7, "22:00", "02:00", "2026-03-09T01:00:00Z", false)]
    // Brussels skips 02:00 to 03:00 on 29 March 2026 (01:00Z): a span inside is moved on by the hour.
    [InlineData("Europe/Brussels", 7, "02:15", "02:45", "2026-03-29T00:59:59Z", false)]
    [InlineData("Europe/Brussels", 7, "02:15", "02:45", "2026-03-29T01:14:59Z", false)]
    [InlineData("Europe/Brussels", 7, "02:15", "02:45", "2026-03-29T01:15:00Z", true)]
    [InlineData("Europe/Brussels", 7, "02:15", "02:45", "2026-03-29T01:45:00Z", false)]
    // A span from 01:00 to 04:00 is an hour shorter that night.
    [InlineData("Europe/Brussels", 7, "01:00", "04:00", "2026-03-29T00:00:00Z", true)]
    [InlineData("Europe/Brussels", 7, "01:00", "04:00", "2026-03-29T01:59:59Z", true)]
    [InlineData("Europe/Brussels", 7, "01:00", "04:00", "2026-03-29T02:00:00Z", false)]
    // Brussels has 02:00 to 03:00 twice on 25 October 2026 (00:00Z and 01:00Z): the first occurrence of each end.
    [InlineData("Europe/Brussels", 7, "02:15", "02:45", "2026-10-25T00:15:00Z", true)]
    [InlineData("Europe/Brussels", 7, "02:15", "02:45", "2026-10-25T00:45:00Z", false)]
    [InlineData("Europe/Brussels", 7, "02:15", "02:45", "2026-10-25T01:15:00Z", false)]
    [InlineData("Europe/Brussels", 7, "01:00", "03:00", "2026-10-24T23:00:00Z", true)]
    [InlineData("Europe/Brussels", 7, "01:00", "03:00", "2026-10-25T01:59:59Z", true)]
    [InlineData("Europe/Brussels", 7, "01:00", "03:00", "2026-10-25T02:00:00Z", false)]
    // Chicago skips 02:00 to 03:00 on 8 March 2026 (08:00Z), and repeats 01:00 to 02:00 on 1 November 2026.
    [InlineData("America/Chicago", 7, "01:30", "03:30", "2026-03-08T07:30:00Z", true)]
    [InlineData("America/Chicago", 7, "01:30", "03:30", "2026-03-08T08:29:59Z", true)]
    [InlineData("America/Chicago", 7, "01:30", "03:30", "2026-03-08T08:30:00Z", false)]
    [InlineData("America/Chicago", 7, "01:30", "02:00", "2026-11-01T06:30:00Z", true)]
    [InlineData("America/Chicago", 7, "01:30", "02:00", "2026-11-01T07:59:59Z", true)]
    [InlineData("America/Chicago", 7, "01:30", "02:00", "2026-11-01T08:00:00Z", false)]
    // Lord Howe moves by half an hour: 02:00 becomes 02:30 on 4 October 2026 (15:30Z on the 3rd), and 02:00 becomes 01:30 on 5 April 2026.
    [InlineData("Australia/Lord_Howe", 7, "02:00", "02:30", "2026-10-03T15:29:59Z", false)]
    [InlineData("Australia/Lord_Howe", 7, "02:10", "02:40", "2026-10-03T15:40:00Z", false)]
    [InlineData("Australia/Lord_Howe", 7, "02:10", "02:45", "2026-10-03T15:40:00Z", true)]
    [InlineData("Australia/Lord_Howe", 7, "01:00", "02:00", "2026-04-04T14:00:00Z", true)]
    [InlineData("Australia/Lord_Howe", 7, "01:00", "02:00", "2026-04-04T15:29:59Z", true)]
    [InlineData("Australia/Lord_Howe", 7, "01:00", "02:00", "2026-04-04T15:30:00Z", false)]
    public void A_span_is_open_by_the_clock_on_the_wall(string zone, int day, string from, string to, string at, bool open)
    {
        Assert.Equal(open, CalendarClock.IsOpen(Open(zone, (day, from, to)), At(at)));
    }

    [Theory]
    [InlineData("this day Europe/Brussels", "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z")] // 23 hours
    [InlineData("this day Europe/Brussels", "2026-10-25T12:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")] // 25 hours
    [InlineData("this day Europe/Brussels", "2026-03-28T23:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z")] // the first moment is in it
    [InlineData("this day Europe/Brussels", "2026-03-28T22:59:59Z", "2026-03-27T23:00:00Z", "2026-03-28T23:00:00Z")]
    [InlineData("this week Europe/Brussels", "2026-03-29T12:00:00Z", "2026-03-22T23:00:00Z", "2026-03-29T22:00:00Z")]
    [InlineData("this month Europe/Brussels", "2026-03-31T21:59:59Z", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z")]
    [InlineData("this month America/Chicago", "2026-03-31T22:00:00Z", "2026-03-01T06:00:00Z", "2026-04-01T05:00:00Z")]
    [InlineData("this quarter Australia/Lord_Howe", "2026-05-01T00:00:00Z", "2026-03-31T13:00:00Z", "2026-06-30T13:30:00Z")]
    [InlineData("this year Asia/Kathmandu", "2026-12-31T18:14:59Z", "2025-12-31T18:15:00Z", "2026-12-31T18:15:00Z")]
    [InlineData("this year Asia/Kathmandu", "2026-12-31T18:15:00Z", "2026-12-31T18:15:00Z", "2027-12-31T18:15:00Z")]
    [InlineData("this day America/Sao_Paulo", "2018-11-04T12:00:00Z", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z")] // midnight was skipped
    [InlineData("30d", "2026-03-31T00:00:00Z", "2026-03-01T00:00:00Z", "2026-03-31T00:00:00Z")]
    public void A_window_begins_and_ends_where_its_zone_says(string window, string now, string from, string to)
    {
        Assert.Equal((At(from), At(to)), CalendarClock.WindowOf(Over(window), At(now)));
    }

    [Theory]
    [InlineData("Europe/Brussels", "2026-03-20T00:00:00Z")]
    [InlineData("Europe/Brussels", "2026-10-20T00:00:00Z")]
    [InlineData("America/Chicago", "2026-03-05T00:00:00Z")]
    [InlineData("Australia/Lord_Howe", "2026-04-01T00:00:00Z")]
    public void The_next_change_is_where_it_opens_or_closes(string zone, string start)
    {
        var calendar = Open(zone, (5, "20:30", "22:00"), (7, "01:00", "02:30"), (7, "02:30", "03:15"), (7, "23:00", "01:00"), (6, "00:00", "00:00"));
        var at = At(start);
        var end = at + Duration.Days(14);
        var walked = new List<Instant>();
        for (var moment = at + Duration.Minutes(1); moment <= end; moment += Duration.Minutes(1))
            if (CalendarClock.IsOpen(calendar, moment) != CalendarClock.IsOpen(calendar, moment - Duration.Minutes(1)))
                walked.Add(moment);
        var found = new List<Instant>();
        for (var next = CalendarClock.NextChange(calendar, at); next is { } change && change <= end; next = CalendarClock.NextChange(calendar, change)) found.Add(change);
        Assert.Equal(walked, found);
    }

    [Fact]
    public void A_calendar_that_never_changes_says_so()
    {
        Assert.Null(CalendarClock.NextChange(Open("UTC"), Start));
        var always = new Calendar("always", [new WeeklySpan(0, 7 * Day)], "Europe/Brussels", "", [], Place.None);
        Assert.Null(CalendarClock.NextChange(always, Start));
        Assert.True(CalendarClock.IsOpen(always, At("2026-03-29T01:00:00Z")));
        Assert.True(CalendarClock.IsOpen(always, At("2026-10-25T01:00:00Z")));
        Assert.False(CalendarClock.IsOpen(Open("UTC"), Start));
    }

    [Fact]
    public void A_zone_that_nobody_knows_is_an_error_here_and_unknown_in_a_condition()
    {
        var nowhere = Open("Europe/Nowhere", (1, "08:00", "09:00"));
        Assert.Contains("Europe/Nowhere", Assert.Throws<ArgumentException>(() => CalendarClock.IsOpen(nowhere, Start)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => CalendarClock.WindowOf(Over("this day Europe/Nowhere"), Start));
        Assert.Equal(Truth.Unknown, Judge.Given(During("show"), Start, new Surroundings(Nobody, null, null, null, _ => nowhere)).Truth);
    }

    /// <summary>The resolver is RFC 5545's; this pins NodaTime's behaviour, on which the text above relies.</summary>
    [Fact]
    public void Lenient_means_first_of_two_and_moved_on_by_the_gap()
    {
        var brussels = DateTimeZoneProviders.Tzdb["Europe/Brussels"];
        Assert.Equal(NodaTime.Instant.FromUtc(2026, 10, 25, 0, 30), brussels.AtLeniently(new LocalDateTime(2026, 10, 25, 2, 30)).ToInstant());
        Assert.Equal(NodaTime.Instant.FromUtc(2026, 3, 29, 1, 30), brussels.AtLeniently(new LocalDateTime(2026, 3, 29, 2, 30)).ToInstant());
    }
}
