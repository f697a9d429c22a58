using Kept.Model;

namespace Kept.Rules;

/// <summary>R35. A promise ends unless it is renewed, so that nobody relies on forgotten words.</summary>
internal static class Expiry
{
    private static readonly RuleClause NoEnd = new("R35", "no-end", Severity.Error, "neither the promise nor its agent says until when it holds");
    private static readonly RuleClause Ended = new("R35", "ended", Severity.Error, "its last day is over");
    private static readonly RuleClause EndsSoon = new("R35", "ends-soon", Severity.Warning, "it ends sooner than its own notice");
    private static readonly RuleClause ContactNoEnd = new("R35", "contact-no-end", Severity.Warning, "a contact has no expiry");
    private static readonly RuleClause ContactEnded = new("R35", "contact-ended", Severity.Warning, "a contact has expired");

    public static readonly Rule Rule = new(
        "R35", Severity.Error, "Everything ends unless renewed",
        "A promise holds until a day, and is renewed by writing a later one. A day counts whole, in UTC. Contacts expire likewise; an expired one is a warning, because nobody would "
        + "gain from taking the promise away with it.",
        RuleTheme.WhatIsAPromise, RuleSource.Primary, [NoEnd, Ended, EndsSoon, ContactNoEnd, ContactEnded], [])
    { Check = Check };

    private static IEnumerable<Finding> Check(RuleContext context)
    {
        foreach (var (agent, promise) in context.Promises)
        {
            if (RuleContext.UntilOf(agent, promise) is not { } until)
            {
                yield return NoEnd.At(promise.PlaceOf("until"), $"nothing says until when {Wording.Own(promise)} holds",
                    $"add `until: {Wording.Day(context.Now + Duration.Days(365))}` to the agent or to the promise", promise.Name);
                continue;
            }
            var at = promise.PlaceOf("until") is var own && own != promise.At ? own : agent.Agent.PlaceOf("until");
            var warned = WarnedFrom(until, promise.Notice);
            if (context.IsOver(until))
                yield return Ended.At(at, $"{Wording.Own(promise)} ended on {Wording.Day(until)}", "renew it with a later `until`, or take it out", promise.Name);
            else if (warned <= context.Now)
                yield return EndsSoon.At(at, $"{Wording.Own(promise)} ends on {Wording.Day(until)}, sooner than its notice of {promise.Notice}: promisees hear of it too late",
                    "renew it, or tell them now that it ends", promise.Name);
        }
        foreach (var agent in context.Agents)
            foreach (var contact in agent.Agent.Contacts)
                if (contact.Expires is not { } expires)
                    yield return ContactNoEnd.At(contact.At, $"the contact \"{contact.Role}\" has no expiry, so nobody will look whether it still answers",
                        $"add `expires: {Wording.Day(context.Now + Duration.Days(180))}`");
                else if (context.IsOver(expires))
                    yield return ContactEnded.At(contact.At, $"the contact \"{contact.Role}\" expired on {Wording.Day(expires)}", "try whether it still answers, and renew `expires`");
    }

    /// <summary>From when on a promise ends sooner than its own notice; null where it gives none.</summary>
    private static Instant? WarnedFrom(Instant until, Duration? notice) => notice is { } before
        ? new Instant((long)Int128.Clamp((Int128)RuleContext.EndOf(until).Microseconds - (before.Nanoseconds / Duration.PerMicrosecond) + 1, long.MinValue, long.MaxValue)) : null;

    /// <summary>
    /// The moments at which the rules may say something else of the same house: the end of every term and contact, on which other rules rest too (what is over reserves nothing),
    /// and the beginning of the notice before it. All rules depend on time by these alone.
    /// </summary>
    public static IEnumerable<Instant> MomentsOf(House house)
    {
        foreach (var agent in house.Agents)
        {
            if (agent.Until is { } term) yield return RuleContext.EndOf(term);
            foreach (var promise in agent.Promises)
            {
                if (RuleContext.UntilOf(agent, promise) is not { } until) continue;
                var end = RuleContext.EndOf(until);
                if (WarnedFrom(until, promise.Notice) is { } warned && warned < end) yield return warned;
                yield return end;
            }
            foreach (var contact in agent.Contacts)
                if (contact.Expires is { } expires)
                    yield return RuleContext.EndOf(expires);
        }
    }
}
