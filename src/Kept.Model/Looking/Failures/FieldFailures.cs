using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kept.Model;

/// <summary>What happens to single members of an answer when the other side changes or half fails: each is missing, null, of another type, or no longer moves.</summary>
internal static class FieldFailures
{
    private static readonly string[] DateWords = ["date", "updated", "modified", "timestamp", "time", "at"], AgeWords = ["age", "lag", "delay", "stale", "behind", "freshness", "seconds-since"];

    public static IEnumerable<FailedLook> Missing(HealthyLook look) => Each(look, $"is missing", static _ => (true, null), headers: static _ => null);

    public static IEnumerable<FailedLook> Null(HealthyLook look) => Each(look, "is null", static _ => (false, null));

    /// <summary>What protocols without "not set" say of a field that nobody set: nothing, zero, no.</summary>
    public static IEnumerable<FailedLook> Default(HealthyLook look) => Each(look, "is as if it were not set", static was => was?.GetValueKind() switch
    {
        JsonValueKind.Number => (false, JsonValue.Create(0)),
        JsonValueKind.True or JsonValueKind.False => (false, JsonValue.Create(false)),
        JsonValueKind.String => (false, JsonValue.Create("")),
        JsonValueKind.Array => (false, new JsonArray()),
        _ => (true, null),
    });

    public static IEnumerable<FailedLook> OtherType(HealthyLook look) => Each(look, "is of another type", static was => (false, was?.GetValueKind() switch
    {
        JsonValueKind.Number => JsonValue.Create("unknown"), // not its own digits: a measure would read those all the same
        JsonValueKind.True or JsonValueKind.False => JsonValue.Create(was.ToJsonString()),
        JsonValueKind.Object => JsonValue.Create("text"),
        JsonValueKind.Array => new JsonObject(),
        null => JsonValue.Create("text"),
        _ => JsonValue.Create(1),
    }));

    /// <summary>Only of members whose name says that they are a date or an age: a date of long ago, an age of a year.</summary>
    public static IEnumerable<FailedLook> Stale(HealthyLook look) => Each(look, "is stale", static was => (false, was?.GetValueKind() switch
    {
        JsonValueKind.Number => JsonValue.Create(31_536_000_000L),
        _ => JsonValue.Create("2001-01-01T00:00:00Z"),
    }), headers: static was => decimal.TryParse(was, out _) ? "31536000000" : "Mon, 01 Jan 2001 00:00:00 GMT", only: IsOfTime);

    private static bool IsOfTime(AskedField field)
    {
        if (field.Path.LastOrDefault(step => step?.Member is not null)?.Member is not { } member) return false;
        var words = Words(member);
        return words.Any(word => AgeWords.Contains(word)) || words.Any(word => DateWords.Contains(word));
    }

    /// <summary><c>lastUpdatedAt</c>, <c>last_updated</c> and <c>last-updated</c> are words alike.</summary>
    private static List<string> Words(string member)
    {
        var words = new List<string>();
        var begin = 0;
        for (var i = 1; i <= member.Length; i++)
            if (i == member.Length || member[i] is '-' or '_' or '.' || (char.IsUpper(member[i]) && !char.IsUpper(member[i - 1])))
            {
                words.Add(member[begin..i].Trim('-', '_', '.').ToLowerInvariant());
                begin = i;
            }
        return words;
    }

    private static IEnumerable<FailedLook> Each(
        HealthyLook look, string words, Func<JsonNode?, (bool Gone, JsonNode? Node)> edit, Func<string, string?>? headers = null, Func<AskedField, bool>? only = null)
    {
        foreach (var field in look.Asked)
        {
            if (field.Path.IsEmpty || (only is not null && !only(field))) continue;
            switch (look[field.Name])
            {
                case Value.Map map when headers is not null && field.Path is [{ Member: { } name }] && map.Entries.TryGetValue(name, out var was):
                    yield return look.Answers($"`{field}` {words}", (field.Name, look.WithHeader(name, headers(was))));
                    break;
                case Value.Body body when Edited(body.Content, field.Path, edit) is { } content:
                    yield return look.Answers($"`{field}` {words}", (field.Name, new Value.Body(content)));
                    break;
            }
        }
    }

    /// <summary>The text with the member edited everywhere the path leads; null where it leads nowhere, or the text is no JSON.</summary>
    private static string? Edited(string content, ImmutableArray<PathStep?> path, Func<JsonNode?, (bool, JsonNode?)> edit)
    {
        JsonNode? root;
        try
        {
            root = JsonNode.Parse(content);
        }
        catch (JsonException)
        {
            return null;
        }
        return root is not null && Edit(root, path.AsSpan(), edit) ? root.ToJsonString() : null;
    }

    private static bool Edit(JsonNode at, ReadOnlySpan<PathStep?> path, Func<JsonNode?, (bool Gone, JsonNode? Node)> edit)
    {
        var edited = false;
        if (at is JsonObject map && path[0]?.Member is { } member)
        {
            if (!map.TryGetPropertyValue(member, out var child)) return false;
            if (path.Length > 1) return child is not null && Edit(child, path[1..], edit);
            var (gone, node) = edit(child);
            if (gone) map.Remove(member);
            else map[member] = node;
            return true;
        }
        if (at is not JsonArray list || path[0]?.Member is not null) return false;
        for (var i = list.Count - 1; i >= 0; i--)
        {
            if (path[0] is { } step && i != (step.Item < 0 ? list.Count + step.Item : step.Item)) continue;
            if (path.Length > 1)
            {
                edited |= list[i] is { } child && Edit(child, path[1..], edit);
                continue;
            }
            var (gone, node) = edit(list[i]);
            if (gone) list.RemoveAt(i);
            else list[i] = node;
            edited = true;
            if (path[0] is not null) break; // what follows has moved
        }
        return edited;
    }
}
