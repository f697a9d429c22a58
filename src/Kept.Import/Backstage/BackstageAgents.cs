using System.Collections.Immutable;
using System.Globalization;
using Kept.Import.Writing;

namespace Kept.Import.Backstage;

/// <summary>
/// Entities as agents: what is made of others is a super agent, an interface is a promise of each component that provides it, and what something depends on is what
/// its promises use.
/// </summary>
internal sealed class BackstageAgents(BackstageCatalogue catalogue, HouseDraft draft, Losses losses)
{
    /// <summary>In this order names are given: the first of a name has it bare.</summary>
    private static readonly string[] Kinds = ["component", "resource", "system", "domain", "group", "user"];

    /// <summary>One interface of thousands, asked by thousands, would make millions of uses.</summary>
    private const int MostProviders = 50;

    private readonly HashSet<BackstageEntity> _owners = new(catalogue.All.Select(entity => entity.Owner).OfType<BackstageEntity>(), ReferenceEqualityComparer.Instance);
    private readonly Names _ids = new();
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly Dictionary<BackstageEntity, AgentDraft> _agents = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<BackstageEntity, List<(AgentDraft Agent, PromiseDraft Promise)>> _interfaces = new(ReferenceEqualityComparer.Instance);

    public void Write()
    {
        foreach (var kind in Kinds)
            foreach (var entity in catalogue.Of(kind)) Agent(entity);
        foreach (var entity in _agents.Keys) Belongs(entity);
        foreach (var entity in catalogue.Of("component")) Promises(entity);
        foreach (var entity in catalogue.Of("resource")) Own(entity);
        foreach (var api in catalogue.Of("api")) Interface(api);
        foreach (var (entity, agent) in _agents) Uses(entity, agent);
        Promisees();
        draft.Agents.AddRange(catalogue.All.Where(_agents.ContainsKey).Select(entity => _agents[entity]));
    }

    private void Agent(BackstageEntity entity)
    {
        if (entity.Name.Kind == "user" && !_owners.Contains(entity))
        {
            catalogue.NotCarried(entity.At, entity.Subject, "this person owns nothing here", null);
            return;
        }
        var name = entity.Name.Namespace == BackstageName.DefaultNamespace ? entity.Name.Name : $"{entity.Name.Namespace}-{entity.Name.Name}";
        var bare = Names.Of(name);
        var agent = new AgentDraft(entity.Subject, entity.At, _ids.Free(_taken.Add(bare) ? name : $"{name}-{entity.Name.Kind}", entity.Name.Kind))
        {
            Title = entity.Title,
            Kind = entity.Name.Kind switch { "system" or "domain" => "super-agent", "group" => "team", "user" => "person", _ => "service" },
        };
        agent.Comments.Add(entity.Subject + string.Concat(new[] { ("type", entity.Type), ("lifecycle", entity.Lifecycle), ("owner", entity.Owner?.Subject) }.Where(pair => pair.Item2 is not null).Select(pair => $" · {pair.Item1}: {pair.Item2}")));
        if (entity.Description is { } description && entity.Name.Kind is "system" or "domain" or "group" or "user") agent.Comments.Add(description);
        agent.Comments.AddRange(entity.Comments);
        var answers = entity.Name.Kind is "group" or "user" ? entity : entity.Owner;
        if (answers?.Mail is { } mail) agent.Contacts.Add((answers.Title, "mailto:" + mail));
        else if (answers is not null && answers != entity)
            losses.Lost(entity.Spec.At("owner"), entity.Subject, $"`{answers.Subject}` has no address of mail, so nobody can be reached there", "in its entity: profile: { email: team@our.example }");
        _agents.Add(entity, agent);
        draft.Carried.Add((entity.Subject, entity.At, agent.Id));
    }

    private void Belongs(BackstageEntity entity)
    {
        if (entity.Whole is not { } whole || !_agents.TryGetValue(whole, out var its)) return;
        its.Kind = "super-agent";
        its.Members.Add(_agents[entity].Id);
        _agents[entity].MemberOf = its.Id;
    }

    private void Promises(BackstageEntity entity)
    {
        var (agent, names) = (_agents[entity], new Names());
        foreach (var api in entity.Provides)
        {
            var promise = new PromiseDraft(names.Free(api.Name.Name, "interface")) { Benefit = api.Description, Docs = api.Docs ?? entity.Docs };
            promise.Comments.Add(api.Subject + (api.Type is { } type ? $" · type: {type}" : "") + (api.Lifecycle is { } lifecycle ? $" · lifecycle: {lifecycle}" : ""));
            promise.Comments.AddRange(api.Comments);
            agent.Promises.Add(promise);
            if (!_interfaces.TryGetValue(api, out var all)) _interfaces.Add(api, all = []);
            all.Add((agent, promise));
            if (api.Owner is { } owner && owner != entity.Owner) losses.Changed(api.Spec.At("owner"), api.Subject, $"its owner is `{owner.Subject}`; here it is promised by who provides it, `{entity.Subject}`");
            if (api.Whole is { } whole && whole != entity.Whole) losses.Changed(api.Spec.At("system"), api.Subject, $"it belongs to `{whole.Subject}`; here to whatever `{entity.Subject}` belongs to");
        }
        if (entity.Provides.Count == 0) Own(entity);
    }

    /// <summary>What names no interface still gives something: a promise called by its type.</summary>
    private void Own(BackstageEntity entity)
    {
        var type = Names.Of(entity.Type ?? "");
        _agents[entity].Promises.Add(new PromiseDraft(type.Length > 0 && BackstageTypes.KindOf(type) == entity.Name.Kind ? type : entity.Name.Kind) { Benefit = entity.Description, Docs = entity.Docs });
    }

    private void Interface(BackstageEntity api)
    {
        if (_interfaces.TryGetValue(api, out var all)) draft.Carried.Add((api.Subject, api.At, string.Join(", ", all.Take(3).Select(one => $"{one.Agent.Id}/{one.Promise.Name}@1")) + (all.Count > 3 ? ", …" : "")));
        else catalogue.NotCarried(api.At, api.Subject, "no component provides it, so nobody promises it", "in the component that does: providesApis: [ " + api.Name.Name + " ]");
    }

    private void Uses(BackstageEntity entity, AgentDraft agent)
    {
        var uses = new List<ImmutableArray<(string, string)>>();
        foreach (var other in entity.DependsOn)
        {
            var its = _agents[other].Promises;
            if (its.Count == 0) losses.Lost(entity.Spec.At("dependsOn"), entity.Subject, $"`{other.Subject}` as a whole promises nothing that could be used", "name the component, or the interface, that it depends on");
            if (its.Count > 1) losses.Changed(entity.Spec.At("dependsOn"), entity.Subject, $"it does not say on which of the {its.Count.ToString(CultureInfo.InvariantCulture)} promises of `{other.Subject}` it depends: on all", "name the interface under consumesApis");
            foreach (var promise in its) uses.Add([(_agents[other].Id, promise.Name)]);
        }
        foreach (var api in entity.Consumes)
            if (!_interfaces.TryGetValue(api, out var providers)) losses.Lost(entity.Spec.At("consumesApis"), entity.Subject, $"it consumes `{api.Subject}`, which nobody provides");
            else if (providers.Exists(one => one.Agent == agent)) losses.Lost(entity.Spec.At("consumesApis"), entity.Subject, $"it consumes `{api.Subject}`, which it provides itself");
            else if (providers.Count > MostProviders) losses.Lost(entity.Spec.At("consumesApis"), entity.Subject, $"it consumes `{api.Subject}`, and {providers.Count.ToString(CultureInfo.InvariantCulture)} components provide it: too many to say which", "name the one it asks under dependsOn");
            else
            {
                if (providers.Count > 1) losses.Changed(entity.Spec.At("consumesApis"), entity.Subject, $"it does not say which of {providers.Count.ToString(CultureInfo.InvariantCulture)} components it asks for `{api.Subject}`: any is taken to be enough");
                uses.Add([.. providers.Select(one => (one.Agent.Id, one.Promise.Name))]);
            }
        if (uses.Count == 0) return;
        if (agent.Promises.Count > 1) losses.Changed(entity.At, entity.Subject, "it does not say which of its interfaces stand on what it uses: all", "take `uses` away where it is not needed");
        foreach (var promise in agent.Promises) promise.Uses.AddRange(uses.DistinctBy(one => string.Join(' ', one)));
    }

    /// <summary>Whom it is made to: those that are said to use it, else anyone.</summary>
    private void Promisees()
    {
        var users = new Dictionary<(string, string), List<string>>();
        foreach (var agent in _agents.Values)
            foreach (var use in agent.Promises.SelectMany(promise => promise.Uses).SelectMany(one => one).Distinct())
                if (users.TryGetValue(use, out var all)) all.Add(agent.Id);
                else users.Add(use, [agent.Id]);
        foreach (var agent in _agents.Values)
            foreach (var promise in agent.Promises)
                promise.To.AddRange(users.GetValueOrDefault((agent.Id, promise.Name)) ?? ["anyone"]);
    }
}
