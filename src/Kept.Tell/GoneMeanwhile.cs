using System.Text.Json;
using System.Text.Json.Nodes;
using Kept.Language.Found;
using Kept.Ledger;
using Kept.Model;

namespace Kept.Tell;

/// <summary>What is recorded of a promise that went while nobody ran, in the words of one that goes while somebody does: its last terms say which list its target stood in.</summary>
internal static class GoneMeanwhile
{
    private const int TermsAtOnce = 1000;

    /// <param name="house">The house that does not make it.</param>
    public static EntryDraft DraftOf(ILedger ledger, House house, PromiseName promise, bool isWish, Instant now)
    {
        var body = new JsonObject { ["promise"] = promise.ToString(), ["standing"] = isWish ? "wished" : "offered", ["foundAt"] = "start" };
        if (ListOf(ledger, promise) is { } list)
        {
            body["foundIn"] = list;
            if (!FoundSource.IsNamed(house, promise, isWish, list)) body["listNamed"] = "no";
        }
        return Message.DraftOf(EntryKinds.PromiseGone, now, "", body) with { Subject = promise.ToString() };
    }

    /// <summary>The list that its target was found in as its last terms were recorded; null of what a document made itself, and of terms that were recorded without it.</summary>
    private static string? ListOf(ILedger ledger, PromiseName promise)
    {
        Entry? last = null;
        while (ledger.Entries(new EntryQuery(last?.Sequence ?? 0, TermsAtOnce, EntryKinds.PromiseTerms, promise.ToString())) is { Count: > 0 } terms) last = terms[^1];
        if (last?.Body is not { } body) return null;
        try
        {
            using var parsed = JsonDocument.Parse(body);
            return parsed.RootElement.ValueKind == JsonValueKind.Object && parsed.RootElement.TryGetProperty("foundIn", out var list) && list.ValueKind == JsonValueKind.String ? list.GetString() : null;
        }
        catch (JsonException)
        {
            return null; // damaged: then nobody knows where
        }
    }
}
