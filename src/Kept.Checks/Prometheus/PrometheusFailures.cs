using Kept.Model;

namespace Kept.Checks.Prometheus;

/// <summary>What goes wrong with a value that somebody else measured. That Prometheus itself does not answer is a gap, and no failure of the target.</summary>
internal static class PrometheusFailures
{
    /// <summary>The target is gone, its metric was renamed, or nothing happened that could be counted.</summary>
    public static readonly Failure SeriesAbsent = StandardFailures.Answering("series-absent", "a query that finds no series", _ => [("value", null), ("values", null), ("series", Value.Of(0m)), ("age", null)]);

    /// <summary>A label more than was thought of.</summary>
    public static readonly Failure SeriesSeveral = StandardFailures.Answering(
        "series-several", "two series in place of one", look => [("value", null), ("values", new Value.List([look["value"] ?? Value.Of(1m), Value.Of(1m)])), ("series", Value.Of(2m))], isGrave: false);

    public static readonly Failure ValueNan = StandardFailures.Answering("value-nan", "a value that is no number (0/0)", _ => [("value", null), ("values", null)]);

    public static readonly Failure ValueInfinite = StandardFailures.Answering("value-infinite", "an infinite value", _ => [("value", null), ("values", null)]);

    /// <summary>Prometheus goes on telling the last sample for some minutes, and what stores for it for longer. Only who asks for the age can know.</summary>
    public static readonly Failure ValueStale = StandardFailures.Answering("value-stale", "a value that is an hour old", look => look["age"] is null ? [] : [("age", Value.Of(Duration.Hours(1)))]);

    public static readonly Failure AnswerPartial = StandardFailures.Answering(
        "answer-partial", "an answer of which a part is missing", _ => [("warnings", new Value.List([Value.Of("a part of the stores did not answer")]))], isGrave: false);

    public static IEnumerable<KeyValuePair<string, Value?>> Healthy(Check check)
    {
        yield return new("value", Value.Of(1m));
        if (!PrometheusLook.MayTellAge(check)) yield return new("age", null);
    }
}
