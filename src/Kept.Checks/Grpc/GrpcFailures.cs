using Kept.Model;

namespace Kept.Checks.Grpc;

/// <summary>Failures of gRPC servers, as a look would see them.</summary>
internal static class GrpcFailures
{
    public static readonly Failure NotServing = ToldFailures.Telling("not-serving", "a server that says it does not serve", TellsServing, _ => [("status", Value.Of("NOT_SERVING"))]);

    public static readonly Failure ServiceMissing = Ended("service-missing", "a server that does not know the service", 5, "unknown service", check => check.Target.Rest.Length > 0);

    /// <summary>It runs, and nobody registered the service that tells its health.</summary>
    public static readonly Failure HealthMissing = Ended("health-missing", "a server without the health service", 12, "unknown service grpc.health.v1.Health");

    /// <summary>What a proxy says whose servers are gone.</summary>
    public static readonly Failure Unavailable = Ended("unavailable", "a server that is not available", 14, "no healthy upstream");

    public static readonly Failure LoginRefused = Ended("login-refused", "a server that does not take who asks", 16, "invalid token", check => check.Setting<FieldValue.TextMap>("headers")?.Items.IsEmpty == false);

    /// <summary>A web server, or the page of a proxy.</summary>
    public static readonly Failure AnswerOther = StandardFailures.Failing("answer-other", "another protocol that answers", TargetFailure.Malformed);

    public static readonly Failure AnswerTruncated = StandardFailures.Failing("answer-truncated", "an answer that ends before its status", TargetFailure.Malformed);

    /// <summary>Whoever asks for this wants to see whether it serves, and judges it.</summary>
    public static bool TellsServing(string name) => name == "status";

    /// <summary>Whoever asks for one of these wants to see how the call ended, and judges it.</summary>
    public static bool TellsEnd(string name) => name is "grpc.status" or "grpc.message";

    public static IEnumerable<KeyValuePair<string, Value?>> Healthy(Check check)
    {
        if (!check.IsOverTls())
            foreach (var nothing in Seen.NothingOfTls)
                yield return nothing;
        yield return new("status", Value.Of(GrpcAnswer.Serving));
        yield return new("grpc.message", null);
    }

    private static Failure Ended(string name, string means, int code, string message, Func<Check, bool>? applies = null) => ToldFailures.Telling(
        name, means, TellsEnd, _ => [("status", null), ("grpc.status", Value.Of((decimal)code)), ("grpc.message", Value.Of(message))], applies);
}
