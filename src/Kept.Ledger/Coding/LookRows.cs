using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Ledger.Coding;

/// <summary>What the row before said; the next row tells only what differs.</summary>
internal struct RowBefore
{
    public long Slot;
    public int Code;
    public int Epoch;
}

/// <summary>
/// One look as a row of a few bytes, told against the row before it: 12 to 25 bytes for a routine look. Used in hot segments (rows of many series) and for looks held in
/// memory (rows of one series). Byte by byte in docs/reference/ledger-format.md.
/// </summary>
internal static class LookRows
{
    public const int MostMeasures = 1000;

    private const byte ClassBits = 7, NewConnection = 8, HasCause = 16, SameCode = 32, InNanoseconds = 64, HasMeasured = 128;
    private const byte OtherEpoch = 128;

    public static void Write(ByteWriter to, LookRecord look, ref RowBefore before)
    {
        var phases = look.Phases;
        var exact = IsMicroseconds(phases);
        to.Byte((byte)((byte)look.Class | (look.NewConnection ? NewConnection : 0) | (look.Failure != 0 || look.Gap != 0 ? HasCause : 0)
            | (look.Code == before.Code ? SameCode : 0) | (exact ? 0 : InNanoseconds) | (look.Measured.IsDefaultOrEmpty ? 0 : HasMeasured)));
        to.Byte((byte)((phases.Dns != -1 ? 1 : 0) | (phases.Connect != -1 ? 2 : 0) | (phases.Tls != -1 ? 4 : 0) | (phases.FirstByte != -1 ? 8 : 0)
            | (phases.Total != -1 ? 16 : 0) | (look.Epoch != before.Epoch ? OtherEpoch : 0)));
        if (look.Epoch != before.Epoch) to.Varint((ulong)look.Epoch);
        to.Zigzag(look.Slot.Microseconds - before.Slot);
        if (look.Failure != 0 || look.Gap != 0)
        {
            to.Byte((byte)look.Failure);
            to.Byte((byte)look.Gap);
        }
        if (look.Code != before.Code) to.Zigzag(look.Code);
        to.Zigzag(look.LateMicroseconds);
        var unit = exact ? 1000 : 1;
        if (phases.Dns != -1) to.Zigzag(phases.Dns / unit);
        if (phases.Connect != -1) to.Zigzag(phases.Connect / unit);
        if (phases.Tls != -1) to.Zigzag(phases.Tls / unit);
        if (phases.FirstByte != -1) to.Zigzag(phases.FirstByte / unit);
        if (phases.Total != -1) to.Zigzag(unchecked((phases.Total / unit) - (phases.FirstByte / unit)));
        WriteMeasured(to, look.Measured);
        before = new RowBefore { Slot = look.Slot.Microseconds, Code = look.Code, Epoch = look.Epoch };
    }

    /// <exception cref="FormatException">The bytes are no row.</exception>
    public static LookRecord Read(ref ByteReader from, int series, ref RowBefore before)
    {
        int flags = from.Byte(), mask = from.Byte();
        var epoch = (mask & OtherEpoch) != 0 ? checked((int)from.Varint()) : before.Epoch;
        var slot = before.Slot + from.Zigzag();
        var failure = (TargetFailure)((flags & HasCause) != 0 ? from.Byte() : 0);
        var gap = (GapCause)((flags & HasCause) != 0 ? from.Byte() : 0);
        var code = (flags & SameCode) != 0 ? before.Code : checked((int)from.Zigzag());
        var late = from.Zigzag();
        var unit = (flags & InNanoseconds) != 0 ? 1 : 1000;
        var dns = (mask & 1) != 0 ? from.Zigzag() * unit : -1;
        var connect = (mask & 2) != 0 ? from.Zigzag() * unit : -1;
        var tls = (mask & 4) != 0 ? from.Zigzag() * unit : -1;
        var firstByte = (mask & 8) != 0 ? from.Zigzag() * unit : -1;
        var total = (mask & 16) != 0 ? unchecked(from.Zigzag() + (firstByte / unit)) * unit : -1;
        before = new RowBefore { Slot = slot, Code = code, Epoch = epoch };
        return new LookRecord(series, new Instant(slot), epoch, (LookClass)(flags & ClassBits), failure, gap, code, late, new Phases(dns, connect, tls, firstByte, total),
            (flags & NewConnection) != 0, (flags & HasMeasured) != 0 ? ReadMeasured(ref from) : []);
    }

    /// <summary>Whether every phase is whole microseconds (then a thousandth is stored).</summary>
    public static bool IsMicroseconds(Phases phases) =>
        IsWhole(phases.Dns) && IsWhole(phases.Connect) && IsWhole(phases.Tls) && IsWhole(phases.FirstByte) && IsWhole(phases.Total);

    private static bool IsWhole(long phase) => phase == -1 || phase % 1000 == 0;

    private static void WriteMeasured(ByteWriter to, ImmutableArray<long?> measured)
    {
        if (measured.IsDefaultOrEmpty) return;
        to.Varint((ulong)measured.Length);
        foreach (var figure in measured)
        {
            to.Byte(figure is null ? (byte)0 : (byte)1);
            if (figure is { } value) to.Zigzag(value);
        }
    }

    private static ImmutableArray<long?> ReadMeasured(ref ByteReader from)
    {
        var figures = new long?[from.Count(MostMeasures)];
        for (var i = 0; i < figures.Length; i++) figures[i] = from.Byte() == 0 ? null : from.Zigzag();
        return ImmutableArray.Create(figures);
    }
}
