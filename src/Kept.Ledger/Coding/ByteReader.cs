using System.Buffers.Binary;

namespace Kept.Ledger.Coding;

/// <summary>Reads what <see cref="ByteWriter"/> wrote. Never reads past the end: bytes that do not hold what they should are a <see cref="FormatException"/>.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly int Left => _rest.Length;

    public readonly bool AtEnd => _rest.IsEmpty;

    public byte Byte()
    {
        if (_rest.IsEmpty) throw new FormatException("ends too early");
        var b = _rest[0];
        _rest = _rest[1..];
        return b;
    }

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if (count < 0 || count > _rest.Length) throw new FormatException("ends too early");
        var bytes = _rest[..count];
        _rest = _rest[count..];
        return bytes;
    }

    public ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var b = Byte();
            if (shift == 63 && b > 1) break;
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80) return value;
        }
        throw new FormatException("a figure has more than 64 bits");
    }

    public long Zigzag() => Bits.Unzigzag(Varint());

    /// <summary>A count of things up to a limit: damage cannot make us reserve the earth.</summary>
    public int Count(int limit)
    {
        var count = Varint();
        return count <= (ulong)limit ? (int)count : throw new FormatException($"a count of {count} is too large");
    }

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Bytes(8));
}
