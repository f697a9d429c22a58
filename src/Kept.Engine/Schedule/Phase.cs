using System.Text;
using Kept.Model;

namespace Kept.Engine.Schedule;

/// <summary>
/// Where the looks of one check fall in time: <c>phase + k·period</c> in microseconds since 1970. The phase is a stable hash of the promise's id and the
/// check's name, so looks spread evenly, a restart finds the same slots again, and a rename moves nothing.
/// Hash: FNV-1a, 64 bits (Fowler, Noll, Vo), finished with the mixer of SplitMix64 (Steele, Lea, Flood, 2014), because FNV's high bits alone spread badly.
/// </summary>
internal static class Phase
{
    /// <param name="period">In microseconds, above zero.</param>
    public static long Of(PromiseId id, string check, long period) => (long)(Hash(id, check) % (ulong)period);

    public static ulong Hash(PromiseId id, string check) => unchecked(Mix(Feed(Feed(0xCBF2_9CE4_8422_2325UL, id.Value.ToByteArray()), Encoding.UTF8.GetBytes(check))));

    /// <summary>The same for what is no check of a promise: by a name alone.</summary>
    public static long Of(string name, Duration period) => (long)(unchecked(Mix(Feed(0xCBF2_9CE4_8422_2325UL, Encoding.UTF8.GetBytes(name)))) % (ulong)(period.Nanoseconds / Duration.PerMicrosecond));

    /// <summary>The first slot later than <paramref name="after"/>.</summary>
    public static Instant Next(long phase, long period, Instant after) => new(phase + ((Floor(after.Microseconds - phase, period) + 1) * period));

    /// <summary>How many slots lie in (after, until].</summary>
    public static long CountBetween(long phase, long period, Instant after, Instant until) =>
        until <= after ? 0 : Floor(until.Microseconds - phase, period) - Floor(after.Microseconds - phase, period);

    private static long Floor(long value, long by) => value >= 0 ? value / by : ((value + 1) / by) - 1;

    private static ulong Feed(ulong hash, byte[] bytes)
    {
        foreach (var b in bytes) hash = unchecked((hash ^ b) * 0x0000_0100_0000_01B3UL);
        return hash;
    }

    private static ulong Mix(ulong x) => unchecked(Last((Middle(x ^ (x >> 30)) ^ (Middle(x ^ (x >> 30)) >> 27)) * 0x94D0_49BB_1331_11EBUL));

    private static ulong Middle(ulong x) => unchecked(x * 0xBF58_476D_1CE4_E5B9UL);

    private static ulong Last(ulong x) => x ^ (x >> 31);
}
