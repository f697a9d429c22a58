using Kept.Import.Slo;
using Kept.Import.Writing;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.Sloth;

/// <summary>
/// Sloth (https://sloth.dev): <c>prometheus/v1</c> files, and the Kubernetes objects <c>PrometheusServiceLevel</c>. Each SLO becomes a wish about its service, each alert that Sloth
/// would generate one more. Sloth's own mean of five-minute shares is not copied: events are counted over the whole window.
/// </summary>
internal static class SlothImport
{
    public static readonly ForeignTool Tool = new("sloth", "Sloth", "Sloth's prometheus/v1 files or PrometheusServiceLevel objects, or the folder of them", [".yaml", ".yml"], [], Read) { AsksPrometheus = true };

    private const string Refuses = "is not read by Sloth";
    private static readonly Duration Window = Duration.Days(30);

    // The windows of Google's SRE workbook for 30 days, which Sloth generates where no others are given.
    private static readonly BurnPair[] Page = [new(Duration.Hours(1), Duration.Minutes(5), 14.4m), new(Duration.Hours(6), Duration.Minutes(30), 6)];
    private static readonly BurnPair[] Ticket = [new(Duration.Days(1), Duration.Hours(2), 3), new(Duration.Days(3), Duration.Hours(6), 1)];

    private static HouseDraft Read(ImportRequest request, Losses losses)
    {
        var draft = new HouseDraft();
        draft.Comments.Add("Brought from Sloth by `kept import sloth`. An objective says what its owner hopes for; nobody promised it to you, so everything here is a wish.");
        draft.Comments.Add("Each question counts the events of its whole window, so a quiet night weighs as much as it has events.");
        var found = 0;
        foreach (var file in request.Files)
        {
            var read = ForeignYaml.Read(file.AsDocument);
            losses.Unread(read.Problems.Where(problem => problem.Severity == Severity.Error));
            foreach (var root in read.Roots)
                if (root is ForeignNode.Map map) found += Document(new Keys(map, "", losses), request, draft, losses) ? 1 : 0;
                else if (root is not ForeignNode.Text { IsNothing: true }) losses.Unread(root.At, $"{root.Form} stands where a file of Sloth is due");
        }
        if (found == 0 && !losses.IsBroken) losses.Unread(Place.None, "there is nothing of Sloth in it", "name a file with `version: prometheus/v1` or `kind: PrometheusServiceLevel`");
        return draft;
    }

    private static bool Document(Keys document, ImportRequest request, HouseDraft draft, Losses losses)
    {
        if (document.Map["kind"] is ForeignNode.Text { Content: "PrometheusServiceLevel" })
        {
            document.Pass("apiVersion", "kind", "metadata", "status");
            var spec = document.Inner("spec");
            document.TellUnknown(null, Refuses);
            if (spec is not null) Service(spec, "errorQuery", "totalQuery", "errorRatioQuery", "pageAlert", "ticketAlert", "sloPlugins", request, draft, losses);
            return spec is not null;
        }
        if (document.Text("version") is not { } version)
        {
            losses.Lost(document.Map.At, "", "the document says neither `version: prometheus/v1` nor `kind: PrometheusServiceLevel`, so it is not Sloth's");
            return false;
        }
        if (version.Content != "prometheus/v1")
        {
            losses.Lost(version.At, "", $"`{Losses.Short(version.Content)}` is not read, only prometheus/v1 is", version.Content.StartsWith("openslo", StringComparison.Ordinal) ? "kept import openslo" : null);
            return false;
        }
        Service(document, "error_query", "total_query", "error_ratio_query", "page_alert", "ticket_alert", "slo_plugins", request, draft, losses);
        return true;
    }

    private static void Service(Keys spec, string error, string total, string ratio, string page, string ticket, string plugins, ImportRequest request, HouseDraft draft, Losses losses)
    {
        var service = spec.Text("service")?.Content ?? "";
        spec.Subject = service;
        if (service.Length == 0) losses.Lost(spec.Map.At, "", "it names no service", "service: checkout");
        spec.Pass("version");
        spec.Lost("labels", "labels of series have no place in a document of ours");
        spec.Lost(plugins, "what a plugin does to the rules is not carried");
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var slo in spec.Items("slos"))
        {
            var name = slo.Text("name")?.Content ?? "";
            var subject = name.Length > 0 ? $"{service}/{name}" : service;
            slo.Subject = subject;
            if (!names.Add(name)) losses.Lost(slo.Map.At, subject, "there is another SLO of this name before it, and Sloth refuses that", "give each its own name");
            slo.Lost("labels", "labels of series have no place in a document of ours");
            slo.Lost("plugins", "what a plugin does to the rules is not carried");
            var counts = Indicator(slo, error, total, ratio, subject, losses);
            var target = SloNumber.Target(slo.Text("objective"), 100, subject, losses, slo.Map.At, takesAll: true);
            var (description, alerting) = (slo.Text("description")?.Content, slo.Inner("alerting"));
            slo.TellUnknown(null, Refuses);
            if (counts is null || target is not { } share)
            {
                alerting?.Pass("name", "labels", "annotations", page, ticket);
                draft.NotCarried.Add((subject, slo.Map.At));
                continue;
            }
            SloWish.Warn(counts, slo.Map.At, subject, losses);
            var writer = new SloWish(request.PrometheusOr(Place.None, "", losses));
            var wish = new WishDraft(subject, slo.Map.At, service.Length > 0 ? service : "services", name) { Purpose = description };
            wish.Comments.Add($"One answer tells the share of the last {Window}, which is Sloth's usual period; it is met while that is at least {SloNumber.Percent(share)}.");
            wish.Checks.Add(writer.Whole(counts, Window, share));
            draft.Wishes.Add(wish);
            Alerts(alerting, page, ticket, share, counts, writer, wish, draft, losses);
        }
        spec.TellUnknown(null, Refuses);
    }

    private static SloIndicator? Indicator(Keys slo, string error, string total, string ratio, string subject, Losses losses)
    {
        if (slo.Inner("sli") is not { } sli)
        {
            losses.Lost(slo.Map.At, subject, "it has no `sli`, so nothing says what is counted");
            return null;
        }
        var (events, raw) = (sli.Inner("events"), sli.Inner("raw"));
        sli.Lost("plugin", "a plugin makes its own queries, and only Sloth can run it", "the queries that it makes: `sloth generate` shows them");
        sli.TellUnknown(null, Refuses);
        if (events is not null && raw is not null) losses.Lost(sli.At("raw"), subject, "either events or a raw ratio is allowed: the events are taken");
        SloIndicator? read = null;
        if (events is not null)
        {
            var (bad, all) = (Query(events, error, subject, losses), Query(events, total, subject, losses));
            events.TellUnknown(null, Refuses);
            if (bad is not null && all is not null) read = new SloIndicator.Events(bad, true, all);
            if (bad is not null && bad.Text == all?.Text) losses.Hollow(ImportCodes.CannotPass, events.Map.At, subject, "what is bad and the total are the same query", "every event is bad", "count the bad ones: code=~\"5..\"");
        }
        else if (raw is not null)
        {
            if (Query(raw, ratio, subject, losses) is { } share) read = new SloIndicator.Share(share, true);
            raw.TellUnknown(null, Refuses);
        }
        else if (sli.Map["plugin"] is null) losses.Lost(sli.Map.At, subject, "the `sli` has neither events nor a raw ratio");
        return read;
    }

    /// <summary>Sloth refuses a query without its window; so nothing is guessed of one here.</summary>
    private static SloQuery? Query(Keys holder, string key, string subject, Losses losses)
    {
        holder.Subject = subject;
        if (holder.Text(key) is not { } text)
        {
            losses.Lost(holder.Map.At, subject, $"there is no `{key}`");
            return null;
        }
        var query = SloQuery.Of(text.Content, QueryForm.Gauge);
        if (query is null) losses.Lost(text.At, subject, "the query has a bracket or a quote that is not closed");
        else if (query.Form != QueryForm.Template)
        {
            losses.Lost(text.At, subject, "the query has no place for a window, and Sloth refuses it", "sum(rate(http_requests_total[{{.window}}]))");
            return null;
        }
        else if (query.Text.Contains("{{", StringComparison.Ordinal) && query.Over(Window).Contains("{{", StringComparison.Ordinal))
        {
            losses.Lost(text.At, subject, "the query has a place for more than a window", "write the value there");
            return null;
        }
        return query;
    }

    private static void Alerts(Keys? alerting, string page, string ticket, decimal target, SloIndicator counts, SloWish writer, WishDraft wish, HouseDraft draft, Losses losses)
    {
        if (alerting is null) return;
        alerting.Subject = wish.Source;
        alerting.Pass("name");
        alerting.Lost("labels", "whom an alert tells is not carried: Kept shows how things stand", "let your alerting read /metrics");
        alerting.Lost("annotations", "what an alert says is not carried");
        foreach (var (key, name, pairs) in (ReadOnlySpan<(string, string, BurnPair[])>)[(page, "page", Page), (ticket, "ticket", Ticket)])
        {
            var alert = alerting.Inner(key);
            var isOff = alert?.Flag("disable") == true;
            if (alert is not null)
            {
                alert.Subject = wish.Source;
                // a switch among the labels switches nothing off
                if ((alert.Map["labels"] as ForeignNode.Map)?.Key("disable") is { } misplaced)
                    losses.Tell(new(ImportCodes.UnknownKey, FindingKind.UnknownKey, misplaced.At, wish.Source, "`disable` among the labels switches nothing off", null, $"{key}: {{ disable: true }}"));
                if (!isOff) alert.Lost("labels", "whom an alert tells is not carried: Kept shows how things stand", "let your alerting read /metrics");
                alert.Pass("labels", "annotations");
                alert.TellUnknown(null, Refuses);
            }
            if (!isOff) BurnAlerts.Carry(name, alert?.Map.At ?? alerting.Map.At, pairs, target, counts, writer, wish, draft, losses);
        }
        alerting.TellUnknown(null, Refuses);
    }
}
