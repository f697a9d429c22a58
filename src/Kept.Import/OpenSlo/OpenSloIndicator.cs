using Kept.Import.Slo;
using Kept.Model;

namespace Kept.Import.OpenSlo;

/// <summary>An indicator, read: events that are counted, or a value that is compared.</summary>
/// <param name="At">Where it stands.</param>
/// <param name="Type">The sort of source as written.</param>
/// <param name="Url">Where Prometheus is asked; null of other sources.</param>
/// <param name="Asks">What is asked, in the words of the source.</param>
internal sealed record OpenSloIndicator(Place At, string Type, string? Url, string Asks)
{
    public SloIndicator? Counts { get; init; }

    /// <summary>The query whose answers are compared with a value.</summary>
    public string? Threshold { get; init; }

    /// <summary>Null, and told, where it says nothing that could be asked.</summary>
    public static OpenSloIndicator? Read(Keys spec, string subject, OpenSloSources sources, Losses losses)
    {
        spec.Subject = subject;
        spec.Pass("description");
        var (ratio, threshold) = (spec.Inner("ratioMetric"), spec.Inner("thresholdMetric"));
        spec.TellUnknown(null, OpenSloImport.Refuses);
        if (ratio is not null && threshold is not null) losses.Lost(spec.At("thresholdMetric"), subject, "either a ratio or a threshold is allowed: the ratio is taken");
        if (ratio is not null) return Ratio(ratio, subject, sources, losses);
        if (threshold is null)
        {
            losses.Lost(spec.Map.At, subject, "the indicator has neither ratioMetric nor thresholdMetric");
            return null;
        }
        if (sources.Read(threshold, subject) is not { } metric) return null;
        var read = new OpenSloIndicator(threshold.Map.At, metric.Type, metric.Url, metric.Query?.Content ?? "");
        if (!metric.IsPrometheus) return read;
        return Query(metric, QueryForm.Gauge, threshold.Map.At, subject, losses) is not { } query ? null
            : query.Form != QueryForm.Template ? read with { Threshold = query.Text }
            : Told<OpenSloIndicator>(losses, metric.Query!.At, subject, "a threshold has no window that could be put into the query");
    }

    private static OpenSloIndicator? Ratio(Keys ratio, string subject, OpenSloSources sources, Losses losses)
    {
        ratio.Subject = subject;
        var isCounter = ratio.Flag("counter") ?? false;
        var (good, bad, total, raw, rawType) = (ratio.Inner("good"), ratio.Inner("bad"), ratio.Inner("total"), ratio.Inner("raw"), ratio.Text("rawType"));
        ratio.TellUnknown(null, OpenSloImport.Refuses);
        var form = isCounter ? QueryForm.Counter : QueryForm.Gauge;
        var at = ratio.Map.At;
        if (raw is not null)
        {
            if (good is not null || bad is not null || total is not null) losses.Lost(at, subject, "a raw ratio is allowed alone: good, bad and total are left out");
            if (rawType?.Content is not ("success" or "failure")) return Told<OpenSloIndicator>(losses, rawType?.At ?? at, subject, "a raw ratio needs `rawType`: success or failure");
            if (sources.Read(raw, subject) is not { } share) return null;
            var whole = new OpenSloIndicator(at, share.Type, share.Url, share.Query?.Content ?? "");
            if (!share.IsPrometheus) return whole;
            return Query(share, QueryForm.Gauge, at, subject, losses) is { } query ? whole with { Counts = new SloIndicator.Share(query, rawType.Content == "failure") } : null;
        }
        if (good is not null && bad is not null) losses.Lost(ratio.At("bad"), subject, "either good or bad events are counted: the good ones are taken");
        if ((good ?? bad) is not { } part || total is null) return Told<OpenSloIndicator>(losses, at, subject, "a ratio needs `total`, and `good` or `bad`");
        var (some, all) = (sources.Read(part, subject), sources.Read(total, subject));
        if (some is null || all is null) return null;
        var read = new OpenSloIndicator(at, some.Type, some.Url, $"{some.Query?.Content} / {all.Query?.Content}");
        if (!some.IsPrometheus || !all.IsPrometheus) return some.IsPrometheus ? read with { Type = all.Type, Url = null } : read;
        if (some.Url != all.Url) return Told<OpenSloIndicator>(losses, at, subject, "two servers are asked for one share, and one question goes to one server");
        var (counted, of) = (Query(some, form, at, subject, losses), Query(all, form, at, subject, losses));
        if (counted is null || of is null) return null;
        if (counted.Text == of.Text)
            losses.Hollow(good is null ? ImportCodes.CannotPass : ImportCodes.CannotFail, at, subject, $"what is {(good is null ? "bad" : "good")} and the total are the same query", good is null ? "every event is bad" : "an outage in which nothing is answered well passes", "count the good ones: sum(http_requests_total{code!~\"5..\"})");
        return read with { Counts = new SloIndicator.Events(counted, good is null, of) };
    }

    private static SloQuery? Query(OpenSloMetric metric, QueryForm form, Place at, string subject, Losses losses) =>
        metric.Query is not { } text ? Told<SloQuery>(losses, at, subject, "the source has no query", "spec: { query: sum(http_requests_total) }")
            : SloQuery.Of(text.Content, form) ?? Told<SloQuery>(losses, text.At, subject, "the query has a bracket or a quote that is not closed");

    private static T? Told<T>(Losses losses, Place at, string subject, string message, string? instead = null) where T : class
    {
        losses.Lost(at, subject, message, instead);
        return null;
    }
}
