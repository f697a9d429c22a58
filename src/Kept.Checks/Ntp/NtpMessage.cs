using System.Buffers.Binary;
using System.Net;
using Kept.Model;

namespace Kept.Checks.Ntp;

/// <summary>The answer of a time server, read strictly (RFC 5905 §7.3).</summary>
/// <param name="Leap">0 none, 1 added, 2 removed, 3 not synchronized.</param>
/// <param name="Stratum">0: no time but a kiss, told by <paramref name="Reference"/>.</param>
/// <param name="Received">When our question came there, by its clock.</param>
/// <param name="Sent">When its answer left.</param>
internal sealed record NtpMessage(int Leap, int Stratum, Duration RootDelay, Duration RootDispersion, string Reference, Instant Received, Instant Sent)
{
    public const int Length = 48;
    private const int Client = 3, Server = 4;

    /// <summary>From 1900, where its seconds begin, to 1970, where ours do.</summary>
    private const long Before1970 = 2_208_988_800;

    /// <summary>A question. Our time is none of its business, so a random <paramref name="nonce"/> stands where it would: the answer must show it again.</summary>
    public static byte[] Question(ulong nonce)
    {
        var message = new byte[Length];
        message[0] = 4 << 3 | Client;
        BinaryPrimitives.WriteUInt64BigEndian(message.AsSpan(40), nonce);
        return message;
    }

    /// <summary>The nonce that an answer shows; null where it is too short for one.</summary>
    public static ulong? NonceOf(ReadOnlySpan<byte> message) => message.Length < Length ? null : BinaryPrimitives.ReadUInt64BigEndian(message[24..]);

    /// <param name="near">A time within 68 years of the answer's: 32 bits of seconds begin anew in 2036.</param>
    /// <exception cref="InvalidDataException">It is no answer of a server, in words.</exception>
    public static NtpMessage Read(ReadOnlySpan<byte> message, Instant near)
    {
        if (message.Length < Length) throw new InvalidDataException($"an answer has {Length} bytes, this one {message.Length}");
        var (leap, version, mode, stratum) = (message[0] >> 6, message[0] >> 3 & 7, message[0] & 7, (int)message[1]);
        if (mode != Server) throw new InvalidDataException($"it answers in mode {mode}, where a server answers in 4");
        if (version is < 1 or > 4) throw new InvalidDataException($"it answers in version {version}, where 4 was asked");
        if (stratum > 16) throw new InvalidDataException($"there is no stratum {stratum}");
        var reference = ReferenceOf(message[12..16], stratum);
        if (stratum == 0) return new(leap, 0, default, default, reference, default, default); // a kiss tells no time
        if (BinaryPrimitives.ReadUInt64BigEndian(message[32..]) == 0 || BinaryPrimitives.ReadUInt64BigEndian(message[40..]) == 0) throw new InvalidDataException("it tells no time");
        var (received, sent) = (TimeOf(message[32..], near), TimeOf(message[40..], near));
        if (sent < received) throw new InvalidDataException("its answer left before the question came");
        return new(leap, stratum, ShortOf(message[4..]), ShortOf(message[8..]), reference, received, sent);
    }

    /// <summary>64 bits: seconds since 1900 in an era not told, and a fraction.</summary>
    private static Instant TimeOf(ReadOnlySpan<byte> bytes, Instant near)
    {
        var wire = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        var fraction = (long)BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) * 1_000_000 >> 32;
        // The era is that in which it comes nearest: the difference of seconds as a number with a sign.
        var nearSeconds = near.Microseconds / 1_000_000 + Before1970;
        var apart = unchecked((int)(wire - (uint)nearSeconds));
        return new Instant((nearSeconds + apart - Before1970) * 1_000_000 + fraction);
    }

    /// <summary>32 bits: seconds and a fraction of 16 each.</summary>
    private static Duration ShortOf(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt32BigEndian(bytes) * Duration.PerSecond >> 16);

    /// <summary>A word of four letters at stratum 0 and 1, an IPv4 address or four bytes of a hash above.</summary>
    private static string ReferenceOf(ReadOnlySpan<byte> bytes, int stratum)
    {
        if (stratum > 1) return new IPAddress(bytes).ToString();
        var end = bytes.IndexOf((byte)0) is var zero and >= 0 ? zero : 4;
        Span<char> word = stackalloc char[end];
        for (var i = 0; i < end; i++) word[i] = bytes[i] is >= 0x20 and < 0x7f ? (char)bytes[i] : '\ufffd';
        return word.ToString();
    }
}
