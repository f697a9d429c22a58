using Kept.Import.Gatus;
using Kept.Import.Slo;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.Blackbox;

/// <summary>One group of a file of targets (file_sd): its labels may name the module, the job and the rhythm.</summary>
internal sealed record BlackboxTargets(Place At, IReadOnlyList<ForeignNode.Text> Targets, string? Job, string? Module, Duration? Every, Duration? Timeout)
{
    public static IReadOnlyList<BlackboxTargets> Of(ForeignFile file, Losses losses)
    {
        var read = ForeignYaml.Read(file.AsDocument);
        losses.Unread(read.Problems.Where(problem => problem.Severity == Severity.Error));
        if (read.Roots is not [ForeignNode.List list, ..])
        {
            if (read.Roots is [var other, ..]) losses.Unread(other.At, $"{other.Form} stands where a list of targets is due", "- targets: [ 'https://shop.example/' ]");
            return [];
        }
        var groups = new List<BlackboxTargets>();
        foreach (var item in list.Items)
            if (item is ForeignNode.Map map)
            {
                var group = new Keys(map, "", losses);
                var labels = group.Mapping("labels");
                string? Label(string name) => labels?[name] is ForeignNode.Text { IsNothing: false } text ? text.Content : null;
                groups.Add(new BlackboxTargets(map.At, [.. GatusText.Texts(group.List("targets"))], Label("job"), Label("__param_module") ?? Label("module"),
                    PrometheusLength.Read(Label("__scrape_interval__") ?? ""), PrometheusLength.Read(Label("__scrape_timeout__") ?? "")));
                group.TellUnknown(null, "keeps Prometheus from reading the file");
            }
            else losses.Lost(item.At, "", $"{item.Form} stands where a group of targets is due");
        return groups;
    }
}
