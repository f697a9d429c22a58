using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Feed;

/// <summary>The kind <c>feed</c>.</summary>
internal static class FeedKind
{
    public static readonly CheckKind Kind = new(
        "feed", "Reads a feed (RSS, Atom or JSON Feed) and tells how old its newest entry is.", "URL",
        text => Targets.Url(text, "GET", text.Trim(), "write: https://shop.example/news.rss"),
        Fields:
        [
            Fetch.Headers,
            new("redirects", FieldForm.OneOf, "refuse: a redirect is itself the answer; follow: at most 5, never from https to http", "refuse", ["refuse", "follow"]),
            Settings.BodyLimit("1MiB"),
            Settings.Addresses,
            InClear.Field,
        ],
        Sees:
        [
            new("age", ObservedForm.Quantity, Dimension.Time, "since the newest entry; entries of the future do not count; missing where no entry says when it is from", Optional: true, AtLeast: 0),
            new("count", ObservedForm.Quantity, Dimension.Number, "how many entries there are", Typical: Value.Of(10m), AtLeast: 0),
            new("title", ObservedForm.Text, Dimension.Number, "of the feed", Optional: true),
            new("newest.title", ObservedForm.Text, Dimension.Number, "of the newest entry", Optional: true),
            new("format", ObservedForm.Text, Dimension.Number, "'rss', 'atom' or 'json'", Typical: Value.Of("rss")),
            new("size", ObservedForm.Quantity, Dimension.Size, "bytes of the content, decompressed"),
            .. Seen.TimeAndPhases,
            new("time.first-byte", ObservedForm.Quantity, Dimension.Time, "from sending the request to the head of the answer"),
            Seen.Ip,
            .. Seen.OfTls,
        ],
        Failures:
        [
            "refused", "timeout", "reset", "name-not-found", "certificate-expired", FeedFailures.NotFound, FeedFailures.ServerError, FeedFailures.Html, FeedFailures.Truncated, "malformed",
            FeedFailures.EntriesNone, FeedFailures.EntriesStale, FeedFailures.EntriesOfTheFuture, "ten-times-slower", "too-large",
        ],
        Typical: FeedFailures.Healthy, Settles: InClear.Settled, Sends: _ => 1 + HttpExchange.MostRedirects);
}
