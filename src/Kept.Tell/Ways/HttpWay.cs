using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Kept.Egress;
using Kept.Model;

namespace Kept.Tell;

/// <summary>One try over HTTP: a signed webhook, or a topic of ntfy. Redirects are not followed, for a message is meant for one receiver; of the answer little is read.</summary>
internal static class HttpWay
{
    private const int MostAnswer = 16 * 1024;

    /// <summary>No receiver holds us longer off than this.</summary>
    public static readonly Duration LongestWait = Duration.Hours(1);

    public static async Task<Receipt> WebhookAsync(Dialer dialer, TellRoute route, Message message, string house, string? pages, TimeProvider time, List<string> used, CancellationToken deadline)
    {
        var body = Envelope.Of(message, house, pages);
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds();
        ImmutableArray<KeyValuePair<string, string>> headers =
        [
            new("Content-Type", "application/json"),
            new("webhook-id", message.Id),
            new("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture)),
            new("webhook-signature", Signature.Of(Secrets.Expand(route.Secret!, used), message.Id, timestamp, body)),
        ];
        return await PostAsync(dialer, UrlOf(route, used), headers, body, time, deadline);
    }

    public static async Task<Receipt> NtfyAsync(Dialer dialer, TellRoute route, Message message, string? pages, TimeProvider time, List<string> used, CancellationToken deadline)
    {
        var headers = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        headers.Add(new("Content-Type", "text/plain; charset=utf-8"));
        headers.Add(new("X-Title", Encoded(Words.Title(message))));
        var (priority, tag) = Weight(message);
        headers.Add(new("X-Priority", priority));
        headers.Add(new("X-Tags", tag));
        if ((message.Items is [var one] ? Words.Link(one.Key, pages) : pages) is { } click) headers.Add(new("X-Click", click));
        if (route.Secret is { } token) headers.Add(new("Authorization", "Bearer " + Secrets.Expand(token, used)));
        return await PostAsync(dialer, UrlOf(route, used), headers.ToImmutable(), Bounded(Encoding.UTF8.GetBytes(Words.Text(message, pages))), time, deadline);
    }

    /// <summary>Headers are ASCII: other letters go as an encoded word (RFC 2047), which ntfy reads.</summary>
    internal static string Encoded(string text) => Ascii.IsValid(text) ? text : $"=?UTF-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}?=";

    /// <summary>ntfy takes 4,096 bytes; what is longer it would turn into a file. Cut between letters.</summary>
    private static byte[] Bounded(byte[] text)
    {
        if (text.Length <= MostNtfy) return text;
        var end = MostNtfy - 4;
        while ((text[end] & 0xC0) == 0x80) end--;
        return [.. text.AsSpan(0, end), .. "…"u8];
    }

    private const int MostNtfy = 4000;

    private static (string Priority, string Tag) Weight(Message message) =>
        message.Kind == MessageKind.Canary ? ("min", "satellite")
        : message.Items.Any(item => item.Outcome == Outcome.Broken) ? ("high", "rotating_light")
        : message.Items.Any(item => !Matter.IsWellAs(item.Outcome)) ? ("default", "grey_question")
        : ("low", "white_check_mark");

    private static Uri UrlOf(TellRoute route, List<string> used) =>
        Uri.TryCreate(Secrets.Expand(route.Address, used, Uri.EscapeDataString), UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url
            : throw EgressException.OfUs(GapCause.Fault, "the address of the route is no URL once its secrets are put in");

    private static async Task<Receipt> PostAsync(Dialer dialer, Uri url, ImmutableArray<KeyValuePair<string, string>> headers, byte[] body, TimeProvider time, CancellationToken deadline)
    {
        HttpAnswer answer;
        try
        {
            answer = await HttpExchange.AskAsync(dialer, new HttpAsk
            {
                Url = url,
                Method = HttpMethod.Post,
                Trust = DocumentOrigin.Ours, // only house.yaml names routes
                Headers = headers,
                Body = body,
                Follows = false,
                BodyLimit = MostAnswer,
            }, new DialTrail(time), deadline);
        }
        catch (EgressException large) when (large.Failure == TargetFailure.TooLarge)
        {
            // it may have taken the message, and may not: the status was good or bad, and we cannot know
            return new Receipt(TryOutcome.Failed, large.Message);
        }
        return Read(answer.Status, answer.Headers.RetryAfter, Instant.From(time.GetUtcNow()));
    }

    internal static Receipt Read(int status, System.Net.Http.Headers.RetryConditionHeaderValue? after, Instant now)
    {
        var wait = status is 429 or 503 ? Wait(after, now) : null;
        var words = $"it answered {status.ToString(CultureInfo.InvariantCulture)}";
        return status switch
        {
            >= 200 and < 300 => new Receipt(TryOutcome.Carried, words),
            410 => new Receipt(TryOutcome.Gone, words + ": it is gone for good"),
            >= 300 and < 400 => new Receipt(TryOutcome.Failed, words + ": a redirect, which a message does not follow; write the address it leads to"),
            400 or 413 or 415 or 422 => new Receipt(TryOutcome.Refused, words),
            _ => new Receipt(TryOutcome.Failed, words, wait),
        };
    }

    private static Duration? Wait(System.Net.Http.Headers.RetryConditionHeaderValue? after, Instant now)
    {
        var wait = after?.Delta is { } delta ? delta.TotalDays >= 1 ? LongestWait : Duration.From(delta)
            : after?.Date is { } date ? Instant.From(date) - now : (Duration?)null;
        return wait is not { } asked ? null : asked < Duration.Zero ? Duration.Zero : asked > LongestWait ? LongestWait : asked;
    }
}
