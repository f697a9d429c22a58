using System.Collections.Immutable;
using System.Net;

namespace Kept.Model;

/// <summary>How far a look came. The target's failure and our own are never mixed up: only the first can break a promise.</summary>
public enum Reach : byte
{
    /// <summary>Nothing can be said about the target, because of us: a gap.</summary>
    Gap,
    /// <summary>The target failed to answer as its protocol asks.</summary>
    Failed,
    /// <summary>The target answered; expectations decide.</summary>
    Answered,
}

/// <summary>What the target did instead of answering. Numbers are stored: never reuse one.</summary>
public enum TargetFailure : byte
{
    None = 0,
    /// <summary>The name does not exist (NXDOMAIN) or has no address.</summary>
    NameNotFound = 1,
    /// <summary>The target's own name servers failed.</summary>
    NameServerFailed = 2,
    /// <summary>The connection was refused.</summary>
    Refused = 3,
    /// <summary>No complete answer within the time-out.</summary>
    TimedOut = 4,
    /// <summary>The connection was cut.</summary>
    Reset = 5,
    /// <summary>The TLS handshake failed.</summary>
    TlsFailed = 6,
    /// <summary>The certificate does not hold: expired, another name, not trusted.</summary>
    CertificateInvalid = 7,
    /// <summary>The answer breaks its protocol.</summary>
    Malformed = 8,
    /// <summary>The answer is larger than the check allows.</summary>
    TooLarge = 9,
    /// <summary>Redirected in a loop, too often, or to where the check may not go.</summary>
    RedirectRefused = 10,
    /// <summary>The other end is unreachable from its own network (ICMP says so).</summary>
    Unreachable = 11,
    /// <summary>A heartbeat did not come in time.</summary>
    Silent = 12,
    /// <summary>It says itself, in its own protocol, that it fails or does not serve us; or a heartbeat or a program reported failure.</summary>
    ReportedFailure = 13,
    /// <summary>A step that leads to what is looked at did not answer as it must.</summary>
    StepFailed = 14,
    /// <summary>Its answer held what somebody else had sent, and not who asked.</summary>
    Leftover = 15,
}

/// <summary>Why we could not look. Numbers are stored: never reuse one.</summary>
public enum GapCause : byte
{
    None = 0,
    /// <summary>Our resolver did not answer.</summary>
    Resolver = 1,
    /// <summary>We have no route to anything.</summary>
    Route = 2,
    /// <summary>The budget of looks was used up.</summary>
    Budget = 3,
    /// <summary>We were too late for the slot.</summary>
    Late = 4,
    /// <summary>We were not running.</summary>
    Restarted = 5,
    /// <summary>The clock jumped.</summary>
    Clock = 6,
    /// <summary>Egress policy forbids the address.</summary>
    EgressDenied = 7,
    /// <summary>A local limit: file descriptors, ports, memory.</summary>
    Local = 8,
    /// <summary>The look itself failed by a fault of ours.</summary>
    Fault = 9,
    /// <summary>A secret it needs is not set.</summary>
    SecretMissing = 10,
    /// <summary>What was seen could not be stored.</summary>
    Storage = 11,
    /// <summary>A heartbeat never came yet: it is not armed.</summary>
    NotArmed = 12,
    /// <summary>Looking was paused by a person.</summary>
    Paused = 13,
    /// <summary>Not the target is asked but somebody who knows about it (a registry, a server of metrics), and that one did not say.</summary>
    Witness = 14,
    /// <summary>Fewer answers came than the stated confidence takes: what was not asked is no evidence.</summary>
    TooFew = 15,
}

/// <summary>How long each phase of a look took, in nanoseconds; −1 where there was no such phase (kept connection, no TLS, failed before).</summary>
public readonly record struct Phases(long Dns, long Connect, long Tls, long FirstByte, long Total)
{
    public static readonly Phases None = new(-1, -1, -1, -1, -1);
}

/// <summary>What one look saw: facts, no judgement. Immutable, bounded in size.</summary>
public sealed record Observation
{
    /// <summary>When the look began.</summary>
    public required Instant StartedAt { get; init; }
    public required Reach Reach { get; init; }
    public TargetFailure Failure { get; init; }
    public GapCause Gap { get; init; }
    /// <summary>What happened, in words, for failures and gaps; never holds a secret.</summary>
    public string? Detail { get; init; }
    public Phases Phases { get; init; } = Phases.None;
    /// <summary>The protocol's own code (HTTP status, DNS rcode, exit code); −1 where there is none.</summary>
    public int Code { get; init; } = -1;
    /// <summary>Bytes of the answer's content, as read.</summary>
    public long Size { get; init; }
    /// <summary>Values in the order of the kind's <see cref="CheckKind.Sees"/>; null where not seen. Empty unless answered.</summary>
    public ImmutableArray<Value?> Values { get; init; } = [];
    /// <summary>The first few kilobytes of the answer as text, for evidence.</summary>
    public string? Excerpt { get; init; }
    /// <summary>The address that answered, or was dialled.</summary>
    public string? Address { get; init; }
    /// <summary>False when a kept connection was used, so phases before the first byte are missing.</summary>
    public bool NewConnection { get; init; } = true;

    /// <summary>How many requests it sent to the host of the target; 1 of a kind that does not count them.</summary>
    public int Requests { get => Each.IsDefaultOrEmpty ? field : Each.Sum(one => one.Seen.Requests); init; } = 1;

    /// <summary>How many it sent to other hosts: of steps, replicas and token servers, and where redirects led.</summary>
    public ImmutableArray<HostRequests> Elsewhere { get => Each.IsDefaultOrEmpty ? field : [.. Each.SelectMany(one => one.Seen.Elsewhere)]; init; } = [];

    /// <summary>Of a look in several steps: each that was begun, in order; empty where there is only one.</summary>
    public ImmutableArray<StepSeen> Steps { get; init; } = [];

    /// <summary>Facts beside; null where there are none.</summary>
    public SeenBeside? Beside { get; init; }

    /// <summary>Where each address of a name was looked at: every one, with what it showed; empty else. The rest of the observation is then that of the address that decides, once one does.</summary>
    public ImmutableArray<AddressSeen> Each { get; init; } = [];

    public static Observation OfGap(Instant at, GapCause cause, string detail) => new() { StartedAt = at, Reach = Reach.Gap, Gap = cause, Detail = detail };

    public static Observation OfFailure(Instant at, TargetFailure failure, string detail, Phases phases) =>
        new() { StartedAt = at, Reach = Reach.Failed, Failure = failure, Detail = detail, Phases = phases };
}

/// <summary>What a look is given.</summary>
/// <param name="Check">The check, with its target and settings.</param>
/// <param name="Trust">Whether the document is ours (may name any address) or somebody else's (public addresses only).</param>
public sealed record LookRequest(Check Check, DocumentOrigin Trust)
{
    /// <summary>Asked of each step before the last, because a look does not judge: what is wrong with its answer, in words, or null where it goes on. Needed where the check has steps that expect something.</summary>
    public Func<Check, Observation, string?>? Objects { get; init; }

    /// <summary>The one address of the target's host to look at, of several that are each looked at; null: as the check says.</summary>
    public OneAddress? Only { get; init; }
}

/// <summary>One address behind a name, to be looked at alone.</summary>
/// <param name="Address">The address. That it is named here allows nothing: it is judged like any other before it is dialled.</param>
/// <param name="Named">How long looking up the name took, a part of the look's own time; nanoseconds, −1 where nothing was looked up.</param>
public sealed record OneAddress(IPAddress Address, long Named);

/// <summary>What one address behind a name showed.</summary>
/// <param name="Address">The address; or words for those that are not known.</param>
/// <param name="Seen">The observation.</param>
public sealed record AddressSeen(string Address, Observation Seen);

/// <summary>One step of a look.</summary>
/// <param name="Name">Of the step; of the check for the last one.</param>
/// <param name="Code">The protocol's own code, −1 where there was no answer.</param>
/// <param name="Phases">Of this step alone.</param>
public sealed record StepSeen(string Name, int Code, Phases Phases);

/// <summary>Looks once. Reports what it saw; does not judge, retry or log. Time only by the provider it was built with. Never throws but for cancellation
/// of <paramref name="cancellationToken"/>: every other fault is an observation.</summary>
public delegate ValueTask<Observation> Look(LookRequest request, CancellationToken cancellationToken);
