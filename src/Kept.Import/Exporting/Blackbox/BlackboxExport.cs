using System.Collections.Immutable;
using System.Text;
using Kept.Import.Writing;
using Kept.Language;
using Kept.Model;

namespace Kept.Import.Exporting.Blackbox;

/// <summary>
/// Checks as modules of blackbox_exporter with their targets: <c>blackbox.yml</c>, a file of targets for Prometheus' file_sd, and the one scrape job that reads it. The exporter
/// looks and does not count, so objectives and confirmation stay behind.
/// </summary>
internal static class BlackboxExport
{
    public static readonly ExportTool Tool = new("blackbox", "blackbox_exporter", "checks of http, tcp, icmp and dns as modules, with their targets for Prometheus", Write);

    private static ImmutableArray<DocumentFile> Write(House house, Losses losses, ExportTally tally)
    {
        var (modules, targets, names) = (new YamlLines(), new YamlLines(), new Names());
        modules.Comment("Written by `kept export blackbox`, to be read by blackbox_exporter.").Line(0, "modules:");
        targets.Comment("Written by `kept export blackbox`, to be read by Prometheus: each target with its module and rhythm.");
        foreach (var promise in house.Promises)
            foreach (var check in promise.Checks)
            {
                tally.All++;
                var subject = promise.Checks.Length == 1 ? promise.Name.ToString() : $"{promise.Name}/{check.Name}";
                if (BlackboxShape.Of(check, subject, losses) is not { } shape) continue;
                tally.Written++;
                var name = names.Free(promise.Checks.Length == 1 ? $"{promise.Name.Agent}-{promise.Name.Short}" : $"{promise.Name.Agent}-{promise.Name.Short}-{check.Name}", "module");
                modules.Line(1, name + ":").Line(2, "prober: " + check.Kind.Name).Line(2, "timeout: " + Length(check.Timeout));
                shape.WriteInto(modules);
                targets.Line(0, "- targets: [ " + YamlLines.Quoted(shape.Target) + " ]").Line(1, "labels:").Text(2, "job", promise.Name.Agent).Text(2, "promise", promise.Name.Short).Line(2, "__param_module: " + name)
                    .Text(2, "__scrape_interval__", Length(check.Every)).Text(2, "__scrape_timeout__", Length(check.Timeout));
                if (check.Confirm.Count > 1) losses.Differs(check.At, subject, $"`confirm: {check.Confirm}` is not said there: one bad probe is a bad probe", "an alert with `for:` over probe_success");
            }
        foreach (var promise in house.Promises.Where(promise => !promise.Keeps.IsEmpty && !promise.Checks.IsEmpty)) losses.Differs(promise.At, promise.Name.ToString(), "the exporter looks, and counts no objective", "kept export prometheus-rules, over what Kept counts");
        if (tally.Written == 0) return [];
        return [Of("blackbox.yml", modules.ToString()), Of("blackbox-targets.yml", targets.ToString()), Of("prometheus.yml", Job)];
    }

    private static DocumentFile Of(string path, string text) => new(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Prometheus takes whole units alone; milliseconds are the smallest.</summary>
    private static string Length(Duration length) => new Duration(Math.Max(1, length.Nanoseconds / Duration.PerMillisecond) * Duration.PerMillisecond).ToString();

    private const string Job = """
        # Written by `kept export blackbox`: the job that probes, to be put among the scrape_configs of your Prometheus.
        scrape_configs:
          - job_name: kept-blackbox
            metrics_path: /probe
            file_sd_configs:
              - files: [ blackbox-targets.yml ]
            relabel_configs:
              - { source_labels: [ __address__ ], target_label: __param_target }
              - { source_labels: [ __param_target ], target_label: instance }
              - { target_label: __address__, replacement: 'localhost:9115' }

        """;
}
