using System.Runtime.InteropServices;
using Kept.Engine.Recording;
using Kept.Engine.Schedule;
using Kept.Judging;
using Kept.Model;

namespace Kept.Engine;

/// <summary>Looks: launched, judged, kept.</summary>
internal sealed partial class Keeper
{
    /// <summary>Most single gaps written for one stretch of missed slots; an entry tells the whole stretch.</summary>
    public const int MostGapsAtOnce = 60;

    private const int MostEarlyLooks = 1_000;

    // A caller that finds us standing still waits about so long for an answer.
    private static readonly Duration CallersWait = Duration.Seconds(30);

    // So many looks are begun one after the other, before a further thread may take its share.
    private const int LooksPerStart = 8;

    private readonly List<LookRun> _launched = [];

    private IEnumerable<LookRun> UnderWay => _order.SelectMany(promise => promise.Checks).Select(check => check.Run).OfType<LookRun>();

    private LookRun Launch(ScheduledCheck check, Instant slot, HostLane lane)
    {
        var sent = Counted(check); // before it is asked how many there are: this look is one of them
        var run = new LookRun(check, slot, GivenAt(check.Owner, slot, check: check), _disturbances)
        {
            LaunchedAt = _now,
            Terms = check.Check,
            Trust = check.Owner.Promise.Trust,
            Lane = lane,
            Cancel = new CancellationTokenSource(),
            Sent = sent,
            Around = IsPlain(check) ? null : AroundOf(check.Owner, isPast: false, check),
        };
        _launched.Add(run);
        return run;
    }

    /// <summary>At the end of a turn: what it launched begins beside the loop.</summary>
    private void StartLooks()
    {
        for (var from = 0; from < _launched.Count; from += LooksPerStart)
            _ = StartAsync([.. CollectionsMarshal.AsSpan(_launched)[from..Math.Min(from + LooksPerStart, _launched.Count)]]);
        _launched.Clear();
    }

    private async Task StartAsync(LookRun[] runs)
    {
        await Task.Yield(); // the first steps of a look are work too; the loop only starts it
        foreach (var run in runs) _ = LookAsync(run);
    }

    private async Task LookAsync(LookRun run)
    {
        Observation seen;
        JudgedLook? judged = null;
        Exception? fault = null;
        try
        {
            seen = _parts.Looks.GetValueOrDefault(run.Terms.Kind.Name) is { } look
                ? Judge.Deciding(run.Terms, await look(new LookRequest(run.Terms, run.Trust) { Objects = Judge.Objection }, run.Cancel.Token))
                : Observation.OfGap(Now(), GapCause.Fault, $"this build cannot look at {run.Terms.Kind.Name}");
            judged = Judge.Look(run.Terms, seen, run.Given);
        }
        catch (OperationCanceledException) when (run.Cancel.IsCancellationRequested)
        {
            seen = Observation.OfGap(Now(), GapCause.Restarted, "the look was given up");
        }
        catch (Exception caught)
        {
            fault = caught;
            seen = Observation.OfGap(Now(), GapCause.Fault, $"a fault of ours: {caught.GetType().Name}");
        }
        run.End = new LookEnd(seen, judged, fault);
        _endedLooks.Add(run);
    }

    private void TakeEnded()
    {
        foreach (var run in _endedLooks.Take(MostMessagesPerTurn))
            try
            {
                LookEnded(run);
            }
            catch (Exception fault)
            {
                Faulted(fault, "a look that ended");
            }
    }

    private void LookEnded(LookRun run)
    {
        var (seen, judged, fault) = run.End;
        run.Cancel.Dispose();
        CountEnded(run, seen);
        if (fault is not null) Faulted(fault, $"a look of {run.Check.Owner.Name}");
        if (!_timetable.Complete(run, _now)) return; // given up before, and its slot told as a gap
        if (_looksAreOver) return; // so was this one, when the house began to end
        _looks++;
        if (Disturbed(run, seen) is { } why) (seen, judged) = (why, null);
        else if (Suspect(run, seen)) return;
        else if (_anchors.Instead(seen, run.Terms.Target, seen.StartedAt, _now) is { } ours) (seen, judged) = (ours, null);
        Keep(run, seen, judged);
    }

    private void Keep(LookRun run, Observation seen, JudgedLook? judged)
    {
        judged = Placed(run, judged ?? Judge.Look(run.Terms, seen, run.Given));
        var late = seen.StartedAt > run.Slot ? (seen.StartedAt - run.Slot).Nanoseconds / Duration.PerMicrosecond : 0;
        if (seen.Reach != Reach.Gap) _lateness.Add(_now, late);
        Keep(run.Check, run.Slot, judged, seen, late, run.Around);
        Touch(run.Check.Owner);
    }

    /// <summary>A figure has its place in the list of measures by which it was judged: under another list, taken up while the look was under way, it would be read as what it is not.</summary>
    private static JudgedLook Placed(LookRun run, JudgedLook judged) =>
        ReferenceEquals(run.Terms, run.Check.Check) || QuantitiesOf(run.Terms).SequenceEqual(QuantitiesOf(run.Check.Check), StringComparer.Ordinal)
            ? judged : new JudgedLook(judged.Class, judged.Reason, judged.Expectations, []) { Addresses = judged.Addresses };

    private static IEnumerable<string> QuantitiesOf(Check check) => check.Measures.IsDefaultOrEmpty ? [] : check.Measures.Select(measure => measure.Quantity.Name);

    /// <summary>What this look may not be held to say, because something happened to us meanwhile.</summary>
    private Observation? Disturbed(LookRun run, Observation seen)
    {
        if (run.Disturbances != _disturbances) return Observation.OfGap(_now, GapCause.Clock, "the clock jumped while the look was under way");
        if (seen.Reach == Reach.Gap || run.Stalled * 5 <= run.Terms.Timeout) return null;
        // What took less time than we stood still was over before or began after it, and says what it says. All else may have been late, or cut off, by us.
        var isOurs = seen.Failure == TargetFailure.TimedOut || seen.Phases.Total >= run.Stalled.Nanoseconds;
        return isOurs ? Observation.OfGap(_now, GapCause.Local, $"we stood still for {run.Stalled.ToWords()}, so what it met may be ours") : null;
    }

    private void Abandoned(LookRun run)
    {
        var jumped = run.Disturbances != _disturbances;
        var gap = Observation.OfGap(_now, jumped ? GapCause.Clock : GapCause.Fault, jumped ? "the clock jumped while the look was under way" : "the look never ended");
        if (!jumped)
        {
            _faults++;
            _log.LookAbandoned(run.Check.Owner.Name.ToString(), run.Check.Check.Name);
        }
        Keep(run.Check, run.Slot, Placed(run, Judge.Look(run.Terms, gap, run.Given)), gap, 0, run.Around);
        Touch(run.Check.Owner);
    }

    private void StoodStill(Duration stall)
    {
        foreach (var run in UnderWay) run.Stalled += stall;
        if (_round is { } round) round.IsSpoilt = true;
        // Who called meanwhile was not heard: that silence is ours. A short pause is only waited out, for callers wait too.
        foreach (var check in HeartbeatsNow())
            if (stall < CallersWait) check.Heartbeat!.WaitOut(_now - stall, stall);
            else Deafen(check, check.Heartbeat!, _now - stall, _now, GapCause.Local);
        _log.StoodStill(stall.ToWords());
    }

    /// <summary>Slots that nobody will look at: each a gap with its cause, the newest ones singly, a long stretch as one entry besides.</summary>
    private void Missed(ScheduledCheck check, Instant first, Instant until, GapCause cause) => Missed(check, first, until, cause, MostGapsAtOnce);

    /// <param name="rhythm">Of the slots; that of the check where it is null.</param>
    private void Missed(ScheduledCheck check, Instant first, Instant until, GapCause cause, int most, (long Phase, long Period)? rhythm = null)
    {
        var (phase, period) = rhythm ?? (check.Phase, check.Period);
        var count = 1 + Phase.CountBetween(phase, period, first, until);
        _gaps[(int)cause] += count;
        if (count > most) _recorder.TryAdd(EntryBodies.Gap(_now, check.Owner.Name.ToString(), cause, first, until, count, null));
        // Arithmetic on the grid finds the newest slots without walking over the others.
        var slot = count <= most ? first : Phase.Next(phase, period, new Instant(until.Microseconds - (most * period)));
        for (; slot <= until; slot = Phase.Next(phase, period, slot)) KeepGap(check, slot, cause);
        Touch(check.Owner);
    }

    private void KeepGap(ScheduledCheck check, Instant slot, GapCause cause)
    {
        var gap = Observation.OfGap(_now, cause, "");
        // Load and other promises are known as they stand now, not as they stood then; the calendar is known for any time.
        var isPast = _now - slot > LoadIsOldAfter;
        var judged = Judge.Look(check.Check, gap, GivenAt(check.Owner, slot, isPast, check));
        Put(check, RecordOf(check, slot, judged, gap, 0, IsPlain(check) ? null : AroundOf(check.Owner, isPast, check)), judged);
    }

    /// <summary>Into the ledger's queue, the fold, and the view.</summary>
    /// <param name="around">As it was when the look began; null where it is to be asked for now.</param>
    private void Keep(ScheduledCheck check, Instant slot, JudgedLook judged, Observation seen, long late, Surroundings? around = null)
    {
        var record = RecordOf(check, slot, judged, seen, late, around);
        if (judged.Class is LookClass.Gap or LookClass.ConditionUnknown && record.Gap != GapCause.None) _gaps[(int)record.Gap]++;
        if (!Put(check, record, judged)) return;
        if (EvidenceBody.IsWorthKeeping(record.Class, check.Alike)) _recorder.Add(new Evidence(check.Series, slot, EvidenceBody.Write(judged, seen)));
    }

    /// <summary>False when there was no room: then the slot is a gap, for what is not recorded must not count.</summary>
    private bool Put(ScheduledCheck check, LookRecord record, JudgedLook judged)
    {
        var reason = judged.Class == LookClass.Good ? null : judged.Reason; // of a good look the record tells enough
        var hasRoom = _recorder.HasRoom;
        if (hasRoom)
        {
            _recorder.Add(record);
        }
        else
        {
            record = new LookRecord(record.Series, record.Slot, record.Epoch, LookClass.Gap, TargetFailure.None, GapCause.Storage, -1, 0, Phases.None, false, []);
            reason = "what was seen could not be stored";
            Lose(check, record.Slot);
        }
        check.Alike = check.Last?.Class == record.Class ? check.Alike + 1 : 1;
        if (check.Last is null || record.Slot >= check.Last.Slot) (check.Last, check.LastReason) = (record, reason);
        if (record.Class == LookClass.Bad) check.LastBad = (record.Slot, judged.Reason);
        var owner = check.Owner;
        owner.NewestLook = (record.Series, record.Slot);
        if (owner.Fold is { } fold) fold.Add(check.Index, record);
        else if ((owner.Early ??= []).Count < MostEarlyLooks) owner.Early.Add(record);
        return hasRoom;
    }

    private void Lose(ScheduledCheck check, Instant slot)
    {
        _gaps[(int)GapCause.Storage]++;
        if (check.Lost is null) _losing.Add(check);
        check.Lost = check.Lost is { } lost ? lost with { To = slot, Count = lost.Count + 1 } : new LostSlots(slot, slot, 1);
    }

    /// <summary>The ledger can never take it. A look that is not on record must not count, so its slot is a gap by a fault of ours and the promise is judged without it.</summary>
    private void GiveUp(Refusal refusal)
    {
        _faults++;
        if (refusal.Record is not LookRecord look || look is { Class: LookClass.Gap, Gap: GapCause.Fault }) return;
        _gaps[(int)GapCause.Fault]++;
        var gap = new LookRecord(look.Series, look.Slot, look.Epoch, LookClass.Gap, TargetFailure.None, GapCause.Fault, -1, 0, Phases.None, false, []);
        _recorder.Add(gap);
        _recorder.ForgetCaches();
        foreach (var promise in _order)
            foreach (var check in promise.Checks)
            {
                if (check.Series != look.Series) continue;
                if (check.Last == look) (check.Last, check.LastReason) = (gap, "what was seen could not be recorded");
                promise.Early?.Remove(look);
                AskHistory(promise);
                JudgePromise(promise);
            }
    }

    private readonly List<ScheduledCheck> _losing = [];

    /// <summary>Storage works again: what was lost meanwhile is told, slot by slot as far as that is sensible.</summary>
    private void TellLost()
    {
        while (_losing.Count > 0 && _recorder.Unrecorded < Recorder.MostLooks / 2)
        {
            var check = _losing[^1];
            _losing.RemoveAt(_losing.Count - 1);
            if (check.Lost is not { } lost) continue;
            check.Lost = null;
            _recorder.Add(EntryBodies.Gap(_now, check.Owner.Name.ToString(), GapCause.Storage, lost.From, lost.To, lost.Count, null));
            var slot = lost.Count <= MostGapsAtOnce ? lost.From : check.NextSlot(new Instant(lost.To.Microseconds - (MostGapsAtOnce * check.Period)));
            for (; slot <= lost.To; slot = check.NextSlot(slot))
                _recorder.Add(new LookRecord(check.Series, slot, _ledger.Epoch, LookClass.Gap, TargetFailure.None, GapCause.Storage, -1, 0, Phases.None, false, []));
        }
    }

    private LookRecord RecordOf(ScheduledCheck check, Instant slot, JudgedLook judged, Observation seen, long late, Surroundings? around) => new(
        check.Series, slot, _ledger.Epoch, judged.Class, seen.Failure, seen.Gap, seen.Code, late, Rounded(seen.Phases), seen.NewConnection,
        IsPlain(check) ? judged.Measured.IsDefault ? [] : judged.Measured : WithRegime(check, slot, judged, seen, around));

    private static Phases Rounded(Phases phases) => new(
        Rounded(phases.Dns), Rounded(phases.Connect), Rounded(phases.Tls), Rounded(phases.FirstByte), Rounded(phases.Total));

    private static long Rounded(long nanoseconds) => nanoseconds < 0 ? -1 : nanoseconds / Duration.PerMicrosecond * Duration.PerMicrosecond;

    private Instant Now() => Instant.From(_time.GetUtcNow());
}
