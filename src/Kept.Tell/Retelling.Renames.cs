using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kept.Tell;

/// <summary>
/// Promises that are called otherwise. Names that are given one after the other belong to one house and change at once, so two promises may change their names with each other.
/// What comes late under a former name (a verdict that waited for the disk, a message that was being made) is of the promise that bore it.
/// </summary>
internal sealed partial class Retelling
{
    private const int MostFormer = 1_000;

    /// <summary>Names given since the last entry of another kind, with the former one where there was one.</summary>
    private readonly List<(string? Was, string Now)> _naming = [];

    /// <summary>Names that nobody bears any more, with the one that came after it; oldest first.</summary>
    private readonly List<(string Was, string Now)> _former = [];

    /// <summary>All that is read is in it: names change at once, and the last of them is known only now.</summary>
    public void Rest()
    {
        if (_naming.Count == 0) return;
        var renamed = _naming.Where(one => one.Was is not null && one.Was != one.Now).Select(one => (Was: one.Was!, one.Now)).ToList();
        var now = _naming.Select(one => one.Now).ToHashSet(StringComparer.Ordinal);
        var moved = new List<(Matter Matter, List<(RouteTold Route, ToldOf Told)> Told)>();
        foreach (var (was, name) in renamed)
            foreach (var key in KeysOf(was))
            {
                if (_matters[key] is not { IsWithdrawn: false } matter) continue;
                moved.Add((matter with { Key = name + key[was.Length..] }, [.. _routes.Values.Where(route => route.Told.ContainsKey(key)).Select(route => (route, route.Told[key] with { Name = route.Told[key].Name ?? key }))]));
                Forget(key);
            }
        foreach (var (_, name) in renamed)
            foreach (var key in KeysOf(name))
                Forget(key); // of another promise, which is called so no more
        foreach (var (matter, told) in moved)
        {
            _matters[matter.Key] = matter;
            if (!matter.IsWell) _unwell.Add(matter.Key);
            foreach (var (route, of) in told) route.Told[matter.Key] = of.Name == matter.Key ? of with { Name = null } : of;
        }
        // who asked for a silence meant the promise, not its name
        foreach (var (id, silence) in _silences.ToList())
            if (renamed.FindIndex(one => one.Was == silence.Scope) is >= 0 and var at) _silences[id] = silence with { Scope = renamed[at].Now };
        _former.RemoveAll(one => now.Contains(one.Was) || renamed.Exists(other => other.Was == one.Was));
        _former.AddRange(renamed.Where(one => !now.Contains(one.Was)));
        if (_former.Count > MostFormer) _former.RemoveRange(0, _former.Count - MostFormer);
        _naming.Clear();
    }

    /// <summary>The same of the promise as it is called now.</summary>
    private string Named(string key)
    {
        if (_former.Count == 0 || MatterKey.RouteOf(key) is not null) return key;
        var (promise, alert) = MatterKey.Parts(key);
        var name = promise;
        for (var hops = 0; hops <= MostFormer && _former.FindIndex(one => one.Was == name) is >= 0 and var at; hops++) name = _former[at].Now;
        return name == promise ? key : alert is null ? name : MatterKey.OfAlert(name, alert);
    }

    private JsonArray KeptFormer() => new([.. _former.Select(one => (JsonNode)new JsonObject { ["was"] = one.Was, ["now"] = one.Now })]);

    private void TakeFormer(JsonElement former)
    {
        foreach (var one in former.EnumerateArray()) _former.Add((Fields.Text(one, "was"), Fields.Text(one, "now")));
        if (_former.Count > MostFormer) throw new FormatException("more former names than are kept");
    }
}
