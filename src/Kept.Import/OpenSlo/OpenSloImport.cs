using Kept.Import.Writing;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.OpenSlo;

/// <summary>
/// OpenSLO v1 (https://github.com/OpenSLO/OpenSLO): objectives, indicators, sources and alerts, in any number of documents, whole or by reference. What asks Prometheus
/// becomes a wish; what asks another source is told with all that is known of it.
/// </summary>
internal static class OpenSloImport
{
    public static readonly ForeignTool Tool = new("openslo", "OpenSLO", "OpenSLO v1 documents, or the folder of them, which are taken as one", [".yaml", ".yml", ".json"], [], Read) { AsksPrometheus = true };

    internal const string Refuses = "is refused by OpenSLO";

    private static HouseDraft Read(ImportRequest request, Losses losses)
    {
        var draft = new HouseDraft();
        draft.Comments.Add("Brought from OpenSLO by `kept import openslo`. An objective says what its owner hopes for; nobody promised it to you, so everything here is a wish.");
        draft.Comments.Add("Where the service is yours, turn it into a promise: `keeps:` instead of `needs:`, with a benefit, limits and ways of failing.");
        var objects = new OpenSloObjects(losses);
        foreach (var file in request.Files)
        {
            var read = ForeignYaml.Read(file.AsDocument);
            losses.Unread(read.Problems.Where(problem => problem.Severity == Severity.Error));
            foreach (var root in read.Roots) objects.Add(root);
        }
        if (objects.Count == 0 && !losses.IsBroken) losses.Unread(Place.None, "there is no object of OpenSLO v1 in it", "name a file whose documents begin with `apiVersion: openslo/v1`");
        var sources = new OpenSloSources(objects, request, losses);
        foreach (var slo in objects.Of("SLO")) new OpenSloObjective(slo, objects, sources, draft, losses).Carry();
        objects.TellUnused();
        return draft;
    }
}
