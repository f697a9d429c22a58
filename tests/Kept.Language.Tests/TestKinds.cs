using Kept.Model;

namespace Kept.Language.Tests;

/// <summary>Kinds of check that see one name of every form, for tests of the language alone; the program's own kinds are tested with the examples.</summary>
internal static class TestKinds
{
    public static readonly CheckKind Http = new("http", "Asks over HTTP.", "[METHOD] URL", ReadUrl,
    [
        new("headers", FieldForm.TextMap, "Headers to send.", MayHoldSecret: true),
        new("body", FieldForm.Text, "Content to send.", MayHoldSecret: true),
        new("redirects", FieldForm.OneOf, "Whether redirects are followed.", "refuse", ["refuse", "follow"]),
        new("body-limit", FieldForm.Size, "Most bytes of content.", "256KiB"),
        new("max-redirects", FieldForm.Whole, "How many.", "5"),
        new("wait", FieldForm.Duration, "How long to wait before.", "0s"),
        new("insecure", FieldForm.YesNo, "For tests.", "no"),
        new("alpn", FieldForm.Texts, "Protocols."),
    ],
    [
        new("status", ObservedForm.Quantity, Dimension.Number, "the status code"),
        new("time", ObservedForm.Quantity, Dimension.Time, "the whole time"),
        new("body", ObservedForm.Body, Dimension.Number, "the content"),
        new("header", ObservedForm.Map, Dimension.Number, "response headers"),
        new("certificate.expires-in", ObservedForm.Quantity, Dimension.Time, "until the certificate ends", Optional: true),
    ], [], TakesSteps: true);

    public static readonly CheckKind Tcp = new("tcp", "Connects.", "HOST:PORT", text =>
        text.LastIndexOf(':') is var colon and > 0 && int.TryParse(text.AsSpan(colon + 1), out var port) ? TargetReading.Of(new CheckTarget(text, text[..colon], port, "", text)) : TargetReading.Wrong("the port is missing", "write host:port"),
        [new("send", FieldForm.Text, "What to send.")], [new("time", ObservedForm.Quantity, Dimension.Time, "the whole time")], []);

    public static readonly CheckKind Heartbeat = new("heartbeat", "Waits to be called.", "KEY", text => TargetReading.Of(new CheckTarget(text, "", 0, "", text)),
        [new("grace", FieldForm.Duration, "How late it may be.", "1m")], [new("exit", ObservedForm.Quantity, Dimension.Number, "exit code", Optional: true)], [], IsPassive: true);

    public static IReadOnlyList<CheckKind> All { get; } = [Http, Tcp, Heartbeat];

    private static TargetReading ReadUrl(string text)
    {
        var words = text.Split(' ');
        var (method, url) = words.Length == 2 ? (words[0], words[1]) : ("GET", words[0]);
        return words.Length <= 2 && Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? TargetReading.Of(new CheckTarget(text, uri.Host, uri.Port, method, url)) : TargetReading.Wrong($"this is not a URL: {url}", "write it whole: https://service.example/health");
    }
}
