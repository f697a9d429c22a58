using System.Buffers.Binary;
using System.Security.Cryptography;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.WebSocket;

/// <summary>What a frame is for (RFC 6455 §5.2).</summary>
internal enum Opcode : byte { Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10 }

/// <summary>One frame of a server.</summary>
internal readonly record struct Frame(Opcode Opcode, bool IsLast, ReadOnlyMemory<byte> Content);

/// <summary>Frames of RFC 6455 over an open stream, read strictly and bounded; ours are masked, as a client's must be.</summary>
/// <param name="ahead">What was read with the end of the handshake.</param>
/// <param name="limit">Most bytes of one frame's content.</param>
internal sealed class Frames(Stream stream, ReadOnlyMemory<byte> ahead, long limit, string where)
{
    /// <summary>A server may send frames without content for ever: a look reads so many.</summary>
    private const int MostFrames = 10_000;

    private ReadOnlyMemory<byte> _ahead = ahead;
    private int _count;

    /// <summary>The next frame; null where the other end closed the connection between two.</summary>
    /// <exception cref="EgressException">It breaks the protocol or is too large.</exception>
    public async ValueTask<Frame?> ReadAsync(CancellationToken deadline)
    {
        var head = new byte[8];
        if (!await FillAsync(head.AsMemory(0, 2), mayEnd: true, deadline)) return null;
        if (++_count > MostFrames) throw EgressException.OfTarget(TargetFailure.TooLarge, $"{where} sent more than {MostFrames} frames");
        var (opcode, isLast, isMasked, size) = ((Opcode)(head[0] & 15), (head[0] & 0x80) != 0, (head[1] & 0x80) != 0, (long)(head[1] & 0x7f));
        if ((head[0] & 0x70) != 0) throw Malformed("a frame with reserved bits, though no extension was agreed on");
        if (!Enum.IsDefined(opcode)) throw Malformed($"a frame with opcode {(int)opcode}, which means nothing");
        if (isMasked) throw Malformed("a masked frame, which only a client may");
        if (opcode >= Opcode.Close && (!isLast || size > 125)) throw Malformed("a control frame that is long or in parts");
        if (size == 126)
        {
            await FillAsync(head.AsMemory(0, 2), mayEnd: false, deadline);
            size = BinaryPrimitives.ReadUInt16BigEndian(head);
            if (size < 126) throw Malformed("a length in more bytes than it needs");
        }
        else if (size == 127)
        {
            await FillAsync(head, mayEnd: false, deadline);
            size = BinaryPrimitives.ReadInt64BigEndian(head);
            if (size is >= 0 and < 65536) throw Malformed("a length in more bytes than it needs");
            if (size < 0) throw Malformed("a frame of a length that cannot be");
        }
        if (size > limit && opcode < Opcode.Close) throw TooLarge();
        return new Frame(opcode, isLast, await ContentAsync(size, deadline));
    }

    /// <summary>So many bytes, which take memory only as they come.</summary>
    private async ValueTask<byte[]> ContentAsync(long size, CancellationToken deadline)
    {
        var content = size == 0 ? [] : new byte[Growth.First(size)];
        for (var filled = 0; filled < size; filled = content.Length)
        {
            if (filled > 0) Array.Resize(ref content, Growth.Next(filled, size));
            await FillAsync(content.AsMemory(filled), mayEnd: false, deadline);
        }
        return content;
    }

    /// <summary>Sends one whole frame.</summary>
    public async ValueTask SendAsync(Opcode opcode, ReadOnlyMemory<byte> content, CancellationToken deadline)
    {
        var mask = RandomNumberGenerator.GetBytes(4);
        byte[] length = content.Length switch
        {
            < 126 => [(byte)(0x80 | content.Length)],
            < 65536 => [0x80 | 126, (byte)(content.Length >> 8), (byte)(content.Length & 255)],
            _ => [0x80 | 127, 0, 0, 0, 0, (byte)(content.Length >> 24), (byte)(content.Length >> 16 & 255), (byte)(content.Length >> 8 & 255), (byte)(content.Length & 255)],
        };
        byte[] frame = [(byte)(0x80 | (byte)opcode), .. length, .. mask, .. content.Span];
        for (var i = 0; i < content.Length; i++) frame[^(content.Length - i)] ^= mask[i & 3];
        await stream.WriteAsync(frame, deadline);
    }

    public EgressException TooLarge() => EgressException.OfTarget(TargetFailure.TooLarge, $"{where} sent a message of more than the {Quantity.Bytes(limit)} that the check allows (body-limit)");

    public EgressException Malformed(string what) => EgressException.OfTarget(TargetFailure.Malformed, $"{where} breaks the protocol of WebSocket: it sent {what}");

    private async ValueTask<bool> FillAsync(Memory<byte> into, bool mayEnd, CancellationToken deadline)
    {
        for (var filled = 0; filled < into.Length;)
        {
            int count;
            if (_ahead.Length > 0)
            {
                count = Math.Min(_ahead.Length, into.Length - filled);
                _ahead[..count].CopyTo(into[filled..]);
                _ahead = _ahead[count..];
            }
            else
            {
                count = await stream.ReadAsync(into[filled..], deadline);
            }
            if (count == 0) return mayEnd && filled == 0 ? false : throw EgressException.OfTarget(TargetFailure.Reset, $"{where} closed the connection in the middle of a frame");
            filled += count;
        }
        return true;
    }
}
