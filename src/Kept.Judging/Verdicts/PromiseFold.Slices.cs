using Kept.Model;

namespace Kept.Judging;

/// <summary>What objectives count that no look says alone: slices of time, looks that others confirm, and what is assumed where nobody saw.</summary>
public sealed partial class PromiseFold
{
    /// <summary>A look that was not taken, with what the accounting lets it count as.</summary>
    private Mark Unseen(int check, LookRecord look)
    {
        var account = look.Class == LookClass.Gap ? _plan.Accounting.Of(look.Gap) : _plan.Accounting.Gaps;
        var assumed = 1UL << _plan.Assumed(check);
        return Mark.OfUnseen(look.Class, account switch { GapAccount.Bad => assumed, GapAccount.Good => assumed | (assumed - 1), _ => 0 });
    }

    /// <summary>The track that objectives count of a check.</summary>
    private Track Counting(int check) => _tracks[_plan.CountsApart ? Checks.Length + _plan.SliceTracks + check : check];

    private void AddToSlices(int checkIndex, LookRecord look, Mark mark, long first, long last)
    {
        foreach (var plan in _plan.Objectives)
        {
            if (plan.SliceTrack < 0) continue;
            foreach (var counted in plan.Tracks)
            {
                if (counted.Track != checkIndex) continue;
                if (plan.IsRecounted)
                    for (var start = first - FloorMod(first, plan.Slice); start <= last; start += plan.Slice) Recount(plan, start);
                else
                    Join(plan, counted.Predicate, look, mark);
            }
        }
    }

    /// <summary>A slice holds what its looks say together: bad when one is, else good when one is, else nothing.</summary>
    private void Join(ObjectivePlan plan, int predicate, LookRecord look, Mark mark)
    {
        var slot = look.Slot.Microseconds;
        var said = !mark.IsEvidence ? Mark.Of(look.Class, 0) : mark.Satisfies(predicate) ? Mark.Of(LookClass.Good, 1) : Mark.Of(LookClass.Bad, 0);
        var track = _tracks[plan.SliceTrack];
        track.Add(new Instant(slot - FloorMod(slot, plan.Slice)), said);
        if (track.IsCrowded) MakeRoom(track);
    }

    /// <summary>A slice made anew from the counts of its looks: a function of what is recorded, so the order of records does not matter.</summary>
    private void Recount(ObjectivePlan plan, long start)
    {
        long seen = 0, assumed = 0, satisfying = 0, outside = 0, recorded = 0;
        foreach (var counted in plan.Tracks)
        {
            var track = Counting(counted.Track);
            if (!track.IsExact(start)) return; // its looks are kept as counts only: the slice stays as it was
            var tally = track.Count(start, start + plan.Slice, counted.Predicate);
            seen += tally.Evidence * counted.Weight;
            satisfying += tally.Satisfying * counted.Weight;
            outside += tally.NotInForce;
            recorded += tally.Recorded;
            if (_plan.Accounting.Assumes) assumed += track.Count(start, start + plan.Slice, _plan.Assumed(counted.Track)).Satisfying * counted.Weight;
            if (_plan.Accounting.OwnOutage == GapAccount.Excluded) continue;
            // What was due in it and is not recorded, by the rhythm of what is recorded in it and by nothing else: so it is known whatever comes later.
            var unseen = default(SoFar);
            foreach (var (from, to) in Outside(start, start + plan.Slice))
                unseen += new SoFar(Slots(counted.Track, from, to, newest: start + plan.Slice - 1, oldest: start), track.Count(from, to, counted.Predicate).Recorded);
            var silent = Math.Max(0, unseen.Slots - unseen.Recorded);
            assumed += silent * counted.Weight;
            if (_plan.Accounting.OwnOutage == GapAccount.Good) satisfying += silent * counted.Weight;
        }
        if (recorded == 0) return;
        var isGood = plan.SliceShare.Holds(satisfying, seen + assumed);
        var nothing = outside > 0 ? LookClass.NotInForce : LookClass.Gap;
        var mark = plan.IsMean
                ? seen + assumed == 0 ? Mark.OfShare(nothing, 0, 0) : Mark.OfShare(seen > 0 ? LookClass.Good : LookClass.Gap, satisfying, seen + assumed)
            : seen > 0 ? Mark.Of(isGood ? LookClass.Good : LookClass.Bad, isGood ? 1UL : 0)
            : assumed > 0 ? Mark.OfUnseen(LookClass.Gap, isGood ? 3UL : 2) // the second predicate is what is assumed
            : Mark.Of(nothing, 0);
        var slices = _tracks[plan.SliceTrack];
        slices.Set(start, mark);
        if (slices.IsCrowded) MakeRoom(slices);
    }

    /// <summary>
    /// Where only confirmed looks count: a bad look counts when it lies in a stretch of <c>Of</c> looks of which <c>Count</c> are bad; one of which that can no
    /// longer come true counts as not in force, and one that is not decided is missing. Looks are confirmed by their neighbours, so those of a new look are
    /// decided anew. Gives the stretch of time in which something may have changed.
    /// </summary>
    private (long First, long Last) CountApart(int check, long slot)
    {
        var raw = _tracks[check];
        var counting = Counting(check);
        if (_plan.Accounting.Retries == RetryAccount.Each)
        {
            if (raw.At(slot) is { } seen) counting.Set(slot, Accounted(check, slot, seen));
            if (counting.IsCrowded) MakeRoom(counting);
            return (slot, slot);
        }
        var confirm = Checks[check].Confirm;
        var of = Math.Clamp(confirm.Of, 1, ConfirmedState.FarthestLook);
        var count = Math.Clamp(confirm.Count, 1, of);
        var (first, last) = (slot, slot);
        if (raw.At(slot) is not { IsEvidence: true })
        {
            if (raw.At(slot) is { } unseen) counting.Set(slot, Accounted(check, slot, unseen));
            return (first, last);
        }
        // A look may change what is said of those up to Of − 1 looks away, and they ask as far again.
        var near = raw.Around(slot, 2 * (of - 1), 2 * (of - 1));
        var place = near.FindIndex(look => look.Slot == slot);
        for (var i = Math.Max(0, place - of + 1); i < Math.Min(near.Count, place + of); i++)
        {
            var (at, mark) = near[i];
            if (mark.Class == LookClass.Bad) mark = Confirmed(near, i, of, count);
            mark = Accounted(check, at, mark);
            if (counting.At(at) == mark) continue;
            counting.Set(at, mark);
            (first, last) = (Math.Min(first, at), Math.Max(last, at));
        }
        if (counting.IsCrowded) MakeRoom(counting);
        return (first, last);
    }

    /// <summary>What a look counts as at its time: in announced maintenance as the accounting says. What nobody saw there is not made to count by it, unless it is left out.</summary>
    private Mark Accounted(int check, long slot, Mark mark)
    {
        if (_maintenance is null || !_maintenance.Holds(slot)) return mark;
        return _plan.Accounting.Maintenance switch
        {
            MaintenanceAccount.Good when mark.IsEvidence => Mark.Of(LookClass.Good, (1UL << _plan.Predicates[check].Length) - 1),
            MaintenanceAccount.Bad when mark.IsEvidence => Mark.Of(LookClass.Bad, 0),
            MaintenanceAccount.Excluded => Mark.Of(LookClass.NotInForce, 0),
            _ => mark,
        };
    }

    /// <summary>What of [low, high) is not left out as maintenance: nothing was due in the rest. Of slices those that lie wholly in maintenance.</summary>
    private IEnumerable<(long Low, long High)> Outside(long low, long high, long slice = 1)
    {
        if (_maintenance is not null && _plan.Accounting.Maintenance == MaintenanceAccount.Excluded && low < high)
            foreach (var (from, to) in _maintenance.In(low, high + slice - 1))
            {
                var until = Math.Min(to - slice + 1, high);
                if (until <= from) continue;
                if (low < from) yield return (low, from);
                low = Math.Max(low, until);
            }
        if (low < high) yield return (low, high);
    }

    private static Mark Confirmed(List<(long Slot, Mark Mark)> looks, int place, int of, int count)
    {
        for (var start = Math.Max(0, place - of + 1); start <= place; start++)
        {
            var bad = 0;
            for (var i = start; i < Math.Min(looks.Count, start + of); i++)
                if (looks[i].Mark.Class == LookClass.Bad)
                    bad++;
            if (bad >= count) return looks[place].Mark;
        }
        return Mark.Of(place + of <= looks.Count ? LookClass.NotInForce : LookClass.Gap, 0);
    }
}
