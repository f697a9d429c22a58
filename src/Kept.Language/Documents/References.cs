using Kept.Model;

namespace Kept.Language.Documents;

/// <summary>Whether every name that a document refers to is declared: promises, calendars, members. Whether it is promised to whom it must be is a matter for the rules.</summary>
internal sealed class References(IReadOnlyList<Agent> agents, Problems problems)
{
    private readonly Dictionary<string, Agent> _agents = agents.DistinctBy(agent => agent.Id).ToDictionary(agent => agent.Id, StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _promises = [];

    public void Check()
    {
        Wishes();
        foreach (var agent in agents)
        {
            foreach (var promise in agent.Promises)
            {
                problems.About = promise.Name;
                if (promise.Uses is { } uses) Uses(agent, uses);
                if (promise.Given is { } given) Given(agent, given);
                Regimes(agent, promise);
                foreach (var failure in promise.Fails)
                    if (failure.Becomes is { } becomes) Own(agent, becomes, failure.At, "`becomes`");
                if (promise.Export is { } export) Own(agent, export, promise.PlaceOf("export"), "`export`");
                problems.About = null;
            }
            Belonging(agent);
            FormerNames(agent);
            foreach (var wish in agent.ReliesOn.SelectMany(reliance => reliance.Wishes))
            {
                if (wish.Given is { } given) Given(agent, given);
                Regimes(agent, wish);
            }
        }
    }

    /// <summary>What regimes ask for beside the look: it must be told somewhere, or every look is of the regime unknown.</summary>
    private void Regimes(Agent agent, Promise promise)
    {
        foreach (var regime in promise.Regimes)
        {
            Given(agent, regime.When);
            foreach (var asked in regime.When.Asked)
                if (asked.Figure is { } figure) Figure(agent, figure.Quantity, figure.Promise, asked.At);
                else if (asked is { Index: < 0, Name: "load" } && agent.Load is null && !promise.Checks.Any(check => check.Measures.Any(measure => measure.Quantity.Name == asked.Name)))
                    problems.Error(Codes.RegimeUnseen, asked.At, $"nothing tells the load: {agent.Id} names no source of load, and no check of the promise measures it",
                        "write `load: { from: 'metric NAME at URL' }` or `load: { from: looks }` for the agent, `measures: { load: body.requestsPerSecond as per-s }` for the check, or ask `load of PROMISE`");
                else if (asked is { Index: < 0, Name: "load" } && OwnLoad.Decides(agent.Load, promise) && !promise.Checks.IsEmpty && promise.Checks.All(check => check.Kind.IsPassive))
                    problems.Error(Codes.RegimeUnseen, asked.At, $"nothing tells the load: {agent.Id} has it from looks, and nobody looks at this promise: it calls by itself",
                        "read the load from a metric: `load: { from: 'metric NAME at URL' }`, or ask `load of PROMISE`");
        }
    }

    private void Figure(Agent agent, string quantity, PromiseName name, Place at)
    {
        var promise = agents.SelectMany(one => one.Promises.Concat(one.ReliesOn.SelectMany(reliance => reliance.Wishes)))
            .Where(one => one.Name == name || (name.Line == 0 && one.Name.Agent == name.Agent && one.Name.Promise == name.Promise)).MaxBy(one => one.Name.Line);
        if (promise is null)
            problems.Error(Codes.UnknownPromise, at, $"`{name}` is declared nowhere{problems.Hint(name.ToString(), Declared(agent))}", "name a promise or a wish of this house whose check measures it");
        else if (!promise.Checks.Any(check => check.Measures.Any(measure => measure.Quantity.Name == quantity)))
            problems.Error(Codes.RegimeUnseen, at, $"no check of `{promise.Name}` measures `{quantity}`", $"say where a check of it sees it: `measures: {{ {quantity}: body.field as UNIT }}`");
    }

    /// <summary>A rename hands the evidence over, and evidence has one owner.</summary>
    private void FormerNames(Agent agent)
    {
        var heirs = new Dictionary<PromiseName, Promise>();
        foreach (var promise in agent.Promises)
        {
            if (promise.Was is not { } was) continue;
            problems.About = promise.Name;
            if (agent.Promises.Any(other => other.Name == was))
                problems.Error(Codes.StillStands, promise.PlaceOf("was"), $"`{promise.Name.Short}` was `{was.Short}`, and `{was.Short}` still stands", $"take `was` away: a new line beside the old one begins its own count; or take `{was.Short}` out");
            else if (!heirs.TryAdd(was, promise))
                problems.Error(Codes.StillStands, promise.PlaceOf("was"), $"`{promise.Name.Short}` and `{heirs[was].Name.Short}` both say that they were `{was.Short}`", "let one of them go on with its evidence, and take `was` away from the other");
            problems.About = null;
        }
    }

    /// <summary>A wish is followed under the name of what it wishes, so one name is one wish; and what is promised is judged as it is promised.</summary>
    private void Wishes()
    {
        var seen = new Dictionary<PromiseName, Promise>();
        foreach (var agent in agents)
            foreach (var wish in agent.ReliesOn.SelectMany(reliance => reliance.Wishes))
            {
                problems.About = wish.Name;
                if (!seen.TryAdd(wish.Name, wish))
                    problems.Error(Codes.WishTwice, wish.At, $"`{wish.Name}` is wished twice; the first is {seen[wish.Name].At}", "give this one another name, or let one agent wish it and the other use that");
                else if (_agents.TryGetValue(wish.Name.Agent, out var other) && other.Promises.Any(promise => promise.Name == wish.Name))
                    problems.Warning(Codes.Relation, wish.At, $"{wish.Name.Agent} promises `{wish.Name.Short}` itself, so this wish is not followed: that promise is", "accept the promise under `accepts:`, or wish under another name");
                problems.About = null;
            }
    }

    /// <summary>What a super agent is made of stays in its house: both sides have a document here. Of others' documents we hold only what they published.</summary>
    private void Belonging(Agent agent)
    {
        if (agent.Origin == DocumentOrigin.Others) return;
        foreach (var member in agent.Members)
            if (!_agents.ContainsKey(member))
                problems.Error(Codes.UnknownAgent, agent.PlaceOf(Agent.PlaceKeyOf(member)), $"`{member}` is a member of {agent.Id}, and no document of this house speaks for it{problems.Hint(member, _agents.Keys)}",
                    $"write a document for it (`agent: {member}`, `member-of: {agent.Id}`); whom you only rely on stands under `relies-on:`");
        if (agent.MemberOf is { } super && !_agents.ContainsKey(super))
            problems.Error(Codes.UnknownAgent, agent.PlaceOf("member-of"), $"{agent.Id} is a member of `{super}`, and no document of this house speaks for it{problems.Hint(super, _agents.Keys)}",
                $"write a document for it (`agent: {super}`, `kind: super-agent`, `members: [{agent.Id}]`), or take `member-of` away");
    }

    private void Uses(Agent agent, Expression uses)
    {
        foreach (var node in uses.SelfAndDescendants().OfType<Expression.PromiseHolds>())
        {
            if (node.Name.Agent == agent.Id)
            {
                Own(agent, node.Name, node.At, "`uses`");
                continue;
            }
            var reliance = agent.ReliesOn.FirstOrDefault(reliance => reliance.Agent == node.Name.Agent);
            var accepted = reliance?.Accepts.FirstOrDefault(acceptance => acceptance.Promise == node.Name.Promise);
            if (accepted is not null && node.Name.Line is var line && (line == 0 || line == accepted.Line)) continue;
            if (reliance?.Wishes.FirstOrDefault(wish => wish.Name.Promise == node.Name.Promise && (node.Name.Line == 0 || node.Name.Line == wish.Name.Line)) is not null)
            {
                problems.Warning(Codes.UsesWish, node.At, $"`{node.Name}` is a wish: {node.Name.Agent} promised nothing, so nothing is promised to stand on", "use it with an alternative (`or`), or find somebody who promises it");
                continue;
            }
            if (Exists(node.Name)) continue;
            problems.Error(Codes.UnknownPromise, node.At, accepted is not null
                    ? $"`{node.Name}` is used, and line {accepted.Line} of it is accepted"
                    : $"`{node.Name}` is declared nowhere{problems.Hint(node.Name.ToString(), Declared(agent))}",
                accepted is not null ? $"use {node.Name.Agent}/{node.Name.Promise}@{accepted.Line}, or accept line {node.Name.Line}" : reliance is null
                    ? $"accept it under `relies-on:` → `{node.Name.Agent}:` → `accepts:`, or wish it there" : $"add it to `accepts:` of `{node.Name.Agent}` under `relies-on:`");
        }
    }

    private void Given(Agent agent, Expression given)
    {
        foreach (var node in given.SelfAndDescendants())
            switch (node)
            {
                case Expression.PromiseHolds holds when holds.Name.Agent == agent.Id:
                    Own(agent, holds.Name, holds.At, "`given`");
                    break;
                case Expression.PromiseHolds holds when !_agents.ContainsKey(holds.Name.Agent) && agent.ReliesOn.Any(reliance => reliance.Agent == holds.Name.Agent && reliance.Accepts.Any(acceptance => acceptance.Promise == holds.Name.Promise)):
                    problems.Warning(Codes.NotAssessed, holds.At, $"`{holds.Name}` is accepted, and nothing in this house assesses it: whether the condition holds stays unknown",
                        $"put the document of {holds.Name.Agent} into this house, or name it under `uses`, as how the promise is kept");
                    break;
                case Expression.During during when !agent.Calendars.Any(calendar => calendar.Name == during.Calendar):
                    problems.Error(Codes.UnknownCalendar, during.At, $"there is no calendar `{during.Calendar}`{problems.Hint(during.Calendar, agent.Calendars.Select(calendar => calendar.Name))}", $"declare it: `calendars: {{ {during.Calendar}: {{ open: 'Mo-Fr 08:00-18:00 Europe/Brussels' }} }}`");
                    break;
            }
    }

    private void Own(Agent agent, PromiseName name, Place at, string field)
    {
        if (name.Agent != agent.Id)
        {
            if (!Exists(name) && !agent.ReliesOn.Any(reliance => reliance.Agent == name.Agent && reliance.Accepts.Any(acceptance => acceptance.Promise == name.Promise)))
                problems.Error(Codes.UnknownPromise, at, $"{field} names `{name}`, which is declared nowhere{problems.Hint(name.ToString(), Declared(agent))}", "name a promise of this document");
            return;
        }
        if (!Exists(name))
            problems.Error(Codes.UnknownPromise, at, $"{field} names `{name.Short}`, and {agent.Id} has no such promise{problems.Hint(name.Short, agent.Promises.Select(promise => promise.Name.Short))}",
                agent.Promises.IsEmpty ? "write it under `promises:`" : "its promises are " + string.Join(", ", agent.Promises.Take(12).Select(promise => promise.Name.Short)));
    }

    private bool Exists(PromiseName name)
    {
        if (!_agents.TryGetValue(name.Agent, out var agent)) return false;
        if (!_promises.TryGetValue(agent.Id, out var names))
        {
            names = new HashSet<string>(StringComparer.Ordinal);
            foreach (var promise in agent.Promises)
            {
                names.Add(promise.Name.Promise);
                names.Add(promise.Name.Short);
            }
            _promises.Add(agent.Id, names);
        }
        return names.Contains(name.Short);
    }

    private static IEnumerable<string> Declared(Agent agent) =>
        agent.ReliesOn.SelectMany(reliance => reliance.Accepts.Select(acceptance => $"{reliance.Agent}/{acceptance.Promise}").Concat(reliance.Wishes.Select(wish => wish.Name.ToString())))
            .Concat(agent.Promises.Select(promise => promise.Name.Short));
}
