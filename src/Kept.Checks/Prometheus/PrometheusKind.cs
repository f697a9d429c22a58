using Kept.Model;

namespace Kept.Checks.Prometheus;

/// <summary>The kind <c>prometheus</c>: somebody who knows about the target is asked, not the target.</summary>
internal static class PrometheusKind
{
    public static readonly CheckKind Kind = new(
        "prometheus", "Asks Prometheus, or what speaks its HTTP API, for the value of an expression now.", "QUERY at URL", ReadTarget,
        Fields: [Fetch.Headers, Settings.BodyLimit("256KiB"), InClear.Field],
        Sees:
        [
            new("value", ObservedForm.Quantity, Dimension.Number, "the value, where there is exactly one series and it is a finite number that is known exactly", Optional: true),
            new("values", ObservedForm.List, Dimension.Number, "the value of every series, in the order of the answer; missing where there is none, or where one of them is no finite number", Optional: true, Typical: new Value.List([Value.Of(1m)])),
            new("series", ObservedForm.Quantity, Dimension.Number, "how many series there are", AtLeast: 0),
            new("age", ObservedForm.Quantity, Dimension.Time, "of the oldest sample that the value comes from; only where the query is a plain selector, for nothing else tells it", Optional: true, Typical: Value.Of(Duration.Seconds(15))),
            new("warnings", ObservedForm.List, Dimension.Number, "what the server says is wrong with the answer, such as that a part of it is missing", Typical: new Value.List([])),
            Seen.Time,
            Seen.Ip,
        ],
        Failures:
        [
            PrometheusFailures.SeriesAbsent, PrometheusFailures.SeriesSeveral, PrometheusFailures.ValueNan, PrometheusFailures.ValueInfinite, PrometheusFailures.ValueStale, PrometheusFailures.AnswerPartial,
        ],
        Typical: PrometheusFailures.Healthy, Settles: InClear.Settled);

    private static TargetReading ReadTarget(string text)
    {
        var (query, url) = Targets.Parted(text);
        const string example = "up{job='shop'} at http://prometheus.example:9090";
        if (query.Length == 0) return TargetReading.Wrong("the target is a query and where it is asked", $"write: {example}");
        if (query.Length > 4000) return TargetReading.Wrong("the query is longer than 4,000 characters", "make it a recording rule, and ask for that");
        if (url.Contains('?')) return TargetReading.Wrong("the URL of a Prometheus has no query", $"write its address before /api/v1/query: {example}");
        var reading = Targets.Url(text, "", url, $"write: {example}");
        return reading.Target is { } target ? TargetReading.Of(target with { Method = query, Rest = url.TrimEnd('/') }) : reading;
    }
}
