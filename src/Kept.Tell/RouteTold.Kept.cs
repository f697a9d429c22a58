using System.Text.Json;
using System.Text.Json.Nodes;
using Kept.Model;

namespace Kept.Tell;

/// <summary>What is kept of a route between two starts: all of it.</summary>
internal sealed partial class RouteTold
{
    public JsonObject Kept()
    {
        var kept = new JsonObject
        {
            ["name"] = Name,
            ["leads"] = Leads,
            ["began"] = Began.ToString(),
            ["told"] = new JsonArray([.. Told.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (JsonNode)Of(pair.Key, pair.Value))]),
            ["waiting"] = new JsonArray([.. Waiting.Select(message => (JsonNode)message.Kept())]),
            ["recent"] = new JsonArray([.. Recent.Select(at => (JsonNode)at.ToString())]),
            ["dead"] = new JsonArray([.. Dead.Select(letter => (JsonNode)new JsonObject { ["id"] = letter.Id, ["title"] = letter.Title, ["at"] = letter.At.ToString(), ["why"] = letter.Why })]),
            ["deadCount"] = DeadCount,
            ["toldCount"] = ToldCount,
            ["isGone"] = IsGone,
        };
        Put(kept, "provenAt", ProvenAt?.ToString());
        Put(kept, "lastAnswer", LastAnswer);
        Put(kept, "failingSince", FailingSince?.ToString());
        Put(kept, "lastError", LastError);
        Put(kept, "triedAt", TriedAt?.ToString());
        return kept;
    }

    /// <exception cref="FormatException">It is no such form.</exception>
    public static RouteTold OfKept(JsonElement kept)
    {
        var route = new RouteTold(kept.GetProperty("name").GetString()!, kept.GetProperty("leads").GetString()!, Time(kept, "began"))
        {
            DeadCount = kept.GetProperty("deadCount").GetInt64(),
            ToldCount = kept.GetProperty("toldCount").GetInt64(),
            IsGone = kept.GetProperty("isGone").GetBoolean(),
            ProvenAt = TimeOrNone(kept, "provenAt"),
            LastAnswer = TextOrNone(kept, "lastAnswer"),
            FailingSince = TimeOrNone(kept, "failingSince"),
            LastError = TextOrNone(kept, "lastError"),
            TriedAt = TimeOrNone(kept, "triedAt"),
        };
        foreach (var one in kept.GetProperty("told").EnumerateArray())
            route.Told[one.GetProperty("key").GetString()!] = new ToldOf(Outcomes.FromWire(one.GetProperty("outcome").GetString()!), Time(one, "episode"), one.GetProperty("isHeard").GetBoolean(), TextOrNone(one, "message"));
        route.Waiting.AddRange(kept.GetProperty("waiting").EnumerateArray().Select(Message.OfKept));
        foreach (var at in kept.GetProperty("recent").EnumerateArray()) route.Recent.Enqueue(TimeOf(at));
        route.Dead.AddRange(kept.GetProperty("dead").EnumerateArray().Select(one => new DeadLetter(one.GetProperty("id").GetString()!, one.GetProperty("title").GetString()!, Time(one, "at"), one.GetProperty("why").GetString()!)));
        return route;
    }

    public static Instant Time(JsonElement kept, string member) => TimeOf(kept.GetProperty(member));

    private static JsonObject Of(string key, ToldOf told)
    {
        var one = new JsonObject { ["key"] = key, ["outcome"] = told.Outcome.Wire(), ["episode"] = told.Episode.ToString(), ["isHeard"] = told.IsHeard };
        Put(one, "message", told.Message);
        return one;
    }

    private static void Put(JsonObject kept, string member, string? text)
    {
        if (text is not null) kept[member] = text;
    }

    private static string? TextOrNone(JsonElement kept, string member) => kept.TryGetProperty(member, out var text) ? text.GetString() : null;

    private static Instant? TimeOrNone(JsonElement kept, string member) => kept.TryGetProperty(member, out var text) ? TimeOf(text) : null;

    private static Instant TimeOf(JsonElement text) => Instant.TryParse(text.GetString()!, out var at) ? at : throw new FormatException("a time");
}
