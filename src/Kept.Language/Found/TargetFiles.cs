namespace Kept.Language.Found;

/// <summary>Files of targets beside the documents of a house, as their sources name them.</summary>
public static class TargetFiles
{
    /// <summary>Files of all sources together.</summary>
    public const int MostFiles = 500;

    /// <summary>Reads what is there. What cannot be read is told; a pattern that means nothing yet is no fault, as with Prometheus.</summary>
    internal static IEnumerable<DocumentFile> Read(string folder, IReadOnlyList<FoundSource> sources, Problems problems)
    {
        foreach (var (path, source) in Found(folder, sources))
            if (HouseFolder.ReadBeside(folder, path) is { } file) yield return file with { IsTargets = true };
            else problems.Warning(Codes.FoundSource, source.At, $"`{FieldText(path)}` cannot be read, is empty or too large, or a link leads out of the house", "mend it; an empty list is written `[]`");
    }

    /// <summary>What of them can be seen without reading them: equal text, nothing new. Never throws.</summary>
    public static string Glance(string folder, IReadOnlyList<FoundSource> sources) => string.Join('\n', Found(folder, sources).Select(found => found.Path + "|" + HouseFolder.StampOf(Path.Combine(folder, found.Path))));

    private static List<(string Path, FoundSource Source)> Found(string folder, IReadOnlyList<FoundSource> sources)
    {
        var found = new SortedDictionary<string, FoundSource>(StringComparer.Ordinal);
        foreach (var source in sources)
            foreach (var pattern in source.Files)
                try
                {
                    var below = pattern[..(pattern.LastIndexOf('/') + 1)];
                    var lies = new DirectoryInfo(Path.Combine(folder, below));
                    if (!lies.Exists) continue;
                    foreach (var file in lies.EnumerateFiles())
                        if (FoundSource.IsLike(pattern, below + file.Name) && found.Count < MostFiles)
                            found.TryAdd(below + file.Name, source);
                }
                catch (Exception fault) when (HouseFolder.IsOfFiles(fault))
                {
                    // a folder that may not be read has no files that could be named
                }
        return [.. found.Select(pair => (pair.Key, pair.Value))];
    }

    private static string FieldText(string path) => Yaml.YamlReader.Short(path);
}
