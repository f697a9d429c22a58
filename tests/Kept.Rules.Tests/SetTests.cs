using CsCheck;
using Kept.Model;
using Xunit;

namespace Kept.Rules.Tests;

/// <summary>The sets beneath R04, R11, R15 and R28, compared with all values of a small domain.</summary>
public class SetTests
{
    private static readonly Gen<Comparison> AnyComparison = Gen.Enum<Comparison>();

    /// <summary>Sets of whole numbers 0…20 as the program builds them, with their members by brute force over halves from −1 to 21.</summary>
    private static readonly Gen<SpanSet> AnySet = Gen.Recursive<SpanSet>((depth, inner) =>
    {
        var simple = Gen.Select(AnyComparison, Gen.Int[0, 20]).Select((op, value) => SpanSet.Of(op, Quantity.Number(value)));
        return depth >= 3 ? simple : Gen.OneOf(simple, Gen.Select(inner, inner).Select((a, b) => a.And(b)), Gen.Select(inner, inner).Select((a, b) => a.Or(b)), inner.Select(a => a.Not()));
    });

    private static readonly decimal[] Points = [.. Enumerable.Range(-2, 46).Select(i => i / 2m)];

    private static bool In(SpanSet set, decimal value) => set.Spans.Any(span =>
        (span.From is not { } from || from.Amount < value || (span.FromIn && from.Amount == value)) && (span.To is not { } to || to.Amount > value || (span.ToIn && to.Amount == value)));

    [Fact]
    public void Intersection_union_and_complement_are_those_of_sets() => Gen.Select(AnySet, AnySet).Sample((a, b) =>
    {
        foreach (var point in Points)
        {
            Assert.Equal(In(a, point) && In(b, point), In(a.And(b), point));
            Assert.Equal(In(a, point) || In(b, point), In(a.Or(b), point));
            Assert.Equal(!In(a, point), In(a.Not(), point));
        }
        // every bound is a whole number, so halves tell all there is to tell
        Assert.Equal(Points.All(point => !In(a, point)), a.IsEmpty);
        Assert.Equal(Points.All(point => !In(a, point) || In(b, point)), a.IsWithin(b));
        Assert.Equal(a.IsWithin(b) && b.IsWithin(a), a.SameAs(b));
    }, iter: 3000);

    [Fact]
    public void A_comparison_is_the_set_of_the_values_that_make_it_true() => Gen.Select(AnyComparison, Gen.Int[0, 20], Gen.Int[0, 20]).Sample((op, bound, value) =>
        Assert.Equal(op switch
        {
            Comparison.Less => value < bound,
            Comparison.LessOrEqual => value <= bound,
            Comparison.Greater => value > bound,
            Comparison.GreaterOrEqual => value >= bound,
            Comparison.Equal => value == bound,
            _ => value != bound,
        }, SpanSet.Of(op, Quantity.Number(bound)).Contains(Quantity.Number(value))), iter: 500);

    [Fact]
    public void Rates_compare_across_periods_and_beyond_what_a_decimal_holds()
    {
        Assert.True(SpanSet.Of(Comparison.LessOrEqual, Quantity.Rate(60, Duration.Minutes(1))).SameAs(SpanSet.Of(Comparison.LessOrEqual, Quantity.Rate(1, Duration.Seconds(1)))));
        Assert.True(SpanSet.Compare(Quantity.Rate(decimal.MaxValue, Duration.Days(30)), Quantity.Rate(1, Duration.Seconds(1))) > 0);
    }

    private static readonly Value[] Values = [Value.Of(1), Value.Of(2), Value.Of(3), Value.Of("a"), Value.Of("b"), Value.Of(true), Value.Of(false)];

    private static readonly Operand.Seen X = new(Place.None, "x", 0, []);

    private static readonly Gen<Expression> AnyTest = Gen.Recursive<Expression>((depth, inner) =>
    {
        var compare = Gen.Select(AnyComparison, Gen.Int[0, Values.Length - 1]).Where((op, i) => i < 3 || op is Comparison.Equal or Comparison.NotEqual)
            .Select((op, i) => (Expression)new Expression.Compare(Place.None, X, op, new Operand.Literal(Place.None, Values[i])));
        var list = Gen.Int[0, Values.Length - 1].Array[1, 3].Select(items => (Expression)new Expression.InList(Place.None, X, [.. items.Select(i => Values[i])]));
        var simple = Gen.OneOf(compare, list, Gen.Const((Expression)new Expression.IsTrue(Place.None, X)));
        return depth >= 2 ? simple : Gen.OneOf(simple, inner.Select(test => (Expression)new Expression.Not(Place.None, test)));
    });

    private static bool Passes(Expression test, Value value) => test switch
    {
        Expression.Not not => !Passes(not.Inner, value),
        Expression.IsTrue => value is Value.Flag { IsTrue: true },
        Expression.InList list => list.Items.Contains(value),
        Expression.Compare { Operator: Comparison.Equal, Right: Operand.Literal literal } => value == literal.Value,
        Expression.Compare { Operator: Comparison.NotEqual, Right: Operand.Literal literal } => value != literal.Value,
        Expression.Compare { Right: Operand.Literal { Value: Value.Measured bound } } compare => value is Value.Measured number && compare.Operator switch
        {
            Comparison.Less => number.Quantity < bound.Quantity,
            Comparison.LessOrEqual => number.Quantity <= bound.Quantity,
            Comparison.Greater => number.Quantity > bound.Quantity,
            _ => number.Quantity >= bound.Quantity,
        },
        _ => throw new ArgumentException(test.GetType().Name),
    };

    private static bool Allows(ValueSet set, Value value) => value is Value.Measured number ? set.Numbers.Contains(number.Quantity) : set.OthersAllBut != set.Others.Contains(value);

    [Fact]
    public void Expectations_as_sets_allow_exactly_what_passes_them() => Gen.Select(AnyTest, AnyTest).Sample((a, b) =>
    {
        var (x, y) = (ValueSet.Of(a)!.Value.Allowed, ValueSet.Of(b)!.Value.Allowed);
        foreach (var value in Values)
        {
            Assert.Equal(Passes(a, value), Allows(x, value));
            Assert.Equal(Passes(a, value) && Passes(b, value), Allows(x.And(y)!, value));
        }
        if (x.IsWithin(y)) Assert.DoesNotContain(Values, value => Passes(a, value) && !Passes(b, value));
        if (x.And(y)!.IsEmpty) Assert.DoesNotContain(Values, value => Passes(a, value) && Passes(b, value));
    }, iter: 3000);
}
