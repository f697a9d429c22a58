using CsCheck;
using Kept.Model;
using Xunit;
using static Kept.Judging.Tests.Make;

namespace Kept.Judging.Tests.Verdicts;

/// <summary>How each thing counts that is no plain good or bad look: announced maintenance, gaps, our own outage, failures that nothing confirms.</summary>
public sealed class AccountingTests
{
    /// <summary>Open from the minute to the minute of the week, begun on Monday.</summary>
    private static Calendar Weekly(string zone, params (int From, int To)[] open) =>
        new("patching", [.. open.Select(span => new WeeklySpan(span.From, span.To))], zone, string.Join(", ", open) + " " + zone, [], Place.None);

    private static Maintenance Planned(Calendar calendar, Duration announced, Duration upTo, Duration per) => new(announced, upTo, per, "as planned") { During = calendar };

    [Theory]
    // Forty minutes of Monday, from midnight: 20 good; maintenance from minute 20 to 30 with 3 good and 2 bad, 2 of us without a route, 3 unrecorded; then a lone bad one, a bad pair, the rest good.
    //                                                                          good counted out assumed
    [InlineData("", 27, 30, 7, 0)]
    [InlineData("maintenance=counted", 30, 35, 0, 0)]
    [InlineData("maintenance=good", 32, 35, 0, 0)]
    [InlineData("maintenance=bad", 27, 35, 0, 0)]
    [InlineData("gaps=bad", 27, 30, 7, 0)] // a gap in maintenance is left out with it
    [InlineData("gaps=bad maintenance=counted", 30, 37, 0, 2)]
    [InlineData("gaps=good maintenance=counted", 32, 37, 0, 2)]
    [InlineData("gaps=bad maintenance=bad", 27, 37, 0, 2)]
    [InlineData("own=bad", 27, 30, 7, 0)] // nothing was due then
    [InlineData("own=bad maintenance=counted", 30, 38, 0, 3)]
    [InlineData("own=good maintenance=counted", 33, 38, 0, 3)]
    [InlineData("gaps=bad own=bad maintenance=bad", 27, 40, 0, 5)]
    [InlineData("retries=confirmed", 27, 29, 8, 0)] // the lone one is contradicted
    [InlineData("retries=confirmed maintenance=counted", 30, 34, 1, 0)]
    [InlineData("retries=confirmed maintenance=bad", 27, 34, 1, 0)]
    public void Each_account_changes_what_it_is_about_and_nothing_else(string policy, long good, long counted, long outside, long assumed)
    {
        LookClass? Minute(int minute) => minute switch
        {
            20 or 21 or 22 => LookClass.Good,
            23 or 24 => LookClass.Bad,
            25 or 26 => LookClass.Gap,
            27 or 28 or 29 => null,
            33 or 37 or 38 => LookClass.Bad,
            _ => LookClass.Good,
        };
        var accounting = Accounting.Usual;
        foreach (var part in policy.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var value = part.Split('=')[1];
            accounting = part.Split('=')[0] switch
            {
                "gaps" => accounting with { Gaps = Enum.Parse<GapAccount>(value, true) },
                "own" => accounting with { OwnOutage = Enum.Parse<GapAccount>(value, true) },
                "retries" => accounting with { Retries = Enum.Parse<RetryAccount>(value, true) },
                _ => accounting with { Maintenance = Enum.Parse<MaintenanceAccount>(value, true) },
            };
        }
        var promise = Promise(Make.Check("1m", "1s", new Confirmation(2, 3)), Availability(90, "1d")) with
        {
            Accounting = accounting,
            Maintenance = Planned(Weekly("UTC", (20, 30)), Duration.Hours(1), Duration.Hours(1), Duration.Days(7)),
        };
        var fold = new PromiseFold(promise, Us, Start, termsSince: Start - Duration.Days(1));
        for (var i = 0; i < 43; i++)
            if (Minute(i) is { } look)
                fold.Add(0, Look(Start + Duration.Minutes(i), look, gap: look == LookClass.Gap ? GapCause.Late : GapCause.None));
        var line = fold.LineOver(0, Start, Start + Duration.Minutes(40), Start + Duration.Minutes(42) + Duration.Seconds(30));
        Assert.Equal((good, counted, outside, assumed), (line.Good, line.Counted, line.NotInForce, line.Assumed));
        Assert.Equal(Outcome.Kept, fold.VerdictAt(Start + Duration.Minutes(42), Nobody).Lines[0].Outcome); // now is never a matter of accounting
    }

    private static readonly Gen<(Maintenance Maintenance, Instant Terms)> GenMaintenance =
        Gen.Select(Gen.OneOf("UTC", "Europe/Brussels", "America/Chicago"), Gen.Select(Gen.Int[0, 10_000], Gen.Int[5, 300]).Array[1, 5], Gen.Int[0, 48], Gen.Int[5, 400], Gen.Int[7, 96], Gen.Int[-40, 40])
            .Select((zone, spans, lead, upTo, per, terms) => (Planned(Weekly(zone, [.. spans.Select(span => (span.Item1, Math.Min(span.Item1 + span.Item2, 10_080)))]), Duration.Hours(lead), Duration.Minutes(upTo), Duration.Hours(per)),
                At("2026-03-28T00:00:00Z") + Duration.Hours(terms)));

    /// <summary>Minute by minute: it is open and announced long enough ago, and of the minutes of so long a time that end with it no more were so than the cap.</summary>
    private static List<bool> Slow(Maintenance maintenance, Instant terms, Instant from, int minutes)
    {
        var per = (int)(maintenance.Per.Nanoseconds / Duration.PerMinute);
        var announced = Enumerable.Range(-per, per + minutes).Select(minute => from + (Duration.Minutes(1) * minute) is var moment && moment >= terms + maintenance.Announced && CalendarClock.IsOpen(maintenance.During!, moment)).ToList();
        return [.. Enumerable.Range(0, minutes).Select(minute => announced[per + minute] && announced.GetRange(minute + 1, per - 1).Count(is1 => is1) < maintenance.UpTo.Nanoseconds / Duration.PerMinute)];
    }

    [Fact]
    public void Looks_in_maintenance_are_found_as_minute_by_minute_and_counted_as_the_account_says()
    {
        var kinds = new HashSet<(MaintenanceAccount, bool)>();
        Gen.Select(GenMaintenance, Gen.Enum<MaintenanceAccount>(), Gen.Int).Sample((planned, account, seed) =>
        {
            var random = new Random(seed);
            var from = At("2026-03-28T00:00:00Z"); // a clock change follows in Brussels
            var promise = Promise(Make.Check("5m", "1s"), Availability(90, "30d")) with { Maintenance = planned.Maintenance, Accounting = Accounting.Usual with { Maintenance = account } };
            var fold = new PromiseFold(promise, Us, from, termsSince: planned.Terms);
            var within = Slow(planned.Maintenance, planned.Terms, from, 4 * 1440);
            var (good, counted, outside) = (0L, 0L, 0L);
            var looks = new List<LookRecord>();
            for (var minute = 0; minute < 4 * 1440; minute += 5)
            {
                var look = (LookClass[])[LookClass.Good, LookClass.Good, LookClass.Bad, LookClass.Gap, LookClass.NotInForce];
                var seen = look[random.Next(look.Length)];
                looks.Add(Look(from + Duration.Minutes(minute), seen, gap: seen == LookClass.Gap ? GapCause.Late : GapCause.None));
                var isWithin = within[minute] && account != MaintenanceAccount.Counted;
                kinds.Add((account, isWithin));
                if (seen == LookClass.NotInForce || (isWithin && account == MaintenanceAccount.Excluded)) outside++;
                else if (seen != LookClass.Gap)
                {
                    counted++;
                    if (isWithin ? account == MaintenanceAccount.Good : seen == LookClass.Good) good++;
                }
            }
            foreach (var look in looks.OrderBy(_ => random.Next())) fold.Add(0, look);
            var line = fold.LineOver(0, from, from + Duration.Days(4), from + Duration.Days(5));
            Assert.Equal((good, counted, outside), (line.Good, line.Counted, line.NotInForce));
        }, iter: 60, threads: 1);
        Assert.Equal(7, kinds.Count); // each account with looks within and without, but that where it counts as any time
    }

    [Fact]
    public void Maintenance_never_eats_more_of_any_stretch_than_its_cap_and_none_before_it_is_announced()
    {
        GenMaintenance.Sample(planned =>
        {
            var (begin, days) = (At("2026-03-20T00:00:00Z").Microseconds, 30);
            var times = new MaintenanceTimes(planned.Maintenance, planned.Maintenance.During!, planned.Terms);
            var horizon = begin + (days * 86_400_000_000L);
            var stretches = times.In(begin, horizon).ToList();
            var per = planned.Maintenance.Per.Nanoseconds / 1000;
            foreach (var (_, end) in stretches)
                Assert.True(stretches.Sum(stretch => Math.Max(0, Math.Min(stretch.To, end) - Math.Max(stretch.From, end - per))) <= planned.Maintenance.UpTo.Nanoseconds / 1000);
            Assert.All(stretches, stretch => Assert.True(stretch.From >= (planned.Terms + planned.Maintenance.Announced).Microseconds));
            Assert.All(stretches, stretch => Assert.True(times.Holds(stretch.From) && times.Holds(stretch.To - 1) && (stretch.To == horizon || !times.Holds(stretch.To))));
        }, iter: 200, threads: 1);
    }

    [Theory]
    [InlineData(SliceCount.Whole)]
    [InlineData(SliceCount.AtLeast)]
    [InlineData(SliceCount.Mean)]
    public void Slices_in_maintenance_are_not_in_force_and_those_of_them_that_nobody_recorded_are_not_missed(SliceCount count)
    {
        var promise = Promise(Make.Check("10s", "1s"), Availability(99, "1h", per: "1m") with { SliceRule = new SliceRule(count, 0.9m) }) with { Maintenance = Planned(Weekly("UTC", (20, 30)), Duration.Hours(1), Duration.Hours(1), Duration.Days(7)) };
        VerdictLine Line(Maintenance? maintenance, LookClass? within)
        {
            var fold = new PromiseFold(promise with { Maintenance = maintenance }, Us, Start, termsSince: Start - Duration.Days(1));
            for (var i = 0; i <= 360; i++)
                if ((i is >= 120 and < 180 ? within : LookClass.Good) is { } look)
                    fold.Add(0, Look(Start + Duration.Seconds(10 * i), look));
            return fold.LineOver(0, Start, Start + Duration.Hours(1), Start + Duration.Hours(1) + Duration.Seconds(5));
        }
        Assert.Equal((Outcome.Kept, 10L, 50L), (Line(promise.Maintenance, LookClass.Bad).Outcome, Line(promise.Maintenance, LookClass.Bad).NotInForce, Line(promise.Maintenance, LookClass.Bad).Counted));
        Assert.Equal((Outcome.Kept, 50L), (Line(promise.Maintenance, null).Outcome, Line(promise.Maintenance, null).Due));
        Assert.Equal(Outcome.Broken, Line(null, LookClass.Bad).Outcome);
        Assert.Equal(Outcome.Unknown, Line(null, null).Outcome);
    }

    [Fact]
    public void A_snapshot_of_a_promise_with_maintenance_is_taken_up_and_not_by_one_without()
    {
        var promise = Promise(Make.Check("1m", "1s"), Availability(90, "1d")) with { Maintenance = Planned(Weekly("UTC", (20, 30)), default, Duration.Hours(1), Duration.Days(7)) };
        var fold = new PromiseFold(promise, Us, Start);
        for (var i = 0; i < 40; i++) fold.Add(0, Look(Start + Duration.Minutes(i), i is >= 20 and < 30 ? LookClass.Bad : LookClass.Good));
        var restored = PromiseFold.Restore(promise, Us, fold.Snapshot());
        Assert.Equal(10, restored!.VerdictAt(Start + Duration.Minutes(40), Nobody).Lines[1].NotInForce);
        Assert.Equal(fold.VerdictAt(Start + Duration.Minutes(40), Nobody).Lines[1], restored.VerdictAt(Start + Duration.Minutes(40), Nobody).Lines[1]);
        Assert.Null(PromiseFold.Restore(promise with { Maintenance = null }, Us, fold.Snapshot()));
        Assert.NotEqual(new FoldPlans().Of(promise), new FoldPlans().Of(promise with { Maintenance = null }));
    }
}
