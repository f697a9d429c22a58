using System.Numerics;
using Kept.Model;

namespace Kept.Engine.Schedule;

/// <summary>
/// How late looks start, over the last five minutes: one log-linear histogram per minute (eight steps per octave, so a percentile is at most an eighth too
/// high) and the exact maximum. Fixed size, whatever is fed.
/// </summary>
internal sealed class Lateness
{
    private const int Minutes = 5, Steps = 8, Buckets = 64 * Steps;

    private readonly int[][] _counts = [.. Enumerable.Range(0, Minutes).Select(_ => new int[Buckets])];
    private readonly long[] _max = new long[Minutes];
    private readonly long[] _minute = new long[Minutes];

    /// <param name="late">Microseconds; a look that began before its slot counts as on time.</param>
    public void Add(Instant now, long late)
    {
        var minute = now.Microseconds / 60_000_000;
        var slot = (int)(((minute % Minutes) + Minutes) % Minutes);
        if (_minute[slot] != minute)
        {
            _minute[slot] = minute;
            _max[slot] = 0;
            Array.Clear(_counts[slot]);
        }
        late = Math.Max(0, late);
        _counts[slot][BucketOf(late)]++;
        _max[slot] = Math.Max(_max[slot], late);
    }

    /// <summary>Median, 99th percentile and maximum.</summary>
    public (Duration P50, Duration P99, Duration Max) Read(Instant now)
    {
        var newest = now.Microseconds / 60_000_000;
        Span<long> sum = stackalloc long[Buckets];
        sum.Clear();
        long total = 0, max = 0;
        for (var slot = 0; slot < Minutes; slot++)
        {
            if (_minute[slot] <= newest - Minutes || _minute[slot] > newest) continue;
            max = Math.Max(max, _max[slot]);
            for (var i = 0; i < Buckets; i++)
            {
                sum[i] += _counts[slot][i];
                total += _counts[slot][i];
            }
        }
        return (At(sum, total, 50, max), At(sum, total, 99, max), Duration.Milliseconds(0) + new Duration(max * Duration.PerMicrosecond));
    }

    private static Duration At(ReadOnlySpan<long> counts, long total, int percent, long max)
    {
        if (total == 0) return Duration.Zero;
        var rank = ((total * percent) + 99) / 100;
        for (var i = 0; i < counts.Length; i++)
            if ((rank -= counts[i]) <= 0)
                return new Duration(Math.Min(UpperOf(i), max) * Duration.PerMicrosecond);
        return new Duration(max * Duration.PerMicrosecond);
    }

    private static int BucketOf(long value)
    {
        if (value < Steps) return (int)value;
        var octave = BitOperations.Log2((ulong)value) - 3; // the leading bit and three below it choose the bucket
        return (octave * Steps) + (int)(value >> octave);
    }

    private static long UpperOf(int bucket)
    {
        if (bucket < 2 * Steps) return bucket;
        var octave = (bucket / Steps) - 1;
        return (((bucket % Steps) + Steps + 1L) << octave) - 1;
    }
}
