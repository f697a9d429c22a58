using System.Collections.Immutable;
using CsCheck;
using Kept.Model;

namespace Kept.Rules.Tests;

/// <summary>Small formulas over numbered promises, and their brute-force reading.</summary>
internal static class Trees
{
    public static PromiseName Name(int i) => new("a", "p" + i, 1);

    public static Expression Leaf(int i) => new Expression.PromiseHolds(Place.None, Name(i));

    public static Gen<T> Pick<T>(params T[] items) => Gen.Int[0, items.Length - 1].Select(i => items[i]);

    public static int IndexOf(PromiseName name) => int.Parse(name.Promise[1..]);

    /// <summary>Formulas of promises p0…p(n−1), at most <paramref name="depth"/> deep; <paramref name="monotone"/> has no <c>not</c>.</summary>
    public static Gen<Expression> Formula(int n, int depth, bool monotone)
    {
        var leaf = Gen.Int[0, n - 1].Select(Leaf);
        if (depth == 0) return leaf;
        var part = Formula(n, depth - 1, monotone);
        var parts = part.Array[2, 3];
        var and = parts.Select(ps => (Expression)new Expression.And(Place.None, [.. ps]));
        var or = parts.Select(ps => (Expression)new Expression.Or(Place.None, [.. ps]));
        var some = parts.SelectMany(ps => Gen.Int[1, ps.Length].Select(k => (Expression)new Expression.AtLeast(Place.None, k, [.. ps])));
        var not = part.Select(p => (Expression)new Expression.Not(Place.None, p));
        return monotone ? Gen.OneOf(leaf, and, or, some) : Gen.OneOf(leaf, and, or, some, not);
    }

    /// <summary>The Kleene value with each promise's truth given.</summary>
    public static Truth Value(Expression formula, Func<PromiseName, Truth> of) => formula switch
    {
        Expression.Not not => Value(not.Inner, of).Not(),
        Expression.And and => and.Parts.Aggregate(Truth.True, (all, part) => all.And(Value(part, of))),
        Expression.Or or => or.Parts.Aggregate(Truth.False, (any, part) => any.Or(Value(part, of))),
        Expression.AtLeast some => Kleene.AtLeast(some.Count, some.Parts.Count(part => Value(part, of) == Truth.True), some.Parts.Count(part => Value(part, of) == Truth.Unknown)),
        Expression.PromiseHolds promise => of(promise.Name),
        _ => throw new ArgumentException(formula.GetType().Name),
    };

    /// <summary>The formula in two values.</summary>
    public static bool Holds(Expression formula, int world) => formula switch
    {
        Expression.Not not => !Holds(not.Inner, world),
        Expression.And and => and.Parts.All(part => Holds(part, world)),
        Expression.Or or => or.Parts.Any(part => Holds(part, world)),
        Expression.AtLeast some => some.Parts.Count(part => Holds(part, world)) >= some.Count,
        Expression.PromiseHolds promise => (world >> IndexOf(promise.Name) & 1) == 1,
        _ => throw new ArgumentException(formula.GetType().Name),
    };

    public static ImmutableArray<T> Each<T>(int count, Func<int, T> make) => [.. Enumerable.Range(0, count).Select(make)];
}
