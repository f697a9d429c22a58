using Kept.Model;

namespace Kept.Rules;

/// <summary>R25. A promise cannot be faster than what it waits for.</summary>
internal static class TimeBudget
{
    private static readonly RuleClause Time = new("R25", "time", Severity.Warning, "the stages it uses may take longer than it promises");
    private static readonly RuleClause Share = new("R25", "share", Severity.Warning, "the stages it uses may be late more often than it allows");

    public static readonly Rule Rule = new(
        "R25", Severity.Warning, "Time budget",
        "Stages joined by `and` come one after the other, so their bounds add up; of alternatives (`or`, `k of`) the slowest counts. The shares add up too: with two stages each late in 1 % "
        + "of cases, 2 % may be late in all (the union bound, which needs no independence).",
        RuleTheme.Dependence, RuleSource.Derived, [Time, Share],
        [
            new("stages whose latency is promised outside this house", "needs stated in the acceptance are used; where nothing is stated the stage counts as instant, so silence here is no proof"),
            new("time spent waiting and retrying", "retry policies are not part of `uses`"),
        ])
    { Check = Check };

    private static IEnumerable<Finding> Check(RuleContext context)
    {
        foreach (var (agent, promise) in context.Promises)
        {
            if (promise.Uses is not { } uses) continue;
            Front? front = null;
            foreach (var objective in promise.Keeps)
            {
                if (Deadline.Of(objective) is not { } own) continue;
                front ??= Front.Of(uses, name => Stages(agent, name));
                if (front.Any(stage => stage.Time <= own.Time && stage.Late <= own.Late)) continue;
                var at = objective.At.IsKnown ? objective.At : promise.PlaceOf("keeps");
                if (front.MinBy(stage => stage.Time) is { } fastest && fastest.Time > own.Time)
                    yield return Time.At(at, $"`{objective.Text}` leaves less time than what it uses may take: {new Duration(fastest.Time).ToWords()} in all",
                        "promise more time, agree on faster stages, or take a stage out of the way", promise.Name);
                else
                    yield return Share.At(at, $"`{objective.Text}` allows {Percent(own.Late)} to be late, but what it uses may be late in {Percent(front.Where(stage => stage.Time <= own.Time).Min(stage => stage.Late))} within that time",
                        "promise a lower percentile, or agree on higher ones with the stages", promise.Name);
            }
        }
    }

    /// <summary>What is known of a stage's latency: the need it was accepted for, else what it promises where its document is here.</summary>
    private static IEnumerable<Deadline> Stages(AgentView agent, PromiseName name)
    {
        var reference = agent.Resolve(name);
        var stated = reference.Acceptance?.Needs.Select(Deadline.Of).OfType<Deadline>().ToList() ?? [];
        return stated.Count > 0 ? stated : (reference.Promise?.Keeps ?? []).Select(Deadline.Of).OfType<Deadline>();
    }

    private static string Percent(decimal share) => Quantity.Ratio(share).ToString();
}

/// <summary>A bound on time: at most <paramref name="Time"/> nanoseconds but for a share of <paramref name="Late"/>.</summary>
internal sealed record Deadline(long Time, decimal Late)
{
    public static readonly Deadline Instant = new(0, 0);

    public static Deadline? Of(Objective objective) =>
        objective.Quantity.Source == QuantitySource.LookTime && objective.Operator is Comparison.Less or Comparison.LessOrEqual && objective.Slice is null
        && objective.Statistic.Kind != StatisticKind.None && objective.Target.Amount is >= 0 and < long.MaxValue / 2
            ? new((long)objective.Target.Amount, objective.Statistic.Kind == StatisticKind.Percentile ? 1 - objective.Statistic.Share : 0)
            : null;
}

/// <summary>The best combinations of time and lateness that the stages of a dependence allow: no member is better than another in both.</summary>
internal sealed class Front : List<Deadline>
{
    private const int Most = 64;

    private Front(IEnumerable<Deadline> deadlines) : base(deadlines) { }

    /// <summary>Sequential parts add up; of alternatives the slowest may be the one taken. <c>k of n</c> waits for several at once: their lateness adds up, the time is the longest.</summary>
    public static Front Of(Expression uses, Func<PromiseName, IEnumerable<Deadline>> stages) => uses switch
    {
        Expression.PromiseHolds promise => Best([.. stages(promise.Name)]) is { Count: > 0 } known ? known : new([Deadline.Instant]),
        Expression.And and => Joined(and.Parts.Select(part => Of(part, stages)), (a, b) => new(Sum(a.Time, b.Time), a.Late + b.Late)),
        Expression.Or or => Joined(or.Parts.Select(part => Of(part, stages)), (a, b) => new(Math.Max(a.Time, b.Time), Math.Max(a.Late, b.Late))),
        Expression.AtLeast some => Joined(some.Parts.Select(part => Of(part, stages)), (a, b) => new(Math.Max(a.Time, b.Time), some.Count == 1 ? Math.Max(a.Late, b.Late) : a.Late + b.Late)),
        _ => new([Deadline.Instant]),
    };

    private static Front Joined(IEnumerable<Front> parts, Func<Deadline, Deadline, Deadline> join) =>
        parts.Aggregate((a, b) => Best([.. a.SelectMany(x => b.Select(y => join(x, y)))]));

    private static Front Best(List<Deadline> all)
    {
        var best = new List<Deadline>();
        foreach (var one in all.OrderBy(deadline => deadline.Time).ThenBy(deadline => deadline.Late))
            if (best.Count == 0 || one.Late < best[^1].Late)
                best.Add(one);
        // Thinning may only drop members, which would warn too much; so a dropped member leaves its better half in each measure behind.
        while (best.Count > Most)
        {
            var thin = new List<Deadline>();
            for (var i = 0; i < best.Count; i += 2) thin.Add(i + 1 < best.Count ? new(best[i].Time, best[i + 1].Late) : best[i]);
            best = thin;
        }
        return new(best);
    }

    private static long Sum(long a, long b) => a > long.MaxValue - b ? long.MaxValue : a + b;
}
