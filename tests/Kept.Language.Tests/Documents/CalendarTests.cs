using Kept.Model;
using Xunit;

namespace Kept.Language.Tests.Documents;

/// <summary>The hours of calendars: weeks, and dates.</summary>
public sealed class CalendarTests
{
    private static int Day(int year, int month, int day) => new DateOnly(year, month, day).DayNumber - new DateOnly(1970, 1, 1).DayNumber;

    private static Calendar CalendarOf(string open) => Houses.Reads(Houses.WithTop($"calendars: {{ works: {{ open: {open} }} }}")).Agents[0].Calendars[0];

    [Fact]
    public void A_stretch_from_one_moment_to_another_is_one_span()
    {
        var calendar = CalendarOf("'2026-12-03 22:00 to 2026-12-05 02:30 Europe/Berlin'");
        Assert.Equal([new DatedSpan(Day(2026, 12, 3), Day(2026, 12, 3), DatedSpan.EveryDay, 22 * 60, (50 * 60) + 30)], calendar.Dates);
        Assert.Equal(("Europe/Berlin", "2026-12-03 22:00 to 2026-12-05 02:30 Europe/Berlin", true), (calendar.Zone, calendar.Text, calendar.Open.IsEmpty));
    }

    [Fact]
    public void Dates_stand_in_ranges_and_lists_and_go_over_midnight()
    {
        var (first, second, third) = (Day(2026, 12, 1), Day(2026, 12, 5), Day(2026, 12, 9));
        Assert.Equal([new DatedSpan(first, second, DatedSpan.EveryDay, 1320, 1560), new DatedSpan(third, third, DatedSpan.EveryDay, 1320, 1560)], CalendarOf("'2026-12-01..2026-12-05,2026-12-09 22:00-02:00 UTC'").Dates);
        Assert.Equal([new DatedSpan(third, third, DatedSpan.EveryDay, 0, 1440)], CalendarOf("'2026-12-09 00:00-24:00 UTC'").Dates);
        // Monday to Friday, and Sunday
        Assert.Equal([new DatedSpan(first, Day(2026, 12, 31), 0b101_1111, 60, 120)], CalendarOf("'Mo-Fr,Su 2026-12-01..2026-12-31 01:00-02:00 UTC'").Dates);
    }

    [Fact]
    public void Weeks_and_dates_stand_beside_each_other_and_what_is_written_twice_counts_once()
    {
        var calendar = CalendarOf("[ 'Su 02:00-04:00 UTC', '2026-12-09 22:00-02:00 UTC', '2026-12-09,2026-12-09 22:00-02:00 UTC', '2026-12-03 22:00-02:00 UTC' ]");
        Assert.Equal([new WeeklySpan(8_760, 8_880)], calendar.Open);
        Assert.Equal([Day(2026, 12, 3), Day(2026, 12, 9)], calendar.Dates.Select(span => span.First));
        Assert.Equal("Su 02:00-04:00 UTC; 2026-12-09 22:00-02:00 UTC; 2026-12-09,2026-12-09 22:00-02:00 UTC; 2026-12-03 22:00-02:00 UTC", calendar.Text);
        var told = CalendarText.Read(calendar.Text)!;
        Assert.Equal(calendar.Open, told.Open);
        Assert.Equal(calendar.Dates, told.Dates);
        Assert.Equal(calendar.Zone, told.Zone);
        Assert.Null(CalendarText.Read(calendar.Text + "; tomorrow"));
        Assert.Null(CalendarText.Read(""));
    }

    [Theory]
    [InlineData("2026-02-30 22:00-02:00 UTC", "L151", "`2026-02-30` is no date", 1)]
    [InlineData("2026-12-1 22:00-02:00 UTC", "L151", "`2026-12-1` is no date", 1)]
    [InlineData("2026-12-01..22 22:00-02:00 UTC", "L151", "`22` is no date", 13)]
    [InlineData("2026-12-01..2026-12-02..2026-12-03 22:00-02:00 UTC", "L151", "are no dates", 1)]
    [InlineData("2026-12-01, 22:00-02:00 UTC", "L151", "`` is no date", 12)]
    [InlineData("1999-12-31 22:00-02:00 UTC", "L151", "1999-12-31 is out of range", 1)]
    [InlineData("2199-12-31 22:00 to 2200-01-01 02:00 UTC", "L151", "2200-01-01 is out of range", 21)]
    [InlineData("2026-12-03 22:00 to 2026-12-03 22:00 UTC", "L152", "it ends at 2026-12-03 22:00, which is not after it begins", 21)]
    [InlineData("2026-12-03 22:00 to 2028-12-03 22:00 UTC", "L152", "it lasts more than 400 days", 21)]
    [InlineData("2026-12-03..2026-12-02 22:00-02:00 UTC", "L152", "`2026-12-02` is before `2026-12-03`", 1)]
    [InlineData("2026-12-03..2028-12-03 22:00-02:00 UTC", "L152", "are more than 400 days", 1)]
    [InlineData("Su 2026-12-03 22:00-02:00 UTC", "L152", "no such day lies in `2026-12-03`", 4)]
    [InlineData("2026-03-29 02:30-03:00 Europe/Berlin", "L152", "on 2026-03-29 the clock of Europe/Berlin leaves this time out", 1)]
    [InlineData("2026-03-29 02:30 to 2026-03-29 03:10 Europe/Berlin", "L152", "leaves this time out", 1)]
    [InlineData("2026-12-03 22:00 to 2026-12-04 2:00 UTC", "L034", "`2:00` is no time of the day", 32)]
    [InlineData("2026-12-03 22:00-25:00 UTC", "L034", "`22:00-25:00` is no span of time", 12)]
    [InlineData("2026-12-03 22:00 to 2026-12-04 02:00", "L034", "names no time zone", 1)]
    [InlineData("2026-12-03 22:00-02:00", "L034", "names no time zone", 1)]
    [InlineData("2026-12-03 22:00 until 2026-12-04 02:00 UTC", "L034", "is no opening time", 1)]
    [InlineData("Mo 2026-12-03 22:00 to 2026-12-04 02:00 UTC", "L034", "is no opening time", 1)]
    [InlineData("2026-12-03 22:00-02:00 Europe/Berln", "L035", "did you mean `Europe/Berlin`?", 24)]
    public void What_is_no_date_or_no_time_is_refused_with_its_place(string open, string code, string message, int column)
    {
        const string before = "calendars: { works: { open: '";
        var found = Houses.Refuses(code, Houses.WithTop($"{before}{open}' }} }}"));
        Assert.Contains(message, found.Message, StringComparison.Ordinal);
        Assert.Equal(before.Length + column, found.At.Column);
        Assert.False(string.IsNullOrEmpty(found.Help));
    }

    [Fact]
    public void One_calendar_has_one_zone_and_a_bounded_number_of_lines()
    {
        Houses.Refuses("L035", Houses.WithTop("calendars: { works: { open: [ 'Su 02:00-04:00 UTC', '2026-12-09 22:00-02:00 Europe/Berlin' ] } }"));
        string Lines(int count) => Houses.WithTop($"calendars: {{ works: {{ open: [ {string.Join(", ", Enumerable.Range(0, count).Select(i => $"'{new DateOnly(2026, 1, 1).AddDays(i):yyyy-MM-dd} 22:00-02:00 UTC'"))} ] }} }}");
        Assert.Equal(400, Houses.Reads(Lines(400)).Agents[0].Calendars[0].Dates.Length);
        Houses.Refuses("L004", Lines(401));
    }

    [Fact]
    public void Hours_of_a_contact_are_those_of_weeks()
    {
        var found = Houses.Refuses("L034", Houses.WithTop("contact: { role: on call, reach: 'mailto:a@shop.example', hours: '2026-12-09 22:00-02:00 UTC' }"));
        Assert.Contains("are hours of one date", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dates_are_among_the_terms_and_weeks_alone_keep_their_hash()
    {
        string Hash(string open) => Houses.Reads(Houses.With("given: not during works") + $"calendars: {{ works: {{ open: {open} }} }}\n").Agents[0].Promises[0].TermsHash;
        var weeks = Hash("'Su 02:00-04:00 UTC'");
        Assert.StartsWith(KnownHash, weeks, StringComparison.Ordinal);
        Assert.NotEqual(weeks, Hash("[ 'Su 02:00-04:00 UTC', '2026-12-09 22:00-02:00 UTC' ]"));
        // equal terms are equal however they are written
        Assert.Equal(Hash("'2026-12-09 22:00-02:00 UTC'"), Hash("'2026-12-09 22:00 to 2026-12-10 02:00 UTC'"));
    }

    /// <summary>As it was before calendars had dates: nobody's terms change by an update.</summary>
    private const string KnownHash = "ad364f4a0fbb6d4818fec4089b561034b5208d985a79be32f5";

    [Fact]
    public void Dates_survive_in_the_compiled_house_and_damage_of_them_is_no_house()
    {
        var house = Houses.Reads(Houses.WithTop("calendars: { works: { open: [ 'Su 02:00-04:00 UTC', 'Mo-Fr 2026-12-01..2026-12-05,2026-12-09 22:00-02:00 UTC' ] } }"));
        var bytes = CompiledHouse.Write(house);
        var back = CompiledHouse.Read(bytes, house.ContentHash, TestKinds.All)!;
        Assert.Equal(house.Agents[0].Calendars[0].Dates, back.Agents[0].Calendars[0].Dates);
        foreach (var wrong in (DatedSpan[])[new(5, 5, 127, 0, 60), new(20_000, 19_999, 127, 0, 60), new(20_000, 20_400, 127, 0, 60), new(20_000, 20_000, 0, 0, 60), new(20_000, 20_000, 128, 0, 60), new(20_000, 20_000, 127, 60, 60), new(20_000, 20_000, 127, 0, int.MaxValue), new(20_000, 99_999, 127, 0, 60)])
        {
            var agent = house.Agents[0];
            var damaged = house with { Agents = [agent with { Calendars = [agent.Calendars[0] with { Dates = [wrong] }] }] };
            Assert.Null(CompiledHouse.Read(CompiledHouse.Write(damaged), house.ContentHash, TestKinds.All));
        }
    }
}
