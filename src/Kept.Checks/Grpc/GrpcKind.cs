using Kept.Model;

namespace Kept.Checks.Grpc;

/// <summary>The kind <c>grpc</c>: the standard question after health, by hand over HTTP/2.</summary>
internal static class GrpcKind
{
    private const string Example = "orders.example:50051, or of one service: orders.v1.Orders at orders.example:50051";

    public static readonly CheckKind Kind = new(
        "grpc", "Asks a gRPC server, or one service of it, whether it serves (grpc.health.v1).", "[SERVICE at] HOST:PORT", text => Targets.QuestionAtHost(text, "grpc", 0, Example, Refuses),
        Fields:
        [
            Fetch.Headers with { Means = "metadata to send, by name; values may name secrets" },
            Settings.OverTls,
            Settings.BodyLimit("64KiB"),
            Settings.Addresses,
        ],
        Sees:
        [
            new("status", ObservedForm.Text, Dimension.Number, "'SERVING', 'NOT_SERVING', 'UNKNOWN' or 'SERVICE_UNKNOWN'; any but SERVING is a failure unless the check asks for it", Optional: true, Typical: Value.Of(GrpcAnswer.Serving)),
            new("grpc.status", ObservedForm.Quantity, Dimension.Number, "the code by which the call ended: 0 is well; any other is a failure unless the check asks for it", Typical: Value.Of(0m), AtLeast: 0, AtMost: 16),
            new("grpc.message", ObservedForm.Text, Dimension.Number, "what the server says about that code", Optional: true),
            new("size", ObservedForm.Quantity, Dimension.Size, "bytes of the answer"),
            .. Seen.TimeAndPhases,
            new("time.first-byte", ObservedForm.Quantity, Dimension.Time, "from sending the request to the head of the answer"),
            Seen.Ip,
            .. Seen.OfTls,
        ],
        Failures:
        [
            "refused", "timeout", "reset", "name-not-found", "handshake-failed", "certificate-expired", "certificate-expiring", GrpcFailures.NotServing, GrpcFailures.ServiceMissing, GrpcFailures.HealthMissing,
            GrpcFailures.Unavailable, GrpcFailures.LoginRefused, GrpcFailures.AnswerOther, GrpcFailures.AnswerTruncated, "malformed", "ten-times-slower", "too-large",
        ],
        Typical: GrpcFailures.Healthy);

    private static (string, string)? Refuses(string service) =>
        service.Length > 256 || !service.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '/') ? ("a service is one name of at most 256 letters, digits and . _ - /", "write it as the server registers it: orders.v1.Orders") : null;
}
