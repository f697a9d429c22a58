using Kept.Model;

namespace Kept.Checks.Nats;

/// <summary>The kind <c>nats</c>.</summary>
internal static class NatsKind
{
    private const string Example = "nats.example:4222, or with a request: orders.health at nats.example";

    public static readonly CheckKind Kind = new(
        "nats", "Connects to a NATS server and waits for its pong; with a subject it also makes a request there and shows the reply.", "[SUBJECT at] HOST[:PORT]",
        text => Targets.QuestionAtHost(text, "nats", 4222, Example, Refuses),
        Fields:
        [
            new("send", FieldForm.Text, "the text of the request; empty where it is not given", MayHoldSecret: true),
            Settings.User,
            Settings.Password with { Means = "its password, best from ${env:NAME} or ${file:PATH}; without a user it is a token" },
            Settings.OverTls with { Means = "speaks TLS after the server's first line, as clients of NATS do; an untrusted certificate is a failure" },
            Settings.BodyLimit("64KiB"),
            Settings.Addresses,
        ],
        Sees:
        [
            new("answer", ObservedForm.Body, Dimension.Number, "the reply to the request; only with a subject", Optional: true),
            new("error", ObservedForm.Text, Dimension.Number, "the error that the server answered; a failure unless the check asks for it", Optional: true),
            new("round-trip", ObservedForm.Quantity, Dimension.Time, "from the request to its reply; only with a subject", Optional: true, AtLeast: 0, IsOfLook: true),
            new("server-version", ObservedForm.Text, Dimension.Number, "as the server calls it: '2.10.7'", Typical: Value.Of("2.10.7")),
            new("server-name", ObservedForm.Text, Dimension.Number, "the name of the server that answered, of a cluster", Optional: true),
            new("jetstream", ObservedForm.Flag, Dimension.Number, "it says that it keeps streams"),
            .. Seen.TimeAndPhases,
            new("time.first-byte", ObservedForm.Quantity, Dimension.Time, "from being connected to the first byte of an answer"),
            Seen.Ip,
            .. Seen.OfTls,
        ],
        Failures:
        [
            "refused", "timeout", "reset", "name-not-found", "handshake-failed", "no-tls", NatsFailures.LoginRefused, NatsFailures.NoResponders, NatsFailures.SubjectRefused, "answer-empty", "answer-other",
            "field-missing", "field-null", "field-other-type", "malformed", "ten-times-slower", "too-large",
        ],
        Typical: NatsFailures.Healthy,
        Settles: Secrecy.Settled);

    private static (string, string)? Refuses(string subject) =>
        subject.Contains(' ') || subject.Any(char.IsControl) || subject.Length > 256 ? ("a subject is one word of at most 256 characters", "write words joined by dots: orders.health")
        : subject.Split('.').Any(word => word is "" or "*" or ">") ? ($"'{subject}' is no single subject", "write words joined by dots, without * and >: orders.health")
        : subject.StartsWith('$') ? ($"'{subject}' is a subject of the server's own, where a request can change it", "write a subject of a service: orders.health")
        : null;
}
