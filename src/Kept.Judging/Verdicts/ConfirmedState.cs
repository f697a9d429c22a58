using Kept.Model;

namespace Kept.Judging;

/// <summary>
/// Whether the looks of one check are confirmed good or bad. At each look the last <c>Of</c> in-force looks decide: bad when at least <c>Count</c> of them
/// are bad, otherwise good when at least <c>Count</c> are good, otherwise as before. Before anything was confirmed one good look suffices for good.
/// So the state is that of the newest look at which something was decided, which is found by walking back, whatever order the looks came in. Looks on the far side of a
/// hole in which nothing was known any more confirm nothing: what begins after it is confirmed anew.
/// </summary>
/// <param name="State">True: good; false: bad; unknown: not confirmed.</param>
/// <param name="Bad">Bad ones of the newest <paramref name="Seen"/>.</param>
/// <param name="Seen">How many looks were at hand, at most <c>Of</c>.</param>
internal readonly record struct ConfirmedState(Truth State, int Bad, int Seen)
{
    /// <summary>How far back a decision is looked for. A target that flaps so evenly that this many looks decide nothing is unknown.</summary>
    public const int FarthestLook = 4096;

    /// <param name="hole">So much time between two looks, in microseconds, is a hole.</param>
    /// <param name="isOfRegime">What is out of force was in another regime, and nothing was seen of this one meanwhile: no bridge over a hole.</param>
    public static ConfirmedState Of(Track track, long atMost, Confirmation confirm, long hole, bool isOfRegime = false)
    {
        var of = Math.Clamp(confirm.Of, 1, FarthestLook);
        var count = Math.Clamp(confirm.Count, 1, of);
        Span<bool> few = stackalloc bool[16];
        var newest = of <= few.Length ? few[..of] : new bool[of];
        var seen = Collect(track, atMost, newest, hole, isOfRegime);
        newest = newest[..seen];
        var bad = newest.Count(false);
        var decided = Decide(bad, seen, count);
        if (decided != Truth.Unknown) return new ConfirmedState(decided, bad, seen);
        var state = seen < of ? AnyGood(newest) : WalkBack(track, atMost, of, count, hole, isOfRegime);
        return new ConfirmedState(state, bad, seen);
    }

    private static Truth Decide(int bad, int seen, int count) => bad >= count ? Truth.False : seen - bad >= count ? Truth.True : Truth.Unknown;

    private static Truth AnyGood(ReadOnlySpan<bool> looks) => looks.Contains(true) ? Truth.True : Truth.Unknown;

    private static Truth WalkBack(Track track, long atMost, int of, int count, long hole, bool isOfRegime)
    {
        var looks = new bool[FarthestLook];
        var seen = Collect(track, atMost, looks, hole, isOfRegime);
        var bad = looks.AsSpan(0, Math.Min(of, seen)).Count(false);
        for (var end = 0; end < seen; end++)
        {
            var decided = Decide(bad, Math.Min(of, seen - end), count);
            if (decided != Truth.Unknown) return decided;
            if (!looks[end]) bad--;
            if (end + of < seen && !looks[end + of]) bad++;
        }
        return seen < FarthestLook ? AnyGood(looks.AsSpan(0, seen)) : Truth.Unknown;
    }

    /// <summary>The newest looks that are evidence, newest first; true is good.</summary>
    private static int Collect(Track track, long atMost, Span<bool> looks, long hole, bool isOfRegime)
    {
        var found = 0;
        long? after = null;
        var runs = track.Runs;
        for (var i = track.LastStartingBefore(atMost + 1); i >= 0 && found < looks.Length; i--)
        {
            if (!runs[i].Mark.IsEvidence && (isOfRegime || runs[i].Mark.Class != LookClass.NotInForce)) continue;
            var count = runs[i].CountBefore(atMost + 1);
            if (after - (runs[i].Start + (runs[i].Period * (count - 1))) >= hole) break;
            var isApart = count > 1 && runs[i].Period >= hole;
            after = isApart ? long.MaxValue : runs[i].Start;
            if (isApart) count = 1;
            if (!runs[i].Mark.IsEvidence) continue; // out of force it was looked at all the same
            count = Math.Min(count, looks.Length - found);
            looks.Slice(found, count).Fill(runs[i].Mark.Class == LookClass.Good);
            found += count;
        }
        return found;
    }
}
