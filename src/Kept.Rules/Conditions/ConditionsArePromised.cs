using Kept.Model;

namespace Kept.Rules;

/// <summary>R05. A conditional promise is not a promise unless its condition is promised too, where the promisees can see it.</summary>
internal static class ConditionsArePromised
{
    private static readonly RuleClause Nobody = new("R05", "nobody", Severity.Error, "a condition is promised by nobody the promisees can see");
    private static readonly RuleClause Wish = new("R05", "wish", Severity.Error, "a condition is only a wish");
    private static readonly RuleClause Line = new("R05", "line", Severity.Error, "a condition names another line than the accepted one");
    private static readonly RuleClause Hidden = new("R05", "hidden", Severity.Error, "a condition is an own promise that is not made to the same promisees");

    public static readonly Rule Rule = new(
        "R05", Severity.Error, "Conditions are promised too",
        "\"I promise it if …\" says nothing to somebody who cannot tell whether the condition holds. Each condition is a calendar, a declared fact (load, region, version), "
        + "a promise of your own to the same promisees, or a promise of another agent that you accept under relies-on.",
        RuleTheme.Conditions, RuleSource.Primary, [Nobody, Wish, Line, Hidden],
        [
            new("the accepted condition is really promised to us by its agent", "its signed document is needed; inside one house R03, R04 and R20 decide it"),
            new("the promisees are in the scope of the accepted condition, or know its hash", "whom another agent tells is known only from its document"),
        ])
    {
        DecidedByReader = [new("a calendar that a condition names is declared", "L036"), new("a promise of one's own that a condition names exists", "L029")],
        Check = Check,
    };

    private static IEnumerable<Finding> Check(RuleContext context)
    {
        foreach (var (agent, promise) in context.Promises)
        {
            if (promise.Given is not { } given) continue;
            foreach (var condition in Wording.PromisesIn(given))
                if (Weigh(agent, promise, condition) is { } finding)
                    yield return finding;
        }
    }

    private static Finding? Weigh(AgentView agent, Promise promise, Expression.PromiseHolds condition)
    {
        var at = PlaceOf(condition, promise);
        var reference = agent.Resolve(condition.Name);
        var name = condition.Name.Agent == agent.Agent.Id ? condition.Name.Short : condition.Name.ToString();
        switch (reference.Kind)
        {
            case ReferenceKind.Accepted:
                return null;
            case ReferenceKind.Wish:
                return Wish.At(at, $"the condition `{name}` is a wish: {condition.Name.Agent} has promised nothing",
                    $"a conditional promise needs its condition promised too. State the limit as your own, or move `{name}` to `uses`, where it is how you keep the promise", promise.Name);
            case ReferenceKind.Own or ReferenceKind.Member when reference.Promise is { } own:
                var left = Uncovered(promise, own);
                return left.Count == 0 ? null : Hidden.At(at, left.Contains(Wording.Anyone)
                        ? $"the condition `{name}` is promised to {Wording.List(own.To)} only, while {Wording.Own(promise)} is promised to anyone"
                        : $"the condition `{name}` is not promised to {Wording.List(left)}, who are promised {Wording.Own(promise)}",
                    $"add {Wording.List(left)} to `to` of `{name}`, so that they can tell whether it holds", promise.Name);
            case ReferenceKind.NotAccepted when reference.Acceptance is { } accepted:
                return Line.At(at, $"the condition `{name}` is not the accepted line {accepted.Line}", $"write `{condition.Name with { Line = accepted.Line }}`, or accept line {condition.Name.Line}",
                    promise.Name);
            default:
                return Nobody.At(at, $"the condition `{name}` is promised by nobody the promisees can see",
                    condition.Name.Agent == agent.Agent.Id ? "name a promise of this document, or leave the condition out"
                        : $"a conditional promise needs its condition promised too. Accept a promise of {condition.Name.Agent} under relies-on, or state the limit as your own", promise.Name);
        }
    }

    /// <summary>Promisees of the promise to whom the condition is not promised.</summary>
    private static List<string> Uncovered(Promise promise, Promise condition) =>
        condition.IsToAnyone() || condition.To.IsEmpty ? [] : [.. promise.To.Where(promisee => !condition.To.Contains(promisee))];

    private static Place PlaceOf(Expression node, Promise promise) => node.At.IsKnown ? node.At : promise.PlaceOf("given");
}
