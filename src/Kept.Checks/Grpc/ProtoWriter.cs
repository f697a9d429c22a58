using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Kept.Checks.Grpc;

/// <summary>Writes protocol buffers.</summary>
internal sealed class ProtoWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    public void Tag(int field, WireForm form) => Varint((ulong)(uint)field << 3 | (uint)form);

    public void Varint(ulong number)
    {
        var span = _bytes.GetSpan(10);
        var length = 0;
        for (; number > 0x7f; number >>= 7) span[length++] = (byte)(number & 0x7f | 0x80);
        span[length++] = (byte)number;
        _bytes.Advance(length);
    }

    public void Fixed32(uint number)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.GetSpan(4), number);
        _bytes.Advance(4);
    }

    public void Fixed64(ulong number)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.GetSpan(8), number);
        _bytes.Advance(8);
    }

    /// <summary>Bytes with their count before them.</summary>
    public void Counted(ReadOnlySpan<byte> bytes)
    {
        Varint((ulong)bytes.Length);
        _bytes.Write(bytes);
    }

    public void Raw(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

    /// <summary>A field of text.</summary>
    public void Text(int field, string text)
    {
        Tag(field, WireForm.Counted);
        Counted(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>A field of bytes, or of a message.</summary>
    public void Counted(int field, ReadOnlySpan<byte> bytes)
    {
        Tag(field, WireForm.Counted);
        Counted(bytes);
    }

    /// <summary>A field of a number, where it is not the default of its type.</summary>
    public void NonZero(int field, long number)
    {
        if (number == 0) return;
        Tag(field, WireForm.Varint);
        Varint(unchecked((ulong)number));
    }
}
