using Kept.Model;

namespace Kept.Checks.Feed;

/// <summary>Failures of feeds, as a look would see them. What is no feed is a failure whatever is expected; what no longer moves is an answer.</summary>
internal static class FeedFailures
{
    public static readonly Failure NotFound = StandardFailures.Failing("status-404", "an answer 404", TargetFailure.ReportedFailure);

    public static readonly Failure ServerError = StandardFailures.Failing("status-500", "an answer 500", TargetFailure.ReportedFailure);

    public static readonly Failure Html = StandardFailures.Failing("body-html", "an HTML page in place of the feed", TargetFailure.Malformed);

    public static readonly Failure Truncated = StandardFailures.Failing("body-truncated", "a feed cut in the middle", TargetFailure.Malformed);

    public static readonly Failure EntriesNone = StandardFailures.Answering("entries-none", "a feed without entries", _ => [("age", null), ("count", Value.Of(0m)), ("newest.title", null)]);

    public static readonly Failure EntriesStale = StandardFailures.Answering("entries-stale", "a feed whose newest entry is a year old", _ => [("age", Value.Of(Duration.Days(365)))]);

    /// <summary>Entries of the future do not count as the newest: of these alone there is none.</summary>
    public static readonly Failure EntriesOfTheFuture = StandardFailures.Answering("entries-of-the-future", "a feed whose entries are all from the future", _ => [("age", null), ("newest.title", null)], isGrave: false);

    public static IEnumerable<KeyValuePair<string, Value?>> Healthy(Check check)
    {
        if (check.Target.Rest.StartsWith("http://", StringComparison.Ordinal) && check.Setting<FieldValue.Text>("redirects")?.Content != "follow")
            foreach (var nothing in Seen.NothingOfTls)
                yield return nothing;
        yield return new("age", Value.Of(Duration.Hours(1)));
        yield return new("newest.title", Value.Of("the newest entry"));
    }
}
