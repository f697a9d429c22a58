using System.Collections.Frozen;
using System.Diagnostics;
using CsCheck;
using Kept.Engine.Promises;
using Kept.Engine.Schedule;
using Kept.Judging;
using Kept.Model;
using Xunit;
using Check = Kept.Model.Check;

namespace Kept.Engine.Tests.Schedule;

public sealed class TimetableTests
{
    private static readonly Instant Begin = new(1_800_000_000_000_000);
    private static readonly CheckKind Kind = new("scripted", "", "", text => TargetReading.Of(new CheckTarget(text, text, 0, "", text)), [], [], []);

    [Fact]
    public void A_slot_that_waits_when_its_rhythm_changes_is_told_as_a_gap()
    {
        var bare = new Bare();
        bare.Table.LooksAtOnce = 1;
        var first = bare.Add("one", Duration.Seconds(60), 1);
        var second = bare.Add("two", Duration.Seconds(60), 2);
        bare.Now = Begin + Duration.Seconds(60);
        bare.Table.Advance(bare.Now); // one of them is under way, the other waits for its place
        var waiting = Assert.Single(new[] { first, second }, check => check.Stage == Stage.Waiting);
        var slot = waiting.Slot;
        Assert.True(slot <= bare.Now);
        waiting.Check = waiting.Check with { Every = Duration.Seconds(30) };
        bare.Table.MissDue(waiting, bare.Now);
        bare.Table.Retime(waiting, bare.Now);
        Assert.Equal([(waiting, slot, GapCause.Late)], bare.Missed);
        Assert.True(waiting.Slot > bare.Now);
        Assert.Equal(0, bare.Table.Waiting);
    }

    /// <summary>A timetable with nothing around it: launches are noted, looks end when the test says so.</summary>
    private sealed class Bare
    {
        public Bare() => Table = new Timetable(Launch, (check, first, until, cause) =>
        {
            for (var slot = first; slot <= until; slot = check.NextSlot(slot)) Missed.Add((check, slot, cause));
        }, (_, now) => now, (_, fault) => throw fault)
        { Abandoned = run => Abandoned.Add((run.Check, run.Slot)) };

        public Timetable Table { get; }
        public Instant Now { get; set; } = Begin;
        public List<LookRun> UnderWay { get; } = [];
        public List<(ScheduledCheck Check, Instant Slot, Instant At)> Launched { get; } = [];
        public List<(ScheduledCheck Check, Instant Slot, GapCause Cause)> Missed { get; } = [];
        public List<(ScheduledCheck Check, Instant Slot)> Abandoned { get; } = [];

        public ScheduledCheck Add(string host, Duration every, int number, Duration? ramp = null)
        {
            var promise = new Promise { Name = new PromiseName("a", "p" + number, 1), Standing = Standing.Offered, At = Place.None };
            var check = new Check("c", Kind, new CheckTarget(host, host, 0, "", host), FrozenDictionary<string, FieldValue>.Empty, every, every / 2, Confirmation.AtOnce, [], [], Place.None);
            var owner = new TrackedPromise(new PromiseTerms
            {
                Promise = promise,
                Agent = new Agent { Id = "a", At = Place.None },
                Id = new PromiseId(new Ulid((UInt128)(uint)number * 7919)),
                Assessor = new Assessor("h", "here"),
                Series = [number],
                Problems = [],
                Fingerprint = default,
                FoldKey = default,
                Counted = default,
                NotAPromise = null,
                Measured = null,
                Plan = new Kept.Judging.FoldPlans().Of(promise),
            });
            var item = new ScheduledCheck(owner, 0, check, number);
            Table.Add(item, Now, ramp ?? Duration.Zero);
            return item;
        }

        public void RunTo(Instant end, Func<LookRun, Instant?> endOf)
        {
            while (true)
            {
                var next = Table.NextWake ?? end;
                var done = UnderWay.Select(run => (Run: run, At: endOf(run))).Where(one => one.At is not null).OrderBy(one => one.At!.Value).FirstOrDefault();
                if (done.Run is not null && done.At!.Value <= next && done.At.Value <= end)
                {
                    Now = done.At.Value > Now ? done.At.Value : Now;
                    UnderWay.Remove(done.Run);
                    Table.Complete(done.Run, Now);
                    continue;
                }
                if (next > end || Table.NextWake is null) break;
                Now = next > Now ? next : Now;
                Table.Advance(Now);
            }
            Now = end;
        }

        private LookRun Launch(ScheduledCheck check, Instant slot, HostLane lane)
        {
            var run = new LookRun(check, slot, new Judged(Truth.True, ""), 0) { LaunchedAt = Now, Terms = check.Check, Lane = lane, Cancel = new CancellationTokenSource() };
            Launched.Add((check, slot, Now));
            UnderWay.Add(run);
            return run;
        }
    }

    [Fact]
    public void The_first_look_comes_within_the_ramp_and_the_next_ones_on_the_phase()
    {
        var bare = new Bare();
        for (var n = 1; n <= 200; n++) bare.Add("h" + n, Duration.Hours(1), n, Duration.Seconds(10));
        bare.RunTo(Begin + Duration.Hours(2), run => run.LaunchedAt + Duration.Milliseconds(10));
        var first = bare.Launched.GroupBy(one => one.Check).ToDictionary(group => group.Key, group => group.Min(one => one.Slot));
        Assert.Equal(200, first.Count);
        Assert.All(first.Values, slot => Assert.True(slot >= Begin && slot <= Begin + Duration.Seconds(10)));
        // spread over the ramp, not at once
        Assert.True(first.Values.Distinct().Count() > 190);
        Assert.All(bare.Launched.Where(one => one.Slot != first[one.Check]), one => Assert.Equal(one.Check.Phase, one.Slot.Microseconds % one.Check.Period));
        Assert.Empty(bare.Missed);
    }

    [Fact]
    public void A_host_that_swallows_everything_delays_no_other()
    {
        var bare = new Bare();
        bare.Table.LooksAtOnce = 40;
        bare.Table.LooksPerHost = 8;
        for (var n = 1; n <= 300; n++) bare.Add("black-hole", Duration.Seconds(10), n);
        for (var n = 301; n <= 400; n++) bare.Add("good" + n, Duration.Seconds(10), n);
        bare.RunTo(Begin + Duration.Minutes(5), run => run.LaunchedAt + (run.Check.Check.Target.Host == "black-hole" ? run.Terms.Timeout : Duration.Milliseconds(20)));
        var good = bare.Launched.Where(one => one.Check.Check.Target.Host != "black-hole").ToList();
        Assert.True(good.Count >= 100 * 29);
        Assert.All(good, one => Assert.True(one.At - one.Slot < Duration.Milliseconds(1), $"{one.At - one.Slot}"));
        Assert.All(bare.Missed, one => Assert.Equal("black-hole", one.Check.Check.Target.Host));
        Assert.All(bare.Missed, one => Assert.Equal(GapCause.Budget, one.Cause));
        // 8 places of 5 s each: 8 looks per 5 s for 5 minutes
        Assert.InRange(bare.Launched.Count - good.Count, 8 * 55, 8 * 61);
    }

    [Fact]
    public void Limits_hold_and_lanes_take_turns()
    {
        var bare = new Bare();
        bare.Table.LooksAtOnce = 5;
        bare.Table.LooksPerHost = 3;
        for (var n = 1; n <= 60; n++) bare.Add("h" + (n % 4), Duration.Seconds(30), n);
        var most = 0;
        bare.RunTo(Begin + Duration.Minutes(10), run =>
        {
            most = Math.Max(most, bare.Table.UnderWay);
            Assert.True(bare.UnderWay.Count(other => other.Lane == run.Lane) <= 3);
            return run.LaunchedAt + Duration.Seconds(4);
        });
        Assert.Equal(5, most);
        var perHost = bare.Launched.CountBy(one => one.Check.Check.Target.Host).Select(one => one.Value).ToList();
        Assert.True(perHost.Max() - perHost.Min() <= perHost.Max() / 5, string.Join(' ', perHost));
    }

    [Fact]
    public void A_look_that_never_ends_is_given_up_and_its_check_goes_on()
    {
        var bare = new Bare();
        var check = bare.Add("h", Duration.Seconds(10), 1);
        bare.RunTo(Begin + Duration.Minutes(5), _ => null);
        Assert.True(bare.Abandoned.Count > 10);
        Assert.InRange(bare.Table.UnderWay, 0, 1);
        Assert.Equal(1, bare.Table.Checks);
        Assert.True(check.WakeAt < long.MaxValue);
    }

    /// <summary>Whatever happens, each slot since the check was added is launched or missed, exactly once, and none is launched too late (I3).</summary>
    [Fact]
    public void Every_slot_is_looked_at_or_missed_exactly_once()
    {
        Gen.Select(Gen.Int[1, 30], Gen.Int[1, 6], Gen.Int[1, 4], Gen.Int[1, 20], Gen.Int).Sample((checks, atOnce, perHost, hosts, seed) =>
        {
            var random = new Random(seed);
            var bare = new Bare();
            (bare.Table.LooksAtOnce, bare.Table.LooksPerHost) = (atOnce, perHost);
            var items = Enumerable.Range(1, checks).Select(n => bare.Add("h" + random.Next(hosts), Duration.Milliseconds(random.Next(200, 5_000)), n, Duration.Seconds(2))).ToList();
            var first = items.ToDictionary(item => item, item => item.Slot);
            var ends = new Dictionary<LookRun, Instant?>();
            Instant? EndOf(LookRun run) => ends.TryGetValue(run, out var at) ? at
                : ends[run] = random.Next(20) == 0 ? null : run.LaunchedAt + Duration.Milliseconds(random.Next(1, (int)(run.Terms.Every.Nanoseconds / 700_000)));
            for (var leg = 0; leg < 8; leg++)
            {
                bare.RunTo(bare.Now + Duration.Milliseconds(random.Next(10_000)), EndOf);
                if (random.Next(3) == 0) bare.Now += Duration.Milliseconds(random.Next(8_000)); // the loop stood still
            }
            bare.Table.Advance(bare.Now);
            foreach (var item in items)
            {
                var seen = bare.Launched.Where(one => one.Check == item).Select(one => one.Slot)
                    .Concat(bare.Missed.Where(one => one.Check == item).Select(one => one.Slot)).Order().ToList();
                var expected = new List<Instant>();
                for (var slot = first[item]; slot < item.Slot; slot = item.NextSlot(slot)) expected.Add(slot);
                if (!seen.SequenceEqual(expected)) return false;
                if (item.WakeAt == long.MaxValue) return false; // forgotten
            }
            return bare.Launched.All(one => one.At <= one.Check.TooLateAfter(one.Slot));
        }, iter: 300);
    }

    [Fact]
    public void A_removed_check_is_never_launched_again_and_lanes_do_not_pile_up()
    {
        var bare = new Bare();
        var items = Enumerable.Range(1, 50).Select(n => bare.Add("h" + n, Duration.Seconds(10), n)).ToList();
        bare.RunTo(Begin + Duration.Seconds(30), run => run.LaunchedAt + Duration.Seconds(1));
        items.ForEach(bare.Table.Remove);
        bare.Launched.Clear();
        bare.UnderWay.Clear();
        bare.RunTo(Begin + Duration.Minutes(2), _ => null);
        Assert.Empty(bare.Launched);
        Assert.Equal((0, 0, 0, 0), (bare.Table.Checks, bare.Table.UnderWay, bare.Table.Waiting, bare.Table.Lanes));
    }

    [Fact]
    public void A_hundred_thousand_checks_are_scheduled_cheaply()
    {
        var bare = new Bare();
        bare.Table.LooksAtOnce = 1_000;
        var watch = Stopwatch.StartNew();
        for (var n = 1; n <= 100_000; n++) bare.Add("h" + (n % 5_000), Duration.Minutes(1), n, Duration.Seconds(10));
        var adding = watch.Elapsed;
        watch.Restart();
        // each look ends at once: what is measured is the timetable
        var end = Begin + Duration.Minutes(2);
        while (bare.Table.NextWake is { } next && next <= end)
        {
            bare.Table.Advance(next);
            foreach (var run in bare.UnderWay) bare.Table.Complete(run, next);
            bare.UnderWay.Clear();
        }
        var running = watch.Elapsed;
        Assert.InRange(bare.Launched.Count, 270_000, 310_000);
        Assert.Empty(bare.Missed);
        TestContext.Current.SendDiagnosticMessage($"100,000 checks added in {adding.TotalMilliseconds:0} ms; {bare.Launched.Count} looks scheduled in {running.TotalMilliseconds:0} ms");
        // Far above what it takes (about 5 µs a look), so that a busy machine does not fail; quadratic behaviour would.
        Assert.True(running < TimeSpan.FromSeconds(30), running.ToString());
    }

    [Fact]
    public void A_look_that_cannot_even_begin_leaves_its_check_and_its_lane_on_the_schedule()
    {
        var bare = new Bare();
        var first = bare.Add("one.example", Duration.Seconds(10), 1);
        var runs = new List<(ScheduledCheck Check, Instant Slot)>();
        var missed = new List<(Instant Slot, GapCause Cause)>();
        var failing = 2;
        var table = new Timetable((check, slot, lane) =>
        {
            if (failing-- > 0) throw new InvalidOperationException("no look today");
            runs.Add((check, slot));
            return new LookRun(check, slot, new Judged(Truth.True, ""), 0) { LaunchedAt = slot, Terms = check.Check, Lane = lane, Cancel = new CancellationTokenSource() };
        }, (_, slot, _, cause) => missed.Add((slot, cause)), (_, now) => now, (_, _) => { });
        var checks = new[] { new ScheduledCheck(first.Owner, 0, first.Check, 1), new ScheduledCheck(first.Owner, 0, first.Check, 2) };
        foreach (var check in checks) table.Add(check, Begin, Duration.Zero);
        for (var at = Begin; at < Begin + Duration.Seconds(25); at += Duration.Milliseconds(500))
        {
            table.Advance(at);
            foreach (var run in checks.Select(check => check.Run).OfType<LookRun>().ToList()) table.Complete(run, at);
        }
        Assert.Equal(2, missed.Count(one => one.Cause == GapCause.Fault));
        Assert.All(checks, check => Assert.Contains(runs, run => run.Check == check));
        Assert.Equal((0, 0, 0), (table.UnderWay, table.Waiting, table.Lanes));
    }
}
