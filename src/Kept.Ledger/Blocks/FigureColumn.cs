using System.Numerics;
using Kept.Ledger.Coding;

namespace Kept.Ledger.Blocks;

/// <summary>
/// A column of 64-bit figures, exact. Told as they are, as differences, or as differences of differences, whichever needs fewest bits; then as planes of bytes (all
/// lowest bytes, then all next ones), because the bytes of one plane look alike and the compressor behind sees it.
/// </summary>
internal static class FigureColumn
{
    private const byte Plain = 0, Differences = 1, SecondDifferences = 2;

    public static void Write(ByteWriter to, ReadOnlySpan<long> figures)
    {
        var best = Plain;
        var rest = Rest(figures, Plain);
        foreach (var way in (ReadOnlySpan<byte>)[Differences, SecondDifferences])
            if (Rest(figures, way) is var other && Cost(other) < Cost(rest)) (best, rest) = (way, other);
        to.Byte(best);
        // the first figure, and the first difference, are large: by themselves, or they would widen every plane
        var heads = Math.Min(best, rest.Length);
        for (var i = 0; i < heads; i++) to.Varint(rest[i]);
        rest = rest[heads..];
        var all = 0UL;
        foreach (var figure in rest) all |= figure;
        var width = (71 - BitOperations.LeadingZeroCount(all)) / 8;
        to.Byte((byte)width);
        for (var plane = 0; plane < width; plane++)
        {
            var bytes = to.Take(rest.Length);
            for (var i = 0; i < rest.Length; i++) bytes[i] = unchecked((byte)(rest[i] >> (8 * plane)));
        }
    }

    /// <exception cref="FormatException">The bytes are no column.</exception>
    public static long[] Read(ref ByteReader from, int count)
    {
        var way = from.Byte();
        if (way > SecondDifferences) throw new FormatException("a column has an unknown form");
        var rest = new ulong[count];
        var heads = Math.Min(way, count);
        for (var i = 0; i < heads; i++) rest[i] = from.Varint();
        var width = from.Byte();
        if (width > 8) throw new FormatException("a column has an unknown form");
        for (var plane = 0; plane < width; plane++)
        {
            var bytes = from.Bytes(count - heads);
            for (var i = heads; i < count; i++) rest[i] |= (ulong)bytes[i - heads] << (8 * plane);
        }
        var figures = new long[count];
        long before = 0, step = 0;
        for (var i = 0; i < count; i++)
            unchecked
            {
                var figure = Bits.Unzigzag(rest[i]);
                if (way == SecondDifferences) figure = step += figure;
                if (way != Plain) figure = before += figure;
                figures[i] = figure;
            }
        return figures;
    }

    private static ulong[] Rest(ReadOnlySpan<long> figures, byte way)
    {
        var rest = new ulong[figures.Length];
        long before = 0, step = 0;
        for (var i = 0; i < figures.Length; i++)
            unchecked
            {
                var difference = figures[i] - before;
                rest[i] = Bits.Zigzag(way switch { Plain => figures[i], Differences => difference, _ => difference - step });
                (before, step) = (figures[i], difference);
            }
        return rest;
    }

    private static long Cost(ulong[] rest)
    {
        var bits = 0L;
        foreach (var figure in rest) bits += 64 - BitOperations.LeadingZeroCount(figure);
        return bits;
    }
}
