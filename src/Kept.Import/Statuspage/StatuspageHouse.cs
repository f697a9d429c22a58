using System.Globalization;
using Kept.Import.Backstage;
using Kept.Import.Writing;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.Statuspage;

/// <summary>The pages of the files: who owns them, their components and groups as agents, and what was said of incidents and maintenance.</summary>
internal sealed class StatuspageHouse
{
    /// <summary>The largest pages show some hundreds.</summary>
    public const int MostComponents = 5_000;

    private const string Ignored = "is not known of a status page", Promise = "service";

    private readonly HouseDraft _draft;
    private readonly Losses _losses;
    private readonly Names _ids = new();
    private readonly Dictionary<string, string> _groups = new(StringComparer.Ordinal);
    private readonly List<(Keys Component, string Id, string? Group)> _components = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal), _seenEvents = new(StringComparer.Ordinal);
    private AgentDraft? _page;

    private StatuspageHouse(HouseDraft draft, Losses losses) => (_draft, _losses) = (draft, losses);

    /// <summary>Whose page it is.</summary>
    public string Owner { get; private set; } = "";

    /// <summary>The promise of each component, by the page's own id of it.</summary>
    public Dictionary<string, string> Promises { get; } = new(StringComparer.Ordinal);

    /// <summary>Incidents and maintenances, each once, in the order of the files.</summary>
    public List<StatuspageEvent> Events { get; } = [];

    public static StatuspageHouse Read(ImportRequest request, HouseDraft draft, Losses losses)
    {
        var house = new StatuspageHouse(draft, losses);
        foreach (var file in request.Files)
            switch (ForeignJson.Read(file, losses))
            {
                case ForeignNode.Map map: house.File(new Keys(map, "", losses)); break;
                case { } other: losses.Unread(other.At, $"{other.Form} stands where a status page is due", "save https://STATUS-PAGE/api/v2/summary.json, and name that file"); break;
            }
        house.Carry(request);
        return house;
    }

    private void File(Keys root)
    {
        if (root.Inner("page") is { } page) Page(page);
        root.Pass("status");
        foreach (var component in root.Items("components")) Component(component);
        foreach (var incident in root.Items("incidents")) Event(incident, isMaintenance: false);
        foreach (var maintenance in root.Items("scheduled_maintenances")) Event(maintenance, isMaintenance: true);
        root.TellUnknown(null, Ignored);
    }

    private void Page(Keys page)
    {
        var (name, url) = (page.Text("name"), page.Text("url"));
        page.Pass("id", "time_zone", "updated_at");
        page.TellUnknown(null, Ignored);
        if (_page is not null || name is null) return;
        Owner = name.Content.Trim();
        var address = url is null ? null : BackstageHead.Address(url.Content);
        if (url is not null && address is null) _losses.Lost(url.At, Owner, $"`{Losses.Short(url.Content)}` is no address of a page");
        _page = new AgentDraft(Owner, page.Map.At, _ids.Free(Owner, "page")) { Title = Owner, Kind = "super-agent" };
        if (address is not null) _page.Comments.Add("their own status page: " + address);
        _losses.Tell(new(ImportCodes.OwnWord, FindingKind.Changed, page.Map.At, Owner, "a status page is its owner's own word: nothing on it is evidence, so nothing here reads kept because the page says operational", null,
            "look yourself: wishes: { api: { check: { http: 'GET https://service.example/' } } }"));
    }

    private void Component(Keys component)
    {
        var name = component.Subject = component.Text("name")?.Content.Trim() ?? "";
        var (id, group) = (component.Text("id")?.Content, component.Text("group_id")?.Content);
        var isGroup = component.Flag("group") == true;
        if (id is null || id.Length > 100 || name.Length == 0)
        {
            _losses.Lost(component.Map.At, name, "the component has no id and name by which it could be found again");
            _draft.NotCarried.Add((name, component.Map.At));
            return;
        }
        // summary.json and components.json show the same
        if (!_seen.Add(id)) return;
        if (_seen.Count > MostComponents)
        {
            if (_seen.Count == MostComponents + 1) _losses.Unread(component.Map.At, $"there are more than {MostComponents.ToString("N0", CultureInfo.InvariantCulture)} components", "no page shows so many: name the answer of one page");
            return;
        }
        component.Pass("components", "status", "description", "created_at", "updated_at", "position", "showcase", "start_date", "page_id", "only_show_if_degraded", "automation_email");
        component.TellUnknown(null, Ignored);
        if (isGroup) _groups.TryAdd(id, name);
        _components.Add((component, id, isGroup ? null : group));
    }

    private void Event(Keys its, bool isMaintenance)
    {
        if (StatuspageEvent.Of(its, isMaintenance, _losses) is not { } read || !_seenEvents.Add(read.Id) || _seenEvents.Count > 10 * MostComponents) return;
        Events.Add(read);
    }

    private void Carry(ImportRequest request)
    {
        if (_page is null || _components.Count == 0)
        {
            if (!_losses.IsBroken)
                _losses.Unread(new Place(new SourceFile(request.Files.IsEmpty ? "" : request.Files[0].Path), 1, 1, 1), _page is null ? "it does not say whose page it is: `page.name`" : "there are no components in it", "save https://STATUS-PAGE/api/v2/summary.json, and name that file");
            return;
        }
        var agents = new Dictionary<string, AgentDraft>(StringComparer.Ordinal);
        foreach (var (component, id, _) in _components)
        {
            var name = component.Subject;
            agents.Add(id, new AgentDraft(name, component.Map.At, _ids.Free($"{Owner} {name}", "component")) { Title = name, Kind = _groups.ContainsKey(id) ? "super-agent" : "service" });
        }
        _draft.Agents.Add(_page);
        foreach (var (component, id, group) in _components)
        {
            var (agent, its) = (agents[id], group is not null && _groups.ContainsKey(group) ? agents[group] : _page);
            if (group is not null && its == _page) _losses.Tell(new(ImportCodes.Dangling, FindingKind.Lost, component.At("group_id"), agent.Source, "its group is not in these files, so it belongs to the page alone", null, "import summary.json, which holds all of them"));
            agent.MemberOf = its.Id;
            its.Members.Add(agent.Id);
            var said = component.Text("status")?.Content;
            if (said is not null) agent.Comments.Add($"said of itself {component.Text("updated_at")?.Content ?? "when asked"}: {said}");
            _draft.Agents.Add(agent);
            if (_groups.ContainsKey(id))
            {
                _draft.Carried.Add((agent.Source, component.Map.At, agent.Id));
                continue;
            }
            var promise = new PromiseDraft(Promise) { Benefit = component.Text("description") is { Content: { Length: > 0 and <= 1_000 } words } ? words.Trim() : null };
            promise.To.Add("anyone");
            agent.Promises.Add(promise);
            Promises.TryAdd(id, $"{agent.Id}/{Promise}@1");
            _draft.Carried.Add((agent.Source, component.Map.At, $"{agent.Id}/{Promise}@1"));
        }
        StatuspageMaintenance.Plan(Events, request.Now, id => agents.GetValueOrDefault(id), _losses);
        // a group without components is said of nobody
        foreach (var empty in _draft.Agents.Where(agent => agent is { Kind: "super-agent", Members.Count: 0 }).ToList()) empty.Kind = "service";
        if (Events.Count > 0)
            _losses.Tell(new(ImportCodes.PastOfOthers, FindingKind.Changed, Events[0].At, Owner, $"what they said of {Events.Count.ToString("N0", CultureInfo.InvariantCulture)} incidents and maintenances is their assessment, and no evidence of ours", null, "keep it beside the documents: --history -o FOLDER"));
    }
}
