using System.Globalization;

namespace Kept.Import.Gatus;

/// <summary>One side of a condition, as Gatus resolves it: placeholders by name in any case, functions around them, and everything else as it is written.</summary>
internal static class GatusOperand
{
    public const string Invalid = "(INVALID)", Body = "[BODY]", Header = "[HEADER]", Context = "[CONTEXT]", Certificate = "[CERTIFICATE_EXPIRATION]", Domain = "[DOMAIN_EXPIRATION]";

    public static readonly string[] Placeholders = ["[STATUS]", "[IP]", "[DNS_RCODE]", "[RESPONSE_TIME]", Body, "[CONNECTED]", Certificate, Domain, Header, Context];

    /// <summary>A function around a placeholder; <c>pat</c> and <c>any</c> are no such, they are resolved when both sides are compared.</summary>
    public enum Wrapper { None, Len, Has, Age }

    /// <param name="operand">Without spaces at its ends.</param>
    public static string Resolve(string operand, GatusSeen seen)
    {
        var (wrapper, inner) = Unwrapped(operand);
        if (wrapper == Wrapper.Age) return GatusAge.Resolve(inner, seen) ?? operand + " " + Invalid;
        var upper = inner.ToUpperInvariant();
        if (seen.Context is not null && upper.StartsWith(Context, StringComparison.Ordinal)) return InContext(inner, wrapper, operand, seen);
        switch (upper)
        {
            case "[STATUS]": return Wrapped(WrittenJson.Number(seen.Status), wrapper);
            case "[IP]": return Wrapped(seen.Ip, wrapper);
            case "[RESPONSE_TIME]": return Wrapped(WrittenJson.Number(seen.DurationMs), wrapper);
            case "[DNS_RCODE]": return Wrapped(seen.DnsRcode, wrapper);
            case "[CONNECTED]": return Wrapped(seen.Connected ? "true" : "false", wrapper);
            case Certificate: return Wrapped(WrittenJson.Number(seen.CertificateExpirationMs), wrapper);
            case Domain: return Wrapped(WrittenJson.Number(seen.DomainExpirationMs), wrapper);
            case Body: return WholeBody(wrapper, seen);
        }
        if (upper.StartsWith(Header + ".", StringComparison.Ordinal))
        {
            var found = seen.Headers.TryGetValue(inner[(Header.Length + 1)..], out var header);
            if (wrapper == Wrapper.Has) return found ? "true" : "false";
            return found ? Wrapped(header!, wrapper) : operand + " " + Invalid;
        }
        if (upper.StartsWith(Body + ".", StringComparison.Ordinal) || upper.StartsWith(Body + "[", StringComparison.Ordinal)) return InBody(inner, wrapper, operand, seen);
        // not a placeholder: a literal, also where it only looks like one
        return wrapper switch { Wrapper.Has => "false", Wrapper.Len => operand + " " + Invalid, _ => operand };
    }

    public static (Wrapper Wrapper, string Inner) Unwrapped(string operand)
    {
        if (operand.EndsWith(')'))
            foreach (var (prefix, wrapper) in (ReadOnlySpan<(string, Wrapper)>)[("len(", Wrapper.Len), ("has(", Wrapper.Has), ("age(", Wrapper.Age)])
                if (operand.StartsWith(prefix, StringComparison.Ordinal))
                    return (wrapper, operand[prefix.Length..^1]);
        return (Wrapper.None, operand);
    }

    private static string Wrapped(string value, Wrapper wrapper) => wrapper switch
    {
        Wrapper.Has => value.Length > 0 ? "true" : "false",
        Wrapper.Len => GatusPath.Bytes(value).ToString(CultureInfo.InvariantCulture),
        _ => value,
    };

    private static string WholeBody(Wrapper wrapper, GatusSeen seen)
    {
        var body = seen.Body.Trim();
        if (wrapper == Wrapper.Has) return body.Length > 0 ? "true" : "false";
        if (wrapper != Wrapper.Len) return body;
        return (GatusPath.Find("", seen.Body)?.Length ?? GatusPath.Bytes(body)).ToString(CultureInfo.InvariantCulture);
    }

    private static string InBody(string placeholder, Wrapper wrapper, string operand, GatusSeen seen)
    {
        var path = placeholder[Body.Length..];
        if (path.StartsWith('.')) path = path[1..];
        var found = GatusPath.Find(path, seen.Body);
        if (wrapper == Wrapper.Has) return found is not null ? "true" : "false";
        if (found is not { } there) return operand + " " + Invalid;
        return wrapper == Wrapper.Len ? there.Length.ToString(CultureInfo.InvariantCulture) : there.Value;
    }

    private static string InContext(string placeholder, Wrapper wrapper, string operand, GatusSeen seen)
    {
        var path = placeholder.StartsWith(Context, StringComparison.Ordinal) ? placeholder[Context.Length..] : placeholder;
        if (path.StartsWith('.')) path = path[1..];
        if (path.Length == 0) return wrapper == Wrapper.Has ? "false" : operand + " " + Invalid;
        var value = seen.Context!.Value;
        foreach (var part in path.Split('.'))
            if (value.ValueKind != System.Text.Json.JsonValueKind.Object || !value.TryGetProperty(part, out value))
                return wrapper == Wrapper.Has ? "false" : operand + " " + Invalid;
        if (wrapper == Wrapper.Has) return "true";
        if (wrapper != Wrapper.Len) return value.Plain();
        return (value.ValueKind switch
        {
            System.Text.Json.JsonValueKind.Array => value.GetArrayLength(),
            System.Text.Json.JsonValueKind.Object => value.EnumerateObject().Count(),
            _ => GatusPath.Bytes(value.Plain()),
        }).ToString(CultureInfo.InvariantCulture);
    }
}
