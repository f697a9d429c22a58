using Kept.Ledger.Coding;
using Kept.Model;

namespace Kept.Ledger.Hot;

/// <summary>The payload of a frame of looks: rows told against the row before, then the evidence that came with them.</summary>
internal static class HotFrame
{
    public static void Write(ByteWriter to, int epoch, IReadOnlyList<LookRecord> looks, IReadOnlyList<Evidence> evidence)
    {
        to.Byte(Frame.Looks);
        to.Varint((ulong)looks.Count);
        var before = new RowBefore { Epoch = epoch };
        var series = 0;
        foreach (var look in looks)
        {
            to.Zigzag(look.Series - series);
            series = look.Series;
            LookRows.Write(to, look, ref before);
        }
        to.Varint((ulong)evidence.Count);
        foreach (var item in evidence)
        {
            to.Zigzag(item.Series - series);
            series = item.Series;
            to.Zigzag(item.Slot.Microseconds - before.Slot);
            before.Slot = item.Slot.Microseconds;
            to.Varint((ulong)item.Body.Length);
            to.Bytes(item.Body.Span);
        }
    }

    /// <returns>How many looks it held.</returns>
    /// <exception cref="FormatException">The payload is not what it should be.</exception>
    public static long Read(ref ByteReader from, int epoch, Action<LookRecord> looks, Action<Evidence> evidence)
    {
        var count = from.Count(from.Left);
        var before = new RowBefore { Epoch = epoch };
        var series = 0;
        for (var i = 0; i < count; i++)
        {
            series = (int)(series + from.Zigzag());
            looks(LookRows.Read(ref from, series, ref before));
        }
        var items = from.Count(from.Left);
        for (var i = 0; i < items; i++)
        {
            series = (int)(series + from.Zigzag());
            before.Slot += from.Zigzag();
            evidence(new Evidence(series, new Instant(before.Slot), from.Bytes(from.Count(LookOrder.MostEvidenceBytes)).ToArray()));
        }
        if (!from.AtEnd) throw new FormatException("bytes are left over");
        return count;
    }
}
