using Kept.Model;

namespace Kept.Judging.Tests.Verdicts;

/// <summary>
/// Judges from all records at once, the slow and obvious way: the oracle of the fold. Shares nothing with it but the calendar.
/// </summary>
internal static class SlowJudge
{
    public static (Outcome Headline, List<VerdictLine> Lines) At(Promise promise, Instant since, IReadOnlyList<(int Check, LookRecord Look)> records, Instant now, IReadOnlyList<PastRhythm>? past = null, bool isOfRegime = false)
    {
        var byCheck = promise.Checks.Select((_, i) => Slots(records.Where(r => r.Check == i && r.Look.Slot >= since).Select(r => r.Look)).Where(slot => slot.At <= now).ToList()).ToList();
        var lines = new List<VerdictLine> { Now(promise, byCheck, now, isOfRegime) };
        foreach (var objective in promise.Keeps) lines.Add(Objective(promise, objective, byCheck, since, now, past ?? []).Line);
        return (lines.Any(line => line.Outcome == Outcome.Broken) ? Outcome.Broken : lines[0].Outcome, lines);
    }

    /// <summary>One slot: its records, the worse standing.</summary>
    private sealed record Slot(Instant At, LookClass Class, List<LookRecord> Evidence, List<GapCause> Gaps)
    {
        public bool IsEvidence => Evidence.Count > 0;
    }

    private static List<Slot> Slots(IEnumerable<LookRecord> looks) =>
        [.. looks.GroupBy(look => look.Slot).OrderBy(group => group.Key).Select(group =>
        {
            var classes = group.Select(look => look.Class).ToHashSet();
            LookClass[] worstFirst = [LookClass.Bad, LookClass.Good, LookClass.NotInForce, LookClass.ConditionUnknown, LookClass.Gap];
            return new Slot(group.Key, worstFirst.First(classes.Contains), [.. group.Where(look => look.Class is LookClass.Good or LookClass.Bad)],
                [.. group.Where(look => look.Class == LookClass.Gap).Select(look => look.Gap)]);
        })];

    private static VerdictLine Now(Promise promise, List<List<Slot>> byCheck, Instant now, bool isOfRegime)
    {
        var force = byCheck.SelectMany((slots, i) => slots.Where(s => s.Class is LookClass.Good or LookClass.Bad or LookClass.NotInForce).Select(s => (s, i)))
            .OrderBy(x => x.s.At).ThenBy(x => x.s.Class == LookClass.NotInForce ? 0 : 1).ToList();
        if (force.Count > 0 && force[^1].s.Class == LookClass.NotInForce)
        {
            var latest = force.Where(x => x.s.At == force[^1].s.At).Min(x => x.i);
            if (now < Expiry(promise.Checks[latest], force[^1].s.At)) return Line(Outcome.NotInForce);
        }
        var all = Truth.True;
        for (var i = 0; i < byCheck.Count; i++)
        {
            var evidence = byCheck[i].Where(slot => slot.IsEvidence).ToList();
            var truth = evidence.Count == 0 || now >= Expiry(promise.Checks[i], evidence[^1].At) ? Truth.Unknown : Confirmed(promise.Checks[i].Confirm, SinceHole(promise.Checks[i], byCheck[i], isOfRegime));
            all = all.And(truth);
        }
        return Line(all switch { Truth.True => Outcome.Kept, Truth.False => Outcome.Broken, _ => Outcome.Unknown });

        static VerdictLine Line(Outcome outcome) => new("now", outcome, "", 0, 0, 0, 0, default, default, null);
    }

    private static Instant Expiry(Check check, Instant slot) => slot + (check.Every * 2) + check.Timeout;

    /// <summary>The evidence since nothing was known for the last time: neither a look nor that it was out of force, which of a regime tells only that it was another.</summary>
    private static List<Slot> SinceHole(Check check, List<Slot> slots, bool isOfRegime)
    {
        var known = slots.Where(slot => slot.IsEvidence || !isOfRegime && slot.Class == LookClass.NotInForce).ToList();
        var from = known.Count == 0 ? 0 : Enumerable.Range(0, known.Count).Last(i => i == 0 || known[i].At >= Expiry(check, known[i - 1].At));
        return [.. known.Skip(from).Where(slot => slot.IsEvidence)];
    }

    /// <summary>Forward, look by look, as the language describes it.</summary>
    private static Truth Confirmed(Confirmation confirm, List<Slot> evidence)
    {
        var state = Truth.Unknown;
        for (var i = 0; i < evidence.Count; i++)
        {
            var last = evidence.Skip(Math.Max(0, i + 1 - confirm.Of)).Take(Math.Min(i + 1, confirm.Of)).ToList();
            if (last.Count(s => s.Class == LookClass.Bad) >= confirm.Count) state = Truth.False;
            else if (last.Count(s => s.Class == LookClass.Good) >= confirm.Count) state = Truth.True;
            else if (state == Truth.Unknown && evidence[i].Class == LookClass.Good) state = Truth.True;
        }
        return state;
    }

    private static (VerdictLine Line, long BadLooks) Objective(Promise promise, Objective objective, List<List<Slot>> byCheck, Instant since, Instant now, IReadOnlyList<PastRhythm> past, Duration? burn = null)
    {
        if (burn is { } span) objective = objective with { Window = new Window.Rolling(span) };
        var (from, to) = CalendarClock.WindowOf(objective.Window, now);
        var rolling = objective.Window is Window.Rolling;
        Func<Instant, bool> InWindow = at => at >= since && (rolling ? at > from && at <= now : at >= from && at < to && at <= now);
        var begins = rolling ? new Instant(from.Microseconds + 1) : from;
        if (begins < since) begins = since;
        var ends = rolling || now < to ? new Instant(now.Microseconds + 1) : to;
        var wholeFrom = rolling ? new Instant(from.Microseconds + 1) : begins;
        var wholeTo = rolling ? ends : to;

        var accounting = promise.Accounting;
        var counts = objective.Slice is { } each && (accounting != Accounting.Usual || objective.SliceRule.Count != SliceCount.Whole);
        bool IsOver(long start) => start + (objective.Slice!.Value.Nanoseconds / 1000) + (counts && accounting.OwnOutage != GapAccount.Excluded
            ? promise.Checks.Where(check => Names(objective, check.Name)).Max(check => check.Timeout.Nanoseconds / 1000) : 0) <= now.Microseconds;
        var checks = promise.Checks.Select((check, i) => (check, i)).Where(x => Names(objective, x.check.Name)).ToList();
        var points = promise.Checks.Select(check => Names(objective, check.Name) ? Points(objective, check.Name) : 0).ToList();
        var seen = promise.Checks.Select((check, i) => Accounted(promise, check, byCheck[i], slot => Holds(objective, check, slot))).ToList();
        if (burn is { } back && objective.Slice is { } whole)
        {
            // the window ends with the last slice that is over, or the one that runs if it is bad already, found by stepping back
            var step = whole.Nanoseconds / 1000;
            var start = (now.Microseconds / step * step) + step;
            bool IsBad() => !counts && checks.Any(x => seen[x.i].Any(look => look.Sight == Sight.Seen && !look.Holds && look.At >= since && look.At.Microseconds >= start && look.At.Microseconds < start + step));
            while (!IsOver(start) && !IsBad()) start -= step;
            (ends, wholeTo) = (new Instant(start + step), new Instant(start + step));
            wholeFrom = ends - (back > whole ? back : whole);
            begins = wholeFrom < since ? since : wholeFrom;
            InWindow = at => at >= begins && at < ends;
        }
        var groups = new List<(List<(Instant At, Sight Sight, Fraction Worth)> Slots, Func<long, long, long> Rhythm, long Patience, long Points)>();
        var looked = new List<bool>(); // whether each check was looked at often enough, whatever the slices say
        if (objective.Slice is not null)
            foreach (var (check, i) in checks)
            {
                var here = seen[i].Where(look => InWindow(look.At)).ToList();
                var until = new Instant(Math.Min(ends.Microseconds, now.Microseconds + 1 - (check.Timeout.Nanoseconds / 1000)));
                var silent = Math.Max(0, LookRhythm(i, begins.Microseconds, until.Microseconds) - here.Count(look => look.At < until));
                looked.Add(here.Count(look => look.Sight == Sight.Seen) >= promise.Coverage * (here.Count(look => look.Sight != Sight.Outside) + silent) && (objective.Parts is null || burn is not null || here.Exists(look => look.Sight == Sight.Seen)));
            }
        long LookRhythm(int i, long low, long high) => Stretches(promise, past, [i], low, high).Sum(stretch => Rhythm(stretch.From, stretch.To, stretch.Periods[0],
            byCheck[i].LastOrDefault(slot => slot.At.Microseconds < stretch.HoldsTo) is { } last && last.At.Microseconds >= stretch.HoldsFrom ? last.At.Microseconds : null));
        // Of one slice: the slots that nobody recorded, listed by the newest slot in it.
        long Silent(int i, long start, long end) => accounting.OwnOutage == GapAccount.Excluded ? 0 : Math.Max(0, Stretches(promise, past, [i], start, end).Sum(stretch =>
        {
            var (listed, period) = (0L, stretch.Periods[0]);
            if (byCheck[i].LastOrDefault(slot => slot.At.Microseconds >= stretch.From && slot.At.Microseconds < stretch.To) is not { } newest) return (stretch.To - stretch.From) / period;
            for (var at = newest.At.Microseconds; at >= stretch.From; at -= period) listed++;
            for (var at = newest.At.Microseconds + period; at < stretch.To; at += period) listed++;
            return listed;
        }) - byCheck[i].Count(slot => slot.At.Microseconds >= start && slot.At.Microseconds < end));
        if (objective.Slice is { } slice)
        {
            var length = slice.Nanoseconds / 1000;
            var slices = checks.SelectMany(x => seen[x.i].Select(look => (Start: (long)Math.Floor((decimal)look.At.Microseconds / length) * length, look.Sight, look.Holds, Points: points[x.i])))
                .GroupBy(x => x.Start).Where(group => InWindow(new Instant(group.Key)))
                .Select(group => (group.Key, Looks: group.ToList()))
                .Select(x => (x.Key, Value: OfSlice(objective, [.. x.Looks.Select(look => (look.Sight, look.Holds, look.Points)),
                    .. checks.SelectMany(check => Enumerable.Repeat((Sight.Assumed, accounting.OwnOutage == GapAccount.Good, points[check.i]), (int)Silent(check.i, x.Key, x.Key + length)))])))
                .Where(x => IsOver(x.Key) || (accounting == Accounting.Usual && objective.SliceRule.Count == SliceCount.Whole && x.Value is { Sight: Sight.Seen, Worth.Numerator.IsZero: true }))
                .Select(x => (new Instant(x.Key), x.Value.Sight, x.Value.Worth)).ToList();
            groups.Add((slices, (low, high) => Stretches(promise, past, [.. checks.Select(x => x.i)], low, high).Sum(stretch =>
            {
                var period = stretch.Periods.Min();
                return Rhythm(stretch.From, stretch.To, Math.Max(length, period), period > length ? null : 0);
            }), checks.Max(x => x.check.Timeout.Nanoseconds / 1000) + length, 1));
        }
        else
        {
            foreach (var (check, i) in checks)
                groups.Add(([.. seen[i].Where(look => InWindow(look.At)).Select(look => (look.At, look.Sight, look.Holds ? Fraction.Of(1) : Fraction.Zero))],
                    (low, high) => LookRhythm(i, low, high), check.Timeout.Nanoseconds / 1000, points[i]));
        }

        long counted = 0, due = 0, expected = 0, open = 0, out0 = 0, unseen = 0, badLooks = 0;
        var good = Fraction.Zero;
        var covered = looked.TrueForAll(enough => enough);
        foreach (var (slots, rhythm, patience, worth) in groups)
        {
            var evidence = slots.Count(s => s.Sight == Sight.Seen);
            var assumed = slots.Count(s => s.Sight == Sight.Assumed);
            var outside = slots.Count(s => s.Sight == Sight.Outside);
            var until = Math.Min(ends.Microseconds, now.Microseconds + 1 - patience);
            var silent = (int)Math.Max(0, rhythm(begins.Microseconds, until) - slots.Count(slot => slot.At.Microseconds < until));
            var dueHere = slots.Count + silent - outside;
            var holds = Math.Max(slots.Count + silent, rhythm(wholeFrom.Microseconds, wholeTo.Microseconds));
            foreach (var slot in slots.Where(s => s.Sight is Sight.Seen or Sight.Assumed)) good += slot.Worth * Fraction.Of(worth);
            badLooks += slots.Count(s => s.Sight is Sight.Seen or Sight.Assumed && s.Worth.Numerator.IsZero);
            if (accounting.OwnOutage != GapAccount.Excluded)
            {
                assumed += silent;
                if (accounting.OwnOutage == GapAccount.Good) good += Fraction.Of(silent * worth);
                else badLooks += silent;
            }
            counted += worth * (evidence + assumed);
            unseen += worth * assumed;
            out0 += worth * outside;
            due += worth * dueHere;
            expected += worth * holds;
            open += worth * (holds - outside - evidence - assumed);
            if (evidence < promise.Coverage * dueHere || (evidence == 0 && ((objective is { Parts: not null, Slice: null } && burn is null) || ((outside == 0 || assumed > 0) && holds > 0)))) covered = false;
        }
        var wanted = objective.Quantity.Source == QuantitySource.GoodLooks ? objective.Target.Amount : objective.Statistic.Kind == StatisticKind.Percentile ? objective.Statistic.Share : 1;
        var strict = objective.Quantity.Source == QuantitySource.GoodLooks && objective.Operator == Comparison.Greater;
        bool Satisfies(Fraction g, long n)
        {
            if (n <= 0) return false;
            var order = (g / Fraction.Of(n)).CompareTo(Fraction.Of(wanted));
            return strict ? order > 0 : order >= 0;
        }
        var outcome = counted == 0 ? out0 > 0 && due == 0 ? Outcome.NotInForce : Outcome.Unknown
            : !Satisfies(good + Fraction.Of(open), counted + open) ? Outcome.Broken
            : Satisfies(good, counted) && covered ? Outcome.Kept : Outcome.Unknown;
        return (new VerdictLine(objective.Text, outcome, "", (long)good.Floor, counted, due, expected, from, to, null)
        { Open = open, NotInForce = out0, IsCovered = covered, Sum = objective.Slice is not null && objective.SliceRule.Count == SliceCount.Mean ? good : null, Assumed = unseen }, badLooks);
    }

    /// <summary>Each alert: over each of its windows the objective is counted as if that were its own.</summary>
    public static List<AlertState> Alerts(Promise promise, Instant since, IReadOnlyList<(int Check, LookRecord Look)> records, Instant now, IReadOnlyList<PastRhythm>? past = null, bool isOfRegime = false)
    {
        var byCheck = promise.Checks.Select((_, i) => Slots(records.Where(r => r.Check == i && r.Look.Slot >= since).Select(r => r.Look)).Where(slot => slot.At <= now).ToList()).ToList();
        return [.. promise.Alerts.Select(alert => alert.Lines.Select(line => line.Tests.Select(Reached).Aggregate(Kleene.And)).Aggregate(Kleene.Or) switch
        {
            Truth.True => AlertState.Firing, Truth.False => AlertState.Quiet, _ => AlertState.Unknown,
        })];

        Truth Reached(BurnTest test)
        {
            var objective = promise.Keeps[test.Objective];
            var (line, badLooks) = Objective(promise, objective, byCheck, since, now, past ?? [], burn: test.Window);
            var wanted = objective.Statistic.Kind == StatisticKind.Percentile ? objective.Statistic.Share : objective.Target.Amount;
            var bad = Fraction.Of(line.Counted) - (line.Sum ?? Fraction.Of(line.Good));
            bool Burns(long of) => of > 0 && (bad / Fraction.Of(of)).CompareTo(Fraction.Of(test.Factor) * Fraction.Of(1 - wanted)) is var order && (test.IsStrict ? order > 0 : order >= 0);
            return line.Counted == 0 ? line.NotInForce > 0 && line.Due == 0 ? Truth.False : Truth.Unknown
                : Burns(line.Counted + line.Open) ? isOfRegime && objective.Slice is null && badLooks < promise.Checks.Max(check => check.Confirm.Count) ? Truth.Unknown : Truth.True
                : !Burns(line.Counted) && line.IsCovered ? Truth.False : Truth.Unknown;
        }
    }

    /// <summary>What each window of each alert holds, those of one objective and length once for each alert.</summary>
    public static List<BurnFigures> Burns(Promise promise, Instant since, IReadOnlyList<(int Check, LookRecord Look)> records, Instant now, IReadOnlyList<PastRhythm>? past = null)
    {
        var byCheck = promise.Checks.Select((_, i) => Slots(records.Where(r => r.Check == i && r.Look.Slot >= since).Select(r => r.Look)).Where(slot => slot.At <= now).ToList()).ToList();
        return [.. promise.Alerts.SelectMany(alert => alert.Lines.SelectMany(line => line.Tests).DistinctBy(test => (promise.Keeps[test.Objective].Text, test.Window))).Select(test =>
        {
            var objective = promise.Keeps[test.Objective];
            var (line, _) = Objective(promise, objective, byCheck, since, now, past ?? [], burn: test.Window);
            return new BurnFigures(objective.Text, test.Window, Fraction.Of(line.Counted) - (line.Sum ?? Fraction.Of(line.Good)), line.Counted, line.Open);
        })];
    }

    /// <summary>How often what is confirmed of a check turned within its window of flapping.</summary>
    public static int Changes(Promise promise, int check, Instant since, IReadOnlyList<(int Check, LookRecord Look)> records, Instant now)
    {
        var looked = promise.Checks[check];
        var evidence = Slots(records.Where(r => r.Check == check && r.Look.Slot >= since).Select(r => r.Look)).Where(slot => slot.At <= now && slot.IsEvidence).ToList();
        var window = Math.Max(3600, looked.Every.Nanoseconds / Duration.PerSecond * 60);
        var (state, changes) = (Truth.Unknown, 0);
        for (var i = 0; i < evidence.Count; i++)
        {
            var last = evidence.Take(i + 1).TakeLast(looked.Confirm.Of).ToList();
            var next = last.Count(slot => slot.Class == LookClass.Bad) >= looked.Confirm.Count ? Truth.False : last.Count(slot => slot.Class == LookClass.Good) >= looked.Confirm.Count || (state == Truth.Unknown && evidence[i].Class == LookClass.Good) ? Truth.True : state;
            if (state != Truth.Unknown && next != state && evidence[i].At > now - Duration.Seconds(window)) changes++;
            state = next;
        }
        return changes;
    }

    private enum Sight { Missing, Seen, Assumed, Outside }

    /// <summary>Looks of a check as its accounting takes them.</summary>
    private static List<(Instant At, Sight Sight, bool Holds)> Accounted(Promise promise, Check check, List<Slot> slots, Func<Slot, bool> holds)
    {
        var evidence = slots.Where(slot => slot.IsEvidence).ToList();
        return [.. slots.Select(slot =>
        {
            if (slot.IsEvidence)
            {
                if (slot.Class != LookClass.Bad || promise.Accounting.Retries == RetryAccount.Each) return (slot.At, Sight.Seen, holds(slot));
                // every stretch of `Of` looks that holds it, from the whole history
                var place = evidence.IndexOf(slot);
                var stretches = Enumerable.Range(0, evidence.Count).Where(start => start <= place && place < start + check.Confirm.Of).Select(start => evidence.Skip(start).Take(check.Confirm.Of).ToList());
                if (stretches.Any(stretch => stretch.Count(look => look.Class == LookClass.Bad) >= check.Confirm.Count)) return (slot.At, Sight.Seen, holds(slot));
                return (slot.At, evidence.Count - place - 1 >= check.Confirm.Of - 1 ? Sight.Outside : Sight.Missing, false);
            }
            if (slot.Class == LookClass.NotInForce) return (slot.At, Sight.Outside, false);
            var accounts = slot.Class == LookClass.ConditionUnknown ? [promise.Accounting.Gaps] : slot.Gaps.Select(promise.Accounting.Of).ToList();
            return accounts.Contains(GapAccount.Bad) ? (slot.At, Sight.Assumed, false) : accounts.Contains(GapAccount.Excluded) ? (slot.At, Sight.Missing, false) : (slot.At, Sight.Assumed, true);
        })];
    }

    private static bool Names(Objective objective, string check) => objective.Parts is { } parts ? parts.Each.Any(part => part.Check == check) : objective.OfCheck is null || objective.OfCheck == check;

    /// <summary>Points of a look: its weight over the largest weight that goes a whole number of times into all of them, found by trying.</summary>
    private static long Points(Objective objective, string check)
    {
        if (objective.Parts is not { } parts) return 1;
        var unit = Enumerable.Range(1, (int)(parts.Each.Min(part => part.Weight) * 100)).Select(hundredths => hundredths / 100m).Where(size => parts.Each.All(part => part.Weight % size == 0)).Max();
        return (long)(parts.Each.Single(part => part.Check == check).Weight / unit);
    }

    private static (Sight Sight, Fraction Worth) OfSlice(Objective objective, List<(Sight Sight, bool Holds, long Points)> looks)
    {
        var counted = looks.Where(look => look.Sight is Sight.Seen or Sight.Assumed).ToList();
        if (counted.Count == 0) return (looks.Any(look => look.Sight == Sight.Outside) ? Sight.Outside : Sight.Missing, Fraction.Zero);
        var share = new Fraction(counted.Where(look => look.Holds).Sum(look => look.Points), counted.Sum(look => look.Points));
        var worth = objective.SliceRule.Count switch
        {
            SliceCount.Mean => share,
            SliceCount.AtLeast => share.CompareTo(Fraction.Of(objective.SliceRule.Share)) >= 0 ? Fraction.Of(1) : Fraction.Zero,
            _ => share.CompareTo(Fraction.Of(1)) == 0 ? Fraction.Of(1) : Fraction.Zero,
        };
        return (counted.Any(look => look.Sight == Sight.Seen) ? Sight.Seen : Sight.Assumed, worth);
    }

    private sealed record Stretch(long From, long To, long HoldsFrom, long HoldsTo, long[] Periods);

    /// <summary>[low, high) cut wherever one of the checks changed its rhythm, with the period of each check there.</summary>
    private static IEnumerable<Stretch> Stretches(Promise promise, IReadOnlyList<PastRhythm> past, int[] checks, long low, long high)
    {
        long[] cuts = [long.MinValue, .. past.Where(one => checks.Contains(one.Check)).Select(one => one.Until.Microseconds).Distinct().Order(), long.MaxValue];
        for (var i = 0; i + 1 < cuts.Length; i++)
        {
            var periods = checks.Select(check => (past.Where(one => one.Check == check && one.Until.Microseconds >= cuts[i + 1]).OrderBy(one => one.Until).Select(one => (Duration?)one.Every).FirstOrDefault()
                ?? promise.Checks[check].Every).Nanoseconds / 1000).ToArray();
            if (Math.Max(low, cuts[i]) < Math.Min(high, cuts[i + 1])) yield return new Stretch(Math.Max(low, cuts[i]), Math.Min(high, cuts[i + 1]), cuts[i], cuts[i + 1], periods);
        }
    }

    /// <summary>Slots of a rhythm in a stretch: stepped through from its first one, or as many as surely fit.</summary>
    private static long Rhythm(long from, long to, long period, long? phase)
    {
        if (to <= from) return 0;
        if (phase is not { } known) return (to - from) / period;
        var first = known + ((long)Math.Ceiling((from - known) / (decimal)period) * period);
        return first >= to ? 0 : (long)Math.Ceiling((to - first) / (decimal)period);
    }

    private static bool Holds(Objective objective, Check check, Slot slot) => slot.Evidence.Count > 0 && slot.Evidence.All(look =>
    {
        if (objective.Quantity.Source == QuantitySource.GoodLooks) return look.Class == LookClass.Good;
        if (objective.Quantity.Source == QuantitySource.LookTime && look.Failure != TargetFailure.None) return false;
        decimal? figure = objective.Quantity.Source == QuantitySource.LookTime ? look.Phases.Total
            : look.Measured.Length == 0 ? null : look.Measured[check.Measures.Select((m, i) => (m, i)).First(x => x.m.Quantity.Name == objective.Quantity.Name).i];
        return figure is { } value && objective.Operator switch
        {
            Comparison.LessOrEqual => value <= objective.Target.Amount,
            Comparison.Less => value < objective.Target.Amount,
            Comparison.GreaterOrEqual => value >= objective.Target.Amount,
            _ => value > objective.Target.Amount,
        };
    });
}
