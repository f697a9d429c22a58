using Kept.Import.Writing;

namespace Kept.Import.Statuspage;

/// <summary>
/// Somebody's status page, in the form of Atlassian Statuspage (https://developer.statuspage.io, API v2). What it says is the word of who promises, about itself: it is carried
/// as that, and nothing of it is evidence.
/// </summary>
internal static class StatuspageImport
{
    public static readonly ForeignTool Tool = new("statuspage", "Statuspage", "summary.json, or a folder with components.json, incidents.json and scheduled-maintenances.json too: curl https://STATUS-PAGE/api/v2/summary.json", [".json"], [], Read, History: StatuspageHistory.Write)
    {
        Counts = ("component", "components"),
    };

    private static HouseDraft Read(ImportRequest request, Losses losses)
    {
        var draft = new HouseDraft();
        draft.Comments.Add("Brought from a status page by `kept import statuspage`. What a page says is its owner's own word about itself, often late: it is never evidence, so no promise here has");
        draft.Comments.Add("a check and none can read kept. Look at the service yourself, as a wish: relies-on: { them: { status: 'https://…', wishes: { api: { check: … } } } }");
        StatuspageHouse.Read(request, draft, losses);
        return draft;
    }
}
