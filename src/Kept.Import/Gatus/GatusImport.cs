using Kept.Import.Writing;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.Gatus;

/// <summary>
/// Gatus' configuration: one file, or a folder of files that it merges. Endpoints become wishes about the group they stand in; its own keys are known, and every other is told,
/// because Gatus ignores it in silence.
/// </summary>
internal static class GatusImport
{
    public static readonly ForeignTool Tool = new("gatus", "Gatus", "Gatus' config.yaml, or the folder of its files", [".yaml", ".yml"], [], Read);

    /// <summary>Known at the top, and of no meaning for what is watched.</summary>
    private static readonly string[] OfTheProgram = ["debug", "metrics", "skip-invalid-config-update", "disable-monitoring-lock", "concurrency", "ui", "maintenance", "endpoints", "external-endpoints", "suites", "alerting"];

    private static HouseDraft Read(ImportRequest request, Losses losses)
    {
        var draft = new HouseDraft();
        draft.Comments.Add("Brought from Gatus by `kept import gatus`. Nobody promised this, so everything here is a wish: what we hope for, and verify.");
        draft.Comments.Add("Give it objectives (`needs: availability >= 99.9% over 30d`), and turn it into promises where the service is yours.");
        var files = new List<Keys>();
        foreach (var file in request.Files)
        {
            var read = ForeignYaml.Read(file.AsDocument);
            losses.Unread(read.Problems.Where(problem => problem.Severity == Severity.Error));
            switch (read.Roots)
            {
                case [ForeignNode.Map map, ..]:
                    files.Add(new Keys(map, "", losses));
                    break;
                case [var other, ..]:
                    losses.Unread(other.At, $"{other.Form} stands where Gatus' configuration is due", "name the file that holds `endpoints:`");
                    break;
            }
        }
        var alerting = GatusAlerting.Of(files, losses);
        var maintenance = files.Select(file => file.Inner("maintenance")).OfType<Keys>().Select(window => GatusMaintenance.Calendar(window, draft, losses)).OfType<string>().ToList();
        var endpoints = new GatusEndpoints(request, draft, losses, alerting, maintenance);
        var pushed = new GatusHeartbeats(request, draft, losses, alerting);
        foreach (var file in files)
        {
            foreach (var endpoint in file.Items("endpoints")) endpoints.Read(endpoint);
            foreach (var endpoint in file.Items("external-endpoints")) pushed.Read(endpoint);
            foreach (var suite in file.Items("suites")) Suite(suite, draft, losses);
            Rest(file, losses);
        }
        if (!losses.IsBroken && draft.Wishes.Count + draft.NotCarried.Count == 0)
            losses.Unread(files.Count > 0 ? files[0].Map.At : Place.None, "there are no endpoints in it", "name the file that holds `endpoints:`, or the folder with all of them");
        alerting.TellUnused();
        return draft;
    }

    /// <summary>Several steps that hand values on have no counterpart yet; each step is told.</summary>
    private static void Suite(Keys suite, HouseDraft draft, Losses losses)
    {
        var name = suite.Text("name")?.Content ?? "suite";
        suite.Subject = name;
        suite.Pass("name", "group", "enabled", "interval", "timeout", "context", "maintenance-windows");
        losses.Lost(suite.Map.At, name, "steps that hand values on to each other are not carried yet", "watch the last step alone, or keep this one in Gatus for now");
        foreach (var step in suite.Items("endpoints")) draft.NotCarried.Add(($"{name}/{step.Text("name")?.Content ?? "step"}", step.Map.At));
        suite.TellUnknown();
    }

    private static void Rest(Keys file, Losses losses)
    {
        file.Pass(OfTheProgram);
        if (file.Inner("storage") is { } storage)
        {
            storage.Pass("path", "type", "caching", "maximum-number-of-results", "maximum-number-of-events");
            storage.TellUnknown(key => key == "capping" ? "Gatus keeps 100 results of each endpoint unless `maximum-number-of-results` says otherwise; Kept keeps every look" : null);
        }
        if (file.Inner("web") is { } web)
        {
            web.Pass("address", "port", "read-buffer-size", "tls");
            web.TellUnknown();
        }
        file.Lost("security", "who may see the page is not carried", "`kept up --public` shows the page without a password; put a proxy with a login before it");
        file.Lost("remote", "other instances of Gatus are not carried", "import their configurations too");
        file.Lost("connectivity", "the check of our own connection is not carried", "Kept tells its own failures apart from those of the target by itself: they are gaps");
        file.Lost("tunneling", "tunnels are not carried", "run Kept where the target can be reached");
        file.Lost("announcements", "announcements are not carried");
        var shared = Shared(file);
        foreach (var (key, value) in file.Map.Entries)
            // a mapping that others repeat by an anchor stands under a key of its own, and is meant to be ignored
            if (key.Content.StartsWith("x-", StringComparison.Ordinal) || shared.Contains(value) || value is ForeignNode.Map map && map.Entries.Any(entry => shared.Contains(entry.Value))) file.Pass(key.Content);
        file.TellUnknown(key => key is "endpoint" or "services" ? "write `endpoints:`" : null);
    }

    /// <summary>Every node that stands in an endpoint.</summary>
    private static HashSet<ForeignNode> Shared(Keys file)
    {
        var nodes = new HashSet<ForeignNode>(ReferenceEqualityComparer.Instance);
        foreach (var key in (ReadOnlySpan<string>)["endpoints", "external-endpoints", "suites"])
            if (file.Map[key] is ForeignNode.List list)
                foreach (var item in list.Items)
                    if (nodes.Add(item) && item is ForeignNode.Map map)
                        foreach (var (_, value) in map.Entries)
                        {
                            nodes.Add(value);
                            if (value is ForeignNode.List inner) nodes.UnionWith(inner.Items);
                        }
        return nodes;
    }
}
