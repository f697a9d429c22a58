using Kept.Model;

namespace Kept.Ledger.Entries;

/// <summary>Gives ids to names, in order, on top of the names there are; nothing changes until <see cref="Changes"/> are applied.</summary>
internal sealed class Naming(IReadOnlyDictionary<string, PromiseId> known, EntryMint mint, Instant now)
{
    private readonly Dictionary<string, PromiseId?> _changed = [];

    /// <summary>Names that came (with their id) or went (null), in order.</summary>
    public List<(string Name, PromiseId? Id)> Changes { get; } = [];

    public List<EntryDraft> Drafts { get; } = [];

    public List<PromiseId> Resolve(IReadOnlyList<(PromiseName Name, PromiseName? Was)> names)
    {
        var ids = new List<PromiseId>(names.Count);
        var standing = names.Select(pair => pair.Name.ToString()).ToHashSet(StringComparer.Ordinal); // a name that still stands keeps its id
        foreach (var (name, was) in names)
        {
            if (Find(name.ToString()) is { } id)
            {
                ids.Add(id);
                continue;
            }
            var former = was is null || standing.Contains(was.ToString()) ? null : Find(was.ToString());
            if (former is not null) Change(was!.ToString(), null);
            id = former ?? new PromiseId(mint.NextId());
            Change(name.ToString(), id);
            Drafts.Add(Bodies.Named(name, id, former is null ? null : was, now));
            ids.Add(id);
        }
        return ids;
    }

    public static void Apply(Dictionary<string, PromiseId> names, IEnumerable<(string Name, PromiseId? Id)> changes)
    {
        foreach (var (name, id) in changes)
            if (id is { } given) names[name] = given;
            else names.Remove(name);
    }

    private void Change(string name, PromiseId? id)
    {
        _changed[name] = id;
        Changes.Add((name, id));
    }

    private PromiseId? Find(string name) => _changed.TryGetValue(name, out var changed) ? changed : known.TryGetValue(name, out var id) ? id : null;
}
