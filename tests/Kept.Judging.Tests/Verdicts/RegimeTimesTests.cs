using System.Collections.Immutable;
using CsCheck;
using Kept.Model;
using Xunit;
using static Kept.Judging.Tests.Make;

namespace Kept.Judging.Tests.Verdicts;

/// <summary>What is known of regimes before any look: when looks can be in them, how many, and that none ever can.</summary>
public sealed class RegimeTimesTests
{
    private const int Day = 24 * 60;

    private static Calendar Open(string name, string zone, params WeeklySpan[] spans) => new(name, [.. spans], zone, name, [], Place.None);

    /// <summary>Every day from one minute to another.</summary>
    private static Calendar Daily(string name, int from, int to, string zone = "UTC") => Open(name, zone, [.. Enumerable.Range(0, 7).Select(day => new WeeklySpan((day * Day) + from, (day * Day) + to))]);

    private static Agent Of(Promise promise, LoadSource? load = null, string? region = null, params Calendar[] calendars) =>
        new() { Id = "shop", At = Place.None, Calendars = [.. calendars], Load = load, Region = region, Promises = [promise] };

    private static Promise With(string every, params (string Name, Expression When)[] regimes) =>
        Promise(Check(every, "1s"), Availability(99, "7d")) with { Version = "1.0", Regimes = [.. regimes.Select(one => new Regime(one.Name, one.When, one.Name, Place.None))] };

    private static Operand.Seen Fact(string name) => new(Place.None, name, -1, []);

    private static Expression Load(Comparison comparison, long perMinute) => Compare(Fact("load"), comparison, Written(Value.Of(Quantity.Rate(perMinute, Duration.Minutes(1)))));

    private static ImmutableArray<Diagnostic> Found(Agent agent, params Agent[] others) => [.. HollowFindings.OfRegimes(new House { Id = "house", Agents = [agent, .. others] })];

    [Fact]
    public void Looks_of_a_calendar_are_counted_and_those_that_are_measured_only_bounded()
    {
        var promise = With("1m", ("busy", All(During("show"), Load(Comparison.GreaterOrEqual, 100))), ("show", During("show")), ("night", During("night")));
        var agent = Of(promise, null, null, Daily("show", 20 * 60, 22 * 60), Daily("night", 0, 6 * 60));
        var looks = RegimeFeasibility.OfWindow(agent, promise, promise.Keeps[0], Start + Duration.Days(9));
        Assert.Equal(new RegimeLooks[] { new("busy", 0, 840, false), new("show", 0, 840, false), new("night", 2520, 2520, true), new(Regime.Other, 6720, 6720, true) }, looks);
        // a check that looks rarely may meet each opening or not
        var rare = promise with { Checks = [Check("7h", "1s")] };
        Assert.Equal(new RegimeLooks("night", 0, 7, true), RegimeFeasibility.OfWindow(agent, rare, promise.Keeps[0], Start + Duration.Days(9))[2]);
    }

    /// <summary>Against a walk over every minute, with a slot wherever a phase puts it.</summary>
    [Fact]
    public void Whatever_the_phase_as_many_looks_fall_into_a_regime_as_is_said() =>
        Gen.Select(Gen.Int[1, 400], Gen.Int[0, 1439], Gen.Int[1, 1439], Gen.Int[0, 1439], Gen.Int[1, 1439], Gen.Int[0, 399]).Sample((period, from, length, from2, length2, phase) =>
        {
            var promise = With($"{period}m", ("first", During("a")), ("second", All(Not(During("b")), Is(Fact("version"), Value.Of("1.0")))));
            var agent = Of(promise, null, null, Daily("a", from, from + length), Daily("b", from2, from2 + length2));
            var now = Start + Duration.Days(10);
            var slots = Enumerable.Range(0, 20 * Day).Select(minute => Start + Duration.Minutes(minute)).Where(at => at >= now - Duration.Days(7) && at < now && ((at.Microseconds / 60_000_000) + phase) % period == 0).ToList();
            // of today, or of yesterday where it goes on beyond midnight
            bool In(Instant at, int begin, int minutes) => at.Microseconds / 60_000_000 % Day is var minute && (minute >= begin && minute < begin + minutes || minute + Day < begin + minutes);
            var first = slots.Count(at => In(at, from, length));
            var second = slots.Count(at => !In(at, from, length) && !In(at, from2, length2));
            var said = RegimeFeasibility.OfWindow(agent, promise, promise.Keeps[0], now);
            foreach (var (regime, count) in new[] { (said[0], first), (said[1], second), (said[2], slots.Count - first - second) })
            {
                Assert.True(regime.IsByTime);
                Assert.InRange(count, regime.Least, regime.Most);
            }
        });

    [Fact]
    public void An_alert_over_a_regime_with_too_few_looks_is_named()
    {
        var test = new BurnTest(0, null, false, 14.4m, Duration.Hours(1), Place.None);
        BurnLine Line(Duration window) => new("burn", Place.None, [test with { Window = window }]);
        var promise = With("20m", ("noon", During("noon")), ("rest", Not(During("noon"))));
        var agent = Of(promise, null, null, Daily("noon", 12 * 60, (12 * 60) + 20));
        Assert.Equal(new RegimeBurn("noon", Duration.Hours(1), 1, 2), Assert.Single(RegimeFeasibility.TooFew(agent, promise, Line(Duration.Hours(1)), Start)));
        Assert.Empty(RegimeFeasibility.TooFew(agent, promise, Line(Duration.Hours(25)), Start)); // of two days
        Assert.Equal(["noon", "rest"], RegimeFeasibility.TooFew(agent, promise, Line(Duration.Minutes(5)), Start).Select(few => few.Regime));
    }

    [Fact]
    public void A_version_or_a_region_that_the_promise_does_not_have_is_never_judged()
    {
        var promise = With("1m", ("next", Is(Fact("version"), Value.Of("2.0"))), ("here", Is(Fact("region"), Value.Of("eu"))), ("there", Is(Fact("region"), Value.Of("us"))));
        var found = Found(Of(promise, region: "eu"));
        Assert.All(found, one => Assert.Equal((HollowCodes.NeverJudged, Severity.Warning), (one.Code, one.Severity)));
        Assert.Equal(["no look is ever in the regime `next`: the version of the promise is `1.0`", "no look is ever in the regime `there`: every look is in `here`, which is written before it"], found.Select(one => one.Message));
        Assert.Equal("no look is ever in the regime `there`: the region of shop is `eu`", Assert.Single(Found(Of(With("1m", ("there", Is(Fact("region"), Value.Of("us")))), region: "eu"))).Message);
        // nobody knows the region, and what a look sees may be anything
        Assert.Empty(Found(Of(With("1m", ("there", Is(Fact("region"), Value.Of("us"))), ("seen", Is(Seen("body", "version"), Value.Of("2"))), ("asked", Has(Seen("body", "version"))), ("not-asked", Not(Has(Seen("body", "version"))))))));
    }

    [Fact]
    public void Hours_that_never_are_or_that_looks_meet_only_by_chance_are_told()
    {
        var never = With("1m", ("both", All(During("a"), During("b"))));
        Assert.Contains("is true at no time", Assert.Single(Found(Of(never, null, null, Daily("a", 0, 60), Daily("b", 60, 120)))).Message, StringComparison.Ordinal);
        Agent Noon(string every, string zone = "UTC", int minutes = 30) => Of(With(every, ("noon", During("noon"))), null, null, Daily("noon", 720, 720 + minutes, zone));
        Assert.Contains("is chance: it is open for at most 30 min at a time, and its check looks every 1 d, so 97.9 % of the places in time that a check may get never meet it", Assert.Single(Found(Noon("1d"))).Message, StringComparison.Ordinal);
        // where the clocks change it is open at another hour of UTC too
        Assert.Contains("so 95.8 % of", Assert.Single(Found(Noon("1d", "Europe/Brussels"))).Message, StringComparison.Ordinal);
        Assert.Contains("so 50 % of", Assert.Single(Found(Noon("1h"))).Message, StringComparison.Ordinal);
        Assert.Empty(Found(Noon("30m")));
        Assert.Contains("so 50 % of", Assert.Single(Found(Noon("7h"))).Message, StringComparison.Ordinal); // it comes to each full hour of its own in turn
        Assert.Empty(Found(Noon("1410m"))); // half an hour earlier each day
        Assert.Empty(Found(Of(With("1d", ("noon", During("noon"))) with { Checks = [Check("1d", "1s", kind: Heartbeat)] }, null, null, Daily("noon", 720, 750)))); // who calls chooses
        Assert.Empty(Found(Of(With("1d", ("noon", During("noon"))) with { Checks = [Check("1d", "1s"), Check("5m", "1s", name: "often")] }, null, null, Daily("noon", 720, 750))));
    }

    [Theory]
    [InlineData("10s", 8, true)] // six a minute, and at most eight where looks come late
    [InlineData("10s", 9, false)]
    [InlineData("1s", 62, true)]
    [InlineData("1s", 63, false)]
    public void A_load_that_our_looks_never_make_is_told_and_none_that_they_may_make(string every, long band, bool isReached)
    {
        var promise = With(every, ("quiet", Load(Comparison.Less, band)), ("busy", Load(Comparison.GreaterOrEqual, band)));
        var found = Found(Of(promise, LoadSource.Looks));
        if (isReached) Assert.Empty(found);
        else Assert.StartsWith($"no look is ever in the regime `busy`: the looks of this house send at most {band - 1} requests a minute to ", Assert.Single(found).Message, StringComparison.Ordinal);
        Assert.Empty(Found(Of(promise, new LoadSource("rps", "https://shop.example/metrics")))); // what a metric tells nobody knows
        // another promise of the house that looks at the same host
        Assert.Empty(Found(Of(promise, LoadSource.Looks), Of(With("1s") with { Name = new PromiseName("other", "page", 1) })));
    }

    [Fact]
    public void A_kind_that_sends_more_than_one_request_reaches_more()
    {
        var promise = With("10s", ("busy", Load(Comparison.GreaterOrEqual, 9)));
        Assert.Single(Found(Of(promise, LoadSource.Looks)));
        Assert.Empty(Found(Of(promise with { Checks = [promise.Checks[0] with { Kind = Http with { Sends = _ => 2 } }] }, LoadSource.Looks)));
        // looks that send more than one may send them anywhere, so those of another host count too
        var other = promise.Checks[0] with { Target = promise.Checks[0].Target with { Host = "elsewhere.example" } };
        Agent Beside(CheckKind kind) => Of(With("1s") with { Name = new PromiseName("other", "page", 1), Checks = [other with { Kind = kind }] });
        Assert.Single(Found(Of(promise, LoadSource.Looks), Beside(Http)));
        Assert.Empty(Found(Of(promise, LoadSource.Looks), Beside(Http with { Sends = _ => 2 })));
        Assert.Empty(HollowFindings.OfRegimes(new House { Id = "house", Agents = [Of(promise, LoadSource.Looks)] }, () => true)); // and the search ends when it is told so
        Assert.Empty(Found(Of(promise with { Checks = [promise.Checks[0] with { Kind = Http with { Sends = _ => 1_000_000 } }], Regimes = [new Regime("busy", Load(Comparison.GreaterOrEqual, long.MaxValue / 1000), "busy", Place.None)] }, LoadSource.Looks))); // too many to try
    }
}
