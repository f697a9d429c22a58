using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Kept.Engine.Viewing;
using Kept.Judging;
using Kept.Model;

namespace Kept.Engine;

/// <summary>Everything that can be said about the running house at one moment. Immutable: a reader takes one and works on it to the end.</summary>
public sealed record HouseView
{
    private readonly ViewPage? _page;
    private readonly Gauges? _gauges;
    private readonly ImmutableArray<PromiseView> _promises;
    private EngineFigures? _figures;
    private FrozenDictionary<PromiseName, PromiseView>? _byName;

    public HouseView()
    {
    }

    /// <summary>What the engine publishes after every turn: cheap, because lists and figures are put together only for those who read them.</summary>
    [SetsRequiredMembers]
    internal HouseView(Instant asOf, long sequence, House house, HouseFault? fault, ViewPage page, Gauges gauges)
    {
        (AsOf, Sequence, House, Fault) = (asOf, sequence, house, fault);
        (_page, _gauges) = (page, gauges);
        Figures = null!; // made from the gauges by the first who asks
    }

    /// <summary>The moment it speaks of.</summary>
    public required Instant AsOf { get; init; }
    /// <summary>The ledger's sequence it includes; pages, API and metrics of the same view can never disagree.</summary>
    public required long Sequence { get; init; }
    public required House House { get; init; }
    /// <summary>Promises and wishes in document order.</summary>
    public required ImmutableArray<PromiseView> Promises
    {
        get => _promises.IsDefault ? _page?.Promises ?? [] : _promises;
        init => _promises = value;
    }
    /// <summary>The newest documents were refused, and this is why; the house above is the one before.</summary>
    public HouseFault? Fault { get; init; }
    /// <summary>The loads that conditions ask for, by agent; of agents whose load nobody asks for there is none.</summary>
    public FrozenDictionary<string, LoadView> Loads { get; init; } = FrozenDictionary<string, LoadView>.Empty;
    /// <summary>Whether we ourselves can see; null where the house has no anchors.</summary>
    public AnchorsView? Anchors { get; init; }
    public required EngineFigures Figures
    {
        get => _figures ??= _gauges!.ToFigures();
        init => _figures = value;
    }

    public PromiseView? Find(PromiseName name)
    {
        if (_page is not null && _promises.IsDefault) return _page.Find(name) ?? (House.Find(name) is { } meant ? _page.Find(meant.Name) : null);
        _byName ??= Promises.DistinctBy(view => view.Promise.Name).ToFrozenDictionary(view => view.Promise.Name);
        if (_byName.TryGetValue(name, out var exact)) return exact;
        return House.Find(name) is { } promise && _byName.TryGetValue(promise.Name, out var found) ? found : null;
    }
}

/// <summary>One promise as it stands.</summary>
public sealed record PromiseView
{
    public required Promise Promise { get; init; }
    public required PromiseId Id { get; init; }
    public required Verdict Verdict { get; init; }
    /// <summary>Since when the headline is what it is.</summary>
    public required Instant Since { get; init; }
    public required ImmutableArray<CheckView> Checks { get; init; }
    /// <summary>What rules say about it; an error makes it not a promise.</summary>
    public ImmutableArray<Diagnostic> Problems { get; init; } = [];
    /// <summary>Judged by ourselves about ourselves.</summary>
    public bool IsSelf { get; init; }
}

/// <summary>One check of a promise as it stands.</summary>
/// <param name="Check">The check.</param>
/// <param name="Series">Its series in the ledger.</param>
/// <param name="Last">The newest look, null before the first.</param>
/// <param name="LastReason">What the newest look meant, in words.</param>
/// <param name="NextDue">When it looks next; null for passive kinds that are not armed.</param>
/// <param name="BeatPath">For heartbeats, the path to call: <c>/beat/…</c>.</param>
public sealed record CheckView(Check Check, int Series, LookRecord? Last, string? LastReason, Instant? NextDue, string? BeatPath)
{
    /// <summary>What the newest look meant, in words; of a good one the record tells enough.</summary>
    public string? LastReason { get => field ?? (Last is { } last ? LookWords.Of(last) : null); init; } = LastReason;
}

/// <summary>A load as it was read last.</summary>
/// <param name="Value">The mean over the last minute; null where it could not be read.</param>
/// <param name="At">When it was read.</param>
public sealed record LoadView(Quantity? Value, Instant At)
{
    /// <summary>The value, while it is not too old to be known.</summary>
    public Quantity? KnownAt(Instant now) => At <= now && now - At <= Keeper.LoadIsOldAfter ? Value : null;
}

/// <summary>What the anchors of the house say of us.</summary>
/// <param name="AskedAt">When they were asked last; null before the first time.</param>
/// <param name="Seen">What each showed then.</param>
/// <param name="Blind">Why what we see says nothing of others, in words; null while we see.</param>
/// <param name="Since">Since when it is so.</param>
public sealed record AnchorsView(Instant? AskedAt, ImmutableArray<AnchorView> Seen, string? Blind, Instant? Since);

/// <summary>One anchor.</summary>
/// <param name="Anchor">What is asked.</param>
/// <param name="IsGood">It answered, and as it should.</param>
/// <param name="Words">What was seen.</param>
public sealed record AnchorView(Check Anchor, bool IsGood, string Words);

/// <summary>Documents that were refused whole.</summary>
public sealed record HouseFault(Instant At, ImmutableArray<Diagnostic> Diagnostics);

/// <summary>The engine about itself; every figure since start unless it says otherwise.</summary>
/// <param name="StartedAt">When the engine started.</param>
/// <param name="Checks">Checks on the schedule.</param>
/// <param name="UnderWay">Looks under way now.</param>
/// <param name="Queue">Looks due that wait for a place.</param>
/// <param name="Looks">Looks finished.</param>
/// <param name="Gaps">Slots recorded as gaps, by cause.</param>
/// <param name="Faults">Faults of our own that were caught; each kept its item on the schedule.</param>
/// <param name="LatenessP50">Median from due to start over the last minutes.</param>
/// <param name="LatenessP99">The 99th percentile.</param>
/// <param name="LatenessMax">The worst.</param>
/// <param name="UnrecordedLooks">Looks waiting for the ledger.</param>
/// <param name="LastRecordedAt">When the ledger last acknowledged.</param>
/// <param name="StorageFault">Why the ledger refuses, in words; null while it works.</param>
public sealed record EngineFigures(
    Instant StartedAt, int Checks, int UnderWay, int Queue, long Looks, FrozenDictionary<GapCause, long> Gaps, long Faults,
    Duration LatenessP50, Duration LatenessP99, Duration LatenessMax, int UnrecordedLooks, Instant? LastRecordedAt, string? StorageFault)
{
    /// <summary>Records that the ledger can never take: each was given up and logged, a look among them is a gap, and all others were recorded.</summary>
    public long RefusedRecords { get; init; }
}

/// <summary>What a watched thing tells when it calls its heartbeat. A log says nothing of how it stands: it is kept as an entry, and no deadline moves.</summary>
public enum BeatKind { Success, Start, Fail, ExitCode, Log }

/// <summary>One call of a heartbeat.</summary>
/// <param name="Key">The last part of the path: a name, or a secret token.</param>
/// <param name="Kind">What it says.</param>
/// <param name="ExitCode">With <see cref="BeatKind.ExitCode"/>: 0 is success.</param>
/// <param name="Body">What it sent, as text.</param>
/// <param name="From">The caller's address.</param>
public sealed record Beat(string Key, BeatKind Kind, int ExitCode, string? Body, string? From)
{
    /// <summary>Why it failed, in its own words: a line that is shown beside the verdict. Null where it did not say.</summary>
    public string? Why { get; init; }

    /// <summary>How long it took, where the caller says so itself; else it is from the start it called to here.</summary>
    public Duration? Took { get; init; }

    /// <summary>Which of several runs at a time this is about, so that an end finds its own start; null: the only one.</summary>
    public string? Run { get; init; }
}

/// <summary>What becomes of a call of a heartbeat.</summary>
public enum BeatAnswer
{
    /// <summary>It is on disk; within a second of an equal call there is nothing new to keep.</summary>
    Heard,
    /// <summary>
    /// It counts and is kept in memory only: storage fails and takes it when it works again, or it was a start, which is recorded with its end. A crash before
    /// that forgets it.
    /// </summary>
    Noted,
    /// <summary>No heartbeat of this house has that key.</summary>
    NoSuchKey,
    /// <summary>It said less than a second ago that a failure is over, failed again, and cannot be over again before that second has passed. A failure is always heard.</summary>
    TooOften,
    /// <summary>The house ends, has ended, or does not run: nobody heard it. Call again in a moment.</summary>
    NotRunning,
}
