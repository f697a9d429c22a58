using Kept.Model;

namespace Kept.Checks.WebSocket;

/// <summary>The kind <c>websocket</c>.</summary>
internal static class WebSocketKind
{
    public const int Opened = 0, Answer = 1, Frame = 2, Size = 3, Subprotocol = 4, CloseCode = 5, CloseReason = 6, Time = 7, Dns = 8, Connect = 9, Tls = 10, FirstByte = 11, TimeAnswer = 12, TimePong = 13, Ip = 14, OfTls = 15;

    public static readonly CheckKind Kind = new(
        "websocket", "Opens a WebSocket; may send a text and wait for a message or a pong, and closes it.", "ws://… or wss://…", ReadTarget,
        Fields:
        [
            new("headers", FieldForm.TextMap, "headers to send with the handshake, by name; values may name secrets", MayHoldSecret: true),
            new("subprotocol", FieldForm.Texts, "what to offer to speak, the best first; a server that chooses another fails"),
            new("send", FieldForm.Text, "a text to send once open; the first message that comes back is the answer unless 'reads' says more", MayHoldSecret: true),
            new("reads", FieldForm.Text, "reads messages until one holds this text; without it the look fails", MayHoldSecret: true),
            new("ping", FieldForm.YesNo, "sends a ping and waits for its pong; without it the look fails", "no"),
            new("body-limit", FieldForm.Size, "most bytes of one message; more is a failure", "64KiB"),
            Settings.Addresses,
            InClear.Field,
        ],
        Sees:
        [
            new("opened", ObservedForm.Flag, Dimension.Number, "true: a look whose handshake was not answered with 101 is a failure"),
            new("answer", ObservedForm.Body, Dimension.Number, "the message that was waited for: text, and JSON where it is JSON; empty where the check neither sends nor reads"),
            new("frame", ObservedForm.Text, Dimension.Number, "how that message came: 'text' or 'binary'; missing without one", Optional: true),
            new("size", ObservedForm.Quantity, Dimension.Size, "its bytes"),
            new("subprotocol", ObservedForm.Text, Dimension.Number, "what the server chose to speak; missing where it chose nothing", Optional: true),
            new("close-code", ObservedForm.Quantity, Dimension.Number, "the code the server closed with: 1000 is well, 1005 none, 1006 no close at all; waited for where the check asks for it", Optional: true),
            new("close-reason", ObservedForm.Text, Dimension.Number, "the reason it gave; missing where it gave none", Optional: true),
            .. Seen.TimeAndPhases,
            new("time.first-byte", ObservedForm.Quantity, Dimension.Time, "from sending the handshake to the first byte of its answer"),
            new("time.answer", ObservedForm.Quantity, Dimension.Time, "from being open (and having sent) to the whole message", Optional: true),
            new("time.pong", ObservedForm.Quantity, Dimension.Time, "from ping to pong; missing where the check sends none", Optional: true),
            Seen.Ip,
            .. Seen.OfTls,
        ],
        Failures:
        [
            "refused", "timeout", "reset", "name-not-found", "handshake-failed", "certificate-expired", "certificate-expiring", "certificate-other-name", WebSocketFailures.NotFound,
            WebSocketFailures.Unavailable, WebSocketFailures.RedirectToLogin, WebSocketFailures.NotUpgraded, .. AwaitedAnswers.Others, "field-missing", "field-null", "field-other-type",
            WebSocketFailures.PongMissing, "ten-times-slower", "malformed", "too-large",
        ],
        Typical: WebSocketFailures.Healthy, Settles: InClear.Settled);

    private static TargetReading ReadTarget(string text)
    {
        const string example = "wss://service.example/live";
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words switch
        {
            [] => TargetReading.Wrong("the target is empty", $"write a URL: {example}"),
            [var url] => Targets.Url(text, "", url, ("ws", "wss"), "use ws:// or wss://; http:// and https:// are for the kind http", example),
            _ => TargetReading.Wrong("a URL holds no spaces", $"write them as %20: {string.Join("%20", words)}"),
        };
    }
}
