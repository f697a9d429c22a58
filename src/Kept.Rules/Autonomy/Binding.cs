using Kept.Model;

namespace Kept.Rules;

/// <summary>R04. An offer and an acceptance bind where the offer covers the need and the use stays inside the offer.</summary>
internal static class Binding
{
    private static readonly RuleClause NoSuchLine = new("R04", "no-such-line", Severity.Error, "the accepted promise or line is not offered by its agent");
    private static readonly RuleClause Type = new("R04", "type", Severity.Error, "a need is about a quantity the offer says nothing about");
    private static readonly RuleClause Short = new("R04", "short", Severity.Error, "the offer and the need exclude each other");
    private static readonly RuleClause Partial = new("R04", "partial", Severity.Warning, "the offer is less than the need: only the overlap binds");
    private static readonly RuleClause Use = new("R04", "use", Severity.Error, "the use goes beyond what is offered");
    private static readonly RuleClause Validity = new("R04", "validity", Severity.Error, "offer and acceptance are never valid at the same time");

    public static readonly Rule Rule = new(
        "R04", Severity.Error, "Offer and acceptance bind",
        "An agreement is where an offer and an acceptance meet. For quality (latency, availability) the offer must lie inside the need; for demand (rate, size) the use must "
        + "lie inside the offer. Both agents of one house are compared here.",
        RuleTheme.Autonomy, RuleSource.Second, [NoSuchLine, Type, Short, Partial, Use, Validity],
        [
            new("the acceptance pins the hash of the offer, and quantities are equal by the hash of their definition", "hashes are pinned when agents exchange documents"),
            new("an offer of an agent outside this house covers the need", "its document is not in this folder"),
        ])
    { Check = Check };

    private static IEnumerable<Finding> Check(RuleContext context)
    {
        foreach (var agent in context.Agents)
            foreach (var (reliance, acceptance) in agent.Acceptances)
                if (context.ViewOf(reliance.Agent) is { } supplier && supplier.Agent.Id != agent.Agent.Id)
                    foreach (var finding in Meet(context, agent, supplier, acceptance))
                        yield return finding;
    }

    /// <summary>Why this acceptance does not bind, for the promises that stand on it; null where it binds, or where nothing can be said.</summary>
    public static string? Unbound(RuleContext context, AgentView agent, Reference reference)
    {
        if (reference.Acceptance is not { } acceptance || reference.Reliance is not { } reliance || context.ViewOf(reliance.Agent) is not { } supplier) return null;
        foreach (var finding in Meet(context, agent, supplier, acceptance))
            if (finding.Clause.Severity == Severity.Error)
                return finding.Diagnostic.Message;
        return null;
    }

    private static IEnumerable<Finding> Meet(RuleContext context, AgentView agent, AgentView supplier, Acceptance acceptance)
    {
        if (supplier.Own(acceptance.Promise, acceptance.Line) is not { } offer)
        {
            var accepted = new PromiseName(supplier.Agent.Id, acceptance.Promise, acceptance.Line);
            yield return NoSuchLine.At(acceptance.At, $"{supplier.Agent.Id} offers no {Wording.Quoted(accepted)}",
                supplier.Own(acceptance.Promise, 0) is { } newest ? $"it offers {Wording.Quoted(newest.Name)}: write `line: {newest.Name.Line}`" : "accept a promise that it offers");
            yield break;
        }
        if (RuleContext.UntilOf(supplier, offer) is { } until && context.IsOver(until) || agent.Agent.Until is { } own && context.IsOver(own))
            yield return Validity.At(acceptance.At, $"{Wording.Quoted(offer.Name)} and its acceptance by {agent.Agent.Id} are not valid at the same time",
                "renew the `until` of the one that ended");
        foreach (var need in acceptance.Needs)
            if (Covers(offer, Bound.Of(need, "")) is var (clause, words))
                yield return clause.At(need.At.IsKnown ? need.At : acceptance.At, $"the need `{need.Text}` {words} by {Wording.Quoted(offer.Name)}",
                    "lower the need to what is offered, or agree on a stronger offer first");
        if (acceptance.Use is { } use && Beyond(offer, use) is { } limit)
            yield return Use.At(acceptance.At, $"the use `{use.Text}` goes beyond {limit}, which {Wording.Quoted(offer.Name)} offers",
                $"stay inside the offer, or ask {supplier.Agent.Id} to raise it");
    }

    /// <summary>
    /// Compares one need with all the offer keeps about the same quantity; null where it is covered. Where the promiser is bound, one line inside the need covers it;
    /// where the user is, the need must lie inside every line, because all of them hold.
    /// </summary>
    private static (RuleClause Clause, string Words)? Covers(Promise offer, Bound need)
    {
        // a need knows nothing of the other side's checks, so each is compared with the whole promise
        var about = offer.Keeps.Select(objective => Bound.Of(objective, "")).Where(bound => bound.SameThing(need)).ToList();
        if (about.Count == 0) return (Type, "is not spoken of");
        var bindsUser = need.Objective.Quantity.Direction == Direction.Consumer;
        if (bindsUser ? about.TrueForAll(need.Implies) : about.Exists(bound => bound.Implies(need))) return null;
        if (about.Find(need.Excludes) is { } against) return (Short, $"is excluded (`{against.Objective.Text}`)");
        var less = bindsUser ? about.Find(bound => !need.Implies(bound))! : about[0];
        return (Partial, $"is only partly covered (`{less.Objective.Text}`)");
    }

    /// <summary>The offered limit that the use exceeds, in words; null where it stays inside or no limit is stated.</summary>
    private static string? Beyond(Promise offer, UseLimit use)
    {
        var limits = offer.Limits;
        var offered = use.Quantity.Name switch
        {
            "rate" or "load" => limits?.Load,
            "size" => limits?.Size,
            var name => limits?.Others.Where(pair => pair.Key == name).Select(pair => (Quantity?)pair.Value).FirstOrDefault(),
        };
        if (offered is not { } most || most.Dimension != use.Value.Dimension) return null;
        var inside = SpanSet.Of(use.Operator, use.Value).IsWithin(SpanSet.Of(Comparison.LessOrEqual, most));
        return inside ? null : $"`{use.Quantity.Name} <= {most}`";
    }
}
