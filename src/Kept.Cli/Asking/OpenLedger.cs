using System.Text.Json;
using Kept.Ledger;
using Kept.Model;

namespace Kept.Cli.Asking;

/// <summary>What was last recorded about a promise.</summary>
internal sealed record LastVerdict(string Name, Outcome Outcome, bool IsWish, string Reason, Instant At);

/// <summary>The evidence, read while no server runs.</summary>
internal sealed class OpenLedger(ILedger ledger) : IDisposable
{
    /// <summary>The newest recorded verdict of each promise that has not gone, by name.</summary>
    public IReadOnlyList<LastVerdict> LastVerdicts()
    {
        var last = new SortedDictionary<string, LastVerdict>(StringComparer.Ordinal);
        for (long after = 0; ;)
        {
            var page = ledger.Entries(new EntryQuery(after, 5000));
            if (page.Count == 0) return [.. last.Values];
            foreach (var entry in page)
            {
                after = entry.Sequence;
                if (entry.Kind == EntryKinds.PromiseGone) last.Remove(entry.Subject);
                else if (entry is { Kind: EntryKinds.VerdictChanged, Body: { } body } && Read(entry, body) is { } verdict) last[entry.Subject] = verdict;
            }
        }
    }

    private static LastVerdict? Read(Entry entry, ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var root = json.RootElement;
            return new LastVerdict(entry.Subject, Outcomes.FromWire(root.GetProperty("outcome").GetString() ?? ""),
                root.TryGetProperty("isWish", out var wish) && wish.ValueKind == JsonValueKind.True,
                root.TryGetProperty("reason", out var reason) ? reason.GetString() ?? "" : "", entry.Occurred);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // A damaged or foreign body: `kept ledger verify` names it. That the promise was judged is still known, how is not.
            return new LastVerdict(entry.Subject, Outcome.Unknown, IsWish: false, "what was recorded cannot be read; `kept ledger verify` says why", entry.Occurred);
        }
    }

    public void Dispose() => ledger.DisposeAsync().AsTask().GetAwaiter().GetResult();
}
