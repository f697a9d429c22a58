using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;

namespace Kept.Import.Gatus;

/// <summary>What Gatus saw in one look: what its placeholders stand for. Absent parts are Go's zero values, as they are in Gatus.</summary>
public sealed record GatusSeen
{
    /// <summary>The longest body that is looked at.</summary>
    public const int LongestBody = 16 << 20;

    public int Status { get; init; }
    public string Ip { get; init; } = "";
    public long DurationMs { get; init; }
    public string DnsRcode { get; init; } = "";
    public bool Connected { get; init; }
    public long CertificateExpirationMs { get; init; }
    public long DomainExpirationMs { get; init; }
    public string Body { get; init; } = "";

    /// <summary>Headers of the answer by lower-case name; the first value where there were several.</summary>
    public FrozenDictionary<string, string> Headers { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>Values of a suite's context; null outside of a suite.</summary>
    public JsonElement? Context { get; init; }

    /// <summary>The moment of the look, which <c>age()</c> counts from.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Failed conditions are shown as written, without what was seen.</summary>
    public bool DontResolveFailed { get; init; }

    /// <summary>Conditions that hold are shown with what was seen, too.</summary>
    public bool ResolveSuccessful { get; init; }

    /// <summary>
    /// Reads the fields of <c>input</c> in the shared cases: <c>status</c>, <c>ip</c>, <c>durationMs</c>, <c>dnsRcode</c>, <c>connected</c>, <c>certificateExpirationMs</c>,
    /// <c>domainExpirationMs</c>, <c>body</c>, and besides <c>headers</c>, <c>context</c>, <c>dontResolveFailed</c>, <c>resolveSuccessful</c>; all may be left out. A whole case, with
    /// its <c>input</c>, is read too. Null, with the reason, where it is not that.
    /// </summary>
    public static (GatusSeen? Seen, string? Wrong) Read(JsonElement file, DateTimeOffset at)
    {
        if (file.ValueKind != JsonValueKind.Object) return (null, "it holds no JSON object");
        var (input, isCase) = file.TryGetProperty("input", out var inner) && inner.ValueKind == JsonValueKind.Object ? (inner, true) : (file, false);
        var seen = new GatusSeen { At = at };
        foreach (var member in (isCase ? file.EnumerateObject().Where(one => one.Name is "dontResolveFailed" or "resolveSuccessful").Concat(input.EnumerateObject()) : input.EnumerateObject()))
        {
            var value = member.Value;
            GatusSeen? next = member.Name switch
            {
                "status" => value.TryWhole(out var status) && status is >= int.MinValue and <= int.MaxValue ? seen with { Status = (int)status } : null,
                "ip" => value.Text() is { } ip ? seen with { Ip = ip } : null,
                "durationMs" => value.TryWhole(out var took) ? seen with { DurationMs = took } : null,
                "dnsRcode" => value.Text() is { } code ? seen with { DnsRcode = code } : null,
                "connected" => value.Flag() is { } connected ? seen with { Connected = connected } : null,
                "certificateExpirationMs" => value.TryWhole(out var left) ? seen with { CertificateExpirationMs = left } : null,
                "domainExpirationMs" => value.TryWhole(out var domain) ? seen with { DomainExpirationMs = domain } : null,
                // the body is text; JSON that was written as such is taken as its text
                "body" => seen with { Body = value.Text() ?? (value.ValueKind == JsonValueKind.Null ? "" : value.GetRawText()) },
                "headers" => Map(value) is { } headers ? seen with { Headers = headers } : null,
                "context" => value.ValueKind == JsonValueKind.Object ? seen with { Context = value } : null,
                "dontResolveFailed" or "dontResolveFailedConditions" => value.Flag() is { } hide ? seen with { DontResolveFailed = hide } : null,
                "resolveSuccessful" or "resolveSuccessfulConditions" => value.Flag() is { } show ? seen with { ResolveSuccessful = show } : null,
                _ => null,
            };
            if (next is null)
                return (null, Fields.Contains(member.Name) ? $"`{member.Name}` is {value.ValueKind.ToString().ToLowerInvariant()}, which it is not in Gatus" : $"Gatus sees no `{member.Name}`; it sees {string.Join(", ", Fields)}");
            seen = next;
        }
        return seen.Body.Length > LongestBody ? (null, "the body is longer than 16 MiB") : (seen, null);
    }

    private static readonly string[] Fields =
        ["status", "ip", "durationMs", "dnsRcode", "connected", "certificateExpirationMs", "domainExpirationMs", "body", "headers", "context", "dontResolveFailed", "resolveSuccessful"];

    private static FrozenDictionary<string, string>? Map(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object) return null;
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var header in value.EnumerateObject())
            if ((header.Value.ValueKind == JsonValueKind.Array ? header.Value.EnumerateArray().FirstOrDefault() : header.Value).Text() is { } text) headers.TryAdd(header.Name, text);
            else return null;
        return headers.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}

/// <summary>JSON of a file that a person wrote for <c>kept try</c>.</summary>
internal static class WrittenJson
{
    public static string? Text(this JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null; // half a surrogate pair
        }
    }

    public static bool? Flag(this JsonElement value) => value.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null };

    public static bool TryWhole(this JsonElement value, out long whole)
    {
        whole = 0;
        if (value.ValueKind != JsonValueKind.Number) return false;
        if (value.TryGetInt64(out whole)) return true;
        if (!value.TryGetDecimal(out var number) || number is >= long.MaxValue or <= long.MinValue) return false;
        whole = (long)number;
        return true;
    }

    public static string Plain(this JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.Null => "<nil>",
        JsonValueKind.String => value.Text() ?? "",
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Array => "[" + string.Join(' ', value.EnumerateArray().Select(Plain)) + "]",
        _ => "map[" + string.Join(' ', value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal).Select(member => member.Name + ":" + member.Value.Plain())) + "]",
    };

    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
