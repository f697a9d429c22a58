using System.Text.Json;
using Kept.Engine.Promises;
using Kept.Ledger;
using Kept.Model;

namespace Kept.Engine.Recording;

/// <summary>The entries that the engine writes: which members each kind has. A shipped member keeps its meaning.</summary>
internal static class EntryBodies
{
    /// <summary>Verdicts are for the house itself; what others may read is published elsewhere.</summary>
    public const string Team = "team";
    private const int MostProblems = 50;

    public static EntryDraft Started(Instant at, int epoch) => Draft(EntryKinds.Started, at, "", new Members().Set("epoch", epoch));

    public static EntryDraft Stopped(Instant at, int abandoned) => Draft(EntryKinds.Stopped, at, "", new Members().Set("abandonedLooks", abandoned));

    public static EntryDraft Taken(Instant at, House house) => Draft(EntryKinds.HouseTaken, at, "", new Members()
        .Set("house", house.Id)
        .Set("place", house.Place)
        .Set("contentHash", house.ContentHash)
        .Set("agents", house.Agents.Length)
        .Set("promises", house.Promises.Count(promise => !promise.IsWish))
        .Set("wishes", house.Promises.Count(promise => promise.IsWish))
        .Set("notPromises", house.NotPromises.Count));

    public static EntryDraft Refused(Instant at, IReadOnlyList<Diagnostic> diagnostics) => Draft(EntryKinds.HouseRefused, at, "", new Members()
        .Set("problems", diagnostics.Count)
        .Set("first", diagnostics.OrderByDescending(one => one.RefusesHouse).Take(MostProblems).Select(one => new Members()
            .Set("code", one.Code).Set("at", one.At.ToString()).Set("message", one.Message).Set("help", one.Help))));

    /// <param name="since">Since when they are judged: earlier than the entry where a rename left everything that is counted as it was.</param>
    /// <param name="before">Hash of the terms before.</param>
    public static EntryDraft Terms(Instant at, PromiseTerms terms, Instant since, string? before) =>
        Draft(EntryKinds.PromiseTerms, at, terms.Promise.Name.ToString(), new Members()
            .Set("promise", terms.Promise.Name.ToString())
            .Set("id", terms.Id.ToString())
            .Set("version", terms.Promise.Version)
            .Set("termsHash", terms.Promise.TermsHash)
            .Set("counted", terms.Counted)
            .Set("before", before)
            .Set("since", since.ToString()));

    public static EntryDraft Gone(Instant at, PromiseName name) => Draft(EntryKinds.PromiseGone, at, name.ToString(), new Members().Set("promise", name.ToString()));

    /// <summary>A stretch in which nothing could be seen; without a subject it is about the whole house.</summary>
    public static EntryDraft Gap(Instant at, string subject, GapCause cause, Instant from, Instant to, long slots, string? detail) =>
        Draft(EntryKinds.Gap, at, subject, new Members()
            .Set("cause", Wire(cause)).Set("from", from.ToString()).Set("to", to.ToString()).Set("slots", slots > 0 ? slots : null).Set("detail", detail));

    public static EntryDraft VerdictChanged(Instant at, Promise promise, Verdict verdict, Outcome before, (int Series, Instant Slot)? look) =>
        Draft(EntryKinds.VerdictChanged, at, promise.Name.ToString(), new Members()
            .Set("promise", promise.Name.ToString())
            .Set("outcome", verdict.Outcome.Wire())
            .Set("previous", before.Wire())
            .Set("isWish", promise.IsWish)
            .Set("reason", verdict.Reason)
            .Set("assessor", new Members().Set("house", verdict.Assessor.House).Set("place", verdict.Assessor.Place))
            .Set("regime", verdict.Regime)
            .Set("seenAt", verdict.SeenAt?.ToString())
            .Set("validUntil", verdict.ValidUntil?.ToString())
            .Set("termsHash", promise.TermsHash)
            .Set("evidence", look is { } newest ? new Members().Set("series", newest.Series).Set("slot", newest.Slot.ToString()) : null));

    public static string Wire(GapCause cause) => cause switch
    {
        GapCause.EgressDenied => "egress-denied",
        GapCause.SecretMissing => "secret-missing",
        GapCause.NotArmed => "not-armed",
        _ => cause.ToString().ToLowerInvariant(),
    };

    /// <summary>One text member of a body; null where the body was erased, is no object, or has no such text.</summary>
    public static string? Text(Entry entry, string member)
    {
        if (entry.Body is not { } body) return null;
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(member, out var value)
                && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (JsonException)
        {
            return null; // an entry of another program under the same kind: it says nothing to us
        }
    }

    private static EntryDraft Draft(string kind, Instant at, string subject, Members body) => new(kind, 1, at, Team, subject, body.ToBytes());
}
