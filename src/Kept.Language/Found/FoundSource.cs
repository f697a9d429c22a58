using System.Collections.Immutable;
using Kept.Language.Documents;
using Kept.Language.Yaml;
using Kept.Model;

namespace Kept.Language.Found;

/// <summary>Where a document says that targets are listed: in files beside it, or at a URL.</summary>
/// <param name="Files">Relative to the house; <c>*</c> in the last part stands for a part of a name.</param>
/// <param name="Url">Null where it is files.</param>
/// <param name="Every">How often the URL is asked.</param>
/// <param name="At">Where the document says so.</param>
public sealed record FoundSource(ImmutableArray<string> Files, string? Url, Duration Every, Place At)
{
    public static readonly Duration UsualEvery = Duration.Seconds(60), LeastEvery = Duration.Seconds(5);
    /// <summary>Sources of one house; more are told, and not asked.</summary>
    public const int Most = 100;

    /// <summary>How we log in at the URL; null: not at all.</summary>
    public SourceLogin? Login { get; init; }

    /// <summary>By what its list is known: the URL, and of a login who asks, because a source may answer everybody otherwise. Null where it is files.</summary>
    public string? List => Login is { } login && Url is not null ? Url + "#" + login.Mark : Url;

    /// <summary>What its template needs of a target beside its address; a target without one of them is left out.</summary>
    public ImmutableArray<string> Labels { get; init; } = [];

    /// <summary>Whether a list comes from here.</summary>
    /// <param name="path">A file, or a <see cref="List"/>.</param>
    public bool Names(string path) => Url is not null ? path == List : Files.Any(file => IsLike(file, path));

    /// <summary>The sources that these documents name, as far as they can be read; what is wrong with one is told when its document is read.</summary>
    public static IReadOnlyList<FoundSource> Of(IEnumerable<DocumentFile> files) => Of(files, new Problems());

    /// <summary>The same, and told where there are more than are taken.</summary>
    internal static IReadOnlyList<FoundSource> Of(IEnumerable<DocumentFile> files, Problems told)
    {
        var (sources, beyond) = (new List<FoundSource>(), (FoundSource?)null);
        foreach (var file in files)
        {
            // what others wrote has nothing asked or read here
            if (file.IsTargets || file.Origin != DocumentOrigin.Ours || file.Bytes.Span.IndexOf("found"u8) < 0) continue;
            var unheard = new Problems();
            if (SourceText.From(file, unheard) is not { } source) continue;
            var reading = new Reading(source, file.Origin, new DocumentTables([]), new SharedTexts(), unheard);
            foreach (var document in YamlReader.Read(source, unheard))
                foreach (var holder in Inner(Value(document.Root, "relies-on")).Select(reliance => reliance.Value).Append(document.Root))
                    foreach (var found in Items(Value(holder, "found")))
                        if (Value(found, "from") is { } from && Written.Of(DocumentTables.Source, from, reading, from.At) is { } written && Read(written, unheard) is { } one)
                            if (sources.Count < Most) sources.Add(one with { Labels = LabelsOf(found) });
                            else beyond ??= one;
        }
        if (beyond is not null) told.Warning(Codes.FoundSource, beyond.At, $"the house names more than {Most:N0} sources of targets; this one and all after it give nothing", "name several files in one source (files: targets/*.json), or divide the house");
        return sources;
    }

    /// <summary>Null, and told, where it says no source.</summary>
    internal static FoundSource? Read(Written written, Problems problems)
    {
        var (files, url) = (written.Texts("files"), written.Scalar("http"));
        if (files.Count > 0 == url is not null)
        {
            problems.Error(Codes.FoundSource, written.At, files.Count > 0 ? "targets are listed in files or at a URL, and this names both" : "nothing says where targets are listed", "write `files: targets/*.json`, or `http:` with a URL; two sources are two entries of `found:`");
            return null;
        }
        var good = ImmutableArray.CreateBuilder<string>();
        foreach (var file in files)
        {
            if (FieldValues.FileBeside(file, problems) is not { } path) continue;
            var name = path[(path.LastIndexOf('/') + 1)..];
            if (path[..^name.Length].Contains('*', StringComparison.Ordinal) || !(name.EndsWith(".json", StringComparison.Ordinal) || name.EndsWith(".yml", StringComparison.Ordinal) || name.EndsWith(".yaml", StringComparison.Ordinal)))
                problems.Error(Codes.FoundSource, file.At, $"`{FieldValues.Short(file)}` names no files of targets", "they end in .json, .yml or .yaml, and * stands in the last part of the path only: targets/*.json");
            else if (HouseFolder.IsDocument(name)) problems.Error(Codes.FoundSource, file.At, "a document is no list of targets", "give the list another name");
            else good.Add(path);
        }
        var every = written.Scalar("every") is { } text ? ExpressionReader.Duration(text, problems) ?? UsualEvery : UsualEvery;
        if (every < LeastEvery || every > Duration.Days(1)) problems.Error(Codes.FoundSource, written.PlaceOf("every"), $"`every: {every}` asks {(every < LeastEvery ? "more often than every 5 seconds" : "less than once a day")}", "write 5s or more, up to 1d");
        var address = url is { } given ? FieldValues.Url(given, problems) : null;
        if (address is not null && new Uri(address).UserInfo.Length > 0)
        {
            problems.Error(Codes.FoundSource, written.PlaceOf("http"), "a name and a password stand in the URL", "write them beside the URL: `user: NAME` and `password: ${env:NAME}`");
            address = null;
        }
        if (good.Count == 0 && address is null) return null;
        var login = SourceLogin.Read(written, address, problems);
        return new FoundSource(good.ToImmutable(), address, every < LeastEvery ? LeastEvery : every, written.At) { Login = login };
    }

    /// <summary>A source as it is told: of a URL its query and whoever logs in there are left out, for a token may stand in them.</summary>
    /// <param name="path">A file, or a URL.</param>
    public static string Shown(string path) =>
        path.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(path, UriKind.Absolute, out var url) ? url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped) : path;

    /// <summary>Whether the documents of a house still look for targets where one was found that is gone: if not, it is they that took it back, and not the list.</summary>
    /// <param name="gone">What was found (<see cref="Promise.FoundIn"/>).</param>
    public static bool IsNamed(House house, Promise gone) => gone.FoundIn is { } list && IsNamed(house, gone.Name, gone.IsWish, list);

    /// <summary>The same of one of which only the record is left.</summary>
    /// <param name="list">Where it was found.</param>
    public static bool IsNamed(House house, PromiseName gone, bool isWish, string list)
    {
        var sources = isWish ? house.Agents.SelectMany(agent => agent.ReliesOn).Where(reliance => reliance.Agent == gone.Agent).SelectMany(reliance => reliance.Found)
            : house.Agents.Where(agent => agent.Id == gone.Agent).SelectMany(agent => agent.Found);
        return sources.Any(source => source == list || !source.Contains("://", StringComparison.Ordinal) && (IsLike(source, list) || list.EndsWith('…')));
    }

    /// <summary>Whether a pattern means a path: <c>*</c> is any part of a name, and no more.</summary>
    internal static bool IsLike(string pattern, string path)
    {
        var folder = pattern.LastIndexOf('/') + 1;
        return path.LastIndexOf('/') + 1 == folder && path.AsSpan(0, folder).SequenceEqual(pattern.AsSpan(0, folder))
            && System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern.AsSpan(folder).ToString().Replace("\\", "\\\\", StringComparison.Ordinal).Replace("?", "\\?", StringComparison.Ordinal), path.AsSpan(folder), ignoreCase: false);
    }

    private static ImmutableArray<string> LabelsOf(YamlNode found)
    {
        var labels = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var part in new[] { "name", "wish", "promise" }) Add(Value(found, part));
        labels.Remove("__address__");
        return [.. labels];

        void Add(YamlNode? node)
        {
            if (node is YamlScalar scalar) labels.UnionWith(FoundTemplate.LabelsOf(scalar.Content.Text));
            foreach (var item in (node as YamlList)?.Items ?? []) Add(item);
            foreach (var (_, value) in Inner(node)) Add(value);
        }
    }

    private static YamlNode? Value(YamlNode? node, string key) => node is YamlMap map ? map.Entries.FirstOrDefault(entry => entry.Key.Text == key).Value : null;

    private static IReadOnlyList<YamlEntry> Inner(YamlNode? node) => node is YamlMap map ? map.Entries : [];

    private static IReadOnlyList<YamlNode> Items(YamlNode? node) => node switch { YamlList list => list.Items, null => [], _ => [node] };
}
