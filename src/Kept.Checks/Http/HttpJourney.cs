using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Http;

/// <summary>A look in several steps: one deadline over all, one jar of cookies, and the first step that does not answer as it must is the last.</summary>
internal static class HttpJourney
{
    public static async ValueTask<Observation> LookAsync(Dialer dialer, AccessTokens tokens, Attempt attempt, TimeProvider time, CancellationToken deadline)
    {
        var (check, luggage) = (attempt.Request.Check, new Luggage(new CookieJar(time)));
        foreach (var step in check.First.Append(check))
            if (HttpPlan.OfStep(step) is { NeedsToken: true } needing)
                await tokens.GetAsync(needing.TokenRequestFor(attempt), attempt, null, deadline);
        attempt.Restart("getting a token"); // how long a token takes is nothing of the target
        for (var i = 0; i < check.First.Length; i++)
        {
            var step = check.First[i];
            attempt.Begin(step.Name, $"step {i + 1} `{step.Name}`: ");
            var plan = HttpPlan.OfStep(step);
            var answer = await HttpLook.AskAsync(dialer, tokens, plan, plan.AskFor(dialer, attempt, luggage), attempt, deadline);
            attempt.End(answer.Status);
            // Before anything is told of the answer: what was taken is hidden in it.
            var missing = luggage.Take(step, answer, attempt);
            var (values, excerpt) = HttpLook.Read(plan, answer, attempt, attempt.Trail.Phases);
            if (!step.Expect.IsEmpty)
            {
                if (attempt.AsksForUnknownAddress(step)) throw EgressException.OfUs(GapCause.Local, Attempt.UnknownAddress);
                var objects = attempt.Request.Objects ?? throw EgressException.OfUs(GapCause.Fault, "nobody judges the steps of this look");
                var seen = new Observation { StartedAt = attempt.StartedAt, Reach = Reach.Answered, Phases = attempt.Trail.Phases, Code = answer.Status, Size = answer.Body.Length, Values = values, Excerpt = excerpt };
                // judged as it came, for what the step takes is hidden in what is told
                var (asItCame, _) = HttpLook.Read(plan, answer, attempt, attempt.Trail.Phases, isHidden: false);
                if (objects(step, seen with { Values = asItCame }) is not null)
                    return attempt.Stopped(objects(step, seen) ?? "what it takes is not as the step expects", answer.Status, answer.Body.Length, excerpt);
            }
            if (missing is not null) return attempt.Stopped($"{missing} (it answered {answer.Status})", answer.Status, answer.Body.Length, excerpt);
        }
        attempt.Begin(check.Name, $"after {check.First.Length} step{(check.First.Length == 1 ? "" : "s")}: ");
        var last = HttpPlan.OfStep(check);
        var arrived = await HttpLook.AskAsync(dialer, tokens, last, last.AskFor(dialer, attempt, luggage), attempt, deadline);
        attempt.End(arrived.Status);
        luggage.Take(check, arrived, attempt);
        return HttpLook.Answered(last, arrived, attempt);
    }
}
