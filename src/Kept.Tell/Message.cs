using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kept.Language;
using Kept.Ledger;
using Kept.Model;

namespace Kept.Tell;

/// <summary>One thing a message tells.</summary>
/// <param name="Key">What it is about.</param>
/// <param name="Outcome">How it stands.</param>
/// <param name="Before">How it stood when this route was told last.</param>
/// <param name="Since">Since when.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="Sequence">The ledger's entry that says so.</param>
/// <param name="IsWish">Met or unmet.</param>
/// <param name="Lasted">Of a recovery: how long what was told lasted.</param>
/// <param name="Episode">When what it is part of began: the first that this route was told of.</param>
internal sealed record Item(string Key, Outcome Outcome, Outcome Before, Instant Since, string Reason, long Sequence, bool IsWish, Duration? Lasted, Instant Episode)
{
    /// <summary>It is no more: nobody makes that promise, and nobody looks any longer.</summary>
    public bool IsWithdrawn { get; init; }

    /// <summary>Under which key this route heard of it before, where it was renamed since.</summary>
    public string? Formerly { get; init; }
}

/// <summary>What a message is.</summary>
internal enum MessageKind { One, Digest, Canary }

/// <summary>A message on its way to one route. It waits in the ledger, so no restart loses it.</summary>
/// <param name="Id">Stable, whatever is tried: <c>msg_</c> and the id of its entry.</param>
/// <param name="Sequence">Of its entry.</param>
/// <param name="At">When it was made.</param>
/// <param name="Answers">The message that told of the beginning, for a recovery; null otherwise.</param>
internal sealed record Message(string Id, long Sequence, Instant At, string Route, MessageKind Kind, ImmutableArray<Item> Items, string? Answers)
{
    /// <summary>Who reads the ledger of a house may know what it told.</summary>
    private const string Team = "team";

    /// <summary>Its entry.</summary>
    public static EntryDraft Draft(Instant at, string route, MessageKind kind, IEnumerable<Item> items, string? answers) => DraftOf(EntryKinds.TellQueued, at, route, Body(route, kind, items, answers));

    private static JsonObject Body(string route, MessageKind kind, IEnumerable<Item> items, string? answers) => new()
    {
        ["route"] = route,
        ["kind"] = kind switch { MessageKind.Digest => "digest", MessageKind.Canary => "canary", _ => "one" },
        ["answers"] = answers,
        ["items"] = new JsonArray([.. items.Select(item => (JsonNode)Body(item))]),
    };

    /// <summary>The same as its entry has it, with what else its entry says.</summary>
    public JsonObject Kept()
    {
        var body = Body(Route, Kind, Items, Answers);
        (body["id"], body["sequence"], body["at"]) = (Id, Sequence, At.ToString());
        if (Answers is null) body.Remove("answers");
        return body;
    }

    /// <exception cref="FormatException">It is no such form.</exception>
    public static Message OfKept(JsonElement kept) =>
        Read(kept, Fields.Text(kept, "id"), kept.GetProperty("sequence").GetInt64(), Fields.Time(kept, "at"));

    /// <summary>Any entry about a route.</summary>
    public static EntryDraft DraftOf(string kind, Instant at, string route, JsonObject body)
    {
        foreach (var empty in body.Where(member => member.Value is null).Select(member => member.Key).ToList()) body.Remove(empty);
        return new EntryDraft(kind, 1, at, Team, MatterKey.OfRoute(route), CanonicalJson.Of(body));
    }

    private static JsonObject Body(Item item)
    {
        var body = new JsonObject
        {
            ["about"] = item.Key,
            ["outcome"] = item.Outcome.Wire(),
            ["previous"] = item.Before.Wire(),
            ["since"] = item.Since.ToString(),
            ["reason"] = item.Reason,
            ["sequence"] = item.Sequence,
            ["isWish"] = item.IsWish,
            ["episode"] = item.Episode.ToString(),
        };
        if (item.IsWithdrawn) body["withdrawn"] = true;
        if (item.Formerly is { } former) body["formerly"] = former;
        if (item.Lasted is { } lasted) body["lastedMicroseconds"] = lasted.Nanoseconds / Duration.PerMicrosecond;
        return body;
    }

    /// <summary>The message of an entry; null where it cannot be read as one.</summary>
    public static Message? Of(Entry entry)
    {
        if (entry.Body is not { } bytes) return null;
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return Read(document.RootElement, "msg_" + entry.Id, entry.Sequence, entry.Occurred);
        }
        catch (Exception fault) when (Fields.IsDamage(fault))
        {
            return null; // of another program under the same kind
        }
    }

    private static Message Read(JsonElement root, string id, long sequence, Instant at)
    {
        var items = root.GetProperty("items").EnumerateArray().Select(Read).ToImmutableArray();
        var kind = root.GetProperty("kind").GetString() switch { "digest" => MessageKind.Digest, "canary" => MessageKind.Canary, _ => MessageKind.One };
        return new Message(id, sequence, at, Fields.Text(root, "route"), kind, items, Fields.TextOrNone(root, "answers"));
    }

    private static Item Read(JsonElement item)
    {
        return new Item(Fields.Text(item, "about"), Outcomes.FromWire(Fields.Text(item, "outcome")), Outcomes.FromWire(Fields.Text(item, "previous")), Fields.Time(item, "since"),
            Fields.Text(item, "reason"), item.GetProperty("sequence").GetInt64(), item.GetProperty("isWish").GetBoolean(),
            item.TryGetProperty("lastedMicroseconds", out var lasted) ? new Duration(lasted.GetInt64() * Duration.PerMicrosecond) : null, Fields.Time(item, "episode"))
        {
            IsWithdrawn = item.TryGetProperty("withdrawn", out var withdrawn) && withdrawn.GetBoolean(),
            Formerly = Fields.TextOrNone(item, "formerly"),
        };
    }
}
