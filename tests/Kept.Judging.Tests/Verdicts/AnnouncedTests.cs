using CsCheck;
using Kept.Model;
using Xunit;
using static Kept.Judging.Tests.Make;

namespace Kept.Judging.Tests.Verdicts;

/// <summary>What was announced when: terms that plan anew take back nothing that they still plan, and excuse nothing that was not announced in time.</summary>
public sealed class AnnouncedTests
{
    private static readonly Instant From = Make.At("2026-03-27T00:00:00Z"); // a clock change follows in Brussels
    private const int Minutes = 4 * 1440, Day = 20_539; // that day

    private static Calendar Planned(string zone, params (int From, int Length)[] nights) => new("works", [], zone, string.Join("; ", nights) + zone, [], Place.None)
    { Dates = [.. nights.Select(night => new DatedSpan(Day + (night.From / 1440), Day + (night.From / 1440), DatedSpan.EveryDay, night.From % 1440, (night.From % 1440) + night.Length))] };

    private static readonly Gen<(Maintenance Maintenance, Instant Since, FormerPlan[] Former)> GenPlans =
        Gen.Select(Gen.OneOf("UTC", "Europe/Brussels"), Gen.Select(Gen.Int[0, Minutes], Gen.Int[5, 600]).Array[4, 8], Gen.Select(Gen.Int[0, 4].Array[8], Gen.Int[1, 2400]).Array[2, 5], Gen.Int[0, 48], Gen.Int[60, 900], Gen.Int[12, 48])
            .Select((zone, nights, plans, lead, upTo, per) =>
            {
                // each of the terms plans most of the nights; those of now are the last
                var calendars = plans.Select(plan => Planned(zone, [.. nights.Where((_, i) => plan.Item1[i] > 0)])).ToList();
                var since = From - Duration.Hours(60);
                var dated = calendars.Select((calendar, i) => new FormerPlan(calendar, since += Duration.Minutes(plans[i].Item2))).Reverse().ToList();
                return (new Maintenance(Duration.Hours(lead), Duration.Minutes(upTo), Duration.Hours(per), "") { During = dated[0].Planned }, dated[0].Since, dated.Skip(1).ToArray());
            });

    /// <summary>
    /// The rule, minute by minute. Announced: planned by the terms that stood so long before it, and by all that came since and until it. Of what was announced, as the terms that stood so long before the
    /// minute know it, there may be so much in the stretch that ends with the minute. And all terms that came later plan it still.
    /// </summary>
    private static bool[] Slow(Maintenance maintenance, IReadOnlyList<FormerPlan> newestFirst, int from, int minutes)
    {
        var (lead, per, upTo) = ((int)(maintenance.Announced.Nanoseconds / Duration.PerMinute), (int)(maintenance.Per.Nanoseconds / Duration.PerMinute), maintenance.UpTo.Nanoseconds / Duration.PerMinute);
        var first = from - per;
        bool[] PlannedBy(FormerPlan plan) => [.. Enumerable.Range(first, per + minutes).Select(minute => CalendarClock.IsOpen(plan.Planned, At(minute)))];
        var plans = newestFirst.Reverse().Select(plan => (Minute: (plan.Since - From).Nanoseconds / Duration.PerMinute, Open: PlannedBy(plan))).ToList();
        // by all terms that stood at any time from one minute to another, of the first so many there were
        bool Planned(int minute, long since, long until, int known) => plans.Take(known).Where((plan, i) => plan.Minute <= until && (i + 1 == known || plans[i + 1].Minute > since)).All(plan => plan.Open[minute - first]);
        var announced = Enumerable.Range(0, plans.Count + 1).Select(known =>
            Enumerable.Range(first, per + minutes).Select(minute => known > 0 && plans[0].Minute <= minute - lead && Planned(minute, minute - lead, minute, known)).ToList()).ToList();
        return [.. Enumerable.Range(from, minutes).Select(minute =>
        {
            var known = announced[plans.Count(plan => plan.Minute <= minute - lead)];
            return known[minute - first] && known.GetRange(minute - first - per + 1, per).Count(is1 => is1) <= upTo && Planned(minute, minute - lead, long.MaxValue, plans.Count);
        })];
    }

    private static Instant At(int minute) => From + (Duration.Minutes(1) * minute);

    private static bool[] Excused(Maintenance maintenance, IReadOnlyList<FormerPlan> newestFirst, int from, int minutes)
    {
        var times = new MaintenanceTimes(maintenance, newestFirst[0].Planned, newestFirst[0].Since, [.. newestFirst.Skip(1)]);
        bool[] excused = [.. Enumerable.Range(from, minutes).Select(minute => times.Holds(At(minute).Microseconds))];
        Assert.Equal(excused.LongCount(one => one) * 60_000_000, times.In(At(from).Microseconds, At(from + minutes).Microseconds).Sum(stretch => stretch.To - stretch.From));
        return excused;
    }

    [Fact]
    public void A_moment_is_maintenance_when_it_was_announced_in_time_and_within_the_cap_of_what_was()
    {
        // over several runs, so that no single one decides whether these cases are drawn
        var counts = new Dictionary<string, int>();
        void Count(string what, bool isSo) => counts[what] = counts.GetValueOrDefault(what) + (isSo ? 1 : 0);
        for (var run = 0; run < 4; run++)
            GenPlans.Sample(drawn =>
            {
                var (maintenance, since, former) = drawn;
                FormerPlan[] plans = [new(maintenance.During!, since), .. former];
                var (expected, alone) = (Slow(maintenance, plans, 0, Minutes), Slow(maintenance, plans[..1], 0, Minutes));
                Assert.Equal(expected, Excused(maintenance, plans, 0, Minutes));
                Count("excused", expected.Contains(true));
                Count("excused by earlier terms", expected.Zip(alone).Any(one => one is (true, false)));
                Count("not, as earlier terms say", expected.Zip(alone).Any(one => one is (false, true)));
                var planned = Enumerable.Range(0, Minutes).Select(minute => CalendarClock.IsOpen(maintenance.During!, At(minute))).ToList();
                Count("planned and not excused", expected.Zip(planned).Any(one => one is (false, true)));
            }, iter: 30, threads: 1);
        Assert.Equal(4, counts.Count);
        Assert.All(counts, count => Assert.True(count.Value >= 5, string.Join(", ", counts)));
    }

    [Fact]
    public void Terms_that_come_later_excuse_nothing_more_of_what_was_before_them()
    {
        var took = 0;
        for (var run = 0; run < 2; run++)
            GenPlans.Sample(drawn =>
            {
                var (maintenance, since, former) = drawn;
                var known = (int)((since - From).Nanoseconds / Duration.PerMinute) + (int)(maintenance.Announced.Nanoseconds / Duration.PerMinute);
                if (known is <= 0 or > Minutes) return;
                var (before, after) = (Excused(maintenance, former, 0, known), Excused(maintenance, [new(maintenance.During!, since), .. former], 0, known));
                Assert.DoesNotContain((false, true), before.Zip(after));
                if (before.Zip(after).Any(one => one is (true, false))) took++;
            }, iter: 60, threads: 1);
        Assert.True(took >= 3, $"{took}");
    }

    [Fact]
    public void Plans_that_no_window_asks_about_any_more_are_forgotten_and_no_more_are_kept_than_fifty()
    {
        var (forgot, decides) = (0, 0);
        for (var run = 0; run < 2; run++)
            Gen.Select(GenPlans, Gen.Int[0, Minutes - 60]).Sample((drawn, from) =>
            {
                var (maintenance, since, former) = drawn;
                var needed = FormerPlan.Needed(maintenance, since, [.. former], At(from));
                FormerPlan[] newest = [new(maintenance.During!, since)];
                var all = Excused(maintenance, [.. newest, .. former], from, Minutes - from);
                Assert.Equal(all, Excused(maintenance, [.. newest, .. needed], from, Minutes - from));
                if (needed.Length < former.Length) forgot++;
                if (!all.SequenceEqual(Excused(maintenance, newest, from, Minutes - from))) decides++;
            }, iter: 60, threads: 1);
        Assert.True(forgot > 10 && decides > 10, $"{forgot} {decides}");
        FormerPlan[] many = [.. Enumerable.Range(1, 60).Select(i => new FormerPlan(Planned("UTC", (60, 60)), At(-i)))];
        Assert.Equal(many.Take(FormerPlan.Most), FormerPlan.Needed(FourHours, At(0), [.. many], At(0)));
        Assert.Equal(many.Take(1), FormerPlan.Needed(FourHours, At(0), [.. many], At(0) + FourHours.Per + FourHours.Announced - Duration.Minutes(1) + Duration.Milliseconds(1)));
        Assert.Empty(FormerPlan.Needed(FourHours, At(0), [.. many], At(0) + FourHours.Per + FourHours.Announced));
    }

    private static readonly Maintenance FourHours = new(Duration.Hours(72), Duration.Hours(4), Duration.Days(30), "");
    private const int Hour = 60;

    /// <summary>Which of two nights of four hours are excused, of which the cap takes one.</summary>
    private static string Nights(params (string Nights, int Since)[] newestFirst)
    {
        const int a = 1 * Hour, b = 49 * Hour;
        FormerPlan[] plans = [.. newestFirst.Select(plan => new FormerPlan(Planned("UTC", [.. plan.Nights.Select(night => (night == 'a' ? a : b, 4 * Hour))]), At(plan.Since)))];
        var excused = Excused(FourHours, plans, 0, Minutes);
        Assert.Equal(Slow(FourHours, plans, 0, Minutes), excused);
        return (excused[a] && excused[a + (4 * Hour) - 1] ? "a" : "") + (excused[b] && excused[b + (4 * Hour) - 1] ? "b" : "");
    }

    [Fact]
    public void What_is_taken_out_when_it_is_over_makes_no_room_for_another_night()
    {
        Assert.Equal("a", Nights(("ab", -100 * Hour)));
        // the first went well and the second did not
        Assert.Equal("", Nights(("b", 60 * Hour), ("ab", -100 * Hour)));
        Assert.Equal("a", Nights(("ab", 70 * Hour), ("a", 60 * Hour), ("ab", -100 * Hour)));
        // taken out before it comes, it makes room for what can still be announced: for the other one this is too late
        Assert.Equal("", Nights(("b", 0), ("ab", -100 * Hour)));
        Assert.Equal("b", Nights(("b", -24 * Hour), ("ab", -100 * Hour)));
    }

    [Fact]
    public void A_night_that_was_never_announced_spends_nothing_of_the_cap()
    {
        Assert.Equal("b", Nights(("ab", 0), ("b", -100 * Hour)));
        Assert.Equal("b", Nights(("ab", 80 * Hour), ("b", -100 * Hour)));
        Assert.Equal("a", Nights(("ab", -90 * Hour), ("b", -100 * Hour)));
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
