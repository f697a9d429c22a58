using Kept.Model;

namespace Kept.Rules;

/// <summary>R11. A promise says something, and something that can be kept.</summary>
internal static class NotEmpty
{
    private static readonly RuleClause Empty = new("R11", "empty", Severity.Error, "it promises nothing");
    private static readonly RuleClause Impossible = new("R11", "impossible", Severity.Error, "no value can satisfy a line");
    private static readonly RuleClause Contradiction = new("R11", "contradiction", Severity.Error, "two of its own lines exclude each other");
    private static readonly RuleClause Everything = new("R11", "everything", Severity.Error, "every value satisfies a line");
    private static readonly RuleClause NeverInForce = new("R11", "never-in-force", Severity.Error, "its condition can never be true");
    private static readonly RuleClause Superfluous = new("R11", "superfluous", Severity.Warning, "a line is already said by a stronger one");
    private static readonly RuleClause AlreadyPromised = new("R11", "already-promised", Severity.Warning, "all of it is already promised by another own promise");

    public static readonly Rule Rule = new(
        "R11", Severity.Error, "Not empty, not impossible",
        "A line that every value satisfies promises nothing; one that no value satisfies can only be broken. A line that a stronger one already says adds nothing.",
        RuleTheme.WhatIsAPromise, RuleSource.Second, [Empty, Impossible, Contradiction, Everything, NeverInForce, Superfluous, AlreadyPromised],
        [new("expectations joined by `or`, patterns and lists", "only comparisons with written values, ranges and lists are taken apart; hollow checks are found by mutation")])
    { Check = Check };

    /// <summary>Above this many promises about one target, only those with the same lines are compared (n, not n²).</summary>
    private const int MostCompared = 64;

    private static IEnumerable<Finding> Check(RuleContext context)
    {
        foreach (var (agent, promise) in context.Promises)
        {
            if (promise.Keeps.IsEmpty && promise.Uses is null && promise.Checks.IsEmpty)
                yield return Empty.At(promise.PlaceOf("keeps"), $"{Wording.Own(promise)} promises nothing", "add `keeps:`, as in `availability >= 99.5% over 30d`, and a check", promise.Name);
            foreach (var finding in Lines(promise).Concat(promise.Checks.SelectMany(check => Expectations(promise, check))))
                yield return finding;
            if (promise.Given is not null && Regime.Of(promise.Given, agent.Calendars).CanHold == Truth.False)
                yield return NeverInForce.At(promise.PlaceOf("given"), $"the condition of {Wording.Own(promise)} can never be true", "two parts of it exclude each other; one of them must go", promise.Name);
        }
        foreach (var finding in Repeated(context))
            yield return finding;
    }

    private static IEnumerable<Finding> Lines(Promise promise)
    {
        // a line alone is compared with no other, so what it is about does not matter
        var bounds = promise.Keeps.Length == 1 ? [Bound.Of(promise.Keeps[0], "")] : Subjects.BoundsOf(promise);
        for (var i = 0; i < bounds.Length; i++)
        {
            var (mine, at) = (bounds[i], bounds[i].Objective.At is { IsKnown: true } known ? known : promise.PlaceOf("keeps"));
            var text = mine.Objective.Text;
            if (mine.IsImpossible)
                yield return Impossible.At(at, $"no value of {mine.Objective.Quantity.Name} can satisfy `{text}`", "write a bound that can be met", promise.Name);
            else if (mine.SaysNothing)
                yield return Everything.At(at, $"every value of {mine.Objective.Quantity.Name} satisfies `{text}`, so it promises nothing", "write a bound that can be broken", promise.Name);
            else if (bounds.Take(i).FirstOrDefault(mine.Excludes) is { IsImpossible: false } against)
                yield return Contradiction.At(at, $"`{text}` and `{against.Objective.Text}` cannot both be kept", "keep the one that is meant", promise.Name);
            else if (StrongerThan(bounds, i) is { } stronger)
                yield return Superfluous.At(at, $"`{text}` adds nothing to `{stronger.Objective.Text}`", "leave it out, or make it the stronger one", promise.Name);
        }
    }

    private static Bound? StrongerThan(ReadOnlySpan<Bound> bounds, int i)
    {
        for (var j = 0; j < bounds.Length; j++)
            // of two equal lines only the later one is superfluous
            if (j != i && bounds[j].Implies(bounds[i]) && !bounds[j].IsImpossible && (j < i || !bounds[i].Implies(bounds[j])))
                return bounds[j];
        return null;
    }

    /// <summary>The expectations of one check, all of which must hold.</summary>
    private static IEnumerable<Finding> Expectations(Promise promise, Check check)
    {
        var seen = new Dictionary<string, List<(string Text, ValueSet Allowed, Place At)>>(StringComparer.Ordinal);
        if (check.Timeout > Duration.Zero && !check.Kind.IsPassive)
            seen["time"] = [($"timeout: {check.Timeout}", ValueSet.AtMost(Quantity.Time(check.Timeout)), check.At)];
        foreach (var expectation in check.Expect)
            foreach (var part in ValueSet.Conjuncts(expectation.Test))
            {
                if (ValueSet.Of(part) is not var (name, allowed)) continue;
                var at = part.At.IsKnown ? part.At : check.At;
                if (!seen.TryGetValue(name, out var before)) seen[name] = before = [];
                if (allowed.IsEmpty)
                    yield return Impossible.At(at, $"no answer can satisfy `{expectation.Text}`", "write an expectation that can be met", promise.Name);
                else if (before.FirstOrDefault(other => other.Allowed.And(allowed) is { IsEmpty: true }) is { Text: not null } against)
                    yield return Contradiction.At(at, $"`{expectation.Text}` and `{against.Text}` cannot both be true of one answer",
                        "join them with `or` if either will do, or keep the one that is meant", promise.Name);
                else if (before.FirstOrDefault(other => other.Allowed.IsWithin(allowed)) is { Text: not null } stronger)
                    yield return Superfluous.At(at, $"`{expectation.Text}` adds nothing to `{stronger.Text}`", "leave it out, or make it the stronger one", promise.Name);
                before.Add((expectation.Text, allowed, at));
            }
    }

    /// <summary>Promises all of whose lines another own promise about the same target keeps already, under no more conditions and for no fewer people.</summary>
    private static IEnumerable<Finding> Repeated(RuleContext context)
    {
        foreach (var agent in context.Agents)
            foreach (var group in agent.Agent.Promises.Where(promise => !promise.Keeps.IsEmpty && agent.SharesTarget(promise))
                         .GroupBy(promise => string.Join('\n', promise.Checks.Select(Subjects.Of))).Where(group => group.Skip(1).Any()))
            {
                var all = group.ToList();
                var groups = all.Count <= MostCompared ? [all] : all.GroupBy(promise => string.Join('\n', promise.Keeps.Select(o => o.Text).Order())).Select(same => same.Take(MostCompared).ToList());
                foreach (var promises in groups)
                    for (var i = 0; i < promises.Count; i++)
                        for (var j = 0; j < promises.Count; j++)
                            if (i != j && promises[i].Name.Promise != promises[j].Name.Promise && Says(promises[j], promises[i]) && (j < i || !Says(promises[i], promises[j])))
                            {
                                yield return AlreadyPromised.At(promises[i].PlaceOf("keeps"), $"{Wording.Own(promises[j])} already keeps all that {Wording.Own(promises[i])} promises",
                                    "leave one of them out, or promise something of its own", promises[i].Name);
                                break;
                            }
            }
    }

    private static bool Says(Promise stronger, Promise weaker)
    {
        if (stronger.Given is not null && TextOf(stronger.Given) != TextOf(weaker.Given)) return false;
        if (!stronger.IsToAnyone() && weaker.To.Any(promisee => !stronger.To.Contains(promisee))) return false;
        if (!ExpectationsOf(weaker).IsSubsetOf(ExpectationsOf(stronger))) return false;
        var bounds = Subjects.BoundsOf(stronger);
        foreach (var bound in Subjects.BoundsOf(weaker))
            if (!bounds.Any(other => other.Implies(bound)))
                return false;
        return true;
    }

    private static HashSet<string> ExpectationsOf(Promise promise) => [.. promise.Checks.SelectMany(check => check.Expect).Select(expectation => expectation.Text)];

    private static string TextOf(Expression? given) => given is null ? "" : ConditionText.Of(given);
}
