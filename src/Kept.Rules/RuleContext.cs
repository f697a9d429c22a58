using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Rules;

/// <summary>What all rules look at: the house, the moment, and indexes that are built once, so that no rule searches a list per promise.</summary>
internal sealed class RuleContext
{
    private readonly Dictionary<string, AgentView> _views = new(StringComparer.Ordinal);

    public RuleContext(House house, Instant now, IReadOnlyDictionary<PromiseName, TermsSeen>? before, ReadNamedFile? files = null)
    {
        (House, Now, Before, Files) = (house, now, before, files);
        var views = ImmutableArray.CreateBuilder<AgentView>();
        foreach (var agent in house.Agents)
        {
            var view = new AgentView(agent, this);
            views.Add(view);
            _views.TryAdd(agent.Id, view);
        }
        Agents = views.ToImmutable();
    }

    public House House { get; }
    public Instant Now { get; }
    public IReadOnlyDictionary<PromiseName, TermsSeen>? Before { get; }
    /// <summary>Reads what checks name beside their documents; null where only the documents are there.</summary>
    public ReadNamedFile? Files { get; }
    public ImmutableArray<AgentView> Agents { get; }

    /// <summary>The agent of this house with that id.</summary>
    public AgentView? ViewOf(string agent) => _views.GetValueOrDefault(agent);

    /// <summary>Every promise an agent makes about itself, with its agent. Wishes are not among them: they promise nothing.</summary>
    public IEnumerable<(AgentView Agent, Promise Promise)> Promises
    {
        get
        {
            foreach (var view in Agents)
                foreach (var promise in view.Agent.Promises)
                    yield return (view, promise);
        }
    }

    /// <summary>
    /// The moment a date ends. A date alone names its whole day, in UTC, so a promise until 31 December still holds on that day; a moment with a time of day
    /// is that moment.
    /// </summary>
    public static Instant EndOf(Instant until) => until.Microseconds % PerDay == 0 && until.Microseconds <= long.MaxValue - PerDay ? until + Duration.Days(1) : until;

    private const long PerDay = Duration.PerDay / Duration.PerMicrosecond;

    public bool IsOver(Instant until) => EndOf(until) <= Now;

    /// <summary>When the promise ends: its own date, else its agent's.</summary>
    public static Instant? UntilOf(AgentView agent, Promise promise) => UntilOf(agent.Agent, promise);

    public static Instant? UntilOf(Agent agent, Promise promise) => promise.Until ?? agent.Until;
}
