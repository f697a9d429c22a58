using Kept.Ledger.Coding;

namespace Kept.Ledger.Blocks;

/// <summary>
/// A column of 64-bit figures in blocks of form 1, which are only read: as they are, as differences, or as differences of differences; then as planes of bytes (all
/// lowest bytes, then all next ones).
/// </summary>
internal static class FigureColumn
{
    private const byte Plain = 0, Differences = 1, SecondDifferences = 2;

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
}
