using CsCheck;
using Kept.Model;
using Xunit;
using static Kept.Judging.Tests.Make;

namespace Kept.Judging.Tests.Verdicts;

/// <summary>The account of each regime against a judge that reads only its looks; nothing is over two of them, in whatever order the looks come.</summary>
public sealed class RegimePropertyTests
{
    private static readonly string[] Names = ["low", "high", Regime.Other, Regime.Unknown];

    private static Regime Named(string name) => new(name, Is(Seen("status"), Value.Of(1m)), name, Place.None);

    private sealed record Told(Promise Promise, Instant Since, List<(int Check, LookRecord Look, int Regime)> Records, Instant Now, PastRhythm[] Past)
    {
        public override string ToString() => $"{string.Join(" | ", Promise.Keeps.Select(keep => keep.Text))} since {Since} now {Now}\n"
            + string.Join('\n', Records.Select(one => $"{one.Check} {one.Look.Slot} {one.Look.Class} {Names[one.Regime]}"));
    }

    // Regimes come in stretches, as load does; some looks do not tell theirs.
    private static readonly Gen<Told> GenTold = Gen.Select(FoldPropertyTests.GenScenario(), Gen.Int).Select((scenario, seed) =>
    {
        var random = new Random(seed);
        var promise = scenario.Promise with { Regimes = [Named("low"), Named("high")], Accounting = scenario.Promise.Accounting with { Gaps = GapAccount.Excluded, OwnOutage = GapAccount.Excluded } };
        var (regime, left) = (0, 0);
        var unknown = random.Next(4) == 0 ? 0.3 : 0.02;
        var records = new List<(int, LookRecord, int)>();
        foreach (var (check, look) in scenario.Records.OrderBy(record => record.Look.Slot))
        {
            if (left-- <= 0) (regime, left) = (random.Next(random.Next(4) == 0 ? 3 : 2), random.Next(1, 60));
            var here = random.NextDouble() < unknown ? 3 : regime;
            var measures = promise.Checks[check].Measures.Length;
            long?[] figures = [.. look.Measured, .. Enumerable.Repeat<long?>(null, measures - look.Measured.Length), here == 3 ? null : here];
            records.Add((check, look with { Measured = [.. figures] }, here));
        }
        return new Told(promise, scenario.Since, records, scenario.Now, scenario.Past);
    });

    private static PromiseFold Fold(Told told, IEnumerable<(int Check, LookRecord Look, int Regime)> records)
    {
        var fold = new PromiseFold(told.Promise, Us, told.Since, past: told.Past);
        foreach (var (check, look, _) in records) fold.Add(check, look);
        return fold;
    }

    /// <summary>The stream as it concerns one regime: its own looks, out of force where another is, missing where nobody knows.</summary>
    private static List<(int Check, LookRecord Look)> Of(int regime, Told told) =>
    [
        .. told.Records.Select(one => (one.Check, one.Regime == regime ? one.Look : one.Look with
        {
            Class = one.Regime == 3 && one.Look.Class != LookClass.NotInForce ? LookClass.ConditionUnknown : LookClass.NotInForce,
        })),
    ];

    [Fact]
    public void Each_regime_is_judged_as_if_its_looks_were_all_there_are() => GenTold.Sample(told =>
    {
        var verdict = Fold(told, told.Records).VerdictAt(told.Now, Nobody);
        Assert.Equal(Names, verdict.Regimes.Select(regime => regime.Name));
        for (var regime = 0; regime < Names.Length; regime++)
        {
            var said = verdict.Regimes[regime];
            var (_, lines) = SlowJudge.At(told.Promise, told.Since, Of(regime, told), told.Now, told.Past, isOfRegime: true);
            var isUnknown = regime == 3;
            var current = verdict.Regimes.Any(one => one.IsCurrent);
            if (said.IsCurrent || !current) Assert.Equal(Told(lines[0].Outcome), said.Verdict.Lines[0].Outcome);
            else Assert.Equal(Outcome.NotInForce, said.Verdict.Lines[0].Outcome);
            for (var i = 1; i < lines.Count; i++)
            {
                var line = said.Verdict.Lines[i];
                Assert.Equal((isUnknown && (lines[i].Outcome is Outcome.Kept or Outcome.Broken) ? Outcome.Unknown : lines[i].Outcome, lines[i].Good, lines[i].Counted, lines[i].Due, lines[i].Open), (line.Outcome, line.Good, line.Counted, line.Due, line.Open));
            }
            Assert.Equal(SlowJudge.Alerts(told.Promise, told.Since, Of(regime, told), told.Now, told.Past, isOfRegime: true).Select(state => isUnknown && state == AlertState.Firing ? AlertState.Unknown : state), said.Verdict.Alerts.Select(alert => alert.State));
            if (said.Verdict.Outcome == Outcome.Broken) Assert.Equal(Outcome.Broken, verdict.Outcome);

            Outcome Told(Outcome outcome) => isUnknown && outcome == Outcome.Kept ? Outcome.Unknown : outcome;
        }
    }, iter: 1500, threads: 1);

    [Fact]
    public void What_is_counted_in_a_regime_are_its_looks_and_no_others() => GenTold.Sample(told =>
    {
        if (told.Promise.Accounting.Retries != RetryAccount.Each) return;
        var verdict = Fold(told, told.Records).VerdictAt(told.Now, Nobody);
        for (var i = 0; i < told.Promise.Keeps.Length; i++)
        {
            var objective = told.Promise.Keeps[i];
            if (objective.Slice is not null) continue;
            var (from, to) = CalendarClock.WindowOf(objective.Window, told.Now);
            for (var regime = 0; regime < Names.Length; regime++)
            {
                var mine = told.Records.Where(one => one.Regime == regime && one.Look.Class is LookClass.Good or LookClass.Bad && one.Look.Slot >= told.Since && one.Look.Slot <= told.Now
                    && objective.Counts(told.Promise.Checks[one.Check].Name)
                    && (objective.Window is Window.Rolling ? one.Look.Slot > from : one.Look.Slot >= from && one.Look.Slot < to));
                Assert.Equal(mine.DistinctBy(one => (one.Check, one.Look.Slot)).Sum(one => objective.PointsOf(told.Promise.Checks[one.Check].Name)), verdict.Regimes[regime].Verdict.Lines[i + 1].Counted);
            }
        }
    }, iter: 1500, threads: 1);

    [Fact]
    public void The_headline_is_of_the_regime_of_now_or_of_one_that_is_broken() => GenTold.Sample(told =>
    {
        var verdict = Fold(told, told.Records).VerdictAt(told.Now, Nobody);
        var known = told.Records.Where(one => one.Look.Slot >= told.Since && one.Look.Slot <= told.Now).ToList();
        if (known.Count == 0)
        {
            Assert.DoesNotContain(verdict.Regimes, one => one.IsCurrent);
            Assert.Equal(Outcome.Unknown, verdict.Outcome);
            return;
        }
        var newest = known.Where(one => one.Look.Slot == known.Max(other => other.Look.Slot)).Select(one => one.Regime).Distinct().ToList();
        var current = Assert.Single(verdict.Regimes, one => one.IsCurrent);
        Assert.Equal(newest is [var only] ? Names[only] : Regime.Unknown, current.Name);
        var isBroken = verdict.Regimes.Any(one => one.Verdict.Outcome == Outcome.Broken);
        Assert.Equal(isBroken ? Outcome.Broken : current.Verdict.Outcome, verdict.Outcome);
        Assert.Equal(verdict.Outcome, Assert.Single(verdict.Regimes, one => one.Name == verdict.Regime).Verdict.Outcome);
        Assert.Equal(Assert.Single(verdict.Regimes, one => one.Name == verdict.Regime).Verdict.Lines, verdict.Lines); // no figure of the headline is over two regimes
    }, iter: 1500, threads: 1);

    [Fact]
    public void Order_repetition_and_snapshots_change_nothing() => Gen.Select(GenTold, Gen.Int).Sample((told, seed) =>
    {
        var random = new Random(seed);
        var whole = Words(Fold(told, told.Records).VerdictAt(told.Now, Nobody));
        var shuffled = told.Records.Concat(told.Records.Where(_ => random.Next(3) == 0)).OrderBy(_ => random.Next()).ToList();
        Assert.Equal(whole, Words(Fold(told, shuffled).VerdictAt(told.Now, Nobody)));
        var cut = random.Next(told.Records.Count + 1);
        var taken = PromiseFold.Restore(told.Promise, Us, Fold(told, told.Records[..cut]).Snapshot(), past: told.Past);
        Assert.NotNull(taken);
        foreach (var (check, look, _) in told.Records[cut..]) taken.Add(check, look);
        Assert.Equal(whole, Words(taken.VerdictAt(told.Now, Nobody)));
    }, iter: 500, threads: 1);

    private static string Words(Verdict verdict) => string.Join('\n', verdict.Regimes.Select(regime =>
        $"{regime.Name} {regime.IsCurrent} {regime.Looks} {regime.Verdict.Outcome} {regime.Verdict.Reason} {regime.Verdict.SeenAt} {string.Join(" / ", regime.Verdict.Lines)}").Prepend($"{verdict.Outcome} {verdict.Regime} {verdict.Reason}"));

    [Fact]
    public void There_is_no_line_over_all_regimes_and_one_for_each()
    {
        var promise = Promise(Check(), Availability(99, "1h")) with { Regimes = [Named("low"), Named("high")] };
        var fold = new PromiseFold(promise, Us, Start);
        fold.Add(0, Look(Start + Duration.Seconds(10), LookClass.Good) with { Measured = [0] });
        fold.Add(0, Look(Start + Duration.Seconds(20), LookClass.Bad) with { Measured = [1] });
        Assert.Throws<InvalidOperationException>(() => fold.LineOver(0, Start, Start + Duration.Hours(1), Start + Duration.Minutes(1)));
        Assert.Equal([(1, 1), (0, 1), (0, 0), (0, 0)], fold.ByRegime.Select(one => one.Fold.LineOver(0, Start, Start + Duration.Hours(1), Start + Duration.Minutes(1))).Select(line => ((int)line.Good, (int)line.Counted)));
        Assert.Empty(new PromiseFold(Promise(Check()), Us, Start).ByRegime);
    }

    [Fact]
    public void A_snapshot_of_other_regimes_is_not_taken_up()
    {
        var promise = Promise(Check(), Availability(99, "1h")) with { Regimes = [Named("low"), Named("high")] };
        var fold = new PromiseFold(promise, Us, Start);
        for (var i = 0; i < 40; i++) fold.Add(0, Look(Start + Duration.Seconds(10 * i), LookClass.Good) with { Measured = [i / 10 % 2] });
        var snapshot = fold.Snapshot();
        Assert.NotNull(PromiseFold.Restore(promise, Us, snapshot));
        Assert.Null(PromiseFold.Restore(promise with { Regimes = [Named("low")] }, Us, snapshot));
        Assert.Null(PromiseFold.Restore(promise with { Regimes = [Named("high"), Named("low")] }, Us, snapshot));
        Assert.Null(PromiseFold.Restore(promise with { Regimes = [] }, Us, snapshot));
        for (var cut = 0; cut < snapshot.Length; cut++) Assert.Null(PromiseFold.Restore(promise, Us, snapshot.AsSpan(0, cut)));
    }
}
