using Kept.Server.Hosting;
using Xunit;

namespace Kept.Server.Tests;

/// <summary>When the old of the heap are looked through.</summary>
public sealed class HeapBoundTests
{
    private const long MiB = 1L << 20;

    [Theory]
    [InlineData(new long[] { 20, 100, 255 }, 20, 0)] // a small house is left to the collector
    [InlineData(new long[] { 600, 700, 749 }, 600, 0)] // not worth a pause yet
    [InlineData(new long[] { 600, 749, 750 }, 600, 1)]
    [InlineData(new long[] { 600, 800, 740, 820, 740 }, 640, 2)]
    [InlineData(new long[] { 600, 900, 1100, 1130 }, 900, 2)] // what it needs has grown: no more pauses for nothing
    [InlineData(new long[] { 900, 500, 630 }, 500, 1)] // the collector was there by itself, and it grew from that
    public void A_heap_is_collected_once_it_grew_by_a_quarter(long[] megabytes, long left, int collections)
    {
        var (now, collected) = (0L, 0);
        var heap = new HeapBound(() => now * MiB, () => (now, collected) = (left, collected + 1));
        foreach (var megabyte in megabytes)
        {
            now = megabyte;
            heap.Step();
        }
        Assert.Equal(collections, collected);
    }
}
