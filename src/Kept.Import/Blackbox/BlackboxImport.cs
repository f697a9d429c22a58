using Kept.Import.Writing;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.Blackbox;

/// <summary>
/// The blackbox exporter of Prometheus: modules say how to probe, and the scrape jobs of <c>prometheus.yml</c> what. Each target of a job becomes a wish; a module that no
/// job names is told.
/// </summary>
internal static class BlackboxImport
{
    public static readonly ForeignTool Tool = new("blackbox", "blackbox_exporter", "the exporter's blackbox.yml; its targets are in --prometheus", [],
        [new FileBeside("--prometheus", "Prometheus' prometheus.yml, whose jobs name the targets"), new FileBeside("--targets", "a file of targets that a job reads (file_sd), in YAML or JSON")], Read);

    internal const string Refuses = "keeps the exporter from starting";

    private static HouseDraft Read(ImportRequest request, Losses losses)
    {
        var draft = new HouseDraft();
        draft.Comments.Add("Brought from blackbox_exporter by `kept import blackbox`. Nobody promised this, so everything here is a wish: what we hope for, and verify.");
        draft.Comments.Add("Give it objectives (`needs: availability >= 99.9% over 30d`), and turn it into promises where the service is yours.");
        var modules = new Dictionary<string, BlackboxModule>(StringComparer.Ordinal);
        foreach (var file in request.Files)
            if (Root(file, losses) is { } root)
            {
                if (root.Mapping("modules") is { } map)
                    foreach (var (name, value) in map.Entries)
                        if (value is ForeignNode.Map module) modules[name.Content] = new BlackboxModule(name.Content, name.At, new Keys(module, name.Content, losses), losses);
                        else losses.Lost(value.At, name.Content, $"{value.Form} stands where a module is due");
                root.TellUnknown(key => key == "scrape_configs" ? "this is Prometheus' file; name it with --prometheus" : null, Refuses);
            }
        if (modules.Count == 0 && !losses.IsBroken) losses.Unread(Place.None, "there are no modules in it", "name the file that holds `modules:`");
        var jobs = request.Beside.TryGetValue("prometheus", out var prometheus) ? BlackboxJobs.Of(Root(prometheus, losses), request.Beside.TryGetValue("targets", out var targets) ? BlackboxTargets.Of(targets, losses) : null, losses) : [];
        foreach (var job in jobs)
            if (modules.TryGetValue(job.Module, out var module)) foreach (var target in job.Targets) Carry(request, draft, losses, job, module, target);
            else losses.Lost(job.At, job.Name, $"there is no module `{Losses.Short(job.Module)}`", "name one of " + string.Join(", ", modules.Keys.Take(12)));
        foreach (var module in modules.Values.Where(module => jobs.All(job => job.Module != module.Name)))
        {
            losses.Lost(module.At, module.Name, prometheus is null ? "it says how to probe and not what: its targets are in Prometheus' file" : "no job names it, so it probes nothing",
                prometheus is null ? "add --prometheus prometheus.yml" : null);
            draft.NotCarried.Add((module.Name, module.At));
            module.ReadForFindings();
        }
        return draft;
    }

    private static void Carry(ImportRequest request, HouseDraft draft, Losses losses, BlackboxJob job, BlackboxModule module, ForeignNode.Text target)
    {
        var subject = $"{job.Name}/{target.Content}";
        if (module.Check(request, target, subject) is not { } check)
        {
            draft.NotCarried.Add((subject, target.At));
            return;
        }
        check.Every = job.Every < Duration.Seconds(1) ? Duration.Seconds(1) : job.Every;
        var timeout = module.Timeout is { } own && own < job.Timeout ? own : job.Timeout;
        check.Timeout = timeout < check.Every ? timeout : check.Every / 2;
        // Prometheus alerts on what it scraped: one bad probe is a fact there, and whether it pages is a rule's business
        check.Confirm = (1, 1);
        var wish = new WishDraft(subject, target.At, job.Name, target.Content) { Purpose = $"{target.Content}, probed as {module.Name}" };
        wish.Checks.Add(check);
        draft.Wishes.Add(wish);
    }

    private static Keys? Root(ForeignFile file, Losses losses)
    {
        var read = ForeignYaml.Read(file.AsDocument);
        losses.Unread(read.Problems.Where(problem => problem.Severity == Severity.Error));
        if (read.Roots is [ForeignNode.Map map, ..]) return new Keys(map, "", losses);
        if (read.Roots is [var other, ..]) losses.Unread(other.At, $"{other.Form} stands where a configuration is due");
        return null;
    }
}
