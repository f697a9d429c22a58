using Kept.Model;

namespace Kept.Judging;

/// <summary>Says to which regime of its promise a look belongs, at its event time. Pure.</summary>
public static class RegimeJudge
{
    /// <summary>
    /// The place of the regime among those that the promise names; their number for <see cref="Regime.Other"/>; null where nobody knows. The conditions are asked in order and
    /// the first that is true takes the look; one that is unknown before any was true leaves the regime unknown, for it may be that one.
    /// </summary>
    /// <param name="promise">It names regimes.</param>
    /// <param name="check">What was looked at.</param>
    /// <param name="seen">What was seen.</param>
    /// <param name="figures">Those of the check's measures, in order.</param>
    /// <param name="around">What was known besides at the event time.</param>
    /// <param name="at">The event time.</param>
    public static long? Of(Promise promise, Check check, Observation seen, IReadOnlyList<long?> figures, Surroundings around, Instant at)
    {
        var known = around with
        {
            FigureOf = asked => asked.Figure is null ? FigureOf(check, figures, asked.Name) : around.FigureOf?.Invoke(asked),
            // A load that the promise's own checks measure is that one: where it is missing, no other stands in for it.
            Load = promise.Checks.Any(one => PlaceOf(one, "load") >= 0) ? null : around.Load,
        };
        for (var i = 0; i < promise.Regimes.Length; i++)
        {
            var when = promise.Regimes[i].When;
            // Nothing was seen, so that something was not there says nothing.
            if (seen.Reach != Reach.Answered && when.SelfAndDescendants().Any(node => node is Expression.Has)) return null;
            var scene = new Scene { Observation = seen, Around = known, At = at };
            switch (Evaluation.Of(when, ref scene))
            {
                case Truth.True: return i;
                case Truth.Unknown: return null;
            }
        }
        return promise.Regimes.Length;
    }

    /// <summary>The figure of a quantity on a record; null where the check does not measure it, or it was not seen.</summary>
    public static Quantity? FigureOf(Check check, IReadOnlyList<long?> figures, string quantity)
    {
        var place = PlaceOf(check, quantity);
        return place >= 0 && place < figures.Count && figures[place] is { } figure ? RecordUnits.Read(figure, check.Measures[place].Quantity.Dimension) : null;
    }

    private static int PlaceOf(Check check, string quantity)
    {
        if (check.Measures.IsDefault) return -1;
        for (var i = 0; i < check.Measures.Length; i++)
            if (check.Measures[i].Quantity.Name == quantity)
                return i;
        return -1;
    }
}
