using Kept.Model;

namespace Kept.Rules;

/// <summary>R15. Promises conflict only inside one agent; between suppliers there is only a choice to make.</summary>
internal static class OwnConflicts
{
    private static readonly RuleClause Lines = new("R15", "lines", Severity.Error, "two own promises about the same thing cannot both be kept");
    private static readonly RuleClause Answers = new("R15", "answers", Severity.Error, "two own promises expect different answers of the same target");
    private static readonly RuleClause Choose = new("R15", "choose", Severity.Information, "what an agent needs of another cannot all hold");
    private static readonly RuleClause TooMany = new("R15", "too-many", Severity.Information, "too many promises about one target to compare them all");

    public static readonly Rule Rule = new(
        "R15", Severity.Error, "Conflicts only between own promises",
        "Promises can conflict, but the conflict can only be among your own, as nobody is responsible for the promises of others. Two promises conflict when they are about the same "
        + "thing, can be in force at the same time, and no behaviour keeps both. Lines of one promise are separate worlds and never conflict. What two suppliers promise differently is "
        + "not a conflict but your choice.",
        RuleTheme.Conflicts, RuleSource.Second, [Lines, Answers, Choose, TooMany],
        [
            new("quantities of different names that exclude each other", "that two quantities exclude each other is nowhere declared"),
            new("more than 400 statements about one target", "only the first 400 are compared with each other, and the rest is told (too-many)"),
            new("the same thing reached by different addresses", "checks are compared as written; names are not resolved"),
        ])
    { Check = Check };

    /// <summary>Pairs are compared only where the lines about one thing have no value in common, and then at most so many.</summary>
    private const int MostCompared = 400;

    private sealed record Said<T>(Promise Promise, T What, string Text, Place At);

    private static IEnumerable<Finding> Check(RuleContext context)
    {
        foreach (var agent in context.Agents)
        {
            var regimes = new Dictionary<Promise, Regime>(ReferenceEqualityComparer.Instance);
            bool Together(Promise a, Promise b) => a.Name.Promise != b.Name.Promise && BothValid(context, agent, a, b) && RegimeOf(a).Overlaps(RegimeOf(b)) == Truth.True;
            Regime RegimeOf(Promise promise) =>
                regimes.TryGetValue(promise, out var known) ? known : regimes[promise] = Regime.Of(promise.Given, agent.Calendars);

            foreach (var finding in OfLines(agent, Together).Concat(OfAnswers(agent, Together)).Concat(Choices(agent)))
                yield return finding;
        }
    }

    private static bool BothValid(RuleContext context, AgentView agent, Promise a, Promise b) =>
        (RuleContext.UntilOf(agent, a) is not { } x || !context.IsOver(x)) && (RuleContext.UntilOf(agent, b) is not { } y || !context.IsOver(y));

    private static IEnumerable<Finding> OfLines(AgentView agent, Func<Promise, Promise, bool> together)
    {
        var things = new Dictionary<(string, string, bool, Duration?, SliceRule), List<Said<Bound>>>();
        foreach (var promise in agent.Agent.Promises)
        {
            if (!agent.SharesTarget(promise)) continue;
            foreach (var bound in Subjects.BoundsOf(promise))
            {
                var key = (bound.Subject, bound.Objective.Quantity.Name, bound.Objective.Statistic.Kind == StatisticKind.None, bound.Objective.Slice, bound.Objective.SliceRule);
                if (!things.TryGetValue(key, out var said)) things[key] = said = [];
                said.Add(new(promise, bound, bound.Objective.Text, bound.Objective.At.IsKnown ? bound.Objective.At : promise.PlaceOf("keeps")));
            }
        }
        foreach (var said in things.Values.Where(said => said.Count > 1 && HaveNothingInCommon(said)))
            foreach (var finding in Pairs(agent, said, (a, b) => !a.IsImpossible && !b.IsImpossible && a.Excludes(b), together, Lines, "cannot both be kept"))
                yield return finding;
    }

    /// <summary>When all lines share a value no two of them exclude each other: the usual case, found in one pass.</summary>
    private static bool HaveNothingInCommon(List<Said<Bound>> said)
    {
        var common = said[0].What.Allowed;
        foreach (var bound in said) common = common.And(bound.What.Allowed);
        return common.IsEmpty;
    }

    private static IEnumerable<Finding> OfAnswers(AgentView agent, Func<Promise, Promise, bool> together)
    {
        var things = new Dictionary<(string Subject, string Name), List<Said<ValueSet>>>();
        foreach (var promise in agent.Agent.Promises.Where(agent.SharesTarget))
            foreach (var check in promise.Checks)
            {
                string? subject = null;
                foreach (var expectation in check.Expect)
                    foreach (var part in ValueSet.Conjuncts(expectation.Test))
                    {
                        if (ValueSet.Of(part) is not var (name, allowed) || allowed.IsEmpty) continue;
                        subject ??= Subjects.Of(check);
                        if (!things.TryGetValue((subject, name), out var said)) things[(subject, name)] = said = [];
                        said.Add(new(promise, allowed, expectation.Text, part.At.IsKnown ? part.At : check.At));
                    }
            }
        foreach (var said in things.Values.Where(said => said.Count > 1 && ShareNoAnswer(said)))
            foreach (var finding in Pairs(agent, said, (a, b) => a.And(b) is { IsEmpty: true }, together, Answers, "cannot both be true of one answer"))
                yield return finding;
    }

    private static bool ShareNoAnswer(List<Said<ValueSet>> said)
    {
        ValueSet? common = said[0].What;
        foreach (var one in said) common = common?.And(one.What);
        return common is null or { IsEmpty: true };
    }

    /// <summary>One finding for each promise that conflicts, naming the first it conflicts with: neither of the two can be relied on.</summary>
    private static IEnumerable<Finding> Pairs<T>(AgentView agent, List<Said<T>> said, Func<T, T, bool> exclude, Func<Promise, Promise, bool> together, RuleClause clause, string words)
    {
        if (said.Count > MostCompared)
            yield return TooMany.At(said[MostCompared].At, $"{agent.Agent.Id} makes {said.Count} statements about one target; only the first {MostCompared} are compared with each other",
                "split the target, or join promises that say the same", said[MostCompared].Promise.Name);
        var compared = said.Count > MostCompared ? said[..MostCompared] : said;
        foreach (var mine in compared)
            if (compared.Find(other => other.Promise != mine.Promise && exclude(mine.What, other.What) && together(mine.Promise, other.Promise)) is { } against)
                yield return clause.At(mine.At, $"`{mine.Text}` and `{against.Text}` of {Wording.Own(against.Promise)} {words}",
                    "change one of them, or give them conditions that are never true at the same time", mine.Promise.Name);
    }

    /// <summary>Needs of one agent about the same offered promise that exclude each other.</summary>
    private static IEnumerable<Finding> Choices(AgentView agent)
    {
        if (agent.Acceptances.Sum(pair => pair.Acceptance.Needs.Length) < 2) yield break;
        foreach (var group in agent.Acceptances.GroupBy(pair => (pair.Reliance.Agent, pair.Acceptance.Promise)))
        {
            var needs = group.SelectMany(pair => pair.Acceptance.Needs.Select(need => (pair.Acceptance, Bound: Bound.Of(need, "")))).Take(MostCompared).ToList();
            for (var i = 1; i < needs.Count; i++)
                if (needs.FindIndex(0, i, other => other.Bound.Excludes(needs[i].Bound)) is >= 0 and var j)
                    yield return Choose.At(needs[i].Bound.Objective.At is { IsKnown: true } at ? at : needs[i].Acceptance.At,
                        $"`{needs[i].Bound.Objective.Text}` and `{needs[j].Bound.Objective.Text}` of {group.Key.Agent}/{group.Key.Promise} cannot both hold: a choice of yours, no conflict of {group.Key.Agent}",
                        "choose the one you rely on");
        }
    }
}
