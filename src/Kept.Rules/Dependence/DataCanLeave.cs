using Kept.Model;

namespace Kept.Rules;

/// <summary>R42. Whoever holds others' data promises a way out.</summary>
internal static class DataCanLeave
{
    private static readonly RuleClause NoExport = new("R42", "no-export", Severity.Warning, "it holds promisees' data and promises no way out");
    private static readonly RuleClause NoSuchPromise = new("R42", "not-ours", Severity.Warning, "the way out is promised by another agent");
    private static readonly RuleClause NotForAll = new("R42", "not-for-all", Severity.Warning, "the way out is not promised to all whose data is held");

    public static readonly Rule Rule = new(
        "R42", Severity.Warning, "Data can leave",
        "Back up external data, and give an API for it, please. A promise that holds data of its promisees names the promise by which they get it out.",
        RuleTheme.Dependence, RuleSource.Derived, [NoExport, NoSuchPromise, NotForAll],
        [
            new("a promise holds data although it does not say so", "what a service stores is not seen from outside"),
            new("the promisee has tried to restore", "drills are recorded by the promisee's own house"),
        ])
    {
        DecidedByReader = [new("the way out is declared somewhere", "L029")],
        Check = Check,
    };

    private static IEnumerable<Finding> Check(RuleContext context)
    {
        foreach (var (agent, promise) in context.Promises)
        {
            if (promise.HoldsData && promise.Export is null)
                yield return NoExport.At(promise.PlaceOf("holds-data"), $"{Wording.Own(promise)} holds data of its promisees and promises them no way out", "add `export:` with the promise that gives it to them", promise.Name);
            if (promise.Export is not { } export) continue;
            if (export.Agent != agent.Agent.Id || agent.Own(export.Promise, export.Line) is not { } way)
                yield return NoSuchPromise.At(promise.PlaceOf("export"), $"the way out `{(export.Agent == agent.Agent.Id ? export.Short : export.ToString())}` is not promised by {agent.Agent.Id}",
                    "name a promise of this document", promise.Name);
            else if (promise.HoldsData && !way.IsToAnyone() && promise.To.Where(promisee => !way.To.Contains(promisee)).ToList() is { Count: > 0 } left)
                yield return NotForAll.At(promise.PlaceOf("export"), $"the way out {Wording.Own(way)} is not promised to {Wording.List(left)}, whose data {Wording.Own(promise)} holds",
                    $"add {Wording.List(left)} to `to` of {Wording.Own(way)}", promise.Name);
        }
    }
}
