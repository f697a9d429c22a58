using Kept.Model;

namespace Kept.Engine.Schedule;

/// <summary>
/// When each check looks, and which looks may be under way together. A 4-ary heap of wake-ups on microseconds (O(log n)); due checks wait in one lane per
/// host, and lanes with a free place take turns, so no host delays another until the places of all are used. Every check on it always has exactly one live
/// wake-up, in every turn, whatever happens to its looks: nothing can be forgotten. Not safe for use by threads: the loop owns it.
/// </summary>
/// <param name="launch">Starts the look of a slot; returns the run.</param>
/// <param name="missed">Slots from the first one to <c>until</c> (inclusive) will never be looked at, for that cause.</param>
/// <param name="heed">Wakes a passive check; returns when to wake it next.</param>
/// <param name="faulted">One of these three threw; the check stays on the schedule, and a slot whose look could not begin is missed by a fault.</param>
internal sealed class Timetable(
    Func<ScheduledCheck, Instant, HostLane, LookRun> launch, Action<ScheduledCheck, Instant, Instant, GapCause> missed, Func<ScheduledCheck, Instant, Instant> heed,
    Action<ScheduledCheck, Exception> faulted)
{
    /// <summary>A look that has not ended this long after its own time-out never will.</summary>
    public static readonly Duration Grace = Duration.Seconds(5);

    private const int MostSpareLanes = 64;

    private readonly PriorityQueue<ScheduledCheck, long> _wakes = new();
    private readonly Dictionary<string, HostLane> _lanes = new(StringComparer.Ordinal);
    private readonly Queue<HostLane> _ready = new();
    private readonly Stack<HostLane> _spare = new();

    public int LooksAtOnce { get; set; } = HouseSettings.Default.LooksAtOnce;
    public int LooksPerHost { get; set; } = HouseSettings.Default.LooksPerHost;

    public int Checks { get; private set; }
    public int UnderWay { get; private set; }
    public int Waiting { get; private set; }
    /// <summary>Looks given up because they never ended.</summary>
    public Action<LookRun>? Abandoned { get; set; }

    /// <summary>Lanes in use, for tests: a lane leaves when nobody needs it.</summary>
    internal int Lanes => _lanes.Count;

    /// <summary>When something is due next; null when nothing ever is.</summary>
    public Instant? NextWake => _wakes.TryPeek(out _, out var at) ? new Instant(at) : null;

    /// <summary>Puts a check on the schedule.</summary>
    /// <param name="ramp">The first look comes within this, spread by hash, and then the check falls into its phase.</param>
    public void Add(ScheduledCheck check, Instant now, Duration ramp)
    {
        Checks++;
        Align(check);
        check.Stage = Stage.Idle;
        if (check.IsPassive)
        {
            Wake(check, now);
            return;
        }
        check.Slot = check.NextSlot(now);
        var within = Math.Min(check.Period, ramp.Nanoseconds / Duration.PerMicrosecond);
        if (within > 0)
        {
            var first = new Instant(now.Microseconds + 1 + (check.Phase % within));
            if (first < check.Slot) check.Slot = first;
        }
        Wake(check, check.Slot);
    }

    /// <summary>Takes a check off; its look under way is cancelled and no longer counts.</summary>
    public void Remove(ScheduledCheck check)
    {
        if (check.Stage == Stage.Off) return;
        if (check.Stage == Stage.Waiting) Waiting--;
        if (check.Run is { } run)
        {
            run.Cancel.Cancel();
            Leave(run);
        }
        check.Stage = Stage.Off;
        check.WakeAt = long.MaxValue;
        Checks--;
    }

    /// <summary>A slot that is due and waits has no place in the rhythm that comes next: it is told, not dropped. Before <see cref="Retime"/>, while the check is the old one.</summary>
    public void MissDue(ScheduledCheck check, Instant now)
    {
        if (!check.IsPassive && check.Slot != default && check.Slot <= now) missed(check, check.Slot, check.Slot, GapCause.Late);
    }

    /// <summary>Its period changed: it takes its new phase and keeps its place otherwise.</summary>
    public void Retime(ScheduledCheck check, Instant now)
    {
        Align(check);
        if (check.IsPassive) Wake(check, now);
        else Skip(check, now);
    }

    /// <summary>Handles all that is due: launches, late slots, looks that never end.</summary>
    public void Advance(Instant now)
    {
        while (_wakes.TryPeek(out var check, out var at) && at <= now.Microseconds)
        {
            _wakes.Dequeue();
            if (check.HeapAt != at) continue;
            check.HeapAt = long.MaxValue;
            if (check.Stage == Stage.Off) continue;
            if (check.WakeAt > at)
            {
                if (check.WakeAt != long.MaxValue) Wake(check, new Instant(check.WakeAt)); // put off meanwhile
                continue;
            }
            check.WakeAt = long.MaxValue;
            try
            {
                if (check.IsPassive) Wake(check, heed(check, now));
                else OnWake(check, now);
            }
            catch (Exception fault)
            {
                faulted(check, fault);
                Recover(check, now);
            }
        }
        LaunchWhatMay(now);
    }

    /// <summary>Wakes a passive check at another time, because it was called.</summary>
    public void Rewake(ScheduledCheck check, Instant at)
    {
        // Waking too early does no harm, and a heap that grew with every call would.
        if (check.Stage != Stage.Off && check.WakeAt > at.Microseconds) Wake(check, at);
    }

    /// <summary>A look ended. False when it was given up before: what it brings is too late to count.</summary>
    public bool Complete(LookRun run, Instant now)
    {
        var check = run.Check;
        if (!ReferenceEquals(check.Run, run)) return false;
        Leave(run);
        check.Stage = Stage.Idle;
        if (check.Slot <= now) Queue(check);
        else Wake(check, check.Slot);
        LaunchWhatMay(now);
        return true;
    }

    /// <summary>
    /// The clock jumped to <paramref name="now"/>. Forwards: every slot jumped over is missed, and none is run late, so no burst follows. Backwards: slots
    /// that were already used stay used; the phase moves by a microsecond, so the hour that is lived again has keys of its own.
    /// </summary>
    public void Jump(IEnumerable<ScheduledCheck> checks, Instant now, bool backwards)
    {
        foreach (var check in checks)
        {
            if (check.Stage == Stage.Off) continue;
            if (check.Run is { } run) run.LaunchedAt = now;
            if (check.IsPassive)
            {
                Wake(check, now);
                continue;
            }
            if (backwards) check.Phase = (check.Phase + 1) % check.Period;
            else if (check.Slot <= now) missed(check, check.Slot, now, GapCause.Clock);
            Skip(check, now);
        }
    }

    private static void Align(ScheduledCheck check)
    {
        check.Period = Math.Max(1, check.Check.Every.Nanoseconds / Duration.PerMicrosecond);
        check.Phase = Schedule.Phase.Of(check.Owner.Id, check.Check.Name, check.Period);
    }

    private void Skip(ScheduledCheck check, Instant now)
    {
        check.Slot = check.NextSlot(now);
        if (check.Stage == Stage.Waiting)
        {
            Waiting--;
            check.Stage = Stage.Idle;
        }
        if (check.Run is { } run) WakeWhileLooking(check, run, check.Slot);
        else Wake(check, check.Slot);
    }

    // A fault of ours on the way must not take the check off the schedule.
    private void Recover(ScheduledCheck check, Instant now)
    {
        if (check.Stage == Stage.Off || check.WakeAt != long.MaxValue) return;
        if (check.IsPassive) Wake(check, new Instant(now.Microseconds + check.Period));
        else Skip(check, now);
    }

    private void Wake(ScheduledCheck check, Instant at)
    {
        check.WakeAt = at.Microseconds;
        // A look puts its check off several times. Standing in the heap for an earlier moment is enough: then it is put where it belongs.
        if (check.HeapAt <= check.WakeAt) return;
        check.HeapAt = check.WakeAt;
        _wakes.Enqueue(check, check.WakeAt);
    }

    private void OnWake(ScheduledCheck check, Instant now)
    {
        if (check is { Stage: Stage.Looking, Run: { } run })
        {
            if (now >= run.LaunchedAt + run.Terms.Timeout + Grace)
            {
                run.Cancel.Cancel();
                Leave(run);
                check.Stage = Stage.Idle;
                Abandoned?.Invoke(run);
            }
            else if (now <= check.TooLateAfter(check.Slot))
            {
                // The slot waits for the look before it, not longer than any other.
                WakeWhileLooking(check, run, AfterTooLate(check));
                return;
            }
        }
        if (now > check.TooLateAfter(check.Slot)) Miss(check, now, check.Stage == Stage.Waiting ? GapCause.Budget : GapCause.Late);
        if (check is { Stage: Stage.Looking, Run: { } still }) WakeWhileLooking(check, still, check.Slot);
        else if (check.Slot > now) Wake(check, check.Slot);
        else if (check.Stage == Stage.Idle) Queue(check);
        else Wake(check, AfterTooLate(check));
    }

    // Slots that began too long ago are missed; the newest one may still be in time.
    private void Miss(ScheduledCheck check, Instant now, GapCause cause)
    {
        var first = check.Slot;
        var newest = check.NextSlot(new Instant(now.Microseconds - check.Period));
        var next = newest > first && newest <= now && now <= check.TooLateAfter(newest) ? newest : check.NextSlot(now > first ? now : first);
        missed(check, first, new Instant(next.Microseconds - 1), cause);
        check.Slot = next;
        if (check.Stage != Stage.Waiting) return;
        Waiting--;
        check.Stage = Stage.Idle;
    }

    private void WakeWhileLooking(ScheduledCheck check, LookRun run, Instant at)
    {
        var end = run.LaunchedAt + run.Terms.Timeout + Grace;
        Wake(check, end < at ? end : at);
    }

    private static Instant AfterTooLate(ScheduledCheck check) => new(check.TooLateAfter(check.Slot).Microseconds + 1);

    private void Queue(ScheduledCheck check)
    {
        check.Stage = Stage.Waiting;
        Waiting++;
        if (!_lanes.TryGetValue(check.Check.Target.Lane, out var lane))
            _lanes[check.Check.Target.Lane] = lane = LaneOf(check.Check.Target.Lane);
        lane.Waiting.Enqueue((check, check.Slot));
        MakeReady(lane);
        Wake(check, AfterTooLate(check));
    }

    private void MakeReady(HostLane lane)
    {
        if (lane.IsReady || lane.Waiting.Count == 0 || lane.UnderWay >= LooksPerHost) return;
        lane.IsReady = true;
        _ready.Enqueue(lane);
    }

    private void LaunchWhatMay(Instant now)
    {
        while (UnderWay < LooksAtOnce && _ready.TryDequeue(out var lane))
        {
            lane.IsReady = false;
            while (lane.UnderWay < LooksPerHost && lane.Waiting.TryDequeue(out var next))
            {
                // It left the queue meanwhile: too late, removed, or its clock jumped.
                if (next.Check.Stage != Stage.Waiting || next.Check.Slot != next.Slot) continue;
                if (now > next.Check.TooLateAfter(next.Slot)) continue; // its wake-up says so in a moment
                Launch(next.Check, lane);
                break;
            }
            MakeReady(lane);
            Drop(lane);
        }
    }

    private void Launch(ScheduledCheck check, HostLane lane)
    {
        var slot = check.Slot;
        Waiting--;
        UnderWay++;
        lane.UnderWay++;
        check.Stage = Stage.Looking;
        check.Slot = check.NextSlot(slot);
        try
        {
            check.Run = launch(check, slot, lane);
            WakeWhileLooking(check, check.Run, check.Slot);
        }
        catch (Exception fault)
        {
            // Its place is free again and its next slot stays due: a look that could not begin must not take the check, or its host's lane, with it.
            UnderWay--;
            lane.UnderWay--;
            check.Stage = Stage.Idle;
            Wake(check, check.Slot);
            faulted(check, fault);
            missed(check, slot, slot, GapCause.Fault);
        }
    }

    private void Leave(LookRun run)
    {
        run.Check.Run = null;
        UnderWay--;
        run.Lane.UnderWay--;
        MakeReady(run.Lane);
        Drop(run.Lane);
    }

    private void Drop(HostLane lane)
    {
        if (lane.UnderWay == 0 && lane.Waiting.Count == 0 && !lane.IsReady && _lanes.TryGetValue(lane.Host, out var there) && ReferenceEquals(there, lane))
            if (_lanes.Remove(lane.Host) && _spare.Count < MostSpareLanes) _spare.Push(lane);
    }

    private HostLane LaneOf(string host)
    {
        if (!_spare.TryPop(out var lane)) lane = new HostLane();
        lane.Host = host;
        return lane;
    }
}
