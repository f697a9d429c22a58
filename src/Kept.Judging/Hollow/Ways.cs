using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Judging;

/// <summary>A test, of a way one without parts, and the value it shall have.</summary>
internal sealed record Literal(Expression Test, bool Wanted);

/// <summary>
/// The ways in which expressions become true (or false), each a list of single tests: a disjunctive form, made one way at a time, because there may be very many.
/// Unknown is never wanted: what is unknown passes nowhere.
/// </summary>
internal static class Ways
{
    /// <summary>Deeper nesting of choices than this is not followed; then <see cref="Budget.IsSpent"/> tells.</summary>
    private const int MostChoices = 200;

    public static IEnumerable<List<Literal>> Of(IEnumerable<Literal> all, Budget budget)
    {
        var goals = ImmutableStack<Literal>.Empty;
        foreach (var goal in all.Reverse()) goals = goals.Push(goal);
        return Of(goals, ImmutableStack<Literal>.Empty, 0, budget);
    }

    private static IEnumerable<List<Literal>> Of(ImmutableStack<Literal> goals, ImmutableStack<Literal> got, int depth, Budget budget)
    {
        while (!goals.IsEmpty)
        {
            if (!budget.Spend()) yield break;
            goals = goals.Pop(out var goal);
            var (test, wanted) = goal;
            switch (test)
            {
                case Expression.Not not:
                    goals = goals.Push(new(not.Inner, !wanted));
                    continue;
                case Expression.And both when wanted:
                    goals = PushAll(goals, both.Parts, true);
                    continue;
                case Expression.Or either when !wanted:
                    goals = PushAll(goals, either.Parts, false);
                    continue;
                case Expression.InList list when !wanted:
                    goals = PushAll(goals, [.. list.Items.Select(one => IsItem(list, one))], false);
                    continue;
            }
            if (Choices(test, wanted) is not { } choices)
            {
                got = got.Push(goal);
                continue;
            }
            if (depth >= MostChoices)
            {
                budget.Exhaust();
                yield break;
            }
            foreach (var choice in choices)
                foreach (var way in Of(PushAll(goals, choice, wanted), got, depth + 1, budget))
                    yield return way;
            yield break;
        }
        yield return [.. got.Reverse()];
    }

    /// <summary>Parts of which one group, as a whole, gives the value; null for a single test.</summary>
    private static IEnumerable<ImmutableArray<Expression>>? Choices(Expression test, bool wanted) => test switch
    {
        Expression.And and => and.Parts.Select(ImmutableArray.Create),
        Expression.Or or => or.Parts.Select(ImmutableArray.Create),
        Expression.InList list => list.Items.Select(item => ImmutableArray.Create<Expression>(IsItem(list, item))),
        Expression.InRange range when !wanted => [[Is(range, Comparison.GreaterOrEqual, range.From)], [Is(range, Comparison.LessOrEqual, range.To)]],
        // as many false ones as leave fewer than the count
        Expression.AtLeast some => Groups(some.Parts, wanted ? some.Count : some.Parts.Length - some.Count + 1),
        _ => null,
    };

    private static Expression.Compare IsItem(Expression.InList list, Value item) => new Expression.Compare(list.At, list.Left, Comparison.Equal, new Operand.Literal(list.At, item));

    private static Expression.Compare Is(Expression.InRange range, Comparison comparison, Quantity end) => new(range.At, range.Left, comparison, new Operand.Literal(range.At, Value.Of(end)));

    private static ImmutableStack<Literal> PushAll(ImmutableStack<Literal> goals, ImmutableArray<Expression> parts, bool wanted)
    {
        for (var i = parts.Length - 1; i >= 0; i--) goals = goals.Push(new(parts[i], wanted));
        return goals;
    }

    /// <summary>All groups of a size, in order; the whole where the size is not smaller.</summary>
    private static IEnumerable<ImmutableArray<Expression>> Groups(ImmutableArray<Expression> parts, int size)
    {
        if (size > parts.Length) yield break;
        var at = Enumerable.Range(0, Math.Max(0, size)).ToArray();
        while (true)
        {
            yield return [.. at.Select(i => parts[i])];
            var last = at.Length - 1;
            while (last >= 0 && at[last] == parts.Length - at.Length + last) last--;
            if (last < 0) yield break;
            at[last]++;
            for (var i = last + 1; i < at.Length; i++) at[i] = at[i - 1] + 1;
        }
    }
}

/// <summary>How much work one check is worth. Documents are written by others, and the ways of an expression multiply.</summary>
internal sealed class Budget(int steps)
{
    public bool IsSpent { get; private set; }

    public bool Spend()
    {
        if (--steps < 0) IsSpent = true;
        return !IsSpent;
    }

    public void Exhaust() => IsSpent = true;
}

/// <summary>How one way turned out: possible, impossible for certain, or not understood.</summary>
internal sealed class Trial
{
    /// <summary>Nothing can satisfy all of it.</summary>
    public string? Never { get; private set; }

    /// <summary>What of it is not understood.</summary>
    public string? Unsure { get; private set; }

    /// <summary>One of two meanings was tried: that it failed proves nothing.</summary>
    public bool Chose { get; private set; }

    /// <summary>Impossible for certain.</summary>
    public bool IsProven => Never is not null && !Chose;

    public void Fails(string why) => Never ??= why;

    public void Doubts(string why) => Unsure ??= why;

    public void Choose(string why)
    {
        Chose = true;
        Doubts(why);
    }
}
