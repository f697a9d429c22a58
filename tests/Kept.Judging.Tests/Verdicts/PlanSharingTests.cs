using Kept.Model;
using Xunit;
using static Kept.Judging.Tests.Make;

namespace Kept.Judging.Tests.Verdicts;

/// <summary>Promises that count alike share a plan, and no others.</summary>
public sealed class PlanSharingTests
{
    private static readonly QuantityType Lag = new("lag", Dimension.Time, Direction.Provider, QuantitySource.Measured, "");

    private static Promise One => Promise([Check("10s", "5s", new Confirmation(2, 3), "a", measures: [new Measure(Lag, Seen("body", "lag"), Quantity.Time(Duration.Milliseconds(1)), "")])],
        Availability(99, "1h"), Availability(90, "1h", per: "1m"), Latency(95, "100ms", "1d"));

    /// <summary>The same promise of somebody else, at another place, with another target and rhythm: nothing of what a plan is made of.</summary>
    private static Promise Another => One with
    {
        Name = new PromiseName("other", "thing", 2),
        Version = "7",
        Checks = [One.Checks[0] with { Target = new CheckTarget("other", "other", 1, "", "other"), Every = Duration.Seconds(30), Timeout = Duration.Seconds(1), At = new Place(new SourceFile("x"), 1, 2, 3) }],
        Keeps = [.. One.Keeps.Select(objective => objective with { At = new Place(new SourceFile("x"), 4, 5, 6) })],
    };

    [Fact]
    public void One_plan_serves_promises_that_differ_in_nothing_that_is_counted()
    {
        var plans = new FoldPlans();
        Assert.Same(plans.Of(One), plans.Of(Another));
        var (shared, own) = (new PromiseFold(Another, Us, Start, plan: plans.Of(Another)), new PromiseFold(Another, Us, Start));
        for (var i = 0; i < 40; i++)
        {
            var look = Look(Start + Duration.Seconds(30 * i), i % 7 == 3 ? LookClass.Bad : LookClass.Good, 20 * i);
            shared.Add(0, look);
            own.Add(0, look);
            var (one, other) = (shared.VerdictAt(look.Slot, Nobody), own.VerdictAt(look.Slot, Nobody));
            Assert.Equal((other.Outcome, other.Reason), (one.Outcome, one.Reason));
            Assert.Equal(other.Lines.AsEnumerable(), one.Lines);
            Assert.Equal(own.ChangesBy, shared.ChangesBy); // by its own rhythm, not by that of the promise that the plan was made of
        }
        Assert.Equal(own.Snapshot(), shared.Snapshot());
        Assert.NotNull(PromiseFold.Restore(Another, Us, own.Snapshot(), plan: plans.Of(One)));
    }

    [Fact]
    public void Whatever_changes_what_is_counted_has_a_plan_of_its_own()
    {
        var (first, keeps, check) = (One, One.Keeps, One.Checks[0]);
        Promise With(Objective objective) => first with { Keeps = keeps.SetItem(1, objective) };
        Promise Checked(Kept.Model.Check other) => first with { Checks = [other] };
        Promise[] others =
        [
            first with { Coverage = 0.5m },
            first with { Confidence = 0.95m },
            first with { Accounting = new Accounting(GapAccount.Bad, GapAccount.Excluded, RetryAccount.Each) },
            first with { Keeps = keeps.RemoveAt(1) },
            first with { Keeps = [keeps[1], keeps[0], keeps[2]] },
            first with { Checks = [] },
            first with { Checks = [check, check with { Name = "b" }] },
            Checked(check with { Name = "b" }),
            Checked(check with { Confirm = Confirmation.AtOnce }),
            Checked(check with { Measures = [] }),
            Checked(check with { Measures = [check.Measures[0] with { Quantity = Lag with { Name = "delay" } }] }),
            With(keeps[1] with { Text = "in other words" }),
            With(keeps[1] with { Quantity = Lag }),
            With(keeps[1] with { Statistic = new Statistic(StatisticKind.Every, 0) }),
            With(keeps[1] with { OfCheck = "a" }),
            With(keeps[1] with { Operator = Comparison.Greater }),
            With(keeps[1] with { Target = Quantity.Ratio(0.91m) }),
            With(keeps[1] with { Window = new Window.Rolling(Duration.Hours(2)) }),
            With(keeps[1] with { Window = new Window.Calendar(CalendarUnit.Day, "UTC") }),
            With(keeps[1] with { Slice = Duration.Minutes(2) }),
            With(keeps[1] with { Slice = null }),
            With(keeps[1] with { SliceRule = new SliceRule(SliceCount.AtLeast, 0.5m) }),
        ];
        var plans = new FoldPlans();
        var made = new HashSet<FoldPlan> { plans.Of(first) };
        foreach (var other in others)
        {
            Assert.True(made.Add(plans.Of(other)), other.ToString());
            Assert.Throws<ArgumentException>(() => new PromiseFold(other, Us, Start, plan: plans.Of(first)));
        }
        Assert.Same(plans.Of(first), plans.Of(One));
    }
}
