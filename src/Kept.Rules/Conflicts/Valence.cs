using Kept.Model;

namespace Kept.Rules;

/// <summary>R16. No more of a resource is promised at one time than there is.</summary>
internal static class Valence
{
    private static readonly RuleClause Overcommitted = new("R16", "overcommitted", Severity.Error, "more of a resource is reserved at one time than there is");
    private static readonly RuleClause MayBe = new("R16", "may-be", Severity.Warning, "more is reserved in all than there is, and whether at one time cannot be decided");
    private static readonly RuleClause NoCapacity = new("R16", "no-capacity", Severity.Warning, "a resource is reserved whose capacity is not declared");

    public static readonly Rule Rule = new(
        "R16", Severity.Error, "No more than there is",
        "An exclusive resource can be promised only as often as it exists. Promises that are never in force at the same time may share it.",
        RuleTheme.Conflicts, RuleSource.Second, [Overcommitted, MayBe, NoCapacity],
        [new("oversubscription with a stated probability", "the language has no field for the probability that a reservation is honoured, so oversubscription is an error")])
    { Check = Check };

    private static IEnumerable<Finding> Check(RuleContext context)
    {
        foreach (var agent in context.Agents)
        {
            var capacities = new Dictionary<string, decimal>(StringComparer.Ordinal);
            foreach (var (resource, amount) in agent.Agent.Capacities) capacities.TryAdd(resource, amount);
            var reserved = agent.Agent.Promises.Where(promise => RuleContext.UntilOf(agent, promise) is not { } until || !context.IsOver(until))
                .SelectMany(promise => promise.Reserves.Select(reservation => (Promise: promise, Reservation: reservation)))
                .GroupBy(pair => pair.Reservation.Resource, StringComparer.Ordinal);
            foreach (var resource in reserved)
                foreach (var finding in capacities.TryGetValue(resource.Key, out var capacity) ? Weigh(agent, resource.Key, capacity, [.. resource]) : Undeclared(agent, resource))
                    yield return finding;
        }
    }

    private static IEnumerable<Finding> Undeclared(AgentView agent, IGrouping<string, (Promise Promise, Reservation Reservation)> resource) =>
        resource.Select(pair => NoCapacity.At(pair.Reservation.At, $"{agent.Agent.Id} declares no capacity of `{resource.Key}`, so nobody can see whether it is promised too often",
            $"declare it on the agent: `capacities: {{ {resource.Key}: {resource.Sum(p => p.Reservation.Amount):0.##} }}`", pair.Promise.Name));

    private static IEnumerable<Finding> Weigh(AgentView agent, string resource, decimal capacity, List<(Promise Promise, Reservation Reservation)> reserved)
    {
        if (reserved.Sum(pair => pair.Reservation.Amount) <= capacity) yield break;
        var shares = reserved.GroupBy(pair => ConditionKey(pair.Promise))
            .Select(group => new Share(group.Sum(pair => pair.Reservation.Amount), Regime.Of(group.First().Promise.Given, agent.Calendars), [.. group])).ToList();
        var (exceeds, together, decided) = MostAtOnce.Find(shares, capacity);
        if (!exceeds && decided) yield break;
        var clause = exceeds ? Overcommitted : MayBe;
        var involved = exceeds ? together : shares;
        var sum = involved.Sum(share => share.Amount);
        foreach (var (promise, reservation) in involved.SelectMany(share => share.Reserved))
            yield return clause.At(reservation.At,
                exceeds ? $"{sum:0.##} of `{resource}` are reserved at one time by {Wording.List(involved.SelectMany(share => share.Reserved).Select(pair => Wording.Own(pair.Promise)).Distinct())}, but {agent.Agent.Id} has {capacity:0.##}"
                    : $"{sum:0.##} of `{resource}` are reserved in all, but {agent.Agent.Id} has {capacity:0.##}; whether at one time cannot be told from the conditions",
                "reserve less, add capacity, or give the promises conditions that are never true at the same time", promise.Name);
    }

    private static string ConditionKey(Promise promise) => promise.Given is null ? "" : ConditionText.Of(promise.Given);
}

/// <summary>What promises under one and the same condition reserve together.</summary>
internal sealed record Share(decimal Amount, Regime When, IReadOnlyList<(Promise Promise, Reservation Reservation)> Reserved);

/// <summary>Searches a set of shares that can all be in force at once and together exceed the capacity: depth first with the largest first, cut where the rest cannot reach it.</summary>
internal static class MostAtOnce
{
    private const int MostSteps = 20_000;

    /// <returns>Whether such a set exists, the set, and whether the search saw everything (conditions that cannot be compared leave it undecided).</returns>
    public static (bool Exceeds, IReadOnlyList<Share> Together, bool Decided) Find(IReadOnlyList<Share> shares, decimal capacity)
    {
        var ordered = shares.Where(share => share.Amount > 0).OrderByDescending(share => share.Amount).ToList();
        var rest = new decimal[ordered.Count + 1];
        for (var i = ordered.Count - 1; i >= 0; i--) rest[i] = rest[i + 1] + ordered[i].Amount;
        var (steps, decided) = (0, true);
        var chosen = new List<Share>();

        bool Search(int from, Regime when, decimal sum)
        {
            if (sum > capacity) return true;
            if (from == ordered.Count || sum + rest[from] <= capacity) return false;
            if (++steps > MostSteps)
            {
                decided = false;
                return false;
            }
            var with = when.And(ordered[from].When);
            var can = with.CanHold;
            if (can == Truth.Unknown) decided = false;
            if (can == Truth.True)
            {
                chosen.Add(ordered[from]);
                if (Search(from + 1, with, sum + ordered[from].Amount)) return true;
                chosen.RemoveAt(chosen.Count - 1);
            }
            return Search(from + 1, when, sum);
        }

        return Search(0, Regime.Any, 0) ? (true, chosen, true) : (false, [], decided);
    }
}
