using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Feed;

/// <summary>Fetches a feed and looks for its newest entry.</summary>
internal static class FeedLook
{
    private const long UsualLimit = 1024 * 1024;
    private const string Accept = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5";

    public static Look With(Dialer dialer, TimeProvider time) => (request, cancellationToken) =>
        Attempt.RunAsync(request, time, (attempt, deadline) => LookAsync(dialer, attempt, deadline), cancellationToken);

    private static async ValueTask<Observation> LookAsync(Dialer dialer, Attempt attempt, CancellationToken deadline)
    {
        var check = attempt.Request.Check;
        var where = HostPort.Write(check.Target.Host, check.Target.Port);
        var follows = check.Setting<FieldValue.Text>("redirects")?.Content == "follow";
        var answer = await Fetch.GetAsync(dialer, attempt, new Uri(attempt.ExpandInUrl(check.Target.Rest)), Accept, check.Limit(UsualLimit), follows, deadline);
        var phases = attempt.Trail.Phases;
        if (answer.Status != 200) throw EgressException.OfTarget(TargetFailure.ReportedFailure, $"{where} answered with status {answer.Status}, not with a feed");
        FeedText feed;
        try
        {
            feed = FeedText.Read(answer.Body, CharsetOf(answer));
        }
        catch (FormatException fault)
        {
            throw EgressException.OfTarget(TargetFailure.Malformed, $"what {where} sent is no feed: {fault.Message}", fault);
        }
        var newest = feed.Newest(attempt.StartedAt);
        var seen = new SeenValues(check.Kind)
        {
            ["age"] = newest?.At is { } at ? Value.Of(attempt.StartedAt - at) : null,
            ["count"] = Value.Of(feed.Entries.Count),
            ["title"] = feed.Title is { } title ? Value.Of(attempt.Quoted(title)) : null,
            ["newest.title"] = newest?.Title is { } last ? Value.Of(attempt.Quoted(last)) : null,
            ["format"] = Value.Of(feed.Format),
            ["size"] = Value.Of(Quantity.Bytes(answer.Body.Length)),
        };
        seen.AddConnection(attempt, phases);
        return attempt.Answered(seen.All, answer.Status, answer.Body.Length, newest?.Title is { } shown ? attempt.Quoted(shown) : null) with { Phases = phases };
    }

    /// <summary>What the header names; a header that names one in no way that can be read is not passed over.</summary>
    private static string? CharsetOf(HttpAnswer answer) => answer.ContentHeaders.ContentType is { } type ? type.CharSet is { Length: > 0 } charset ? charset : null
        : answer.ContentHeaders.NonValidated.TryGetValues("Content-Type", out var raw) && raw.ToString().Contains("charset", StringComparison.OrdinalIgnoreCase) ? throw new FormatException("its header names a charset in a way that nobody can read")
        : null;
}
