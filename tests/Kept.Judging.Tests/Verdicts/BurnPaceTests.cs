using CsCheck;
using Kept.Model;
using Xunit;
using static Kept.Judging.Tests.Make;

namespace Kept.Judging.Tests.Verdicts;

/// <summary>How many failures an alert needs and how soon it fires, as told beforehand, against a fold in which everything begins to fail.</summary>
public sealed class BurnPaceTests
{
    private static readonly SliceRule Mean = new(SliceCount.Mean, 0);

    private static Promise Alerting(Kept.Model.Check check, Objective objective, Accounting accounting, decimal factor, params string[] windows) => Promise(check, objective) with
    {
        Accounting = accounting,
        Alerts = [new Alert("page", [new BurnLine("burn", Place.None, [.. windows.Select(over => new BurnTest(0, null, false, factor, Span(over), Place.None))])], Place.None)],
    };

    /// <summary>Everything is good for hours, and fails from a moment on: the time of the first failed look, and of the moment at which it fires, asked every half second.</summary>
    private static (Instant First, Instant Fires)? Run(Promise promise, Duration phase, Instant fails)
    {
        var fold = new PromiseFold(promise, Us, Start - Duration.Days(1));
        var first = (Instant?)null;
        var at = Start + phase;
        for (; at < fails; at += promise.Checks[0].Every) fold.Add(0, Look(at, LookClass.Good));
        for (var now = at; now < fails + Duration.Hours(2); now += Duration.Milliseconds(500))
        {
            if (now >= at)
            {
                first ??= at;
                fold.Add(0, Look(at, LookClass.Bad));
                at += promise.Checks[0].Every;
            }
            if (fold.VerdictAt(now, Nobody).Alerts[0].State == AlertState.Firing) return (first!.Value, now);
        }
        return null;
    }

    [Fact]
    public void Times_told_are_the_bounds_of_what_happens_at_whatever_phase()
    {
        var forms = new (string Per, SliceRule Rule)[] { ("", default), ("1m", default), ("1m", new SliceRule(SliceCount.AtLeast, 0.6m)), ("1m", Mean), ("5m", new SliceRule(SliceCount.AtLeast, 0.95m)) };
        foreach (var (per, rule) in forms)
            foreach (var retries in Enum.GetValues<RetryAccount>())
                foreach (var (every, factor, window) in (ReadOnlySpan<(string, decimal, string)>)[("10s", 3, "15m"), ("20s", 2, "30m"), ("7s", 6, "10m")])
                {
                    var objective = Availability(90, "30d", per: per.Length > 0 ? per : null) with { SliceRule = rule };
                    var promise = Alerting(Make.Check(every, "1ms", new Confirmation(3, 4)), objective, Accounting.Usual with { Retries = retries }, factor, window);
                    var told = Assert.Single(Feasibility.OfAlerts(promise));
                    Duration? soonest = null, latest = null;
                    for (var phase = 0; phase < 14; phase += 2)
                        for (var second = 0; second < (per == "5m" ? 300 : 60); second += per == "5m" ? 12 : 5)
                        {
                            var fails = Start + Duration.Minutes(90) + Duration.Milliseconds((second * 1000) + (phase * 500));
                            var (first, fires) = Run(promise, Duration.Milliseconds(500 * phase), fails)!.Value;
                            if (soonest is null || fires - first < soonest) soonest = fires - first;
                            if (latest is null || fires - fails > latest) latest = fires - fails;
                        }
                    var words = $"{every} per {per} {rule} {retries} {factor} over {window}: {soonest}…{latest}, told {told.Soonest}…{told.Latest}";
                    Assert.True(told.Soonest <= soonest && told.Latest + Duration.Milliseconds(500) >= latest, words); // it is asked every half second
                    var loose = promise.Checks[0].Every * 2;
                    Assert.True(soonest - told.Soonest <= loose && told.Latest - latest!.Value <= loose, words);
                }
    }

    [Fact]
    public void Where_only_confirmed_looks_count_one_failure_fires_nothing()
    {
        var every = Alerting(Make.Check("1m", "1ms", new Confirmation(2, 3)), Availability(99.9m, "30d"), Accounting.Usual, 14.4m, "1h", "5m");
        var confirmed = every with { Accounting = Accounting.Usual with { Retries = RetryAccount.Confirmed } };
        BurnFeasibility Told(Promise promise) => Assert.Single(Feasibility.OfAlerts(promise, _ => new Fraction(1, 100)));
        Assert.Equal((true, 1L), (Told(every).FiresOnOne, Told(every).Needed));
        Assert.Equal((false, 2L), (Told(confirmed).FiresOnOne, Told(confirmed).Needed));
        Assert.Equal(AlertState.Firing, After(every, 1));
        Assert.NotEqual(AlertState.Firing, After(confirmed, 1));
        Assert.Equal(AlertState.Firing, After(confirmed, 2));

        static AlertState After(Promise promise, int bad)
        {
            var fold = new PromiseFold(promise, Us, Start);
            for (var i = 0; i < 120; i++) fold.Add(0, Look(Start + Duration.Minutes(i), i >= 120 - bad ? LookClass.Bad : LookClass.Good));
            return fold.VerdictAt(Start + Duration.Minutes(119), Nobody).Alerts[0].State;
        }
    }

    [Fact]
    public void By_chance_it_fires_no_more_often_than_is_told()
    {
        var promise = Alerting(Make.Check("1m", "1ms", new Confirmation(2, 3)), Availability(80, "1h"), Accounting.Usual with { Retries = RetryAccount.Confirmed }, 2, "6m");
        var told = Assert.Single(Feasibility.OfAlerts(promise, _ => new Fraction(1, 5)));
        Assert.True(told.IsAtMost);
        // All that eight looks can be, after ten good ones: each with its exact probability.
        var exact = Fraction.Zero;
        for (var looks = 0; looks < 1 << 8; looks++)
        {
            var fold = new PromiseFold(promise, Us, Start);
            for (var i = 0; i < 18; i++) fold.Add(0, Look(Start + Duration.Minutes(i), i >= 10 && (looks >> (i - 10) & 1) != 0 ? LookClass.Bad : LookClass.Good));
            var bad = System.Numerics.BitOperations.PopCount((uint)looks);
            if (fold.VerdictAt(Start + Duration.Minutes(17), Nobody).Alerts[0].State == AlertState.Firing)
                exact += new Fraction(System.Numerics.BigInteger.Pow(4, 8 - bad), System.Numerics.BigInteger.Pow(5, 8));
        }
        Assert.True(exact.Numerator.Sign > 0 && told.FalsePage!.CompareTo(exact) >= 0, $"{told.FalsePage} for {exact}");
        Assert.True(told.FalsePage!.CompareTo(exact * Fraction.Of(3)) <= 0, $"{told.FalsePage!.ToWords(6)} for {exact.ToWords(6)}");
    }

    [Theory]
    [InlineData("1m")]
    [InlineData("30s")]
    public void A_window_of_one_slice_or_less_is_quiet_and_fires_at_the_first_failure(string window)
    {
        var promise = Alerting(Make.Check("10s", "1ms"), Availability(99, "30d", per: "1m"), Accounting.Usual, 14.4m, window);
        for (var second = 600; second < 670; second += 10)
        {
            AlertState State(Func<int, LookClass> look)
            {
                var fold = new PromiseFold(promise, Us, Start);
                for (var i = 0; i <= second / 10; i++) fold.Add(0, Look(Start + Duration.Seconds(10 * i), look(i)));
                return fold.VerdictAt(Start + Duration.Seconds(second), Nobody).Alerts[0].State;
            }
            Assert.Equal((AlertState.Firing, AlertState.Quiet, AlertState.Unknown), (State(i => i == second / 10 ? LookClass.Bad : LookClass.Good), State(_ => LookClass.Good), State(_ => LookClass.Gap)));
        }
    }

    [Fact]
    public void A_calendar_window_is_as_long_as_its_longest_and_its_shortest_one()
    {
        (Duration, Duration) Lengths(string window) => CalendarClock.LengthsOf(Over(window));
        Assert.Equal((Duration.Hours(23), Duration.Hours(25)), Lengths("this day Europe/Brussels"));
        Assert.Equal((Duration.Hours(24), Duration.Hours(24)), Lengths("this day UTC"));
        Assert.Equal((Duration.Minutes((23 * 60) + 30), Duration.Minutes((24 * 60) + 30)), Lengths("this day Australia/Lord_Howe"));
        Assert.Equal((Duration.Hours(22), Duration.Hours(26)), Lengths("this day Antarctica/Troll"));
        Assert.Equal((Duration.Hours(167), Duration.Hours(169)), Lengths("this week America/New_York"));
        Assert.Equal((Duration.Days(28), Duration.Hours((31 * 24) + 1)), Lengths("this month Europe/Brussels"));
        Assert.Equal((Duration.Hours((90 * 24) - 1), Duration.Hours((92 * 24) + 1)), Lengths("this quarter Europe/Brussels"));
        Assert.Equal((Duration.Days(365), Duration.Days(366)), Lengths("this year UTC"));
        Assert.Equal((Duration.Days(3), Duration.Days(3)), Lengths("3d"));
    }

    [Fact]
    public void An_objective_that_only_long_months_can_keep_is_not_called_hopeless()
    {
        // 99.9 % with 95 % confidence takes 2,995 good looks. February holds 2,880 of every 14 minutes, and July 3,188.
        var told = Assert.Single(Feasibility.OfObjectives(Promise(Make.Check("14m", "1ms"), Availability(99.9m, "this month UTC")) with { Confidence = 0.95m }));
        Assert.Equal((2_880L, 3_188L), (told.Holds, told.HoldsAtMost));
        Assert.Equal((2_995L, false, true), (told.NeededForConfidence, told.CanNeverBeConfirmed, told.CanSometimesNotBeConfirmed));
    }

    [Fact]
    public void What_is_said_to_be_missing_is_what_it_takes()
    {
        Gen.Select(Gen.Int[1, 90], Gen.Int[0, 6], Gen.OneOf(80m, 90m, 95m), Gen.Bool).Sample((looks, bad, percent, slides) =>
        {
            var promise = Promise(Make.Check("10s", "1ms"), Availability(percent, slides ? "1h" : "this day UTC")) with { Confidence = 0.9m };
            var fold = new PromiseFold(promise, Us, Start);
            var i = 0;
            void Add(LookClass look) => fold.Add(0, Look(Start + Duration.Seconds(10 * i++), look));
            VerdictLine Line() => fold.VerdictAt(Start + Duration.Seconds(10 * (i - 1)), Nobody).Lines[1];
            for (; i < looks;) Add(i < bad ? LookClass.Bad : LookClass.Good);
            var line = Line();
            var match = System.Text.RegularExpressions.Regex.Match(line.Reason, @"; ([\d,]+) more (good|bad) looks? would say (kept|broken)(, but this window has room for ([\d,]+))?$");
            if (!match.Success || match.Groups[4].Success) return;
            var needed = int.Parse(match.Groups[1].Value, System.Globalization.NumberStyles.AllowThousands, System.Globalization.CultureInfo.InvariantCulture);
            for (var more = 1; more <= needed; more++)
            {
                Assert.Equal(Outcome.Unknown, Line().Outcome);
                Add(match.Groups[2].Value == "good" ? LookClass.Good : LookClass.Bad);
            }
            Assert.Equal(match.Groups[3].Value == "kept" ? Outcome.Kept : Outcome.Broken, Line().Outcome);
        }, iter: 400, threads: 1);
    }
}
