using System.Buffers.Binary;

namespace Kept.Checks.Icmp;

/// <summary>Echo of ICMP (RFC 792, RFC 4443 §4): a request, and whether a message is the answer to it.</summary>
internal static class EchoMessage
{
    public const int NonceLength = 16;
    private const int Header = 8, Length = 64;

    /// <param name="isSix">Of ICMPv6, whose checksum the kernel makes.</param>
    /// <param name="id">Whose: some kernels put one of their own in its place.</param>
    /// <param name="nonce">Comes back in the answer, and is known to nobody who does not see the request.</param>
    public static byte[] Request(bool isSix, ushort id, ushort sequence, ReadOnlySpan<byte> nonce)
    {
        var message = new byte[Length];
        message[0] = isSix ? (byte)128 : (byte)8;
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(4), id);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(6), sequence);
        nonce.CopyTo(message.AsSpan(Header));
        if (!isSix) BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), ChecksumOf(message));
        return message;
    }

    /// <summary>Which request it answers; null where it answers none of ours, as our own request that a raw socket shows on loopback.</summary>
    public static int? SequenceOf(ReadOnlySpan<byte> message, bool isSix, ReadOnlySpan<byte> nonce) =>
        message.Length == Length && message[0] == (isSix ? 129 : 0) && message[1] == 0 && message.Slice(Header, NonceLength).SequenceEqual(nonce)
            ? BinaryPrimitives.ReadUInt16BigEndian(message[6..])
            : null;

    /// <summary>RFC 1071.</summary>
    private static ushort ChecksumOf(ReadOnlySpan<byte> message)
    {
        uint sum = 0;
        for (var i = 0; i < message.Length; i += 2) sum += BinaryPrimitives.ReadUInt16BigEndian(message[i..]);
        while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)(~sum & 0xffff);
    }
}
