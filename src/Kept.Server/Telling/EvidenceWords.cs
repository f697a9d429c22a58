using System.Text.Json;
using Kept.Model;

namespace Kept.Server;

/// <summary>What one look read, as people read it. Its excerpt is text of a stranger: it is shown as text and nothing else.</summary>
public sealed record EvidenceWords(Instant At, string? Class, string? Reason, string? Address, string? Excerpt, IReadOnlyList<(Truth Truth, string Text, string Reason)> Expectations)
{
    /// <summary>Where each address of a name was looked at: its class and why.</summary>
    public IReadOnlyList<(string Address, string Class, string Reason)> Addresses { get; init; } = [];

    public static EvidenceWords Of(Evidence evidence)
    {
        using var body = EntryWords.Parse(evidence.Body);
        var root = body?.RootElement ?? default;
        var expectations = new List<(Truth, string, string)>();
        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("expectations", out var list) && list.ValueKind == JsonValueKind.Array)
            foreach (var item in list.EnumerateArray())
                expectations.Add((TruthOf(item), EntryWords.Member(item, "text") ?? "", EntryWords.Member(item, "reason") ?? ""));
        return new EvidenceWords(evidence.Slot, EntryWords.Member(root, "class"), EntryWords.Member(root, "reason"), EntryWords.Member(root, "address"), EntryWords.Member(root, "excerpt"), expectations)
        {
            Addresses = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("addresses", out var each) && each.ValueKind == JsonValueKind.Array
                ? [.. each.EnumerateArray().Select(one => (EntryWords.Member(one, "address") ?? "", EntryWords.Member(one, "class") ?? "", EntryWords.Member(one, "reason") ?? ""))] : [],
        };
    }

    private static Truth TruthOf(JsonElement item) => EntryWords.Member(item, "truth")?.ToLowerInvariant() switch
    {
        "true" or "1" => Truth.True,
        "false" or "-1" => Truth.False,
        _ => Truth.Unknown,
    };
}
