using System.Collections.Immutable;
using System.Text.Json;
using Kept.Model;

namespace Kept.Checks.Domain;

/// <summary>What a registry says of a domain (RFC 9083). Only what it says; a member that is missing is not guessed.</summary>
internal sealed record Registration(string Name, Instant? Expires, Instant? Registered, ImmutableArray<string> Status, string? Registrar, ImmutableArray<string> NameServers)
{
    private const int MostOfAKind = 256, Longest = 256;
    private static readonly JsonDocumentOptions Shallow = new() { MaxDepth = 32 };

    /// <summary>Null where it is no answer about a domain.</summary>
    public static Registration? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body, Shallow);
            var root = json.RootElement;
            if (Text(root, "objectClassName") is { } of && !of.Equals("domain", StringComparison.OrdinalIgnoreCase) || Text(root, "ldhName") is not { } name) return null;
            return new Registration(
                name.TrimEnd('.').ToLowerInvariant(), Event(root, "expiration"), Event(root, "registration"),
                [.. Items(root, "status").Select(TextOf).OfType<string>().Select(status => status.ToLowerInvariant())],
                Items(root, "entities").FirstOrDefault(entity => Items(entity, "roles").Any(role => TextOf(role) == "registrar")) is { ValueKind: JsonValueKind.Object } registrar ? FullName(registrar) : null,
                [.. Items(root, "nameservers").Select(server => Text(server, "ldhName")).OfType<string>().Select(server => server.TrimEnd('.').ToLowerInvariant()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Whether it is the words of RDAP for "there is none" (RFC 9083 §6), and not those of just any server.</summary>
    public static bool IsRefusal(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body, Shallow);
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return false;
            return root.TryGetProperty("errorCode", out var code) ? code.ValueKind == JsonValueKind.Number && code.TryGetInt32(out var number) && number == 404 : Items(root, "rdapConformance").Any();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The earliest of a kind: of two ends the first is the one that matters.</summary>
    private static Instant? Event(JsonElement root, string action)
    {
        Instant? earliest = null;
        foreach (var one in Items(root, "events"))
            if (string.Equals(Text(one, "eventAction"), action, StringComparison.OrdinalIgnoreCase) && Text(one, "eventDate") is { } date && Instant.TryParse(date, out var at) && (earliest is null || at < earliest))
                earliest = at;
        return earliest;
    }

    /// <summary>The formatted name of a jCard (RFC 7095): <c>["vcard", [["fn", {}, "text", "Registrar Inc."]]]</c>.</summary>
    private static string? FullName(JsonElement entity)
    {
        if (Items(entity, "vcardArray").Skip(1).FirstOrDefault() is not { ValueKind: JsonValueKind.Array } card) return Text(entity, "handle");
        foreach (var property in card.EnumerateArray().Take(MostOfAKind))
            if (property.ValueKind == JsonValueKind.Array && property.GetArrayLength() >= 4 && TextOf(property[0]) == "fn")
                return TextOf(property[3]);
        return Text(entity, "handle");
    }

    private static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var items) && items.ValueKind == JsonValueKind.Array ? items.EnumerateArray().Take(MostOfAKind) : [];

    private static string? Text(JsonElement element, string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var text) ? TextOf(text) : null;

    private static string? TextOf(JsonElement element) => element.ValueKind == JsonValueKind.String && element.GetString() is { Length: > 0 and <= Longest } text ? Excerpt.Of(text) : null;
}
