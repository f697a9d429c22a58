using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Rules;

/// <summary>
/// What an expectation allows under one name: numbers of one dimension, and other values (texts, flags) either listed or all but the listed. Exact for comparisons
/// with literals, lists and ranges; anything else has no such set.
/// </summary>
internal sealed record ValueSet(Dimension? Dimension, SpanSet Numbers, bool OthersAllBut, ImmutableHashSet<Value> Others)
{
    public bool IsEmpty => Numbers.IsEmpty && !OthersAllBut && Others.IsEmpty;

    /// <summary>The same set where the name is known to stand for numbers (if any is compared) or else for texts and flags only.</summary>
    public ValueSet OfOneSort => Dimension is null ? this with { Numbers = SpanSet.None } : this with { OthersAllBut = false, Others = [] };

    /// <summary>Null where the dimensions differ: nothing can be said of such a pair.</summary>
    public ValueSet? And(ValueSet other)
    {
        if (Dimension is { } a && other.Dimension is { } b && a != b) return null;
        var (allBut, others) = (OthersAllBut, other.OthersAllBut) switch
        {
            (true, true) => (true, Others.Union(other.Others)),
            (true, false) => (false, other.Others.Except(Others)),
            (false, true) => (false, Others.Except(other.Others)),
            _ => (false, Others.Intersect(other.Others)),
        };
        return new(Dimension ?? other.Dimension, Numbers.And(other.Numbers), allBut, others);
    }

    public bool IsWithin(ValueSet other) => And(other.Not()) is { IsEmpty: true };

    public ValueSet Not() => this with { Numbers = Numbers.Not(), OthersAllBut = !OthersAllBut };

    public static ValueSet AtMost(Quantity quantity) => new(quantity.Dimension, SpanSet.Of(Comparison.LessOrEqual, quantity), false, []);

    private static ValueSet Of(Value value) => value is Value.Measured number
        ? new(number.Quantity.Dimension, SpanSet.Of(Comparison.Equal, number.Quantity), false, [])
        : new(null, SpanSet.None, false, [value]);

    private ValueSet? Or(ValueSet other) => Not().And(other.Not())?.Not();

    /// <summary>The name and the values that make the test true; null where it is not about one name and literals.</summary>
    public static (string Name, ValueSet Allowed)? Of(Expression test, bool negated = false) => test switch
    {
        Expression.Not not => Of(not.Inner, !negated),
        Expression.IsTrue flag => Named(flag.What, Of(Value.Of(true)), negated),
        Expression.Compare { Left: Operand.Seen seen, Right: Operand.Literal literal } compare => Named(seen, OfComparison(compare.Operator, literal.Value), negated),
        Expression.Compare { Left: Operand.Literal literal, Right: Operand.Seen seen } compare => Named(seen, OfComparison(Turned(compare.Operator), literal.Value), negated),
        Expression.InRange { Left: Operand.Seen seen } range => Named(seen, new(range.From.Dimension, SpanSet.OfRange(range.From, range.To), false, []), negated),
        Expression.InList { Left: Operand.Seen seen } list => Named(seen, OfList(list.Items), negated),
        _ => null,
    };

    /// <summary>The tests of a check that all must hold, taken apart at <c>and</c>.</summary>
    public static IEnumerable<Expression> Conjuncts(Expression test) =>
        test is Expression.And and ? and.Parts.SelectMany(Conjuncts) : [test];

    private static (string, ValueSet)? Named(Operand.Seen seen, ValueSet? allowed, bool negated) =>
        allowed is null ? null : (seen.ToString(), negated ? allowed.Not() : allowed);

    private static ValueSet? OfComparison(Comparison comparison, Value value) => (comparison, value) switch
    {
        (_, Value.Measured number) => new(number.Quantity.Dimension, SpanSet.Of(comparison, number.Quantity), comparison == Comparison.NotEqual, []),
        (Comparison.Equal, Value.Text or Value.Flag) => Of(value),
        (Comparison.NotEqual, Value.Text or Value.Flag) => Of(value).Not(),
        _ => null,
    };

    private static ValueSet? OfList(ImmutableArray<Value> items)
    {
        ValueSet? all = new(null, SpanSet.None, false, []);
        foreach (var item in items)
            all = item is Value.Measured or Value.Text or Value.Flag ? all?.Or(Of(item)) : null;
        return all;
    }

    private static Comparison Turned(Comparison comparison) => comparison switch
    {
        Comparison.Less => Comparison.Greater,
        Comparison.LessOrEqual => Comparison.GreaterOrEqual,
        Comparison.Greater => Comparison.Less,
        Comparison.GreaterOrEqual => Comparison.LessOrEqual,
        _ => comparison,
    };
}
