using System.Collections.Immutable;
using Kept.Ledger.Coding;
using Kept.Model;
using ZstdSharp;

namespace Kept.Ledger.Blocks;

/// <summary>What a block holds: the looks of one series in order, and which evidence was taken with them.</summary>
internal sealed record BlockContent(List<LookRecord> Looks, List<(Instant Slot, byte[] Hash)> Evidence);

/// <summary>
/// A block of looks at rest: one column per figure, each packed by what is learned from the column itself. Exact to the last microsecond. 3 to 4 bytes per look for
/// a routine series. The form is docs/reference/ledger-format.md; a new form gets a new first byte, and old ones stay readable.
/// </summary>
internal sealed class LookBlock : IDisposable
{
    public const int MostLooks = 1 << 20;
    private const byte Planes = 1, Packed = 2;
    private const int MostBytes = 256 << 20;

    // one context for many blocks: making one costs more than unpacking a block
    private readonly Lazy<Decompressor> _decompressor = new(() => new Decompressor());
    private readonly ByteWriter _bytes = new(1 << 10);
    private readonly RangeEncoder _to;

    public LookBlock() => _to = new RangeEncoder(_bytes);

    /// <param name="looks">Of one series, in order.</param>
    /// <param name="evidence">What was kept of what they read, by slot.</param>
    public byte[] Encode(ReadOnlySpan<LookRecord> looks, IReadOnlyList<(Instant Slot, byte[] Hash)> evidence)
    {
        _bytes.Clear();
        _bytes.Byte(Packed);
        _to.Begin();
        PackedColumn.Whole(_to, looks.Length);
        var figures = new long[looks.Length];
        Column(looks, figures, look => look.Slot.Microseconds);
        Column(looks, figures, look => look.Epoch);
        Column(looks, figures, look => (long)look.Class | (look.NewConnection ? 8L : 0));
        Column(looks, figures, look => ((long)look.Failure << 8) | (long)look.Gap);
        Column(looks, figures, look => look.Code);
        Column(looks, figures, look => look.LateMicroseconds);
        Phases(looks, figures);
        Measured(looks);
        PackedColumn.Whole(_to, evidence.Count);
        PackedColumn.Write(_to, [.. evidence.Select(one => one.Slot.Microseconds)]);
        foreach (var (_, hash) in evidence)
            foreach (var part in hash) _to.Even(part, 8);
        _to.End();
        return _bytes.ToArray();
    }

    /// <exception cref="FormatException">The bytes are no block.</exception>
    public BlockContent Decode(ReadOnlySpan<byte> data, int series)
    {
        if (data.IsEmpty || data[0] is not (Planes or Packed)) throw new FormatException("it has an unknown form");
        try
        {
            if (data[0] == Packed)
            {
                var packed = new PackedFigures(data[1..]);
                return Read(ref packed, series);
            }
            var planes = new PlaneFigures(_decompressor.Value.Unwrap(data[1..], MostBytes));
            return Read(ref planes, series);
        }
        catch (Exception fault) when (fault is ZstdException or OverflowException)
        {
            throw new FormatException("it cannot be unpacked: " + fault.Message, fault);
        }
    }

    public void Dispose()
    {
        if (_decompressor.IsValueCreated) _decompressor.Value.Dispose();
    }

    private static BlockContent Read<TFigures>(ref TFigures from, int series) where TFigures : IFigures, allows ref struct
    {
        var count = from.Count(MostLooks);
        var slots = from.Column(count);
        var epochs = from.Column(count);
        var classes = from.Column(count);
        var causes = from.Column(count);
        var codes = from.Column(count);
        var lates = from.Column(count);
        var phases = ReadPhases(ref from, count);
        var measured = ReadMeasured(ref from, count);
        var looks = new List<LookRecord>(count);
        for (var i = 0; i < count; i++)
            looks.Add(new LookRecord(series, new Instant(slots[i]), checked((int)epochs[i]), (LookClass)(classes[i] & 7), (TargetFailure)(causes[i] >> 8),
                (GapCause)(causes[i] & 0xFF), checked((int)codes[i]), lates[i], phases[i], (classes[i] & 8) != 0, measured is null ? [] : measured[i]));
        var evidence = from.Evidence();
        from.End();
        return new BlockContent(looks, evidence);
    }

    private void Column(ReadOnlySpan<LookRecord> looks, long[] figures, Func<LookRecord, long> of)
    {
        for (var i = 0; i < looks.Length; i++) figures[i] = of(looks[i]);
        PackedColumn.Write(_to, figures);
    }

    /// <summary>Which phases there were, then each phase of those looks that had it; the total as what came after the first byte.</summary>
    private void Phases(ReadOnlySpan<LookRecord> looks, long[] figures)
    {
        var exact = true;
        foreach (var look in looks) exact &= LookRows.IsMicroseconds(look.Phases);
        var unit = exact ? 1000 : 1;
        _to.Even(exact ? 1UL : 0, 1);
        Column(looks, figures, look => Mask(look.Phases));
        for (var phase = 0; phase < 5; phase++)
        {
            var present = 0;
            foreach (var look in looks)
                if (Phase(look.Phases, phase) is not -1 and var value)
                    figures[present++] = phase == 4 ? unchecked((value / unit) - (look.Phases.FirstByte / unit)) : value / unit;
            PackedColumn.Write(_to, figures.AsSpan(0, present));
        }
    }

    private static Phases[] ReadPhases<TFigures>(ref TFigures from, int count) where TFigures : IFigures, allows ref struct
    {
        var unit = from.Flag() ? 1000 : 1;
        var masks = from.Column(count);
        var columns = new long[5][];
        for (var phase = 0; phase < 5; phase++)
        {
            var present = 0;
            foreach (var mask in masks)
                if ((mask & (1L << phase)) != 0) present++;
            columns[phase] = present > 0 ? from.Column(present) : [];
        }
        var phases = new Phases[count];
        Span<int> next = stackalloc int[5];
        Span<long> values = stackalloc long[5];
        for (var i = 0; i < count; i++)
        {
            for (var phase = 0; phase < 5; phase++)
            {
                values[phase] = -1;
                if ((masks[i] & (1L << phase)) == 0) continue;
                var value = columns[phase][next[phase]++];
                values[phase] = phase == 4 ? unchecked(value + (values[3] / unit)) * unit : value * unit;
            }
            phases[i] = new Phases(values[0], values[1], values[2], values[3], values[4]);
        }
        return phases;
    }

    private static long Mask(Phases phases)
    {
        var mask = 0L;
        for (var phase = 0; phase < 5; phase++)
            if (Phase(phases, phase) != -1) mask |= 1L << phase;
        return mask;
    }

    private static long Phase(Phases phases, int phase) => phase switch { 0 => phases.Dns, 1 => phases.Connect, 2 => phases.Tls, 3 => phases.FirstByte, _ => phases.Total };

    /// <summary>How many figures each look has, then per figure which looks have it, then those.</summary>
    private void Measured(ReadOnlySpan<LookRecord> looks)
    {
        var most = 0;
        foreach (var look in looks) most = Math.Max(most, Count(look));
        PackedColumn.Whole(_to, most);
        if (most == 0) return;
        var figures = new long[looks.Length];
        Column(looks, figures, look => Count(look));
        for (var at = 0; at < most; at++)
        {
            Column(looks, figures, look => Count(look) > at && look.Measured[at] is not null ? 1 : 0);
            var present = 0;
            foreach (var look in looks)
                if (Count(look) > at && look.Measured[at] is { } value) figures[present++] = value;
            PackedColumn.Write(_to, figures.AsSpan(0, present));
        }
    }

    private static int Count(LookRecord look) => look.Measured.IsDefaultOrEmpty ? 0 : look.Measured.Length;

    private static ImmutableArray<long?>[]? ReadMeasured<TFigures>(ref TFigures from, int count) where TFigures : IFigures, allows ref struct
    {
        var most = from.Count(LookRows.MostMeasures);
        if (most == 0) return null;
        var lengths = from.Column(count);
        var looks = new long?[count][];
        for (var i = 0; i < count; i++) looks[i] = lengths[i] is >= 0 and var length && length <= most ? new long?[length] : throw new FormatException("a look has too many figures");
        for (var at = 0; at < most; at++)
        {
            var has = from.Column(count);
            var present = has.Count(flag => flag != 0);
            var values = present > 0 ? from.Column(present) : [];
            for (int i = 0, next = 0; i < count; i++)
                if (has[i] != 0 && at < looks[i].Length) looks[i][at] = values[next++];
        }
        return Array.ConvertAll(looks, figures => ImmutableArray.Create(figures));
    }
}
