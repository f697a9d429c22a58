using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Language.Found;

/// <summary>
/// Lists of targets as Prometheus takes them: a JSON or YAML list of <c>{targets, labels}</c> (https://prometheus.io/docs/prometheus/latest/http_sd/). Read whole or not at all, and
/// bounded in every direction; it never throws for what is in them.
/// </summary>
public sealed class TargetLists
{
    public const int MostTargets = 10_000;
    /// <summary>Bytes of one list.</summary>
    public const int MostBytes = HouseFolder.MaxFileBytes;
    private const int MostLabels = 64, LongestName = 128, LongestValue = 1_024, LongestTarget = 2_048;

    private readonly Dictionary<string, DocumentFile> _files;
    private readonly ConcurrentDictionary<string, TargetReading> _read = new(StringComparer.Ordinal);

    internal TargetLists(IEnumerable<DocumentFile> files) => _files = files.Where(file => file.IsTargets).GroupBy(file => file.Path, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Last(), StringComparer.Ordinal);

    /// <summary>The lists of a source, by where they come from.</summary>
    internal IEnumerable<(string Path, TargetReading Reading)> Of(FoundSource source)
    {
        foreach (var path in _files.Keys.Where(source.Names).Order(StringComparer.Ordinal))
            yield return (path, _read.GetOrAdd(path, static (path, files) => Read(files[path]), _files));
    }

    /// <summary>Reads one list; YAML where its name says so, else JSON.</summary>
    public static TargetReading Read(DocumentFile file)
    {
        // YAML that says nothing would be a list of nothing, and take everything back
        if (file.Bytes.IsEmpty) return Wrong(file.Path.Contains("://", StringComparison.Ordinal) ? "it is empty; a list of nothing is `[]`" : "it cannot be read, is empty or too large, or a link leads out of the house; a list of nothing is `[]`");
        if (file.Bytes.Length > MostBytes) return Wrong($"it has more than {MostBytes:N0} bytes");
        var targets = ImmutableArray.CreateBuilder<FoundTarget>();
        try
        {
            var path = file.Path.Contains("://", StringComparison.Ordinal) ? file.Path.Split('#')[0] : file.Path;
            return path.EndsWith(".yml", StringComparison.Ordinal) || path.EndsWith(".yaml", StringComparison.Ordinal) ? OfYaml(file, targets) : OfJson(file, targets);
        }
        catch (JsonException fault)
        {
            return Wrong($"it is no JSON (line {fault.LineNumber + 1})");
        }
        catch (InvalidOperationException)
        {
            return Wrong("a text in it is no UTF-8"); // half of a surrogate pair, escaped
        }
    }

    private static TargetReading OfJson(DocumentFile file, ImmutableArray<FoundTarget>.Builder targets)
    {
        using var json = JsonDocument.Parse(file.Bytes, new JsonDocumentOptions { MaxDepth = 8 });
        if (json.RootElement.ValueKind != JsonValueKind.Array) return Wrong("a list of groups is due, `[ { \"targets\": [ … ], \"labels\": { … } } ]`");
        foreach (var group in json.RootElement.EnumerateArray())
        {
            if (group.ValueKind != JsonValueKind.Object) return Wrong("a group is a mapping of targets and labels");
            List<string> addresses = [];
            var labels = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var member in group.EnumerateObject())
                switch (member.Name, member.Value.ValueKind)
                {
                    case ("targets", JsonValueKind.Array):
                        foreach (var item in member.Value.EnumerateArray())
                            if (item.ValueKind == JsonValueKind.String) addresses.Add(item.GetString()!);
                            else return Wrong("a target is a text");
                        break;
                    case ("labels", JsonValueKind.Object):
                        foreach (var label in member.Value.EnumerateObject())
                            if (label.Value.ValueKind == JsonValueKind.String) labels[label.Name] = label.Value.GetString()!;
                            else return Wrong("the value of a label is a text");
                        break;
                    case ("targets" or "labels", JsonValueKind.Null):
                        break;
                    default:
                        return Wrong("a group has `targets`, a list of texts, and `labels`, a mapping of texts, and nothing else");
                }
            if (Add(addresses, labels, targets) is { } why) return Wrong(why);
        }
        return new TargetReading(targets.ToImmutable(), null);
    }

    private static TargetReading OfYaml(DocumentFile file, ImmutableArray<FoundTarget>.Builder targets)
    {
        var read = ForeignYaml.Read(file);
        if (read.Problems.FirstOrDefault(problem => problem.Severity == Severity.Error) is { } wrong) return Wrong($"it is no YAML (line {wrong.At.Line}): {wrong.Message}");
        if (read.Roots.IsEmpty) return new TargetReading([], null);
        if (read.Roots is not [ForeignNode.List list]) return Wrong("a list of groups is due, `- targets: [ … ]`");
        foreach (var item in list.Items)
        {
            if (item is not ForeignNode.Map group || group.Entries.Any(entry => entry.Key.Content is not ("targets" or "labels"))) return Wrong("a group has `targets` and `labels`, and nothing else");
            if (group["targets"] is not (null or ForeignNode.List or ForeignNode.Text { IsNothing: true }) || group["labels"] is not (null or ForeignNode.Map or ForeignNode.Text { IsNothing: true })) return Wrong("`targets` is a list of texts, and `labels` a mapping of texts");
            var addresses = (group["targets"] as ForeignNode.List)?.Items ?? [];
            var labels = (group["labels"] as ForeignNode.Map)?.Entries ?? [];
            if (addresses.Any(one => one is not ForeignNode.Text) || labels.Any(one => one.Value is not ForeignNode.Text)) return Wrong("a target is a text, and so is the value of a label");
            var byName = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (name, value) in labels) byName[name.Content] = value is ForeignNode.Text { IsNothing: true } ? "" : value.ToString()!;
            if (Add([.. addresses.Select(one => ((ForeignNode.Text)one).Content)], byName, targets) is { } why) return Wrong(why);
        }
        return new TargetReading(targets.ToImmutable(), null);
    }

    /// <summary>Adds a group; why the list is none, where it is not.</summary>
    private static string? Add(List<string> addresses, Dictionary<string, string> labels, ImmutableArray<FoundTarget>.Builder into)
    {
        if (labels.Count > MostLabels) return $"a group has more than {MostLabels} labels";
        foreach (var (name, value) in labels)
        {
            if (!IsLabel(name)) return "the name of a label has letters, digits and _, and begins with no digit";
            if (value.Length > LongestValue) return $"the value of a label is longer than {LongestValue:N0} characters";
        }
        if (into.Count + addresses.Count > MostTargets) return $"it has more than {MostTargets:N0} targets";
        foreach (var address in addresses)
        {
            if (address.Length is 0 or > LongestTarget) return address.Length == 0 ? "a target is empty" : $"a target is longer than {LongestTarget:N0} characters";
            var all = new Dictionary<string, string>(labels, StringComparer.Ordinal) { ["__address__"] = address };
            all.TryAdd("__scheme__", "http");
            all.TryAdd("__metrics_path__", "/metrics");
            all.TryAdd("instance", address);
            into.Add(new FoundTarget(address, all.ToFrozenDictionary(StringComparer.Ordinal)));
        }
        return null;
    }

    internal static bool IsLabel(string name) => name.Length is > 0 and <= LongestName && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    private static TargetReading Wrong(string why) => new([], why);
}
