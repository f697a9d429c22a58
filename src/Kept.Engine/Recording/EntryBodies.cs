using System.Globalization;
using System.Text.Json;
using Kept.Engine.Promises;
using Kept.Judging;
using Kept.Ledger;
using Kept.Model;

namespace Kept.Engine.Recording;

/// <summary>The entries that the engine writes: which members each kind has. A shipped member keeps its meaning.</summary>
internal static class EntryBodies
{
    /// <summary>Verdicts are for the house itself; what others may read is published elsewhere.</summary>
    public const string Team = "team";
    /// <summary>How often a check is looked at: by its name in terms, one figure in a change of rhythm.</summary>
    public const string Every = "everyMicroseconds";
    /// <summary>How often it was looked at before.</summary>
    public const string Before = "beforeMicroseconds";
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

    /// <param name="since">Since when their version is judged: earlier than the entry where the version stayed.</param>
    /// <param name="before">Hash of the terms before.</param>
    public static EntryDraft Terms(Instant at, PromiseTerms terms, Instant since, string? before) =>
        Draft(EntryKinds.PromiseTerms, at, terms.Promise.Name.ToString(), new Members()
            .Set("promise", terms.Promise.Name.ToString())
            .Set("id", terms.Id.ToString())
            .Set("version", terms.Promise.Version)
            .Set("termsHash", terms.Promise.TermsHash)
            .Set("counted", CountedText(terms))
            .Set("measures", terms.Measured)
            .Set("maintenance", terms.Promise.Maintenance?.Announcement)
            .Set("foundIn", terms.Promise.FoundIn)
            .Set("before", before)
            .Set("since", since.ToString())
            .Set(Every, terms.Promise.Checks.Aggregate(new Members(), static (all, check) => all.Set(check.Name, Microseconds(check.Every)))));

    /// <summary>A check is looked at in another rhythm; what was due before stays counted by the one before.</summary>
    /// <param name="from">Since when; the entry itself may come later, where the document changed while nobody ran.</param>
    public static EntryDraft Rhythm(Instant at, PromiseName promise, string check, Duration before, Duration every, Instant from) =>
        Draft(EntryKinds.CheckRhythm, at, promise.ToString(), new Members()
            .Set("promise", promise.ToString())
            .Set("check", check)
            .Set(Before, Microseconds(before))
            .Set(Every, Microseconds(every))
            .Set("from", from.ToString()));

    private static long Microseconds(Duration span) => span.Nanoseconds / Duration.PerMicrosecond;

    /// <summary>What is counted, as entries tell it.</summary>
    public static string CountedText(PromiseTerms terms) => ((UInt128)terms.Counted).ToString("x32", CultureInfo.InvariantCulture);

    /// <summary>No document makes it any more, or no list has its target. A promise that was to be announced before it ends says so.</summary>
    /// <param name="isListNamed">The documents still look for targets where it was found: the list took it back, and not they.</param>
    public static EntryDraft Gone(Instant at, Promise promise, bool isListNamed) => Draft(EntryKinds.PromiseGone, at, promise.Name.ToString(), new Members()
        .Set("promise", promise.Name.ToString())
        .Set("foundIn", promise.FoundIn)
        .Set("listNamed", promise.FoundIn is null || isListNamed ? null : "no")
        .Set("standing", promise.Standing == Standing.Wished ? "wished" : "offered")
        .Set("noticeMicroseconds", promise.Notice is { } notice && !(promise.Until <= at) ? (long?)Microseconds(notice) : null));

    /// <summary>A watched thing told something that says nothing of how it stands.</summary>
    public static EntryDraft Logged(Instant at, PromiseName promise, string check, string? said, string? from) =>
        Draft(EntryKinds.BeatLogged, at, promise.ToString(), new Members()
            .Set("promise", promise.ToString()).Set("check", check).Set("said", said is { Length: > MostSaid } ? said[..MostSaid] + "…" : said).Set("from", from));

    /// <summary>Of what is only told, so many characters are kept.</summary>
    private const int MostSaid = 4096;

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
            .Set("regimes", verdict.Regimes.IsEmpty ? null : verdict.Regimes.Where(one => one.Looks > 0 || one.IsCurrent).Aggregate(new Members(), static (all, one) => all.Set(one.Name, one.Verdict.Outcome.Wire())))
            .Set("seenAt", verdict.SeenAt?.ToString())
            .Set("validUntil", verdict.ValidUntil?.ToString())
            .Set("termsHash", promise.TermsHash)
            .Set("tzdb", CalendarClock.Decides(promise) ? CalendarClock.TzdbVersion : null)
            .Set("evidence", look is { } newest ? new Members().Set("series", newest.Series).Set("slot", newest.Slot.ToString()) : null));

    /// <summary>An alert began to fire, or ceased. While nobody knows it goes on as it was.</summary>
    /// <param name="firing">The alerts of the promise that fire from here on, by name.</param>
    public static EntryDraft AlertChanged(Instant at, Promise promise, AlertLine alert, IReadOnlyCollection<string> firing) =>
        Draft(EntryKinds.AlertChanged, at, promise.Name.ToString(), new Members()
            .Set("promise", promise.Name.ToString())
            .Set("alert", alert.Name)
            .Set("state", alert.State == AlertState.Firing ? "firing" : "quiet")
            .Set("reason", alert.Reason)
            .Set(Firing, firing.Aggregate(new Members(), static (all, name) => all.Set(name, true))));

    /// <summary>The alerts that fire, each a member.</summary>
    public const string Firing = "firing";

    /// <summary>The names of the members of one member; empty where there are none.</summary>
    public static IReadOnlyList<string> Names(Entry entry, string member) =>
        Read(entry, static value => value.ValueKind == JsonValueKind.Object ? [.. value.EnumerateObject().Select(one => one.Name)] : (IReadOnlyList<string>?)null, member) ?? [];

    public static string Wire(GapCause cause) => cause switch
    {
        GapCause.EgressDenied => "egress-denied",
        GapCause.SecretMissing => "secret-missing",
        GapCause.NotArmed => "not-armed",
        _ => cause.ToString().ToLowerInvariant(),
    };

    /// <summary>One text member of a body; null where the body was erased, is no object, or has no such text.</summary>
    public static string? Text(Entry entry, string member) => Read(entry, static value => value.ValueKind == JsonValueKind.String ? value.GetString() : null, member);

    /// <summary>A period in microseconds; null where there is none, or none that can be.</summary>
    public static Duration? Period(Entry entry, params ReadOnlySpan<string> path) =>
        Read(entry, static value => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var found) && found is > 0 and < long.MaxValue / Duration.PerMicrosecond
            ? new Duration(found * Duration.PerMicrosecond) : (Duration?)null, path);

    private static T? Read<T>(Entry entry, Func<JsonElement, T?> read, params ReadOnlySpan<string> path)
    {
        if (entry.Body is not { } body) return default;
        try
        {
            using var document = JsonDocument.Parse(body);
            var at = document.RootElement;
            foreach (var member in path)
                if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(member, out at))
                    return default;
            return read(at);
        }
        catch (JsonException)
        {
            return default; // an entry of another program under the same kind: it says nothing to us
        }
    }

    private static EntryDraft Draft(string kind, Instant at, string subject, Members body) => new(kind, 1, at, Team, subject, body.ToBytes());
}
