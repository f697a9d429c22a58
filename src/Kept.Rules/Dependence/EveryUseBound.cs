using Kept.Model;

namespace Kept.Rules;

/// <summary>R20. Every dependence is bound: an own promise, one of a member, or one that was accepted.</summary>
internal static class EveryUseBound
{
    private static readonly RuleClause NotAccepted = new("R20", "not-accepted", Severity.Error, "a dependence is offered and not accepted, or another line of it is");
    private static readonly RuleClause Unbound = new("R20", "unbound", Severity.Error, "a dependence was accepted, but offer and acceptance do not meet");
    private static readonly RuleClause Ended = new("R20", "ended", Severity.Error, "a dependence is a promise of its own, or of a member, that has ended");

    public static readonly Rule Rule = new(
        "R20", Severity.Error, "Every dependence is bound",
        "You might depend on other agents to keep your promise; then their promise must be accepted under relies-on, or they are members of yours. What nobody promised cannot carry a promise; what you only wish is "
        + "a warning, because you watch it yourself.",
        RuleTheme.Dependence, RuleSource.Derived, [NotAccepted, Unbound, Ended],
        [
            new("an accepted promise of an agent outside this house is really offered", "its document is fetched when agents exchange documents"),
            new("dependences that are not disclosed", "they read unknown: nobody but the agent knows them"),
        ])
    {
        DecidedByReader = [new("a dependence that nobody declares", "L029"), new("a dependence that is only a wish (a warning)", "L030")],
        Check = Check,
    };

    private static IEnumerable<Finding> Check(RuleContext context)
    {
        foreach (var (agent, promise) in context.Promises)
            foreach (var use in Wording.PromisesIn(promise.Uses))
                if (Weigh(context, agent, promise, use) is { } finding)
                    yield return finding;
    }

    private static Finding? Weigh(RuleContext context, AgentView agent, Promise promise, Expression.PromiseHolds use)
    {
        var at = use.At.IsKnown ? use.At : promise.PlaceOf("uses");
        var reference = agent.Resolve(use.Name);
        var name = use.Name.Agent == agent.Agent.Id ? use.Name.Short : use.Name.ToString();
        return reference switch
        {
            { Kind: ReferenceKind.Member, Promise: { } inner } when NotTransferable.IsForOthers(context, inner, agent) => Unbound.At(at,
                $"{Wording.Own(promise)} uses `{name}`, which is not bound: {use.Name.Agent} made it to {Wording.List(inner.To)} only", $"add {agent.Agent.Id} to `to` of `{inner.Name}`", promise.Name),
            { Kind: ReferenceKind.Own or ReferenceKind.Member, Promise: { } own } => RuleContext.UntilOf(context.ViewOf(own.Name.Agent) ?? agent, own) is { } until && context.IsOver(until)
                ? Ended.At(at, $"{Wording.Own(promise)} uses `{name}`, which ended on {Wording.Day(until)}", $"renew `{name}`, or use another", promise.Name) : null,
            { Kind: ReferenceKind.Accepted } => NotTransferableOrUnbound(context, agent, reference) is { } why
                ? Unbound.At(at, $"{Wording.Own(promise)} uses `{name}`, which is not bound: {why}", "mend the acceptance under relies-on first", promise.Name) : null,
            { Kind: ReferenceKind.Wish } => null, // the reader warns (L030)
            { Kind: ReferenceKind.NotAccepted, Acceptance: { } accepted } => NotAccepted.At(at, $"{Wording.Own(promise)} uses `{name}`, but line {accepted.Line} is accepted",
                $"write `{use.Name with { Line = accepted.Line }}`, or accept line {use.Name.Line}", promise.Name),
            _ => NotAccepted.At(at, $"{Wording.Own(promise)} uses `{name}`, which {agent.Agent.Id} has not accepted",
                use.Name.Agent == agent.Agent.Id ? "name a promise of this document" : $"accept it under relies-on: `{use.Name.Agent}: {{ document: …, accepts: {{ {use.Name.Promise}: {{ line: 1, … }} }} }}`",
                promise.Name),
        };
    }

    private static string? NotTransferableOrUnbound(RuleContext context, AgentView agent, Reference reference) =>
        reference is { Promise: { } offer, Reliance: { } reliance } && NotTransferable.IsForOthers(context, offer, agent)
            ? $"{reliance.Agent} made it to {Wording.List(offer.To)} only"
            : Binding.Unbound(context, agent, reference);
}
