using Kept.Model;

namespace Kept.Rules;

/// <summary>What a name in <c>given</c> or <c>uses</c> stands for, as its agent has declared it.</summary>
internal enum ReferenceKind
{
    /// <summary>Another promise of the same agent.</summary>
    Own,
    /// <summary>Accepted under <c>relies-on</c>.</summary>
    Accepted,
    /// <summary>Of a member of this super agent: both said that it belongs, and that is their agreement.</summary>
    Member,
    /// <summary>Wished of an agent that promised nothing.</summary>
    Wish,
    /// <summary>Its agent is known, but this promise or this line of it is not accepted.</summary>
    NotAccepted,
    /// <summary>Nobody declared it.</summary>
    Unknown,
}

/// <param name="Kind">How it is declared.</param>
/// <param name="Promise">The promise or wish itself where this house holds its document.</param>
/// <param name="Acceptance">How it was accepted; for <see cref="ReferenceKind.NotAccepted"/> the acceptance of another line.</param>
/// <param name="Reliance">The relation it belongs to.</param>
internal readonly record struct Reference(ReferenceKind Kind, Promise? Promise, Acceptance? Acceptance, Reliance? Reliance);

/// <summary>One agent with indexes over what it gives and what it accepts.</summary>
internal sealed class AgentView
{
    private readonly Dictionary<string, List<Promise>> _lines = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Agent, string Promise), List<(Reliance Reliance, Acceptance Acceptance)>> _accepted = [];
    private readonly Dictionary<(string Agent, string Promise), (Reliance Reliance, Promise Wish)> _wishes = [];
    private readonly Dictionary<string, Reliance> _reliances = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Calendar> _calendars = new(StringComparer.Ordinal);
    private readonly RuleContext _context;
    private readonly HashSet<string> _members;
    private DomainSet? _domains;
    private Dictionary<string, int>? _targets;

    public AgentView(Agent agent, RuleContext context)
    {
        (Agent, _context) = (agent, context);
        _members = [.. agent.Members];
        foreach (var promise in agent.Promises)
        {
            if (!_lines.TryGetValue(promise.Name.Promise, out var lines)) _lines[promise.Name.Promise] = lines = [];
            lines.Add(promise);
        }
        foreach (var lines in _lines.Values) lines.Sort((a, b) => a.Name.Line.CompareTo(b.Name.Line));
        foreach (var reliance in agent.ReliesOn)
        {
            _reliances.TryAdd(reliance.Agent, reliance);
            foreach (var acceptance in reliance.Accepts)
            {
                var key = (reliance.Agent, acceptance.Promise);
                if (!_accepted.TryGetValue(key, out var list)) _accepted[key] = list = [];
                list.Add((reliance, acceptance));
            }
            foreach (var wish in reliance.Wishes) _wishes.TryAdd((reliance.Agent, wish.Name.Promise), (reliance, wish));
        }
        foreach (var calendar in agent.Calendars) _calendars.TryAdd(calendar.Name, calendar);
    }

    public Agent Agent { get; }

    /// <summary>What is the agent's own to promise about.</summary>
    public DomainSet Domains => _domains ??= new DomainSet(Agent.Domains);

    /// <summary>Whether another check of this agent looks at a target of this promise: most promises share none, and then they need not be compared with any other.</summary>
    public bool SharesTarget(Promise promise)
    {
        var targets = _targets ??= CountTargets(); // rules may ask at once, and each would count the same
        foreach (var check in promise.Checks)
            if (targets[check.Target.Text] > 1)
                return true;
        return false;
    }

    private Dictionary<string, int> CountTargets()
    {
        var targets = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var check in Agent.Promises.SelectMany(other => other.Checks)) targets[check.Target.Text] = targets.GetValueOrDefault(check.Target.Text) + 1;
        return targets;
    }

    public IEnumerable<IReadOnlyList<Promise>> Lines => _lines.Values;

    public Calendar? CalendarOf(string name) => _calendars.GetValueOrDefault(name);

    /// <summary>Its calendars, as conditions are compared by them.</summary>
    public ComparedCalendars Calendars => field ??= new ComparedCalendars(CalendarOf);

    public Reliance? RelianceOn(string agent) => _reliances.GetValueOrDefault(agent);

    public IEnumerable<(Reliance Reliance, Acceptance Acceptance)> Acceptances => _accepted.Values.SelectMany(list => list);

    /// <summary>Its own promise of that name: the line written, else the newest.</summary>
    public Promise? Own(string promise, int line)
    {
        if (!_lines.TryGetValue(promise, out var lines)) return null;
        return line == 0 ? lines[^1] : lines.Find(p => p.Name.Line == line);
    }

    /// <summary>Whether it names that agent as a member, whatever the other says.</summary>
    public bool Names(string member) => _members.Contains(member);

    /// <summary>Whether that agent is a member, as both say.</summary>
    public bool HasMember(string agent) => Names(agent) && _context.ViewOf(agent)?.Agent.MemberOf == Agent.Id;

    public int LineCount(string promise) => _lines.TryGetValue(promise, out var lines) ? lines.Count : 0;

    /// <summary>What a name in this agent's document stands for.</summary>
    public Reference Resolve(PromiseName name)
    {
        if (name.Agent == Agent.Id)
            return Own(name.Promise, name.Line) is { } own ? new(ReferenceKind.Own, own, null, null) : new(ReferenceKind.Unknown, null, null, null);
        var key = (name.Agent, name.Promise);
        if (_accepted.TryGetValue(key, out var accepted))
        {
            foreach (var (reliance, acceptance) in accepted)
                if (name.Line == 0 || acceptance.Line == 0 || acceptance.Line == name.Line)
                    return new(ReferenceKind.Accepted, _context.ViewOf(name.Agent)?.Own(name.Promise, acceptance.Line), acceptance, reliance);
            return new(ReferenceKind.NotAccepted, null, accepted[0].Acceptance, accepted[0].Reliance);
        }
        if (_wishes.TryGetValue(key, out var wish)) return new(ReferenceKind.Wish, wish.Wish, null, wish.Reliance);
        var there = _context.ViewOf(name.Agent)?.Own(name.Promise, name.Line);
        if (there is not null && HasMember(name.Agent)) return new(ReferenceKind.Member, there, null, null);
        return there is not null || _reliances.ContainsKey(name.Agent)
            ? new(ReferenceKind.NotAccepted, there, null, RelianceOn(name.Agent))
            : new(ReferenceKind.Unknown, null, null, null);
    }
}
