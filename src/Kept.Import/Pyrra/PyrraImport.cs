using Kept.Import.Slo;
using Kept.Import.Writing;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.Pyrra;

/// <summary>
/// Pyrra (https://github.com/pyrra-dev/pyrra): <c>ServiceLevelObjective</c> objects with their four indicators. Each becomes a wish, and its four burn-rate alerts two more.
/// </summary>
internal static class PyrraImport
{
    public static readonly ForeignTool Tool = new("pyrra", "Pyrra", "Pyrra's ServiceLevelObjective objects, or the folder of them", [".yaml", ".yml"], [], Read) { AsksPrometheus = true };

    private const string Refuses = "is not read by Pyrra";
    private static readonly Duration Longest = Duration.Days(400);

    private static HouseDraft Read(ImportRequest request, Losses losses)
    {
        var draft = new HouseDraft();
        draft.Comments.Add("Brought from Pyrra by `kept import pyrra`. An objective says what its owner hopes for; nobody promised it to you, so everything here is a wish.");
        var found = 0;
        foreach (var file in request.Files)
        {
            var read = ForeignYaml.Read(file.AsDocument);
            losses.Unread(read.Problems.Where(problem => problem.Severity == Severity.Error));
            foreach (var map in read.Roots.OfType<ForeignNode.Map>().SelectMany(Objects))
            {
                var document = new Keys(map, "", losses);
                if (document.Text("kind") is { Content: "ServiceLevelObjective" })
                {
                    found++;
                    One(document, request, draft, losses);
                }
                else losses.Lost(map.At, "", "this is no ServiceLevelObjective", "kind: ServiceLevelObjective");
            }
        }
        if (found == 0 && !losses.IsBroken) losses.Unread(Place.None, "there is no ServiceLevelObjective in it", "name a file with `kind: ServiceLevelObjective`");
        return draft;
    }

    /// <summary>A list of Kubernetes holds its objects under <c>items</c>.</summary>
    private static IEnumerable<ForeignNode.Map> Objects(ForeignNode.Map map) =>
        map["kind"] is ForeignNode.Text { Content: "List" or "ServiceLevelObjectiveList" } && map["items"] is ForeignNode.List list ? list.Items.OfType<ForeignNode.Map>() : [map];

    private static void One(Keys document, ImportRequest request, HouseDraft draft, Losses losses)
    {
        document.Pass("apiVersion", "status");
        var (name, space) = ("", "");
        if (document.Inner("metadata") is { } metadata)
        {
            (name, space) = (metadata.Text("name")?.Content ?? "", metadata.Text("namespace")?.Content ?? "");
            metadata.Subject = name;
            metadata.Lost("labels", "labels have no place in a document of ours");
            metadata.Lost("annotations", "annotations have no place in a document of ours");
        }
        document.Subject = name;
        if (name.Length == 0) losses.Lost(document.Map.At, "", "it has no name", "metadata: { name: checkout-errors }");
        var spec = document.Inner("spec");
        document.TellUnknown(null, Refuses);
        if (spec is null)
        {
            draft.NotCarried.Add((name, document.Map.At));
            return;
        }
        spec.Subject = name;
        var (description, target, window) = (spec.Text("description")?.Content, SloNumber.Target(spec.Text("target"), 100, name, losses, spec.Map.At, takesAll: true), Window(spec, name, losses));
        spec.Pass("partial_response_strategy", "performance_over_accuracy");
        var alerting = spec.Inner("alerting");
        var counts = Indicator(spec, name, losses);
        spec.TellUnknown(key => key == "latency" ? "the bucket is chosen by its label: le=\"1\"" : null, Refuses);
        if (target is not { } share || window is not { } length || counts is null)
        {
            draft.NotCarried.Add((name, document.Map.At));
            return;
        }
        SloWish.Warn(counts, spec.At("indicator"), name, losses);
        var writer = new SloWish(request.PrometheusOr(Place.None, "", losses));
        var wish = new WishDraft(name, document.Map.At, space.Length > 0 ? space : "services", name) { Purpose = description };
        wish.Comments.Add($"One answer tells the share of the last {length}; it is met while that is at least {SloNumber.Percent(share)}.");
        wish.Checks.Add(writer.Whole(counts, length, share));
        draft.Wishes.Add(wish);
        Alerts(alerting, spec.Map.At, length, share, counts, writer, wish, draft, losses);
    }

    private static Duration? Window(Keys spec, string subject, Losses losses)
    {
        var text = spec.Text("window");
        if (text is not null && PrometheusLength.Read(text.Content) is { } length && length >= Duration.Minutes(1) && length <= Longest) return length;
        losses.Lost(text?.At ?? spec.Map.At, subject, text is null ? "it has no window" : $"`{Losses.Short(text.Content)}` is no window between a minute and 400 days", "window: 4w");
        return null;
    }

    private static SloIndicator? Indicator(Keys spec, string subject, Losses losses)
    {
        if (spec.Inner("indicator") is not { } indicator)
        {
            losses.Lost(spec.Map.At, subject, "it has no indicator");
            return null;
        }
        var (ratio, latency, native, gauge) = (indicator.Inner("ratio"), indicator.Inner("latency"), indicator.Inner("latencyNative"), indicator.Inner("bool_gauge"));
        indicator.TellUnknown(null, Refuses);
        Keys?[] all = [ratio, latency, native, gauge];
        if (all.Count(one => one is not null) != 1)
        {
            losses.Lost(indicator.Map.At, subject, all.All(one => one is null) ? "the indicator is none of ratio, latency, latencyNative and bool_gauge" : "an indicator is one of ratio, latency, latencyNative and bool_gauge: none is carried");
            return null;
        }
        var its = all.First(one => one is not null)!;
        its.Subject = subject;
        its.Lost("grouping", "one objective for each value of a label is not carried: all are counted together", "an objective for each that matters, with its label in the query");
        SloIndicator? counts = ratio is not null ? Events(ratio, "errors", true, subject, losses)
            : latency is not null ? Latency(latency, subject, losses)
            : native is not null ? Native(native, subject, losses)
            : Gauge(gauge!, subject, losses);
        its.TellUnknown(null, Refuses);
        return counts;
    }

    private static SloIndicator.Events? Events(Keys holder, string part, bool isBad, string subject, Losses losses)
    {
        var (some, all) = (Metric(holder, part, subject, losses), Metric(holder, "total", subject, losses));
        if (some is null || all is null) return null;
        if (some == all)
            losses.Hollow(isBad ? ImportCodes.CannotPass : ImportCodes.CannotFail, holder.Map.At, subject, $"`{part}` and `total` are the same metric", isBad ? "every event is bad" : "however slow, all passes", isBad ? "choose the bad ones by a label: code=~\"5..\"" : "choose a bucket: le=\"1\"");
        return new SloIndicator.Events(new SloQuery(some, QueryForm.Counter), isBad, new SloQuery(all, QueryForm.Counter));
    }

    private static SloIndicator.Events? Latency(Keys holder, string subject, Losses losses)
    {
        if (Events(holder, "success", false, subject, losses) is not { } events) return null;
        if (!events.Part.Text.Contains("le=", StringComparison.Ordinal))
            losses.Hollow(ImportCodes.CannotFail, holder.At("success"), subject, "`success` chooses no bucket, so every answer is fast", "however slow, all passes", "http_request_duration_seconds_bucket{le=\"1\"}");
        return events;
    }

    /// <summary>A native histogram tells by a function of Prometheus which share of it lies below a bound.</summary>
    private static SloIndicator.Share? Native(Keys holder, string subject, Losses losses)
    {
        var (metric, bound) = (Metric(holder, "total", subject, losses), holder.Text("latency"));
        if (bound is null || PrometheusLength.Read(bound.Content) is not { } length)
        {
            losses.Lost(bound?.At ?? holder.Map.At, subject, bound is null ? "it has no `latency`" : $"`{Losses.Short(bound.Content)}` is no length of time", "latency: 1s");
            return null;
        }
        var seconds = SloNumber.Text(length.Nanoseconds / 1_000_000_000m);
        return metric is null ? null : new SloIndicator.Share(new SloQuery($"histogram_fraction(0, {seconds}, sum(rate({metric}[{{{{.window}}}}])))", QueryForm.Template), false);
    }

    private static SloIndicator.Events? Gauge(Keys holder, string subject, Losses losses)
    {
        if (Selector(holder.Text("metric"), holder.Map.At, subject, losses) is not { } metric) return null;
        // how often it was 1, of how often it was read at all
        return new SloIndicator.Events(new SloQuery($"sum(sum_over_time({metric}[{{{{.window}}}}]))", QueryForm.Template), false, new SloQuery($"sum(count_over_time({metric}[{{{{.window}}}}]))", QueryForm.Template));
    }

    private static string? Metric(Keys holder, string key, string subject, Losses losses)
    {
        if (holder.Inner(key) is not { } query)
        {
            losses.Lost(holder.Map.At, subject, $"there is no `{key}`");
            return null;
        }
        query.Subject = subject;
        var metric = Selector(query.Text("metric"), query.Map.At, subject, losses);
        query.TellUnknown(null, Refuses);
        return metric;
    }

    private static string? Selector(ForeignNode.Text? text, Place at, string subject, Losses losses)
    {
        if (text is not null && PromQl.OneLine(text.Content) is { } line && PromQl.IsSelector(line)) return line;
        losses.Lost(text?.At ?? at, subject, text is null ? "there is no metric" : "Pyrra takes a metric with labels and nothing around it", "metric: http_requests_total{job=\"shop\"}");
        return null;
    }

    private static void Alerts(Keys? alerting, Place at, Duration window, decimal target, SloIndicator counts, SloWish writer, WishDraft wish, HouseDraft draft, Losses losses)
    {
        var isOff = false;
        if (alerting is not null)
        {
            alerting.Subject = wish.Source;
            isOff = alerting.Flag("disabled") == true | alerting.Flag("burnrates") == false;
            if (alerting.Flag("absent") == false) losses.Changed(alerting.At("absent"), wish.Source, "a metric that is gone is a gap here, and after a while unknown: it is always seen");
            alerting.Pass("name", "absentName");
            if (alerting.Text("burnRateType") is { Content: not "static" } type) losses.Changed(type.At, wish.Source, $"burn rates are fixed here, and not `{Losses.Short(type.Content)}`");
            alerting.TellUnknown(null, Refuses);
        }
        if (isOff) return;
        // Pyrra's windows are parts of the objective's, as for 28 days; rounded to minutes, half up
        Duration Part(long of28Days) => Duration.Minutes(Math.Max(1, ((window.Nanoseconds / of28Days) + (Duration.PerMinute / 2)) / Duration.PerMinute));
        const long Day = 28, Hour = 28 * 24;
        BurnAlerts.Carry("critical", alerting?.Map.At ?? at, [new(Part(Hour), Part(Hour * 12), 14), new(Part(Day * 4), Part(Hour * 2), 7)], target, counts, writer, wish, draft, losses);
        BurnAlerts.Carry("warning", alerting?.Map.At ?? at, [new(Part(Day), Part(Day * 12), 2), new(Part(7), Part(Day * 4), 1)], target, counts, writer, wish, draft, losses);
    }
}
