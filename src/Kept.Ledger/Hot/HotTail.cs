using Kept.Model;

namespace Kept.Ledger.Hot;

/// <summary>
/// Looks that are in hot segments, held in memory as rows of bytes per series: what queries read until the segments are sealed. Written by the hot log alone,
/// read by anybody. A generation is what one sealing takes.
/// </summary>
internal sealed class HotTail(int evidenceKept)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, SeriesTail> _series = [];
    private EvidencePack _pack = new(); // where the next evidence goes

    /// <summary>The first segment of the generation that grows now.</summary>
    public long GrowingFrom { get; private set; } = 1;

    public long Looks { get; private set; }

    /// <summary>Whether the look may have been recorded before in this epoch: in the tail, or (when older than what was sealed) in a block.</summary>
    public KnownLook Knows(int series, Instant slot, int epoch)
    {
        lock (_lock)
            return _series.TryGetValue(series, out var tail) ? tail.Knows(slot, epoch) : KnownLook.New;
    }

    public void Add(List<LookRecord> looks)
    {
        lock (_lock)
        {
            foreach (var look in looks) Of(look.Series).Add(look, GrowingFrom);
            Looks += looks.Count;
        }
    }

    public void Add(LookRecord look) => Add([look]);

    public void Add(Evidence evidence)
    {
        lock (_lock) Of(evidence.Series).Add(evidence, GrowingFrom, ref _pack);
    }

    /// <summary>What follows belongs to segments from this number on.</summary>
    public void Cut(long nextSegment)
    {
        lock (_lock) GrowingFrom = nextSegment;
    }

    /// <summary>The runs of one series, oldest generation first, as they are now; safe to read while more is added.</summary>
    public SeriesSnapshot SnapshotOf(int series)
    {
        lock (_lock)
            return _series.TryGetValue(series, out var tail) ? tail.Snapshot() : SeriesSnapshot.Empty;
    }

    /// <summary>Everything of generations that began before a segment, by series.</summary>
    public List<(int Series, SeriesSnapshot Looks)> Before(long segment)
    {
        lock (_lock)
        {
            var all = new List<(int, SeriesSnapshot)>();
            foreach (var (series, tail) in _series.OrderBy(pair => pair.Key))
                if (tail.Snapshot().Before(segment) is { IsEmpty: false } part) all.Add((series, part));
            return all;
        }
    }

    /// <summary>Forgets what was sealed.</summary>
    public void ForgetBefore(long segment)
    {
        lock (_lock)
            foreach (var tail in _series.Values)
                Looks -= tail.ForgetBefore(segment);
    }

    private SeriesTail Of(int series)
    {
        if (!_series.TryGetValue(series, out var tail)) _series.Add(series, tail = new SeriesTail(series, evidenceKept));
        return tail;
    }
}

/// <summary>What the tail can say about a key.</summary>
internal enum KnownLook { New, Known, MaybeSealed }
