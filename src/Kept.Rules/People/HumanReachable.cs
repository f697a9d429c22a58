using Kept.Model;

namespace Kept.Rules;

/// <summary>R41. Somebody answers, by a way that does not fall with the service.</summary>
internal static class HumanReachable
{
    private static readonly RuleClause NoContact = new("R41", "no-contact", Severity.Warning, "an agent makes promises and names nobody who answers");
    private static readonly RuleClause NoTime = new("R41", "no-time", Severity.Warning, "a contact does not say how soon it answers");
    private static readonly RuleClause FallsTogether = new("R41", "falls-together", Severity.Warning, "a contact is reached through the service it speaks for");

    public static readonly Rule Rule = new(
        "R41", Severity.Warning, "A human can be reached",
        "Show that your engineers are not afraid of talking to people: a contact, when it is there, how soon it answers, and by a way that still works when the service does not.",
        RuleTheme.People, RuleSource.Derived, [NoContact, NoTime, FallsTogether],
        [
            new("the contact answered the last challenge", "it is tried by people, not read from a document"),
            new("mail to a domain of the agent falls with its service", "where the mail of a domain is handled is not in its name"),
        ])
    {
        DecidedByReader = [new("the address is one where somebody answers", "L046")],
        Check = Check,
    };

    private static IEnumerable<Finding> Check(RuleContext context)
    {
        foreach (var agent in context.Agents)
        {
            if (agent.Agent.Promises.IsEmpty) continue;
            if (agent.Agent.Contacts.IsEmpty)
                yield return NoContact.At(agent.Agent.PlaceOf("contact"), $"{agent.Agent.Id} makes promises and names nobody who answers",
                    $"add `contact: [ {{ role: on call, reach: 'mailto:oncall@…', answers: within 15m, expires: {Wording.Day(context.Now + Duration.Days(180))} }} ]`");
            var hosts = agent.Agent.Promises.SelectMany(promise => promise.Checks).Select(check => check.Target.Host).Where(host => host.Length > 0).ToHashSet(StringComparer.Ordinal);
            foreach (var contact in agent.Agent.Contacts)
            {
                if (Uri.TryCreate(contact.Reach, UriKind.Absolute, out var reach) && reach.Scheme is "http" or "https" && hosts.Contains(Wording.HostOf(contact.Reach) ?? ""))
                    yield return FallsTogether.At(contact.At, $"\"{contact.Role}\" is reached at {reach.Host}, which promises of {agent.Agent.Id} are about: when it fails, nobody can say so",
                        "add a way that does not need the service, such as `tel:` or mail elsewhere");
                if (contact.Answers is null)
                    yield return NoTime.At(contact.At, $"\"{contact.Role}\" does not say how soon it answers", "add `answers: within 15m`");
            }
        }
    }
}
