using System.Text.RegularExpressions;
using Kept.Model;

namespace Kept.Rules;

/// <summary>R13. A promise binds the one who makes it; duties of others are theirs to promise.</summary>
internal static partial class AgreedNotObliged
{
    private static readonly RuleClause Duty = new("R13", "duty", Severity.Warning, "its words put a duty on the promisee");
    private static readonly RuleClause Demand = new("R13", "demand", Severity.Warning, "an objective caps what the promisee does");

    public static readonly Rule Rule = new(
        "R13", Severity.Error, "Agreed, not obliged",
        "A promise needs to be mutually agreed, not imposed. \"The customer must\" is no part of what you promise: say your limit, and let the other side promise to stay "
        + "inside it (`use:` in its acceptance). These clauses weigh as warnings, because words are matched, not understood.",
        RuleTheme.WhatIsAPromise, RuleSource.Second, [Duty, Demand],
        [new("it counts as agreed only by an acceptance that pins its hash; time-out or mere use never counts", "acceptances of others come from their houses")])
    { Check = Check };

    private static IEnumerable<Finding> Check(RuleContext context)
    {
        foreach (var (_, promise) in context.Promises)
        {
            foreach (var (field, text, at) in Texts(promise))
                if (DutyOf(promise, text) is { } duty)
                    yield return Duty.At(at, $"\"{duty}\" in `{field}` puts a duty on the promisee, who has not promised it",
                        "say what you do, and state what you can bear under `limits:`; the user promises its part with `use:` when it accepts", promise.Name);
            foreach (var objective in promise.Keeps)
                if (objective.Quantity is { Direction: Direction.Consumer, Source: not QuantitySource.Surroundings, Dimension: Dimension.Size or Dimension.Rate }
                    && objective.Operator is Comparison.Less or Comparison.LessOrEqual)
                    yield return Demand.At(objective.At.IsKnown ? objective.At : promise.PlaceOf("keeps"), $"`{objective.Text}` caps what the promisee does, which is not yours to promise",
                        $"state it as a limit: `limits: {{ {objective.Quantity.Name}: {objective.Target} }}`", promise.Name);
        }
    }

    private static IEnumerable<(string Field, string Text, Place At)> Texts(Promise promise)
    {
        yield return ("benefit", promise.Benefit, promise.PlaceOf("benefit"));
        if (promise.Limits?.Raise is { } raise) yield return ("limits", raise, promise.PlaceOf("limits"));
        foreach (var fail in promise.Fails)
            foreach (var text in new[] { fail.Sees, fail.Retry, fail.Loses })
                if (text is not null)
                    yield return ("fails", text, fail.At.IsKnown ? fail.At : promise.PlaceOf("fails"));
    }

    /// <summary>"… must" of somebody who is a promisee: by the usual words, or by a name in <c>to</c>.</summary>
    private static string? DutyOf(Promise promise, string text)
    {
        foreach (Match match in Must().Matches(text))
        {
            var who = match.Groups["who"].Value.ToLowerInvariant();
            if (UsualPromisees.Contains(who) || promise.To.Any(promisee => promisee == who || promisee == who + "s" || promisee + "s" == who)) return match.Value;
        }
        return null;
    }

    private static readonly HashSet<string> UsualPromisees =
    [
        "you", "customer", "customers", "client", "clients", "user", "users", "viewer", "viewers", "caller", "callers", "consumer", "consumers", "subscriber", "subscribers", "promisee", "promisees", "everyone",
        "they",
    ];

    // Begins where a word begins and gives none of it back: otherwise a long run of what may begin a match would cost its length squared.
    [GeneratedRegex(@"(?<![\w-])-*(?<who>\w(?>[\w-]*)) (must|shall|have to|has to|are required to|is required to|are obliged to|is obliged to)( not)?\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Must();
}
