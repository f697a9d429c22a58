using System.Runtime.InteropServices;
using Kept.Engine.Promises;
using Kept.Engine.Recording;
using Kept.Engine.Schedule;
using Kept.Judging;
using Kept.Model;

namespace Kept.Engine;

/// <summary>Verdicts: folded, told when their outcome changes, and aged without looks.</summary>
internal sealed partial class Keeper
{
    /// <summary>Every promise is judged anew within this time, whatever happens: calendars turn without a look.</summary>
    public static readonly Duration Sweep = Duration.Minutes(1);

    private readonly PriorityQueue<TrackedPromise, long> _changes = new();
    private readonly Queue<TrackedPromise> _touched = new();
    private readonly Func<PromiseName, Outcome> _outcomeOf;
    private int _sweptTo;

    private Judged GivenAt(TrackedPromise promise, Instant at, bool isPast = false, ScheduledCheck? check = null)
    {
        if (promise.Promise.Given is not { } given) return new Judged(Truth.True, "no condition");
        try
        {
            return Judge.Given(given, at, SurroundingsOf(promise, isPast, check));
        }
        catch (Exception fault)
        {
            Faulted(fault, $"the condition of {promise.Name}");
            return new Judged(Truth.Unknown, "the condition could not be decided by a fault of ours");
        }
    }

    private Surroundings SurroundingsOf(TrackedPromise promise, bool isPast, ScheduledCheck? check = null)
    {
        var agent = promise.Terms.Agent;
        var load = agent.Load is { IsLooks: true } ? isPast ? null : OwnLoadOf(check) : !isPast && _loads.TryGetValue(agent.Id, out var read) && _now - read.At <= LoadIsOldAfter && read.At <= _now ? read.Value : null;
        return new Surroundings(isPast ? static _ => Outcome.Unknown : _outcomeOf, load, agent.Region, promise.Promise.Version,
            name => agent.Calendars.IsDefaultOrEmpty ? null : agent.Calendars.FirstOrDefault(calendar => calendar.Name == name));
    }

    private Outcome OutcomeOf(PromiseName name) => Find(name)?.Verdict?.Outcome ?? Outcome.Unknown;

    private TrackedPromise? Find(PromiseName name) =>
        _byName.TryGetValue(name, out var exact) ? exact : _house.Find(name) is { } meant && _byName.TryGetValue(meant.Name, out var found) ? found : null;

    /// <summary>Promises whose time to change by age has come, those looked at or standing on a changed one, and the slow sweep.</summary>
    private void JudgeDue()
    {
        while (_changes.TryPeek(out var promise, out var at) && at <= _now.Microseconds)
        {
            _changes.Dequeue();
            if (promise.JudgeAt != at || promise.IsGone) continue;
            promise.JudgeAt = long.MaxValue;
            // Looks came meanwhile and pushed the moment away: nothing changed by age.
            if (promise.Fold?.ChangesBy is { } by && by > _now && !promise.IsAhead) WakeFor(promise);
            else JudgePromise(promise);
            promise.IsAhead = false;
        }
        SweepOn();
        // A cycle of dependences could pass changes on for ever: what is left over waits for the next turn.
        for (var left = (_order.Length * 2) + 16; left > 0 && _touched.TryDequeue(out var touched); left--)
        {
            touched.IsTouched = false;
            JudgePromise(touched);
        }
    }

    private void SweepOn()
    {
        if (_order.Length == 0) return;
        var due = (int)((Int128)(_now.Microseconds % (Sweep.Nanoseconds / 1000)) * _order.Length / (Sweep.Nanoseconds / 1000));
        for (var left = _order.Length; _sweptTo != due && left > 0; left--)
        {
            _sweptTo = (_sweptTo + 1) % _order.Length;
            JudgePromise(_order[_sweptTo]);
        }
    }

    /// <summary>It is judged once at the end of this turn, however much came: conditions in a circle would else fill the queue without end.</summary>
    private void Touch(TrackedPromise promise)
    {
        if (promise.IsTouched) return;
        promise.IsTouched = true;
        _touched.Enqueue(promise);
    }

    private void JudgePromise(TrackedPromise promise)
    {
        if (promise.IsGone) return;
        Verdict verdict;
        try
        {
            verdict = VerdictOf(promise);
        }
        catch (Exception fault)
        {
            Faulted(fault, $"the verdict of {promise.Name}");
            verdict = Nothing(promise, Outcome.Unknown, "it could not be judged by a fault of ours; see the log");
        }
        var before = promise.Verdict;
        promise.Verdict = verdict;
        if (before?.Outcome != verdict.Outcome)
        {
            if (before is not null || promise.OutcomeSince == default) promise.OutcomeSince = _now;
            foreach (var dependent in promise.Dependents ?? []) Touch(dependent);
        }
        if (promise.Fold is not null && (verdict.Outcome != promise.Told || promise.IsBack || IsUnseen(promise, verdict))) Tell(promise, verdict);
        if (promise.Fold is not null && (promise.Firing is not null || verdict.Alerts.Length > 0)) TellAlerts(promise, verdict);
        WakeFor(promise);
        _shelves.Set(promise.Position, ViewOf(promise));
    }

    /// <summary>
    /// Nobody has seen yet how it stands, though its checks had the time of three looks: a name that is wrong, a secret that is missing. No verdict changes then, so nothing else would ever say it.
    /// A heartbeat waits for its first call, and while we are blind we say nothing of others.
    /// </summary>
    private Instant _sightedSince;

    private bool IsUnseen(TrackedPromise promise, Verdict verdict)
    {
        if (promise.IsToldOf || verdict.Outcome != Outcome.Unknown || promise.Checks.Length == 0 || _anchors.Blind is not null) return false;
        var patience = Duration.Zero;
        foreach (var check in promise.Checks)
        {
            if (check.Check.Kind.IsPassive) return false;
            var needed = (check.Check.Every * 3) + check.Check.Timeout;
            if (needed > patience) patience = needed;
            // looked at in this run, and with open eyes: what nobody tried says nothing
            if (check.Last is not { } last || last.Slot < _startedAt || last.Slot < _sightedSince) return false;
        }
        return _now - promise.Since >= patience;
    }

    private void Tell(TrackedPromise promise, Verdict verdict)
    {
        // Without room it stays untold, and the next judging tries again: the entry says what is then true.
        if (!_recorder.TryAdd(EntryBodies.VerdictChanged(_now, promise.Promise, verdict, promise.Told, promise.NewestLook))) return;
        (promise.Told, promise.IsBack, promise.IsToldOf) = (verdict.Outcome, false, true);
        if (_log.IsEnabled(Microsoft.Extensions.Logging.LogLevel.Warning))
            _log.VerdictChanged(promise.Name.ToString(), verdict.Outcome.Word(promise.Promise.IsWish), verdict.Reason);
    }

    /// <summary>An alert that was taken out of the document has ceased, and so has one of what is no promise any more; one of which nobody knows goes on as it was.</summary>
    private void TellAlerts(TrackedPromise promise, Verdict verdict)
    {
        foreach (var alert in verdict.Alerts)
        {
            var fires = promise.Firing?.Contains(alert.Name) ?? false;
            if (alert.State == AlertState.Unknown || fires == (alert.State == AlertState.Firing)) continue;
            TellAlert(promise, alert);
        }
        if (promise.Firing is not { } firing) return;
        foreach (var gone in firing.Where(name => !verdict.Alerts.Any(alert => alert.Name == name)).ToList())
            if (verdict.Outcome == Outcome.NotAPromise)
                TellAlert(promise, new AlertLine(gone, AlertState.Quiet, "it is not a promise"));
            else if (!promise.Promise.Alerts.Any(alert => alert.Name == gone))
                TellAlert(promise, new AlertLine(gone, AlertState.Quiet, "it is not written any more"));
    }

    private void TellAlert(TrackedPromise promise, AlertLine alert)
    {
        var firing = new HashSet<string>(promise.Firing ?? [], StringComparer.Ordinal);
        if (alert.State == AlertState.Firing) firing.Add(alert.Name);
        else firing.Remove(alert.Name);
        if (_recorder.TryAdd(EntryBodies.AlertChanged(_now, promise.Promise, alert, firing))) promise.Firing = firing.Count > 0 ? firing : null;
    }

    private Verdict VerdictOf(TrackedPromise promise)
    {
        if (promise.Fold is not { } fold)
            return promise.Terms.NotAPromise is { } early
                ? Nothing(promise, Outcome.NotAPromise, early)
                : Nothing(promise, Outcome.Unknown, "its history is being read");
        Judged? inForce = promise.Checks.Length == 0 ? GivenAt(promise, _now) : null;
        var verdict = fold.VerdictAt(_now, _outcomeOf, inForce, promise.WordsOf);
        return promise.Terms.NotAPromise is { } why ? verdict with { Outcome = Outcome.NotAPromise, Reason = why, AtRisk = [], Alerts = [], Notes = [], Regimes = [] } : verdict;
    }

    private static Verdict Nothing(TrackedPromise promise, Outcome outcome, string reason) =>
        new(outcome, reason, null, null, promise.Terms.Assessor, "any", [], []);

    private void WakeFor(TrackedPromise promise)
    {
        if (promise.Fold?.ChangesBy is not { } by) return;
        // A moment already passed would be judged again at once, for ever.
        var at = by > _now ? by.Microseconds : (_now + Duration.Seconds(1)).Microseconds;
        if (at == promise.JudgeAt) return;
        // Looks push the moment away again and again: one wake-up that comes too early is cheaper than one in the heap for each look.
        if (promise.JudgeAt < at && promise.JudgeAt > _now.Microseconds) return;
        promise.JudgeAt = at;
        _changes.Enqueue(promise, at);
    }

    private static PromiseView ViewOf(TrackedPromise promise)
    {
        var checks = new CheckView[promise.Checks.Length];
        for (var i = 0; i < checks.Length; i++)
        {
            var check = promise.Checks[i];
            checks[i] = new CheckView(check.Check, check.Series, check.Last, check.LastReason, NextDue(check), check.Heartbeat is { } beat ? "/beat/" + beat.Key : null);
        }
        return new PromiseView
        {
            Promise = promise.Promise,
            Id = promise.Id,
            Verdict = promise.Verdict ?? Nothing(promise, Outcome.Unknown, "not judged yet"),
            Since = promise.OutcomeSince,
            Checks = ImmutableCollectionsMarshal.AsImmutableArray(checks),
            Problems = promise.Terms.Problems,
            IsSelf = promise.Terms.IsSelf,
        };
    }

    private static Instant? NextDue(ScheduledCheck check) => check.Heartbeat is { } beat ? beat.IsArmed ? beat.Deadline : null : check.Slot;
}
