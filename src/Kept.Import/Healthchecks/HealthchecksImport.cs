using System.Globalization;
using Kept.Import.Writing;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.Healthchecks;

/// <summary>
/// Healthchecks: the answer of its Management API, <c>GET /api/v3/checks/</c> (or v1, v2). Every check becomes a heartbeat. The UUID in its addresses is the only
/// thing that keeps strangers from calling in its name, so it is never written or shown.
/// </summary>
internal static class HealthchecksImport
{
    public static readonly ForeignTool Tool = new("healthchecks", "Healthchecks", "the answer of the Management API: curl -H 'X-Api-Key: …' https://healthchecks.io/api/v3/checks/", [], [], Read, HidesLines: true);

    private const int MostChecks = 20_000;

    private static HouseDraft Read(ImportRequest request, Losses losses)
    {
        var draft = new HouseDraft();
        draft.Comments.Add("Brought from Healthchecks by `kept import healthchecks`. Nobody promised this, so everything here is a wish: what we hope for, and verify.");
        draft.Comments.Add("Until a job calls, its heartbeat is unknown and cannot break. Whoever knows a key can call in its name: make each longer, as `kept add --heartbeat` does.");
        foreach (var file in request.Files)
        {
            var root = ForeignJson.Read(file, losses);
            var list = root switch { ForeignNode.List bare => bare, ForeignNode.Map map when map["checks"] is ForeignNode.List inner => inner, ForeignNode.Map { Entries.IsEmpty: false } one when one["grace"] is not null => new ForeignNode.List(one.At, [one]), _ => null };
            if (list is null)
            {
                if (!losses.IsBroken) losses.Unread(root?.At ?? new Place(new SourceFile(file.Path), 1, 1, 1), "there is no list `checks` in it", "save the answer of GET /api/v3/checks/, and name that file");
                continue;
            }
            if (list.Items.Length > MostChecks)
            {
                losses.Unread(list.At, $"it holds more than {MostChecks.ToString("N0", CultureInfo.InvariantCulture)} checks", "divide it, and import the parts one by one");
                continue;
            }
            var checks = new HealthchecksChecks(request, draft, losses);
            foreach (var item in list.Items)
                if (item is ForeignNode.Map map) checks.Read(new Keys(map, "", losses));
                else losses.Lost(item.At, "", $"{item.Form} stands where a check is due");
            if (!losses.IsBroken && draft.Wishes.Count + draft.NotCarried.Count == 0) losses.Unread(list.At, "there are no checks in it", "ask with a key of the project whose checks you want");
        }
        return draft;
    }
}
