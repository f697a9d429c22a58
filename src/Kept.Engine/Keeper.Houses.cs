using System.Collections.Immutable;
using Kept.Engine.History;
using Kept.Engine.Promises;
using Kept.Engine.Recording;
using Kept.Engine.Schedule;
using Kept.Judging;
using Kept.Language;
using Kept.Language.Found;
using Kept.Model;

namespace Kept.Engine;

/// <summary>Houses: taken whole or refused, compared promise by promise.</summary>
internal sealed partial class Keeper
{
    /// <summary>After a start or a change, the first look of a check comes within this, or its period where that is shorter.</summary>
    public static readonly Duration Ramp = Duration.Seconds(10);

    private static readonly Duration LongestPause = Duration.Seconds(30);

    private House _house = new() { Id = "" };
    private HouseFault? _fault;
    private Dictionary<PromiseId, TrackedPromise> _promises = [];
    private Dictionary<PromiseName, TrackedPromise> _byName = [];
    private TrackedPromise[] _order = [];
    private readonly Dictionary<string, List<ScheduledCheck>> _beatsByKey = new(StringComparer.Ordinal);
    private bool _hasHouse;
    private Instant? _firstHouseAt;

    // The newest house that waits to be made ready, and those who wait for it.
    private (House House, long Number)? _wanted;
    private long _takes, _faultNumber;
    private bool _isPreparing;
    private Instant? _prepareAt;
    private Duration _preparePause;
    private readonly List<TaskCompletionSource<bool>> _takers = [];

    /// <summary>The answer comes once the view shows what became of it.</summary>
    public void Take(HouseReading reading, TaskCompletionSource<bool> done)
    {
        _takes++;
        if (reading.House is not { } house)
        {
            Refuse(reading, done);
            return;
        }
        if (_hasHouse && !_isPreparing && _wanted is null && house.ContentHash.Length > 0 && house.ContentHash == _house.ContentHash
            && house.Diagnostics.AsSpan().SequenceEqual(_house.Diagnostics.AsSpan()))
        {
            // The same promises again are no event (R17), unless time made another judgement of the rules; but what was wrong meanwhile is right again.
            _fault = null;
            _whenPublished.Add(done);
            return;
        }
        _wanted = (house, _takes);
        _takers.Add(done);
        PrepareNext();
    }

    private void Refuse(HouseReading reading, TaskCompletionSource<bool> done)
    {
        var same = _fault is { } before && before.Diagnostics.SequenceEqual(reading.Diagnostics);
        if (!same)
        {
            _fault = new HouseFault(_now, reading.Diagnostics);
            _recorder.TryAdd(EntryBodies.Refused(_now, reading.Diagnostics));
            var first = reading.Diagnostics.FirstOrDefault(one => one.RefusesHouse) ?? reading.Diagnostics.FirstOrDefault();
            _log.HouseRefused(reading.Diagnostics.Length, first is null ? "" : $"{first.At} {first.Code}: {first.Message}");
        }
        // A house that is still being made ready is taken all the same, and must not make this forgotten.
        _faultNumber = _takes;
        _whenPublished.Add(done);
    }

    private void PrepareNext()
    {
        if (_isPreparing || _wanted is not { } wanted) return;
        if (_prepareAt is { } at && _now < at) return;
        _wanted = null;
        _isPreparing = true;
        _ = PrepareAsync(wanted.House, wanted.Number);
    }

    private async Task PrepareAsync(House house, long number)
    {
        await Task.Yield();
        try
        {
            var ready = await Preparation.OfAsync(house, _ledger, CancellationToken.None);
            Post(() => Prepared(house, number, ready, null));
        }
        catch (Exception fault)
        {
            Post(() => Prepared(house, number, null, fault));
        }
    }

    private void Prepared(House house, long number, Preparation? ready, Exception? fault)
    {
        _isPreparing = false;
        if (ready is null)
        {
            _preparePause = Longer(_preparePause);
            _prepareAt = _now + _preparePause;
            _readingFault = fault!.Message;
            _faults++;
            _log.IdsFail(fault, _preparePause.ToWords());
            _wanted ??= (house, number);
        }
        else
        {
            (_prepareAt, _preparePause, _readingFault) = (null, Duration.Zero, null);
            if (!_isStopping) Guard(() => Adopt(ready, number), "the new house");
            PrepareNext();
        }
        if (ready is not null && _isPreparing) return; // a newer one is on its way; who waits, waits for that
        _whenPublished.AddRange(_takers);
        _takers.Clear();
    }

    private static Duration Longer(Duration pause) =>
        pause == Duration.Zero ? Duration.Milliseconds(100) : pause * 2 < LongestPause ? pause * 2 : LongestPause;

    private void Adopt(Preparation ready, long number)
    {
        (_timetable.LooksAtOnce, _timetable.LooksPerHost) = (ready.House.Settings.LooksAtOnce, ready.House.Settings.LooksPerHost);
        _firstHouseAt ??= _now;
        var before = new Dictionary<PromiseId, TrackedPromise>(_promises); // a copy: what is there stays whole until all is taken over
        var after = new Dictionary<PromiseId, TrackedPromise>(ready.Terms.Length);
        var order = new TrackedPromise[ready.Terms.Length];
        for (var i = 0; i < order.Length; i++)
        {
            var terms = ready.Terms[i];
            if (before.Remove(terms.Id, out var tracked)) Update(tracked, terms);
            else tracked = Begin(terms);
            tracked.Position = i;
            tracked.Dependents = null;
            after[terms.Id] = order[i] = tracked;
        }
        foreach (var gone in before.Values) End(gone, ready.House);
        (_promises, _order, _house, _hasHouse, _sweptTo) = (after, order, ready.House, true, 0);
        if (number > _faultNumber) _fault = null;
        _byName = order.ToDictionary(one => one.Name);
        foreach (var promise in order) Depend(promise);
        _shelves.Replace([.. order.Select(ViewOf)], ready.Index());
        foreach (var promise in order) JudgePromise(promise);
        _recorder.TryAdd(EntryBodies.Taken(_now, ready.House));
        _log.HouseTaken(ready.House.Id, order.Length, _timetable.Checks);
        ReadHistories();
    }

    private void Depend(TrackedPromise promise)
    {
        foreach (var part in new[] { promise.Promise.Given, promise.Promise.Uses }.OfType<Expression>())
            foreach (var node in part.SelfAndDescendants())
                if (node is Expression.PromiseHolds holds && Find(holds.Name) is { } other && !(other.Dependents ??= []).Contains(promise))
                    other.Dependents.Add(promise);
    }

    private TrackedPromise Begin(PromiseTerms terms)
    {
        var promise = new TrackedPromise(terms);
        Arrange(promise);
        AskHistory(promise);
        return promise;
    }

    private void Update(TrackedPromise promise, PromiseTerms terms)
    {
        var old = promise.Terms;
        promise.Terms = terms;
        if (old.Fingerprint == terms.Fingerprint && old.Series.AsSpan().SequenceEqual(terms.Series.AsSpan())) return;
        var sameChecks = old.Series.AsSpan().SequenceEqual(terms.Series.AsSpan());
        Arrange(promise);
        if (promise.Fold is not { } fold)
        {
            AskHistory(promise); // it is being read for the old terms
        }
        else if (!terms.CountsOnFrom(old.Promise.Version, old.Measured))
        {
            promise.Since = _now;
            promise.Past = [];
            var (since, former) = Announced(fold, old.Promise, terms.Promise);
            promise.Fold = new PromiseFold(terms.Promise, terms.Assessor, _now, plan: terms.Plan, termsSince: since, former: former);
            _recorder.TryAdd(EntryBodies.Terms(_now, terms, _now, old.Promise.TermsHash));
        }
        else if (sameChecks && old.FoldKey == terms.FoldKey && PromiseFold.Restore(terms.Promise, terms.Assessor, fold.Snapshot(), past: Retimed(promise, old), plan: terms.Plan, termsSince: fold.TermsSince, former: fold.FormerPlans) is { } carried)
        {
            promise.Fold = carried;
            if (old.Promise.TermsHash != terms.Promise.TermsHash) _recorder.TryAdd(EntryBodies.Terms(_now, terms, promise.Since, old.Promise.TermsHash));
        }
        else
        {
            AskHistory(promise); // something else is counted now, of the same looks: they are read back since the version began
        }
    }

    /// <summary>Since when maintenance is planned as it is now, and what was before: a new version takes back no announcement.</summary>
    private (Instant? Since, ImmutableArray<FormerPlan> Former) Announced(PromiseFold fold, Promise before, Promise now)
    {
        if (before.Maintenance?.Announcement == now.Maintenance?.Announcement) return (fold.TermsSince, fold.FormerPlans);
        if (now.Maintenance is not { } maintenance || before.Maintenance?.Text != maintenance.Text || before.Maintenance.During is not { } planned || fold.TermsSince is not { } since) return (_now, []);
        var former = FormerPlan.Needed(maintenance, _now, [new FormerPlan(planned, since), .. fold.FormerPlans], _now - HistoryReader.Reach(now));
        TellForgotten(now, former);
        return (_now, former);
    }

    private void TellForgotten(Promise promise, ImmutableArray<FormerPlan> former)
    {
        if (former.Length == FormerPlan.Most) _log.PlansForgotten(promise.Name.ToString(), FormerPlan.Most, former[^1].Since.ToString());
    }

    /// <summary>The rhythms of the checks before those of its terms, that of <paramref name="old"/> terms among them where it changed just now.</summary>
    private ImmutableArray<PastRhythm> Retimed(TrackedPromise promise, PromiseTerms old)
    {
        for (var i = 0; i < promise.Checks.Length; i++)
            if (old.Promise.Checks[i].Every != promise.Promise.Checks[i].Every)
                promise.Past = promise.Past.Add(new PastRhythm(i, _now, old.Promise.Checks[i].Every));
        return promise.Past;
    }

    private void End(TrackedPromise promise, House house)
    {
        promise.IsGone = true;
        foreach (var check in promise.Checks) TakeOff(check);
        _recorder.TryAdd(EntryBodies.Gone(_now, promise.Promise, FoundSource.IsNamed(house, promise.Promise)));
    }

    /// <summary>The checks of a promise as its terms now say; those that stay keep their place in time.</summary>
    private void Arrange(TrackedPromise promise)
    {
        var terms = promise.Terms;
        var old = promise.Checks.ToDictionary(check => check.Series);
        var checks = new ScheduledCheck[terms.Series.Length];
        for (var i = 0; i < checks.Length; i++)
        {
            var wanted = terms.Promise.Checks[i];
            if (old.Remove(terms.Series[i], out var there) && there.Check.Kind.Name == wanted.Kind.Name)
            {
                var retime = there.Check.Every != wanted.Every;
                if (retime)
                {
                    _timetable.MissDue(there, _now); // by its old place: the fold still counts by that
                    _recorder.Add(EntryBodies.Rhythm(_now, promise.Name, wanted.Name, there.Check.Every, wanted.Every, _now));
                }
                (there.Check, there.Index) = (wanted, i);
                if (there.Heartbeat is not null) Listen(there);
                if (retime) _timetable.Retime(there, _now);
                checks[i] = there;
                continue;
            }
            if (there is not null) TakeOff(there);
            checks[i] = new ScheduledCheck(promise, i, wanted, terms.Series[i]) { ScheduledAt = _now };
            if (wanted.Kind.IsPassive) Listen(checks[i]);
            _timetable.Add(checks[i], _now, Ramp);
        }
        foreach (var gone in old.Values) TakeOff(gone);
        promise.Checks = checks;
    }

    private void TakeOff(ScheduledCheck check)
    {
        _timetable.Remove(check);
        if (check.Heartbeat is { } beat) Unlisten(check, beat);
    }
}
