using System.Collections.Immutable;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Grpc;

/// <summary>Asks once, and reads to the end of the call.</summary>
internal static class GrpcLook
{
    private const long UsualLimit = 64 * 1024;

    /// <summary>Metadata that makes the call: only we set it.</summary>
    private static readonly string[] NotYours = ["Content-Type", "Host"];

    public static Look With(Dialer dialer, TimeProvider time) => (request, cancellationToken) =>
        Attempt.RunAsync(request, time, (attempt, deadline) => LookAsync(dialer, attempt, deadline), cancellationToken);

    private static async ValueTask<Observation> LookAsync(Dialer dialer, Attempt attempt, CancellationToken deadline)
    {
        var (check, target) = (attempt.Request.Check, attempt.Request.Check.Target);
        var where = HostPort.Write(target.Host, target.Port);
        var answer = await HttpExchange.AskAsync(dialer, AskFor(attempt, where), attempt.Trail, deadline);
        var phases = attempt.Trail.Phases;
        if (answer.Status != 200) throw EgressException.OfTarget(TargetFailure.ReportedFailure, $"{where} answered with HTTP status {answer.Status}, which is no answer of gRPC");
        if (!IsGrpc(answer)) throw EgressException.OfTarget(TargetFailure.Malformed, $"{where} does not speak gRPC: its answer is of another type (Content-Type)");
        GrpcAnswer end;
        try
        {
            end = GrpcAnswer.Read(answer);
        }
        catch (FormatException fault)
        {
            throw EgressException.OfTarget(TargetFailure.Malformed, $"{where} does not speak gRPC as it should: {fault.Message}", fault);
        }
        var message = end.Message is null ? null : attempt.Quoted(end.Message);
        if (end.Code != 0 && !Seen.IsExpected(check, GrpcFailures.TellsEnd))
            throw EgressException.OfTarget(TargetFailure.ReportedFailure, $"{where} ended the call with {end.CodeName} (grpc-status {end.Code}{Meaning(end.Code)}){(message is null ? "" : ": " + message)}");
        if (end.Status is { } status && status != GrpcAnswer.Serving && !Seen.IsExpected(check, GrpcFailures.TellsServing))
            throw EgressException.OfTarget(TargetFailure.ReportedFailure, $"{(target.Rest.Length == 0 ? where : $"{target.Rest} at {where}")} says that it is {status}");
        var seen = new SeenValues(check.Kind)
        {
            ["status"] = end.Status is null ? null : Value.Of(end.Status),
            ["grpc.status"] = Value.Of(end.Code),
            ["grpc.message"] = message is null ? null : Value.Of(message),
            ["size"] = Value.Of(Quantity.Bytes(answer.Body.Length)),
        };
        seen.AddConnection(attempt, phases);
        return attempt.Answered(seen.All, end.Code, answer.Body.Length, end.Status ?? $"{end.CodeName}{(message is null ? "" : ": " + message)}") with { Phases = phases };
    }

    private static HttpAsk AskFor(Attempt attempt, string where)
    {
        var (check, target) = (attempt.Request.Check, attempt.Request.Check.Target);
        var metadata = check.Setting<FieldValue.TextMap>(Fetch.Headers.Name)?.Items ?? [];
        foreach (var (name, _) in metadata)
            if (NotYours.Contains(name, StringComparer.OrdinalIgnoreCase) || name.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase))
                throw EgressException.OfUs(GapCause.Fault, $"the header {name} makes the call and is ours; remove it");
        return new HttpAsk
        {
            Url = new Uri($"{(check.IsOverTls() ? "https" : "http")}://{where}/grpc.health.v1.Health/Check"),
            Host = target.Host,
            Method = HttpMethod.Post,
            Trust = attempt.Request.Trust,
            Headers = [new("Content-Type", "application/grpc"), .. metadata.Select(header => KeyValuePair.Create(header.Key, attempt.Expand(header.Value)))],
            Body = GrpcAnswer.Question(target.Rest),
            BodyLimit = check.Limit(UsualLimit),
            Speech = HttpSpeech.Two,
            TakesTrailers = true,
            Fresh = Seen.IsAsked(check, name => name is "time.dns" or "time.connect" or "time.tls"),
        };
    }

    /// <summary><c>application/grpc</c>, also with what the message is written in (<c>+proto</c>); <c>application/grpc-web</c> is another protocol.</summary>
    private static bool IsGrpc(HttpAnswer answer) =>
        answer.ContentHeaders.ContentType?.MediaType is { } type && (type.Equals("application/grpc", StringComparison.OrdinalIgnoreCase) || type.Equals("application/grpc+proto", StringComparison.OrdinalIgnoreCase));

    /// <summary>What these codes tell here (https://github.com/grpc/grpc/blob/master/doc/health-checking.md).</summary>
    private static string Meaning(int code) => code switch
    {
        5 => ", it does not know the service",
        12 => ", it has no health service",
        _ => "",
    };
}
