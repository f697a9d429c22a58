using Kept.Import.Writing;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.Backstage;

/// <summary>
/// A catalogue of Backstage (https://backstage.io/docs/features/software-catalog/descriptor-format): who is there, who answers for it and what it stands on. A catalogue
/// promises nothing and verifies nothing, so what it becomes is the skeleton of a house.
/// </summary>
internal static class BackstageImport
{
    public static readonly ForeignTool Tool = new("backstage", "Backstage", "catalog-info.yaml, or the folder of a catalogue's files, which are taken as one", [".yaml", ".yml"], [], Read) { Counts = ("entity", "entities") };

    private static HouseDraft Read(ImportRequest request, Losses losses)
    {
        var draft = new HouseDraft();
        draft.Comments.Add("Brought from Backstage by `kept import backstage`: who is there, who answers, and what stands on what. A catalogue verifies nothing, so no promise here has a check,");
        draft.Comments.Add("and none can read kept. Each becomes a promise when its owner adds what is missing: `kept check` tells what (version, notice, ways of failing, a check).");
        var catalogue = new BackstageCatalogue(draft, losses);
        foreach (var file in request.Files)
        {
            var read = ForeignYaml.Read(file.AsDocument);
            losses.Unread(read.Problems.Where(problem => problem.Severity == Severity.Error));
            foreach (var root in read.Roots)
                if (root is ForeignNode.List list) // what the catalogue's API answers
                    foreach (var item in list.Items) catalogue.Add(item);
                else catalogue.Add(root);
        }
        if (catalogue.All.Count == 0 && draft.NotCarried.Count == 0 && !losses.IsBroken)
            losses.Unread(request.Files is [var only, ..] ? new Place(new SourceFile(only.Path), 1, 1, 1) : Place.None, "there is no entity of Backstage in it", "name a file whose documents begin with `apiVersion: backstage.io/v1alpha1`");
        var relations = new BackstageRelations(catalogue, new BackstageLocations(request, draft, losses), losses);
        foreach (var entity in catalogue.All) relations.Read(entity);
        new BackstageAgents(catalogue, draft, losses).Write();
        return draft;
    }
}
