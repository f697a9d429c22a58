using Kept.Model;

namespace Kept.Rules;

/// <summary>R01. An agent promises only about itself: what it lets be checked must be its own.</summary>
internal static class NoPromiseOnBehalfOfOthers
{
    private static readonly RuleClause Target = new("R01", "target", Severity.Error, "a check looks at a host outside the agent's domains");
    private static readonly RuleClause NoDomains = new("R01", "no-domains", Severity.Error, "a check looks at a host while the agent declares no domains at all");
    private static readonly RuleClause LoadSource = new("R01", "load-source", Severity.Error, "the load is read from a host outside the agent's domains");
    private static readonly RuleClause Becomes = new("R01", "becomes", Severity.Error, "a failure turns into a promise of another agent");

    public static readonly Rule Rule = new(
        "R01", Severity.Error, "No promise on behalf of others",
        "You can promise only your own behaviour. So everything a promise lets people check must lie in the agent's `domains`: targets, the steps that lead there, replicas. A host of another agent may be checked only "
        + "where the promise's `given` names an accepted promise of that agent: then it is the other one who promises it.",
        RuleTheme.Autonomy, RuleSource.Second, [Target, NoDomains, LoadSource, Becomes],
        [
            new("the promise is signed with a key of its agent", "a document in your own folder is not signed; signatures belong to publishing"),
            new("a domain really belongs to the agent", "ownership of a name is shown by publishing from it, not by a file"),
        ])
    { Check = Check };

    private static IEnumerable<Finding> Check(RuleContext context)
    {
        foreach (var (agent, promise) in context.Promises)
        {
            foreach (var check in promise.Checks)
                foreach (var host in HostsOf(check))
                    if (Foreign(context, agent, promise, check, host) is { } finding)
                        yield return finding;
            foreach (var fail in promise.Fails)
                if (fail.Becomes is { } becomes && becomes.Agent != agent.Agent.Id)
                    yield return Becomes.At(fail.At, $"a failure of {Wording.Own(promise)} becomes {Wording.Quoted(becomes)}, which only {becomes.Agent} can promise",
                        $"name a promise of {agent.Agent.Id} that takes over, and let that one say `uses: {becomes}`", promise.Name);
        }
        foreach (var agent in context.Agents)
            foreach (var finding in ForeignLoad(agent))
                yield return finding;
    }

    /// <summary>Every host whose answers the check judges: its target's, those of the steps that lead there, and those it asks besides.</summary>
    private static IEnumerable<string> HostsOf(Check check) =>
        check.First.Append(check).SelectMany(one => (one.Kind.AlsoAsks?.Invoke(one.Settings) ?? []).Prepend(one.Target.Host)).Distinct(StringComparer.Ordinal);

    private static Finding? Foreign(RuleContext context, AgentView agent, Promise promise, Check check, string host)
    {
        if (host.Length == 0 || agent.Domains.Contains(host)) return null;
        foreach (var condition in Wording.PromisesIn(promise.Given))
            if (agent.Resolve(condition.Name) is { Kind: ReferenceKind.Accepted, Reliance: { } reliance } ? NamespaceHas(context, reliance, host)
                : agent.HasMember(condition.Name.Agent) && context.ViewOf(condition.Name.Agent)!.Domains.Contains(host))
                return null;
        return agent.Domains.IsEmpty
            ? NoDomains.At(check.At, $"the check looks at {host}, but {agent.Agent.Id} declares no domains",
                $"add `domains: [{host}]` to the agent if {host} is its own", promise.Name)
            : Target.At(check.At, $"the check looks at {host}, which is not in the domains of {agent.Agent.Id} ({Wording.List(agent.Agent.Domains)})",
                $"if {host} is yours, add it to `domains`; if it is another agent's, accept that agent's promise under relies-on and name it in `given`, or keep it as a wish",
                promise.Name);
    }

    /// <summary>A promise that asks for the load cannot be told to hold by somebody else's figures.</summary>
    private static IEnumerable<Finding> ForeignLoad(AgentView agent)
    {
        if (agent.Agent.Load is not { } load || Wording.HostOf(load.Url) is not { } host || agent.Domains.Contains(host)) yield break;
        var message = $"the load is read from {host}, which is not in the domains of {agent.Agent.Id}";
        var help = $"read it from a host of your own, or add {host} to `domains` if it is yours";
        var asked = false;
        foreach (var promise in agent.Agent.Promises)
        {
            if (Wording.FactsIn(promise.Given).FirstOrDefault(fact => fact.Name == "load") is not { } fact) continue;
            asked = true;
            yield return LoadSource.At(fact.At.IsKnown ? fact.At : promise.PlaceOf("given"), message, help, promise.Name);
        }
        if (!asked) yield return LoadSource.At(agent.Agent.PlaceOf("load"), message, help);
    }

    /// <summary>An agent's namespace: its domains where this house holds its document, else the host it publishes from and everything below.</summary>
    private static bool NamespaceHas(RuleContext context, Reliance reliance, string host) =>
        context.ViewOf(reliance.Agent) is { } other ? other.Domains.Contains(host)
        : Wording.HostOf(reliance.Document) is { } home && new DomainSet([home]).Contains(host);
}
