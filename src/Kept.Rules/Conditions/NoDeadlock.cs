using Kept.Model;

namespace Kept.Rules;

/// <summary>R07. Promises that wait for each other need a valve, or none of them ever comes into force.</summary>
internal static class NoDeadlock
{
    private static readonly RuleClause Cycle = new("R07", "cycle", Severity.Error, "promises wait for each other and nothing lets one of them go first");
    private static readonly RuleClause Itself = new("R07", "itself", Severity.Error, "a promise is a condition of itself");

    public static readonly Rule Rule = new(
        "R07", Severity.Error, "Conditions do not wait for each other",
        "If A holds only while B holds, and B only while A holds, neither can ever start: the deadlock carousel. A valve breaks it: an `or` or `k of` branch that can come "
        + "true without the circle, such as a calendar.",
        RuleTheme.Conditions, RuleSource.Primary, [Cycle, Itself],
        [new("circles that lead through promises of agents outside this house", "their conditions stand in documents this folder does not hold")])
    { Check = Check };

    private static IEnumerable<Finding> Check(RuleContext context)
    {
        var graph = WaitingGraph.Of(context);
        foreach (var component in StrongComponents.Of(graph.Next))
        {
            if (component.Length == 1 && !graph.Next[component[0]].Contains(component[0])) continue;
            foreach (var node in graph.Stuck(component))
            {
                var promise = graph.Promises[node];
                var at = promise.PlaceOf(promise.Given is not null ? "given" : "uses");
                if (graph.Next[node].Contains(node))
                    yield return Itself.At(at, $"{Wording.Own(promise)} waits for itself", "take it out of its own condition", promise.Name);
                else
                    yield return Cycle.At(at, $"{Wording.Own(promise)} waits for itself through {Wording.List(graph.WayBack(node, component))}, so none of them ever comes into force",
                        "give one of them a way to start without the others, as in `given: other or during start-up`", promise.Name);
            }
        }
    }
}

/// <summary>Which own promises a promise waits for: those of its condition, and those of its dependence where it has no evidence of its own.</summary>
internal sealed class WaitingGraph
{
    private readonly Expression?[][] _formulas;
    private readonly Func<int, PromiseName, int> _indexOf;

    private WaitingGraph(List<Promise> promises, int[][] next, Expression?[][] formulas, Func<int, PromiseName, int> indexOf) =>
        (Promises, Next, _formulas, _indexOf) = (promises, next, formulas, indexOf);

    public IReadOnlyList<Promise> Promises { get; }
    public int[][] Next { get; }

    public static WaitingGraph Of(RuleContext context)
    {
        var promises = new List<Promise>();
        var views = new List<AgentView>();
        var index = new Dictionary<Promise, int>(ReferenceEqualityComparer.Instance);
        foreach (var (agent, promise) in context.Promises)
        {
            index.TryAdd(promise, promises.Count);
            promises.Add(promise);
            views.Add(agent);
        }
        var formulas = new Expression?[promises.Count][];
        var next = new int[promises.Count][];
        int IndexOf(int from, PromiseName name) => views[from].Resolve(name).Promise is { IsWish: false } promise && index.TryGetValue(promise, out var i) ? i : -1;
        for (var i = 0; i < next.Length; i++)
        {
            var promise = promises[i];
            // with a check of its own a promise is judged by its own evidence, whatever it uses
            formulas[i] = promise.Checks.IsEmpty ? [promise.Given, promise.Uses] : [promise.Given];
            var from = i;
            next[i] = [.. formulas[i].SelectMany(Wording.PromisesIn).Select(node => IndexOf(from, node.Name)).Where(to => to >= 0).Distinct()];
        }
        return new(promises, next, formulas, IndexOf);
    }

    /// <summary>
    /// Members of a strong component that can never start: the complement of the least set in which a promise is once its formulas can be true while every
    /// member not yet in the set is unknown.
    /// </summary>
    public IReadOnlyList<int> Stuck(int[] component)
    {
        var stuck = component.ToHashSet();
        var before = new Dictionary<int, List<int>>();
        foreach (var node in component)
            foreach (var to in Next[node])
            {
                if (!before.TryGetValue(to, out var list)) before[to] = list = [];
                list.Add(node);
            }
        var work = new Queue<int>(component);
        while (work.TryDequeue(out var node))
        {
            if (!stuck.Contains(node) || !_formulas[node].All(formula => formula is null || CanBe(formula, true, name => stuck.Contains(_indexOf(node, name))))) continue;
            stuck.Remove(node);
            foreach (var waiting in before.GetValueOrDefault(node, [])) work.Enqueue(waiting);
        }
        return [.. component.Where(stuck.Contains).Order()];
    }

    /// <summary>The names on a shortest way from the promise back to itself inside its component.</summary>
    public IEnumerable<string> WayBack(int start, int[] component)
    {
        var inside = component.ToHashSet();
        var from = new Dictionary<int, int>();
        var work = new Queue<int>([start]);
        while (work.TryDequeue(out var node))
            foreach (var to in Next[node])
            {
                if (!inside.Contains(to) || !from.TryAdd(to, node)) continue;
                if (to == start)
                {
                    var way = new List<string>();
                    for (var back = node; back != start; back = from[back]) way.Add($"`{Promises[back].Name.Short}`");
                    way.Reverse();
                    return way;
                }
                work.Enqueue(to);
            }
        return [];
    }

    /// <summary>Whether the formula can have the value while the named promises that are stuck stay unknown and every other fact is free.</summary>
    internal static bool CanBe(Expression formula, bool value, Func<PromiseName, bool> isStuck) => formula switch
    {
        Expression.Not not => CanBe(not.Inner, !value, isStuck),
        Expression.And and => value ? and.Parts.All(part => CanBe(part, true, isStuck)) : and.Parts.Any(part => CanBe(part, false, isStuck)),
        Expression.Or or => value ? or.Parts.Any(part => CanBe(part, true, isStuck)) : or.Parts.All(part => CanBe(part, false, isStuck)),
        Expression.AtLeast some => some.Parts.Count(part => CanBe(part, value, isStuck)) >= (value ? some.Count : some.Parts.Length - some.Count + 1),
        Expression.PromiseHolds promise => !isStuck(promise.Name),
        _ => true,
    };
}

/// <summary>Strongly connected components. R. Tarjan, "Depth-first search and linear graph algorithms", SIAM J. Comput. 1 (1972); without recursion, so a
/// chain of any length needs no stack.</summary>
internal static class StrongComponents
{
    /// <returns>Each component as its nodes; a component comes after all it leads to.</returns>
    public static IEnumerable<int[]> Of(int[][] next)
    {
        var found = new List<int[]>();
        var (index, low, edge) = (new int[next.Length], new int[next.Length], new int[next.Length]);
        var onStack = new bool[next.Length];
        var stack = new Stack<int>();
        var path = new Stack<int>();
        var count = 0;
        for (var root = 0; root < next.Length; root++)
        {
            if (index[root] != 0) continue;
            path.Push(root);
            while (path.TryPeek(out var node))
            {
                if (index[node] == 0)
                {
                    index[node] = low[node] = ++count;
                    stack.Push(node);
                    onStack[node] = true;
                }
                if (edge[node] < next[node].Length)
                {
                    var to = next[node][edge[node]++];
                    if (index[to] == 0) path.Push(to);
                    else if (onStack[to]) low[node] = Math.Min(low[node], index[to]);
                    continue;
                }
                path.Pop();
                if (path.TryPeek(out var parent)) low[parent] = Math.Min(low[parent], low[node]);
                if (low[node] != index[node]) continue;
                var component = new List<int>();
                int member;
                do
                {
                    member = stack.Pop();
                    onStack[member] = false;
                    component.Add(member);
                }
                while (member != node);
                found.Add([.. component]);
            }
        }
        return found;
    }
}
