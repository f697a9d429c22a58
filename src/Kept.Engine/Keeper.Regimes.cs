using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Kept.Engine.Promises;
using Kept.Engine.Schedule;
using Kept.Judging;
using Kept.Model;

namespace Kept.Engine;

/// <summary>Regimes: told once, when the look is kept, and written behind its figures, so that whoever reads the record knows; and behind them our own load, where it decides.</summary>
internal sealed partial class Keeper
{
    /// <summary>Nothing stands behind the figures of its looks.</summary>
    private static bool IsPlain(ScheduledCheck check) => check.Owner.Promise.Regimes.IsEmpty && !IsByOwnLoad(check);

    private static bool IsByOwnLoad(ScheduledCheck check) => OwnLoad.Decides(check.Owner.Terms.Agent.Load, check.Owner.Promise);

    private ImmutableArray<long?> WithRegime(ScheduledCheck check, Instant slot, JudgedLook judged, Observation seen, Surroundings? around)
    {
        var isByOwnLoad = IsByOwnLoad(check);
        var figures = new long?[Regime.PlaceIn(check.Check) + (isByOwnLoad ? 2 : 1)];
        try
        {
            around ??= AroundOf(check.Owner, isPast: false, check);
            if (!judged.Measured.IsDefault) judged.Measured.CopyTo(figures);
            if (isByOwnLoad) figures[OwnLoad.PlaceIn(check.Check)] = (long?)around.Load?.Amount;
            if (!check.Owner.Promise.Regimes.IsEmpty)
                figures[Regime.PlaceIn(check.Check)] = RegimeJudge.Of(check.Owner.Promise, check.Check, seen, judged.Measured.IsDefault ? [] : judged.Measured, around, slot);
        }
        catch (Exception fault)
        {
            Faulted(fault, $"the regime of a look of {check.Owner.Name}");
        }
        return ImmutableCollectionsMarshal.AsImmutableArray(figures);
    }

    /// <summary>
    /// What regimes of a promise may ask for besides a look, as it is now and stays: other promises go on while the look is under way. Of the past nothing is known but calendars.
    /// </summary>
    private Surroundings AroundOf(TrackedPromise promise, bool isPast, ScheduledCheck? check = null)
    {
        var around = SurroundingsOf(promise, isPast, check);
        if (isPast) return around;
        var outcomes = new Dictionary<PromiseName, Outcome>();
        var figures = new Dictionary<string, Quantity?>(StringComparer.Ordinal);
        foreach (var regime in promise.Promise.Regimes)
        {
            foreach (var holds in regime.When.SelfAndDescendants().OfType<Expression.PromiseHolds>()) outcomes[holds.Name] = OutcomeOf(holds.Name);
            foreach (var asked in regime.When.Asked)
                if (asked.Figure is { } figure) figures[asked.Name] = FigureOf(figure.Quantity, figure.Promise);
        }
        return around with { OutcomeOf = name => outcomes.GetValueOrDefault(name), FigureOf = asked => figures.GetValueOrDefault(asked.Name) };
    }

    /// <summary>The newest figure that the checks of a promise measured; null where the newest look did not see it, or is older than two missed ones.</summary>
    private Quantity? FigureOf(string quantity, PromiseName name)
    {
        if (Find(name) is not { } promise) return null;
        ScheduledCheck? newest = null;
        foreach (var check in promise.Checks)
            if (check.Last is { } last && check.Check.Measures.Any(measure => measure.Quantity.Name == quantity) && (newest is null || last.Slot > newest.Last!.Slot))
                newest = check;
        if (newest is not { Last: { Class: LookClass.Good or LookClass.Bad } look } || _now - look.Slot > (newest.Check.Every * 2) + newest.Check.Timeout) return null;
        return RegimeJudge.FigureOf(newest.Check, look.Measured, quantity);
    }
}
