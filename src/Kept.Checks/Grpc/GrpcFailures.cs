using Kept.Model;

namespace Kept.Checks.Grpc;

/// <summary>Failures of gRPC servers, as a look would see them.</summary>
internal static class GrpcFailures
{
    public static readonly Failure NotServing = ToldFailures.Telling("not-serving", "a server that says it does not serve", TellsServing, _ => [("status", Value.Of("NOT_SERVING"))], AsksHealth);

    public static readonly Failure ServiceMissing = Ended("service-missing", "a server that does not know the service", GrpcAnswer.NotFound, "unknown service", check => check.Target.Rest.Length > 0);

    /// <summary>It runs, and nobody registered the service that tells its health.</summary>
    public static readonly Failure HealthMissing = Ended("health-missing", "a server without the health service", GrpcAnswer.Unimplemented, "unknown service grpc.health.v1.Health", AsksHealth);

    public static readonly Failure MethodMissing = Ended("method-missing", "a server without the method", GrpcAnswer.Unimplemented, "unknown method", check => !AsksHealth(check));

    /// <summary>It runs, and its own code or what it stands on failed.</summary>
    public static readonly Failure Internal = Ended("internal-error", "a call that ends with an internal error", 13, "exception was thrown by handler", check => !AsksHealth(check));

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
        yield return new("grpc.message", null);
        if (AsksHealth(check))
        {
            yield return new("status", Value.Of(Health.Serving));
            foreach (var name in new[] { "body", "header", "trailer" }) yield return new(name, null);
        }
        else
        {
            yield return new("status", null);
            yield return new("body", new Value.Body("{\"name\":\"ok\"}"));
        }
    }

    private static bool AsksHealth(Check check) => GrpcKind.MethodOf(check) is null;

    private static Failure Ended(string name, string means, int code, string message, Func<Check, bool>? applies = null) => ToldFailures.Telling(
        name, means, TellsEnd, _ => [("status", null), ("body", null), ("grpc.status", Value.Of((decimal)code)), ("grpc.message", Value.Of(message))], applies);
}
