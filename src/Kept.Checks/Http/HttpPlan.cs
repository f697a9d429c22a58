using System.Collections.Immutable;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Http;

/// <summary>What a check asks, read once from its settings. Whatever names a secret stays unexpanded here.</summary>
internal sealed class HttpPlan
{
    private const long LargestBody = 16 * 1024 * 1024;
    private static readonly ConditionalWeakTable<Check, HttpPlan> Plans = [], StepPlans = [];

    private readonly HttpAsk _ask;
    private readonly string? _secretUrl, _secretBody;
    private readonly bool _secretHeaders, _authorizedTwice;
    private readonly Value _plainUrl;
    private readonly Func<string, string>? _fit;
    private readonly Check? _shown;
    private readonly string? _user, _password;
    private readonly ImmutableArray<KeyValuePair<string, string>> _grant;

    public static HttpPlan Of(Check check) => Plans.GetValue(check, static check => new HttpPlan(check, isStep: false));

    /// <summary>Of one step of several, the last one too: what names a value that was taken is filled in.</summary>
    public static HttpPlan OfStep(Check step) => StepPlans.GetValue(step, static step => new HttpPlan(step, isStep: true));

    private HttpPlan(Check check, bool isStep)
    {
        bool Varies(string text) => Secrets.IsIn(text) || isStep && TakenName.In(text).Any();
        var url = check.Target.Rest;
        _secretUrl = Varies(url) ? url : null;
        var headers = check.Setting<FieldValue.TextMap>("headers")?.Items ?? [];
        _secretHeaders = headers.Any(header => Varies(header.Value));
        var body = check.Setting<FieldValue.Text>("body")?.Content;
        _secretBody = body is not null && Varies(body) ? body : null;
        if (body is not null) headers = Asking.Typed(headers, body);
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
            Speech = Asking.SpeechOf(check),
            Fresh = asksPhases || check.Setting<FieldValue.Text>("connection")?.Content == "new",
        };
        ShowsHeaders = check.Expect.IsEmpty || Seen.IsAsked(check, name => name == "header");
        ShowsCookies = check.Expect.IsEmpty || Seen.IsAsked(check, name => name == "cookie");
        _user = check.Setting<FieldValue.Text>(Settings.User.Name)?.Content;
        _password = check.Setting<FieldValue.Text>(Settings.Password.Name)?.Content;
        _grant = check.Setting<FieldValue.TextMap>("oauth2")?.Items ?? [];
        _authorizedTwice = (_user is null ? 0 : 1) + (_grant.IsEmpty ? 0 : 1) + headers.Count(header => header.Key.Equals("Authorization", StringComparison.OrdinalIgnoreCase)) > 1;
        _shown = check.Setting<FieldValue.Text>(Settings.ClientCertificate.Name) is null ? null : check;
        _fit = headers.FirstOrDefault(header => header.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)).Value is { } type ? FitOf(type) : null;
        var plain = _ask.Url.GetLeftPart(UriPartial.Path);
        _plainUrl = Value.Of(plain == url ? url : plain); // one text a check, where a house has many
    }

    /// <summary>The map of headers costs more than all other reading of a small answer: it is made for checks that ask for a header, and for those that expect nothing yet.</summary>
    public bool ShowsHeaders { get; }

    public bool ShowsCookies { get; }

    /// <summary>Where an answer came from, without its query.</summary>
    public Value UrlOf(HttpAnswer answer, Attempt attempt) =>
        ReferenceEquals(answer.Url, _ask.Url) ? _plainUrl : Value.Of(attempt.Redact(answer.Url.GetLeftPart(UriPartial.Path)));

    /// <summary>A token must be had before it asks.</summary>
    public bool NeedsToken => !_grant.IsEmpty;

    /// <summary>Whom to ask for a token.</summary>
    /// <exception cref="EgressException">A secret is not set.</exception>
    public TokenRequest TokenRequestFor(Attempt attempt)
    {
        string? Of(string key) => _grant.FirstOrDefault(pair => pair.Key == key).Value is { Length: > 0 } text ? attempt.Expand(text) : null;
        return new TokenRequest(new Uri(Of("token-url") ?? throw EgressException.OfUs(GapCause.Fault, "oauth2 names no token-url")), Of("client-id") ?? "", Of("client-secret") ?? "", Of("scope"), Of("audience"), Of("credentials-in") == "body", attempt.Request.Trust);
    }

    /// <summary>The headers with who we are by name and password.</summary>
    private ImmutableArray<KeyValuePair<string, string>> Named(ImmutableArray<KeyValuePair<string, string>> headers, Attempt attempt)
    {
        if (_authorizedTwice) throw EgressException.OfUs(GapCause.Fault, "the check says twice who we are; write one of the header Authorization, user and password, and oauth2");
        if (_user is null) return headers;
        var user = attempt.Expand(_user);
        if (user.Contains(':', StringComparison.Ordinal)) throw EgressException.OfUs(GapCause.Fault, "a user name with a colon cannot be sent (RFC 7617)");
        return headers.Add(new("Authorization", AccessTokens.Basic(user, _password is null ? "" : attempt.Expand(_password))));
    }

    /// <summary>The question, with secrets as they are at this moment.</summary>
    public HttpAsk AskFor(Dialer dialer, Attempt attempt) => _ask with
    {
        Trust = attempt.Request.Trust,
        Identity = _shown is null ? null : dialer.IdentityOf(_shown, attempt),
        Url = _secretUrl is null ? _ask.Url : new Uri(attempt.ExpandInUrl(_secretUrl)),
        Body = _secretBody is null ? _ask.Body : Bytes(attempt.Expand(_secretBody)),
        Headers = Named(_secretHeaders ? [.. _ask.Headers.Select(header => KeyValuePair.Create(header.Key, attempt.Expand(header.Value)))] : _ask.Headers, attempt),
    };

    /// <summary>The question of a step, with secrets and with what steps before it took, each value written so that it stays one value where it stands.</summary>
    public HttpAsk AskFor(Dialer dialer, Attempt attempt, Luggage luggage) => _ask with
    {
        Trust = attempt.Request.Trust,
        Identity = _shown is null ? null : dialer.IdentityOf(_shown, attempt),
        Url = _secretUrl is null ? _ask.Url : new Uri(luggage.Fill(_secretUrl, attempt.ExpandInUrl, Uri.EscapeDataString)),
        Body = _secretBody is null ? _ask.Body : Bytes(luggage.Fill(_secretBody, attempt.Expand, _fit)),
        Headers = Named(_secretHeaders ? [.. _ask.Headers.Select(header => KeyValuePair.Create(header.Key, luggage.Fill(header.Value, attempt.Expand, null)))] : _ask.Headers, attempt),
        Cookies = luggage.Cookies,
    };

    /// <summary>How a value is written inside content of a type, where the content has a form that a quote or an ampersand would break.</summary>
    private static Func<string, string>? FitOf(string contentType) =>
        contentType.Contains("json", StringComparison.OrdinalIgnoreCase) ? value => JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString()
        : contentType.Contains("x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) ? Uri.EscapeDataString
        : contentType.Contains("xml", StringComparison.OrdinalIgnoreCase) || contentType.Contains("html", StringComparison.OrdinalIgnoreCase) ? value => WebUtility.HtmlEncode(value)
        : null;

    // Not byte[]: a null array would turn into an empty body that is there.
    private static ReadOnlyMemory<byte>? Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
