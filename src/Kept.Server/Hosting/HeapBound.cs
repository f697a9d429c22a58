namespace Kept.Server.Hosting;

/// <summary>
/// Keeps the memory of a large house near what it needs. What is shown of a promise lives until its next look, long enough to grow old, and the collector lets a
/// heap of hundreds of megabytes grow by half before it looks among the old. A look that waits meanwhile is measured longer by the pause, so it is asked for only
/// where a quarter of the heap is likely to come back.
/// </summary>
/// <param name="inUse">Bytes of the managed heap, garbage among them.</param>
/// <param name="collect">Looks among the old, too.</param>
internal sealed class HeapBound(Func<long> inUse, Action collect)
{
    /// <summary>Below this many bytes the collector does well by itself.</summary>
    public const long Small = 256L << 20;
    private static readonly TimeSpan Rhythm = TimeSpan.FromSeconds(5);

    private long _needed = long.MaxValue;

    public static HeapBound OfProcess() => new(
        () => GC.GetTotalMemory(forceFullCollection: false), () => GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true));

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            Step();
            await Task.Delay(Rhythm, time, cancellationToken);
        }
    }

    /// <summary>Has the heap collected where it grew by a quarter since it was smallest or last collected.</summary>
    public void Step()
    {
        var used = inUse();
        _needed = Math.Min(_needed, used); // the collector may have been there by itself
        if (used < Small || used < _needed + _needed / 4) return;
        collect();
        _needed = inUse();
    }
}
