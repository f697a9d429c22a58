using CsCheck;
using Kept.Model;
using Xunit;
using static Kept.Judging.Tests.Make;

namespace Kept.Judging.Tests.Verdicts;

/// <summary>What was announced when: terms that plan anew take back nothing that they still plan, and excuse nothing that was not announced in time.</summary>
public sealed class AnnouncedTests
{
    private static readonly Instant From = At("2026-03-27T00:00:00Z"); // a clock change follows in Brussels
    private const int Minutes = 4 * 1440, Day = 20_539; // that day

    private static Calendar Planned(string zone, params (int From, int Length)[] nights) => new("works", [], zone, string.Join("; ", nights) + zone, [], Place.None)
    { Dates = [.. nights.Select(night => new DatedSpan(Day + (night.From / 1440), Day + (night.From / 1440), DatedSpan.EveryDay, night.From % 1440, (night.From % 1440) + night.Length))] };

    private static readonly Gen<(Maintenance Maintenance, Instant Since, FormerPlan[] Former)> GenPlans =
        Gen.Select(Gen.OneOf("UTC", "Europe/Brussels"), Gen.Select(Gen.Int[0, Minutes], Gen.Int[5, 600]).Array[2, 5], Gen.Select(Gen.Bool.Array[5], Gen.Int[1, 1500]).Array[1, 4], Gen.Int[0, 48], Gen.Int[60, 2_000], Gen.Int[12, 96])
            .Select((zone, nights, plans, lead, upTo, per) =>
            {
                // each of the terms plans some of the nights; those of now are the last
                var calendars = plans.Select(plan => Planned(zone, [.. nights.Where((_, i) => plan.Item1[i])])).ToList();
                var since = From - Duration.Hours(60);
                var dated = calendars.Select((calendar, i) => new FormerPlan(calendar, since += Duration.Minutes(plans[i].Item2))).Reverse().ToList();
                return (new Maintenance(Duration.Hours(lead), Duration.Minutes(upTo), Duration.Hours(per), "") { During = dated[0].Planned }, dated[0].Since, dated.Skip(1).ToArray());
            });

    [Fact]
    public void A_moment_is_maintenance_so_long_after_the_first_terms_that_planned_it_and_all_since()
    {
        var (excused, early, kept) = (0, 0, 0);
        GenPlans.Sample(drawn =>
        {
            var (maintenance, since, former) = drawn;
            var times = new MaintenanceTimes(maintenance, maintenance.During!, since, [.. former]);
            var per = (int)(maintenance.Per.Nanoseconds / Duration.PerMinute);
            var open = Enumerable.Range(-per, per + Minutes).Select(minute => CalendarClock.IsOpen(maintenance.During!, From + (Duration.Minutes(1) * minute))).ToList();
            for (var minute = 0; minute < Minutes; minute++)
            {
                var moment = From + Duration.Minutes(minute);
                var announced = since;
                foreach (var plan in former)
                {
                    if (!CalendarClock.IsOpen(plan.Planned, moment)) break;
                    announced = plan.Since;
                }
                var isPlanned = open[per + minute] && open.GetRange(minute + 1, per - 1).Count(is1 => is1) < maintenance.UpTo.Nanoseconds / Duration.PerMinute;
                var expected = isPlanned && moment >= announced + maintenance.Announced;
                Assert.Equal(expected, times.Holds(moment.Microseconds));
                if (isPlanned && !expected) early++;
                if (expected) excused++;
                if (expected && moment < since + maintenance.Announced) kept++; // what the terms of now alone would not excuse
            }
            var total = times.In(From.Microseconds, (From + Duration.Minutes(Minutes)).Microseconds).Sum(stretch => stretch.To - stretch.From);
            Assert.Equal(Enumerable.Range(0, Minutes).LongCount(minute => times.Holds((From + Duration.Minutes(minute)).Microseconds)) * 60_000_000, total);
        }, iter: 60, threads: 1);
        Assert.True(excused > 1_000 && early > 200 && kept > 200, $"{excused} {early} {kept}");
    }

    [Fact]
    public void A_snapshot_is_taken_up_only_with_the_announcements_it_was_made_under()
    {
        var promise = Promise(Make.Check("1m", "1s"), Availability(90, "1d")) with { Maintenance = new Maintenance(Duration.Hours(1), Duration.Hours(4), Duration.Days(7), "") { During = Planned("UTC", (60, 60), (3_000, 60)) } };
        FormerPlan[] former = [new(Planned("UTC", (60, 60)), From - Duration.Days(3))];
        var fold = new PromiseFold(promise, Us, From, termsSince: From, former: [.. former]);
        for (var i = 0; i < 180; i++) fold.Add(0, Look(From + Duration.Minutes(i), i is >= 60 and < 120 ? LookClass.Bad : LookClass.Good));
        Assert.Equal(60, fold.LineOver(0, From, From + Duration.Minutes(180), From + Duration.Minutes(180)).NotInForce);
        Assert.Equal(60, PromiseFold.Restore(promise, Us, fold.Snapshot(), termsSince: From, former: [.. former])!.LineOver(0, From, From + Duration.Minutes(180), From + Duration.Minutes(180)).NotInForce);
        Assert.Null(PromiseFold.Restore(promise, Us, fold.Snapshot(), termsSince: From));
        // announced only when the night was over, and by nobody before
        var late = new PromiseFold(promise, Us, From, termsSince: From + Duration.Minutes(120));
        Assert.Empty(late.FormerPlans);
    }

    [Theory]
    [InlineData(60, "60 min")]
    [InlineData(7, "60 min")]
    public void The_most_that_is_planned_counts_dates_with_weeks(int perDays, string alone)
    {
        var weekly = new Calendar("works", [new WeeklySpan(120, 150)], "UTC", "", [], Place.None);
        var cap = new Maintenance(default, default, Duration.Days(perDays), "");
        var dates = weekly with { Open = [], Dates = [new DatedSpan(30_000, 30_000, DatedSpan.EveryDay, 0, 60)] };
        Assert.Equal(alone, $"{MaintenanceTimes.MostPlanned(cap, dates).Nanoseconds / Duration.PerMinute} min");
        var both = dates with { Open = weekly.Open };
        // a Tuesday: so many Mondays before it as the time before it holds
        var mondays = perDays == 7 ? 1 : 9;
        Assert.Equal(Duration.Minutes(60 + (mondays * 30)), MaintenanceTimes.MostPlanned(cap, both));
    }
}
