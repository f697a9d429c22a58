using CsCheck;
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
    public void Lines_of_a_week_are_open_whenever_one_of_them_is()
    {
        const int week = 7 * 1440;
        string[] days = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];
        var (round, many) = (0, 0);
        Gen.Select(Gen.Int[0, 6], Gen.Int[0, 23], Gen.Int[0, 23]).Where(line => line.Item2 != line.Item3).Array[1, 9].Sample(lines =>
        {
            var expected = new bool[week];
            foreach (var (day, from, to) in lines)
                for (var minute = from * 60; minute < (to > from ? to : to + 24) * 60; minute++) expected[((day * 1440) + minute) % week] = true;
            var open = CalendarText.Read(string.Join("; ", lines.Select(line => $"{days[line.Item1]} {line.Item2:00}:00-{line.Item3:00}:00 UTC")))!.Open;
            var counted = new int[week];
            foreach (var span in open)
                for (var minute = span.From; minute < span.To; minute++) counted[minute % week]++;
            Assert.Equal(expected.Select(one => one ? 1 : 0), counted);
            if (open[^1].To > week) round++;
            if (open.Length > 2) many++;
        }, iter: 2_000, threads: 1);
        Assert.True(round > 50 && many > 200, $"{round} {many}");
        Assert.Equal([new WeeklySpan(10_020, 10_200)], CalendarText.Read("Su 23:00-02:00 UTC; Mo 00:00-01:00 UTC")!.Open);
    }

    /// <summary>400 nights are in one line.</summary>
    private static string Nights(int line) => $"2026-01-01..2027-02-04 {line / 60:00}:{line % 60:00}-{(line / 60) + 1:00}:{line % 60:00} UTC";

    [Fact]
    public void A_calendar_holds_so_many_days_and_no_more()
    {
        string Lines(int count, string last = "Su 02:00-04:00 UTC") => Houses.WithTop($"calendars: {{ works: {{ open: [ {string.Join(", ", Enumerable.Range(0, count).Select(Nights).Append(last).Select(line => $"'{line}'"))} ] }} }}");
        Assert.Equal(Calendar.MostDays, Houses.Reads(Lines(10)).Agents[0].Calendars[0].Days);
        // what is written twice is one
        Assert.Equal(Calendar.MostDays, Houses.Reads(Lines(10, Nights(0))).Agents[0].Calendars[0].Days);
        var found = Houses.Refuses("L152", Lines(10, "2026-12-03 22:00-02:00 UTC"));
        Assert.Equal("the dates of `works` are more than 4,000 days together", found.Message);
        Assert.Contains("by days of the week: Su 02:00-04:00", found.Help, StringComparison.Ordinal);
        // days of the week that are not among them do not count, and one stretch counts the days it lasts
        Assert.Equal(400 / 7 + 1, Houses.Reads(Houses.WithTop("calendars: { works: { open: 'Th 2026-01-01..2027-02-04 22:00-02:00 UTC' } }")).Agents[0].Calendars[0].Days);
        string Years(int count) => Houses.WithTop($"calendars: {{ works: {{ open: [ {string.Join(", ", Enumerable.Range(0, count).Select(i => $"'2026-01-01 {i:00}:00 to 2027-01-31 22:00 UTC'"))} ] }} }}");
        Assert.Equal(10 * 396, Houses.Reads(Years(10)).Agents[0].Calendars[0].Days);
        Houses.Refuses("L152", Years(11));
        Assert.Null(CalendarText.Read(string.Join("; ", Enumerable.Range(0, 11).Select(Nights))));
        Assert.NotNull(CalendarText.Read(string.Join("; ", Enumerable.Range(0, 10).Select(Nights))));
    }

    [Fact]
    public void A_house_holds_so_many_days_of_calendars_and_no_more()
    {
        string Calendars(int count) => Houses.WithTop($"calendars: {{ {string.Join(", ", Enumerable.Range(0, count).Select(i => $"c{i}: {{ open: [ {string.Join(", ", Enumerable.Range(0, 10).Select(line => $"'{Nights(line)}'"))} ] }}"))} }}");
        Assert.Equal(Calendar.MostDaysOfHouse, Houses.Reads(Calendars(50)).Agents[0].Calendars.Sum(calendar => calendar.Days));
        var found = Houses.Refuses("L152", Calendars(51));
        Assert.Equal("the calendars of this house are on more than 200,000 days together, from `c50` on", found.Message);
    }

    [Theory]
    [InlineData("2026-12-09 22:00-02:00 UTC", 48)]
    [InlineData("Mo 2026-12-07 22:00-02:00 UTC", 51)]
    [InlineData("Mo-Fr 2026-12-01..2026-12-24 22:00-02:00 UTC", 54)]
    [InlineData("2026-12-03 22:00 to 2026-12-04 02:00 UTC", 48)]
    public void Hours_of_a_contact_are_those_of_weeks(string hours, int column)
    {
        var found = Houses.Refuses("L034", Houses.WithTop($"contact: {{ role: on call, reach: 'mailto:a@shop.example', hours: '{hours}' }}"));
        Assert.Equal($"`{hours}` are hours on dates, and those of a contact are of every week", found.Message);
        Assert.StartsWith("write DAYS HH:MM-HH:MM ZONE: Mo-Fr 08:00-18:00 Europe/Brussels", found.Help, StringComparison.Ordinal);
        Assert.True(found.At.Column > column);
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

    [Fact]
    public void A_compiled_house_has_no_more_days_and_no_other_weeks_than_documents()
    {
        var house = Houses.Reads(Houses.WithTop("calendars: { works: { open: 'Su 22:00-04:00 UTC' } }"));
        var agent = house.Agents[0];
        bool Reads(params IEnumerable<Calendar> calendars) => CompiledHouse.Read(CompiledHouse.Write(house with { Agents = [agent with { Calendars = [.. calendars] }] }), house.ContentHash, TestKinds.All) is not null;
        Calendar Nights(int lines) => agent.Calendars[0] with { Dates = [.. Enumerable.Range(0, lines).Select(line => new DatedSpan(20_000, 20_399, DatedSpan.EveryDay, line, line + 60))] };
        Assert.True(Reads(Nights(10)));
        Assert.False(Reads(Nights(11)));
        Assert.True(Reads(Enumerable.Repeat(0, 50).Select(_ => Nights(10))));
        Assert.False(Reads(Enumerable.Repeat(0, 51).Select(_ => Nights(10))));
        Calendar Weekly(params WeeklySpan[] spans) => agent.Calendars[0] with { Open = [.. spans] };
        Assert.True(Reads(Weekly(new WeeklySpan(0, 10_080))));
        Assert.True(Reads(Weekly(new(60, 120), new(10_079, 10_100))));
        foreach (var wrong in ((int, int)[][])[[(-1, 60)], [(10_080, 10_100)], [(60, 60)], [(0, 10_081)], [(0, int.MaxValue)], [(60, 120), (120, 180)], [(60, 120), (0, 30)], [(60, 120), (10_000, 10_200)]])
            Assert.False(Reads(Weekly([.. wrong.Select(span => new WeeklySpan(span.Item1, span.Item2))])), wrong[^1].ToString());
    }

    [Fact]
    public void The_calendar_that_maintenance_is_planned_by_is_the_one_of_the_agent_in_the_compiled_house_too()
    {
        var house = Houses.Reads(Houses.With("maintenance: { excludes: 'announced 72h before, up to 4h/30d', during: works }") + "calendars: { works: { open: '2026-12-09 22:00-02:00 UTC' } }\n");
        var back = CompiledHouse.Read(CompiledHouse.Write(house), house.ContentHash, TestKinds.All)!.Agents[0];
        Assert.Same(house.Agents[0].Calendars[0], house.Agents[0].Promises[0].Maintenance!.During);
        Assert.Same(back.Calendars[0], back.Promises[0].Maintenance!.During);
        Assert.Equal(house.Agents[0].Calendars[0].Dates, back.Calendars[0].Dates);
    }
}
