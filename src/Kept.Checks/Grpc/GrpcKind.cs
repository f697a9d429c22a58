using System.Text.RegularExpressions;
using Kept.Model;

namespace Kept.Checks.Grpc;

/// <summary>The kind <c>grpc</c>, by hand over HTTP/2: the standard question after health, or one call of any method.</summary>
internal static partial class GrpcKind
{
    public const string MethodField = "method", DescriptorsField = "descriptors", RequestField = "request", Int64Field = "int64";

    private const string Example = "orders.example:50051, or of one service: orders.v1.Orders at orders.example:50051";

    public static readonly CheckKind Kind = new(
        "grpc", "Asks a gRPC server whether it serves (grpc.health.v1), or calls one method of it and reads the answer.", "[SERVICE at] HOST:PORT", text => Targets.QuestionAtHost(text, "grpc", 0, Example, Refuses),
        Fields:
        [
            new(MethodField, FieldForm.Text, "the method to call in place of the health check, with one request and one answer: orders.v1.Orders/Get"),
            new(DescriptorsField, FieldForm.Text, "a file that protoc --include_imports --descriptor_set_out made, by its path from the document; without it the server is asked to describe itself (reflection)", Needs: MethodField),
            new(RequestField, FieldForm.Text, "what is asked, as JSON; values may name secrets; {} where it is not given", MayHoldSecret: true, Needs: MethodField),
            new(Int64Field, FieldForm.OneOf, "whole numbers of 64 bits in body: text, as protocol buffers write them in JSON, or number, so that they can be compared by size", "text", ["text", "number"]),
            Fetch.Headers with { Means = "metadata to send, by name; values may name secrets" },
            Settings.OverTls, InClear.Field,
            Settings.BodyLimit("64KiB"),
            Settings.Addresses,
        ],
        Sees:
        [
            new("status", ObservedForm.Text, Dimension.Number, "'SERVING', 'NOT_SERVING', 'UNKNOWN' or 'SERVICE_UNKNOWN'; any but SERVING is a failure unless the check asks for it; not with a method", Optional: true, Typical: Value.Of(Health.Serving)),
            new("grpc.status", ObservedForm.Quantity, Dimension.Number, "the code by which the call ended: 0 is well; any other is a failure unless the check asks for it", Typical: Value.Of(0m), AtLeast: 0, AtMost: 16),
            new("grpc.message", ObservedForm.Text, Dimension.Number, "what the server says about that code", Optional: true),
            new("size", ObservedForm.Quantity, Dimension.Size, "bytes of the answer"),
            .. Seen.TimeAndPhases,
            new("time.first-byte", ObservedForm.Quantity, Dimension.Time, "from sending the request to the head of the answer"),
            Seen.Ip,
            .. Seen.OfTls,
            new("body", ObservedForm.Body, Dimension.Number, "the answer of a method as JSON; missing where the call did not end well", Optional: true),
            new("header", ObservedForm.Map, Dimension.Number, "the metadata before the answer of a method, by name", Optional: true),
            new("trailer", ObservedForm.Map, Dimension.Number, "the metadata after the answer of a method, by name", Optional: true),
        ],
        Failures:
        [
            "refused", "timeout", "reset", "name-not-found", "handshake-failed", "certificate-expired", "certificate-expiring", GrpcFailures.NotServing, GrpcFailures.ServiceMissing, GrpcFailures.HealthMissing,
            GrpcFailures.MethodMissing, GrpcFailures.Internal, GrpcFailures.Unavailable, GrpcFailures.LoginRefused, GrpcFailures.AnswerOther, GrpcFailures.AnswerTruncated, "field-missing", "field-default", "date-stale",
            "malformed", "ten-times-slower", "too-large",
        ],
        Typical: GrpcFailures.Healthy, Settles: Settled, Names: new NamedFile(DescriptorsField, [MethodField, DescriptorsField, RequestField], HeldQuestion.By), Sends: _ => 1 + Reflection.MostAsks);

    /// <summary>The method that a check calls, as <c>package.Service/Method</c>; null where it asks after health.</summary>
    public static string? MethodOf(Check check) => check.Setting<FieldValue.Text>(MethodField)?.Content is { Length: > 0 } method ? method : null;

    private static TargetReading Settled(CheckTarget target, IReadOnlyDictionary<string, FieldValue> settings)
    {
        string Text(string field) => (settings.GetValueOrDefault(field) as FieldValue.Text)?.Content ?? "";
        if (settings.ContainsKey(MethodField))
        {
            var method = Text(MethodField);
            if (target.Rest.Length > 0) return TargetReading.Wrong($"a check calls a method, or asks after the health of {target.Rest}, and not both", $"write the host alone: {Egress.HostPort.Write(target.Host, target.Port)}, or a check of its own for each");
            if (method.Length > 512 || !Method().IsMatch(method)) return TargetReading.Wrong($"'{Excerpt.Of(method.Length <= 100 ? method : method[..100])}' is no method", "write package.Service/Method, such as method: orders.v1.Orders/Get");
        }
        if (Text(RequestField) is { Length: > 0 } request)
            try
            {
                using var json = ProtoRequest.Parsed(request);
            }
            catch (FormatException fault)
            {
                return TargetReading.Wrong(fault.Message, "write an object in quotes: request: '{\"id\": \"42\"}'; secrets stand inside of its texts");
            }
        return InClear.Settled(target, settings, settings.GetValueOrDefault(Settings.OverTls.Name) is not FieldValue.YesNo { IsYes: true }, "write over-tls: yes");
    }

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*/[A-Za-z_][A-Za-z0-9_]*$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Method();

    private static (string, string)? Refuses(string service) =>
        service.Length > 256 || !service.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '/') ? ("a service is one name of at most 256 letters, digits and . _ - /", "write it as the server registers it: orders.v1.Orders") : null;
}
