using Kept.Engine.Recording;
using Kept.Ledger;
using Kept.Model;

namespace Kept.Engine;

/// <summary>What the ledger tells of the terms of a promise. Entries stand under the name of their day, so they are read under the former name too, as one history.</summary>
public static class RecordedTerms
{
    /// <summary>So many entries of a promise are read back under each of its names; none changes its terms more often.</summary>
    private const int MostChanges = 1_000;

    /// <summary>
    /// Since when the terms plan maintenance as they do now: what was not announced then excuses nothing that happened. Null where they plan none, and where that was never told.
    /// </summary>
    public static Instant? AnnouncedAt(ILedger ledger, Promise promise)
    {
        if (promise.Maintenance?.Announcement is not { } words) return null;
        Instant? announced = null;
        foreach (var entry in Changes(ledger, EntryKinds.PromiseTerms, promise))
        {
            if (EntryBodies.Text(entry, "maintenance") != words) break;
            announced = entry.Occurred;
        }
        return announced;
    }

    /// <summary>Entries of a kind about a promise under its name and its former one, newest first.</summary>
    public static IReadOnlyList<Entry> Changes(ILedger ledger, string kind, Promise promise)
    {
        var now = About(promise.Name);
        return promise.Was is { } was && About(was) is { Count: > 0 } before ? [.. now.Concat(before).OrderByDescending(entry => entry.Sequence)] : now;

        IReadOnlyList<Entry> About(PromiseName name) => ledger.Entries(new EntryQuery(Limit: MostChanges, Kind: kind, Subject: name.ToString(), NewestFirst: true));
    }
}
