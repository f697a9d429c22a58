using System.Collections.Immutable;
using Kept.Language.Found;
using Kept.Language.Yaml;
using Kept.Model;

namespace Kept.Language.Documents;

/// <summary>
/// Reads <c>found</c>: one wish for each target of a source, from a template. What was found fills single texts of the parsed template and is never parsed as YAML or as the
/// language; a target that does not fit is left out and told, and takes no other with it.
/// </summary>
internal sealed class FoundReader(Reading reading, PromiseReader promises, TargetLists lists)
{
    private const int MostTold = 3;

    /// <summary>A template is tried on these first, so that what is wrong with it is told of the document, whatever was found. Kinds ask for an address of one of these forms.</summary>
    private static readonly string[] Specimens = ["specimen.example:443", "specimen.example", "https://specimen.example/"];

    private readonly Problems _problems = reading.Problems;

    /// <summary>The wishes about an agent with those about what was found behind them.</summary>
    public ImmutableArray<Promise> Add(string agent, Written reliance, ImmutableArray<Promise> written)
    {
        var nodes = reliance.Items("found");
        if (nodes.Count == 0) return written;
        var all = written.ToBuilder();
        var names = new HashSet<PromiseName>(written.Select(wish => wish.Name));
        foreach (var node in nodes)
        {
            if (Written.Of(reading.Tables.Found, node, reading, node.At) is not { } found) continue;
            var source = found.Inner("from", DocumentTables.Source) is { } from ? FoundSource.Read(from, _problems) : null;
            var isAnywhere = found.Scalar("reach") is { } reach && FieldValues.OneOf(reach, ["public", "anywhere"], _problems) == "anywhere";
            if (found.Items("wish") is not [YamlMap template]) continue;
            var filled = new FoundTemplate(reading, template, found.Scalar("name"));
            if (!filled.Check(_problems) || !Try(agent, filled) || source is null) continue;
            // what others wrote looks at what they wrote, and has nothing found here
            if (reading.Origin == DocumentOrigin.Ours) Take(agent, source, filled, isAnywhere, names, all, found.At);
        }
        return all.ToImmutable();
    }

    /// <summary>Whether the template could ever be a wish. What is wrong with it is told once, with its place.</summary>
    private bool Try(string agent, FoundTemplate template)
    {
        Problems? first = null;
        foreach (var specimen in Specimens)
        {
            var own = new Problems();
            if (template.Fill(label => label switch { "__address__" => specimen, "__scheme__" => "http", "__metrics_path__" => "/metrics", _ => "specimen" }, out _) is not { } node) continue;
            if (Wish(new PromiseName(agent, "specimen", 0), node, own) is not null && own.Errors == 0) return true;
            // whether a target is good is for what is found to say: a label may be a port, or a scheme
            if (own.Errors > 0 && own.Found.All(problem => problem.Severity != Severity.Error || problem.Code == Codes.Target)) return true;
            if (own.Errors > 0) first ??= own;
        }
        if (first is not null) _problems.Add(first);
        return false;
    }

    private void Take(string agent, FoundSource source, FoundTemplate template, bool isAnywhere, HashSet<PromiseName> names, ImmutableArray<Promise>.Builder all, Place at)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (path, list) in lists.Of(source))
        {
            if (!list.IsGood)
            {
                _problems.Warning(Codes.FoundSource, source.At, $"`{YamlReader.Short(FoundSource.Shown(path))}` lists no targets: {list.Why}", "nothing of it is taken; a server that runs keeps the last good list");
                continue;
            }
            var (left, told) = (0, new List<string>());
            foreach (var target in list.Targets)
            {
                var why = One(agent, template, target, isAnywhere, names, seen, all);
                if (why is null) continue;
                left++;
                if (told.Count < MostTold) told.Add($"`{YamlReader.Short(Plain(target.Address))}` {why}");
            }
            if (left > 0)
                _problems.Warning(Codes.FoundTarget, at, $"of {list.Targets.Length:N0} targets in `{YamlReader.Short(FoundSource.Shown(path))}`, {left:N0} {(left == 1 ? "is" : "are")} left out: {string.Join("; ", told)}{(left > told.Count ? "; …" : "")}",
                    "mend the list, or write `name:` so that each has its own");
        }
    }

    /// <summary>Null where it became a wish, or is one already; else why it did not.</summary>
    private string? One(string agent, FoundTemplate template, FoundTarget target, bool isAnywhere, HashSet<PromiseName> names, HashSet<string> seen, ImmutableArray<Promise>.Builder all)
    {
        if (all.Count >= TargetLists.MostTargets) return $"is beyond the {TargetLists.MostTargets:N0} that are taken";
        var node = template.Fill(label => target.Labels.GetValueOrDefault(label), out var why);
        if (node is null) return why;
        if (template.NameOf(label => target.Labels.GetValueOrDefault(label)) is not { } text) return "gives no name: it has no letter or digit, or a label of it is missing";
        // the same target twice is one
        if (!seen.Add(text + "\n" + string.Join('\n', target.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => label.Key + "=" + label.Value)))) return null;
        var name = new PromiseName(agent, text, 0);
        if (!names.Add(name)) return $"has the name `{text}`, which another has already";
        var own = new Problems();
        if (Wish(name, node, own) is { } wish && own.Errors == 0)
        {
            all.Add(wish with { IsFoundOutside = !isAnywhere, FieldPlaces = [] });
            return null;
        }
        names.Remove(name);
        return "does not fit: " + Plain(own.Found.FirstOrDefault(problem => problem.Severity == Severity.Error)?.Message ?? "it has no check");
    }

    private Promise? Wish(PromiseName name, YamlMap node, Problems own)
    {
        var apart = new Reading(reading.Source, reading.Origin, reading.Tables, reading.Texts, own);
        return Written.Of(reading.Tables.Wish, node, apart, node.At) is { } written && promises.Apart(own).Wish(name, written) is { Checks.Length: > 0 } wish ? wish : null;
    }

    /// <summary>A stranger's text in a line of ours.</summary>
    private static string Plain(string text) => string.Concat(text.Take(200).Select(c => char.IsControl(c) || char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.Format || char.IsSurrogate(c) ? '\ufffd' : c));
}
