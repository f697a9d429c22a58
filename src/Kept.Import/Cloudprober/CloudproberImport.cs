using System.Collections.Immutable;
using Kept.Import.Writing;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.Cloudprober;

/// <summary>
/// Cloudprober's configuration: text of protocol buffers, or YAML or JSON of the same fields. Every target of a probe becomes a wish about that probe. Go templates and
/// what other files or systems would add are told as lost.
/// </summary>
internal static class CloudproberImport
{
    /// <summary>Cloudprober refuses what it does not know, unlike most.</summary>
    public const string Refuses = "makes Cloudprober refuse the whole file";

    public static readonly ForeignTool Tool = new("cloudprober", "Cloudprober", "cloudprober.cfg, or its YAML or JSON form", [], [], Read, HidesLines: true);

    private static readonly string[] OfTheProgram =
    [
        "surfacer", "server", "rds_server", "port", "grpc_port", "grpc_tls_config", "host", "disable_jitter", "sysvars_interval_msec", "sysvars_env_var", "stop_time_sec", "global_targets_options",
        "lameduck_on_maintenance", "probe_timeout_buffer", "disable_go_templates",
    ];

    private static HouseDraft Read(ImportRequest request, Losses losses)
    {
        var draft = new HouseDraft();
        draft.Comments.Add("Brought from Cloudprober by `kept import cloudprober`. Nobody promised this, so everything here is a wish: what we hope for, and verify.");
        draft.Comments.Add("Its probes are the agents; merge or rename them, and turn wishes into promises where the service is yours.");
        foreach (var file in request.Files)
        {
            var root = new Keys(Root(file, losses), "", losses);
            var shared = new Dictionary<string, Keys>(StringComparer.Ordinal);
            foreach (var one in Each(root, "shared_targets", losses))
                if (one.Text("name") is { } name && one.Inner("targets") is { } targets) shared.TryAdd(name.Content, targets);
            var probes = new CloudproberProbes(request, draft, shared, losses);
            foreach (var probe in Each(root, "probe", losses)) probes.Read(probe);
            root.Lost("include", "included files are not read", "import what Cloudprober's page /config-parsed shows");
            root.Lost("alert", "alerts beside probes are not carried", "alert on Kept's own metrics at /metrics");
            root.Lost("shared_alerts", "alerts beside probes are not carried", "alert on Kept's own metrics at /metrics");
            root.Pass(OfTheProgram);
            root.TellUnknown(key => key is "probes" ? "write `probe`, once for each" : null, Refuses);
            if (draft.Wishes.Count + draft.NotCarried.Count == 0 && !losses.IsBroken) losses.Unread(root.Map.At, "there are no probes in it", "name the file that holds `probe { … }`");
        }
        return draft;
    }

    private static ForeignNode.Map Root(ForeignFile file, Losses losses)
    {
        var nothing = new ForeignNode.Map(new Place(new SourceFile(file.Path), 1, 1, 1), []);
        if (file.Path.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
        {
            if (ForeignJson.Read(file, losses) is ForeignNode.Map map) return Snake(map, 0);
        }
        else if (file.Path.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) || file.Path.EndsWith(".yml", StringComparison.OrdinalIgnoreCase))
        {
            var read = ForeignYaml.Read(file.AsDocument);
            losses.Unread(read.Problems.Where(problem => problem.Severity == Severity.Error));
            if (read.Roots is [ForeignNode.Map map, ..]) return Snake(map, 0);
        }
        else return TextProto.Read(file, losses);
        if (!losses.IsBroken) losses.Unread(nothing.At, "a mapping with `probe` is due", "name cloudprober's configuration");
        return nothing;
    }

    /// <summary>YAML and JSON may write <c>hostNames</c> for <c>host_names</c>.</summary>
    private static ForeignNode.Map Snake(ForeignNode.Map map, int depth) => new(map.At, [.. map.Entries.Select(entry =>
    {
        var name = string.Concat(entry.Key.Content.Select((c, at) => char.IsAsciiLetterUpper(c) && at > 0 ? "_" + char.ToLowerInvariant(c) : c.ToString()));
        return KeyValuePair.Create(name == entry.Key.Content ? entry.Key : new ForeignNode.Text(entry.Key.At, name, true, false), depth > TextProto.Deepest ? entry.Value : Snake(entry.Value, depth + 1));
    })]);

    private static ForeignNode Snake(ForeignNode node, int depth) => node switch
    {
        ForeignNode.Map map => Snake(map, depth),
        ForeignNode.List list => new ForeignNode.List(list.At, [.. list.Items.Select(item => depth > TextProto.Deepest ? item : Snake(item, depth + 1))]),
        _ => node,
    };

    /// <summary>Each message of a field that may be written once or several times.</summary>
    public static IEnumerable<Keys> Each(Keys keys, string key, Losses losses)
    {
        ImmutableArray<ForeignNode> nodes = keys.Node(key) switch { ForeignNode.List list => list.Items, { } one => [one], null => [] };
        foreach (var node in nodes)
            if (node is ForeignNode.Map map) yield return new Keys(map, keys.Subject, losses);
            else losses.Lost(node.At, keys.Subject, $"`{key}` is {node.Form}, and a message is due");
    }

    /// <summary>Each text of such a field.</summary>
    public static IEnumerable<ForeignNode.Text> Texts(Keys keys, string key) => keys.Node(key) switch { ForeignNode.List list => list.Items.OfType<ForeignNode.Text>(), ForeignNode.Text text => [text], _ => [] };
}
