using System.Text.Json.Nodes;
using Kept.Ledger;
using Kept.Model;

namespace Kept.Tell;

/// <summary>What a person asks of telling: silence, and whether a route works.</summary>
#pragma warning disable CA1001 // a semaphore of whose wait handle nobody asks holds nothing to dispose of
public sealed partial class Teller
#pragma warning restore CA1001
{
    public static readonly Duration LongestSilence = Duration.Days(31);

    /// <summary>Nobody is told of what <paramref name="scope"/> covers until then; looking and judging go on, and what is still broken then is told.</summary>
    /// <param name="scope"><c>all</c>, an agent, or a promise with its line.</param>
    /// <returns>It, with the sequence of its entry as its number.</returns>
    public async Task<Silence> SilenceAsync(string scope, Duration length, string by, string because, CancellationToken cancellationToken)
    {
        await _order.WaitAsync(cancellationToken);
        try
        {
            var now = Instant.From(parts.Time.GetUtcNow());
            var until = now + length;
            var body = new JsonObject { ["scope"] = scope, ["until"] = until.ToString(), ["by"] = by, ["because"] = because };
            var entry = (await parts.Ledger.AppendAsync([Of(EntryKinds.SilenceBegan, now, scope, body)], cancellationToken))[0];
            Read(); // from here on no turn decides without it
            Publish(now);
            return new Silence(entry.Sequence, scope, until, by, because, now);
        }
        finally
        {
            _order.Release();
        }
    }

    /// <summary>Ends a silence before its time; false where there is none of that number.</summary>
    public async Task<bool> EndSilenceAsync(long id, string by, CancellationToken cancellationToken)
    {
        await _order.WaitAsync(cancellationToken);
        try
        {
            Read();
            var now = Instant.From(parts.Time.GetUtcNow());
            if (Holding(now).FirstOrDefault(silence => silence.Id == id) is not { } found) return false;
            await parts.Ledger.AppendAsync([Of(EntryKinds.SilenceEnded, now, found.Scope, new JsonObject { ["silence"] = id, ["scope"] = found.Scope, ["by"] = by })], cancellationToken);
            Read();
            Publish(now);
            return true;
        }
        finally
        {
            _order.Release();
        }
    }

    /// <summary>Sends a message over one route, or over all, at once and beside whatever waits, and tells what came of it.</summary>
    public async Task<IReadOnlyList<TestAnswer>> TestAsync(string? name, CancellationToken cancellationToken)
    {
        if (parts.House() is not { } house) return [];
        var now = Instant.From(parts.Time.GetUtcNow());
        var routes = house.Settings.Routes.Where(route => name is null || route.Name == name);
        return await Task.WhenAll(routes.Select(async route =>
        {
            var message = new Message($"msg_test_{now.Microseconds}", parts.Ledger.LastSequence, now, route.Name, MessageKind.Canary, [], null);
            var receipt = await Sending.TryAsync(parts.Dialer(), route, message, house.Id, house.Settings.Pages, parts.Time, cancellationToken);
            var carried = receipt.Outcome == TryOutcome.Carried;
            if (carried) await parts.Ledger.AppendAsync([Body(EntryKinds.TellTold, message, now, new JsonObject { ["answer"] = receipt.Words, ["tries"] = 1 })], cancellationToken);
            return new TestAnswer(route.Name, Name(route.Kind), carried, receipt.Words);
        }));
    }

    private static EntryDraft Of(string kind, Instant at, string scope, JsonObject body) =>
        Message.DraftOf(kind, at, "", body) with { Subject = scope == Silence.All ? "" : scope };
}
