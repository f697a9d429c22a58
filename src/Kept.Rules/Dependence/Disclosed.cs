using Kept.Model;

namespace Kept.Rules;

/// <summary>R38. Be clear on your dependencies.</summary>
internal static class Disclosed
{
    private static readonly RuleClause Silent = new("R38", "silent", Severity.Information, "an agent that relies on others has a promise that does not say what it uses");
    private static readonly RuleClause AcceptedUnused = new("R38", "accepted-unused", Severity.Warning, "a promise of another agent is accepted and nothing stands on it");

    public static readonly Rule Rule = new(
        "R38", Severity.Warning, "Dependencies disclosed",
        "Be clear on your dependencies, and expect the same of others: say in `uses` what a promise stands on, or `uses: not disclosed`. A promise that says nothing is read as standing on "
        + "nobody; that is information only, because it may be true.",
        RuleTheme.Dependence, RuleSource.Derived, [Silent, AcceptedUnused],
        [new("what the service really calls is among what it declares", "outgoing traffic is observed where the service runs, not read from a document")])
    { Check = Check };

    private static IEnumerable<Finding> Check(RuleContext context)
    {
        foreach (var agent in context.Agents)
        {
            var used = new HashSet<(string, string)>();
            foreach (var promise in agent.Agent.Promises)
            {
                foreach (var node in Wording.PromisesIn(promise.Uses).Concat(Wording.PromisesIn(promise.Given))) used.Add((node.Name.Agent, node.Name.Promise));
                if (promise.Uses is null && !promise.UsesNotDisclosed && !agent.Agent.ReliesOn.IsEmpty)
                    yield return Silent.At(promise.PlaceOf("uses"), $"{Wording.Own(promise)} does not say what it uses, though {agent.Agent.Id} relies on others; it is read as standing on nobody",
                        "add `uses:` with what it stands on, or `uses: not disclosed`", promise.Name);
            }
            foreach (var (reliance, acceptance) in agent.Acceptances)
                if (!used.Contains((reliance.Agent, acceptance.Promise)))
                    yield return AcceptedUnused.At(acceptance.At, $"{agent.Agent.Id} accepts {reliance.Agent}/{acceptance.Promise}, but no promise uses it",
                        $"name `{reliance.Agent}/{acceptance.Promise}` in `uses` of the promise that stands on it, or stop relying on it");
        }
    }
}
