using System.Collections.Immutable;
using Kept.Engine.Schedule;
using Kept.Judging;
using Kept.Model;

namespace Kept.Engine.Promises;

/// <summary>One promise the engine follows: its terms, its fold and how it stands. Owned by the loop; nothing else may touch it.</summary>
internal sealed class TrackedPromise(PromiseTerms terms)
{
    public PromiseTerms Terms { get; set; } = terms;
    /// <summary>Its place in document order.</summary>
    public int Position { get; set; }
    public ScheduledCheck[] Checks { get; set; } = [];

    /// <summary>Null while its history is being read: what it would say is not to be trusted yet.</summary>
    public PromiseFold? Fold { get; set; }
    /// <summary>When its version began to be judged.</summary>
    public Instant Since { get; set; }
    /// <summary>Rhythms of its checks before those of its terms.</summary>
    public ImmutableArray<PastRhythm> Past { get; set; } = [];
    /// <summary>Looks that ended while the history was being read; null for none.</summary>
    public List<LookRecord>? Early { get; set; }
    /// <summary>Which reading of its history counts; an older one that arrives late is dropped.</summary>
    public int Reading { get; set; }

    public Verdict? Verdict { get; set; }
    public Instant OutcomeSince { get; set; }
    /// <summary>The outcome of the newest entry about it: what the ledger says.</summary>
    public Outcome Told { get; set; }
    /// <summary>Some entry says how it stands, or stood.</summary>
    public bool IsToldOf { get; set; }
    /// <summary>It was gone while it was not well, and no entry says yet how it stands since.</summary>
    public bool IsBack { get; set; }
    /// <summary>The alerts that fire by the newest entry about them; null where none does.</summary>
    public HashSet<string>? Firing { get; set; }
    /// <summary>The look its verdict rests on, for the entry.</summary>
    public (int Series, Instant Slot)? NewestLook { get; set; }
    /// <summary>The one wake-up for judging by age that is alive.</summary>
    public long JudgeAt { get; set; } = long.MaxValue;
    /// <summary>Those whose condition or dependence names it; null for none, as of most.</summary>
    public List<TrackedPromise>? Dependents { get; set; }
    public bool IsGone { get; set; }
    /// <summary>A look stands a moment ahead of the clock: the next wake-up judges, whatever else is known.</summary>
    public bool IsAhead { get; set; }
    /// <summary>It waits to be judged at the end of this turn: a look came, or one that it stands on changed.</summary>
    public bool IsTouched { get; set; }

    /// <summary>What the bad look of a check met, where it was seen since the start.</summary>
    public Func<int, Instant, string?> WordsOf => field ??= Words; // one for all its verdicts

    private string? Words(int check, Instant slot) => Checks[check].LastBad is { } bad && bad.Slot == slot ? bad.Reason : null;

    public PromiseId Id => Terms.Id;
    public Promise Promise => Terms.Promise;
    public PromiseName Name => Terms.Promise.Name;
}

/// <summary>A promise of one reading of the documents, with all that the engine derives from it once. Immutable.</summary>
internal sealed record PromiseTerms
{
    public required Promise Promise { get; init; }
    public required Agent Agent { get; init; }
    public required PromiseId Id { get; init; }
    public required Assessor Assessor { get; init; }
    /// <summary>Ledger numbers of its checks, in order.</summary>
    public required ImmutableArray<int> Series { get; init; }
    public required ImmutableArray<Diagnostic> Problems { get; init; }
    /// <summary>Equal where everything that judges or looks is equal.</summary>
    public required Bits128 Fingerprint { get; init; }
    /// <summary>Equal where the same is counted, whatever the name: version, condition, objectives, coverage. Only another version begins a new count.</summary>
    public required Bits128 Counted { get; init; }
    /// <summary>Equal where a fold may be carried over: what is counted, by whom, and how checks are confirmed.</summary>
    public required Bits128 FoldKey { get; init; }
    /// <summary>The quantities that each check measures, in order: looks hold their figures by place, so under another list the same figures would mean something else. Null where nothing is measured.</summary>
    public required string? Measured { get; init; }
    /// <summary>Whether a count goes on under these terms: under another version, or another list of measured quantities, it begins anew.</summary>
    public bool CountsOnFrom(string version, string? measured) => version == Promise.Version && measured == Measured;
    /// <summary>An error of a rule makes it not a promise; then why.</summary>
    public required string? NotAPromise { get; init; }
    /// <summary>How its looks are counted; shared by the promises of the house that count alike.</summary>
    public required FoldPlan Plan { get; init; }

    public bool IsSelf => !Promise.IsWish && Promise.Origin == DocumentOrigin.Ours;
}
