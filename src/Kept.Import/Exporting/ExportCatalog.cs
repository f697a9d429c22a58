using System.Collections.Immutable;
using Kept.Import.Exporting.Backstage;
using Kept.Import.Exporting.Blackbox;
using Kept.Import.Exporting.OpenSlo;
using Kept.Import.Exporting.Prometheus;
using Kept.Model;

namespace Kept.Import.Exporting;

/// <summary>Every tool whose files can be written; one line per tool.</summary>
public static class ExportCatalog
{
    /// <summary>All tools, in the order of the reference.</summary>
    public static ImmutableArray<ExportTool> Tools { get; } =
    [
        OpenSloExport.Tool,
        PrometheusRulesExport.Tool,
        BlackboxExport.Tool,
        BackstageExport.Tool,
    ];

    /// <summary>Writes a house for one tool.</summary>
    public static ExportWriting Write(ExportTool tool, House house)
    {
        var (losses, tally) = (new Losses(), new ExportTally());
        var files = tool.Write(house, losses, tally);
        ImmutableArray<Finding> found = [.. losses.Found.OrderBy(finding => finding.At.File?.Path ?? "", StringComparer.Ordinal).ThenBy(finding => finding.At.Line).ThenBy(finding => finding.At.Column).ThenBy(finding => finding.Kind)];
        return new ExportWriting(tool, files, found, losses.Left, tally.All, tally.Written);
    }
}
