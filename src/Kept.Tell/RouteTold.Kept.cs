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
        var route = new RouteTold(Fields.Text(kept, "name"), Fields.Text(kept, "leads"), Fields.Time(kept, "began"))
        {
            DeadCount = kept.GetProperty("deadCount").GetInt64(),
            ToldCount = kept.GetProperty("toldCount").GetInt64(),
            IsGone = kept.GetProperty("isGone").GetBoolean(),
            ProvenAt = Fields.TimeOrNone(kept, "provenAt"),
            LastAnswer = Fields.TextOrNone(kept, "lastAnswer"),
            FailingSince = Fields.TimeOrNone(kept, "failingSince"),
            LastError = Fields.TextOrNone(kept, "lastError"),
            TriedAt = Fields.TimeOrNone(kept, "triedAt"),
        };
        foreach (var one in kept.GetProperty("told").EnumerateArray())
            route.Told[Fields.Text(one, "key")] = new ToldOf(Outcomes.FromWire(Fields.Text(one, "outcome")), Fields.Time(one, "episode"), one.GetProperty("isHeard").GetBoolean(), Fields.TextOrNone(one, "message"))
            { Name = Fields.TextOrNone(one, "name"), IsOver = one.TryGetProperty("isOver", out var over) && over.GetBoolean(), Earlier = Fields.TextOrNone(one, "earlier") };
        route.Waiting.AddRange(kept.GetProperty("waiting").EnumerateArray().Select(Message.OfKept));
        if (route.Waiting.Any(message => message.Route != route.Name)) throw new FormatException("a message of another route");
        foreach (var at in kept.GetProperty("recent").EnumerateArray()) route.Recent.Enqueue(Fields.TimeOf(at));
        route.Dead.AddRange(kept.GetProperty("dead").EnumerateArray().Select(one => new DeadLetter(Fields.Text(one, "id"), Fields.Text(one, "title"), Fields.Time(one, "at"), Fields.Text(one, "why"))));
        return route;
    }

    private static JsonObject Of(string key, ToldOf told)
    {
        var one = new JsonObject { ["key"] = key, ["outcome"] = told.Outcome.Wire(), ["episode"] = told.Episode.ToString(), ["isHeard"] = told.IsHeard };
        Put(one, "message", told.Message);
        Put(one, "name", told.Name);
        Put(one, "earlier", told.Earlier);
        if (told.IsOver) one["isOver"] = true;
        return one;
    }

    private static void Put(JsonObject kept, string member, string? text)
    {
        if (text is not null) kept[member] = text;
    }
}
