using System.Buffers.Binary;
using System.Text;

namespace Kept.Checks.Mqtt;

/// <summary>Control packets of MQTT 3.1.1 and 5 (OASIS standards): a kind with flags, a length of one to four bytes, content.</summary>
internal sealed class Packets(Wire wire, bool isFive)
{
    public const byte ConnAck = 2, Publish = 3, PubAck = 4, SubAck = 9, Disconnect = 14;
    private const ushort SubscribeId = 1, PublishId = 2;

    public async ValueTask<(int Kind, int Flags, byte[] Content)> NextAsync()
    {
        var first = await wire.ByteAsync();
        var (length, shift) = (0, 0);
        while (true)
        {
            var part = await wire.ByteAsync();
            length |= (part & 0x7f) << shift;
            if ((part & 0x80) == 0) break;
            shift += 7;
            if (shift > 21) throw wire.Malformed("the length of a packet has more than four bytes");
        }
        return (first >> 4, first & 15, await wire.BytesAsync(length));
    }

    public ValueTask ConnectAsync(string client, string? user, string? password)
    {
        var content = new List<byte> { 0, 4, (byte)'M', (byte)'Q', (byte)'T', (byte)'T', (byte)(isFive ? 5 : 4) };
        content.Add((byte)(2 | (user is null ? 0 : 0x80) | (password is null ? 0 : 0x40))); // 2: a session that begins now
        content.AddRange([0, 60]); // seconds of silence that either side bears
        if (isFive) content.Add(0);
        Add(content, client);
        if (user is not null) Add(content, user);
        if (password is not null) Add(content, password);
        return SendAsync(0x10, content);
    }

    public ValueTask SubscribeAsync(string topic)
    {
        var content = Numbered(SubscribeId);
        if (isFive) content.Add(0);
        Add(content, topic);
        content.Add(0); // at most once: we need not answer it
        return SendAsync(0x82, content);
    }

    /// <summary>At least once, so that a broker of version 5 has to say where it does not take it.</summary>
    public ValueTask PublishAsync(string topic, byte[] message)
    {
        var content = new List<byte>();
        Add(content, topic);
        content.AddRange(Numbered(PublishId));
        if (isFive) content.Add(0);
        content.AddRange(message);
        return SendAsync(0x32, content);
    }

    public ValueTask LeaveAsync() => wire.LeaveAsync(new byte[] { 0xe0, 0 });

    /// <summary>The code in an answer to connecting, and whether a session was there.</summary>
    public (int Code, bool SessionPresent) CodeOfConnAck(byte[] content) =>
        content.Length >= 2 && content[0] <= 1 && (isFive || content.Length == 2) ? (content[1], content[0] == 1) : throw wire.Malformed("its answer to connecting is none");

    /// <summary>The code in an answer to subscribing; at 0x80 and above it is a refusal.</summary>
    public int CodeOfSubAck(byte[] content)
    {
        if (content.Length < 3 || BinaryPrimitives.ReadUInt16BigEndian(content) != SubscribeId) throw wire.Malformed("its answer to subscribing is none");
        var at = 2;
        SkipProperties(content, ref at);
        return at == content.Length - 1 ? content[at] : throw wire.Malformed("its answer to subscribing is none");
    }

    /// <summary>The code in an answer to publishing: 0 is taken.</summary>
    public int CodeOfPubAck(byte[] content) =>
        content.Length >= 2 && BinaryPrimitives.ReadUInt16BigEndian(content) == PublishId && (isFive || content.Length == 2)
            ? content.Length > 2 ? content[2] : 0
            : throw wire.Malformed("its answer to publishing is none");

    /// <summary>Topic and message of what came to us.</summary>
    public (string Topic, ReadOnlyMemory<byte> Message) Published(int flags, byte[] content)
    {
        if (content.Length < 2 || BinaryPrimitives.ReadUInt16BigEndian(content) is var length && length + 2 > content.Length) throw wire.Malformed("a message is cut");
        var at = 2 + length;
        if ((flags & 6) != 0) at += 2;
        SkipProperties(content, ref at);
        return at <= content.Length ? (Excerpt.Decode(content.AsSpan(2, length)), content.AsMemory(at)) : throw wire.Malformed("a message is cut");
    }

    private void SkipProperties(byte[] content, ref int at)
    {
        if (!isFive) return;
        var (length, shift) = (0, 0);
        while (true)
        {
            if (at >= content.Length || shift > 21) throw wire.Malformed("the properties of a packet are cut");
            var part = content[at++];
            length |= (part & 0x7f) << shift;
            shift += 7;
            if ((part & 0x80) == 0) break;
        }
        at += length;
        if (at > content.Length) throw wire.Malformed("the properties of a packet are cut");
    }

    private ValueTask SendAsync(byte first, List<byte> content)
    {
        var head = new List<byte> { first };
        var left = content.Count;
        do
        {
            head.Add((byte)((left & 0x7f) | (left > 0x7f ? 0x80 : 0)));
            left >>= 7;
        }
        while (left > 0);
        return wire.SendAsync((byte[])[.. head, .. content]);
    }

    private static List<byte> Numbered(ushort id) => [(byte)(id >> 8), (byte)id];

    private static void Add(List<byte> content, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length > ushort.MaxValue) bytes = bytes[..ushort.MaxValue];
        content.AddRange([(byte)(bytes.Length >> 8), (byte)bytes.Length]);
        content.AddRange(bytes);
    }
}
