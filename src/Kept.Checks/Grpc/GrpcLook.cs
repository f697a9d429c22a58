using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Grpc;

/// <summary>Asks once, and reads to the end of the call.</summary>
internal static class GrpcLook
{
    private const long UsualLimit = 64 * 1024;

    public static Look With(Dialer dialer, TimeProvider time)
    {
        var descriptors = new Descriptors(dialer, time);
        return (request, cancellationToken) => Attempt.RunAsync(request, time, (attempt, deadline) => LookAsync(dialer, descriptors, attempt, deadline), cancellationToken);
    }

    private static ValueTask<Observation> LookAsync(Dialer dialer, Descriptors descriptors, Attempt attempt, CancellationToken deadline)
    {
        var check = attempt.Request.Check;
        var call = new GrpcCall(dialer, attempt);
        return GrpcKind.MethodOf(check) is { } method
            ? MethodLook.LookAsync(method, descriptors, call, attempt, check.Limit(UsualLimit), deadline)
            : HealthAsync(call, attempt, deadline);
    }

    private static async ValueTask<Observation> HealthAsync(GrpcCall call, Attempt attempt, CancellationToken deadline)
    {
        var (check, target) = (attempt.Request.Check, attempt.Request.Check.Target);
        var (end, answer) = await call.AskAsync(Health.Method, [Health.Question(target.Rest)], check.Limit(UsualLimit), deadline);
        var phases = attempt.Trail.Phases;
        var status = end.Code == 0 ? call.Read(() => Health.StatusOf(end.Single().Span)) : null;
        var message = end.Message is null ? null : attempt.Quoted(end.Message);
        if (end.Code != 0 && !Seen.IsExpected(check, GrpcFailures.TellsEnd))
            throw EgressException.OfTarget(TargetFailure.ReportedFailure, $"{call.Where} ended the call with {end.CodeName} (grpc-status {end.Code}{Health.Meaning(end.Code)}){(message is null ? "" : ": " + message)}");
        if (status is not null && status != Health.Serving && !Seen.IsExpected(check, GrpcFailures.TellsServing))
            throw EgressException.OfTarget(TargetFailure.ReportedFailure, $"{(target.Rest.Length == 0 ? call.Where : $"{target.Rest} at {call.Where}")} says that it is {status}");
        var seen = new SeenValues(check.Kind)
        {
            ["status"] = status is null ? null : Value.Of(status),
            ["grpc.status"] = Value.Of(end.Code),
            ["grpc.message"] = message is null ? null : Value.Of(message),
            ["size"] = Value.Of(Quantity.Bytes(answer.Body.Length)),
        };
        seen.AddConnection(attempt, phases);
        return attempt.Answered(seen.All, end.Code, answer.Body.Length, status ?? $"{end.CodeName}{(message is null ? "" : ": " + message)}") with { Phases = phases };
    }
}
