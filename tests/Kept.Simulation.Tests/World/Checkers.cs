using Kept.Engine.Recording;
using Kept.Ledger;
using Kept.Model;
using Kept.Tell;

namespace Kept.Simulation.Tests.World;

/// <summary>What must hold after every step; ids as in the table of invariants in docs/reliability.md.</summary>
internal sealed class Checkers(SimWorld world, string every)
{
    private static readonly Duration Millisecond = Duration.Milliseconds(2);

    private readonly Dictionary<int, Instant> _checkedTo = [];
    private readonly Dictionary<string, int> _seriesOf = [];
    private readonly HashSet<(int Series, Instant Slot, int Epoch)> _known = [];
    private readonly List<Instant> _jumps = [];
    private readonly Duration _every = Duration.Seconds(int.Parse(every[..^1], System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>What does not hold, with its invariant; the first is what is told.</summary>
    public List<string> Broken { get; } = [];

    public void ClockJumped() => _jumps.Add(world.Now);

    private readonly List<(Instant From, Instant To)> _troubled = [];

    /// <summary>A step in which nobody could be told: the disk, a receiver, or nobody ran. What broke then and mended is not told.</summary>
    public void Troubled(Instant from, bool isTelling) => _troubled.Add((from - Duration.Minutes(2), world.Now + (isTelling ? Duration.Minutes(4 * 60 + 40) : Duration.Minutes(2)))); // a receiver that failed is tried in pauses of up to 4 h


    private void Says(string invariant, string what)
    {
        if (Broken.Count < 50) Broken.Add($"{invariant} at {world.Now}: {what}");
    }

    /// <summary>After every step.</summary>
    public void AfterStep()
    {
        WhatIsShown();
        foreach (var promise in world.View.Promises)
            foreach (var check in promise.Checks)
                Looks(check.Check.Target.Text, check.Series);
    }

    /// <summary>I4: what is shown as kept was seen to be so lately. I15: what was refused changes nothing.</summary>
    private void WhatIsShown()
    {
        var view = world.View;
        var now = world.Now;
        if (now - view.AsOf > Duration.Seconds(20)) Says("I4", $"what is shown is of {view.AsOf}");
        if (view.House.ContentHash != world.Taken && view.House.ContentHash.Length > 0 && world.House.View.House.ContentHash != world.Taken && !world.Ledger.IsFull) Says("I15", "the house that runs is not the one that was taken last");
        foreach (var promise in view.Promises)
        {
            if (promise.Verdict.Outcome != Outcome.Kept || promise.Checks is not [var check]) continue;
            var old = now - (check.Check.Every * 3 + check.Check.Timeout + Duration.Seconds(5));
            if (!Attempts(check.Check.Target.Text).Any(attempt => attempt.Began >= old && Tells(attempt.Did) != LookClass.Gap) && !Jumped(now)) Says("I4", $"{promise.Promise.Name} is shown as kept, and nobody has seen it since before {old}");
        }
    }

    /// <summary>The newest attempts at a target, newest first.</summary>
    private IEnumerable<Attempt> Attempts(string target)
    {
        if (!world.Targets.Made.TryGetValue(target, out var made)) yield break;
        for (var i = made.Count - 1; i >= 0; i--) yield return made[i];
    }

    private bool Jumped(Instant around) => _jumps.Exists(jump => jump - around < Duration.Minutes(15) && around - jump < Duration.Minutes(15));

    /// <summary>I2: nobody invents what was seen. I16: lateness is what it was. And no slot twice.</summary>
    private void Looks(string target, int series)
    {
        _seriesOf[target] = series;
        var from = _checkedTo.GetValueOrDefault(series);
        var settled = world.Now - Duration.Seconds(60); // later ones may still be on their way
        if (settled <= from || Jumped(world.Now)) return;
        var looks = world.Ledger.Inner.Looks(series, from, settled);
        _checkedTo[series] = settled;
        foreach (var look in looks)
        {
            if (!_known.Add((series, look.Slot, look.Epoch))) Says("I3", $"{target} has two records of {look.Slot}");
            if (look.Class is not (LookClass.Good or LookClass.Bad)) continue;
            var began = new Instant(look.Slot.Microseconds + look.LateMicroseconds);
            // a clock that was set back lives through a moment twice
            var then = Attempts(target).TakeWhile(one => one.Began >= began - Duration.Minutes(60)).Where(one => one.Began - began < Millisecond && began - one.Began < Millisecond).ToList();
            if (then.Count == 0) Says(NearBy(target, look.Slot) ? "I16" : "I2", $"{target} has a record of {look.Slot}, late by {look.LateMicroseconds} µs, and nobody looked then");
            else if (!then.Exists(one => Tells(one.Did) == look.Class)) Says("I2", $"{target} is recorded as {look.Class} at {look.Slot}, and it {then[0].Did}");
        }
    }

    private static LookClass Tells(Does did) => did switch { Does.Answers => LookClass.Good, Does.AnswersBadly or Does.Refuses or Does.SaysNothing => LookClass.Bad, _ => LookClass.Gap };

    private bool NearBy(string target, Instant slot) => Attempts(target).TakeWhile(one => one.Began >= slot).Any(one => one.Began - slot < Duration.Seconds(30) && one.Began > slot + Millisecond);

    /// <summary>I1: what was acknowledged is there, as it was.</summary>
    public void NothingIsLost()
    {
        foreach (var series in world.Acknowledged.GroupBy(pair => pair.Key.Series))
        {
            var there = world.Ledger.Inner.Looks(series.Key, default, new Instant(long.MaxValue / 2)).GroupBy(look => look.Slot).ToDictionary(same => same.Key, same => same.ToList());
            foreach (var (key, look) in series)
                if (!there.TryGetValue(key.Slot, out var found)) Says("I1", $"the look of series {key.Series} at {key.Slot} was acknowledged and is gone");
                else if (world.Planted == Planted.None && !found.Contains(look) && !Jumped(look.Slot)) Says("I1", $"the look of series {key.Series} at {key.Slot} was acknowledged as {look.Class} in epoch {look.Epoch} and is {string.Join(", ", found.Select(one => $"{one.Class} {one.Gap} of epoch {one.Epoch}"))}");
        }
        world.Acknowledged.Clear();
    }

    /// <summary>I9: every hash is as it was written.</summary>
    public void TheChainHolds()
    {
        foreach (var problem in world.Ledger.Verify(CancellationToken.None).Problems.Take(3)) Says("I9", problem);
    }

    /// <summary>I3: between the first and the last look of a promise that did not change its rhythm no slot is without a record, but those that an entry tells.</summary>
    public void NothingIsMissing()
    {
        var gaps = world.Ledger.Inner.Entries(new EntryQuery(Limit: int.MaxValue, Kind: EntryKinds.Gap)).Select(entry => (From: At(entry, "from"), To: At(entry, "to"))).OrderBy(gap => gap.From).ToList();
        for (var i = gaps.Count - 1; i > 0; i--) // one that begins where another ends goes on with it
            if (gaps[i].From <= gaps[i - 1].To) (gaps[i - 1], gaps[i]) = ((gaps[i - 1].From, gaps[i].To > gaps[i - 1].To ? gaps[i].To : gaps[i - 1].To), gaps[i]);
        var changed = world.Ledger.Inner.Entries(new EntryQuery(Limit: int.MaxValue, Kind: EntryKinds.CheckRhythm)).GroupBy(entry => entry.Subject).Where(same => same.Count() > 1).Select(same => same.Key).ToHashSet();
        foreach (var promise in world.View.Promises)
        {
            if (promise.Checks is not [var check] || check.Check.Every != _every || changed.Contains(promise.Promise.Name.ToString())) continue;
            var looks = world.Ledger.Inner.Looks(check.Series, default, new Instant(long.MaxValue / 2));
            for (var i = 1; i < looks.Count; i++)
                if (looks[i].Slot - looks[i - 1].Slot > _every && !gaps.Exists(gap => gap.From <= looks[i - 1].Slot + _every && looks[i].Slot - _every <= gap.To))
                    Says("I3", $"nothing is known of {promise.Promise.Name} between {looks[i - 1].Slot} and {looks[i].Slot}");
        }
        static Instant At(Entry entry, string member) => Instant.TryParse(EntryBodies.Text(entry, member) ?? "", out var at) ? at : default;
    }

    /// <summary>I10: when nothing fails any more, all is well again, recorded and told.</summary>
    public void AllIsWell()
    {
        foreach (var promise in world.View.Promises)
            if (promise.Verdict.Outcome != Outcome.Kept) Says("I10", $"{promise.Promise.Name} is {promise.Verdict.Outcome}, though nothing fails: {promise.Verdict.Reason}");
        if (world.House.View.Figures is { UnrecordedLooks: > 0 } or { StorageFault: not null }) Says("I10", "looks wait to be recorded, though the disk works");
        if (world.Teller.View.Fault is { } fault) Says("I10", $"telling fails: {fault}");
        foreach (var route in world.Teller.View.Routes)
            if (route.Waiting > 0) Says("I10", $"{route.Waiting} messages wait for {route.Name}, though it takes them");
    }

    /// <summary>I5: the same evidence gives the same verdicts, to whoever reads it anew.</summary>
    public void TheSameAgain(IReadOnlyList<(PromiseName Name, Outcome Outcome)> before)
    {
        var now = world.House.View.Promises.Select(promise => (promise.Promise.Name, promise.Verdict.Outcome)).ToHashSet();
        foreach (var one in before)
            if (!now.Contains(one)) Says("I5", $"{one.Name} was {one.Outcome}, and is not so when its evidence is read anew");
    }

    /// <summary>I6: whoever is told hears of what breaks, and of its end; each thing under one id. In the end nobody believes that something is not well.</summary>
    public void EverybodyWasTold()
    {
        foreach (var (route, receiver) in world.Receivers)
        {
            var first = receiver.Got.GroupBy(got => got.Message.Id).Select(same => same.First()).ToList();
            foreach (var same in first.SelectMany(got => got.Message.Items.Select(item => (got.Message.Id, item.Key, item.Outcome, item.Sequence))).GroupBy(item => (item.Key, item.Outcome, item.Sequence)).Where(same => same.Count() > 1))
                Says("I6", $"{route} was told under {same.Count()} ids that {same.Key.Key} is {same.Key.Outcome}");
            if (!IsInOrder(first)) Says("I6", $"{route} got messages out of order");
            var believed = new Dictionary<string, Outcome>(StringComparer.Ordinal);
            foreach (var item in first.SelectMany(got => got.Message.Items))
            {
                if (item.Formerly is { } former) believed.Remove(former);
                believed[item.Key] = item.IsWithdrawn ? Outcome.Kept : item.Outcome;
            }
            foreach (var (key, outcome) in believed)
                if (outcome is Outcome.Broken or Outcome.Unknown) Says("I6", $"{route} was told that {key} is {outcome}, and never of its end");
            foreach (var (subject, at) in BrokenForLong())
                if (!first.Any(got => got.Message.Items.Any(item => item.Key == subject || item.Formerly == subject))) Says("I6", $"{route} never heard of {subject}, which broke at {at} for minutes");
        }
    }

    private static bool IsInOrder(List<(Instant At, Message Message)> got)
    {
        for (var i = 1; i < got.Count; i++)
            if (got[i].Message.Sequence < got[i - 1].Message.Sequence) return false;
        return true;
    }

    /// <summary>What was recorded as broken for five minutes on end, while it was in the documents under that name.</summary>
    private IEnumerable<(string Subject, Instant At)> BrokenForLong()
    {
        var open = new Dictionary<string, Instant>(StringComparer.Ordinal);
        var routes = world.Ledger.Inner.Entries(new EntryQuery(Limit: 10, Kind: EntryKinds.RouteBegan));
        if (routes.Count == 0) yield break;
        foreach (var entry in world.Ledger.Inner.Entries(new EntryQuery(After: routes[^1].Sequence, Limit: int.MaxValue)))
        {
            if (entry.Kind is not (EntryKinds.VerdictChanged or EntryKinds.PromiseGone or EntryKinds.PromiseNamed)) continue;
            var isBroken = entry.Kind == EntryKinds.VerdictChanged && EntryBodies.Text(entry, "outcome") == "broken";
            if (open.Remove(entry.Subject, out var since) && entry.Kind == EntryKinds.VerdictChanged && entry.Occurred - since > Duration.Minutes(5) && !_troubled.Exists(step => step.From < since + Duration.Minutes(6) && since < step.To)) yield return (entry.Subject, since);
            if (isBroken) open[entry.Subject] = entry.Occurred;
        }
    }
}
