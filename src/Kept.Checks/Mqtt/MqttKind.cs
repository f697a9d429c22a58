using System.Text;
using Kept.Model;

namespace Kept.Checks.Mqtt;

/// <summary>The kind <c>mqtt</c>.</summary>
internal static class MqttKind
{
    private const string Example = "broker.example:1883, or with a round trip: kept/probe at broker.example";

    public static readonly CheckKind Kind = new(
        "mqtt", "Connects to an MQTT broker; with a topic it also subscribes to it, publishes a message of its own there, and waits until that one comes back.", "[TOPIC at] HOST[:PORT]",
        text => Targets.QuestionAtHost(text, "mqtt", 1883, Example, Refuses),
        Fields:
        [
            new("speaks", FieldForm.OneOf, "the version of MQTT", "3.1.1", ["3.1.1", "5"]),
            Settings.User,
            Settings.Password,
            Settings.OverTls,
            Settings.BodyLimit("64KiB"),
            Settings.Addresses,
        ],
        Sees:
        [
            new("return-code", ObservedForm.Quantity, Dimension.Number, "of the broker's answer to connecting: 0 is accepted; any other is a failure unless the check asks for it", Typical: Value.Of(0m), AtLeast: 0, AtMost: 255),
            new("reason", ObservedForm.Text, Dimension.Number, "the same in words", Typical: Value.Of("accepted")),
            new("session-present", ObservedForm.Flag, Dimension.Number, "the broker remembers this client, whose name nobody had before: never true of a sound one", Typical: Value.Of(false)),
            new("round-trip", ObservedForm.Quantity, Dimension.Time, "from publishing until the message came back; only with a topic", Optional: true, AtLeast: 0, IsOfLook: true),
            .. Seen.TimeAndPhases,
            new("time.first-byte", ObservedForm.Quantity, Dimension.Time, "from being connected to the first byte of an answer"),
            Seen.Ip,
            .. Seen.OfTls,
        ],
        Failures:
        [
            "refused", "timeout", "reset", "name-not-found", "handshake-failed", MqttFailures.VersionRefused, MqttFailures.LoginRefused, MqttFailures.NotAuthorized, MqttFailures.Unavailable,
            MqttFailures.SubscribeRefused, MqttFailures.PublishRefused, MqttFailures.MessageLost, "malformed", "ten-times-slower", "too-large",
        ],
        Typical: MqttFailures.Healthy,
        Settles: Secrecy.Settled);

    private static (string, string)? Refuses(string topic) =>
        topic.AsSpan().IndexOfAny('+', '#') >= 0 ? ($"'{topic}' is a pattern, and a message needs one topic", "write it without + and #: kept/probe")
        : topic.StartsWith('$') ? ($"topics that begin with $ belong to the broker: {topic}", "use one of your own: kept/probe")
        : topic.Contains('\0') || topic.Any(char.IsSurrogate) || Encoding.UTF8.GetByteCount(topic) > 256 ? ("the topic is longer than 256 bytes, or holds characters that no topic has", "use a short one: kept/probe")
        : null;
}
