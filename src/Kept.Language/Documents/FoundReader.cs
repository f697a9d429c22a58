using System.Collections.Immutable;
using Kept.Language.Found;
using Kept.Language.Yaml;
using Kept.Model;

namespace Kept.Language.Documents;

/// <summary>
/// Reads <c>found</c>: one wish, or one promise of our own, for each target of a source, from a template. What was found fills single texts of the parsed template and is never parsed as
/// YAML or as the language; a target that does not fit is left out and told, and takes no other with it.
/// </summary>
internal sealed class FoundReader(Reading reading, PromiseReader promises, TargetLists lists)
{
    private const int MostTold = 3;

    /// <summary>A template is tried on these first, so that what is wrong with it is told of the document, whatever was found. Kinds ask for an address of one of these forms.</summary>
    private static readonly string[] Specimens = ["specimen.example:443", "specimen.example", "https://specimen.example/"];

    /// <summary>What any other label is tried as: a word, a port, a scheme.</summary>
    private static readonly string[] Labels = ["specimen", "443", "https"];

    private readonly Problems _problems = reading.Problems;

    /// <summary>One entry of <c>found</c>, with what it gives.</summary>
    /// <param name="Line">Of the promises it gives; 0: they are wishes.</param>
    private sealed record Template(FoundTemplate Text, string Agent, int Line, bool IsAnywhere, Place At)
    {
        public bool IsWish => Line == 0;
    }

    /// <summary>The wishes about an agent with those about what was found behind them.</summary>
    public ImmutableArray<Promise> AddWishes(string agent, Written reliance, ImmutableArray<Promise> written) => Add(agent, 0, reliance, written);

    /// <summary>The promises of an agent with those about what was found behind them.</summary>
    public ImmutableArray<Promise> AddPromises(string agent, Written document, ImmutableArray<Promise> written) => Add(agent, 1, document, written);

    private readonly List<string> _sources = [];

    /// <summary>Where the entries that were added say that targets are listed, as it may be told.</summary>
    public ImmutableArray<string> Sources => [.. _sources.Distinct(StringComparer.Ordinal)];

    private ImmutableArray<Promise> Add(string agent, int line, Written holder, ImmutableArray<Promise> written)
    {
        var nodes = holder.Items("found");
        if (nodes.Count == 0) return written;
        // what is written takes no room from what is found
        var all = ImmutableArray.CreateBuilder<Promise>();
        var names = new HashSet<PromiseName>(written.Select(promise => promise.Name));
        foreach (var node in nodes)
        {
            if (Written.Of(line == 0 ? reading.Tables.Found : reading.Tables.FoundOwn, node, reading, node.At) is not { } found) continue;
            var source = found.Inner("from", DocumentTables.Source) is { } from ? FoundSource.Read(from, _problems) : null;
            if (source is not null) _sources.AddRange(source.Url is { } url ? [YamlReader.Short(FoundSource.Shown(url))] : source.Files);
            var isAnywhere = found.Scalar("reach") is { } reach && FieldValues.OneOf(reach, ["public", "anywhere"], _problems) == "anywhere";
            if (found.Items(line == 0 ? "wish" : "promise") is not [YamlMap map]) continue;
            var template = new Template(new FoundTemplate(reading, map, found.Scalar("name"), isWish: line == 0), agent, line, isAnywhere, found.At);
            if (!template.Text.Check(_problems) || !Try(template) || source is null) continue;
            // what others wrote looks at what they wrote, and has nothing found here
            if (reading.Origin == DocumentOrigin.Ours) Take(source, template, names, all);
        }
        return [.. written, .. all];
    }

    /// <summary>Whether the template could ever be a promise. What is wrong with it is told once, with its place.</summary>
    private bool Try(Template template)
    {
        var (first, fits) = ((Problems?)null, false);
        foreach (var (specimen, word) in Labels.SelectMany(_ => Specimens, (word, specimen) => (specimen, word)))
        {
            var own = new Problems();
            if (template.Text.Fill(label => label switch { "__address__" => specimen, "__scheme__" => "http", "__metrics_path__" => "/metrics", _ => word }, out _) is not { } node) continue;
            var made = Made(template, new PromiseName(template.Agent, "specimen", template.Line), node, own);
            if (made is not null && made.Checks.Any(NamesSecret))
            {
                RefuseSecret(template);
                return false;
            }
            if (made is not null && own.Errors == 0) return true;
            // whether a target is good is for what is found to say: a label may be any part of it
            if (own.Errors > 0 && own.Found.All(problem => problem.Severity != Severity.Error || problem.Code == Codes.Target)) fits = true;
            else if (own.Errors > 0) first ??= own;
        }
        if (fits) return true;
        if (first is not null) _problems.Add(first);
        else _problems.Error(Codes.MissingField, template.At, "the template needs `check`", "write `check: { http: 'GET https://${__address__}/', expect: [ status == 200 ] }`");
        return false;
    }

    /// <summary>The template itself names none; what holds by default may.</summary>
    private void RefuseSecret(Template template) =>
        _problems.Error(Codes.FoundTemplate, template.At, "a secret would be sent to whatever is found: `defaults:` puts it into every check", "write it at the checks that may send it, and not under `defaults:`");

    private static bool NamesSecret(Check check) => check.First.Any(NamesSecret) || FoundTemplate.NamesSecret(check.Target.Text) || check.Settings.Values.Any(value => value switch
    {
        FieldValue.Text text => FoundTemplate.NamesSecret(text.Content),
        FieldValue.Texts texts => texts.Items.Any(FoundTemplate.NamesSecret),
        FieldValue.TextMap map => map.Items.Any(pair => FoundTemplate.NamesSecret(pair.Value)),
        _ => false,
    });

    private void Take(FoundSource source, Template template, HashSet<PromiseName> names, ImmutableArray<Promise>.Builder all)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (path, list) in lists.Of(source))
        {
            var shown = YamlReader.Short(FoundSource.Shown(path));
            if (!list.IsGood)
            {
                _problems.Warning(Codes.FoundSource, source.At, $"`{shown}` lists no targets: {list.Why}", "nothing of it is taken; a server that runs keeps the last good list");
                continue;
            }
            var (left, told) = (0, new List<string>());
            foreach (var target in list.Targets)
            {
                var why = One(template, target, shown, names, seen, all, out var sendsSecret);
                if (sendsSecret)
                {
                    // no text that was tried made a good target of it, and this one does
                    RefuseSecret(template);
                    return;
                }
                if (why is null) continue;
                left++;
                if (told.Count < MostTold) told.Add($"`{YamlReader.Short(Plain(target.Address))}` {why}");
            }
            if (left > 0)
                _problems.Warning(Codes.FoundTarget, template.At, $"of {list.Targets.Length:N0} targets in `{shown}`, {left:N0} {(left == 1 ? "is" : "are")} left out: {string.Join("; ", told)}{(left > told.Count ? "; …" : "")}",
                    "mend the list, or write `name:` so that each has its own");
        }
    }

    /// <summary>Null where it became a promise, or is one already; else why it did not.</summary>
    private string? One(Template template, FoundTarget target, string path, HashSet<PromiseName> names, HashSet<string> seen, ImmutableArray<Promise>.Builder all, out bool sendsSecret)
    {
        sendsSecret = false;
        if (all.Count >= TargetLists.MostTargets) return $"is beyond the {TargetLists.MostTargets:N0} that are taken";
        var node = template.Text.Fill(label => target.Labels.GetValueOrDefault(label), out var why);
        if (node is null) return why;
        if (template.Text.NameOf(label => target.Labels.GetValueOrDefault(label)) is not { } text) return "gives no name: it has no letter or digit, or a label of it is missing";
        // the same target twice is one
        if (!seen.Add(text + "\n" + string.Join('\n', target.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => label.Key + "=" + label.Value)))) return null;
        var name = new PromiseName(template.Agent, text, template.Line);
        if (!names.Add(name)) return $"has the name `{text}`, which another has already";
        var own = new Problems();
        if (Made(template, name, node, own) is { } made && own.Errors == 0)
        {
            sendsSecret = made.Checks.Any(NamesSecret);
            if (sendsSecret) return null;
            all.Add(made with { IsFoundOutside = !template.IsAnywhere, FoundIn = path, FieldPlaces = [] });
            return null;
        }
        names.Remove(name);
        return "does not fit: " + Plain(own.Found.FirstOrDefault(problem => problem.Severity == Severity.Error)?.Message ?? "it has no check");
    }

    private Promise? Made(Template template, PromiseName name, YamlMap node, Problems own)
    {
        var apart = promises.Apart(own);
        var made = template.IsWish
            ? Written.Of(reading.Tables.Wish, node, new Reading(reading.Source, reading.Origin, reading.Tables, reading.Texts, own), node.At) is { } written ? apart.Wish(name, written) : null
            : apart.Filled(name, node);
        return made is { Checks.Length: > 0 } ? made : null;
    }

    /// <summary>A stranger's text in a line of ours.</summary>
    private static string Plain(string text) => string.Concat(text.Take(200).Select(c => char.IsControl(c) || char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.Format || char.IsSurrogate(c) ? '\ufffd' : c));
}
