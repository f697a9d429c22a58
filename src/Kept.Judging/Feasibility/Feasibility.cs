using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Judging;

/// <summary>What an objective asks for, known before anything was looked at.</summary>
/// <param name="Objective">The objective.</param>
/// <param name="Unit"><c>look</c>, <c>slice</c>, or <c>point</c> where looks have weights.</param>
/// <param name="Holds">How many of them the whole window holds; of a calendar's, its shortest.</param>
/// <param name="Each">The time that one stands for.</param>
/// <param name="Bears">How many bad ones it bears; null where it has no budget: then one breaks it, or nothing can be said.</param>
/// <param name="BudgetTime">The same as time.</param>
/// <param name="NeededForKept">How many must be seen before it can be kept.</param>
/// <param name="NeededForConfidence">How many good ones, without a bad one, it takes to say kept with the promise's confidence; null where none is written.</param>
/// <param name="HoldsAtMost">How many its longest window holds: a month has 28 to 31 days, and days of a clock change are longer or shorter.</param>
public sealed record ObjectiveFeasibility(Objective Objective, string Unit, long Holds, Duration Each, long? Bears, Duration BudgetTime, long NeededForKept, long? NeededForConfidence, long HoldsAtMost)
{
    /// <summary>The most that one look or slice counts: one, unless looks have weights.</summary>
    public long Heaviest { get; init; } = 1;

    /// <summary>One bad one breaks it; where looks have weights, one of the heaviest part.</summary>
    public bool BreaksByOne => Bears is not { } bears || bears < Heaviest;

    /// <summary>How long everything fails until it is broken.</summary>
    public required Duration UntilBroken { get; init; }

    /// <summary>No window can hold as many as the confidence needs: it would stay unknown for ever.</summary>
    public bool CanNeverBeConfirmed => NeededForConfidence > HoldsAtMost;

    /// <summary>The shorter ones of its windows cannot: a February stays unknown where a July is kept.</summary>
    public bool CanSometimesNotBeConfirmed => NeededForConfidence > Holds && !CanNeverBeConfirmed;
}

/// <summary>One window of a line of an alert.</summary>
/// <param name="Test">The test.</param>
/// <param name="Holds">How many looks or slices its window holds.</param>
/// <param name="Needed">How many of them must be bad.</param>
public sealed record BurnWindow(BurnTest Test, long Holds, long Needed);

/// <summary>What one line of an alert can do.</summary>
/// <param name="Alert">The alert's name.</param>
/// <param name="Line">The line.</param>
/// <param name="Unit"><c>look</c>, <c>slice</c>, or <c>point</c> where looks have weights.</param>
/// <param name="Each">The time that one stands for.</param>
/// <param name="Windows">Each of its windows.</param>
/// <param name="CanFire">False where even a window in which everything fails does not reach it.</param>
/// <param name="Soonest">How long everything fails until it fires at the soonest, counted from the first failure that is seen.</param>
/// <param name="Latest">How long at most, counted from the moment at which everything begins to fail, which may lie just after a look.</param>
/// <param name="Confirmations">So many failures it takes before one of them counts: more than one where only confirmed ones do.</param>
/// <param name="Noise">The share of bad looks or slices that the probability is for; where only confirmed looks count, of looks before they are confirmed. Null where none is known.</param>
/// <param name="FalsePage">The probability that it fires at one moment although nothing but that noise happens; null where none is known, or it takes too long to say.</param>
public sealed record BurnFeasibility(
    string Alert, BurnLine Line, string Unit, Duration Each, ImmutableArray<BurnWindow> Windows, bool CanFire, Duration Soonest, Duration Latest, int Confirmations, Fraction? Noise, Fraction? FalsePage)
{
    /// <summary>So many failures it takes: of each window as many as it needs, and shorter windows lie inside longer ones.</summary>
    public long Needed => Math.Max(Windows.Max(window => window.Needed), Confirmations);

    /// <summary>The most that one look or slice counts: one, unless looks have weights.</summary>
    public long Heaviest { get; init; } = 1;

    /// <summary>A single bad look fires it.</summary>
    public bool FiresOnOne => CanFire && Confirmations <= 1 && Needed <= Heaviest;

    /// <summary>The probability is an upper bound: of looks that must be confirmed fewer count than are bad.</summary>
    public bool IsAtMost => Confirmations > 1;
}

/// <summary>What can be said of objectives and alerts from the document alone: whether they can be met, broken, fire, and by how much noise. Pure and exact.</summary>
public static class Feasibility
{
    /// <summary>Each objective that looks can decide.</summary>
    public static ImmutableArray<ObjectiveFeasibility> OfObjectives(Promise promise) =>
        [.. new FoldPlan(promise).Objectives.Where(plan => plan.Undecidable is null).Select(plan => Of(promise, plan))];

    /// <summary>Each line of each alert.</summary>
    /// <param name="noise">The share of bad looks or slices that passes for usual, of an objective by its place; null where nobody knows.</param>
    public static ImmutableArray<BurnFeasibility> OfAlerts(Promise promise, Func<int, Fraction?>? noise = null)
    {
        if (promise.Alerts.IsDefaultOrEmpty) return [];
        var plans = new FoldPlan(promise).Objectives;
        return [.. promise.Alerts.SelectMany(alert => alert.Lines, (alert, line) => (alert, line))
            .Where(one => one.line.Tests.All(test => plans[test.Objective] is { Undecidable: null, Share.Allowed: not null }))
            .Select(one => Of(promise, one.alert, one.line, plans, noise))];
    }

    private static ObjectiveFeasibility Of(Promise promise, ObjectivePlan plan)
    {
        var (length, longest) = CalendarClock.LengthsOf(plan.Objective.Window);
        var holds = Holds(promise, plan, length);
        var allowed = plan.Share.Allowed is { } share ? share * Fraction.Of(holds) : null;
        var bears = allowed is null ? (long?)null : Bears(plan, holds);
        var confidence = promise.Confidence is not { } level || plan.Share.Level is not (> 0 and < 1) || !plan.Share.WantsMany ? null
            : IsInPoints(plan) ? NeededPoints(promise, plan, length, holds, level)
            : ConfidenceBound.Needed(plan.Share, 0, 0, plan.IsMean ? ConfidenceBound.OfShares(level) : level);
        return new ObjectiveFeasibility(plan.Objective, Unit(plan), holds, Each(length, holds), bears, allowed is null ? default : new Duration((long)(allowed * new Fraction(length.Nanoseconds, Math.Max(1, holds))).Floor),
            (long)(Fraction.Of(promise.Coverage) * Fraction.Of(holds)).Ceiling, confidence, Holds(promise, plan, longest))
        { Heaviest = HeaviestOf(plan), UntilBroken = IsInPoints(plan) ? UntilPoints(promise, plan, (bears ?? 0) + 1, length) : Each(length, holds) * ((bears ?? 0) + 1) };
    }

    /// <summary>How long everything fails, from a moment at which all parts are looked at, until so many points are bad.</summary>
    private static Duration UntilPoints(Promise promise, ObjectivePlan plan, long points, Duration length)
    {
        long Bad(long time) => plan.Tracks.Sum(counted => counted.Weight * ((time / Math.Max(1, promise.Checks[counted.Track].Every.Nanoseconds)) + 1));
        var (low, high) = (0L, length.Nanoseconds);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (Bad(middle) >= points) high = middle;
            else low = middle + 1;
        }
        return new Duration(low);
    }

    /// <summary>Looks that count unlike are told in points; slices count alike whatever is in them.</summary>
    private static bool IsInPoints(ObjectivePlan plan) => plan.IsWeighted && plan.SliceTrack < 0;

    private static long HeaviestOf(ObjectivePlan plan) => IsInPoints(plan) ? plan.Heaviest : 1;

    /// <summary>The points of as many good looks, in the proportion of their rhythms, as say kept with that confidence.</summary>
    private static long? NeededPoints(Promise promise, ObjectivePlan plan, Duration length, long holds, decimal confidence)
    {
        var looks = Math.Max(1, plan.Tracks.Sum(counted => length.Nanoseconds / promise.Checks[counted.Track].Every.Nanoseconds));
        return ConfidenceBound.NeededOfPoints(plan.Share, holds, looks, plan.Heaviest, confidence) is { } needed ? (long)(new Fraction(holds, looks) * Fraction.Of(needed)).Ceiling : null;
    }

    /// <summary>The most bad ones of so many with which it still holds.</summary>
    private static long Bears(ObjectivePlan plan, long holds)
    {
        var most = (long)(plan.Share.Allowed! * Fraction.Of(holds)).Floor;
        return plan.Share.Holds(holds - most, holds) ? most : most - 1; // `>` bears one less where the budget is a whole number
    }

    private static BurnFeasibility Of(Promise promise, Alert alert, BurnLine line, ImmutableArray<ObjectivePlan> plans, Func<int, Fraction?>? noise)
    {
        var windows = ImmutableArray.CreateBuilder<BurnWindow>(line.Tests.Length);
        var (canFire, confirmations) = (true, 1);
        Duration soonest = default, latest = default;
        foreach (var test in line.Tests)
        {
            var plan = plans[test.Objective];
            var rule = BurnRule.Of(test, plan.Share.Allowed!);
            var holds = Math.Max(1, Holds(promise, plan, test.Window));
            var needed = rule.Needed(holds);
            windows.Add(new BurnWindow(test, holds, needed));
            canFire &= rule.CanBeReached;
            if (!rule.CanBeReached) continue;
            var pace = new Pace(promise, plan);
            confirmations = Math.Max(confirmations, pace.Confirmations);
            if (pace.Soonest(needed, holds, rule) is var early && early > soonest) soonest = early;
            // A window that is no multiple of the period holds now one look more, and may then need one more.
            var most = plan.SliceTrack >= 0 ? holds : plan.Tracks.Sum(counted => counted.Weight * ((test.Window.Nanoseconds + promise.Checks[counted.Track].Every.Nanoseconds - 1) / promise.Checks[counted.Track].Every.Nanoseconds));
            if (pace.Latest(rule.Needed(most), most, rule, plan.IsRecounted && promise.Accounting.OwnOutage != GapAccount.Excluded ? PatienceOf(promise, plan) : 0) is var late && late > latest) latest = late;
        }
        var first = plans[line.Tests[0].Objective];
        var isOne = line.Tests.All(test => test.Objective == line.Tests[0].Objective); // over one stream of looks the windows lie in each other
        var usual = isOne && canFire && (confirmations == 1 || first.SliceTrack < 0 && !IsInPoints(first)) ? noise?.Invoke(line.Tests[0].Objective) : null;
        // Looks are confirmed by those before them too, so that many bad ones there must be in a stretch that is longer by these: it bounds the probability, and with it chance.
        var before = first.Tracks.Sum(counted => (long)promise.Checks[counted.Track].Confirm.Of - 1);
        var tail = usual is null ? null
            : IsInPoints(first) ? BinomialTail.OfPoints([.. first.Tracks.Select(counted => counted.Weight)], windows.Select(window => (first.Tracks.Select(counted => window.Test.Window.Nanoseconds / promise.Checks[counted.Track].Every.Nanoseconds).ToArray(), window.Needed)), usual)
            : BinomialTail.Of(windows.SelectMany(window => confirmations == 1 ? [(window.Holds, window.Needed)] : ((long, long)[])[(window.Holds, window.Needed), (window.Holds + before, Math.Max(window.Needed, confirmations))]), usual);
        var length = CalendarClock.LengthsOf(first.Objective.Window).Shortest;
        return new BurnFeasibility(alert.Name, line, Unit(first), Each(length, Holds(promise, first, length)), windows.MoveToImmutable(), canFire, soonest, latest, confirmations, usual, tail) { Heaviest = HeaviestOf(first) };
    }

    private static long PatienceOf(Promise promise, ObjectivePlan plan) => plan.Tracks.Max(counted => PromiseFold.PatienceOf(promise.Checks[counted.Track]));

    private static string Unit(ObjectivePlan plan) => plan.Objective.Unit;

    private static Duration Each(Duration length, long holds) => length / Math.Max(1, holds);

    /// <summary>How many looks, slices or points lie in a stretch of that length.</summary>
    private static long Holds(Promise promise, ObjectivePlan plan, Duration length)
    {
        var periods = plan.Tracks.Select(counted => (Length: promise.Checks[counted.Track].Every.Nanoseconds, counted.Weight));
        return plan.Objective.Slice is { } slice ? length.Nanoseconds / Math.Max(slice.Nanoseconds, periods.Min(period => period.Length)) : periods.Sum(period => period.Weight * (length.Nanoseconds / period.Length));
    }
}
