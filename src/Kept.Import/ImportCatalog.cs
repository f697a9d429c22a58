using System.Collections.Immutable;
using Kept.Import.Backstage;
using Kept.Import.Blackbox;
using Kept.Import.Cloudprober;
using Kept.Import.Gatus;
using Kept.Import.Healthchecks;
using Kept.Import.Kuma;
using Kept.Import.OpenSlo;
using Kept.Import.Pyrra;
using Kept.Import.Sloth;
using Kept.Import.Statuspage;

namespace Kept.Import;

/// <summary>Every tool whose files can be brought along; one line per tool, one folder beside this file.</summary>
public static class ImportCatalog
{
    /// <summary>All tools, in the order of the reference.</summary>
    public static ImmutableArray<ForeignTool> Tools { get; } =
    [
        GatusImport.Tool,
        BlackboxImport.Tool,
        KumaImport.Tool,
        HealthchecksImport.Tool,
        CloudproberImport.Tool,
        OpenSloImport.Tool,
        SlothImport.Tool,
        PyrraImport.Tool,
        BackstageImport.Tool,
        StatuspageImport.Tool,
    ];

    /// <summary>Reads the files of one tool. Never throws for what the files hold: what is wrong with them is among the findings.</summary>
    public static ImportReading Read(ForeignTool tool, ImportRequest request)
    {
        var losses = new Losses();
        var carried = tool.Read(request, losses);
        return Assembly.Of(tool, request, carried, losses);
    }
}
