using Kept.Model;
using Xunit;
using static Kept.Judging.Tests.Make;

namespace Kept.Judging.Tests.Looks;

public sealed class ExpectationTests
{
    private const string Json = """{"ready":true,"state":"UP","n":5,"rate":0.1,"big":12345678,"e":1e3,"nothing":null,"list":[1,2,3],"words":["a","b"],"empty":[],"items":[{"id":1,"tags":["x"]},{"id":2,"tags":[]}],"lag":4200,"it":{"deep":[10,20]}}""";

    public static TheoryData<string, Expression, Truth, string> Table()
    {
        var status = Seen("status");
        var time = Seen("time");
        return new()
        {
            { "==", Is(status, Value.Of(200m)), Truth.True, "status was 200" },
            { "== fails", Is(status, Value.Of(503m)), Truth.False, "status was 200" },
            { "!=", IsNot(status, Value.Of(500m)), Truth.True, "status was 200" },
            { "<", Compare(time, Comparison.Less, Written(Value.Of(Span("5s")))), Truth.False, "time was 6.2 s, over 5 s" },
            { "< at the bound", Compare(time, Comparison.Less, Written(Value.Of(Span("6200ms")))), Truth.False, "time was 6.2 s, not under 6.2 s" },
            { "<= at the bound", Compare(time, Comparison.LessOrEqual, Written(Value.Of(Span("6200ms")))), Truth.True, "time was 6.2 s" },
            { "> at the bound", Compare(time, Comparison.Greater, Written(Value.Of(Span("6200ms")))), Truth.False, "time was 6.2 s, not over 6.2 s" },
            { ">=", Compare(time, Comparison.GreaterOrEqual, Written(Value.Of(Span("7s")))), Truth.False, "time was 6.2 s, under 7 s" },
            { "time with a bare number", Compare(time, Comparison.Less, Written(5)), Truth.Unknown, "time was 6.2 s, which does not compare with 5" },
            { "in range", new Expression.InRange(Place.None, status, Quantity.Number(200), Quantity.Number(299)), Truth.True, "status was 200" },
            { "outside range", new Expression.InRange(Place.None, status, Quantity.Number(201), Quantity.Number(299)), Truth.False, "status was 200, outside 201..299" },
            { "range ends count", new Expression.InRange(Place.None, status, Quantity.Number(100), Quantity.Number(200)), Truth.True, "status was 200" },
            { "in list", new Expression.InList(Place.None, status, [Value.Of(204m), Value.Of(200m)]), Truth.True, "status was 200" },
            { "not in list", new Expression.InList(Place.None, status, [Value.Of(204m), Value.Of(202m)]), Truth.False, "status was 200, not one of 204, 202" },
            { "flag of a body", Is(Seen("body", "ready"), Value.Of(true)), Truth.True, "body.ready was true" },
            { "flag alone", new Expression.IsTrue(Place.None, Seen("body", "ready")), Truth.True, "body.ready was true" },
            { "flag alone that is none", new Expression.IsTrue(Place.None, Seen("body", "n")), Truth.Unknown, "body.n was 5, neither true nor false" },
            { "missing member", Is(Seen("body", "gone"), Value.Of(true)), Truth.Unknown, "body.gone was missing" },
            { "missing member under !=", IsNot(Seen("body", "gone"), Value.Of("DOWN")), Truth.Unknown, "body.gone was missing" },
            { "not of missing", Not(Is(Seen("body", "gone"), Value.Of("DOWN"))), Truth.Unknown, "body.gone was missing" },
            { "text is no number", Compare(Seen("body", "state"), Comparison.Less, Written(3)), Truth.Unknown, "body.state was 'UP', which does not compare with 3" },
            { "number is no text", IsNot(Seen("body", "n"), Value.Of("5")), Truth.Unknown, "body.n was 5, which does not compare with '5'" },
            { "texts are ordinal", Is(Seen("body", "state"), Value.Of("up")), Truth.False, "body.state was 'UP'" },
            { "null is not the value", Is(Seen("body", "nothing"), Value.Of("UP")), Truth.Unknown, "body.nothing was null, which does not compare with 'UP'" },
            { "null under !=", IsNot(Seen("body", "nothing"), Value.Of("DOWN")), Truth.Unknown, "body.nothing was null, which does not compare with 'DOWN'" },
            { "null is null", Is(Seen("body", "nothing"), new Value.Nothing()), Truth.True, "body.nothing was null" },
            { "a value is not null", Is(Seen("body", "n"), new Value.Nothing()), Truth.False, "body.n was 5" },
            { "a value differs from null", IsNot(Seen("body", "n"), new Value.Nothing()), Truth.True, "body.n was 5" },
            { "has of null", Has(Seen("body", "nothing")), Truth.True, "body.nothing was there" },
            { "has of missing", Has(Seen("body", "gone")), Truth.False, "body.gone was missing" },
            { "first item", Is(Seen("body", "list", 0), Value.Of(1m)), Truth.True, "body.list[0] was 1" },
            { "last item", Is(Seen("body", "list", -1), Value.Of(3m)), Truth.True, "body.list[-1] was 3" },
            { "beyond the list", Is(Seen("body", "list", 3), Value.Of(3m)), Truth.Unknown, "body.list[3] was missing" },
            { "beyond the list backwards", Is(Seen("body", "list", -4), Value.Of(3m)), Truth.Unknown, "body.list[-4] was missing" },
            { "path into a scalar", Is(Seen("body", "n", "deeper"), Value.Of(3m)), Truth.Unknown, "body.n.deeper was missing" },
            { "decimal, not double", Compare(Seen("body", "rate"), Comparison.LessOrEqual, Written(0.1m)), Truth.True, "body.rate was 0.1" },
            { "an exponent is exact", Is(Seen("body", "e"), Value.Of(1000m)), Truth.True, "body.e was 1000" },
            { "large whole number", Is(Seen("body", "big"), Value.Of(12345678m)), Truth.True, "body.big was 12345678" },
            { "count", Compare(new Operand.Count(Place.None, Seen("body", "list")), Comparison.Greater, Written(2)), Truth.True, "count(body.list) was 3" },
            { "count fails", Compare(new Operand.Count(Place.None, Seen("body", "list")), Comparison.Greater, Written(3)), Truth.False, "count(body.list) was 3, not over 3" },
            { "count of missing", Compare(new Operand.Count(Place.None, Seen("body", "gone")), Comparison.Less, Written(10)), Truth.Unknown, "count(body.gone) was missing" },
            { "count of an object", Compare(new Operand.Count(Place.None, Seen("body", "it")), Comparison.Less, Written(10)), Truth.Unknown, "count(body.it) was not a list" },
            { "contains text", Contains(Seen("body"), Value.Of("\"UP\"")), Truth.True, "body contained '\"UP\"'" },
            { "does not contain", Contains(Seen("body", "state"), Value.Of("DOWN")), Truth.False, "body.state did not contain 'DOWN'" },
            { "list contains", Contains(Seen("body", "list"), Value.Of(2m)), Truth.True, "body.list contained 2" },
            { "list does not contain", Contains(Seen("body", "list"), Value.Of(9m)), Truth.False, "body.list did not contain 9" },
            { "list of other things", Contains(Seen("body", "words"), Value.Of(9m)), Truth.Unknown, "body.words was a list of 2, where 9 cannot be looked for" },
            { "matches", Matches(Seen("body", "state"), "^U"), Truth.True, "body.state was 'UP'" },
            { "does not match", Matches(Seen("body", "state"), "^D"), Truth.False, "body.state was 'UP', which does not match /^D/" },
            { "number never matches", Matches(Seen("body", "n"), "5"), Truth.Unknown, "body.n was 5, not a text" },
            { "every", Over(true, Seen("body", "list"), Compare(Seen("it"), Comparison.Greater, Written(0))), Truth.True, "all 3 items of body.list hold" },
            { "every fails", Over(true, Seen("body", "list"), Compare(Seen("it"), Comparison.Less, Written(3))), Truth.False, "item 2 of body.list: it was 3, not under 3" },
            { "every of nothing", Over(true, Seen("body", "empty"), Is(Seen("it"), Value.Of(1m))), Truth.Unknown, "body.empty was empty: nothing was assessed" },
            { "any of nothing", Over(false, Seen("body", "empty"), Is(Seen("it"), Value.Of(1m))), Truth.False, "body.empty was empty" },
            { "any", Over(false, Seen("body", "list"), Is(Seen("it"), Value.Of(2m))), Truth.True, "item 1 of body.list: it was 2" },
            { "any fails", Over(false, Seen("body", "list"), Is(Seen("it"), Value.Of(9m))), Truth.False, "none of 3 items of body.list holds" },
            { "every over what is no list", Over(true, Seen("body", "n"), Is(Seen("it"), Value.Of(1m))), Truth.Unknown, "body.n was 5, not a list" },
            { "every with a missing member", Over(true, Seen("body", "items"), Is(Seen("it", "gone"), Value.Of(1m))), Truth.Unknown, "item 0 of body.items: it.gone was missing" },
            { "nested", Over(false, Seen("body", "items"), Over(false, Seen("it", "tags"), Is(Seen("it"), Value.Of("x")))), Truth.True, "item 0 of body.items: item 0 of it.tags: it was 'x'" },
            { "a header, any case", Contains(Seen("header", "Content-Type"), Value.Of("json")), Truth.True, "header.Content-Type contained 'json'" },
            { "a missing header", Is(Seen("header", "x-gone"), Value.Of("1")), Truth.Unknown, "header.x-gone was missing" },
            { "a header is text", Compare(Seen("header", "x-count"), Comparison.Greater, Written(1)), Truth.Unknown, "header.x-count was '5', which does not compare with 1" },
            { "what the answer lacks", Compare(Seen("certificate.expires-in"), Comparison.Greater, Written(Value.Of(Span("14d")))), Truth.Unknown, "certificate.expires-in was missing" },
            { "two seen values", Compare(Seen("body", "n"), Comparison.Less, Seen("body", "rate")), Truth.False, "body.n was 5, over body.rate (0.1)" },
            { "and", All(Is(status, Value.Of(200m)), Is(Seen("body", "n"), Value.Of(6m))), Truth.False, "body.n was 5" },
            { "or", Any(Is(status, Value.Of(201m)), Is(Seen("body", "n"), Value.Of(6m))), Truth.False, "status was 200; body.n was 5" },
            { "2 of 3", Some(2, Is(status, Value.Of(200m)), Is(status, Value.Of(201m)), Is(Seen("body", "gone"), Value.Of(6m))), Truth.Unknown,
                "1 of 3 held, 2 wanted: status was 200; body.gone was missing" },
        };
    }

    [Theory, MemberData(nameof(Table))]
    public void Every_operator_decides_and_says_what_it_saw(string name, Expression test, Truth truth, string reason)
    {
        var seen = Answer(200, Json, "6200ms", [("content-type", "application/json"), ("x-count", "5")]);
        var outcome = Judged(test, seen);
        Assert.True(truth == outcome.Truth, $"{name}: {outcome}");
        Assert.Equal(reason, outcome.Reason);
    }

    [Theory]
    [InlineData("""{"error":"x"}""")]
    [InlineData("not json")]
    [InlineData("")]
    [InlineData("<html>502</html>")]
    [InlineData("""{"queue":null}""")]
    [InlineData("""{"queue":{"depth":null}}""")]
    [InlineData("""{"queue":{"depth":"3"}}""")]
    [InlineData("""{"queue":{"depth":[]}}""")]
    [InlineData("""{"queue":{"depth":1e99}}""")]
    public void Wrong_bodies_never_pass_a_comparison_whichever_way_it_is_written(string body)
    {
        var depth = Seen("body", "queue", "depth");
        var seen = Answer(200, body);
        foreach (var test in (Expression[])[
            Compare(depth, Comparison.Less, Written(100)), Compare(depth, Comparison.GreaterOrEqual, Written(0)), Is(depth, Value.Of(0m)),
            IsNot(depth, Value.Of(7m)), Not(Is(depth, Value.Of(7m))), Not(Compare(depth, Comparison.Greater, Written(100)))])
            Assert.Equal(Truth.Unknown, Judged(test, seen).Truth);
        Assert.Equal(LookClass.Bad, Judge.Look(Check(expect: [new Expectation("body.queue.depth < 100", Compare(depth, Comparison.Less, Written(100)))]), seen, InForce).Class);
    }

    [Theory]
    [InlineData("79228162514264337593543950335", true)]
    [InlineData("79228162514264337593543950336", false)]
    [InlineData("0.1234567890123456789012345678", true)]
    [InlineData("0.12345678901234567890123456789", false)]
    [InlineData("1e28", true)]
    [InlineData("1e29", false)]
    [InlineData("1e-28", true)]
    [InlineData("1e-29", false)]
    [InlineData("1e-999999999999", false)]
    [InlineData("1e999999999999", false)]
    [InlineData("0e999", true)]
    [InlineData("1.50000000000000000000000000000000000000000", true)]
    [InlineData("100000000000000000000000000000e-3", true)]
    [InlineData("-0.1", true)]
    public void A_number_that_a_decimal_does_not_hold_exactly_is_not_compared(string number, bool fits)
    {
        var outcome = Judged(Compare(Seen("body", "n"), Comparison.Greater, Written(-1000)), Answer(200, $$"""{"n":{{number}}}"""));
        Assert.Equal(fits ? Truth.True : Truth.Unknown, outcome.Truth);
        if (!fits) Assert.Contains("more digits than a decimal holds", outcome.Reason, StringComparison.Ordinal);
        Assert.Equal(Truth.True, Judged(Has(Seen("body", "n")), Answer(200, $$"""{"n":{{number}}}""")).Truth);
    }

    [Fact]
    public void Kleenes_tables()
    {
        var atoms = new Dictionary<Truth, Expression>
        {
            [Truth.True] = Is(Seen("status"), Value.Of(200m)),
            [Truth.False] = Is(Seen("status"), Value.Of(1m)),
            [Truth.Unknown] = Is(Seen("body"), Value.Of("x")),
        };
        var seen = Answer();
        foreach (var (a, left) in atoms)
        {
            Assert.Equal(a, Judged(left, seen).Truth);
            Assert.Equal((Truth)(-(int)a), Judged(Not(left), seen).Truth);
            foreach (var (b, right) in atoms)
            {
                Assert.Equal((Truth)Math.Min((int)a, (int)b), Judged(All(left, right), seen).Truth);
                Assert.Equal((Truth)Math.Max((int)a, (int)b), Judged(Any(left, right), seen).Truth);
                foreach (var (c, third) in atoms)
                    for (var k = 1; k <= 3; k++)
                    {
                        // k of n is true when every way to settle the unknowns makes it so, false when none does.
                        var settled = from x in Ways(a) from y in Ways(b) from z in Ways(c) select (x ? 1 : 0) + (y ? 1 : 0) + (z ? 1 : 0) >= k;
                        var ways = settled.ToList();
                        var expected = ways.All(way => way) ? Truth.True : ways.All(way => !way) ? Truth.False : Truth.Unknown;
                        Assert.Equal(expected, Judged(Some(k, left, right, third), seen).Truth);
                    }
            }
        }

        static bool[] Ways(Truth truth) => truth switch { Truth.True => [true], Truth.False => [false], _ => [true, false] };
    }

    [Fact]
    public void What_others_wrote_is_shortened_and_cannot_move_the_cursor()
    {
        var nasty = "\u001b[2J\r\n\u202e" + new string('x', 5000);
        var outcome = Judged(Is(Seen("body"), Value.Of("ok")), Answer(200, nasty));
        Assert.True(outcome.Reason.Length < 120, outcome.Reason);
        Assert.DoesNotContain(outcome.Reason, char.IsControl);
        Assert.DoesNotContain('\u202e', outcome.Reason);
        Assert.EndsWith("…'", outcome.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_unknown_and_no_fault()
    {
        foreach (var body in new[] { """{"a":"\ud800"}""", """{"\ud800":1,"a":2}""", "{\"a\":\"\ud800\"}" })
            foreach (var member in new[] { "a", "b", "\ud800" })
                Judged(Is(Seen("body", member), Value.Of("x")), Answer(200, body));
        Assert.Equal(Truth.Unknown, Judged(Is(Seen("body", "a"), Value.Of("x")), Answer(200, """{"a":"\ud800"}""")).Truth);
    }

    [Fact]
    public void A_list_made_to_keep_us_busy_is_given_up_and_unknown()
    {
        var list = "[" + string.Join(',', Enumerable.Repeat("1", 3000)) + "]";
        var test = Over(true, Seen("body", "a"), Over(true, Seen("body", "a"), Compare(Seen("it"), Comparison.Greater, Written(0))));
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var outcome = Judged(test, Answer(200, $$"""{"a":{{list}}}"""));
        Assert.Equal(Truth.Unknown, outcome.Truth);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), clock.Elapsed.ToString());
    }
}
