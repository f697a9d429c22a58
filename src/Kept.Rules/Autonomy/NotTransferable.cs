using Kept.Model;

namespace Kept.Rules;

/// <summary>R03. A promise made to one agent cannot be passed on to another.</summary>
internal static class NotTransferable
{
    private static readonly RuleClause Promisee = new("R03", "promisee", Severity.Error, "an agent accepts a promise that is made to others, not to it");

    public static readonly Rule Rule = new(
        "R03", Severity.Error, "A promise cannot be passed on",
        "What a supplier promises to your supplier it has not promised to you. You can rely only on a promise that names you (or a group you belong to, or anyone) in `to`.",
        RuleTheme.Autonomy, RuleSource.Primary, [Promisee],
        [new("a promise of an agent outside this house names us among its promisees", "its document is fetched when agents exchange documents; this folder does not hold it")])
    { Check = Check };

    private static IEnumerable<Finding> Check(RuleContext context)
    {
        foreach (var agent in context.Agents)
            foreach (var (reliance, acceptance) in agent.Acceptances)
                if (context.ViewOf(reliance.Agent) is { } supplier && supplier.Agent.Id != agent.Agent.Id
                    && supplier.Own(acceptance.Promise, acceptance.Line) is { } offer && IsForOthers(context, offer, agent))
                    yield return Promisee.At(acceptance.At,
                        $"{agent.Agent.Id} accepts {Wording.Quoted(offer.Name)}, which {supplier.Agent.Id} made to {Wording.List(offer.To)} only",
                        $"ask {supplier.Agent.Id} to add {agent.Agent.Id} to `to`, or rely on one who promises it to you");
    }

    /// <summary>
    /// True only where every promisee is a known agent of this house and none of them is this agent or a group it belongs to. A word that is no agent may be a role
    /// that this agent plays, and then nothing is said.
    /// </summary>
    public static bool IsForOthers(RuleContext context, Promise offer, AgentView user)
    {
        if (offer.To.IsEmpty) return false;
        foreach (var promisee in offer.To)
        {
            if (promisee == user.Agent.Id || promisee == user.Agent.MemberOf) return false;
            if (context.ViewOf(promisee) is not { } known || known.Agent.Members.Contains(user.Agent.Id)) return false;
        }
        return true;
    }
}
