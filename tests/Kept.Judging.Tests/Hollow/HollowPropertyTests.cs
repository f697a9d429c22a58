using System.Collections.Immutable;
using CsCheck;
using Kept.Model;
using Check = Kept.Model.Check;
using Xunit;

namespace Kept.Judging.Tests.Hollow;

/// <summary>The search for hollow checks against brute force: random expectations over a small world, whose every look can be tried.</summary>
public class HollowPropertyTests
{
    private static readonly CheckKind Kind = Make.Http with
    {
        Sees =
        [
            new("status", ObservedForm.Quantity, Dimension.Number, "", Typical: Value.Of(200m), AtLeast: 100, AtMost: 999),
            .. Make.Http.Sees[1..],
        ],
        Failures = ["refused", "timeout", "body-empty", "body-html", "body-truncated", "field-missing", "field-null", "field-other-type", "ten-times-slower", "certificate-expiring"],
    };

    private static readonly string?[] Bodies =
    [
        null, "", "<html>502</html>", "ok", "b", "{}", "[]", "[1]", """{"a":1}""", """{"a":2}""", """{"a":3}""", """{"a":true}""", """{"a":false}""", """{"a":"x"}""", """{"a":"xy"}""", """{"a":null}""",
        """{"b":1}""", """{"a":1,"b":1}""", """{"a":2,"b":true}""", """{"a":"x","b":3}""", """{"a":true,"b":"x"}""", """{"l":[]}""", """{"l":[1]}""", """{"l":[1,2]}""", """{"l":[3]}""", """{"a":1,"l":[2,3,1]}""",
        """{"b":"xy","l":["x"]}""", """{"a":null,"b":null,"l":[1]}""",
    ];

    /// <summary>Every look of the small world.</summary>
    private static readonly ImmutableArray<Observation> World =
    [
        .. from status in new[] { 100, 200, 204, 300, 500, 999 }
           from time in new[] { "1ms", "1s", "2s", "5s" }
           from body in Bodies
           from left in new[] { -1, 1, 20 }
           select Make.Answer(status, body, time, certificate: Duration.Days(left)),
    ];

    private static Gen<T> One<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static readonly Gen<decimal> Number = One(1m, 2m, 3m);
    private static readonly Gen<Comparison> Op = Gen.Enum<Comparison>();
    private static readonly Gen<Operand.Seen> Field = One(Make.Seen("body", "a"), Make.Seen("body", "b"));

    private static readonly Gen<Value> Found = Gen.OneOf(Number.Select(Value.Of), One("x", "xy").Select(Value.Of), Gen.Bool.Select(Value.Of), Gen.Const<Value>(new Value.Nothing()));

    private static readonly Gen<Expression> Test = Gen.OneOf(
        Gen.Select(Op, One(100m, 200m, 250m, 500m, 999m, 1200m), (op, status) => Make.Compare(Make.Seen("status"), op, Make.Written(status))),
        Gen.Select(Op, One("1ms", "1s", "2s", "9s"), (op, time) => Make.Compare(Make.Seen("time"), op, Make.Written(Value.Of(Make.Span(time))))),
        Gen.Select(Op, Gen.Int[-1, 20], (op, days) => Make.Compare(Make.Seen("certificate.expires-in"), op, Make.Written(Value.Of(Duration.Days(days))))),
        Gen.Select(Field, Op, Number, (field, op, number) => Make.Compare(field, op, Make.Written(number))),
        Gen.Select(Field, Gen.Bool, Found, (field, equal, value) => Make.Compare(field, equal ? Comparison.Equal : Comparison.NotEqual, Make.Written(value))),
        Gen.Select(Field, Found.Array[1, 3], (field, items) => (Expression)new Expression.InList(Place.None, field, [.. items])),
        Gen.Select(Field, Number, Number, (field, a, b) => (Expression)new Expression.InRange(Place.None, field, Quantity.Number(Math.Min(a, b)), Quantity.Number(Math.Max(a, b)))),
        Field.Select(field => Make.Has(field)),
        Field.Select(field => (Expression)new Expression.IsTrue(Place.None, field)),
        Gen.Select(Field, One("x", "y", "z"), (field, part) => Make.Contains(field, Value.Of(part))),
        Gen.Select(Field, One("^x$", "x[a-z]", "^[0-9]{2,3}$"), (field, pattern) => Make.Matches(field, pattern)),
        One("ok", "a", "html").Select(part => Make.Contains(Make.Seen("body"), Value.Of(part))),
        Gen.Select(Gen.Bool, Op, Number, (every, op, number) => Make.Over(every, Make.Seen("body", "l"), Make.Compare(new Operand.Seen(Place.None, "it", -1, []), op, Make.Written(number)))),
        Gen.Select(Op, One(0m, 1m, 2m), (op, count) => Make.Compare(new Operand.Count(Place.None, Make.Seen("body", "l")), op, Make.Written(count))));

    private static readonly Gen<Expression> Tree = Gen.Recursive<Expression>((depth, tree) => depth > 2 ? Test : Gen.Frequency(
        (4, Test), (1, tree.Select(Make.Not)), (1, tree.Array[1, 3].Select(Make.All)), (1, tree.Array[1, 3].Select(Make.Any)),
        (1, Gen.Select(tree.Array[1, 4], Gen.Int[1, 3], (parts, count) => Make.Some(Math.Min(count, parts.Length), parts)))));

    private static readonly Gen<Check> Checks = Tree.Array[1, 4].Select(tests => Make.Check(kind: Kind, expect: [.. tests.Select(test => new Expectation("test", test))]));

    [Fact]
    public void A_look_that_was_made_up_is_good_and_what_is_said_never_to_pass_passes_nowhere_in_the_world()
    {
        int[] states = [0, 0, 0];
        Checks.Sample(check =>
        {
            var hollow = HollowCheck.Of(check);
            Interlocked.Increment(ref states[(int)hollow.State]);
            switch (hollow.State)
            {
                case HollowState.Analysed:
                    Assert.Equal(LookClass.Good, Judge.Look(check, hollow.Healthy!, Make.InForce).Class);
                    break;
                case HollowState.CannotPass:
                    Assert.DoesNotContain(World, seen => Judge.ClassOf(check, seen) == LookClass.Good);
                    break;
                default:
                    Assert.NotNull(hollow.Why);
                    break;
            }
        }, iter: 2_000, threads: 1);
        // all three happen, and little is left open
        Assert.All(states, state => Assert.True(state > 0, string.Join(' ', states)));
        Assert.True(states[0] < states[1] / 5, $"not analysed {states[0]}, analysed {states[1]}, impossible {states[2]}");
    }

    [Fact]
    public void What_passes_somewhere_in_the_world_is_analysed_or_said_not_to_be() => Checks.Sample(check =>
    {
        if (World.Any(seen => Judge.ClassOf(check, seen) == LookClass.Good)) Assert.NotEqual(HollowState.CannotPass, HollowCheck.Of(check).State);
    }, iter: 500, threads: 1);

    /// <summary>The search asks for the class without words; it is that of the whole judgement.</summary>
    [Fact]
    public void The_class_without_words_is_the_class_with_words() => Gen.Select(Checks, Gen.Int[0, World.Length - 1]).Sample((check, i) =>
        Assert.Equal(Judge.Look(check, World[i], Make.InForce).Class, Judge.ClassOf(check, World[i])), iter: 1_000, threads: 1);

    [Fact]
    public void A_failure_that_is_told_as_missed_is_a_good_look_and_one_that_is_caught_is_bad() => Checks.Sample(check =>
    {
        var hollow = HollowCheck.Of(check);
        if (hollow.Healthy is not { } healthy) return;
        var asked = check.Expect.SelectMany(line => AskedFields.In(line.Test)).Distinct().ToImmutableArray();
        var (caught, missed) = (0, new List<string>());
        foreach (var failure in Kind.Failures.Where(failure => failure.Name != "ten-times-slower"))
            foreach (var look in failure.Looks(new HealthyLook(check, healthy, asked, Duration.Zero)))
            {
                if (look.Seen.Reach == healthy.Reach && look.Seen.Values.SequenceEqual(healthy.Values)) continue;
                if (Judge.Look(check, look.Seen, Make.InForce).Class == LookClass.Good) missed.Add($"{failure.Name}: {look.Words}");
                else caught++;
            }
        Assert.Equal(missed, hollow.Missed.Where(failure => failure.Failure != "ten-times-slower").Select(failure => $"{failure.Failure}: {failure.Words}"));
        Assert.InRange(hollow.Score.Caught, caught, caught + 1);
        Assert.Equal(hollow.Score.Tried, hollow.Score.Caught + hollow.Missed.Length);
    }, iter: 500, threads: 1);

    /// <summary>The ways against the judge: an expression is true of a look exactly where one of its ways is.</summary>
    [Fact]
    public void Ways_of_an_expression_are_all_its_ways_and_each_satisfies_it() => Gen.Select(Tree, Gen.Bool).Sample((tree, wanted) =>
    {
        var budget = new Budget(5_000);
        var ways = Ways.Of([new(tree, wanted)], budget).Take(200).ToList();
        if (budget.IsSpent || ways.Count == 200) return;
        foreach (var seen in World.Where((_, i) => i % 41 == 0))
        {
            var truth = Make.Judged(tree, seen).Truth;
            var some = ways.Exists(way => way.TrueForAll(literal => Make.Judged(literal.Test, seen).Truth == Kleene.Of(literal.Wanted)));
            Assert.Equal(truth == Kleene.Of(wanted), some);
        }
    }, iter: 150, threads: 1);
}
