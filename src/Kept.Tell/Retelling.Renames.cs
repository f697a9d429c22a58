using System.Text.Json;
using System.Text.Json.Nodes;
using Kept.Model;

namespace Kept.Tell;

/// <summary>
/// Promises that are called otherwise. Names that are given at one moment belong to one house and change at once, so two promises may change their names with each other.
/// What comes late under a former name (a verdict that waited for the disk, a message that was being made) is of the promise that bore it.
/// </summary>
internal sealed partial class Retelling
{
    private const int MostFormer = 10_000;

    /// <summary>Names given since the last entry of another kind, with the former one where there was one.</summary>
    private readonly List<(string? Was, string Now)> _naming = [];
    private Instant _namedAt;

    /// <summary>Names that nobody bears any more, with the one that came after it; oldest first.</summary>
    private readonly OrderedDictionary<string, string> _former = new(StringComparer.Ordinal);

    /// <summary>All that is read is in it: names change at once, and the last of them is known only now.</summary>
    public void Rest()
    {
        if (_naming.Count == 0) return;
        var renamed = _naming.Where(one => one.Was is not null && one.Was != one.Now).Select(one => (Was: one.Was!, one.Now)).ToList();
        var now = _naming.Select(one => one.Now).ToHashSet(StringComparer.Ordinal);
        var keys = _matters.Keys.Where(key => MatterKey.RouteOf(key) is null).GroupBy(key => MatterKey.Parts(key).Promise, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.Order(StringComparer.Ordinal).ToList(), StringComparer.Ordinal);
        var moved = new List<(Matter Matter, List<(RouteTold Route, ToldOf Told)> Told)>();
        foreach (var (was, name) in renamed)
            foreach (var key in keys.GetValueOrDefault(was, []))
            {
                if (Find(key) is not { IsWithdrawn: false } matter) continue;
                moved.Add((matter with { Key = name + key[was.Length..] }, [.. _routes.Values.Where(route => route.Told.ContainsKey(key)).Select(route => (route, route.Told[key] with { Name = route.Told[key].Name ?? key }))]));
                Forget(key);
            }
        foreach (var (_, name) in renamed)
            foreach (var key in keys.GetValueOrDefault(name, []))
                Forget(key); // of another promise, which is called so no more
        foreach (var (matter, told) in moved)
        {
            _matters[matter.Key] = matter;
            if (!matter.IsWell) _unwell.Add(matter.Key);
            foreach (var (route, of) in told) route.Told[matter.Key] = of.Name == matter.Key ? of with { Name = null } : of;
        }
        // who asked for a silence meant the promise, not its name
        var heirs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (was, name) in renamed) heirs[was] = name;
        foreach (var (id, silence) in _silences.ToList())
            if (heirs.TryGetValue(silence.Scope, out var heir)) _silences[id] = silence with { Scope = heir };
        foreach (var name in now) _former.Remove(name);
        foreach (var (was, name) in heirs)
        {
            _former.Remove(was);
            if (!now.Contains(was)) _former.Add(was, name);
        }
        // the oldest first, and never those that were given just now
        for (var most = Math.Max(MostFormer, heirs.Count); _former.Count > most;) _former.RemoveAt(0);
        _naming.Clear();
    }

    /// <summary>The same of the promise as it is called now.</summary>
    private string Named(string key)
    {
        if (_former.Count == 0 || MatterKey.RouteOf(key) is not null) return key;
        var (promise, alert) = MatterKey.Parts(key);
        var name = promise;
        for (var hops = 0; hops <= 1_000 && _former.TryGetValue(name, out var next); hops++) name = next;
        return name == promise ? key : alert is null ? name : MatterKey.OfAlert(name, alert);
    }

    private JsonArray KeptFormer() => new([.. _former.Select(one => (JsonNode)new JsonObject { ["was"] = one.Key, ["now"] = one.Value })]);

    private void TakeFormer(JsonElement former)
    {
        foreach (var one in former.EnumerateArray())
            if (!_former.TryAdd(Fields.Text(one, "was"), Fields.Text(one, "now"))) throw new FormatException("a former name twice");
    }
}
