using Kept.Model;

namespace Kept.Rules;

/// <summary>R23. A super agent is what its members agreed to be together, and promises what they promise, or says on what they coordinate.</summary>
internal static class WellFormedSuperAgent
{
    private static readonly RuleClause MemberSilent = new("R23", "member-silent", Severity.Error, "a super agent names a member that does not say it belongs to it");
    private static readonly RuleClause NotListed = new("R23", "not-listed", Severity.Error, "an agent says it belongs to a super agent that does not name it");
    private static readonly RuleClause Circle = new("R23", "circle", Severity.Error, "an agent is, by way of its members, a member of itself");
    private static readonly RuleClause Kind = new("R23", "kind", Severity.Warning, "an agent has members and is not of the kind super-agent");
    private static readonly RuleClause NoMembers = new("R23", "no-members", Severity.Warning, "a super agent names no members");
    private static readonly RuleClause Unmapped = new("R23", "unmapped", Severity.Warning, "a promise of a super agent stands on no promise of a member, and is not marked irreducible");
    private static readonly RuleClause NotCovered = new("R23", "not-covered", Severity.Warning, "a line is about a quantity that none of the promises it stands on speaks of");
    private static readonly RuleClause Coordination = new("R23", "coordination", Severity.Warning, "an irreducible promise names no coordination that the members promise");

    public static readonly Rule Rule = new(
        "R23", Severity.Warning, "Super agents well formed",
        "A super agent is made of members: it names them (`members`), and each says that it belongs (`member-of`). Nobody is made a part of something by others, so both sides must say "
        + "the same. What the super agent promises to the outside is mapped to promises of its members by `uses`, which need no other acceptance, or is marked `irreducible` with what the "
        + "members coordinate on. What is only incomplete weighs as a warning; sides that disagree are an error.",
        RuleTheme.Dependence, RuleSource.Second, [MemberSilent, NotListed, Circle, Kind, NoMembers, Unmapped, NotCovered, Coordination],
        [
            new("the figures of the members together reach those of the super agent", "availabilities of parts add up only where it is known what fails together; times are added by R25"),
            new("what the super agent promises is signed with its own key", "a folder holds no signatures; they belong to publishing"),
            new("documents of the members stay inside", "whom a document was given to is known where documents are published"),
            new("a status page does not stand on what it reports", "what a page stands on is not in its address"),
        ])
    {
        DecidedByReader = [new("members and the super agent of a member have a document", "L049")],
        Check = Check,
    };

    private static IEnumerable<Finding> Check(RuleContext context)
    {
        var circles = Circles(context);
        foreach (var view in context.Agents)
        {
            var agent = view.Agent;
            // of others' documents we hold what they published; their members are inside
            if (agent.Origin == DocumentOrigin.Others) continue;
            foreach (var member in agent.Members)
                if (context.ViewOf(member) is { } other && other.Agent.MemberOf != agent.Id)
                    yield return MemberSilent.At(agent.PlaceOf(Agent.PlaceKeyOf(member)),
                        other.Agent.MemberOf is { } elsewhere ? $"{agent.Id} names {member} as a member, but {member} says it is a member of {elsewhere}" : $"{agent.Id} names {member} as a member, but {member} does not say so",
                        $"only {member} can say that it belongs: `member-of: {agent.Id}` in its document");
            if (agent.MemberOf is { } super && context.ViewOf(super) is { } above && !above.Agent.Members.Contains(agent.Id))
                yield return NotListed.At(agent.PlaceOf("member-of"), $"{agent.Id} says it is a member of {super}, but {super} does not name it",
                    $"only {super} can take it in: `members: [{string.Join(", ", above.Agent.Members.Take(3).Append(agent.Id))}]` in its document");
            if (circles.Contains(agent.Id))
                yield return Circle.At(agent.PlaceOf("member-of"), $"{agent.Id} is a member of {agent.MemberOf}, which is itself, directly or by others, a member of {agent.Id}", "a whole is not a part of its parts: take one `member-of` away");
            if (agent.Members.Length > 0 && agent.Kind != AgentKind.SuperAgent)
                yield return Kind.At(agent.PlaceOf("members"), $"{agent.Id} has members, but its kind is {agent.Kind.ToString().ToLowerInvariant()}", "write `kind: super-agent`");
            if (agent.Members.IsEmpty && agent.Kind == AgentKind.SuperAgent)
                yield return NoMembers.At(agent.PlaceOf("kind"), $"{agent.Id} is a super agent and names no members", "name them: `members: [app, studio]`, or write another kind");
            foreach (var finding in agent.Promises.SelectMany(promise => Mapped(context, view, promise)))
                yield return finding;
        }
    }

    private static IEnumerable<Finding> Mapped(RuleContext context, AgentView agent, Promise promise)
    {
        foreach (var words in promise.Irreducible)
            if (agent.Agent.Members.IsEmpty)
                yield return Coordination.At(promise.PlaceOf("irreducible"), $"{Wording.Own(promise)} is marked irreducible, but {agent.Agent.Id} has no members that could coordinate", "`irreducible` belongs to super agents: leave it out", promise.Name);
            else if (PromiseName.TryParse(words, agent.Agent.Id, out var named) && agent.Names(named.Agent) && context.ViewOf(named.Agent)?.Own(named.Promise, named.Line) is null)
                yield return Coordination.At(promise.PlaceOf("irreducible"), $"`{words}` is to be what the members coordinate on, but {named.Agent} promises no such thing",
                    "name a promise that the member makes, or say in words what they coordinate on", promise.Name);
        if (agent.Agent.Members.IsEmpty || !promise.Irreducible.IsEmpty) yield break;
        var spoken = new HashSet<string>(StringComparer.Ordinal);
        var (isMapped, isKnown) = (false, true);
        foreach (var use in Wording.PromisesIn(promise.Uses))
        {
            isMapped |= agent.Names(use.Name.Agent);
            var reference = agent.Resolve(use.Name);
            isKnown &= reference.Promise is not null || reference.Acceptance is not null;
            spoken.UnionWith((reference.Promise?.Keeps ?? []).Concat(reference.Acceptance?.Needs ?? []).Select(line => line.Quantity.Name));
        }
        if (!isMapped)
            yield return Unmapped.At(promise.PlaceOf("uses"), $"{Wording.Own(promise)} stands on no promise of a member of {agent.Agent.Id} ({Wording.List(agent.Agent.Members)})",
                $"say whose promises it is made of (`uses: {agent.Agent.Members[0]}/…`), or `irreducible:` with what the members coordinate on", promise.Name);
        else if (isKnown)
            foreach (var line in promise.Keeps.Where(line => !spoken.Contains(line.Quantity.Name)))
                yield return NotCovered.At(line.At.IsKnown ? line.At : promise.PlaceOf("keeps"), $"`{line.Text}` is kept by nobody inside: what {Wording.Own(promise)} uses says nothing about {line.Quantity.Name}",
                    $"let a member promise {line.Quantity.Name}, or mark the promise `irreducible:` with what the members coordinate on", promise.Name);
    }

    /// <summary>Agents that stand on a circle of <c>member-of</c>: each has one super agent at most, so every way up is walked once.</summary>
    private static HashSet<string> Circles(RuleContext context)
    {
        var (circles, walked) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var view in context.Agents)
        {
            var way = new List<string>();
            var onWay = new HashSet<string>(StringComparer.Ordinal);
            var id = view.Agent.Id;
            while (context.ViewOf(id)?.Agent.MemberOf is { } super && walked.Add(id))
            {
                way.Add(id);
                onWay.Add(id);
                id = super;
            }
            if (onWay.Contains(id)) circles.UnionWith(way.Skip(way.IndexOf(id)));
        }
        return circles;
    }
}
