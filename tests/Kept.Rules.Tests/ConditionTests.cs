using CsCheck;
using Kept.Model;
using Xunit;

namespace Kept.Rules.Tests;

/// <summary>R05, R06, R07: what conditions mean, and that they never wait for each other.</summary>
public class ConditionTests
{
    [Fact]
    public void A_condition_that_is_known_stays_so_however_the_unknown_turns_out() => // R06
        Gen.Select(Trees.Formula(4, 3, monotone: false), Gen.Int[-1, 1].Array[4]).Sample((formula, values) =>
        {
            var truth = Trees.Value(formula, name => (Truth)values[Trees.IndexOf(name)]);
            var worlds = Enumerable.Range(0, 16).Where(world => Enumerable.Range(0, 4).All(i => values[i] == 0 || values[i] == 1 == ((world >> i & 1) == 1)));
            var outcomes = worlds.Select(world => Trees.Holds(formula, world)).Distinct().ToList();
            if (truth != Truth.Unknown) Assert.Equal([truth == Truth.True], outcomes);
        }, iter: 2000);

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void At_least_k_is_unknown_exactly_where_the_unknown_could_decide(int n) // R06
    {
        for (var k = 1; k <= n; k++)
            for (var yes = 0; yes <= n; yes++)
                for (var open = 0; yes + open <= n; open++)
                {
                    var outcomes = Enumerable.Range(0, 1 << open).Select(world => yes + int.PopCount(world) >= k).Distinct().ToList();
                    Assert.Equal(outcomes is [var one] ? Kleene.Of(one) : Truth.Unknown, Kleene.AtLeast(k, yes, open));
                }
    }

    [Fact]
    public void Strong_components_are_the_nodes_that_reach_each_other() => // R07
        Gen.Int[1, 7].SelectMany(n => Gen.Int[0, n - 1].Array[0, 3].Array[n]).Sample(next =>
        {
            var n = next.Length;
            var reach = new bool[n, n];
            for (var i = 0; i < n; i++) foreach (var j in next[i]) reach[i, j] = true;
            for (var k = 0; k < n; k++) for (var i = 0; i < n; i++) for (var j = 0; j < n; j++) reach[i, j] |= reach[i, k] && reach[k, j];
            var found = StrongComponents.Of(next).ToList();
            Assert.Equal(Enumerable.Range(0, n), found.SelectMany(component => component).Order());
            foreach (var component in found)
                foreach (var i in component)
                    for (var j = 0; j < n; j++)
                        Assert.Equal(i == j || (reach[i, j] && reach[j, i]), component.Contains(j));
        }, iter: 2000);

    [Fact]
    public void A_promise_is_stuck_exactly_when_no_order_of_starting_reaches_it() => // R07
        Gen.Int[1, 5].SelectMany(n => Gen.OneOf(Gen.Const((Expression?)null), Trees.Formula(n, 2, monotone: true).Select(f => (Expression?)f)).Array[n]).Sample(givens =>
        {
            // brute force: start whatever can start when all that have not started are off, until nothing more does
            var started = 0;
            for (var again = true; again;)
            {
                again = false;
                for (var i = 0; i < givens.Length; i++)
                    if ((started >> i & 1) == 0 && (givens[i] is not { } given || Trees.Holds(given, started)))
                    {
                        started |= 1 << i;
                        again = true;
                    }
            }
            var house = new House { Id = "h", Agents = [new Agent { Id = "a", At = Place.None, Promises = Trees.Each(givens.Length, i => new Promise { Name = Trees.Name(i), Standing = Standing.Offered, At = Place.None, Given = givens[i] }) }] };
            var context = new RuleContext(house, Documents.Now, null);
            var graph = WaitingGraph.Of(context);
            foreach (var component in StrongComponents.Of(graph.Next))
            {
                var stuck = graph.Stuck(component);
                foreach (var node in component)
                {
                    if (stuck.Contains(node)) Assert.Equal(0, started >> node & 1);
                    else
                    {
                        // not stuck here: it starts, unless it waits for a circle further down, which has its own finding
                        var waitsBelow = (started >> node & 1) == 0;
                        if (waitsBelow) Assert.NotEmpty(StrongComponents.Of(graph.Next).Where(other => other != component && !other.Contains(node)).SelectMany(graph.Stuck));
                    }
                }
            }
        }, iter: 2000);

    [Fact]
    public void A_chain_of_a_hundred_thousand_conditions_needs_no_stack()
    {
        var next = Enumerable.Range(0, 100_000).Select(i => i + 1 < 100_000 ? new[] { i + 1 } : [0]).ToArray();
        Assert.Single(StrongComponents.Of(next));
    }

    [Fact]
    public void A_circle_with_a_valve_is_no_deadlock()
    {
        var calendar = "calendars: { morning: { open: 'Mo-Su 06:00-07:00 Europe/Brussels' } }";
        Assert.Equal(["R07.cycle", "R07.cycle"], Documents.Clauses(Documents.Shop(Documents.Promise("left@1", "given: right@1") + "\n" + Documents.Promise("right@1", "given: left@1", "availability >= 99% over 30d"))));
        Assert.Empty(Documents.Clauses(Documents.Shop(Documents.Promise("left@1", "given: right@1 or during morning") + "\n" + Documents.Promise("right@1", "given: left@1", "availability >= 99% over 30d"), calendar)));
        Assert.Empty(Documents.Clauses(Documents.Shop(Documents.Promise("left@1", "given: 1 of (right@1, during morning)") + "\n" + Documents.Promise("right@1", "given: left@1", "availability >= 99% over 30d"), calendar)));
        Assert.Equal(["R07.cycle", "R07.cycle"],
            Documents.Clauses(Documents.Shop(Documents.Promise("left@1", "given: 2 of (right@1, during morning)") + "\n" + Documents.Promise("right@1", "given: left@1", "availability >= 99% over 30d"), calendar)));
    }

    [Fact]
    public void A_condition_to_fewer_people_than_the_promise_is_hidden_from_the_others()
    {
        string With(string to) => Documents.Shop(Documents.Promise("left@1", "given: right@1").Replace("to: anyone", "to: [buyers, sellers]") + "\n" + Documents.Promise("right@1").Replace("to: anyone", to));
        Assert.Equal(["R05.hidden"], Documents.Clauses(With("to: [buyers]")));
        Assert.Empty(Documents.Clauses(With("to: [buyers, sellers, others]")));
        Assert.Empty(Documents.Clauses(With("to: anyone")));
    }
}
