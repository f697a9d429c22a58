using Kept.Import.Gatus;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.Blackbox;

/// <summary>A scrape job that probes: its module, its targets, its rhythm.</summary>
internal sealed record BlackboxJob(string Name, Place At, string Module, IReadOnlyList<ForeignNode.Text> Targets, Duration Every, Duration Timeout);

/// <summary>Finds the probing jobs of <c>prometheus.yml</c>: those that ask <c>/probe</c>.</summary>
internal static class BlackboxJobs
{
    private static readonly Duration StandardEvery = Duration.Minutes(1), StandardTimeout = Duration.Seconds(10);

    public static IReadOnlyList<BlackboxJob> Of(Keys? file, IReadOnlyList<BlackboxTargets>? listed, Losses losses)
    {
        if (file is null) return [];
        var global = file.Inner("global");
        var (every, timeout) = (Length(global, "scrape_interval") ?? StandardEvery, Length(global, "scrape_timeout") ?? StandardTimeout);
        var jobs = new List<BlackboxJob>();
        foreach (var job in file.Items("scrape_configs"))
        {
            var name = job.Text("job_name")?.Content ?? "job";
            job.Subject = name;
            var parameters = job.Mapping("params");
            var path = job.Text("metrics_path")?.Content ?? "/metrics";
            if (!path.EndsWith("/probe", StringComparison.Ordinal) && parameters?["module"] is null) continue;
            var module = (parameters?["module"] as ForeignNode.List)?.Items.OfType<ForeignNode.Text>().FirstOrDefault() ?? parameters?["module"] as ForeignNode.Text;
            var targets = new List<ForeignNode.Text>();
            // a target may stand in the parameters themselves, and the exporter among the static ones
            if (parameters?["target"] is ForeignNode.List given) targets.AddRange(given.Items.OfType<ForeignNode.Text>());
            else
                foreach (var config in job.Items("static_configs")) targets.AddRange(GatusText.Texts(config.List("targets")));
            foreach (var (key, value) in job.Map.Entries)
                if (key.Content == "file_sd_configs" && listed is not null)
                    jobs.AddRange(listed.Select(group => new BlackboxJob(group.Job ?? name, group.At, group.Module ?? module?.Content ?? "http_2xx", group.Targets,
                        group.Every ?? Length(job, "scrape_interval") ?? every, group.Timeout ?? Length(job, "scrape_timeout") ?? timeout)));
                else if (key.Content.EndsWith("_sd_configs", StringComparison.Ordinal))
                    losses.Lost(key.At, name, $"targets that `{key.Content}` finds are not known from these files", value is ForeignNode.List ? key.Content == "file_sd_configs" ? "add --targets FILE for the file that it names" : "write them as static_configs, or import again where they are listed" : null);
            if (targets.Count > 0 || listed is null) jobs.Add(new BlackboxJob(name, job.Map.At, module?.Content ?? "http_2xx", targets, Length(job, "scrape_interval") ?? every, Length(job, "scrape_timeout") ?? timeout));
        }
        return jobs;
    }

    /// <summary>Prometheus' lengths of time know days, weeks and years.</summary>
    private static Duration? Length(Keys? keys, string key) =>
        keys?.Text(key) is { } text ? ExpectationText.Length(text.Content) ?? (GoDuration.Read(text.Content) is { } nanoseconds and > 0 ? new Duration(nanoseconds) : null) : null;
}
