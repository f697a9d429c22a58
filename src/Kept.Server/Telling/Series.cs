using Kept.Ledger;
using Kept.Model;

namespace Kept.Server;

/// <summary>One drawn point: a look, or the slowest of several that share its stretch of time, with what the others were.</summary>
/// <param name="At">Event time of the look that stands for them.</param>
/// <param name="Look">That look: the slowest, and before it any that failed.</param>
public sealed record Point(Instant At, LookRecord Look, int Good, int Bad, int NotInForce);

/// <summary>Looks of one check over a time, reduced to so many points. Nothing is averaged: a point is a look that happened.</summary>
public sealed record Series(Instant From, Instant To, Duration Step, IReadOnlyList<Point> Points, IReadOnlyList<(Instant From, Instant To)> Gaps, int Looks)
{
    public static Series Read(ILedger ledger, int series, Duration every, Instant from, Instant to, int points) => Of(ledger.Looks(series, from, to, 200_000), every, from, to, points);

    public static Series Of(IReadOnlyList<LookRecord> looks, Duration every, Instant from, Instant to, int points)
    {
        var step = new Duration(Math.Max(every.Nanoseconds, (to - from).Nanoseconds / Math.Max(1, points)));
        var drawn = new List<Point>();
        var gaps = new List<(Instant, Instant)>();
        Instant? covered = null;
        for (var i = 0; i < looks.Count;)
        {
            var bucket = (looks[i].Slot.Microseconds - from.Microseconds) / Math.Max(1, step.Nanoseconds / 1000);
            LookRecord? shown = null;
            int good = 0, bad = 0, idle = 0;
            for (; i < looks.Count && (looks[i].Slot.Microseconds - from.Microseconds) / Math.Max(1, step.Nanoseconds / 1000) == bucket; i++)
            {
                var look = looks[i];
                if (look.Class is LookClass.Gap or LookClass.ConditionUnknown)
                {
                    var end = look.Slot + every;
                    if (gaps.Count > 0 && look.Slot <= gaps[^1].Item2) gaps[^1] = (gaps[^1].Item1, end);
                    else gaps.Add((look.Slot, end));
                    continue;
                }
                // a hole between two looks that nobody recorded is a gap as well
                if (covered is { } before && (look.Slot - before).Nanoseconds > every.Nanoseconds * 5 / 2 && (gaps.Count == 0 || gaps[^1].Item2 <= before + every))
                    gaps.Add((before + every, look.Slot));
                covered = look.Slot;
                if (look.Class == LookClass.Good) good++;
                else if (look.Class == LookClass.Bad) bad++;
                else idle++;
                if (shown is null || Weight(look) > Weight(shown)) shown = look;
            }
            if (shown is not null) drawn.Add(new Point(shown.Slot, shown, good, bad, idle));
        }
        return new Series(from, to, step, drawn, gaps, looks.Count);
    }

    private static long Weight(LookRecord look) => look.Phases.Total < 0 ? look.Class == LookClass.Bad ? long.MaxValue : -1 : look.Phases.Total;
}
