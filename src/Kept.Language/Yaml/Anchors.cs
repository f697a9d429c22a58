namespace Kept.Language.Yaml;

/// <summary>What anchors of one document mark. Only in files of other tools: there people rely on them, and every repetition counts as if it were written out.</summary>
internal sealed class Anchors
{
    private readonly Dictionary<string, (YamlNode Node, int Pieces, int Height)> _marked = new(StringComparer.Ordinal);

    /// <summary>A node that was read whole; one that holds itself is never found, because it is not whole yet.</summary>
    public void Mark(string name, YamlNode node, int pieces, int height) => _marked[name] = (node, pieces + 1, height);

    public (YamlNode Node, int Pieces, int Height)? Find(string name) => _marked.TryGetValue(name, out var marked) ? marked : null;

    /// <summary>Adds what merge keys bring: a key that is written wins, and of several mappings the first.</summary>
    public static void Merge(List<YamlNode> brought, List<YamlEntry> into)
    {
        var seen = into.Select(entry => entry.Key.Text).ToHashSet(StringComparer.Ordinal);
        foreach (var map in brought.SelectMany(node => node is YamlList list ? list.Items : [node]).OfType<YamlMap>())
            foreach (var entry in map.Entries)
                if (seen.Add(entry.Key.Text))
                    into.Add(entry);
    }
}
