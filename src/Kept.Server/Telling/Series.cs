using Kept.Ledger;
using Kept.Model;

namespace Kept.Server;

/// <summary>One drawn point: a look, or the slowest of several that share its stretch of time, with what the others were.</summary>
/// <param name="At">Event time of the look that stands for them.</param>
/// <param name="Look">That look: the slowest, and before it any that failed.</param>
public sealed record Point(Instant At, LookRecord Look, int Good, int Bad, int NotInForce);

/// <summary>Looks of one check over a time, reduced to so many points. Nothing is averaged: a point is a look that happened.</summary>
/// <param name="From">Since when all looks are in it: later than was asked for where there were more than <see cref="MostLooks"/>.</param>
public sealed record Series(Instant From, Instant To, Duration Step, IReadOnlyList<Point> Points, IReadOnlyList<(Instant From, Instant To)> Gaps, int Looks)
{
    /// <summary>Of more looks the newest are told; reading on would only take time.</summary>
    public const int MostLooks = 200_000;

    /// <summary>So many are held at once, whatever is asked for.</summary>
    internal const int AtOnce = 4_096;

    /// <summary>The slot of the oldest look in it, null where there is none.</summary>
    public Instant? Oldest { get; init; }

    /// <summary>Reads from the newest look back, some at a time, so that memory does not grow with the time that is asked for.</summary>
    public static Series Read(ILedger ledger, int series, Duration every, Instant from, Instant to, int points)
    {
        var reduction = new Reduction(every, from, to, points);
        var (upTo, stretch) = (to, every * AtOnce);
        while (upTo > from && reduction.Looks < MostLooks)
        {
            var low = upTo - stretch > from ? upTo - stretch : from;
            var most = Math.Min(AtOnce, MostLooks - reduction.Looks);
            var looks = ledger.Looks(series, low, upTo, most);
            for (var i = looks.Count - 1; i >= 0; i--) reduction.Add(looks[i]);
            // as many as were asked for: there may be more before them
            upTo = looks.Count == most ? looks[0].Slot : low;
            stretch = looks.Count == 0 ? stretch * 2 : every * AtOnce; // through a long time of nothing with long strides
        }
        return reduction.Made(upTo > from ? upTo : from);
    }

    /// <param name="looks">Oldest first.</param>
    /// <param name="every">The period of the check.</param>
    /// <param name="from">The first moment.</param>
    /// <param name="to">The moment after the last.</param>
    /// <param name="points">At most so many.</param>
    public static Series Of(IReadOnlyList<LookRecord> looks, Duration every, Instant from, Instant to, int points)
    {
        var reduction = new Reduction(every, from, to, points);
        for (var i = looks.Count - 1; i >= 0; i--) reduction.Add(looks[i]);
        return reduction.Made(from);
    }

    /// <summary>Takes looks one by one, the newest first, and keeps what is drawn of them.</summary>
    private sealed class Reduction(Duration every, Instant from, Instant to, int points)
    {
        private readonly Duration _step = new(Math.Max(every.Nanoseconds, (to - from).Nanoseconds / Math.Max(1, points)));
        private readonly List<Point> _drawn = [];
        private readonly List<(Instant From, Instant To)> _gaps = [];
        private long _bucket = long.MaxValue;
        private LookRecord? _shown;
        private int _good, _bad, _idle;
        private Instant? _covered, _oldest;

        public int Looks { get; private set; }

        public void Add(LookRecord look)
        {
            Looks++;
            _oldest = look.Slot;
            var bucket = (look.Slot.Microseconds - from.Microseconds) / Math.Max(1, _step.Nanoseconds / 1000);
            if (bucket != _bucket) Draw();
            _bucket = bucket;
            if (look.Class is LookClass.Gap or LookClass.ConditionUnknown)
            {
                var end = look.Slot + every;
                if (_gaps.Count > 0 && end >= _gaps[^1].From) _gaps[^1] = (look.Slot, _gaps[^1].To > end ? _gaps[^1].To : end);
                else _gaps.Add((look.Slot, end));
                return;
            }
            // a hole between two looks that nobody recorded is a gap as well
            if (_covered is { } after && (after - look.Slot).Nanoseconds > every.Nanoseconds * 5 / 2 && (_gaps.Count == 0 || _gaps[^1].From >= after))
                _gaps.Add((look.Slot + every, after));
            _covered = look.Slot;
            if (look.Class == LookClass.Good) _good++;
            else if (look.Class == LookClass.Bad) _bad++;
            else _idle++;
            if (_shown is null || Weight(look) >= Weight(_shown)) _shown = look;
        }

        public Series Made(Instant since)
        {
            Draw();
            _drawn.Reverse();
            _gaps.Reverse();
            return new Series(since, to, _step, _drawn, _gaps, Looks) { Oldest = _oldest };
        }

        private void Draw()
        {
            if (_shown is not null) _drawn.Add(new Point(_shown.Slot, _shown, _good, _bad, _idle));
            (_shown, _good, _bad, _idle) = (null, 0, 0, 0);
        }
    }

    private static long Weight(LookRecord look) => look.Phases.Total < 0 ? look.Class == LookClass.Bad ? long.MaxValue : -1 : look.Phases.Total;
}
