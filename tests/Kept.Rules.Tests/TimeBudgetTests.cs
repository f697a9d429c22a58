using System.Collections.Immutable;
using CsCheck;
using Kept.Model;
using Xunit;

namespace Kept.Rules.Tests;

/// <summary>R25, compared with every choice of one bound per stage.</summary>
public class TimeBudgetTests
{
    private static readonly Gen<Deadline[]> Stage = Gen.Select(Gen.Int[0, 20], Gen.Int[0, 5]).Select((time, late) => new Deadline(time, late / 100m)).Array[1, 3];

    /// <summary>All that can be said of a formula: each stage by one of its bounds, the same bound wherever the stage stands.</summary>
    private static IEnumerable<Deadline> All(Expression uses, Func<int, Deadline> of) => uses switch
    {
        Expression.PromiseHolds promise => [of(Trees.IndexOf(promise.Name))],
        Expression.And and => Join(and.Parts, of, (a, b) => new(a.Time + b.Time, a.Late + b.Late)),
        Expression.Or or => Join(or.Parts, of, (a, b) => new(Math.Max(a.Time, b.Time), Math.Max(a.Late, b.Late))),
        Expression.AtLeast some => Join(some.Parts, of, (a, b) => new(Math.Max(a.Time, b.Time), some.Count == 1 ? Math.Max(a.Late, b.Late) : a.Late + b.Late)),
        _ => throw new ArgumentException(uses.GetType().Name),
    };

    private static IEnumerable<Deadline> Join(ImmutableArray<Expression> parts, Func<int, Deadline> of, Func<Deadline, Deadline, Deadline> join) =>
        [parts.Select(part => All(part, of).Single()).Aggregate(join)];

    [Fact]
    public void The_front_holds_a_budget_exactly_when_some_choice_of_bounds_does() =>
        Gen.Select(Trees.Formula(3, 1, monotone: true), Stage.Array[3], Gen.Int[0, 60], Gen.Int[0, 15]).Sample((uses, stages, time, late) =>
        {
            if (uses.SelfAndDescendants().OfType<Expression.PromiseHolds>().GroupBy(node => node.Name).Any(group => group.Count() > 1)) return; // a stage that is used twice may be late once
            var choices = from a in stages[0] from b in stages[1] from c in stages[2] select All(uses, i => i == 0 ? a : i == 1 ? b : c).Single();
            var fits = choices.Any(choice => choice.Time <= time && choice.Late <= late / 100m);
            Assert.Equal(fits, Front.Of(uses, name => stages[Trees.IndexOf(name)]).Any(choice => choice.Time <= time && choice.Late <= late / 100m));
        }, iter: 2000);

    [Fact]
    public void The_union_bound_is_never_exceeded() => Gen.Select(Gen.Int[0, 4].Array[10], Gen.Int[0, 4].Array[10], Gen.Int[0, 4], Gen.Int[0, 4]).Sample((first, second, x, y) =>
    {
        var (lateFirst, lateSecond) = (first.Count(time => time > x), second.Count(time => time > y));
        Assert.True(first.Zip(second, (a, b) => a + b).Count(time => time > x + y) <= lateFirst + lateSecond);
    }, iter: 1000);

    [Fact]
    public void A_long_formula_is_thinned_without_warning_too_much()
    {
        var stages = Enumerable.Range(0, 200).Select(i => new Deadline(i, 1 - (i / 200m))).ToList();
        var uses = new Expression.And(Place.None, Trees.Each(6, Trees.Leaf));
        var front = Front.Of(uses, _ => stages);
        Assert.True(front.Count <= 64);
        // the fastest and the surest ways survive at least as good as they were
        Assert.Contains(front, deadline => deadline.Time == 0);
        Assert.True(front.Min(deadline => deadline.Late) <= 6 * 0.005m);
    }
}
