using System.Collections.Immutable;
using Kept.Engine.Promises;
using Kept.Engine.Recording;
using Kept.Judging;
using Kept.Ledger;
using Kept.Model;

namespace Kept.Engine.History;

/// <summary>
/// Reads back what the ledger knows, beside the loop and one promise after the other, so the schedule never waits for it and memory stays bounded (a day of
/// one series at a time). Looks in the future of the clock are left out: they were made before the clock was set back.
/// </summary>
internal sealed class HistoryReader(ILedger ledger)
{
    /// <summary>Newest looks of a passive check that are handed back: enough to find its last call behind a long silence.</summary>
    public const int PassiveLooks = 500;

    private readonly Dictionary<int, Dictionary<PromiseId, FoldSnapshot>> _shelves = [];

    /// <param name="now">Looks later than this are not read.</param>
    /// <param name="started">When the engine started: what was seen before tells where the gap of the restart begins.</param>
    public PromiseHistory Read(HistoryRequest request, Instant now, Instant started)
    {
        var terms = request.Terms;
        var counted = CountedOf(terms, now);
        var (told, toldAt, isBack) = ToldOf(terms.Promise);
        var beforeStart = ImmutableArray.CreateRange(terms.Series, series => ledger.Looks(series, new Instant(0), started, 1) is [.., var old] ? old.Slot : (Instant?)null);
        var (past, unrecorded) = counted.IsNew ? ([], []) : PastOf(terms, counted, started, now);
        var (fold, from) = FoldOf(terms, counted.Since, past, now);
        var newest = ImmutableArray.CreateBuilder<IReadOnlyList<LookRecord>>(terms.Series.Length);
        for (var check = 0; check < terms.Series.Length; check++)
        {
            var last = Replay(fold, check, terms.Series[check], from, now);
            var passive = terms.Promise.Checks[check].Kind.IsPassive;
            newest.Add(counted.IsNew && beforeStart[check] is null && last is null ? [] : passive ? ledger.Looks(terms.Series[check], new Instant(0), After(now), PassiveLooks)
                : last is not null ? [last] : ledger.Looks(terms.Series[check], new Instant(0), After(now), 1));
        }
        var firing = terms.Promise.Alerts.IsDefaultOrEmpty || Newest(EntryKinds.AlertChanged, terms.Promise) is not { } changed || IsGoneSince(changed) ? null : EntryBodies.Names(changed, EntryBodies.Firing).ToHashSet(StringComparer.Ordinal);
        return new PromiseHistory(request, fold, counted.Since, past, unrecorded, counted.IsTold, counted.Before, told, toldAt, newest.MoveToImmutable(), beforeStart) { Firing = firing, IsBack = isBack };
    }

    /// <summary>How far back looks can matter: the longest window, and what <c>now</c> needs to be confirmed.</summary>
    internal static Duration Reach(Promise promise)
    {
        var longest = Duration.Hours(2);
        foreach (var objective in promise.Keeps)
        {
            var length = objective.Window switch
            {
                Window.Rolling rolling => rolling.Length,
                Window.Calendar calendar => Duration.Days(calendar.Unit switch
                {
                    CalendarUnit.Day => 2,
                    CalendarUnit.Week => 8,
                    CalendarUnit.Month => 32,
                    CalendarUnit.Quarter => 93,
                    _ => 367,
                }),
                _ => Duration.Zero,
            };
            if (length > longest) longest = length;
        }
        foreach (var check in promise.Checks)
        {
            var confirm = check.Every * (Math.Max(1, check.Confirm.Of) + 3);
            if (confirm > longest) longest = confirm;
        }
        return longest + Duration.Minutes(15);
    }

    /// <summary>Since when these terms are counted.</summary>
    /// <param name="IsNew">Nothing was counted before: a promise or a version that the ledger has not seen.</param>
    /// <param name="IsTold">The ledger has seen exactly these terms.</param>
    /// <param name="Before">Hash of the terms it saw last.</param>
    /// <param name="Seen">The entry of the terms it saw last.</param>
    private readonly record struct Counted(Instant Since, bool IsNew, bool IsTold, string? Before, Entry? Seen);

    private Counted CountedOf(PromiseTerms terms, Instant now)
    {
        var seen = Newest(EntryKinds.PromiseTerms, terms.Promise);
        if (seen is null) return new(now, true, false, null, null);
        var hash = EntryBodies.Text(seen, "termsHash");
        var since = Instant.TryParse(EntryBodies.Text(seen, "since") ?? "", out var told) ? told : seen.Occurred;
        if (since > now) return new(now, true, false, hash, seen);
        if (hash == terms.Promise.TermsHash && EntryBodies.Text(seen, "measures") == terms.Measured) return new(since, false, true, null, seen);
        // A new version begins a new count, and so does another list of measured quantities. Any other change leaves what was seen as it was: a window that is broken stays so.
        var isNew = !terms.CountsOnFrom(EntryBodies.Text(seen, "version") ?? "", EntryBodies.Text(seen, "measures"));
        return new(isNew ? now : since, isNew, false, hash, seen);
    }

    /// <summary>
    /// The rhythms before those of the terms, as the entries tell. One that changed while nobody was running held until the start.
    /// </summary>
    private (ImmutableArray<PastRhythm> All, ImmutableArray<PastRhythm> Unrecorded) PastOf(PromiseTerms terms, Counted counted, Instant started, Instant now)
    {
        var past = new List<PastRhythm>();
        var missed = ImmutableArray.CreateBuilder<PastRhythm>();
        var changes = RecordedTerms.Changes(ledger, EntryKinds.CheckRhythm, terms.Promise);
        for (var i = 0; i < terms.Promise.Checks.Length; i++)
        {
            var check = terms.Promise.Checks[i];
            var last = counted.Seen is { } seen ? EntryBodies.Period(seen, EntryBodies.Every, check.Name) : null;
            foreach (var change in changes.Where(one => EntryBodies.Text(one, "check") == check.Name).OrderBy(one => one.Sequence))
            {
                if (!Instant.TryParse(EntryBodies.Text(change, "from") ?? "", out var from)) continue;
                if (change.Sequence > counted.Seen?.Sequence) last = EntryBodies.Period(change, EntryBodies.Every);
                if (from > counted.Since && from <= now && EntryBodies.Period(change, EntryBodies.Before) is { } before) past.Add(new PastRhythm(i, from, before));
            }
            if (last is { } every && every != check.Every)
                missed.Add(new PastRhythm(i, started, every));
        }
        return ([.. past, .. missed], missed.DrainToImmutable());
    }

    /// <summary>What the ledger says of it; of one that was gone since, nothing: whoever heard that it is gone has to hear how it stands now.</summary>
    private (Outcome Told, Instant? At, bool IsBack) ToldOf(Promise promise)
    {
        if (Newest(EntryKinds.VerdictChanged, promise) is not { } seen) return (Outcome.Unknown, null, false);
        var told = Outcomes.FromWire(EntryBodies.Text(seen, "outcome") ?? "");
        return IsGoneSince(seen) ? (Outcome.Unknown, null, told is not (Outcome.Kept or Outcome.NotInForce)) : (told, seen.Occurred, false);
    }

    private bool IsGoneSince(Entry entry) => ledger.Entries(new EntryQuery(entry.Sequence, 1, EntryKinds.PromiseGone, entry.Subject)) is [_, ..];

    // Entries stand under the name of their day: after a rename the newest one may still stand under the former name.
    private Entry? Newest(string kind, Promise promise) =>
        NewestAbout(kind, promise.Name) ?? (promise.Was is { } was ? NewestAbout(kind, was) : null);

    private Entry? NewestAbout(string kind, PromiseName name) =>
        ledger.Entries(new EntryQuery(Limit: 1, Kind: kind, Subject: name.ToString(), NewestFirst: true)) is [var newest, ..] ? newest : null;

    private (PromiseFold Fold, Instant From) FoldOf(PromiseTerms terms, Instant since, ImmutableArray<PastRhythm> past, Instant now)
    {
        var shelf = FoldShelf.Of(terms.Id);
        // what is announced only now stands in no entry yet
        var (announced, former) = RecordedTerms.Announced(ledger, terms.Promise, now, now - Reach(terms.Promise));
        if (!_shelves.TryGetValue(shelf, out var snapshots)) _shelves[shelf] = snapshots = FoldShelf.Read(ledger.Cached(FoldShelf.Key(shelf)));
        if (snapshots.TryGetValue(terms.Id, out var snapshot) && snapshot.FoldKey == terms.FoldKey && snapshot.Since == since && snapshot.TakenAt <= now
            && PromiseFold.Restore(terms.Promise, terms.Assessor, snapshot.Bytes, past: past, plan: terms.Plan, termsSince: announced, former: former) is { } restored)
        {
            // A look that was under way when the snapshot was taken has a slot before it; folding a look twice changes nothing.
            return (restored, Later(since, snapshot.TakenAt - Overlap(terms.Promise)));
        }
        return (new PromiseFold(terms.Promise, terms.Assessor, since, past: past, plan: terms.Plan, termsSince: announced, former: former), Later(since, now - Reach(terms.Promise)));
    }

    private static Duration Overlap(Promise promise)
    {
        var longest = Duration.Minutes(1);
        foreach (var check in promise.Checks)
            if (check.Every * 2 > longest)
                longest = check.Every * 2;
        return longest;
    }

    private LookRecord? Replay(PromiseFold fold, int check, int series, Instant from, Instant now)
    {
        LookRecord? last = null;
        for (var day = from; day <= now; day += Duration.Days(1))
        {
            var end = day + Duration.Days(1) is var next && next <= now ? next : After(now);
            foreach (var look in ledger.Looks(series, day, end))
            {
                fold.Add(check, look);
                last = look;
            }
        }
        return last;
    }

    private static Instant After(Instant now) => new(now.Microseconds + 1);

    private static Instant Later(Instant a, Instant b) => a > b ? a : b;
}
