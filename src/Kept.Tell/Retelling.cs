using System.Text.Json;
using Kept.Ledger;
using Kept.Model;

namespace Kept.Tell;

/// <summary>
/// What the ledger says about telling: how everything stands, what each route was told of it, and what waits. A pure fold over entries in their order, so a
/// restart knows what the run before it knew, and what is told can never disagree with what is shown.
/// </summary>
internal sealed partial class Retelling
{
    /// <summary>Well for so long is over for good: shorter is the same trouble going on, and no news.</summary>
    public static readonly Duration Settle = Duration.Minutes(1);

    private readonly Dictionary<string, Matter> _matters = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unwell = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RouteTold> _routes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<long, Silence> _silences = [];
    /// <summary>What is no more, oldest first; what came back since among it.</summary>
    private readonly Queue<(long Sequence, string Key)> _withdrawn = [];

    /// <summary>The newest entry that is in it.</summary>
    public long Sequence { get; private set; }

    /// <summary>Its hash, which tells this ledger from every other.</summary>
    public string Hash { get; private set; } = "";

    public IReadOnlyDictionary<string, RouteTold> Routes => _routes;

    /// <summary>Those that were not ended before their time; some may have run out.</summary>
    public IEnumerable<Silence> Silences => _silences.Values;

    public Matter? Find(string key) => _matters.GetValueOrDefault(key);

    /// <summary>What may have to be told to a route: what is not well, and what it was told and may be over.</summary>
    public IEnumerable<string> Open(RouteTold route) => _unwell.Union(route.Told.Keys);

    public bool IsSilent(string key, Instant now) => _silences.Values.Any(silence => now < silence.Until && silence.Covers(key));

    public void Take(Entry entry)
    {
        (Sequence, Hash) = (entry.Sequence, entry.Hash);
        if (entry.Kind != EntryKinds.PromiseNamed || entry.Occurred != _namedAt) Rest(); // names of one house are given at one moment
        if (entry.Kind is not (EntryKinds.VerdictChanged or EntryKinds.AlertChanged or EntryKinds.PromiseGone or EntryKinds.PromiseNamed or EntryKinds.RouteBegan or EntryKinds.TellQueued or EntryKinds.TellTold
            or EntryKinds.TellFailing or EntryKinds.TellDropped or EntryKinds.SilenceBegan or EntryKinds.SilenceEnded)) return;
        using var parsed = Parse(entry.Body);
        var body = parsed?.RootElement ?? default;
        var route = Text(body, "route") is { } name ? _routes.GetValueOrDefault(name) : null;
        switch (entry.Kind)
        {
            case EntryKinds.VerdictChanged when Text(body, "outcome") is { } outcome:
                Set(new Matter(Named(entry.Subject), Outcomes.FromWire(outcome), Outcomes.FromWire(Text(body, "previous") ?? ""), entry.Occurred, entry.Sequence, Text(body, "reason") ?? "", Is(body, "isWish")));
                break;
            // while nobody knows whether it fires it goes on as it was
            case EntryKinds.AlertChanged when Text(body, "alert") is { } alert && Text(body, "state") is "firing" or "quiet":
                var fires = Text(body, "state") == "firing";
                Set(new Matter(MatterKey.OfAlert(Named(entry.Subject), alert), fires ? Outcome.Broken : Outcome.Kept, fires ? Outcome.Kept : Outcome.Broken, entry.Occurred, entry.Sequence, Text(body, "reason") ?? "", false));
                break;
            case EntryKinds.PromiseGone:
                Withdraw(entry, Text(body, "foundIn") is { } list ? Text(body, "listNamed") == "no" ? $"the documents look for targets in {list} no more" : $"{list} lists its target no more" : "no document makes it any more");
                break;
            case EntryKinds.PromiseNamed:
                _naming.Add((Text(body, "was"), entry.Subject));
                _namedAt = entry.Occurred;
                break;
            case EntryKinds.RouteBegan when Text(body, "route") is { } began:
                _routes[began] = Begin(began, Text(body, "leads") ?? "", entry, _routes.GetValueOrDefault(began));
                break;
            case EntryKinds.TellQueued when route is not null && Message.Of(entry) is { } message:
                route.Queue(message, Named);
                foreach (var item in message.Items)
                    if (item.IsWithdrawn && Find(item.Key) is { IsWithdrawn: true } && !_routes.Values.Any(other => other.Told.ContainsKey(item.Key)))
                        Forget(item.Key);
                break;
            case EntryKinds.TellTold when route is not null:
                route.Carried(Text(body, "id"), entry.Occurred, Text(body, "answer"), Is(body, "former"));
                if (!Is(body, "former")) Set(new Matter(MatterKey.OfRoute(route.Name), Outcome.Kept, Outcome.Broken, entry.Occurred, entry.Sequence, "it carries messages again", false), onlyIfKnown: true);
                break;
            case EntryKinds.TellFailing when route is not null:
                route.Fails(entry.Occurred, Text(body, "why"));
                Set(new Matter(MatterKey.OfRoute(route.Name), Outcome.Broken, Outcome.Kept, route.FailingSince ?? entry.Occurred, entry.Sequence, Text(body, "why") ?? "", false));
                break;
            case EntryKinds.TellDropped when route is not null:
                route.Drop(Text(body, "id"), entry.Occurred, Text(body, "why") ?? "", Is(body, "gone"));
                break;
            case EntryKinds.SilenceBegan when Text(body, "scope") is { } scope && Instant.TryParse(Text(body, "until") ?? "", out var until):
                _silences[entry.Sequence] = new Silence(entry.Sequence, Named(scope), until, Text(body, "by") ?? "", Text(body, "because") ?? "", entry.Occurred);
                break;
            case EntryKinds.SilenceEnded when body.TryGetProperty("silence", out var ended) && ended.TryGetInt64(out var number):
                _silences.Remove(number);
                break;
        }
    }

    private RouteTold Begin(string name, string leads, Entry entry, RouteTold? before)
    {
        // What was before a route began is no news to it, and its end neither. A route that only leads elsewhere now goes on with what it told.
        if (before is not null) return before.Leading(leads, entry.Occurred);
        var route = new RouteTold(name, leads, entry.Occurred);
        foreach (var key in _unwell)
            if (MatterKey.RouteOf(key) != name)
                route.Told[key] = new ToldOf(_matters[key].Outcome, _matters[key].Since, IsHeard: false, null);
        return route;
    }

    private void Set(Matter matter, bool onlyIfKnown = false)
    {
        var before = _matters.GetValueOrDefault(matter.Key);
        if (onlyIfKnown && before is null) return;
        if (before is { IsWell: true } && !matter.IsWell && matter.Since - before.Since >= Settle)
            foreach (var route in _routes.Values)
                Over(route, matter.Key);
        _matters[matter.Key] = before is not null && before.IsWell && matter.IsWell ? matter with { Since = before.Since } : matter;
        if (matter.IsWell) _unwell.Remove(matter.Key);
        else _unwell.Add(matter.Key);
    }

    /// <summary>What was told is over for good, and its end was not told yet; what comes now is another trouble. Whoever heard of the first has to hear that it is well, if not of the second.</summary>
    private static void Over(RouteTold route, string key)
    {
        if (!route.Told.TryGetValue(key, out var told)) return;
        if (told.IsHeard) route.Told[key] = told with { IsOver = true };
        else route.Told.Remove(key);
    }

    /// <summary>Who heard that it is not well has to hear of its end, and if it is back within a moment it is the same trouble going on. All others forget it.</summary>
    private void Withdraw(Entry entry, string why)
    {
        while (_withdrawn.TryPeek(out var oldest) && (Withdrawn(oldest) is not { } old || entry.Occurred - old.Since > Teller.LongestSilence))
            if (Withdrawn(_withdrawn.Dequeue()) is { } late)
                Forget(late.Key); // it waited for the end of a silence at most, and is of no use to anybody who has not heard by now
        foreach (var key in KeysOf(entry.Subject))
            if (_routes.Values.Any(route => route.Told.ContainsKey(key)))
            {
                var before = _matters[key];
                Set(new Matter(key, Outcome.NotInForce, before.Outcome, entry.Occurred, entry.Sequence, why, before.IsWish) { IsWithdrawn = true });
                _withdrawn.Enqueue((entry.Sequence, key));
            }
            else Forget(key);
    }

    /// <summary>A promise, and its alerts.</summary>
    private List<string> KeysOf(string promise) =>
        [.. _matters.Keys.Where(key => key.StartsWith(promise, StringComparison.Ordinal) && (key.Length == promise.Length || key[promise.Length] == '#')).Order(StringComparer.Ordinal)];

    /// <summary>Promises of which somebody was told something, or that are not well, and that are not withdrawn.</summary>
    public IEnumerable<string> Followed =>
        _unwell.Concat(_routes.Values.SelectMany(route => route.Told.Keys)).Where(key => MatterKey.RouteOf(key) is null && Find(key) is { IsWithdrawn: false }).Select(key => MatterKey.Parts(key).Promise).Distinct(StringComparer.Ordinal);

    private Matter? Withdrawn((long Sequence, string Key) one) => Find(one.Key) is { IsWithdrawn: true } matter && matter.Sequence == one.Sequence ? matter : null;

    private void Forget(string key)
    {
        _matters.Remove(key);
        _unwell.Remove(key);
        foreach (var route in _routes.Values) route.Told.Remove(key);
    }

    private static JsonDocument? Parse(ReadOnlyMemory<byte>? body)
    {
        if (body is not { Length: > 0 } bytes) return null;
        try
        {
            return JsonDocument.Parse(bytes) is var document && document.RootElement.ValueKind == JsonValueKind.Object ? document : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement body, string member) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool Is(JsonElement body, string member) => body.ValueKind == JsonValueKind.Object && body.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.True;
}
