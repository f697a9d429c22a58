using System.Collections.Immutable;
using Kept.Engine.Ourselves;
using Kept.Engine.Promises;
using Kept.Engine.Recording;
using Kept.Engine.Schedule;
using Kept.Judging;
using Kept.Model;

namespace Kept.Engine;

/// <summary>Whether we ourselves can see: the anchors of the house are asked, and failures of others wait for them before they count.</summary>
internal sealed partial class Keeper
{
    /// <summary>Sweeps begin no closer than this, however many looks fail: anchors are somebody's servers.</summary>
    public static readonly Duration SweepsApart = Duration.Seconds(5);

    private static readonly Duration LongestWait = Duration.Minutes(2);
    private const int MostSuspects = 100_000;

    private readonly List<(LookRun Run, Observation Seen, Instant EndedAt)> _suspects = [];
    private AnchorWatch _anchors = new(Anchors.None);
    private object? _anchorsOf; // the settings for which it was made
    private AnchorRound? _round;
    private Instant _roundAt;
    private AnchorsView? _anchorsShown;

    /// <summary>A round of all anchors under way.</summary>
    private sealed class AnchorRound(Instant from, int disturbances, ImmutableArray<Check> anchors)
    {
        public Instant From => from;
        public int Disturbances => disturbances;
        public ImmutableArray<Check> Anchors => anchors;
        public AnchorSeen?[] Seen { get; } = new AnchorSeen?[anchors.Length];
        public CancellationTokenSource Cancel { get; } = new();
        /// <summary>We stood still meanwhile: what it did not see says nothing.</summary>
        public bool IsSpoilt { get; set; }
        public bool IsWhole => Array.TrueForAll(Seen, one => one is not null);
    }

    /// <summary>What a look met may be ours: it waits for the next sweep. False where nothing can excuse it, and it counts at once.</summary>
    private bool Suspect(LookRun run, Observation seen)
    {
        if (_anchors.IsEmpty || !_anchors.CanExcuse(seen, run.Terms.Target)) return false;
        // what fails as it did before is no news that could be ours, while we saw a moment ago; a quick check that waited would go unknown by age
        if (run.Check.Last is { Class: LookClass.Bad } && _anchors.Blind is null && _anchors.SweptAt is { } swept && swept <= _now && _now - swept <= _anchors.Every + _anchors.Patience) return false;
        _suspects.Add((run, seen, _now));
        if (_isStopping || _suspects.Count > MostSuspects) GiveUpSuspects();
        return true;
    }

    private void WatchAnchors()
    {
        if (!ReferenceEquals(_anchorsOf, _house.Settings.Anchors))
        {
            _anchorsOf = _house.Settings.Anchors;
            _round?.Cancel.Cancel();
            var before = _anchors;
            (_anchors, _round, _roundAt, _anchorsShown) = (new AnchorWatch(_house.Settings.Anchors, before), null, _now, null);
            if (_anchors.BlindCause != before.BlindCause) TellBlind(before.BlindCause, before.BlindSince, before.Blind, _now);
            if (_anchors.IsEmpty) Decide();
        }
        if (_anchors.IsEmpty || _isStopping) return;
        if (_round is { } sweep)
        {
            // forwards or backwards: by a clock that jumped nobody knows how long it took
            if (sweep.IsWhole || _now - sweep.From > _anchors.Patience || sweep.Disturbances != _disturbances) EndSweep(sweep);
            return;
        }
        if (_roundAt > _now + _anchors.Every) _roundAt = _now; // the clock was set back
        var isAsked = _suspects.Count > 0 && (_anchors.SweptAt is not { } last || _now - last >= SweepsApart || _now < last);
        if (_now < _roundAt && !isAsked) return;
        _roundAt = _now + _anchors.Every;
        _round = new AnchorRound(_now, _disturbances, [.. _house.Settings.Anchors.All]);
        for (var i = 0; i < _round.Anchors.Length; i++) _ = AskAnchorAsync(_round, i);
    }

    private async Task AskAnchorAsync(AnchorRound sweep, int index)
    {
        await Task.Yield();
        var anchor = sweep.Anchors[index];
        AnchorSeen shown;
        try
        {
            var seen = _parts.Looks.GetValueOrDefault(anchor.Kind.Name) is { } look
                ? Judge.Deciding(anchor, await look(new LookRequest(anchor, DocumentOrigin.Ours) { Objects = Judge.Objection }, sweep.Cancel.Token))
                : Observation.OfGap(Now(), GapCause.Fault, $"this build cannot look at {anchor.Kind.Name}");
            var judged = Judge.Look(anchor, seen, new Judged(Truth.True, ""));
            shown = new AnchorSeen(anchor, judged.Class, seen.Reach == Reach.Answered, judged.Class == LookClass.Good ? "good" : judged.Reason);
        }
        catch (OperationCanceledException) when (sweep.Cancel.IsCancellationRequested)
        {
            return;
        }
        catch (Exception caught)
        {
            Post(() => Faulted(caught, $"the anchor {anchor.Name}"));
            shown = new AnchorSeen(anchor, LookClass.Gap, false, $"a fault of ours: {caught.GetType().Name}");
        }
        Post(() =>
        {
            sweep.Seen[index] = shown;
            if (ReferenceEquals(_round, sweep)) WatchAnchors();
        });
    }

    private void EndSweep(AnchorRound sweep)
    {
        _round = null;
        sweep.Cancel.Cancel();
        if (sweep.Disturbances != _disturbances || sweep.IsSpoilt)
        {
            _roundAt = _now + Duration.Seconds(1); // it says nothing of anybody
            return;
        }
        var (wasBlind, since, before) = (_anchors.BlindCause, _anchors.BlindSince, _anchors.Blind);
        _anchors.Swept(sweep.From, [.. sweep.Seen.Select((seen, i) => seen ?? new AnchorSeen(sweep.Anchors[i], LookClass.Gap, false, "it did not end in time"))]);
        _anchorsShown = null;
        if (_anchors.BlindCause != wasBlind) TellBlind(wasBlind, since, before, sweep.From);
        // who calls us may not reach us either while we are offline
        if (_anchors.OfflineSince is { } offline)
            foreach (var check in HeartbeatsNow())
                CutOff(check, check.Heartbeat!, offline);
        Decide();
    }

    /// <summary>What we are blind by changed: what it was goes on record as one stretch, what it is now into the log.</summary>
    private void TellBlind(GapCause was, Instant? since, string? why, Instant until)
    {
        if (was != GapCause.None) _recorder.TryAdd(EntryBodies.Gap(_now, "", was, since!.Value, until, 0, why!));
        if (_anchors.Blind is { } blind) _log.Blind(blind);
        else
        {
            _sightedSince = _now;
            _log.SeesAgain(why!);
        }
    }

    /// <summary>Whether the silence of a heartbeat is not to be told yet: it is not known whether we could have heard it.</summary>
    private bool MayBeDeaf(Heartbeat heartbeat)
    {
        if (!_anchors.WatchesConnection || _isStopping) return false;
        if (_anchors.OfflineSince is not null) return true;
        if (_anchors.SweptAt is { } swept && swept >= heartbeat.Deadline) return false;
        if (_round is null && (_anchors.SweptAt is not { } last || _now - last >= SweepsApart)) _roundAt = _now;
        return _now - heartbeat.Deadline < LongestWait;
    }

    /// <summary>While we are offline a call cannot reach us: a deadline within begins anew, once for each call that was heard; then it is only told when we are back.</summary>
    private bool CutOff(ScheduledCheck check, Heartbeat heartbeat, Instant offline)
    {
        var due = heartbeat.Deadline;
        if (!heartbeat.CutOff(offline, _now)) return false;
        if (due <= _now) KeepGap(check, due, GapCause.Route);
        return true;
    }

    /// <summary>The clock jumped: what was known of time before says nothing of time now.</summary>
    private void RebaseAnchors()
    {
        _anchors.Rebase(_now);
        _round?.Cancel.Cancel();
        (_round, _roundAt, _anchorsShown) = (null, _now, null);
        Decide();
    }

    /// <summary>Looks that waited for a sweep: those that ended before it began are decided by it.</summary>
    private void Decide()
    {
        var waiting = _suspects.ToList();
        _suspects.Clear();
        foreach (var (run, seen, endedAt) in waiting)
            if (run.Check.Stage == Stage.Off) continue; // nobody asks any more
            else if (run.Disturbances != _disturbances) Decide(run, Observation.OfGap(_now, GapCause.Clock, "the clock jumped while it was not known whether we could see"));
            else if (!_anchors.IsEmpty && (_anchors.SweptAt is not { } swept || swept < endedAt) && !_isStopping) _suspects.Add((run, seen, endedAt));
            else Decide(run, _anchors.Instead(seen, run.Terms.Target, seen.StartedAt, endedAt) ?? seen);
    }

    private void Decide(LookRun run, Observation seen) => Guard(() => Keep(run, seen, null), "a look that waited for the anchors"); // one that fails takes no other with it

    /// <summary>We are about to stop, or too many wait: nobody knows whether what these met was ours, so nothing is held against their targets.</summary>
    private void GiveUpSuspects()
    {
        foreach (var (run, _, _) in _suspects.Where(suspect => suspect.Run.Check.Stage != Stage.Off)) Decide(run, Observation.OfGap(_now, _isStopping ? GapCause.Restarted : GapCause.Route, "it did not become known whether we could see"));
        _suspects.Clear();
    }

    private AnchorsView? ShownAnchors() => _anchors.IsEmpty ? null
        : _anchorsShown ??= new AnchorsView(_anchors.SweptAt, [.. _anchors.Seen.Select(one => new AnchorView(one.Anchor, one.IsGood, one.Words))], _anchors.Blind, _anchors.BlindSince);
}
