using System.Numerics;
using CsCheck;
using Kept.Model;
using Xunit;
using static Kept.Judging.Tests.Make;

namespace Kept.Judging.Tests.Verdicts;

/// <summary>Objectives that count several checks in one budget, worked by hand.</summary>
public sealed class PartsTests
{
    private static readonly SliceRule Mean = new(SliceCount.Mean, 0);

    private static Objective Of(Objective objective, params (string Check, decimal Weight)[] parts) =>
        objective with { Parts = new ObjectiveParts([.. parts.Select(part => new ObjectivePart(part.Check, part.Weight))]) };

    private static Promise WebAndApi(Objective objective, string web = "10s", string api = "10s") =>
        Promise([Make.Check(web, "1ms", new Confirmation(1, 1), "web"), Make.Check(api, "1ms", new Confirmation(1, 1), "api")], objective);

    /// <summary>An hour of looks of each check; null leaves a look out.</summary>
    private static PromiseFold Hour(Promise promise, params Func<int, LookClass?>[] looks)
    {
        var fold = new PromiseFold(promise, Us, Start);
        for (var check = 0; check < looks.Length; check++)
            for (var i = 0; promise.Checks[check].Every * i < Duration.Hours(1); i++)
                if (looks[check](i) is { } look)
                    fold.Add(check, Look(Start + (promise.Checks[check].Every * i), look));
        return fold;
    }

    private static VerdictLine Line(PromiseFold fold) => fold.LineOver(0, Start, Start + Duration.Hours(1), Start + Duration.Hours(1));

    private static Func<int, LookClass?> Bad(int count) => i => i < count ? LookClass.Bad : LookClass.Good;

    [Theory]
    // 360 looks of web at 3 points and 360 of api at 1 are 1,440 points. 2 and 5 bad ones are 2 · 3 + 5 = 11 bad points: 1429 of 1440, 99.236…%.
    [InlineData(99.23, 2, 5, Outcome.Kept)]
    [InlineData(99.24, 2, 5, Outcome.Broken)]
    // the same bad looks the other way round: 5 · 3 + 2 = 17, 98.819…%
    [InlineData(99.23, 5, 2, Outcome.Broken)]
    [InlineData(98.81, 5, 2, Outcome.Kept)]
    public void Points_are_added_up_and_divided_once(double percent, int web, int api, Outcome outcome)
    {
        var line = Line(Hour(WebAndApi(Of(Availability((decimal)percent, "1h"), ("web", 3), ("api", 1))), Bad(web), Bad(api)));
        Assert.Equal((outcome, 1440L - (3 * web) - api, 1440L), (line.Outcome, line.Good, line.Counted));
        // alone, each is judged by its own looks; what the parts took is all that was spent
        Assert.Equal([(360 - web) * 100m >= 360 * (decimal)percent ? Outcome.Kept : Outcome.Broken, (360 - api) * 100m >= 360 * (decimal)percent ? Outcome.Kept : Outcome.Broken], line.Parts.Select(line.OutcomeOf).OfType<Outcome>());
        Assert.Equal(line.Budget!.Spent / line.Budget.Allowed, line.SpentBy(line.Parts[0])! + line.SpentBy(line.Parts[1])!);
        Assert.Equal(new PartFigures("web", 3, 360 - web, 360, 360, true), line.Parts[0]);
        Assert.Equal(new PartFigures("api", 1, 360 - api, 360, 360, true), line.Parts[1]);
    }

    [Fact]
    public void It_is_no_average_of_averages()
    {
        // web every 10 s and api every 60 s: 360 and 60 looks. All of api bad is 60 of 420, while the mean of 100 % and 0 % would be 50 %.
        var alike = Line(Hour(WebAndApi(Of(Availability(85, "1h"), ("web", 1), ("api", 1)), api: "1m"), Bad(0), Bad(60)));
        Assert.Equal((Outcome.Kept, 360L, 420L), (alike.Outcome, alike.Good, alike.Counted));
        // A weight of 6 makes up for the rhythm: 360 of 720.
        var even = Line(Hour(WebAndApi(Of(Availability(85, "1h"), ("web", 1), ("api", 6)), api: "1m"), Bad(0), Bad(60)));
        Assert.Equal((Outcome.Broken, 360L, 720L), (even.Outcome, even.Good, even.Counted));
        Assert.Equal("50 % of 720 points were good (360 not): web 360 of 360 × 1, api 0 of 60 × 6", even.Reason);
    }

    [Fact]
    public void Only_the_ratio_of_weights_matters()
    {
        var decimals = Line(Hour(WebAndApi(Of(Availability(99, "1h"), ("web", 0.75m), ("api", 0.5m))), Bad(2), Bad(3)));
        var whole = Line(Hour(WebAndApi(Of(Availability(99, "1h"), ("web", 3), ("api", 2))), Bad(2), Bad(3)));
        Assert.Equal(whole, decimals);
        Assert.Equal((1800L, 1800L - 12), (whole.Counted, whole.Good));
        var twice = Line(Hour(WebAndApi(Of(Availability(99, "1h"), ("web", 2), ("api", 2))), Bad(2), Bad(3)));
        Assert.Equal((720L, 715L, "99.305 % of 720 looks were good (5 not): web 358 of 360, api 357 of 360"), (twice.Counted, twice.Good, twice.Reason));
    }

    [Fact]
    public void A_part_that_nobody_sees_does_not_hide()
    {
        // 3,600 of 3,636 looks were seen, 99 %, and all were good: but none of api.
        var promise = WebAndApi(Of(Availability(90, "1h"), ("web", 1), ("api", 1)), web: "1s", api: "100s");
        var unseen = Line(Hour(promise, Bad(0), _ => null));
        Assert.Equal(Outcome.Unknown, unseen.Outcome);
        Assert.Equal("100 % of 3,600 looks were good (0 not): web 3,600 of 3,600, api 0 of 0, but of api only 0 of 35 due were seen (0 %, 95 % wanted of each check)", unseen.Reason);
        Assert.Equal(Outcome.Kept, Line(Hour(promise, Bad(0), Bad(0))).Outcome);
        Assert.Equal(Outcome.Unknown, Line(Hour(promise, Bad(0), _ => LookClass.Gap)).Outcome);
        // Where no coverage is asked, nothing is no evidence yet; not even where its window is shorter than its rhythm.
        Assert.Equal(Outcome.Unknown, Line(Hour(promise with { Coverage = 0 }, Bad(0), _ => null)).Outcome);
        Assert.Equal(Outcome.Unknown, Line(Hour(WebAndApi(Of(Availability(90, "1h"), ("web", 1), ("api", 1)), web: "1s", api: "2h") with { Coverage = 0 }, Bad(0), _ => null)).Outcome);
        Assert.Equal(Outcome.Unknown, Line(Hour(promise with { Coverage = 0, Keeps = [promise.Keeps[0] with { Slice = Duration.Minutes(1) }] }, Bad(0), _ => null)).Outcome);
        // Nor does one of which nothing was in force, as in a regime that only the other has reached: it may fail as soon as it gets there.
        var elsewhere = Line(Hour(promise, Bad(0), _ => LookClass.NotInForce));
        Assert.Equal((Outcome.Unknown, "100 % of 3,600 looks were good (0 not): web 3,600 of 3,600, api 0 of 0, but of api nothing was due here, so nothing of it was seen (0 looks, 95 % wanted of each check)"), (elsewhere.Outcome, elsewhere.Reason));
        Assert.Equal(Outcome.NotInForce, Line(Hour(promise, _ => LookClass.NotInForce, _ => LookClass.NotInForce)).Outcome);
        var sliced = promise with { Keeps = [promise.Keeps[0] with { Slice = Duration.Minutes(1) }] };
        Assert.Equal(Outcome.Unknown, Line(Hour(sliced, Bad(0), _ => LookClass.NotInForce)).Outcome);
    }

    [Fact]
    public void A_part_is_judged_as_if_it_stood_alone()
    {
        var promise = WebAndApi(Of(Availability(90, "1h"), ("web", 3), ("api", 1)));
        (Outcome? Web, Outcome? Api) Of2(params Func<int, LookClass?>[] looks) => Line(Hour(promise, looks)) is var line ? (line.OutcomeOf(line.Parts[0]), line.OutcomeOf(line.Parts[1])) : default;
        Assert.Equal((Outcome.Kept, Outcome.Broken), Of2(Bad(36), Bad(37)));
        Assert.Equal((Outcome.Kept, Outcome.Unknown), Of2(Bad(0), _ => null));
        Assert.Equal((Outcome.Kept, Outcome.Unknown), Of2(Bad(0), _ => LookClass.Gap));
        Assert.Equal((Outcome.Kept, Outcome.NotInForce), Of2(Bad(0), _ => LookClass.NotInForce));
        Assert.Equal((Outcome.Kept, Outcome.Unknown), Of2(Bad(0), i => i < 300 ? LookClass.Good : null)); // five of six were seen, and 95 % are wanted
        // the same looks as a line of its own say the same, with confidence too
        foreach (var confidence in (decimal?[])[null, 0.95m])
            foreach (var bad in (int[])[0, 25, 36, 37, 50, 360])
            {
                var alone = Promise([Make.Check("10s", "1ms", new Confirmation(1, 1), "web")], Availability(90, "1h")) with { Confidence = confidence };
                var line = Line(Hour(promise with { Confidence = confidence }, Bad(bad), Bad(0)));
                Assert.Equal(Line(Hour(alone, Bad(bad))).Outcome, line.OutcomeOf(line.Parts[0]));
            }
        var sliced = Line(Hour(promise with { Keeps = [promise.Keeps[0] with { Slice = Duration.Minutes(1) }] }, Bad(3), Bad(0)));
        Assert.Equal((null, null), (sliced.OutcomeOf(sliced.Parts[0]), sliced.SpentBy(sliced.Parts[0])));
    }

    [Fact]
    public void A_window_of_an_alert_that_is_shorter_than_the_rhythm_of_a_part_is_quiet_all_the_same()
    {
        var promise = WebAndApi(Of(Availability(90, "1h"), ("web", 1), ("api", 1)), web: "2s", api: "20m") with
        {
            Alerts = [new Alert("page", [new BurnLine("burn", Place.None, [new BurnTest(0, null, false, 2, Duration.Minutes(5), Place.None)])], Place.None)],
        };
        AlertState At(PromiseFold fold) => fold.VerdictAt(Start + Duration.Minutes(58), Nobody).Alerts[0].State;
        Assert.Equal(AlertState.Quiet, At(Hour(promise, Bad(0), Bad(0))));
        Assert.Equal(AlertState.Firing, At(Hour(promise, i => i > 1_500 ? LookClass.Bad : LookClass.Good, Bad(0))));
        Assert.Equal(AlertState.Unknown, At(Hour(promise, i => i > 1_500 ? null : LookClass.Good, Bad(0))));
    }

    [Fact]
    public void A_share_that_does_not_fit_is_rounded_down()
    {
        var (satisfying, counted) = Mark.OfShare(LookClass.Good, 5_000_000_001, 8_640_864_000).Share;
        Assert.True(satisfying > 0 && satisfying < counted && counted <= Mark.MostInSlice);
        Assert.True(new Fraction(satisfying, counted).CompareTo(new Fraction(5_000_000_001, 8_640_864_000)) <= 0);
        Assert.Equal((1L, 1L), Mark.OfShare(LookClass.Good, 8_640_864_000, 8_640_864_000).Share);
    }

    [Fact]
    public void A_mean_of_shares_that_are_too_fine_to_be_exact_in_time_is_not_decided()
    {
        var fine = Availability(99, "30d", per: "1m") with { SliceRule = Mean };
        Assert.Equal(Outcome.Unknown, Line(Hour(WebAndApi(Of(fine, ("web", 333.33m), ("api", 500.01m)), web: "7s", api: "11s"), Bad(0), Bad(0))).Outcome);
        Assert.True(Of(fine, ("web", 333.33m), ("api", 500.01m)).IsTooFine(WebAndApi(fine).Checks));
        Assert.False(Of(fine, ("web", 3), ("api", 1)).IsTooFine(WebAndApi(fine).Checks));
        Assert.False(Of(Availability(99, "30d", per: "1d") with { SliceRule = Mean }, ("web", 333.33m), ("api", 500.01m)).IsTooFine(WebAndApi(fine).Checks));
    }

    [Fact]
    public void Broken_needs_that_no_missing_look_could_mend_it()
    {
        // 360 · 3 + 360 points, 90 %: 144 may be bad. 48 bad looks of web are 144; with one more it fails whatever api says.
        var promise = WebAndApi(Of(Availability(90, "1h"), ("web", 3), ("api", 1)));
        Assert.Equal(Outcome.Unknown, Line(Hour(promise, Bad(48), _ => null)).Outcome);
        Assert.Equal(Outcome.Broken, Line(Hour(promise, Bad(49), _ => null)).Outcome);
        Assert.Equal(Outcome.Kept, Line(Hour(promise, Bad(48), Bad(0))).Outcome);
        Assert.Equal(Outcome.Broken, Line(Hour(promise, Bad(48), Bad(1))).Outcome);
    }

    [Fact]
    public void A_slice_is_one_for_all_parts()
    {
        // In minute 0 one look of web is bad, in minute 1 one of api, in minute 2 one of each: three of sixty minutes.
        Func<int, LookClass?> web = i => i is 0 or 12 ? LookClass.Bad : LookClass.Good, api = i => i is 6 or 13 ? LookClass.Bad : LookClass.Good;
        var whole = Line(Hour(WebAndApi(Of(Availability(95, "1h", per: "1m"), ("web", 1), ("api", 1))), web, api));
        Assert.Equal((Outcome.Kept, 57L, 60L), (whole.Outcome, whole.Good, whole.Counted));
        Assert.Equal("95 % of 60 slices were good (3 not): web 358 of 360, api 358 of 360", whole.Reason);

        // A minute holds 6 looks of web at 3 points and 6 of api at 1: 24 points. Minute 0 has 21/24, minute 1 23/24, minute 2 20/24; at 85 % the last is bad.
        var share = Of(Availability(98, "1h", per: "1m") with { SliceRule = new SliceRule(SliceCount.AtLeast, 0.85m) }, ("web", 3), ("api", 1));
        Assert.Equal((Outcome.Kept, 59L, 60L), Line(Hour(WebAndApi(share), web, api)) is var at ? (at.Outcome, at.Good, at.Counted) : default);
        // 57 + (21 + 23 + 20)/24 = 59 + 2/3
        var mean = Line(Hour(WebAndApi(Of(Availability(99, "1h", per: "1m") with { SliceRule = Mean }, ("web", 3), ("api", 1))), web, api));
        Assert.Equal((Outcome.Kept, new Fraction(179, 3)), (mean.Outcome, mean.Sum));
    }

    [Fact]
    public void Its_budget_is_told_in_points_and_in_time()
    {
        var budget = Line(Hour(WebAndApi(Of(Availability(90, "1h"), ("web", 3), ("api", 1))), Bad(10), Bad(6))).Budget!;
        // 10 % of 1,440 points is 144; 36 are spent. A point stands for 2.5 s of the hour, so six minutes may be bad.
        Assert.Equal((Fraction.Of(144), Fraction.Of(36), Duration.Minutes(6), Duration.Seconds(90)), (budget.Allowed, budget.Spent, budget.AllowedTime, budget.SpentTime));
        Assert.Equal(0.75m, Line(Hour(WebAndApi(Of(Availability(90, "1h"), ("web", 3), ("api", 1))), Bad(10), Bad(6))).BudgetLeft);
    }

    [Fact]
    public void Its_gaps_count_by_the_accounting_of_the_promise()
    {
        var promise = WebAndApi(Of(Availability(90, "1h"), ("web", 3), ("api", 1)));
        Func<int, LookClass?> gaps = i => i < 40 ? LookClass.Gap : LookClass.Good;
        Assert.Equal((1320L, 1320L), Line(Hour(promise, gaps, Bad(0))) is var left ? (left.Good, left.Counted) : default);
        var bad = Line(Hour(promise with { Accounting = Accounting.Usual with { Gaps = GapAccount.Bad } }, gaps, Bad(0)));
        Assert.Equal((1320L, 1440L, 120L), (bad.Good, bad.Counted, bad.Assumed));
    }

    [Fact]
    public void A_snapshot_of_slices_holds_for_its_weights_alone()
    {
        var sliced = Availability(95, "1h", per: "1m") with { SliceRule = Mean };
        var fold = Hour(WebAndApi(Of(sliced, ("web", 3), ("api", 1))), Bad(5), Bad(70));
        var taken = PromiseFold.Restore(WebAndApi(Of(sliced, ("web", 6), ("api", 2))), Us, fold.Snapshot());
        Assert.Equal(Line(fold), Line(taken!));
        Assert.Null(PromiseFold.Restore(WebAndApi(Of(sliced, ("web", 2), ("api", 1))), Us, fold.Snapshot()));
        // Looks alone are what they are, whatever they weigh.
        var looks = Hour(WebAndApi(Of(Availability(95, "1h"), ("web", 3), ("api", 1))), Bad(5), Bad(70));
        Assert.Equal(1800L, Line(PromiseFold.Restore(WebAndApi(Of(Availability(95, "1h"), ("web", 4), ("api", 1))), Us, looks.Snapshot())!).Counted);
    }

    [Fact]
    public void A_part_that_no_check_can_see_leaves_it_undecided()
    {
        var line = Line(Hour(WebAndApi(Of(Availability(90, "1h"), ("web", 1), ("search", 1))), Bad(0), Bad(0)));
        Assert.Equal((Outcome.Unknown, "no check search measures availability"), (line.Outcome, line.Reason));
    }

    [Fact]
    public void An_alert_burns_by_points()
    {
        // 10 % may be bad and twice that must burn: 288 of 1,440 points in an hour, 96 looks of web or 288 of api.
        Promise Alerting() => WebAndApi(Of(Availability(90, "1d"), ("web", 3), ("api", 1))) with { Alerts = [new Alert("page", [new BurnLine("burn", Place.None, [new BurnTest(0, null, false, 2, Duration.Hours(1), Place.None)])], Place.None)] };
        AlertState State(int web, int api) => Hour(Alerting(), Bad(web), Bad(api)).VerdictAt(Start + Duration.Hours(1) - Duration.Seconds(1), Nobody).Alerts[0].State;
        Assert.Equal((AlertState.Firing, AlertState.Quiet, AlertState.Firing, AlertState.Quiet), (State(96, 0), State(95, 0), State(0, 288), State(0, 287)));
        var told = Assert.Single(Feasibility.OfAlerts(Alerting()));
        Assert.Equal(("point", 288L, 1440L, false), (told.Unit, told.Windows[0].Needed, told.Windows[0].Holds, told.FiresOnOne));
        // Both fail: 4 points every 10 s, so the 72nd pair of looks fires it, 710 s after the first.
        Assert.Equal(Duration.Seconds(710), told.Soonest);
        Assert.Equal(Duration.Seconds(720), told.Latest);
    }

    [Fact]
    public void What_it_bears_is_what_the_fold_bears()
    {
        var promise = WebAndApi(Of(Availability(99.9m, "1h"), ("web", 3), ("api", 1)));
        var told = Assert.Single(Feasibility.OfObjectives(promise));
        Assert.Equal(("point", 1440L, 1L, true), (told.Unit, told.Holds, told.Bears, told.BreaksByOne)); // one look of web is 3 points
        Assert.Equal((Outcome.Kept, Outcome.Broken, Outcome.Broken), (Line(Hour(promise, Bad(0), Bad(1))).Outcome, Line(Hour(promise, Bad(0), Bad(2))).Outcome, Line(Hour(promise, Bad(1), Bad(0))).Outcome));
    }

    [Fact]
    public void The_chance_of_a_false_page_is_that_of_all_that_can_happen()
    {
        Gen.Select(Gen.Int[1, 4], Gen.Int[0, 5], Gen.Int[1, 4], Gen.Int[1, 3], Gen.Int[0, 12], Gen.Int[1, 9]).Sample((outer, inner, heavy, light, needed, tenths) =>
        {
            // a longer window of `outer` more looks of the first and two more of the second, and a shorter one inside
            long[] shorter = [inner, 1], longer = [inner + outer, 3];
            var exact = Fraction.Zero;
            for (var a = 0; a < 1 << (int)longer[0]; a++)
                for (var b = 0; b < 1 << (int)longer[1]; b++)
                {
                    long Points(long[] looks) => (heavy * BitOperations.PopCount((uint)a & ((1u << (int)looks[0]) - 1))) + (light * BitOperations.PopCount((uint)b & ((1u << (int)looks[1]) - 1)));
                    if (Points(longer) < needed || Points(shorter) < needed / 2) continue;
                    var (bad, all) = (BitOperations.PopCount((uint)a) + BitOperations.PopCount((uint)b), (int)(longer[0] + longer[1]));
                    exact += new Fraction(BigInteger.Pow(tenths, bad) * BigInteger.Pow(10 - tenths, all - bad), BigInteger.Pow(10, all));
                }
            var told = BinomialTail.OfPoints([heavy, light], [(longer, needed), (shorter, needed / 2)], new Fraction(tenths, 10))!;
            Assert.True(told.CompareTo(exact) <= 0 && (exact - told).CompareTo(new Fraction(1, BigInteger.Pow(10, 30))) <= 0, $"{told.ToWords(40)} for {exact.ToWords(40)}");
        }, iter: 300, threads: 1);
    }

    [Fact]
    public void With_a_confidence_it_says_no_more_than_its_looks_show()
    {
        var (confirmed, excluded) = (0, 0);
        foreach (var (n, m, heavy, light) in ((int, int, int, int)[])[(20, 20, 3, 1), (40, 5, 2, 1), (12, 30, 5, 2), (60, 60, 3, 2)])
            foreach (var level in (decimal[])[0.5m, 0.8m, 0.9m])
                foreach (var confidence in (decimal[])[0.8m, 0.95m])
                    for (var a = 0; a <= n; a += 2)
                        for (var b = 0; b <= m; b += 3)
                        {
                            var (points, bad) = ((long)(n * heavy) + (m * light), (long)(a * heavy) + (b * light));
                            var rule = new ShareRule(Comparison.GreaterOrEqual, level);
                            // exact, where every look is bad with just the probability that is allowed
                            if (ConfidenceBound.ConfirmsPoints(rule, points - bad, points, n + m, heavy, confidence))
                            {
                                confirmed++;
                                Assert.True(Tail(n, m, heavy, light, 1 - (double)level, x => x <= bad) <= 1 - (double)confidence);
                            }
                            if (ConfidenceBound.ExcludesPoints(rule, points - bad, points, n + m, heavy, confidence))
                            {
                                excluded++;
                                Assert.True(Tail(n, m, heavy, light, 1 - (double)level, x => x >= bad) <= 1 - (double)confidence);
                            }
                        }
        Assert.True(confirmed > 100 && excluded > 1000, $"{confirmed}, {excluded}");

        static double Tail(int n, int m, int heavy, int light, double q, Func<long, bool> counts)
        {
            double[] Point(int looks)
            {
                var terms = new double[looks + 1];
                terms[0] = Math.Pow(1 - q, looks);
                for (var i = 0; i < looks; i++) terms[i + 1] = terms[i] * (looks - i) / (i + 1) * q / (1 - q);
                return terms;
            }
            var (first, second, sum) = (Point(n), Point(m), 0.0);
            for (var i = 0; i <= n; i++)
                for (var j = 0; j <= m; j++)
                    if (counts((i * heavy) + (j * light)))
                        sum += first[i] * second[j];
            return sum;
        }
    }
}
