using System.Collections.Immutable;
using System.Text.Json;
using Kept.Engine;
using Kept.Judging;
using Kept.Ledger;
using Kept.Model;

namespace Kept.Cli.Reporting;

/// <summary>What the ledger has of a promise: its series, its rhythms, since when its terms stand. Only reads.</summary>
internal sealed class RecordedLooks(ILedger ledger, string place)
{
    /// <summary>The series of each check; null where nothing was ever recorded of it.</summary>
    public async ValueTask<int?[]> SeriesOfAsync(Promise promise, CancellationToken cancellationToken)
    {
        var series = new int?[promise.Checks.Length];
        var known = await KnownAsync(() => ledger.IdOfAsync(promise.Name, null, cancellationToken));
        if (known is null && promise.Was is { } was) known = await KnownAsync(() => ledger.IdOfAsync(was, null, cancellationToken)); // renamed, and the house that says so was not taken up yet
        if (known is not { } id) return series;
        for (var i = 0; i < series.Length; i++)
        {
            var key = new SeriesKey(id, promise.Checks[i].Name, place);
            series[i] = await KnownAsync(async () => (await ledger.SeriesOfAsync([key], cancellationToken))[0]);
        }
        return series;
    }

    /// <summary>A ledger that is open for reading mints nothing: what it does not know it refuses.</summary>
    private static async ValueTask<T?> KnownAsync<T>(Func<ValueTask<T>> ask) where T : struct
    {
        try
        {
            return await ask();
        }
        catch (LedgerException unknown) when (unknown.Code == StorageCodes.NotWritable)
        {
            return null;
        }
    }

    /// <summary>Looks of a series in [from, to), oldest first, a day at a time.</summary>
    public IEnumerable<LookRecord> Looks(int series, Instant from, Instant to)
    {
        for (var day = from; day < to; day += Duration.Days(1))
            foreach (var look in ledger.Looks(series, day, day + Duration.Days(1) is var end && end < to ? end : to))
                yield return look;
    }

    /// <summary>The rhythms that the checks had before, as the ledger tells them.</summary>
    public IReadOnlyList<PastRhythm> Past(Promise promise)
    {
        var past = new List<PastRhythm>();
        foreach (var change in RecordedTerms.Changes(ledger, EntryKinds.CheckRhythm, promise))
            if (Read(change) is { } body && body.TryGetProperty("check", out var check) && body.TryGetProperty("from", out var from) && Instant.TryParse(from.GetString() ?? "", out var at)
                && body.TryGetProperty("before", out var before) && before.TryGetInt64(out var period) && period is > 0 and < long.MaxValue / Duration.PerMicrosecond)
                for (var i = 0; i < promise.Checks.Length; i++)
                    if (promise.Checks[i].Name == check.GetString())
                        past.Add(new PastRhythm(i, at, new Duration(period * Duration.PerMicrosecond)));
        return past;
    }

    /// <summary>Since when the promise is judged by the terms it has now; null where these were never judged.</summary>
    public Instant? TermsSince(Promise promise) =>
        RecordedTerms.Changes(ledger, EntryKinds.PromiseTerms, promise) is [var newest, ..] && Read(newest) is { } body
            && body.TryGetProperty("termsHash", out var hash) && hash.GetString() == promise.TermsHash
            ? body.TryGetProperty("since", out var since) && Instant.TryParse(since.GetString() ?? "", out var at) ? at : newest.Occurred : null;

    /// <summary>Since when the terms plan maintenance as they do now, and what those before planned; what was never told is announced only now.</summary>
    public (Instant Since, ImmutableArray<FormerPlan> Former) Announced(Promise promise, Instant now, Instant from) => RecordedTerms.Announced(ledger, promise, now, from);

    private static JsonElement? Read(Entry entry)
    {
        if (entry.Body is not { } body) return null;
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null; // an erased or foreign body says nothing; `kept ledger verify` names it
        }
    }
}
