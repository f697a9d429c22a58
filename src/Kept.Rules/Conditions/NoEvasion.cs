using System.Text.RegularExpressions;
using Kept.Model;

namespace Kept.Rules;

/// <summary>R12. "If I can" is no promise: a condition that only the promiser can judge empties it.</summary>
internal static partial class NoEvasion
{
    private static readonly RuleClause NoSource = new("R12", "no-source", Severity.Warning, "a condition asks for a fact that has no declared source");
    private static readonly RuleClause OnlyPromiser = new("R12", "only-promiser", Severity.Warning, "a condition rests on figures that only the promiser can read");
    private static readonly RuleClause NoEvidence = new("R12", "no-evidence", Severity.Warning, "a condition is an own promise that nobody can check");
    private static readonly RuleClause Words = new("R12", "words", Severity.Warning, "the benefit says \"if we can\"");

    public static readonly Rule Rule = new(
        "R12", Severity.Warning, "No evasion",
        "A condition that only the promiser can judge is an exit he keeps for himself. Conditions need a source that the promisees can read; without one the promise reads "
        + "unknown whenever the condition is asked.",
        RuleTheme.Conditions, RuleSource.Second, [NoSource, OnlyPromiser, NoEvidence, Words],
        [new("the source of a condition is reachable for each promisee", "a name may resolve for them or not; only a look from their place can tell"),
            new("every condition that only the promiser can assess", "a source of load counts as the promiser's alone where it is read from loopback or a private address and the promise is to anyone; who may read another one is not asked")])
    { Check = Check };

    private static IEnumerable<Finding> Check(RuleContext context)
    {
        foreach (var (agent, promise) in context.Promises)
        {
            foreach (var fact in Wording.FactsIn(promise.Given))
                if (Source(agent, promise, fact) is { } finding)
                    yield return finding;
            foreach (var condition in Wording.PromisesIn(promise.Given))
                if (agent.Resolve(condition.Name) is { Kind: ReferenceKind.Own, Promise: { } own } && own != promise
                    && own.Uses is null && own.Checks.All(check => check.Kind.IsPassive))
                    yield return NoEvidence.At(condition.At.IsKnown ? condition.At : promise.PlaceOf("given"),
                        $"the condition {Wording.Own(own)} has no check that promisees could run, so only {agent.Agent.Id} can say whether it holds",
                        $"give {Wording.Own(own)} a check, or take it out of `given`", promise.Name);
            if (Evasive().Match(promise.Benefit) is { Success: true } words)
                yield return Words.At(promise.PlaceOf("benefit"), $"\"{words.Value}\" in the benefit takes the promise back",
                    "say what you do promise, and under which condition that others can see", promise.Name);
        }
    }

    private static Finding? Source(AgentView agent, Promise promise, Operand.Seen fact)
    {
        var at = fact.At.IsKnown ? fact.At : promise.PlaceOf("given");
        return fact.Name switch
        {
            "load" when agent.Agent.Load is null => NoSource.At(at, $"the condition asks for the load, but {agent.Agent.Id} declares no source of it, so the promise reads unknown",
                "declare one: `load: { from: 'metric http_requests_per_second at https://…/metrics' }`", promise.Name),
            "region" when agent.Agent.Region is null => NoSource.At(at, $"the condition asks for the region, but {agent.Agent.Id} declares none, so the promise reads unknown",
                "declare it: `region: eu-west`", promise.Name),
            "load" when promise.IsToAnyone() && Wording.HostOf(agent.Agent.Load?.Url) is { } host && DomainSet.IsLocalOnly(host) => OnlyPromiser.At(at,
                $"the load is read from {host}, which only {agent.Agent.Id} can reach, so the promisees cannot tell whether the promise is in force",
                "publish the metric where promisees can read it, or limit the promise by a calendar", promise.Name),
            _ => null,
        };
    }

    [GeneratedRegex(@"\b(if (we|i) can|best[- ]efforts?|(when|where|if|as far as) possible|(we|i)('ll| will)? (try|strive|aim|endeavou?r) to|hopefully|as best (we|i) can)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Evasive();
}
