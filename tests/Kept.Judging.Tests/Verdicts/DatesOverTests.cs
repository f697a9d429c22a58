using Kept.Model;
using Xunit;
using static Kept.Judging.Tests.Make;

namespace Kept.Judging.Tests.Verdicts;

/// <summary>When the dates of a calendar are over (B06), and when that is to be asked again.</summary>
public sealed class DatesOverTests
{
    private static readonly Instant Over = At("2026-03-04T02:00:00Z"), Now = At("2026-02-01T00:00:00Z");

    private static Calendar Calendar(string name, string date = "2026-03-03", WeeklySpan[]? open = null) => new(name, [.. open ?? []], "UTC", name, [], Place.None)
    {
        Dates = [new DatedSpan(Day(date) - 10, Day(date) - 10, DatedSpan.EveryDay, 60, 120), new DatedSpan(Day(date), Day(date), DatedSpan.EveryDay, 22 * 60, 26 * 60)],
    };

    private static int Day(string date) => (int)((At(date + "T00:00:00Z") - new Instant(0)).Nanoseconds / Duration.PerDay);

    private static House Of(params Agent[] agents) => new() { Id = "h", Agents = [.. agents] };

    private static Agent Shop(Calendar[] calendars, params Promise[] promises) => new() { Id = "shop", At = Place.None, Calendars = [.. calendars], Promises = [.. promises] };

    private static Promise Planning(Calendar? works, params Objective[] keeps) => Promise(Make.Check("1m", "1s"), keeps) with
    {
        Maintenance = works is null ? null : new Maintenance(Duration.Hours(72), Duration.Hours(5), Duration.Days(7), "") { During = works },
    };

    private static string[] Told(House house, Instant at) => [.. BudgetRules.Check(house, at).Where(finding => finding.Code == BudgetCodes.DatesOver).Select(finding => finding.Message.Split('`')[1])];

    [Fact]
    public void A_calendar_that_only_conditions_ask_for_is_over_with_its_last_date()
    {
        var house = Of(Shop([Calendar("works")], Planning(null, Availability(99, "30d"))));
        Assert.Equal(Over, BudgetRules.NextChange(house, Now));
        Assert.Equal(Over, BudgetRules.NextChange(house, Over - Duration.Milliseconds(1)));
        Assert.Empty(Told(house, Over - Duration.Milliseconds(1)));
        Assert.Equal(["works"], Told(house, Over));
        Assert.Null(BudgetRules.NextChange(house, Over));
        Assert.Contains("was over at 2026-03-04T02:00:00Z", Assert.Single(BudgetRules.Check(house, Over), finding => finding.Code == BudgetCodes.DatesOver).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_maintenance_is_planned_by_is_left_until_the_longest_window_has_passed_over_it()
    {
        var works = Calendar("works");
        void Until(Instant told, House house)
        {
            Assert.Equal(told, BudgetRules.NextChange(house, Now));
            Assert.Empty(Told(house, told - Duration.Milliseconds(1)));
            Assert.Equal(["works"], Told(house, told));
        }
        Until(Over + Duration.Days(30), Of(Shop([works], Planning(works, Availability(99, "1d"), Availability(99, "30d")), Planning(works, Availability(99, "7d")))));
        Until(Over, Of(Shop([works], Planning(works))));
        // of a month the longest is waited for; and a wish has windows too
        Until(Over + Duration.Days(31), Of(Shop([works], Planning(works, Availability(99, "30d") with { Window = new Window.Calendar(CalendarUnit.Month, "UTC") }))));
        Until(Over + Duration.Days(14), Of(Shop([works]) with { ReliesOn = [new Reliance { Agent = "other", At = Place.None, Wishes = [Planning(works, Availability(99, "14d"))] }] }));
        // the windows of another agent, of another calendar and of what plans nothing have no part in it
        Until(Over, Of(Shop([works], Planning(null, Availability(99, "30d")), Planning(Calendar("others"), Availability(99, "30d"))), Shop([], Planning(works, Availability(99, "30d"))) with { Id = "other" }));
    }

    [Fact]
    public void The_next_of_several_is_next_and_weeks_are_never_over()
    {
        var house = Of(Shop([Calendar("last", "2026-05-05"), Calendar("first", "2026-04-05"), Calendar("weeks", open: [new(0, 60)])]), Shop([Calendar("gone", "2026-01-05")]) with { Id = "other" });
        var (first, last) = (At("2026-04-06T02:00:00Z"), At("2026-05-06T02:00:00Z"));
        Assert.Equal((first, (Instant?)last, (Instant?)null), (BudgetRules.NextChange(house, Now)!.Value, BudgetRules.NextChange(house, first), BudgetRules.NextChange(house, last)));
        Assert.Equal(["gone"], Told(house, Now));
        Assert.Equal(["first", "gone"], Told(house, first).Order());
        Assert.Equal(["first", "gone", "last"], Told(house, last).Order());
    }
}
