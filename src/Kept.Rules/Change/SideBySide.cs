using Kept.Model;

namespace Kept.Rules;

/// <summary>R26. Lines of a promise live side by side, each use pins one, and none just disappears.</summary>
internal static class SideBySide
{
    private static readonly RuleClause Unpinned = new("R26", "unpinned", Severity.Warning, "a use does not say which of several lines it means");
    private static readonly RuleClause SameVersion = new("R26", "same-version", Severity.Warning, "two lines have the same version");
    private static readonly RuleClause Gone = new("R26", "gone", Severity.Warning, "a promise was taken out of its document");
    private static readonly RuleClause NoSuccessor = new("R26", "no-successor", Severity.Warning, "an accepted line ends and no other line takes over");

    public static readonly Rule Rule = new(
        "R26", Severity.Error, "Versions side by side",
        "To keep promises while changing, an agent offers several lines at once: image@1 stays for those who rely on it while image@2 grows. Each use names its line; a line ends only "
        + "after its notice, with a successor.",
        RuleTheme.Change, RuleSource.Primary, [Unpinned, SameVersion, Gone, NoSuccessor],
        [
            new("a line ends no earlier than its notice after it was announced, or when nobody uses it (an error)", "notices and the acceptances of others are exchanged between houses"),
            new("the served version is the pinned one", "only a look can tell"),
        ])
    { Check = Check };

    private static IEnumerable<Finding> Check(RuleContext context)
    {
        foreach (var (agent, promise) in context.Promises)
            foreach (var (field, expression) in new[] { ("given", promise.Given), ("uses", promise.Uses) })
                foreach (var node in Wording.PromisesIn(expression))
                    if (node.Name.Line == 0 && agent.Resolve(node.Name) is { Kind: ReferenceKind.Own or ReferenceKind.Member, Promise: { } own }
                        && context.ViewOf(own.Name.Agent)?.LineCount(own.Name.Promise) is > 1 and var lines)
                        yield return Unpinned.At(node.At.IsKnown ? node.At : promise.PlaceOf(field), $"`{(own.Name.Agent == agent.Agent.Id ? node.Name.Short : node.Name.ToString())}` has {lines} lines, and this means whichever is newest",
                            $"write `{(own.Name.Agent == agent.Agent.Id ? own.Name.Short : own.Name.ToString())}`", promise.Name);
        foreach (var agent in context.Agents)
        {
            foreach (var lines in agent.Lines)
                for (var i = 1; i < lines.Count; i++)
                    if (lines[i].Version.Length > 0 && lines[i].Version == lines[i - 1].Version)
                        yield return SameVersion.At(lines[i].PlaceOf("version"), $"{Wording.Own(lines[i])} and {Wording.Own(lines[i - 1])} both have version {lines[i].Version}",
                            "give each line its own version", lines[i].Name);
            foreach (var (reliance, acceptance) in agent.Acceptances)
                if (context.ViewOf(reliance.Agent) is { } supplier && supplier.Own(acceptance.Promise, acceptance.Line) is { Until: { } until } line
                    && until < (agent.Agent.Until ?? Instant.Max) && !context.IsOver(until) && supplier.Own(acceptance.Promise, 0) == line)
                    yield return NoSuccessor.At(acceptance.At, $"{Wording.Quoted(line.Name)} ends on {Wording.Day(until)}, before {agent.Agent.Id} does, and has no newer line",
                        $"ask {supplier.Agent.Id} for a successor, or look for another supplier");
        }
        foreach (var finding in Missing(context))
            yield return finding;
    }

    private static IEnumerable<Finding> Missing(RuleContext context)
    {
        if (context.Before is not { } before) yield break;
        var renamed = context.Promises.Select(pair => pair.Promise.Was).OfType<PromiseName>().ToHashSet();
        foreach (var (name, seen) in before.OrderBy(pair => pair.Key.ToString(), StringComparer.Ordinal))
            if (context.ViewOf(name.Agent) is { } agent && agent.Own(name.Promise, name.Line) is null && !renamed.Contains(name)
                && !renamed.Contains(name with { Line = 0 }))
                yield return Gone.At(agent.Agent.At, $"{Wording.Quoted(name)}, version {seen.Version}, is no longer in the document of {name.Agent}",
                    $"keep it until its notice is over; if it has a new name, write `was: {name.Short}` there");
    }
}
