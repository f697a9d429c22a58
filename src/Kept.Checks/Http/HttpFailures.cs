using System.Collections.Frozen;
using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Checks.Http;

/// <summary>Failures that only HTTP has, as a look would see them.</summary>
internal static class HttpFailures
{
    private const string LoginForm = "<!doctype html><html><head><title>Log in</title></head><body><form method=\"post\" action=\"/login\"><input name=\"user\"></form></body></html>";

    /// <summary>Error statuses as real servers send them: with content of their own, JSON where the healthy service speaks JSON, else a page.</summary>
    public static readonly ImmutableArray<Failure> Statuses =
    [
        Status(500, "internal server error"), Status(503, "service unavailable"), Status(404, "not found"), Status(429, "too many requests", isGrave: false),
    ];

    /// <summary>Someone put a login in front: a redirect, which is itself the answer unless the check follows it to the page, and that answers 200.</summary>
    public static readonly Failure RedirectToLogin = new("redirect-to-login", "a redirect to a login page", look => Follows(look.Check)
        ? [LoginPageAt(look, "a redirect to a login page that answers 200", 1, "/login")]
        : [WithStatus(look.AnswersBody("a redirect to a login page", "", "text/html", ("status", Value.Of(302m)), ("header", look.WithHeader("location", "/login"))), 302)], IsGrave: true);

    public static readonly Failure LoginPage = new("login-page-200", "a login page that answers 200", look => [LoginPageAt(look, "a login page that answers 200", 0, null)], IsGrave: true);

    public static readonly Failure RedirectLoop = StandardFailures.Failing("redirect-loop", "a redirect that leads in a circle", TargetFailure.RedirectRefused, look => Follows(look.Check));

    /// <summary>What a healthy look sees by the way the check asks: without TLS no certificate, of HEAD no content.</summary>
    public static IEnumerable<KeyValuePair<string, Value?>> Healthy(Check check)
    {
        var url = check.Target.Rest;
        if (url.StartsWith("http://", StringComparison.Ordinal) && !Follows(check))
            foreach (var nothing in Seen.NothingOfTls)
                yield return nothing;
        if (url.StartsWith("https://", StringComparison.Ordinal)) yield return new("certificate.expires-in", Value.Of(Duration.Days(60)));
        yield return new("url", Value.Of(url.Split('?')[0]));
        var content = check.Target.Method == "HEAD" ? "" : "{\"status\":\"ok\"}";
        yield return new("body", new Value.Body(content));
        yield return new("header", new Value.Map(new Dictionary<string, string> { ["content-type"] = "application/json" }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase)));
    }

    private static bool Follows(Check check) => check.Setting<FieldValue.Text>("redirects")?.Content == "follow";

    private static Failure Status(int status, string words, bool isGrave = true) => new($"status-{status}", $"an answer {status}", look =>
    {
        var (content, type) = StandardFailures.ErrorContent(look, words);
        return [WithStatus(look.AnswersBody($"an answer {status}", content, type, ("status", Value.Of((decimal)status))), status)];
    }, isGrave);

    private static FailedLook LoginPageAt(HealthyLook look, string words, int redirects, string? path)
    {
        var url = path is null || !Uri.TryCreate(look.Check.Target.Rest, UriKind.Absolute, out var asked) ? look["url"] : Value.Of(asked.GetLeftPart(UriPartial.Authority) + path);
        return WithStatus(look.AnswersBody(words, LoginForm, "text/html", ("status", Value.Of(200m)), ("redirects", Value.Of((decimal)redirects)), ("url", url)), 200);
    }

    private static FailedLook WithStatus(FailedLook look, int status) => look with { Seen = look.Seen with { Code = status } };
}
