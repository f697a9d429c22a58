using Kept.Engine.Promises;
using Kept.Model;

namespace Kept.Engine.Schedule;

/// <summary>Where a check stands in its round.</summary>
internal enum Stage : byte
{
    /// <summary>Its next slot lies ahead.</summary>
    Idle,
    /// <summary>Its slot is due and it waits for a place.</summary>
    Waiting,
    /// <summary>A look is under way.</summary>
    Looking,
    /// <summary>Taken off: the promise is gone or its check was removed.</summary>
    Off,
}

/// <summary>One (promise, check) on the schedule. Owned by the loop; nothing else may touch it.</summary>
internal sealed class ScheduledCheck(TrackedPromise owner, int index, Check check, int series)
{
    public TrackedPromise Owner { get; set; } = owner;
    /// <summary>Its place in the promise's list of checks.</summary>
    public int Index { get; set; } = index;
    public Check Check { get; set; } = check;
    public int Series { get; } = series;
    /// <summary>When it came on the schedule.</summary>
    public Instant ScheduledAt { get; init; }
    /// <summary>The stretch before it came on the schedule was told.</summary>
    public bool IsRecalled { get; set; }
    /// <summary>In microseconds.</summary>
    public long Period { get; set; }
    public long Phase { get; set; }

    public Stage Stage { get; set; }
    /// <summary>The slot that is next, or due and waiting.</summary>
    public Instant Slot { get; set; }
    /// <summary>The one wake-up that is alive, in microseconds.</summary>
    public long WakeAt { get; set; } = long.MaxValue;
    /// <summary>Where it stands in the heap: never later than <see cref="WakeAt"/>. What else the heap has of it is stale.</summary>
    public long HeapAt { get; set; } = long.MaxValue;
    /// <summary>The look under way.</summary>
    public LookRun? Run { get; set; }

    /// <summary>Newest look or gap, and what it meant.</summary>
    public LookRecord? Last { get; set; }
    public string? LastReason { get; set; }

    /// <summary>What the newest bad look met, in words: looks on record have none.</summary>
    public (Instant Slot, string Reason)? LastBad { get; set; }
    /// <summary>Looks alike in a row, for deciding what evidence is worth keeping.</summary>
    public long Alike { get; set; }
    /// <summary>Slots that could not even be kept in memory while storage failed.</summary>
    public LostSlots? Lost { get; set; }
    /// <summary>For passive kinds: what has been heard.</summary>
    public Heartbeat? Heartbeat { get; set; }

    public bool IsPassive => Check.Kind.IsPassive;

    public Instant NextSlot(Instant after) => Schedule.Phase.Next(Phase, Period, after);

    /// <summary>A slot that has not begun half a period after it was due is not looked at any more: it would pretend to be on time.</summary>
    public Instant TooLateAfter(Instant slot) => new(slot.Microseconds + (Period / 2));
}

/// <summary>A look under way.</summary>
/// <param name="check">What is looked at.</param>
/// <param name="slot">When it was due.</param>
/// <param name="given">Whether the promise was in force at its event time.</param>
/// <param name="disturbances">How many clock jumps had been seen when it was launched: a look across a jump says nothing.</param>
internal sealed class LookRun(ScheduledCheck check, Instant slot, Judging.Judged given, int disturbances)
{
    public ScheduledCheck Check { get; } = check;
    public Instant Slot { get; } = slot;
    public Judging.Judged Given { get; } = given;
    public int Disturbances { get; } = disturbances;
    /// <summary>When it was launched, on the clock as it is now: a jump moves it along.</summary>
    public required Instant LaunchedAt { get; set; }
    /// <summary>The terms and checks it was launched under.</summary>
    public required Check Terms { get; init; }
    /// <summary>Who wrote the document.</summary>
    public DocumentOrigin Trust { get; init; }
    public required HostLane Lane { get; init; }
    /// <summary>Cancels it when it is abandoned.</summary>
    public required CancellationTokenSource Cancel { get; init; }
    /// <summary>The engine stood still while it was under way, for so long: a time-out may then be ours.</summary>
    public Duration Stalled { get; set; }
    /// <summary>What tells its regime besides what it sees, as it was when it began; null where the promise names none.</summary>
    public Judging.Surroundings? Around { get; init; }
    /// <summary>What it sends, where the load that our looks make is asked for; null else.</summary>
    public SentRequests? Sent { get; init; }
    /// <summary>What it brought; set once, before the loop hears that it ended.</summary>
    public LookEnd End { get; set; }
}

/// <summary>What a look brought.</summary>
/// <param name="Seen">What it saw.</param>
/// <param name="Judged">What that means; null where the loop is to judge it.</param>
/// <param name="Fault">Of ours, where one kept it from ending well.</param>
internal readonly record struct LookEnd(Observation Seen, JudgedLook? Judged, Exception? Fault);

/// <summary>Slots that were lost while storage failed.</summary>
internal readonly record struct LostSlots(Instant From, Instant To, long Count);
