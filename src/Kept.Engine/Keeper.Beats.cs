using System.Collections.Immutable;
using Kept.Engine.Promises;
using Kept.Engine.Recording;
using Kept.Engine.Schedule;
using Kept.Judging;
using Kept.Model;

namespace Kept.Engine;

/// <summary>Heartbeats: calls heard, and silence.</summary>
internal sealed partial class Keeper
{
    private const int MostSilencesAtOnce = 60;

    private readonly Doorstep _doorstep;

    /// <summary>A call was answered without being heard. From any thread.</summary>
    public void SentAway(string? key) => _doorstep.SentAway(key);

    /// <summary>A call. <see cref="BeatAnswer.Heard"/> comes when it is on disk: a caller that was told so is not called silent after a crash.</summary>
    public void Hear(Beat beat, TaskCompletionSource<BeatAnswer> heard)
    {
        if (_looksAreOver)
        {
            heard.TrySetResult(BeatAnswer.NotRunning); // what comes now may not reach the disk any more
            return;
        }
        if (!_beatsByKey.TryGetValue(beat.Key, out var checks))
        {
            heard.TrySetResult(BeatAnswer.NoSuchKey);
            return;
        }
        var answer = BeatAnswer.Heard;
        foreach (var check in checks)
            if (Hear(check, check.Heartbeat!, beat) == BeatAnswer.TooOften)
                answer = BeatAnswer.TooOften;
        if (answer != BeatAnswer.Heard)
        {
            heard.TrySetResult(answer);
            return;
        }
        if (beat.Kind == BeatKind.Start)
        {
            heard.TrySetResult(BeatAnswer.Noted); // what began is recorded with its end
            return;
        }
        var written = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _recorder.WhenWritten(written);
        _ = AnswerAsync(written.Task, heard);
    }

    private static async Task AnswerAsync(Task<bool> written, TaskCompletionSource<BeatAnswer> heard) =>
        heard.TrySetResult(await written ? BeatAnswer.Heard : BeatAnswer.Noted);

    private BeatAnswer Hear(ScheduledCheck check, Heartbeat heartbeat, Beat beat)
    {
        if (beat.Kind == BeatKind.Log)
        {
            if (!heartbeat.MayLog(_now) || !_recorder.TryAdd(EntryBodies.Logged(_now, check.Owner.Name, check.Check.Name, beat.Body, beat.From))) return BeatAnswer.TooOften; // or of what waits for storage there are too many already
            heartbeat.Logged(_now);
            return BeatAnswer.Heard;
        }
        if (beat.Kind == BeatKind.Start)
        {
            heartbeat.Begin(beat.Run, _now);
            return BeatAnswer.Heard;
        }
        heartbeat.Called(_now);
        _timetable.Rewake(check, After(heartbeat.Deadline));
        // Only judged it can be told whether it says something new: an exit code, a duration or a body may be a failure by the words of the document alone.
        var seen = SeenOf(check.Check, heartbeat, beat);
        var judged = Judge.Look(check.Check, seen, GivenAt(check.Owner, _now));
        var isBad = judged.Class == LookClass.Bad;
        var slot = _now;
        // A job that calls in a tight loop is one look a second, unless it says something else. A failure is always heard; that it is over, once a second.
        if (IsWithinASecondOf(heartbeat.LastRecorded))
        {
            if (isBad == heartbeat.WasBad)
            {
                heartbeat.End(beat.Run);
                return BeatAnswer.Heard;
            }
            if (!isBad && IsWithinASecondOf(heartbeat.RecoveredAt)) return BeatAnswer.TooOften; // it is called again, and then its duration is wanted still
            // Calls handled in one turn share its moment, and a slot is recorded once: the later one stands a microsecond after the one before.
            if (slot <= heartbeat.LastRecorded) slot = new Instant(heartbeat.LastRecorded.Value.Microseconds + 1);
        }
        if (heartbeat.WasBad && !isBad) heartbeat.RecoveredAt = slot;
        heartbeat.End(beat.Run);
        (heartbeat.LastRecorded, heartbeat.WasBad) = (slot, isBad);
        KeepCall(check, slot, judged, seen);
        Touch(check.Owner);
        if (slot <= _now) return BeatAnswer.Heard;
        check.Owner.JudgeAt = slot.Microseconds;
        check.Owner.IsAhead = true;
        _changes.Enqueue(check.Owner, slot.Microseconds);
        return BeatAnswer.Heard;
    }

    private bool IsWithinASecondOf(Instant? moment) => moment is { } at && at - _now < Duration.Seconds(1) && _now - at < Duration.Seconds(1);

    private Observation SeenOf(Check check, Heartbeat heartbeat, Beat beat)
    {
        // Expectations decide about exit codes where they speak of them: 3 may mean "nothing to do".
        var failed = beat.Kind == BeatKind.Fail || (beat.Kind == BeatKind.ExitCode && beat.ExitCode != 0 && !AsksForExitCode(check));
        var code = beat.Kind == BeatKind.ExitCode ? beat.ExitCode : failed ? 1 : 0;
        var took = beat.Took is { } told ? told.Nanoseconds : heartbeat.BeganAt(beat.Run) is { } began && began <= _now ? (_now - began).Nanoseconds : -1;
        var phases = Phases.None with { Total = took };
        if (failed)
            return Observation.OfFailure(_now, TargetFailure.ReportedFailure, (beat.Kind == BeatKind.ExitCode ? $"it reported exit code {code}" : "it reported failure") + (beat.Why is { } why ? $": {why}" : ""), phases)
                with
            { Code = code, Excerpt = beat.Body, Address = beat.From };
        return new Observation
        {
            StartedAt = _now,
            Reach = Reach.Answered,
            Phases = phases,
            Code = code,
            Size = beat.Body?.Length ?? 0,
            Excerpt = beat.Body,
            Address = beat.From,
            Values = ValuesOf(check.Kind, code, took, beat),
        };
    }

    private static bool AsksForExitCode(Check check) => check.Expect.Any(one => one.Test.SelfAndDescendants().Any(node => node switch
    {
        Expression.Compare { Left: Operand.Seen { Name: "exit-code" } } or Expression.Compare { Right: Operand.Seen { Name: "exit-code" } } => true,
        Expression.InList { Left: Operand.Seen { Name: "exit-code" } } or Expression.InRange { Left: Operand.Seen { Name: "exit-code" } } => true,
        _ => false,
    }));

    private static ImmutableArray<Value?> ValuesOf(CheckKind kind, int code, long took, Beat beat) =>
    [
        .. kind.Sees.Select(name => name.Name switch
        {
            "exit-code" => Value.Of(code),
            "duration" => took >= 0 ? Value.Of(new Duration(took)) : null,
            "body" => beat.Body is { } body ? new Value.Body(body) : null,
            _ => null,
        }),
    ];

    private void KeepCall(ScheduledCheck check, Instant slot, JudgedLook judged, Observation seen)
    {
        Keep(check, slot, judged, seen, 0);
        _looks++;
    }

    /// <summary>A passive check is woken: before its first call its slots are gaps, afterwards silence is told at each deadline.</summary>
    private Instant Heed(ScheduledCheck check, Instant now)
    {
        var heartbeat = check.Heartbeat!;
        if (check.Owner.Fold is null) return now + Duration.Seconds(1); // whether it is armed is still being read
        if (!heartbeat.IsArmed)
        {
            if (check.Slot > now) return check.Slot;
            if (check.Slot != default) Missed(check, check.Slot, now, GapCause.NotArmed, 1);
            return check.Slot = check.NextSlot(now);
        }
        if (now > heartbeat.Deadline) Excuse(check, heartbeat, now);
        if (now > heartbeat.Deadline && _anchors.OfflineSince is { } offline) CutOff(check, heartbeat, offline);
        if (now <= heartbeat.Deadline) return After(heartbeat.Deadline);
        if (MayBeDeaf(heartbeat)) return now + Duration.Seconds(1);
        for (var told = 0; now > heartbeat.Deadline; heartbeat.StaySilent())
        {
            if (told++ >= MostSilencesAtOnce && now > heartbeat.Deadline + heartbeat.Every) continue;
            var silent = Observation.OfFailure(now, TargetFailure.Silent, $"no call since {heartbeat.LastCall}", Phases.None);
            KeepCall(check, heartbeat.Deadline, Judge.Look(check.Check, silent, GivenAt(check.Owner, heartbeat.Deadline)), silent);
        }
        Touch(check.Owner);
        return After(heartbeat.Deadline);
    }

    /// <summary>What we sent away is no silence: it called, and only what it said is not known. Where nobody read whose call it was, it may have been the one that was due.</summary>
    private void Excuse(ScheduledCheck check, Heartbeat heartbeat, Instant now)
    {
        var heard = heartbeat.LastCall;
        if (_doorstep.NewestOf(heartbeat.Key) is { } called && called <= now && heartbeat.CalledUnheard(called))
        {
            // within a second of one that was heard it could hardly say anything new
            if (called - heard < Duration.Seconds(1)) return;
            KeepGap(check, called, GapCause.Local);
        }
        else if (_doorstep.NewestOfAnybody is { } deaf && deaf <= now)
        {
            var due = heartbeat.Deadline;
            if (!heartbeat.Deafened(deaf < due ? deaf : due, deaf)) return;
            KeepGap(check, due, GapCause.Local);
        }
        else
        {
            return;
        }
        _gaps[(int)GapCause.Local]++;
        Touch(check.Owner);
    }

    private static Instant After(Instant at) => new(at.Microseconds + 1);

    /// <summary>The key is what stands in the document; the same key in two promises is one call for both.</summary>
    private void Listen(ScheduledCheck check)
    {
        var key = check.Check.Target.Rest.Length > 0 ? check.Check.Target.Rest : check.Check.Target.Text;
        var grace = check.Check.Setting<FieldValue.Length>("grace")?.Duration ?? Duration.Zero;
        if (check.Heartbeat is { } there)
        {
            if (there.Key == key)
            {
                (there.Every, there.Grace) = (check.Check.Every, grace);
                return;
            }
            Unlisten(check, there);
        }
        check.Heartbeat = new Heartbeat(key, check.Check.Every, grace);
        if (!_beatsByKey.TryGetValue(key, out var checks)) _beatsByKey[key] = checks = [];
        checks.Add(check);
        _doorstep.Know(key);
    }

    private void Unlisten(ScheduledCheck check, Heartbeat heartbeat)
    {
        check.Heartbeat = null;
        if (!_beatsByKey.TryGetValue(heartbeat.Key, out var checks)) return;
        checks.Remove(check);
        if (checks.Count > 0) return;
        _beatsByKey.Remove(heartbeat.Key);
        _doorstep.Forget(heartbeat.Key);
    }

    /// <summary>Arms it by what the ledger remembers, and forgives a silence in which nobody was here to listen.</summary>
    private void Remember(ScheduledCheck check, IReadOnlyList<LookRecord> newest)
    {
        if (check.Heartbeat is not { IsArmed: false } heartbeat) return;
        Instant? call = null, silent = null;
        foreach (var look in newest)
        {
            if (look.Slot > _now) continue;
            if (look.Failure == TargetFailure.Silent) silent = look.Slot;
            // A gap here is a call that we could not read, or a silence of ours: from it on it had its whole time again.
            else if (look.Class is LookClass.Good or LookClass.Bad || look.Code >= 0 || look.Gap is not (GapCause.None or GapCause.NotArmed)) (call, silent) = (look.Slot, null);
        }
        if (call is null && silent is null) return;
        // Silence longer than what was read back: the call itself lies before it, and the next deadline follows the newest silence.
        heartbeat.Called(call ?? silent!.Value - heartbeat.Every - heartbeat.Grace);
        if (silent is { } told)
            while (heartbeat.Deadline <= told)
                heartbeat.StaySilent();
        if (_downSince is { } down) Deafen(check, heartbeat, down, check.ScheduledAt == _firstHouseAt ? check.ScheduledAt : _startedAt, GapCause.Restarted);
        _timetable.Rewake(check, After(heartbeat.Deadline));
    }

    private void Deafen(ScheduledCheck check, Heartbeat heartbeat, Instant from, Instant to, GapCause cause)
    {
        var due = heartbeat.Deadline;
        if (heartbeat.Deafened(from, to) && due <= to) KeepGap(check, due, cause);
    }
}
