using System.Collections.Immutable;
using Kept.Engine.Promises;
using Kept.Judging;
using Kept.Model;

namespace Kept.Engine.History;

/// <summary>Asks for the history of a promise.</summary>
/// <param name="Promise">Whose; only handed back, for it belongs to the loop.</param>
/// <param name="Terms">Its terms at the time of asking.</param>
/// <param name="Reading">Which asking this is.</param>
internal sealed record HistoryRequest(TrackedPromise Promise, PromiseTerms Terms, int Reading);

/// <summary>What the ledger knows of a promise.</summary>
/// <param name="Fold">Everything recorded since its version began, folded.</param>
/// <param name="Since">When its version began to be judged.</param>
/// <param name="Past">Rhythms of its checks before those of its terms.</param>
/// <param name="Unrecorded">Those of them that ended while nobody was running: the ledger does not know yet.</param>
/// <param name="IsTold">The ledger has seen these terms.</param>
/// <param name="TermsBefore">Hash of the terms that it saw last, when they were others.</param>
/// <param name="Told">Outcome of the newest entry about it; unknown where it was gone since.</param>
/// <param name="ToldAt">And when; null where there is none that still counts.</param>
/// <param name="BeforeStart">The newest slot of each check before the engine started, null where there is none.</param>
/// <param name="Newest">The newest looks of each check, oldest first; more than one only for passive kinds.</param>
internal sealed record PromiseHistory(
    HistoryRequest Request, PromiseFold Fold, Instant Since, ImmutableArray<PastRhythm> Past, ImmutableArray<PastRhythm> Unrecorded, bool IsTold, string? TermsBefore, Outcome Told, Instant? ToldAt, ImmutableArray<IReadOnlyList<LookRecord>> Newest,
    ImmutableArray<Instant?> BeforeStart)
{
    /// <summary>The alerts that fire by the newest entry about them; null where it had none since it came.</summary>
    public HashSet<string>? Firing { get; init; }

    /// <summary>It was gone after it was told to be not well: how it stands now is told, whatever it is.</summary>
    public bool IsBack { get; init; }
}
