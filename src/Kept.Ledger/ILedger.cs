using Kept.Model;

namespace Kept.Ledger;

/// <summary>
/// The one truth of a house: an append-only, hash-chained list of entries, the looks beside it, and the ids of promises. Every store passes one contract suite.
/// Safe for use by many threads; writes are ordered. What a write returned for is on disk (group-synced) and survives <c>kill -9</c> at any moment.
/// Reads see every completed write. Storage that fails throws <see cref="LedgerException"/> with a code, leaves nothing half done, and may be tried again; what can
/// never be taken is refused with <see cref="LedgerFault.Record"/> before anything of its batch is written.
/// </summary>
public interface ILedger : IAsyncDisposable
{
    /// <summary>Sequence of the newest entry, 0 when empty.</summary>
    long LastSequence { get; }

    /// <summary>This writer's epoch; grows with each opening of the store.</summary>
    int Epoch { get; }

    /// <summary>The id of the house whose ledger this is, as every entry says; empty until <see cref="BelongToAsync"/> was told.</summary>
    string House { get; }

    /// <summary>From now on entries are this house's, after a restart too. A house that changes its id keeps its ledger; what was written stays as it was.</summary>
    ValueTask BelongToAsync(string house, CancellationToken cancellationToken);

    /// <summary>What opening found that a person should know.</summary>
    LedgerOpening Opening => LedgerOpening.Clean;

    /// <summary>
    /// Appends entries in order, all or none. Where it failed and nobody can know whether it was written all the same, the same drafts (the same objects) may be
    /// appended again, together or in parts: none becomes two entries.
    /// </summary>
    ValueTask<IReadOnlyList<Entry>> AppendAsync(IReadOnlyList<EntryDraft> drafts, CancellationToken cancellationToken);

    /// <summary>Entries after a sequence, oldest first.</summary>
    IReadOnlyList<Entry> Entries(EntryQuery query);

    /// <summary>The id of a promise, minted (with an entry) on first sight; <paramref name="was"/> hands over the id of its former name.</summary>
    ValueTask<PromiseId> IdOfAsync(PromiseName name, PromiseName? was, CancellationToken cancellationToken);

    /// <summary>Ids of many promises at once (one transaction): start-up of a large house.</summary>
    ValueTask<IReadOnlyList<PromiseId>> IdsOfAsync(IReadOnlyList<(PromiseName Name, PromiseName? Was)> names, CancellationToken cancellationToken);

    /// <summary>The number of a series, minted on first sight. Many at once: one transaction.</summary>
    ValueTask<IReadOnlyList<int>> SeriesOfAsync(IReadOnlyList<SeriesKey> keys, CancellationToken cancellationToken);

    /// <summary>Records looks, with what they read. Completes when they are on disk; many callers share one sync. Idempotent by key.</summary>
    ValueTask RecordAsync(IReadOnlyList<LookRecord> looks, IReadOnlyList<Evidence> evidence, CancellationToken cancellationToken);

    /// <summary>Looks of a series in [from, to), oldest first, at most <paramref name="limit"/> (the newest ones where there are more).</summary>
    IReadOnlyList<LookRecord> Looks(int series, Instant from, Instant to, int limit = int.MaxValue);

    /// <summary>The newest evidence of a series, newest first.</summary>
    IReadOnlyList<Evidence> EvidenceOf(int series, int limit);

    /// <summary>Counts per UTC day of a series in [from, to), oldest first; days without looks are left out.</summary>
    IReadOnlyList<DayTally> Days(int series, Instant from, Instant to);

    /// <summary>Seals full hot segments into blocks (their hashes become entries) and removes what retention allows. Cheap when there is nothing to do.</summary>
    ValueTask<UpkeepReport> UpkeepAsync(Instant now, Duration keepLooks, CancellationToken cancellationToken);

    /// <summary>Checks the whole chain, every body, block and segment; names whatever does not hold.</summary>
    LedgerVerification Verify(CancellationToken cancellationToken);

    /// <summary>Writes a complete, consistent copy into a new folder, opens it and verifies it before it returns.</summary>
    ValueTask<LedgerVerification> BackupAsync(string folder, CancellationToken cancellationToken);

    /// <summary>A small value that can always be thrown away (compiled house, fold snapshots); null where absent.</summary>
    byte[]? Cached(string key);

    ValueTask CacheAsync(string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken);
}

/// <summary>What opening a ledger found.</summary>
/// <param name="Notes">Writes that were cut off, segments that are missing, an older copy put back; in words. Empty when all was as it should be.
/// What may mean that acknowledged looks are gone stands in the ledger too, as <c>kept.gap</c>.</param>
public sealed record LedgerOpening(IReadOnlyList<string> Notes)
{
    public static readonly LedgerOpening Clean = new([]);
}

/// <summary>What a series is about.</summary>
public readonly record struct SeriesKey(PromiseId Promise, string Check, string Place);

/// <summary>An entry to be written.</summary>
/// <param name="Kind">One of <see cref="EntryKinds"/>.</param>
/// <param name="Schema">Version of the body's form.</param>
/// <param name="Occurred">When it happened (event time).</param>
/// <param name="Audience">Who may read it: <c>public</c>, <c>team</c>, <c>agents:a,b</c>.</param>
/// <param name="Subject">What it is about (<c>agent/promise@1</c>), or empty.</param>
/// <param name="Body">Canonical JSON (RFC 8785), UTF-8.</param>
public sealed record EntryDraft(string Kind, int Schema, Instant Occurred, string Audience, string Subject, ReadOnlyMemory<byte> Body);

/// <summary>
/// One fact. <paramref name="Hash"/> is the RFC 6962 leaf hash, SHA-256(0x00 ‖ header), over the header's stored bytes, which hold everything here but the body,
/// of which they hold the SHA-256. <paramref name="Prev"/> is the hash of the entry before, so no entry can be changed, removed or put in between unseen.
/// </summary>
public sealed record Entry(
    long Sequence, Ulid Id, string Prev, string Kind, int Schema, Instant Occurred, Instant Recorded, string Writer, int Epoch, string House, string Audience, string Subject,
    string BodyHash, ReadOnlyMemory<byte>? Body, string Hash);

/// <summary>Which entries.</summary>
/// <param name="After">Only with a larger sequence.</param>
/// <param name="Limit">At most so many.</param>
/// <param name="Kind">Only this kind, or all.</param>
/// <param name="Subject">Only about this, or all.</param>
/// <param name="NewestFirst">From the end backwards (then <paramref name="After"/> still bounds below).</param>
public sealed record EntryQuery(long After = 0, int Limit = 1000, string? Kind = null, string? Subject = null, bool NewestFirst = false);

/// <summary>Kinds of entries. A kind, once shipped, keeps its meaning.</summary>
public static class EntryKinds
{
    public const string Started = "kept.started", Stopped = "kept.stopped", HouseTaken = "kept.house.taken", HouseRefused = "kept.house.refused",
        PromiseNamed = "kept.promise.named", PromiseTerms = "kept.promise.terms", CheckRhythm = "kept.check.rhythm", PromiseGone = "kept.promise.gone", VerdictChanged = "kept.verdict.changed", BlockSealed = "kept.block.sealed",
        LooksExpired = "kept.looks.expired", Gap = "kept.gap", BeatLogged = "kept.beat.logged",
        AlertChanged = "kept.alert.changed", TellQueued = "kept.tell.queued", TellTold = "kept.tell.told", TellFailing = "kept.tell.failing", TellDropped = "kept.tell.dropped",
        RouteBegan = "kept.tell.route", SilenceBegan = "kept.silence.began", SilenceEnded = "kept.silence.ended";
}

/// <summary>Counts of one UTC day.</summary>
public sealed record DayTally(Instant Day, long Good, long Bad, long Gap, long NotInForce);

/// <summary>What upkeep did.</summary>
public sealed record UpkeepReport(int SegmentsSealed, long LooksSealed, long LooksExpired, long BytesAtRest);

/// <summary>The outcome of verification.</summary>
/// <param name="Entries">How many entries were checked.</param>
/// <param name="Looks">How many looks were checked.</param>
/// <param name="Problems">Each names the thing: <c>entry 4711: body does not match its hash</c>. Empty when all holds.</param>
public sealed record LedgerVerification(long Entries, long Looks, IReadOnlyList<string> Problems)
{
    public bool Holds => Problems.Count == 0;
}

/// <summary>What failed when a ledger throws: it decides what the caller may do with what it holds.</summary>
public enum LedgerFault
{
    /// <summary>The storage: everything may be tried again, as it is.</summary>
    Storage,
    /// <summary>What was handed over can never be taken: trying again is in vain, and the rest of its batch may go without it.</summary>
    Record,
    /// <summary>Neither is certain, for nobody foresaw it: a fault of ours, or a record that nobody thought of.</summary>
    Unclear,
}

/// <summary>The ledger did not take, or could not give, what it was asked for. The message says what a person can do.</summary>
public sealed class LedgerException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Stable: one of <see cref="StorageCodes"/>.</summary>
    public string Code { get; } = code;

    public LedgerFault Kind => Code switch
    {
        StorageCodes.ReplacedWriter or StorageCodes.NeverRecorded => LedgerFault.Record,
        StorageCodes.OwnFault => LedgerFault.Unclear,
        _ => LedgerFault.Storage,
    };

    /// <summary>What a fault of any type, thrown by a ledger, is about.</summary>
    public static LedgerFault KindOf(Exception fault) => fault switch
    {
        LedgerException told => told.Kind,
        ArgumentException => LedgerFault.Record,
        _ => LedgerFault.Unclear,
    };
}
