using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kept.Server.Api;

// Wire records: what clients of /api/v1 hold in their hands. Instants are RFC 3339 in UTC, outcomes kebab case, shares decimal text, counts integers;
// times of looks are whole nanoseconds. A member, once shipped, keeps its name and meaning.

/// <summary>The house at one moment.</summary>
public sealed record WireHouse(
    string Id, string Name, string Place, string AsOf, long Sequence, WireCounts Promises, WireCounts Wishes, IReadOnlyList<string> Agents, WireFault? Fault, string? StorageFault);

/// <summary>How many of each outcome. Unknown is never counted as kept.</summary>
public sealed record WireCounts(int Kept, int Broken, int NotInForce, int Unknown, int NotAPromise);

/// <summary>The newest documents were refused, and why.</summary>
public sealed record WireFault(string At, IReadOnlyList<WireDiagnostic> Diagnostics);

/// <summary>One thing wrong with a document.</summary>
public sealed record WireDiagnostic(string Code, string Severity, string File, int Line, int Column, int Length, string Message, string? Help, string? Promise);

/// <summary>Who speaks here, or is spoken of.</summary>
public sealed record WireAgent(
    string Id, string Name, string Kind, IReadOnlyList<string> Domains, string? Until, string? MemberOf, IReadOnlyList<string> Members, IReadOnlyList<string> Promises, IReadOnlyList<string> ReliesOn);

public sealed record WireAgents(string AsOf, long Sequence, IReadOnlyList<WireAgent> Items);

/// <summary>Who judged, and from where; no verdict stands without one.</summary>
public sealed record WireAssessor(string House, string Place, bool Self);

/// <summary>One line of a verdict: <c>now</c>, or an objective. Of the counted, <c>assumed</c> were not seen; <c>sum</c> is the exact sum of shares where the mean of slices is judged.</summary>
public sealed record WireLine(
    string Text, string Outcome, string Reason, long Good, long Counted, long Due, long Expected, string WindowFrom, string WindowTo, string? BudgetLeft,
    WireBudget? Budget, long Assumed, string? Sum, IReadOnlyList<WirePart>? Parts);

/// <summary>What one check adds to an objective that counts several: its own looks, each worth <c>points</c>. Of the counted, <c>assumed</c> were not seen. <c>covered</c>: it was looked at often enough to say kept.
/// <c>outcome</c>: what would be said of it alone; <c>budgetSpent</c>: the share of the whole budget that its bad looks took. Both are absent where slices are counted.</summary>
public sealed record WirePart(string Check, long Points, long Good, long Counted, long Assumed, long Due, bool Covered, string? Outcome, string? BudgetSpent);

/// <summary>The error budget of the whole window. <c>allowed</c>, <c>spent</c> and <c>left</c> are exact numbers of looks, slices or points (<c>5/2</c> is two and a half); the rest is the same as time.</summary>
public sealed record WireBudget(string Allowed, string Spent, string Left, long AllowedNanoseconds, long SpentNanoseconds, long LeftNanoseconds);

/// <summary>One alert: <c>firing</c>, <c>quiet</c> or <c>unknown</c>. It says how fast a budget is used up, and never changes the verdict.</summary>
public sealed record WireAlert(string Name, string State, string Reason);

/// <summary>
/// A promise judged in one of its regimes: over its looks alone. <c>current</c>: the newest look belongs to it; <c>looks</c>: good and bad ones in the longest window;
/// <c>when</c>: its condition, absent for <c>other</c> (no condition was true) and <c>unknown</c> (nobody knows).
/// </summary>
public sealed record WireRegime(
    string Name, string? When, bool Current, long Looks, string Outcome, string Word, string Reason, string? SeenAt, IReadOnlyList<WireLine> Lines, IReadOnlyList<WireAlert> Alerts);

/// <summary>The judgement of one promise. <c>word</c> is for people (a wish is met or unmet); <c>ageSeconds</c> is the age of its newest evidence at <c>asOf</c>.
/// Where it names regimes, <c>regime</c> is the one that decides, <c>lines</c> are those of it, and <c>regimes</c> are all; no figure is over two of them.</summary>
public sealed record WireVerdict(
    string Outcome, string Word, string Reason, string AsOf, string Since, string? SeenAt, long? AgeSeconds, string? ValidUntil, WireAssessor Assessor, string Regime,
    IReadOnlyList<WireLine> Lines, IReadOnlyList<string> AtRisk, IReadOnlyList<WireAlert> Alerts, string Accounting, IReadOnlyList<string> Notes,
    IReadOnlyList<WireRegime>? Regimes);

/// <summary>One check as it stands.</summary>
public sealed record WireCheck(
    string Name, string Kind, string Target, string Every, string Timeout, string Confirm, IReadOnlyList<string> Expect, string? LastAt, string? LastClass, string? LastReason,
    long? LastTookNanoseconds, string? NextDue, string? Beat);

/// <summary>A promise, or a wish, with its verdict.</summary>
public sealed record WirePromise(
    string Name, string Id, string Agent, string Standing, string Version, string Benefit, IReadOnlyList<string> To, IReadOnlyList<string> Keeps, string? Given, string? Uses, string? Until,
    string TermsHash, WireVerdict Verdict, IReadOnlyList<WireCheck> Checks, IReadOnlyList<WireDiagnostic> Problems);

/// <summary>A page of promises; <c>next</c> is the <c>after</c> of the following page, absent on the last.</summary>
public sealed record WirePromises(string AsOf, long Sequence, int Total, IReadOnlyList<WirePromise> Items, string? Next);

/// <summary>Looks over a time, reduced to so many points; a point is the slowest look of its stretch, with the counts of all.</summary>
public sealed record WireLooks(
    string Promise, string Check, string From, string To, long StepNanoseconds, int Looks, IReadOnlyList<WireLook> Points, IReadOnlyList<WireGap> Gaps);

/// <summary>Phases in nanoseconds; absent where there was no such phase.</summary>
public sealed record WireLook(
    string At, string Class, string? Failure, int? Code, long? Dns, long? Connect, long? Tls, long? FirstByte, long? Total, int Good, int Bad, int NotInForce);

/// <summary>A time in which we did not see.</summary>
public sealed record WireGap(string From, string To);

/// <summary>What single looks read. <c>read</c> is as the ledger holds it.</summary>
public sealed record WireEvidence(string Promise, IReadOnlyList<WireRead> Items);

public sealed record WireRead(string Check, string At, JsonElement? Read);

/// <summary>Why a promise is in its state.</summary>
public sealed record WireExplanation(string Promise, string AsOf, string Outcome, string Rule, string Therefore, WireAssessor Assessor, IReadOnlyList<WireInput> Inputs);

public sealed record WireInput(string What, string Value, string Reason, string? At, long? AgeSeconds, string? Figures);

/// <summary>One fact of the ledger in a CloudEvents 1.0 envelope. <c>sequence</c> is zero-padded, so that it compares as text; it is also the cursor and the id of the stream.</summary>
public sealed record WireEvent(
    [property: JsonPropertyName("specversion")] string SpecVersion, string Id, string Source, string Type, string? Subject, string Time,
    [property: JsonPropertyName("recordedtime")] string RecordedTime, string Sequence, [property: JsonPropertyName("datacontenttype")] string DataContentType, JsonElement? Data);

/// <summary>Events after a cursor, oldest first; <c>next</c> is the cursor to ask with again, also when nothing came.</summary>
public sealed record WireEvents(IReadOnlyList<WireEvent> Items, string Next, bool More);

/// <summary>What is wrong with the documents: those refused, and those of the house that runs; what its checks would miss (H…) as far as it is searched.</summary>
public sealed record WireDiagnostics(string AsOf, WireFault? Refused, IReadOnlyList<WireDiagnostic> Items, WireHollow? Hollow);

/// <summary>The search for hollow checks, which goes on beside the looks after a start or a change: <c>searching</c> or <c>searched</c>, and how many findings there are beyond those listed.</summary>
public sealed record WireHollow(string State, int More);

/// <summary>
/// The engine about itself; counts since its start, lateness in nanoseconds. <c>refusedRecords</c> is how many records the ledger can never take: each was given up and
/// logged, a look among them is a gap, and all others were recorded.
/// </summary>
public sealed record WireFigures(
    string AsOf, string StartedAt, int Checks, int UnderWay, int Queue, long Looks, IReadOnlyDictionary<string, long> Gaps, long Faults, long LatenessP50, long LatenessP99, long LatenessMax,
    int UnrecordedLooks, long RefusedRecords, string? LastRecordedAt, string? StorageFault, WireAnchors? Anchors);

/// <summary>Whether we ourselves can see, by the anchors of the house. While <c>blind</c> is there, what we see says nothing of others; absent where the house has no anchors.</summary>
public sealed record WireAnchors(string? AskedAt, string? Blind, string? Since, IReadOnlyList<WireAnchor> Seen);

/// <summary>What one anchor showed when it was asked last.</summary>
public sealed record WireAnchor(string Name, string Kind, string Target, bool Good, string Words);

/// <summary>Who is told. <c>fault</c>: why nothing can be told at all, absent while it can.</summary>
public sealed record WireTelling(string AsOf, IReadOnlyList<WireRoute> Routes, IReadOnlyList<WireSilence> Silences, string? Fault);

/// <summary>One route: <c>working</c>, <c>failing</c>, <c>gone</c> (its receiver said so for good) or <c>unproven</c> (it never carried anything). <c>provenAt</c> is when it last did, <c>tells</c> its <c>when</c>, and <c>canaryDue</c> when it is tried if it carries nothing before.</summary>
public sealed record WireRoute(
    string Name, string Kind, string State, long Told, int Waiting, long GivenUp, string? ProvenAt, string? LastAnswer, string? FailingSince, string? LastError, string? NextTry,
    IReadOnlyList<WireDeadLetter> DeadLetters, IReadOnlyList<string> Tells, string? CanaryDue, IReadOnlyList<WireLetter> Letters);

/// <summary>A message that waits, and what it says.</summary>
public sealed record WireLetter(string Id, string Title, string At);

/// <summary>A message that was given up, and what it would have said.</summary>
public sealed record WireDeadLetter(string Id, string Title, string At, string Why);

/// <summary>A time in which nobody is told of something; it is looked at and judged as ever.</summary>
public sealed record WireSilence(long Id, string Scope, string Began, string Until, string By, string Because);

/// <summary>What came of messages that were asked for.</summary>
public sealed record WireTested(IReadOnlyList<WireTestAnswer> Routes);

public sealed record WireTestAnswer(string Route, string Kind, bool Carried, string Words);

/// <summary>An error (RFC 9457) with our code, which has a page under docs/errors.</summary>
public sealed record WireProblem(string Type, string Title, int Status, string Detail, string Code);

/// <summary>A heartbeat was heard. <c>recorded</c> is true once it is on disk (200); false where it is only noted in memory (202): a start, or storage fails.</summary>
public sealed record WireHeard(string Heard, string At, bool Recorded);

/// <summary>How the server itself does: what its own promises look at. Lateness is the 99th percentile in whole milliseconds, rounded up.</summary>
public sealed record WireHealth(string Status, bool Recording, int UnrecordedLooks, long LatenessMs, bool Refused, long Faults, string At, string? Mark = null);

/// <summary>Serialisation made at build time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WireHouse))]
[JsonSerializable(typeof(WireAgents))]
[JsonSerializable(typeof(WireAgent))]
[JsonSerializable(typeof(WirePromises))]
[JsonSerializable(typeof(WirePromise))]
[JsonSerializable(typeof(WireVerdict))]
[JsonSerializable(typeof(WireLooks))]
[JsonSerializable(typeof(WireEvidence))]
[JsonSerializable(typeof(WireExplanation))]
[JsonSerializable(typeof(WireEvents))]
[JsonSerializable(typeof(WireEvent))]
[JsonSerializable(typeof(WireDiagnostics))]
[JsonSerializable(typeof(WireFigures))]
[JsonSerializable(typeof(WireTelling))]
[JsonSerializable(typeof(WireTested))]
[JsonSerializable(typeof(WireSilence))]
[JsonSerializable(typeof(WireProblem))]
[JsonSerializable(typeof(WireHeard))]
[JsonSerializable(typeof(WireHealth))]
[JsonSerializable(typeof(string))]
public sealed partial class WireJson : JsonSerializerContext;
