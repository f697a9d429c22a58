using System.Buffers.Binary;
using Kept.Ledger.Coding;
using Kept.Model;

namespace Kept.Ledger.Hot;

/// <summary>The head of a hot segment file: whose it is, and which one.</summary>
internal readonly record struct SegmentHead(Ulid Ledger, long Number, int Epoch, Instant Created)
{
    public const int Length = 52;
    private const ulong Magic = 0x31544F485450454B; // "KEPTHOT1"
    private const ushort Version = 1;

    public byte[] ToBytes()
    {
        var bytes = new byte[Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), Epoch);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), Number);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), Created.Microseconds);
        Ledger.ToByteArray().CopyTo(bytes.AsSpan(32));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(48), Crc32C.Of(bytes.AsSpan(0, 48)));
        return bytes;
    }

    /// <exception cref="FormatException">The bytes are no head, damaged, or of a later version.</exception>
    public static SegmentHead Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Length) throw new FormatException("the file ends inside its head");
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[48..]) != Crc32C.Of(bytes[..48])) throw new FormatException("the head's checksum does not hold");
        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes) != Magic) throw new FormatException("it is no hot segment of Kept");
        if (BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]) is var version && version != Version) throw new FormatException($"it has version {version}; this program reads {Version}");
        return new SegmentHead(Ulid.FromBytes(bytes[32..48]), BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]), BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]),
            new Instant(BinaryPrimitives.ReadInt64LittleEndian(bytes[24..])));
    }
}

/// <summary>
/// A frame: 12 bytes of head (length, checksum of the payload, checksum of those eight), then the payload. Both checksums begin from where the frame stands (segment
/// and offset), so a frame copied to another place does not hold there.
/// </summary>
internal static class Frame
{
    public const int HeadLength = 12;
    public const int MostPayload = 64 << 20;
    public const byte Looks = 1, End = 2;

    /// <summary>Leaves room for the head; <see cref="Finish"/> fills it.</summary>
    public static int Begin(ByteWriter to)
    {
        to.Take(HeadLength);
        return to.Length;
    }

    /// <param name="to">The buffer of frames.</param>
    /// <param name="payload">Where the payload begins in the buffer.</param>
    /// <param name="segment">The segment's number.</param>
    /// <param name="offset">Where the buffer's first byte will stand in the file.</param>
    public static void Finish(ByteWriter to, int payload, long segment, long offset)
    {
        var head = to.At(payload - HeadLength, HeadLength);
        var seed = Seed(segment, offset + payload - HeadLength);
        BinaryPrimitives.WriteInt32LittleEndian(head, to.Length - payload);
        BinaryPrimitives.WriteUInt32LittleEndian(head[4..], Crc32C.Of(to.Span[payload..], seed));
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], Crc32C.Of(head[..8], seed));
    }

    /// <summary>The payload's length where a whole head stands at the offset; −1 where there is none.</summary>
    public static int PayloadLength(ReadOnlySpan<byte> file, long segment, int offset)
    {
        if (file.Length - offset < HeadLength) return -1;
        var head = file.Slice(offset, HeadLength);
        var length = BinaryPrimitives.ReadInt32LittleEndian(head);
        return length is > 0 and <= MostPayload && BinaryPrimitives.ReadUInt32LittleEndian(head[8..]) == Crc32C.Of(head[..8], Seed(segment, offset)) ? length : -1;
    }

    /// <summary>Whether a whole frame of that length holds at the offset.</summary>
    public static bool Holds(ReadOnlySpan<byte> file, long segment, int offset, int length) =>
        file.Length - offset - HeadLength >= length
        && BinaryPrimitives.ReadUInt32LittleEndian(file[(offset + 4)..]) == Crc32C.Of(file.Slice(offset + HeadLength, length), Seed(segment, offset));

    private static uint Seed(long segment, long offset)
    {
        Span<byte> place = stackalloc byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(place, segment);
        BinaryPrimitives.WriteInt64LittleEndian(place[8..], offset);
        return Crc32C.Of(place);
    }
}
