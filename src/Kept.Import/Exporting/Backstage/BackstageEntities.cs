using Kept.Import.Backstage;
using Kept.Import.Writing;
using Kept.Model;

namespace Kept.Import.Exporting.Backstage;

/// <summary>The documents of <c>catalog-info.yaml</c>.</summary>
internal sealed class BackstageEntities
{
    private readonly House _house;
    private readonly Losses _losses;
    private readonly YamlLines _text = new();
    private readonly Dictionary<string, Agent> _agents;
    private readonly Names _names = new(), _interfaces = new();
    private readonly Dictionary<string, string> _nameOf = new(StringComparer.Ordinal);
    private readonly Dictionary<PromiseName, string> _interfaceOf = [];
    private readonly List<(Contact Contact, string Name)> _groups = [];

    public BackstageEntities(House house, Losses losses)
    {
        (_house, _losses) = (house, losses);
        _agents = house.Agents.ToDictionary(agent => agent.Id, StringComparer.Ordinal);
        foreach (var agent in house.Agents)
        {
            // groups of contacts must not take the name of an agent
            _nameOf.Add(agent.Id, _names.Free(agent.Id, "agent"));
            foreach (var promise in agent.Promises)
                if (!IsOfItself(agent, promise)) _interfaceOf.Add(promise.Name, Interface(agent, promise));
        }
        _text.Comment("Written by `kept export backstage`. A catalogue says who is there; whether a promise is kept is told by Kept.");
    }

    public void Add(Agent agent)
    {
        foreach (var reliance in agent.ReliesOn)
            foreach (var wish in reliance.Wishes)
                _losses.NotExported(wish.At, wish.Name.ToString(), "it is a wish about another, who promised nothing: no entity of theirs is made up", "import their own catalogue, or name their agent with a document");
        var kind = KindOf(agent);
        var name = _nameOf[agent.Id];
        Head(kind, name, agent.Name, kind is "Component" or "Resource" && agent.Promises is [var only] && IsOfItself(agent, only) ? only.Benefit : "", Docs(agent), agent.Id);
        if (kind is "Group" or "User")
        {
            if (kind == "Group") _text.Line(1, "type: team");
            var mail = agent.Contacts.Select(Mail).FirstOrDefault(one => one is not null);
            if (mail is not null) _text.Line(1, "profile:").Text(2, "email", mail);
            _text.Line(1, kind == "Group" ? "children: []" : "memberOf: []");
            foreach (var promise in agent.Promises) _losses.NotExported(promise.At, promise.Name.ToString(), "it is a promise of people, and an entity of people provides no interface");
            return;
        }
        if (kind is "Component" or "Resource") _text.Text(1, "type", TypeOf(agent));
        if (kind == "Component") Lifecycle(agent.At, agent.Id);
        var owner = Owner(agent);
        _text.Text(1, "owner", owner);
        Belongs(agent, kind);
        if (kind is "System" or "Domain")
        {
            foreach (var promise in agent.Promises) _losses.NotExported(promise.At, promise.Name.ToString(), "it is a promise of the whole, and a system of Backstage provides nothing itself", "an agent of its own for what gives it");
            Groups();
            return;
        }
        References("providesApis", agent.Promises.Where(promise => _interfaceOf.ContainsKey(promise.Name)).Select(promise => _interfaceOf[promise.Name]));
        var uses = agent.Promises.SelectMany(promise => Used(promise)).Distinct().ToList();
        if (kind == "Component") References("consumesApis", uses.Where(use => use.IsInterface).Select(use => use.Entity));
        References("dependsOn", uses.Where(use => kind == "Resource" || !use.IsInterface).Select(use => (use.IsInterface ? "api:" : "") + use.Entity));
        foreach (var promise in agent.Promises.Where(promise => _interfaceOf.ContainsKey(promise.Name))) Api(promise, owner, agent);
        Groups();
    }

    public override string ToString() => _text.ToString();

    /// <summary>What a promise stands on; alternatives and counts are not said there.</summary>
    private IEnumerable<(bool IsInterface, string Entity)> Used(Promise promise)
    {
        if (promise.UsesNotDisclosed) _losses.Differs(promise.PlaceOf("uses"), promise.Name.ToString(), "what it stands on is not disclosed, and there it reads as if it stood on nothing");
        if (promise.Uses is not { } uses) yield break;
        if (uses.SelfAndDescendants().Any(node => node is Expression.Or or Expression.AtLeast)) _losses.Differs(promise.PlaceOf("uses"), promise.Name.ToString(), "that one of several is enough is not said there: it reads as if all were needed");
        foreach (var use in uses.SelfAndDescendants().OfType<Expression.PromiseHolds>())
            if (Find(use.Name) is not { } found) _losses.NotExported(use.At, promise.Name.ToString(), $"it uses `{use.Name}`, whose agent has no document here, so no entity");
            else if (found.Agent == promise.Name.Agent) continue;
            else if (_interfaceOf.TryGetValue(found, out var name)) yield return (true, name);
            else
            {
                var kind = KindOf(_agents[found.Agent]);
                if (kind is "Component" or "Resource") yield return (false, $"{kind.ToLowerInvariant()}:{_nameOf[found.Agent]}");
                else _losses.NotExported(use.At, promise.Name.ToString(), $"it uses `{use.Name}`, and a {kind} of Backstage provides nothing");
            }
    }

    private PromiseName? Find(PromiseName name) => _agents.TryGetValue(name.Agent, out var agent)
        ? agent.Promises.Where(promise => promise.Name.Promise == name.Promise && (name.Line == 0 || promise.Name.Line == name.Line)).MaxBy(promise => promise.Name.Line)?.Name : null;

    private string Interface(Agent agent, Promise promise)
    {
        var own = promise.Name.Line <= 1 ? promise.Name.Promise : $"{promise.Name.Promise}-{promise.Name.Line}";
        // two that provide what they call the same may not mean the same: only one that was brought along is known to
        return _interfaces.Free(_house.Agents.Count(other => other.Promises.Any(one => one.Name.Short == promise.Name.Short && !IsOfItself(other, one))) > 1 ? $"{agent.Id}-{own}" : own, "interface");
    }

    /// <summary>The only promise of an agent, called by a type, is what the thing itself gives (so does the import write it).</summary>
    private static bool IsOfItself(Agent agent, Promise promise) =>
        agent.Promises.Length == 1 && (promise.Name.Promise is "component" or "service" or "website" or "library" or "documentation" or "mobile-app" or "data-pipeline" || BackstageTypes.KindOf(promise.Name.Promise) == "resource");

    private string KindOf(Agent agent) => agent.Kind switch
    {
        AgentKind.Team => "Group",
        AgentKind.Person => "User",
        // a whole that gives something itself is a component with parts
        AgentKind.SuperAgent when agent.Promises.IsEmpty => agent.Members.Length > 0 && agent.Members.All(member => _agents.TryGetValue(member, out var its) && its is { Kind: AgentKind.SuperAgent, Promises.IsEmpty: true }) ? "Domain" : "System",
        _ => agent.Promises is [var only] && IsOfItself(agent, only) && BackstageTypes.KindOf(only.Name.Promise) == "resource" ? "Resource" : "Component",
    };

    private static string TypeOf(Agent agent) => agent.Promises is [var only] && IsOfItself(agent, only) ? only.Name.Promise : "service";

    private static string? Docs(Agent agent) => agent.Promises.Select(promise => promise.Docs).FirstOrDefault(docs => docs is not null && BackstageHead.Address(docs) is not null);

    private void Head(string kind, string name, string title, string description, string? docs, string id)
    {
        _text.Line(0, "---").Line(0, "apiVersion: backstage.io/v1alpha1").Line(0, "kind: " + kind).Line(0, "metadata:").Text(1, "name", name);
        if (title.Length > 0 && title != id) _text.Text(1, "title", title);
        if (description.Length > 0) _text.Text(1, "description", description);
        if (docs is not null) _text.Line(1, "links:").Text(2, "- url", docs);
        _text.Line(0, "spec:");
    }

    private void Lifecycle(Place at, string subject)
    {
        _text.Line(1, "lifecycle: production");
        if (_toldOfLifecycle) return;
        _losses.Differs(at, subject, "a house knows no lifecycle: `production` is written, here and for all others");
        _toldOfLifecycle = true;
    }

    private void Belongs(Agent agent, string kind)
    {
        if (agent.MemberOf is not { } id || !_agents.TryGetValue(id, out var whole)) return;
        var its = KindOf(whole);
        var field = (kind, its) switch
        {
            ("Component" or "Resource", "System") => "system",
            ("Component", "Component") => "subcomponentOf",
            ("System", "Domain") => "domain",
            ("Domain", "Domain") => "subdomainOf",
            _ => null,
        };
        if (field is not null) _text.Text(1, field, _nameOf[id]);
        else _losses.NotExported(agent.PlaceOf("member-of"), agent.Id, $"a {kind} of Backstage is no part of a {its}");
    }

    private void Api(Promise promise, string owner, Agent agent)
    {
        var subject = promise.Name.ToString();
        Head("API", _interfaceOf[promise.Name], "", promise.Benefit, promise.Docs is { } docs && BackstageHead.Address(docs) is not null ? docs : null, "");
        _text.Line(1, "type: promise");
        Lifecycle(promise.At, subject);
        _text.Text(1, "owner", owner);
        if (agent.MemberOf is { } id && _agents.TryGetValue(id, out var whole) && KindOf(whole) == "System") _text.Text(1, "system", _nameOf[id]);
        // a definition may not be empty there
        _text.Text(1, "definition", promise.Keeps.IsEmpty ? "no objective" : string.Join('\n', promise.Keeps.Select(objective => objective.Text)));
        if (promise.Keeps.IsEmpty) return;
        _losses.Differs(promise.PlaceOf("keeps"), subject, "its objectives stand there as words, which nothing verifies");
    }

    private void References(string field, IEnumerable<string> names)
    {
        var all = names.Distinct(StringComparer.Ordinal).ToList();
        if (all.Count == 0) return;
        _text.Line(1, field + ":");
        foreach (var name in all) _text.Line(2, "- " + YamlLines.Quoted(name));
    }

    /// <summary>A team or person of the house with the same address, else a group made of the contact.</summary>
    private string Owner(Agent agent)
    {
        if (agent.Contacts.IsEmpty)
        {
            _losses.Differs(agent.At, agent.Id, "nobody answers for it: `unknown` is written as its owner", "contact: [ { role: on call, reach: 'mailto:…' } ]");
            return "unknown";
        }
        var contact = agent.Contacts[0];
        if (agent.Contacts.Length > 1) _losses.Differs(agent.Contacts[1].At, agent.Id, "an entity has one owner: the first who answers is written");
        if (_house.Agents.FirstOrDefault(other => other.Kind is AgentKind.Team or AgentKind.Person && other.Contacts.Any(one => one.Reach == contact.Reach)) is { } known)
            return (known.Kind == AgentKind.Team ? "group:" : "user:") + _nameOf[known.Id];
        if (_groups.Find(group => group.Contact.Reach == contact.Reach && group.Contact.Role == contact.Role) is { Name: { } made }) return "group:" + made;
        if (Mail(contact) is null) _losses.Differs(contact.At, agent.Id, $"a group is reached by mail there, and not at `{Losses.Short(contact.Reach)}`");
        _groups.Add((contact, _names.Free(contact.Role, "owner")));
        return "group:" + _groups[^1].Name;
    }

    private int _written;
    private bool _toldOfLifecycle;

    /// <summary>Groups that contacts became, after the entity that named them first.</summary>
    private void Groups()
    {
        for (; _written < _groups.Count; _written++)
        {
            var (contact, name) = _groups[_written];
            Head("Group", name, contact.Role, "", null, name);
            _text.Line(1, "type: team");
            if (Mail(contact) is { } mail) _text.Line(1, "profile:").Text(2, "email", mail);
            _text.Line(1, "children: []");
        }
    }

    private static string? Mail(Contact contact) => contact.Reach.StartsWith("mailto:", StringComparison.Ordinal) && contact.Reach.Length > 7 ? contact.Reach[7..] : null;
}
