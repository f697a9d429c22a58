using System.Runtime.CompilerServices;
using System.Text;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Http;

/// <summary>What a check asks, read once from its settings. Whatever names a secret stays unexpanded here.</summary>
internal sealed class HttpPlan
{
    private const long LargestBody = 16 * 1024 * 1024;
    private static readonly ConditionalWeakTable<Check, HttpPlan> Plans = [];

    private readonly HttpAsk _ask;
    private readonly string? _secretUrl, _secretBody;
    private readonly bool _secretHeaders;
    private readonly Value _plainUrl;

    public static HttpPlan Of(Check check) => Plans.GetValue(check, static check => new HttpPlan(check));

    private HttpPlan(Check check)
    {
        var url = check.Target.Rest;
        _secretUrl = Secrets.IsIn(url) ? url : null;
        var headers = check.Setting<FieldValue.TextMap>("headers")?.Items ?? [];
        _secretHeaders = headers.Any(header => Secrets.IsIn(header.Value));
        var body = check.Setting<FieldValue.Text>("body")?.Content;
        _secretBody = body is not null && Secrets.IsIn(body) ? body : null;
        if (body is not null && !headers.Any(header => header.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)))
            headers = headers.Add(new("Content-Type", body.AsSpan().TrimStart() is ['{' or '[', ..] ? "application/json" : "text/plain; charset=utf-8"));
        // A check that asks how long connecting took must connect.
        var asksPhases = Seen.IsAsked(check, name => name is "time.dns" or "time.connect" or "time.tls");
        _ask = new HttpAsk
        {
            Url = new Uri(_secretUrl is null ? url : "http://secret.invalid/"),
            Host = check.Target.Host,
            Method = HttpMethod.Parse(check.Target.Method),
            Trust = DocumentOrigin.Others,
            Headers = headers,
            Body = body is not null && _secretBody is null ? Bytes(body) : null,
            Follows = check.Setting<FieldValue.Text>("redirects")?.Content == "follow",
            BodyLimit = Math.Clamp(check.Setting<FieldValue.Bytes>("body-limit")?.Count ?? 256 * 1024, 0, LargestBody),
            Speech = check.Setting<FieldValue.Text>("version")?.Content switch { "1.1" => HttpSpeech.One, "2" => HttpSpeech.Two, _ => HttpSpeech.Auto },
            Fresh = asksPhases || check.Setting<FieldValue.Text>("connection")?.Content == "new",
        };
        ShowsHeaders = check.Expect.IsEmpty || Seen.IsAsked(check, name => name == "header");
        _plainUrl = Value.Of(_ask.Url.GetLeftPart(UriPartial.Path));
    }

    /// <summary>The map of headers costs more than all other reading of a small answer: it is made for checks that ask for a header, and for those that expect nothing yet.</summary>
    public bool ShowsHeaders { get; }

    /// <summary>Where an answer came from, without its query.</summary>
    public Value UrlOf(HttpAnswer answer, Attempt attempt) =>
        ReferenceEquals(answer.Url, _ask.Url) ? _plainUrl : Value.Of(attempt.Redact(answer.Url.GetLeftPart(UriPartial.Path)));

    /// <summary>The question, with secrets as they are at this moment.</summary>
    public HttpAsk AskFor(Attempt attempt) => _ask with
    {
        Trust = attempt.Request.Trust,
        Url = _secretUrl is null ? _ask.Url : new Uri(attempt.ExpandInUrl(_secretUrl)),
        Body = _secretBody is null ? _ask.Body : Bytes(attempt.Expand(_secretBody)),
        Headers = _secretHeaders ? [.. _ask.Headers.Select(header => KeyValuePair.Create(header.Key, attempt.Expand(header.Value)))] : _ask.Headers,
    };

    // Not byte[]: a null array would turn into an empty body that is there.
    private static ReadOnlyMemory<byte>? Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
