using Kept.Model;

namespace Kept.Checks.Grpc;

/// <summary>Holds the question of a check against the descriptors that it names, before anything is asked. What a secret stands for is not known then, and fits.</summary>
internal static class HeldQuestion
{
    public static FileUnderstood By(ReadOnlyMemory<byte> file)
    {
        try
        {
            var schema = Schema.Of(Schema.FilesOf(file));
            return new((Check check, ref long steps) => Of(check, schema, ref steps), null);
        }
        catch (FormatException fault)
        {
            return new(null, $"is no set of descriptors: {fault.Message}");
        }
    }

    private static Misfit? Of(Check check, Schema schema, ref long steps)
    {
        if (GrpcKind.MethodOf(check) is not { } method) return null;
        var slash = method.IndexOf('/', StringComparison.Ordinal);
        var (service, name) = (method[..slash], method[(slash + 1)..]);
        try
        {
            if (schema.Method(service, name) is not { } shape) return new Misfit(GrpcKind.MethodField, $"the descriptors do not know `{method}`; {MethodLook.Known(schema, service)}", Meant(schema, service, method, ref steps));
            if (shape.IsStreaming) return new Misfit(GrpcKind.MethodField, $"`{method}` streams, and a check calls methods with one request and one answer", "name a method without `stream` in its declaration");
            var request = check.Setting<FieldValue.Text>(GrpcKind.RequestField)?.Content is { Length: > 0 } written ? written : "{}";
            ProtoRequest.Hold(schema.Message(shape.Input), request, schema, ref steps);
            return null;
        }
        catch (BrokenDescriptorsException fault)
        {
            return Broken(check, $"cannot be used: {fault.Message}");
        }
        catch (FormatException fault)
        {
            return new Misfit(GrpcKind.RequestField, fault.Message, $"write it as the request of {method} is declared, or compile the descriptors again where that changed");
        }
    }

    private static Misfit Broken(Check check, string what) =>
        new(GrpcKind.DescriptorsField, $"the file of descriptors `{Excerpt.Of(check.Setting<FieldValue.Text>(GrpcKind.DescriptorsField)?.Content ?? "")}` {what}", Descriptors.Write);

    /// <summary>The nearest of what is known, where something is near.</summary>
    private static string Meant(Schema schema, string service, string method, ref long steps)
    {
        var methods = schema.MethodsOf(service).Take(500).Select(known => $"{service}/{known}").ToList();
        if (steps > 0 && methods.Count > 0 && Nearest.To(method, methods, ref steps) is { } near) return $"did you mean `{near}`?";
        return steps > 0 && methods.Count == 0 && Nearest.To(service, schema.Services.Take(500), ref steps) is { } other ? $"did you mean the service `{other}`?" : "write package.Service/Method as the descriptors declare it, or compile them again where that changed";
    }
}
