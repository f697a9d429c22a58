using Kept.Ledger.Coding;
using Kept.Model;

namespace Kept.Ledger.Hot;

/// <summary>The hot looks of one series. Not safe by itself; <see cref="HotTail"/> guards it.</summary>
internal sealed class SeriesTail(int series, int evidenceKept)
{
    // most series have one of each: room for four in every series of a large house is megabytes
    private readonly List<Run> _runs = new(1);
    private readonly List<HeldEvidence> _evidence = new(1);
    private Instant _newest = Instant.Min, _newestSealed = Instant.Min;
    private int _newestEpoch;

    public KnownLook Knows(Instant slot, int epoch)
    {
        // slots of one epoch come in order almost always: the common case ends here
        if (epoch > _newestEpoch || slot > _newest) return KnownLook.New;
        foreach (var run in _runs)
            if (slot >= run.First && slot <= run.Last)
                foreach (var look in run.Freeze().Decode(series))
                    if (look.Slot == slot && look.Epoch == epoch) return KnownLook.Known;
        return slot <= _newestSealed ? KnownLook.MaybeSealed : KnownLook.New;
    }

    public void Add(LookRecord look, long generation)
    {
        if (_runs.Count == 0 || _runs[^1].Generation != generation) _runs.Add(new Run(generation));
        _runs[^1].Add(look);
        if (look.Epoch > _newestEpoch)
        {
            (_newestEpoch, _newest, _newestSealed) = (look.Epoch, look.Slot, Instant.Min);
            return;
        }
        if (look.Slot > _newest) _newest = look.Slot;
    }

    public void Add(Evidence evidence, long generation, ref EvidencePack pack)
    {
        // newest at the end; what sealing would drop at once is dropped here
        var at = _evidence.Count;
        while (at > 0 && _evidence[at - 1].Slot > evidence.Slot) at--;
        if (at > 0 && _evidence[at - 1].Slot == evidence.Slot) return;
        if (at == 0 && _evidence.Count >= evidenceKept) return;
        if (pack.IsFull) pack = new EvidencePack();
        _evidence.Insert(at, new HeldEvidence(generation, evidence.Slot, pack, pack.Add(evidence.Body.Span), evidence.Body.Length));
        if (_evidence.Count > evidenceKept) _evidence.RemoveAt(0);
    }

    public SeriesSnapshot Snapshot() => new([.. _runs.Select(run => run.Freeze())], [.. _evidence]);

    /// <returns>How many looks were forgotten.</returns>
    public long ForgetBefore(long segment)
    {
        var forgotten = 0L;
        foreach (var run in _runs)
        {
            if (run.Generation >= segment) continue;
            forgotten += run.Count;
            if (run.Last > _newestSealed) _newestSealed = run.Last;
        }
        _runs.RemoveAll(run => run.Generation < segment);
        _evidence.RemoveAll(held => held.Generation < segment);
        return forgotten;
    }

    private sealed class Run(long generation)
    {
        private readonly ByteWriter _rows = new(32);
        private readonly List<(Instant Day, DayCounts Counts)> _days = new(1);
        private RowBefore _before;

        public long Generation => generation;
        public int Count { get; private set; }
        public Instant First { get; private set; } = Instant.Max;
        public Instant Last { get; private set; } = Instant.Min;

        public void Add(LookRecord look)
        {
            LookRows.Write(_rows, look, ref _before);
            Count++;
            if (look.Slot < First) First = look.Slot;
            if (look.Slot > Last) Last = look.Slot;
            var day = LookOrder.DayOf(look.Slot);
            var at = _days.Count - 1;
            while (at >= 0 && _days[at].Day != day) at--;
            var counts = at < 0 ? default : _days[at].Counts;
            counts.Add(look.Class);
            if (at < 0) _days.Add((day, counts));
            else _days[at] = (day, counts);
        }

        // rows are only ever added behind, or moved to a larger array: the bytes up to here never change
        public FrozenRun Freeze() => new(generation, Count, First, Last, _rows.Memory, [.. _days]);
    }
}

/// <summary>The looks of one series and one generation at one moment.</summary>
internal sealed record FrozenRun(long Generation, int Count, Instant First, Instant Last, ReadOnlyMemory<byte> Rows, (Instant Day, DayCounts Counts)[] Days)
{
    /// <summary>In the order they were recorded.</summary>
    public List<LookRecord> Decode(int series)
    {
        var looks = new List<LookRecord>(Count);
        var rows = new ByteReader(Rows.Span);
        RowBefore before = default;
        for (var i = 0; i < Count; i++) looks.Add(LookRows.Read(ref rows, series, ref before));
        return looks;
    }
}

/// <summary>The hot looks and evidence of one series at one moment.</summary>
internal sealed record SeriesSnapshot(FrozenRun[] Runs, HeldEvidence[] Evidence)
{
    public static readonly SeriesSnapshot Empty = new([], []);

    public bool IsEmpty => Runs.Length == 0 && Evidence.Length == 0;

    public SeriesSnapshot Before(long segment) => new([.. Runs.Where(run => run.Generation < segment)], [.. Evidence.Where(held => held.Generation < segment)]);

    public SeriesSnapshot From(long segment) => new([.. Runs.Where(run => run.Generation >= segment)], [.. Evidence.Where(held => held.Generation >= segment)]);
}
