using System.Text.RegularExpressions;
using Kept.Model;
using Xunit;

namespace Kept.Judging.Tests.Hollow;

/// <summary>The search for hollow checks, case by case: what is missed, what cannot pass, what is honestly left open.</summary>
public class HollowCheckTests
{
    private static readonly CheckKind Kind = Make.Http with
    {
        Failures =
        [
            "refused", "timeout", "reset", "name-not-found", "certificate-expiring", "ten-times-slower", "body-empty", "body-html", "body-truncated", "field-missing", "field-null", "field-other-type", "date-stale",
            StandardFailures.Answering("status-500", "an answer 500", _ => [("status", Value.Of(500m))]), "never-heard-of",
        ],
    };

    private static Check Expecting(params Expression[] tests) => Make.Check(kind: Kind, timeout: "5s", expect: [.. tests.Select(test => new Expectation("test", test))]);

    private static readonly Expression Status200 = Make.Is(Make.Seen("status"), Value.Of(200m));

    [Fact]
    public void A_check_of_the_status_alone_misses_the_content_the_time_and_the_certificate()
    {
        var hollow = HollowCheck.Of(Expecting(Status200));
        // optional names are not tried where nobody asks for them: here the certificate
        Assert.Equal(["ten-times-slower", "body-empty", "body-html", "body-truncated"], hollow.Missed.Select(missed => missed.Failure));
        Assert.Equal("5 of 9", hollow.Score.ToString());
        Assert.Equal("an answer that takes 2 s", hollow.Missed[0].Words);
    }

    [Fact]
    public void Nothing_expected_misses_every_answer_and_no_failure_to_answer()
    {
        var hollow = HollowCheck.Of(Expecting());
        Assert.Contains(hollow.Missed, missed => missed is { Failure: "status-500", IsGrave: true });
        Assert.DoesNotContain(hollow.Missed, missed => missed.Failure is "refused" or "timeout" or "reset" or "name-not-found");
    }

    [Fact]
    public void Each_field_that_is_asked_for_is_tried_in_each_way()
    {
        var check = Expecting(Make.Has(Make.Seen("body", "next")), Make.Over(true, Make.Seen("body", "items"), Make.Compare(It("price"), Comparison.Greater, Make.Written(0))));
        var hollow = HollowCheck.Of(check);
        Assert.Equal(HollowState.Analysed, hollow.State);
        // has() is content with null and with any type: that is what it says
        Assert.Contains(hollow.Missed, missed => missed is { Failure: "field-null", Words: "`body.next` is null" });
        Assert.Contains(hollow.Missed, missed => missed is { Failure: "field-other-type", Words: "`body.next` is of another type" });
        Assert.DoesNotContain(hollow.Missed, missed => missed.Failure == "field-missing");
        Assert.DoesNotContain(hollow.Missed, missed => missed.Words.Contains("price", StringComparison.Ordinal));
    }

    [Fact]
    public void Slowness_goes_by_the_checks_own_bound_by_an_objective_or_by_a_typical_look()
    {
        var bounded = Expecting(Status200, Make.Compare(Make.Seen("time"), Comparison.Less, Make.Written(Value.Of(Make.Span("300ms")))));
        Assert.DoesNotContain(HollowCheck.Of(bounded).Missed, missed => missed.Failure == "ten-times-slower");
        var free = Expecting(Status200);
        Assert.Contains(HollowCheck.Of(free).Missed, missed => missed.Failure == "ten-times-slower");
        Assert.DoesNotContain(HollowCheck.Of(free, [Make.Latency(95, "400ms", "1h")]).Missed, missed => missed.Failure == "ten-times-slower");
        // an objective about another check notices nothing of this one
        Assert.Contains(HollowCheck.Of(free, [Make.Latency(95, "400ms", "1h") with { OfCheck = "other" }]).Missed, missed => missed.Failure == "ten-times-slower");
    }

    [Fact]
    public void What_an_objective_measures_is_tried_and_noticed_by_it()
    {
        var lag = new QuantityType("lag", Dimension.Time, Direction.Provider, QuantitySource.Measured, "");
        var check = Expecting(Status200) with { Measures = [new Measure(lag, Make.Seen("body", "lagMs"), Quantity.Time(Make.Span("1ms")), "body.lagMs as ms")] };
        var hollow = HollowCheck.Of(check, [Make.Every(lag, Comparison.LessOrEqual, Quantity.Time(Make.Span("10s")), "1h")]);
        Assert.DoesNotContain(hollow.Missed, missed => missed.Failure is "field-missing" or "field-null" or "field-other-type" or "date-stale" or "body-html");
        Assert.Equal(4, hollow.Score.Tried - HollowCheck.Of(check).Score.Tried); // missing, null, of another type, stale
    }

    [Fact]
    public void Contradictions_are_shown_also_where_they_hide_in_alternatives()
    {
        var state = Make.Seen("body", "state");
        Assert.Equal(HollowState.CannotPass, HollowCheck.Of(Expecting(Status200, Make.Is(Make.Seen("status"), Value.Of(500m)))).State);
        Assert.Equal(HollowState.CannotPass, HollowCheck.Of(Expecting(Make.Any(Make.Is(state, Value.Of("up")), Make.Is(state, Value.Of("ok"))), Make.IsNot(state, Value.Of("up")), Make.IsNot(state, Value.Of("ok")))).State);
        Assert.Equal(HollowState.CannotPass, HollowCheck.Of(Expecting(Make.Is(state, Value.Of("up")), Make.Matches(state, "^down$"))).State);
        Assert.Equal(HollowState.CannotPass, HollowCheck.Of(Expecting(Make.Has(state), Make.Not(Make.Has(state)))).State);
        // a missing value passes nowhere: both lines want it there, of two types
        Assert.Equal(HollowState.CannotPass, HollowCheck.Of(Expecting(Make.Compare(state, Comparison.Greater, Make.Written(1)), Make.IsNot(state, Value.Of("up")))).State);
        // 3 of 3 cannot be, 2 of 3 can
        Expression[] parts = [Status200, Make.Is(Make.Seen("status"), Value.Of(204m)), Make.Has(state)];
        Assert.Equal(HollowState.CannotPass, HollowCheck.Of(Expecting(Make.Some(3, parts))).State);
        Assert.Equal(HollowState.Analysed, HollowCheck.Of(Expecting(Make.Some(2, parts))).State);
    }

    [Fact]
    public void What_is_not_understood_is_said_and_never_claimed()
    {
        var strange = HollowCheck.Of(Expecting(Make.Matches(Make.Seen("body", "name"), @"^\p{Lu}\p{Ll}+$")));
        Assert.Equal(HollowState.NotAnalysed, strange.State);
        Assert.StartsWith("no text could be made up for /", strange.Why, StringComparison.Ordinal);
        Assert.Equal(default, strange.Score);
        Assert.Empty(strange.Missed);
        // more ways than are tried: 20 lines of two alternatives each, and the last line contradicts all of them in a text
        var many = Enumerable.Range(0, 20).Select(i => Make.Any(Make.Is(Make.Seen("body", "f" + i), Value.Of("x")), Make.Is(Make.Seen("body", "f" + i), Value.Of("y")))).Append(Make.Is(Make.Seen("status"), Value.Of(1m))).Append(Status200);
        Assert.Equal(HollowState.NotAnalysed, HollowCheck.Of(Expecting([.. many])).State);
    }

    /// <summary>Documents are written by others: deep and wide expressions cost a bounded time.</summary>
    [Fact]
    public void Hostile_expressions_end()
    {
        var leaf = Make.Any([.. Enumerable.Range(0, 30).Select(i => Make.Is(Make.Seen("body", "f" + i), Value.Of(i)))]);
        var wide = Make.All([.. Enumerable.Range(0, 60).Select(_ => leaf)]);
        Assert.NotNull(HollowCheck.Of(Expecting(wide, Make.Is(Make.Seen("status"), Value.Of(1m)), Status200)).Why);
        var deep = Status200;
        for (var i = 0; i < 2_000; i++) deep = Make.Any(Make.Some(2, deep, Make.Has(Make.Seen("body", "a")), Make.Has(Make.Seen("body", "b"))));
        Assert.NotNull(HollowCheck.Of(Expecting(Make.Not(deep), deep)).Why);
        var items = Make.Compare(It(), Comparison.Greater, Make.Written(0));
        for (var i = 0; i < 12; i++) items = Make.Over(true, (Operand.Seen)It("l"), Make.Any(items, items, items));
        _ = HollowCheck.Of(Expecting(Make.Over(true, Make.Seen("body", "l"), items), Make.Compare(new Operand.Count(Place.None, Make.Seen("body", "l")), Comparison.GreaterOrEqual, Make.Written(1_000_000_000))));
        // a list of lists of lists: eight thousand million items, were each made
        Expression Lists(int depth, Operand.Seen list) => depth == 0 ? Make.Has(list) : Make.All(
            [Make.Compare(new Operand.Count(Place.None, list), Comparison.GreaterOrEqual, Make.Written(2_000)), Make.Over(true, list, Lists(depth - 1, (Operand.Seen)It("l")))]);
        Assert.NotNull(HollowCheck.Of(Expecting(Lists(3, Make.Seen("body", "l")))).Why);
    }

    [Fact]
    public void A_failure_that_another_check_notices_is_not_missed()
    {
        var target = new CheckTarget("x", "shop.example", 0, "", "x");
        var status = Expecting(Status200) with { Target = target, Name = "status" };
        var time = Expecting(Make.Compare(Make.Seen("time"), Comparison.Less, Make.Written(Value.Of(Make.Span("1s"))))) with { Target = target, Name = "time" };
        Assert.DoesNotContain(HollowPromise.Of(Make.Promise([status, time]), default).Missed, missed => missed.Failure.Failure is "ten-times-slower" or "status-500");
        Assert.Contains(HollowPromise.Of(Make.Promise([status, time with { Target = target with { Host = "other.example" } }]), default).Missed, missed => missed.Failure.Failure == "ten-times-slower");
        // another path of the same host may answer well while this one fails
        Assert.Contains(HollowPromise.Of(Make.Promise([status, time with { Target = target with { Text = "y", Rest = "y" } }]), default).Missed, missed => missed.Failure.Failure == "status-500" && missed.Check.Name == "time");
        var both = HollowPromise.Of(Make.Promise([status, time]), default);
        Assert.Equal(both.Score.Tried, both.Score.Caught + both.Missed.Length);
    }

    private static KnownMiss Accepts(string what, Instant? until = null) => new(what, "it is meant", until, Place.None);

    private static readonly Instant Noon = Instant.From(new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public void What_is_accepted_is_neither_caught_nor_missed()
    {
        var check = Expecting(Status200);
        var plain = HollowCheck.Of(check);
        var accepting = HollowPromise.Of(Make.Promise([check with { Misses = [Accepts("body-empty"), Accepts("an answer that takes 2 s", Noon + Duration.Hours(1))] }]), Noon);
        Assert.Equal(["ten-times-slower", "body-empty"], accepting.Accepted.Select(one => one.Accepted.Missed.Failure));
        Assert.Equal(["body-html", "body-truncated"], accepting.Missed.Select(one => one.Failure.Failure));
        Assert.Equal(new HollowScore(plain.Score.Caught, plain.Score.Tried - 2), accepting.Score);
        Assert.DoesNotContain(HollowFindings.Of(accepting), finding => finding.Code is HollowCodes.AcceptanceEnded or HollowCodes.AcceptanceNeedless);
        Assert.Equal(Noon + Duration.Hours(1), accepting.ChangesAt);
        // at its end, not after it
        var ended = HollowPromise.Of(accepting.Promise, Noon + Duration.Hours(1));
        Assert.Equal(["body-empty"], ended.Accepted.Select(one => one.Accepted.Missed.Failure));
        Assert.Equal(HollowCodes.AcceptanceEnded, Assert.Single(HollowFindings.Of(ended)).Code);
        Assert.Null(ended.ChangesAt);
    }

    [Fact]
    public void A_name_stands_for_all_forms_and_words_for_one()
    {
        var check = Expecting(Make.Has(Make.Seen("body", "next")), Make.Has(Make.Seen("body", "last")));
        IEnumerable<string> Missed(params KnownMiss[] misses) => HollowCheck.Of(check with { Misses = [.. misses] }).Missed.Where(missed => missed.Failure == "field-null").Select(missed => missed.Words);
        Assert.Equal(2, Missed().Count());
        Assert.Empty(Missed(Accepts("field-null")));
        Assert.Empty(Missed(Accepts("a field that is null")));
        Assert.Equal(["`body.next` is null"], Missed(Accepts("body.last is null")));
        Assert.Equal(["`body.last` is null"], Missed(Accepts("`body.next` is null")));
        Assert.Equal(2, Missed(Accepts("field-null", default(Instant))).Count());
    }

    [Fact]
    public void Grave_findings_are_not_made_of_what_is_accepted()
    {
        bool Finds(string code, params KnownMiss[] misses) => HollowFindings.Of(HollowPromise.Of(Make.Promise([Expecting() with { Misses = [.. misses] }]), Noon)).Any(finding => finding.Code == code);
        Assert.True(Finds(HollowCodes.NothingExpected));
        Assert.False(Finds(HollowCodes.NothingExpected, Accepts("status-500")));
        Assert.True(Finds(HollowCodes.NothingExpected, Accepts("status-500", Noon)));
    }

    [Theory]
    [InlineData("refused", "and notices it"), InlineData("certificate-expiring", "cannot happen to it"), InlineData("never-heard-of", "cannot happen to it"), InlineData("a login page", "nothing that is called so")]
    public void An_acceptance_of_what_is_not_missed_is_told(string what, string words)
    {
        var hollow = HollowPromise.Of(Make.Promise([Expecting(Status200) with { Misses = [Accepts(what)] }]), Noon);
        Assert.Contains(words, Assert.Single(HollowFindings.Of(hollow), finding => finding.Code == HollowCodes.AcceptanceNeedless).Message, StringComparison.Ordinal);
        Assert.Empty(hollow.Accepted);
        Assert.Equal(HollowPromise.Of(Make.Promise([Expecting(Status200)]), Noon).Score, hollow.Score);
    }

    [Fact]
    public void An_acceptance_of_what_another_check_notices_is_told_and_counts_for_nothing()
    {
        var target = new CheckTarget("x", "shop.example", 0, "", "x");
        var status = Expecting(Status200) with { Target = target, Name = "status", Misses = [Accepts("ten-times-slower")] };
        var time = Expecting(Make.Compare(Make.Seen("time"), Comparison.Less, Make.Written(Value.Of(Make.Span("1s"))))) with { Target = target, Name = "time" };
        var both = HollowPromise.Of(Make.Promise([status, time]), Noon);
        Assert.Empty(both.Accepted);
        Assert.Equal(HollowPromise.Of(Make.Promise([status with { Misses = [] }, time]), Noon).Score, both.Score);
        Assert.Contains("another check", Assert.Single(HollowFindings.Of(both), finding => finding.Code == HollowCodes.AcceptanceNeedless).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_share_is_compared_exactly()
    {
        Assert.False(new HollowScore(4, 5).IsBelow(0.8m));
        Assert.True(new HollowScore(7999, 10000).IsBelow(0.8m));
        Assert.False(default(HollowScore).IsBelow(1));
    }

    [Theory]
    [InlineData("^ok$"), InlineData("^(up|down)$"), InlineData("[a-z]{2,8}-[0-9]+"), InlineData(@"\d{4}-\d\d-\d\dT"), InlineData("(?i)^healthy"), InlineData(@"^v?[0-9]+(\.[0-9]+){2}$"), InlineData("^[^ ]+ done$"), InlineData(@"""state"":\s*""(ok|up)""")]
    [InlineData("(?<year>[0-9]{4})"), InlineData(@"^\[INFO\]"), InlineData("a{0,3}b"), InlineData("^$"), InlineData(@"\w+@\w+\.example\b"), InlineData("^.{10}$"), InlineData("[^a-z]"), InlineData("x*y+?z?")]
    public void A_text_is_made_up_for_usual_patterns(string pattern)
    {
        var regex = new Regex(pattern, RegexOptions.NonBacktracking);
        Assert.Matches(regex, PatternSample.Of(regex)!);
    }

    private static Operand It(params object[] path) => new Operand.Seen(Place.None, "it", -1, [.. path.Select(step => new PathStep((string)step, 0))]);
}
