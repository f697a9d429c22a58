using System.Collections.Frozen;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Grpc;

/// <summary>Calls one method of a service with a request from the document, and reads the answer as JSON.</summary>
internal static class MethodLook
{
    public static async ValueTask<Observation> LookAsync(string method, Descriptors descriptors, GrpcCall call, Attempt attempt, long limit, CancellationToken deadline)
    {
        var check = attempt.Request.Check;
        var isFile = check.Setting<FieldValue.Text>(GrpcKind.DescriptorsField) is not null;
        var service = method[..method.IndexOf('/', StringComparison.Ordinal)];
        var schema = await descriptors.OfAsync(check, service, call, attempt, deadline);
        var shape = Understood(isFile, call, () => schema.Method(service, method[(service.Length + 1)..]));
        if (shape is null)
        {
            var known = Understood(isFile, call, () => Known(schema, service));
            throw isFile
                ? EgressException.OfUs(GapCause.Fault, $"the descriptors do not know {method}; {known}")
                : EgressException.OfTarget(TargetFailure.ReportedFailure, $"{call.Where} has no method {method}; {known}");
        }
        if (shape.IsStreaming) throw EgressException.OfUs(GapCause.Fault, $"{method} streams, and a check calls methods with one request and one answer; name such a one");
        var request = attempt.ExpandInJson(check.Setting<FieldValue.Text>(GrpcKind.RequestField)?.Content is { Length: > 0 } written ? written : "{}");
        byte[] message;
        try
        {
            message = Understood(isFile, call, () => ProtoRequest.Write(schema.Message(shape.Input), request, schema));
        }
        catch (FormatException fault)
        {
            throw EgressException.OfUs(GapCause.Fault, attempt.Quoted(fault.Message), fault);
        }
        var (end, answer) = await call.AskAsync(method, [message], limit, deadline);
        var phases = attempt.Trail.Phases;
        var told = end.Message is null ? null : attempt.Quoted(end.Message);
        if (end.Code != 0 && !Seen.IsExpected(check, GrpcFailures.TellsEnd))
            throw EgressException.OfTarget(TargetFailure.ReportedFailure, $"{call.Where} ended {method} with {end.CodeName} (grpc-status {end.Code}{(end.Code == GrpcAnswer.Unimplemented ? ", it does not have that method" : "")}){(told is null ? "" : ": " + told)}");
        var body = end.Code == 0 ? attempt.Redact(Understood(isFile, call, () => Answered(call, schema, shape, end, method, check))) : null;
        var seen = new SeenValues(check.Kind)
        {
            ["grpc.status"] = Value.Of(end.Code),
            ["grpc.message"] = told is null ? null : Value.Of(told),
            ["size"] = Value.Of(Quantity.Bytes(answer.Body.Length)),
            ["body"] = body is null ? null : new Value.Body(body),
            ["header"] = MapOf(answer.Headers.NonValidated.Concat(answer.ContentHeaders.NonValidated), attempt),
            ["trailer"] = MapOf(end.Ending.NonValidated, attempt),
        };
        seen.AddConnection(attempt, phases);
        return attempt.Answered(seen.All, end.Code, answer.Body.Length, body is null ? $"{end.CodeName}{(told is null ? "" : ": " + told)}" : Excerpt.Of(body)) with { Phases = phases };
    }

    private static string Answered(GrpcCall call, Schema schema, MethodShape shape, GrpcAnswer end, string method, Check check)
    {
        var message = call.Read(end.Single);
        var type = schema.Message(shape.Output);
        var numbers = check.Setting<FieldValue.Text>(GrpcKind.Int64Field)?.Content == "number";
        try
        {
            return ProtoJson.Write(type, message.Span, schema, numbers);
        }
        catch (FormatException fault) when (fault is not BrokenDescriptorsException)
        {
            throw EgressException.OfTarget(TargetFailure.Malformed, $"what {call.Where} answered to {method} is no {type.Name}: {fault.Message}", fault);
        }
    }

    /// <summary>Descriptors that say something impossible: those of a file are ours, those of a server its own.</summary>
    private static T Understood<T>(bool isFile, GrpcCall call, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (BrokenDescriptorsException fault)
        {
            throw isFile ? EgressException.OfUs(GapCause.Fault, fault.Message, fault) : EgressException.OfTarget(TargetFailure.Malformed, $"{call.Where} describes itself wrong: {fault.Message}", fault);
        }
    }

    /// <summary>What the descriptors have in place of a method that they do not.</summary>
    public static string Known(Schema schema, string service)
    {
        var methods = schema.MethodsOf(service).Take(12).ToList();
        if (methods.Count > 0) return $"{service} has {Short(methods)}";
        var services = schema.Services.Take(12).ToList();
        return services.Count > 0 ? $"they hold the services {Short(services)}" : "they hold no service";
    }

    private static string Short(IEnumerable<string> names) => string.Join(", ", names) is { Length: > 300 } text ? text[..300] + "…" : string.Join(", ", names);

    /// <summary>What came as metadata, without what makes the call.</summary>
    private static Value.Map MapOf(IEnumerable<KeyValuePair<string, System.Net.Http.Headers.HeaderStringValues>> headers, Attempt attempt)
    {
        var map = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in headers)
            if (!name.Equals("grpc-status", StringComparison.OrdinalIgnoreCase) && !name.Equals("grpc-message", StringComparison.OrdinalIgnoreCase))
                map[attempt.Redact(name)] = attempt.Redact(values.ToString());
        return new Value.Map(map.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase));
    }
}
