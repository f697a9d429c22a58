using Kept.Model;

namespace Kept.Rules;

/// <summary>R02. Only the promiser changes its promise, and only the user accepts it.</summary>
internal static class OnlyOneself
{
    private static readonly RuleClause SelfAcceptance = new("R02", "self-acceptance", Severity.Error, "an agent relies on itself under relies-on");
    private static readonly RuleClause OtherAuthor = new("R02", "other-author", Severity.Error, "a document states a promise in another agent's name");

    public static readonly Rule Rule = new(
        "R02", Severity.Error, "Only the promiser changes it, only the user accepts it",
        "A promise is given by one side and accepted by the other. Nobody accepts his own offer, and a document speaks for one agent only.",
        RuleTheme.Autonomy, RuleSource.Primary, [SelfAcceptance, OtherAuthor],
        [new("notices, withdrawals and acceptances carry the signature of their author", "signatures are exchanged between houses; a folder holds none")])
    { Check = Check };

    private static IEnumerable<Finding> Check(RuleContext context)
    {
        foreach (var agent in context.Agents)
        {
            var id = agent.Agent.Id;
            foreach (var reliance in agent.Agent.ReliesOn)
                if (reliance.Agent == id)
                    yield return SelfAcceptance.At(reliance.At, $"{id} accepts its own promises",
                        "name your own promise in `uses` by its name alone; relies-on is for other agents");
            foreach (var promise in agent.Agent.Promises)
                if (promise.Name.Agent != id)
                    yield return OtherAuthor.At(promise.At, $"the document of {id} states {Wording.Quoted(promise.Name)}, a promise of {promise.Name.Agent}",
                        $"move it into a document with `agent: {promise.Name.Agent}`, or write it as a wish under relies-on", promise.Name);
        }
    }
}
