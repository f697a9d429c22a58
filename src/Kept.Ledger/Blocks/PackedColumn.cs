using System.Numerics;
using Kept.Ledger.Coding;

namespace Kept.Ledger.Blocks;

/// <summary>
/// A column of 64-bit figures, exact, in about as many bits as they hold of news. Told against their middle one, as differences, or as differences of differences,
/// whichever leaves least; then each rest as: is it 0, is it below, how many bits, the highest of those bits by chances learned from the rests before, the other bits
/// as they are. Byte by byte in docs/reference/ledger-format.md.
/// </summary>
internal sealed class PackedColumn
{
    private const int Plain = 0, Differences = 1, SecondDifferences = 2;
    private const int LengthBits = 6, LearnedBits = 2;

    private readonly Chance[] _zero = new Chance[2], _length = new Chance[1 << LengthBits], _top = new Chance[64 << LearnedBits];
    private Chance _below;
    private bool _wasZero;

    public static void Write(RangeEncoder to, ReadOnlySpan<long> figures)
    {
        if (figures.IsEmpty) return;
        var (best, middle) = (Plain, MiddleOf(figures));
        var rest = Rest(figures, Plain, middle);
        var cost = Cost(rest, Plain);
        for (var way = Differences; way <= SecondDifferences && cost > 0; way++)
        {
            var other = Rest(figures, way, 0);
            if (Cost(other, way) is var less && less < cost) (best, rest, cost) = (way, other, less);
        }
        to.Even((ulong)best, 2);
        if (best == Plain) Whole(to, middle);
        for (var i = 0; i < Math.Min(best, rest.Length); i++) Whole(to, rest[i]); // the first figure, and the first difference, are large: by themselves
        rest = rest[Math.Min(best, rest.Length)..];
        to.Even(cost == 0 ? 0U : 1, 1);
        if (cost == 0) return;
        var column = new PackedColumn();
        foreach (var figure in rest) column.Put(to, figure);
    }

    /// <exception cref="FormatException">The bits are no column.</exception>
    public static long[] Read(ref RangeDecoder from, int count)
    {
        var figures = new long[count];
        if (count == 0) return figures;
        var way = (int)from.Even(2);
        if (way > SecondDifferences) throw new FormatException("a column has an unknown form");
        var middle = way == Plain ? Whole(ref from) : 0;
        var heads = Math.Min(way, count);
        for (var i = 0; i < heads; i++) figures[i] = Whole(ref from);
        if (from.Even(1) != 0)
        {
            var column = new PackedColumn();
            for (var i = heads; i < count; i++) figures[i] = column.Take(ref from);
        }
        long before = 0, step = 0;
        for (var i = 0; i < count; i++)
            unchecked
            {
                var figure = figures[i];
                if (way == SecondDifferences) figure = step += figure;
                if (way != Plain) figure = before += figure;
                figures[i] = figure + middle;
            }
        return figures;
    }

    /// <summary>A figure by itself: its number of bits in seven, whether it is below 0, and those bits.</summary>
    public static void Whole(RangeEncoder to, long figure)
    {
        var size = Size(figure);
        var bits = 64 - BitOperations.LeadingZeroCount(size);
        to.Even((ulong)bits, 7);
        to.Even(figure < 0 ? 1UL : 0, 1);
        to.Even(size, bits);
    }

    /// <exception cref="FormatException">It has more than 64 bits.</exception>
    public static long Whole(ref RangeDecoder from)
    {
        var bits = (int)from.Even(7);
        if (bits > 64) throw new FormatException("a figure has more than 64 bits");
        var isBelow = from.Even(1) != 0;
        return Signed(from.Even(bits), isBelow);
    }

    private void Put(RangeEncoder to, long figure)
    {
        var isZero = figure == 0;
        to.Bit(ref _zero[_wasZero ? 1 : 0], isZero ? 1 : 0);
        _wasZero = isZero;
        if (isZero) return;
        to.Bit(ref _below, figure < 0 ? 1 : 0);
        var size = Size(figure);
        var last = 63 - BitOperations.LeadingZeroCount(size); // the place of the highest bit, which is 1
        Branch(to, _length, last, LengthBits);
        var learned = Math.Min(LearnedBits, last);
        Branch(to, _top.AsSpan(last << LearnedBits, 1 << LearnedBits), (int)((size >> (last - learned)) & ((1UL << learned) - 1)), learned);
        to.Even(size, last - learned);
    }

    private long Take(ref RangeDecoder from)
    {
        _wasZero = from.Bit(ref _zero[_wasZero ? 1 : 0]) != 0;
        if (_wasZero) return 0;
        var isBelow = from.Bit(ref _below) != 0;
        var last = Branch(ref from, _length, LengthBits);
        var learned = Math.Min(LearnedBits, last);
        var top = (1UL << learned) | (uint)Branch(ref from, _top.AsSpan(last << LearnedBits, 1 << LearnedBits), learned);
        var left = last - learned;
        return Signed((top << left) | from.Even(left), isBelow);
    }

    // highest bit first, each by the chance at the branch that the bits before it lead to
    private static void Branch(RangeEncoder to, Span<Chance> chances, int value, int bits)
    {
        for (var at = 1; bits > 0;)
        {
            var bit = (value >> --bits) & 1;
            to.Bit(ref chances[at], bit);
            at = (at << 1) | bit;
        }
    }

    private static int Branch(ref RangeDecoder from, Span<Chance> chances, int bits)
    {
        var at = 1;
        for (var left = bits; left > 0; left--) at = (at << 1) | from.Bit(ref chances[at]);
        return at - (1 << bits);
    }

    private static ulong Size(long figure) => unchecked(figure < 0 ? (ulong)-figure : (ulong)figure);

    private static long Signed(ulong size, bool isBelow) => unchecked(isBelow ? -(long)size : (long)size);

    /// <summary>Of some of them: nothing rests on its being the very middle one.</summary>
    private static long MiddleOf(ReadOnlySpan<long> figures)
    {
        var some = new long[Math.Min(figures.Length, 63)];
        for (var i = 0; i < some.Length; i++) some[i] = figures[(int)((long)i * figures.Length / some.Length)];
        Array.Sort(some);
        return some[some.Length / 2];
    }

    private static long[] Rest(ReadOnlySpan<long> figures, int way, long middle)
    {
        var rest = new long[figures.Length];
        long before = 0, step = 0;
        for (var i = 0; i < figures.Length; i++)
            unchecked
            {
                var difference = figures[i] - before;
                rest[i] = way switch { Plain => figures[i] - middle, Differences => difference, _ => difference - step };
                (before, step) = (figures[i], difference);
            }
        return rest;
    }

    /// <summary>About how many bits: those of the figures that do not stand by themselves.</summary>
    private static long Cost(long[] rest, int heads)
    {
        var bits = 0L;
        for (var i = heads; i < rest.Length; i++)
            if (rest[i] != 0) bits += 66 - BitOperations.LeadingZeroCount(Size(rest[i]));
        return bits;
    }
}
