using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Http;

/// <summary>The kind <c>http</c>: what it is told and what it sees.</summary>
internal static class HttpKind
{
    public const int Status = 0, Time = 1, Dns = 2, Connect = 3, Tls = 4, FirstByte = 5, Body = 6, Header = 7, Size = 8, Ip = 9, Version = 10, Redirects = 11, Url = 12, OfTls = 13, Cookie = 20;

    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

    public static readonly CheckKind Kind = new(
        "http", "Asks a web service one question over HTTP and reads its whole answer.", "[METHOD] URL", ReadTarget,
        Fields:
        [
            new("headers", FieldForm.TextMap, "headers to send, by name; values may name secrets", MayHoldSecret: true),
            new("body", FieldForm.Text, "content to send; JSON where it begins with { or [, else plain text", MayHoldSecret: true),
            new("redirects", FieldForm.OneOf, "refuse: a redirect is itself the answer; follow: at most 5, never from https to http, with headers only for their own origin", "refuse", ["refuse", "follow"]),
            new("body-limit", FieldForm.Size, "most bytes of content, decompressed; more is a failure; at most 16MiB", "256KiB", Most: "16MiB"),
            Asking.Version,
            new("connection", FieldForm.OneOf, "kept: reuse a connection for up to 10 looks, then the whole handshake again; new: always the whole handshake", "kept", ["kept", "new"]),
            Settings.ClientCertificate, Settings.ClientKey,
            Settings.User, Settings.Password with { Needs = "user" },
            new("oauth2", FieldForm.TextMap, "asks a token server for a token by client credentials, and sends it as Authorization", MayHoldSecret: true, Keys:
            [
                new("token-url", "Where tokens are given.", "https://login.example/oauth2/token", IsUrl: true),
                new("client-id", "As whom.", "kept"),
                new("client-secret", "Its secret, best from ${env:NAME} or ${file:PATH}.", "${env:CLIENT_SECRET}"),
                new("scope", "What for, several by spaces."),
                new("audience", "For which service, where the server asks for it."),
                new("credentials-in", "Where id and secret are sent: header, which every server reads, or body. By default header.", Choices: ["header", "body"]),
            ]),
            Settings.Addresses,
            InClear.Field,
        ],
        Sees:
        [
            new("status", ObservedForm.Quantity, Dimension.Number, "the status code", Typical: Value.Of(200m), AtLeast: 100, AtMost: 999),
            .. Seen.TimeAndPhases,
            new("time.first-byte", ObservedForm.Quantity, Dimension.Time, "from sending the request to the head of the answer"),
            new("body", ObservedForm.Body, Dimension.Number, "the content: text, and JSON where it is JSON", Typical: new Value.Body("{\"status\":\"ok\"}")),
            new("header", ObservedForm.Map, Dimension.Number, "the headers of the answer; several of one name are joined by a comma"),
            new("size", ObservedForm.Quantity, Dimension.Size, "bytes of the content, decompressed"),
            Seen.Ip,
            new("version", ObservedForm.Text, Dimension.Number, "the version of HTTP that was spoken: '1.1' or '2'", Typical: Value.Of("1.1")),
            new("redirects", ObservedForm.Quantity, Dimension.Number, "how many redirects were followed", Typical: Value.Of(0m), AtLeast: 0, AtMost: 5),
            new("url", ObservedForm.Text, Dimension.Number, "where the answer came from in the end, without its query"),
            .. Seen.OfTls.Select(seen => seen.Name == "certificate.expires-in" ? seen with { AtLeast = 0 } : seen), // an expired certificate is a failure, no answer
            new("cookie", ObservedForm.Map, Dimension.Number, "the cookies that the answer sets, by name", Optional: true),
        ],
        Failures:
        [
            "refused", "timeout", "reset", "name-not-found", "certificate-expired", "certificate-other-name", "certificate-expiring",
            .. HttpFailures.Statuses, HttpFailures.RedirectToLogin, HttpFailures.LoginPage,
            "ten-times-slower", "body-empty", "body-html", "body-truncated", "field-missing", "field-null", "field-other-type", "date-stale", HttpFailures.RedirectLoop, "too-large",
        ],
        Typical: HttpFailures.Healthy,
        Settles: InClear.Settled, TakesSteps: true,
        // each step, each redirect that it may follow, with a token that is asked for and asked for once more, at each address
        Sends: check => check.First.Append(check).Sum(step => (step.Setting<FieldValue.Text>("redirects")?.Content == "follow" ? 1L + HttpExchange.MostRedirects : 1) * (step.Settings.ContainsKey("oauth2") ? 4 : 1))
            * (check.Setting<FieldValue.Text>(Settings.Addresses.Name)?.Content == "each" ? AddressChoice.Most : 1));

    private static TargetReading ReadTarget(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words.Length == 0) return TargetReading.Wrong("the target is empty", "write a URL: GET https://service.example/health");
        var (method, url) = words.Length == 1 ? ("GET", words[0]) : (words[0], words[1]);
        if (words.Length > 2) return TargetReading.Wrong("a URL holds no spaces", $"write them as %20: {method} {string.Join("%20", words[1..])}");
        if (words.Length == 1 && Array.Exists(Methods, known => known.Equals(url, StringComparison.OrdinalIgnoreCase)))
            return TargetReading.Wrong($"the URL after {url} is missing", $"write it whole: {url.ToUpperInvariant()} https://service.example/health");
        if (!Array.Exists(Methods, known => known == method))
            return Array.Find(Methods, known => known.Equals(method, StringComparison.OrdinalIgnoreCase)) is { } upper
                ? TargetReading.Wrong($"methods are written in capitals: {method}", $"write {upper} {url}")
                : TargetReading.Wrong($"'{method}' is not a method of HTTP that a check may use", "use one of " + string.Join(", ", Methods));
        return Targets.Url(text, method, url, ("http", "https"), "use http:// or https://; ws:// and wss:// are for the kind websocket, and other kinds of checks look at HOST:PORT", "https://service.example/health");
    }
}
