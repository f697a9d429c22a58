using System.Collections.Immutable;
using System.Text;
using Kept.Language;
using Kept.Model;

namespace Kept.Import.Exporting.OpenSlo;

/// <summary>
/// Every objective of a house as an SLO of OpenSLO v1. What asks Prometheus keeps its queries; of everything else the ratio that Kept itself counts is asked of the
/// Prometheus that reads Kept's /metrics.
/// </summary>
internal static class OpenSloExport
{
    public static readonly ExportTool Tool = new("openslo", "OpenSLO", "every objective as an SLO of OpenSLO v1, with its source and alerts", Write);

    private static ImmutableArray<DocumentFile> Write(House house, Losses losses, ExportTally tally)
    {
        var documents = new OpenSloDocuments();
        foreach (var agent in house.Agents)
            foreach (var promise in agent.Promises.Concat(agent.ReliesOn.SelectMany(reliance => reliance.Wishes)))
            {
                var (name, at) = (promise.Name.ToString(), promise.At);
                var slos = OpenSloShape.Of(promise, losses).ToList();
                tally.All += Math.Max(1, promise.Keeps.Length);
                tally.Written += slos.Count;
                if (slos.Count == 0)
                {
                    if (promise.Keeps.IsEmpty) losses.NotExported(at, name, "it has no objective, and an SLO is one", "keeps: [ availability >= 99.9% over 30d ]");
                    continue;
                }
                losses.TellTerms(promise);
                foreach (var slo in slos) documents.Add(promise, slo, losses);
            }
        return documents.IsEmpty ? [] : [new DocumentFile("openslo.yaml", Encoding.UTF8.GetBytes(documents.ToString()))];
    }
}
