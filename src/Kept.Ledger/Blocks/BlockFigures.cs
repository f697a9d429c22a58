using Kept.Ledger.Coding;
using Kept.Model;

namespace Kept.Ledger.Blocks;

/// <summary>Where the figures of a block come from, in order. Bytes that do not hold what they should are a <see cref="FormatException"/>.</summary>
internal interface IFigures
{
    /// <summary>A count of things up to a limit: damage cannot make us reserve the earth.</summary>
    int Count(int limit);
    bool Flag();
    long[] Column(int count);
    List<(Instant Slot, byte[] Hash)> Evidence();
    /// <summary>Nothing is left over.</summary>
    void End();
}

/// <summary>Form 2: one stream of a range coder.</summary>
internal ref struct PackedFigures(ReadOnlySpan<byte> bytes) : IFigures
{
    private readonly int _length = bytes.Length;
    private RangeDecoder _from = new(bytes);

    public int Count(int limit)
    {
        var count = PackedColumn.Whole(ref _from);
        return count >= 0 && count <= limit ? (int)count : throw new FormatException($"a count of {count} is too large");
    }

    public bool Flag() => _from.Even(1) != 0;

    public long[] Column(int count) => PackedColumn.Read(ref _from, count);

    public List<(Instant Slot, byte[] Hash)> Evidence()
    {
        var slots = Column(Count(_length / 32));
        var evidence = new List<(Instant, byte[])>(slots.Length);
        foreach (var slot in slots)
        {
            var hash = new byte[32];
            for (var i = 0; i < hash.Length; i++) hash[i] = (byte)_from.Even(8);
            evidence.Add((new Instant(slot), hash));
        }
        return evidence;
    }

    public void End() => _from.End();
}

/// <summary>Form 1, which is only read: planes of bytes, unpacked by zstd before.</summary>
internal ref struct PlaneFigures(ReadOnlySpan<byte> bytes) : IFigures
{
    private ByteReader _from = new(bytes);

    public int Count(int limit) => _from.Count(limit);

    public bool Flag() => _from.Byte() == 1;

    public long[] Column(int count) => FigureColumn.Read(ref _from, count);

    public List<(Instant Slot, byte[] Hash)> Evidence()
    {
        var evidence = new List<(Instant, byte[])>();
        for (var left = _from.Count(_from.Left); left > 0; left--) evidence.Add((new Instant(_from.Int64()), _from.Bytes(32).ToArray()));
        return evidence;
    }

    public void End()
    {
        if (!_from.AtEnd) throw new FormatException("bytes are left over");
    }
}
