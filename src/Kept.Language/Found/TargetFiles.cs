namespace Kept.Language.Found;

/// <summary>Files of targets beside the documents of a house, as their sources name them.</summary>
public static class TargetFiles
{
    /// <summary>Files of all sources together: the first by name.</summary>
    public const int MostFiles = 500;

    /// <summary>Reads what is there; a file that cannot be read is there without bytes, and that is no list. A pattern that means nothing yet is no fault, as with Prometheus.</summary>
    internal static IEnumerable<DocumentFile> Read(string folder, IReadOnlyList<FoundSource> sources, Problems problems)
    {
        var (found, isMore) = Found(folder, sources);
        if (isMore)
            problems.Warning(Codes.FoundSource, found[^1].Source.At, $"the sources of this house name more than {MostFiles:N0} files; those after `{Yaml.YamlReader.Short(found[^1].Path)}`, by name, are not read", "put several groups into one file");
        foreach (var (path, _) in found)
            yield return (HouseFolder.ReadBeside(folder, path) ?? new DocumentFile(path, ReadOnlyMemory<byte>.Empty)) with { IsTargets = true };
    }

    /// <summary>What of them can be seen without reading them: equal text, nothing new. Never throws.</summary>
    public static string Glance(string folder, IReadOnlyList<FoundSource> sources) => string.Join('\n', Found(folder, sources).Files.Select(found => found.Path + "|" + HouseFolder.StampOf(Path.Combine(folder, found.Path))));

    /// <summary>Whether a file is really gone: its folder can be seen, and nothing of its name lies there. Of a folder that went (a mount, a share) nobody knows. Never throws.</summary>
    public static bool IsGone(string folder, string path)
    {
        try
        {
            var name = path[(path.LastIndexOf('/') + 1)..];
            var lies = new DirectoryInfo(Path.Combine(folder, path[..^name.Length]));
            // asked for by its name a link that leads nowhere would not be there
            return lies.Exists && !lies.EnumerateFileSystemInfos().Any(entry => entry.Name == name);
        }
        catch (Exception fault) when (HouseFolder.IsOfFiles(fault))
        {
            return false;
        }
    }

    /// <summary>The first by name, whatever order the file system lists them in, and whether there are more.</summary>
    private static (List<(string Path, FoundSource Source)> Files, bool IsMore) Found(string folder, IReadOnlyList<FoundSource> sources)
    {
        var found = new SortedList<string, FoundSource>(StringComparer.Ordinal);
        var isMore = false;
        foreach (var source in sources)
            foreach (var pattern in source.Files)
                try
                {
                    var below = pattern[..(pattern.LastIndexOf('/') + 1)];
                    var lies = new DirectoryInfo(Path.Combine(folder, below));
                    if (!lies.Exists) continue;
                    foreach (var file in lies.EnumerateFiles())
                    {
                        if (!FoundSource.IsLike(pattern, below + file.Name) || !found.TryAdd(below + file.Name, source) || found.Count <= MostFiles) continue;
                        found.RemoveAt(MostFiles);
                        isMore = true;
                    }
                }
                catch (Exception fault) when (HouseFolder.IsOfFiles(fault))
                {
                    // a folder that may not be read has no files that could be named
                }
        return ([.. found.Select(pair => (pair.Key, pair.Value))], isMore);
    }
}
