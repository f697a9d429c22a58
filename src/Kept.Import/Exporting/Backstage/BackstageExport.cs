using System.Collections.Immutable;
using System.Text;
using Kept.Language;
using Kept.Model;

namespace Kept.Import.Exporting.Backstage;

/// <summary>
/// A house as entities of Backstage's catalogue: agents as components, resources, systems, domains, groups and users; promises as interfaces that their agents provide, what
/// they use as what is consumed or depended on.
/// </summary>
internal static class BackstageExport
{
    public static readonly ExportTool Tool = new("backstage", "Backstage", "every agent as an entity of the catalogue, with what it provides, uses and belongs to", Write);

    private static ImmutableArray<DocumentFile> Write(House house, Losses losses, ExportTally tally)
    {
        if (house.Agents.IsEmpty) return [];
        var entities = new BackstageEntities(house, losses);
        foreach (var agent in house.Agents)
        {
            tally.All++;
            tally.Written++;
            entities.Add(agent);
        }
        return [new DocumentFile("catalog-info.yaml", Encoding.UTF8.GetBytes(entities.ToString()))];
    }
}
