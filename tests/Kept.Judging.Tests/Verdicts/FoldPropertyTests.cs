using System.Collections.Immutable;
using CsCheck;
using Kept.Model;
using Xunit;
using static Kept.Judging.Tests.Make;

namespace Kept.Judging.Tests.Verdicts;

/// <summary>The fold against the slow judge, and against itself in other orders.</summary>
public sealed class FoldPropertyTests
{
    private static readonly QuantityType Lag = new("lag", Dimension.Time, Direction.Provider, QuantitySource.Measured, "");

    internal sealed record Scenario(Promise Promise, Instant Since, List<(int Check, LookRecord Look)> Records, Instant Now, PastRhythm[] Past)
    {
        public override string ToString() =>
            $"{string.Join(" | ", Promise.Keeps.Select(k => k.Text + (k.Slice is { } s ? $" per {s} {k.SliceRule}" : "")))} checks {string.Join(',', Promise.Checks.Select(c => $"{c.Every}/{c.Confirm}"))} coverage {Promise.Coverage} {Promise.Accounting} since {Since} now {Now} past {string.Join(',', Past)}\n"
            + string.Join('\n', Records.Select(r => $"{r.Check} {r.Look.Slot} {r.Look.Class} {r.Look.Failure} {r.Look.Phases.Total} {string.Join(',', r.Look.Measured)}"));
    }

    private static readonly Gen<Confirmation> GenConfirm = Gen.OneOf(
        new Confirmation(1, 1), new Confirmation(2, 3), new Confirmation(3, 3), new Confirmation(2, 2), new Confirmation(1, 3), new Confirmation(3, 5), new Confirmation(5, 20));

    private static readonly Gen<string> GenWindow = Gen.OneOf("1m", "10m", "1h", "1d", "this day Europe/Brussels", "this month America/Chicago", "this week Australia/Lord_Howe", "this quarter UTC", "this year Asia/Kathmandu");

    private static readonly Gen<Objective> GenObjective = Gen.Select(Gen.Int[0, 8], GenWindow, Gen.OneOf(50m, 90m, 99m, 99.9m, 66.6666m, 100m), Gen.OneOf<string?>(null, null, "1m", "7m", "1h"), Gen.Bool)
        .Select((form, window, percent, slice, named) => form switch
        {
            0 or 1 => Availability(percent, window, per: slice),
            2 => Availability(Math.Min(percent, 99), window, Comparison.Greater, of: named ? "a" : null),
            3 or 4 => Latency(Math.Min(percent, 99.9m), "100ms", window, slice),
            5 => Every(QuantityType.Latency, Comparison.LessOrEqual, Quantity.Time(Duration.Milliseconds(150)), window),
            6 => Every(Lag, Comparison.Greater, Quantity.Time(Duration.Milliseconds(2)), window),
            7 => Latency(95, "100ms", window) with { Quantity = Lag, Operator = Comparison.Less, Target = Quantity.Time(Duration.Milliseconds(8)) },
            _ => Availability(percent, window, of: named ? "a" : null),
        })
        .SelectMany(objective => objective.Slice is null ? Gen.Const(objective)
            : Gen.OneOf(default, default, new SliceRule(SliceCount.AtLeast, 0.5m), new SliceRule(SliceCount.AtLeast, 0.95m), new SliceRule(SliceCount.AtLeast, 0.333m), new SliceRule(SliceCount.Mean, 0), new SliceRule(SliceCount.Mean, 0))
                .Select(rule => objective with { SliceRule = rule }));

    // Parts of a promise of up to three checks: two or three of them, with and without weights; weights have no say where all must hold.
    private static readonly Gen<ObjectiveParts?> GenParts = Gen.OneOf(
        Gen.Bool.Select(_ => (ObjectiveParts?)null),
        Gen.Select(Gen.OneOf(1m, 1m, 2m, 3m, 0.25m, 1.5m), Gen.OneOf(1m, 1m, 2m, 0.4m), Gen.OneOf(1m, 7m), Gen.Bool)
            .Select((a, b, c, all) => (ObjectiveParts?)new ObjectiveParts([new("a", a), new("b", b), .. all ? [new ObjectivePart("c", c)] : Array.Empty<ObjectivePart>()])));

    private static Objective Parted(Objective objective, ObjectiveParts? parts, int checks)
    {
        if (parts is null || checks < 2 || objective.OfCheck is not null) return objective;
        if (checks < 3 && parts.Each.Length > 2) parts = new ObjectiveParts(parts.Each[..2]);
        if (objective.Statistic.Kind == StatisticKind.Every || (objective.Slice is not null && objective.SliceRule.Count == SliceCount.Whole)) parts = new ObjectiveParts([.. parts.Each.Select(part => part with { Weight = 1 })]);
        return objective with { Parts = parts, Text = $"{objective.Text} of {parts}" };
    }

    private static readonly Gen<Accounting> GenAccounting = Gen.OneOf(
        Gen.Const(Accounting.Usual), Gen.Const(Accounting.Usual),
        Gen.Select(Gen.Enum<GapAccount>(), Gen.Enum<GapAccount>(), Gen.Enum<RetryAccount>()).Select((gaps, own, retries) => new Accounting(gaps, own, retries)));

    internal static Gen<Scenario> GenScenario()
    {
        var genCheck = Gen.Select(Gen.OneOf("10s", "30s", "1m", "15m"), GenConfirm).Select((every, confirm) => (every, confirm));
        // Streams come in stretches, as outages and quiet times do; some looks come off the rhythm, and some slots never.
        var genStretch = Gen.Select(Gen.Int[0, 9], Gen.Int[1, 40], Gen.Int[0, 20]);
        return Gen.Select(genCheck.Array[1, 3], Gen.Select(GenObjective, GenParts).Array[0, 3], genStretch.Array[1, 12], Gen.Int, Gen.Int[0, 400], Gen.Select(Gen.OneOf(0.95m, 0.5m, 1m, 0m), GenAccounting))
            .Select((checks, keeps, stretches, seed, lateness, terms) => Build(checks, [.. keeps.Select(one => Parted(one.Item1, one.Item2, checks.Length))], stretches, seed, lateness, terms.Item1, terms.Item2));
    }

    private static Scenario Build((string Every, Confirmation Confirm)[] rhythm, Objective[] keeps, (int Kind, int Length, int Noise)[] stretches, int seed, int lateness, decimal coverage, Accounting accounting)
    {
        var random = new Random(seed);
        Kept.Model.Check[] checks = [.. rhythm.Select((r, i) => Make.Check(r.Every, "5s", r.Confirm, ((string[])["a", "b", "c"])[i], measures: [new Measure(Lag, Seen("body", "lag"), Quantity.Time(Duration.Milliseconds(1)), "")]))];
        // weights whose shares have no sum that is exact in reasonable space: no document can say them
        keeps = [.. keeps.Select(keep => keep.IsTooFine(checks) ? keep with { Parts = null } : keep)];
        var promise = Promise(checks, keeps) with { Coverage = coverage, Accounting = accounting };
        // Near month's end and a clock change, so that windows turn and days have 23 hours.
        Instant[] starts = [At("2026-03-28T20:00:00Z"), At("2026-03-31T20:30:00Z"), At("2026-10-24T21:00:00Z"), At("2026-12-31T17:00:00Z")];
        var start = starts[random.Next(starts.Length)];
        var records = new List<(int, LookRecord)>();
        var latest = start;
        var past = new List<PastRhythm>();
        if (random.Next(8) == 0) stretches = [.. stretches.Select(stretch => (7, stretch.Length, 0))]; // hardly ever in force
        for (var check = 0; check < checks.Length; check++)
        {
            var at = start + Duration.Seconds(random.Next(10));
            var changes = random.Next(3) == 0 ? random.Next(1, 4) : 0;
            for (var stretch = 0; stretch < stretches.Length; stretch++)
            {
                // The last stretch is of the present rhythm; before it the rhythm changed a few times, or never.
                var (kind, length, noise) = stretches[stretch];
                var every = stretch + 1 + changes < stretches.Length || stretch + 1 == stretches.Length || changes == 0 ? checks[check].Every : Duration.Seconds(5 * random.Next(1, 20));
                for (var i = 0; i < length; i++, at += every)
                {
                    if (kind == 8 && random.Next(3) > 0) continue; // never recorded
                    var slot = random.Next(100) < noise / 4 ? at + Duration.Milliseconds(random.Next(9000)) : at;
                    records.Add((check, Random(random, kind, noise, slot)));
                    if (random.Next(30) == 0) records.Add((check, Random(random, 9, 20, slot))); // the same slot with another result
                    if (slot > latest) latest = slot;
                }
                if (changes > 0 && stretch + 1 < stretches.Length) past.Add(new PastRhythm(check, at - Duration.Seconds(random.Next(3)), every));
            }
        }
        promise = promise with { Alerts = Alerts(random, keeps) };
        var now = latest + Duration.Seconds(lateness * lateness / 100);
        var since = random.Next(3) == 0 ? start + Duration.Seconds(random.Next(2000)) : start - Duration.Days(random.Next(100));
        return new Scenario(promise, since, records, now, [.. past]);
    }

    private static ImmutableArray<Alert> Alerts(Random random, Objective[] keeps)
    {
        var budgets = Enumerable.Range(0, keeps.Length).Where(i => keeps[i].Statistic.Kind == StatisticKind.Percentile || (keeps[i].Quantity.Source == QuantitySource.GoodLooks && keeps[i].Target.Amount < 1)).ToArray();
        if (budgets.Length == 0 || random.Next(2) == 0) return [];
        decimal[] factors = [0.5m, 1m, 1.5m, 2m, 6m, 14.4m, 100m];
        string[] windows = ["1m", "5m", "1h", "6h"];
        BurnTest Test() => new(budgets[random.Next(budgets.Length)], null, random.Next(2) == 0, factors[random.Next(factors.Length)], Span(windows[random.Next(windows.Length)]), Place.None);
        BurnLine Line() => new("burn", Place.None, [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => Test())]);
        return [.. Enumerable.Range(0, random.Next(1, 3)).Select(i => new Alert("page" + i, [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => Line())], Place.None))];
    }

    private static LookRecord Random(Random random, int kind, int noise, Instant slot)
    {
        if (random.Next(60) < noise) kind = random.Next(8);
        var time = random.Next(20) == 0 ? 300 : random.Next(2) == 0 ? 100 : 20;
        long? lag = random.Next(10) == 0 ? null : random.Next(12) * Duration.PerMillisecond;
        return kind switch
        {
            4 => Look(slot, LookClass.Bad, 20, measured: lag),
            5 => Look(slot, LookClass.Bad, 5000, TargetFailure.TimedOut),
            6 => Look(slot, LookClass.Gap, gap: random.Next(2) == 0 ? GapCause.Late : GapCause.Restarted),
            7 => Look(slot, random.Next(4) == 0 ? LookClass.ConditionUnknown : LookClass.NotInForce),
            9 => Look(slot, random.Next(3) == 0 ? LookClass.Gap : LookClass.Bad, measured: lag),
            _ => Look(slot, LookClass.Good, time, measured: lag),
        };
    }

    private static PromiseFold Fold(Scenario scenario, IEnumerable<(int Check, LookRecord Look)> records)
    {
        var fold = new PromiseFold(scenario.Promise, Us, scenario.Since, past: scenario.Past);
        foreach (var (check, look) in records) fold.Add(check, look);
        return fold;
    }

    [Fact]
    public void The_fold_agrees_with_a_judge_that_reads_everything_anew()
    {
        GenScenario().Sample(scenario =>
        {
            var verdict = Fold(scenario, scenario.Records).VerdictAt(scenario.Now, Nobody);
            Compare(scenario, verdict, scenario.Now);
        }, iter: 2000, threads: 1);
    }

    [Fact]
    public void It_agrees_at_every_step_of_the_way()
    {
        GenScenario().Sample(scenario =>
        {
            var fold = new PromiseFold(scenario.Promise, Us, scenario.Since, past: scenario.Past);
            var ordered = scenario.Records.OrderBy(record => record.Look.Slot).ToList();
            for (var i = 0; i < ordered.Count; i++)
            {
                fold.Add(ordered[i].Check, ordered[i].Look);
                if (i % 17 != 0) continue;
                var now = ordered[i].Look.Slot + Duration.Seconds(i % 5);
                Compare(scenario with { Records = ordered[..(i + 1)] }, fold.VerdictAt(now, Nobody), now);
            }
        }, iter: 150, threads: 1);
    }

    [Fact]
    public void The_scenarios_reach_every_outcome_of_every_line()
    {
        var now = new Dictionary<Outcome, int>();
        var objectives = new Dictionary<Outcome, int>();
        var alerts = new Dictionary<AlertState, int>();
        var (notes, means, shares, assumed) = (0, 0, 0, 0);
        var parted = new Dictionary<(Outcome, bool IsWeighted, bool IsSliced), int>();
        GenScenario().Sample(scenario =>
        {
            var verdict = Fold(scenario, scenario.Records).VerdictAt(scenario.Now, Nobody);
            notes += verdict.Notes.Length;
            foreach (var alert in verdict.Alerts) alerts[alert.State] = alerts.GetValueOrDefault(alert.State) + 1;
            for (var i = 0; i < verdict.Lines.Length; i++)
            {
                if (i > 0 && verdict.Lines[i].Outcome is Outcome.Kept or Outcome.Broken)
                {
                    if (verdict.Lines[i].Sum is { Denominator.IsOne: false }) means++;
                    if (scenario.Promise.Keeps[i - 1].SliceRule.Count == SliceCount.AtLeast) shares++;
                    if (verdict.Lines[i].Assumed > 0) assumed++;
                }
                if (i > 0 && scenario.Promise.Keeps[i - 1] is { Parts: not null } of) parted[(verdict.Lines[i].Outcome, of.IsWeighted, of.Slice is not null)] = parted.GetValueOrDefault((verdict.Lines[i].Outcome, of.IsWeighted, of.Slice is not null)) + 1;
                var counts = i == 0 ? now : objectives;
                counts[verdict.Lines[i].Outcome] = counts.GetValueOrDefault(verdict.Lines[i].Outcome) + 1;
            }
        }, iter: 8000, threads: 1);
        // each bound is about half of what eight runs gave at the least; of the rarest (39 to 54) about a third
        foreach (var state in Enum.GetValues<AlertState>()) Assert.True(alerts.GetValueOrDefault(state) > 180, $"alerts {state}: {alerts.GetValueOrDefault(state)}");
        Assert.True(notes > 1000, $"notes {notes}");
        Assert.True(means > 75 && shares > 180 && assumed > 800, $"kept or broken: means {means}, shares {shares}, assumed {assumed}");
        foreach (var outcome in (Outcome[])[Outcome.Kept, Outcome.Broken, Outcome.Unknown])
            foreach (var isWeighted in (bool[])[false, true])
                foreach (var isSliced in (bool[])[false, true])
                    Assert.True(parted.GetValueOrDefault((outcome, isWeighted, isSliced)) > (outcome == Outcome.Kept ? 0 : 50), $"parts {outcome}, weighted {isWeighted}, sliced {isSliced}: {parted.GetValueOrDefault((outcome, isWeighted, isSliced))}");
        foreach (var outcome in (Outcome[])[Outcome.Kept, Outcome.Broken, Outcome.Unknown, Outcome.NotInForce])
        {
            Assert.True(now.GetValueOrDefault(outcome) > 350, $"now {outcome}: {now.GetValueOrDefault(outcome)}");
            Assert.True(objectives.GetValueOrDefault(outcome) > (outcome == Outcome.NotInForce ? 15 : 300), $"objectives {outcome}: {objectives.GetValueOrDefault(outcome)}");
        }
    }

    private static void Compare(Scenario scenario, Verdict verdict, Instant now)
    {
        var (headline, lines) = SlowJudge.At(scenario.Promise, scenario.Since, scenario.Records, now, scenario.Past);
        Assert.Equal(lines.Count, verdict.Lines.Length);
        for (var i = 0; i < lines.Count; i++)
        {
            var line = verdict.Lines[i];
            Assert.Equal(lines[i].Outcome, line.Outcome);
            Assert.NotEmpty(line.Reason);
            if (i == 0) continue;
            Assert.Equal((lines[i].Good, lines[i].Counted, lines[i].Due, lines[i].Expected, lines[i].WindowFrom, lines[i].WindowTo),
                (line.Good, line.Counted, line.Due, line.Expected, line.WindowFrom, line.WindowTo));
            Assert.Equal(lines[i].Sum, line.Sum);
            Assert.Equal(lines[i].Assumed, line.Assumed);
            if (scenario.Promise.Keeps[i - 1] is { Slice: null, Parts: not null }) Assert.Equal((line.Good, line.Counted, line.Due), (line.Parts.Sum(part => part.Good * part.Points), line.Parts.Sum(part => part.Counted * part.Points), line.Parts.Sum(part => part.Due * part.Points)));
            if (scenario.Promise.Keeps[i - 1].Parts is not null && line.Outcome == Outcome.Kept) Assert.All(line.Parts, part => Assert.True(part.IsCovered));
            Assert.InRange(line.BudgetLeft ?? 0, 0, 1);
            if (line.Outcome == Outcome.Kept) Assert.NotEqual(line.Assumed, line.Counted); // nothing assessed is never kept
        }
        Assert.Equal(headline, verdict.Outcome);
        Assert.Equal(SlowJudge.Alerts(scenario.Promise, scenario.Since, scenario.Records, now, scenario.Past), verdict.Alerts.Select(alert => alert.State));
        Assert.All(verdict.Alerts, alert => Assert.NotEmpty(alert.Reason));
        Assert.Equal(SlowJudge.Burns(scenario.Promise, scenario.Since, scenario.Records, now, scenario.Past), verdict.Alerts.SelectMany(alert => alert.Burns));
        var changes = scenario.Promise.Checks.Select((_, i) => SlowJudge.Changes(scenario.Promise, i, scenario.Since, scenario.Records, now)).Where(count => count >= PromiseFold.FlapChanges).ToList();
        Assert.Equal(changes.Count, verdict.Notes.Length);
        for (var i = 0; i < changes.Count; i++) Assert.Contains($"changed {changes[i]} times", verdict.Notes[i], StringComparison.Ordinal);
    }

    [Fact]
    public void Order_repetition_and_a_snapshot_anywhere_change_nothing()
    {
        GenScenario().Sample(scenario =>
        {
            var random = new Random(scenario.Records.Count);
            var expected = Fold(scenario, scenario.Records).VerdictAt(scenario.Now, Nobody);
            var shuffled = scenario.Records.ToArray();
            random.Shuffle(shuffled);
            Same(expected, Fold(scenario, shuffled).VerdictAt(scenario.Now, Nobody));
            Same(expected, Fold(scenario, scenario.Records.AsEnumerable().Reverse()).VerdictAt(scenario.Now, Nobody));
            Same(expected, Fold(scenario, scenario.Records.Concat(shuffled).Concat(scenario.Records)).VerdictAt(scenario.Now, Nobody));

            var cut = random.Next(shuffled.Length + 1);
            var prefix = Fold(scenario, shuffled.Take(cut));
            prefix.VerdictAt(scenario.Now, Nobody); // being asked changes nothing either
            var taken = PromiseFold.Restore(scenario.Promise, Us, prefix.Snapshot(), past: scenario.Past);
            Assert.NotNull(taken);
            Assert.Equal(prefix.Snapshot(), taken.Snapshot());
            Same(prefix.VerdictAt(scenario.Now, Nobody), taken.VerdictAt(scenario.Now, Nobody));
            foreach (var (check, look) in shuffled.Skip(cut)) taken.Add(check, look);
            Same(expected, taken.VerdictAt(scenario.Now, Nobody));
        }, iter: 600, threads: 1);
    }

    private static void Same(Verdict expected, Verdict actual)
    {
        Assert.Equal(expected.Lines.AsEnumerable(), actual.Lines.AsEnumerable());
        Assert.Equal(expected with { Lines = [], AtRisk = [], Alerts = [], Notes = [] }, actual with { Lines = [], AtRisk = [], Alerts = [], Notes = [] });
        Assert.Equal(expected.Alerts.AsEnumerable(), actual.Alerts.AsEnumerable());
        Assert.Equal(expected.Notes.AsEnumerable(), actual.Notes.AsEnumerable());
        Assert.Equal(expected.AtRisk.AsEnumerable(), actual.AtRisk.AsEnumerable());
    }

    [Fact]
    public void A_worse_look_never_makes_a_better_verdict()
    {
        GenScenario().Sample(scenario =>
        {
            // Of a bad look that nothing confirms `retries: confirmed` knows nothing, also not how slow the good one in its place was.
            if (scenario.Records.Count == 0 || scenario.Promise.Accounting.Retries == RetryAccount.Confirmed) return;
            var before = Fold(scenario, scenario.Records).VerdictAt(scenario.Now, Nobody);
            var (check, look) = scenario.Records[scenario.Records.Count / 2];
            if (look.Class is not (LookClass.Good or LookClass.Bad)) return;
            var after = Fold(scenario, scenario.Records.Append((check, Look(look.Slot, LookClass.Bad, 5000, TargetFailure.TimedOut)))).VerdictAt(scenario.Now, Nobody);
            for (var i = 1; i < before.Lines.Length; i++)
            {
                if (before.Lines[i].Outcome == Outcome.Broken) Assert.Equal(Outcome.Broken, after.Lines[i].Outcome);
                if (after.Lines[i].Outcome == Outcome.Kept) Assert.Equal(Outcome.Kept, before.Lines[i].Outcome);
            }
        }, iter: 500, threads: 1);
    }
}
