using System.Collections.Immutable;
using Kept.Engine.Recording;
using Kept.Judging;
using Kept.Language;
using Kept.Ledger;
using Kept.Model;

namespace Kept.Engine;

/// <summary>What the ledger tells of the terms of a promise. Entries stand under the name of their day, so they are read under the former name too, as one history.</summary>
public static class RecordedTerms
{
    /// <summary>So many entries of a promise are read back under each of its names; none changes its terms more often.</summary>
    private const int MostChanges = 1_000;

    /// <summary>
    /// Since when the terms plan maintenance as they do now, which is <paramref name="now"/> where that was never told; and what those before them planned under the same words, newest first. What was
    /// not announced excuses nothing that happened, and what was announced and still stands is not taken back by another night beside it.
    /// </summary>
    /// <param name="ledger">Where they stand.</param>
    /// <param name="promise">As it is now.</param>
    /// <param name="now">The moment.</param>
    /// <param name="from">No moment before it is asked about.</param>
    public static (Instant Since, ImmutableArray<FormerPlan> Former) Announced(ILedger ledger, Promise promise, Instant now, Instant from)
    {
        if (promise.Maintenance is not { Announcement: { } newest } maintenance) return (now, []);
        var (since, former) = (now, new List<FormerPlan>());
        var cap = maintenance.Text + Maintenance.AnnouncedDuring;
        foreach (var entry in Changes(ledger, EntryKinds.PromiseTerms, promise))
        {
            if (EntryBodies.Text(entry, "maintenance") is not { } words || !words.StartsWith(cap, StringComparison.Ordinal)) break;
            if (words == newest && former.Count == 0) since = entry.Occurred;
            else if (words == newest) former[^1] = former[^1] with { Since = entry.Occurred };
            else if (CalendarText.Read(words[cap.Length..]) is { } planned) former.Add(new FormerPlan(planned, entry.Occurred));
            else break;
            newest = words;
        }
        return (since, FormerPlan.Needed(maintenance, since, [.. former], from));
    }

    /// <summary>Entries of a kind about a promise under its name and its former one, newest first.</summary>
    public static IReadOnlyList<Entry> Changes(ILedger ledger, string kind, Promise promise)
    {
        var now = About(promise.Name);
        return promise.Was is { } was && About(was) is { Count: > 0 } before ? [.. now.Concat(before).OrderByDescending(entry => entry.Sequence)] : now;

        IReadOnlyList<Entry> About(PromiseName name) => ledger.Entries(new EntryQuery(Limit: MostChanges, Kind: kind, Subject: name.ToString(), NewestFirst: true));
    }
}
