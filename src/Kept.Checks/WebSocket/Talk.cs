using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Kept.Checks.WebSocket;

/// <summary>One whole message of the server.</summary>
internal sealed record Message(bool IsText, ReadOnlyMemory<byte> Content);

/// <summary>How the server closed: 1005 where it named no code, 1006 where it only cut the connection (RFC 6455 §7.1.5).</summary>
internal sealed record Closing(int Code, string Reason)
{
    public static readonly Closing Cut = new(1006, "");

    public string Words => Code == 1006 ? "cut the connection without closing" : $"closed with code {Code}{(Reason.Length > 0 ? $" (\"{Reason}\")" : "")}";
}

/// <summary>An open WebSocket: messages put together from frames, pings answered, a pong noted, and how it was closed.</summary>
/// <param name="limit">Most bytes of one message.</param>
internal sealed class Talk(Frames frames, long limit)
{
    private byte[]? _ping;

    /// <summary>A ping of ours is under way.</summary>
    public bool AwaitsPong => _ping is not null;

    /// <summary>How the server closed; null while it is open.</summary>
    public Closing? Closed { get; private set; }

    public ValueTask PingAsync(byte[] content, CancellationToken deadline) => frames.SendAsync(Opcode.Ping, _ping = content, deadline);

    public ValueTask SendAsync(string text, CancellationToken deadline) => frames.SendAsync(Opcode.Text, Encoding.UTF8.GetBytes(text), deadline);

    /// <summary>Says that we leave, and with which code.</summary>
    public ValueTask CloseAsync(CancellationToken deadline) => frames.SendAsync(Opcode.Close, new byte[] { 1000 >> 8, 1000 & 255 }, deadline);

    /// <summary>Reads until a message is whole, our pong has come, or the server closes. Null: no message.</summary>
    public async ValueTask<Message?> NextAsync(CancellationToken deadline)
    {
        ArrayBufferWriter<byte>? whole = null;
        var isText = false;
        while (await frames.ReadAsync(deadline) is { } frame)
        {
            switch (frame.Opcode)
            {
                case Opcode.Ping:
                    await frames.SendAsync(Opcode.Pong, frame.Content, deadline);
                    continue;
                case Opcode.Pong:
                    if (_ping is null || !frame.Content.Span.SequenceEqual(_ping)) continue; // a pong nobody asked for is allowed
                    _ping = null;
                    if (whole is null) return null;
                    continue; // in the middle of a message: both are told when that is whole
                case Opcode.Close:
                    Closed = ClosingOf(frame.Content.Span);
                    return null;
                case Opcode.Continuation when whole is null:
                    throw frames.Malformed("the rest of a message that never began");
                case Opcode.Text or Opcode.Binary when whole is not null:
                    throw frames.Malformed("a new message in the middle of another");
            }
            if (whole is null) isText = frame.Opcode == Opcode.Text;
            whole ??= new ArrayBufferWriter<byte>(Math.Max(1, frame.Content.Length));
            if (whole.WrittenCount + (long)frame.Content.Length > limit) throw frames.TooLarge();
            whole.Write(frame.Content.Span);
            if (!frame.IsLast) continue;
            return !isText || Utf8.IsValid(whole.WrittenSpan) ? new(isText, whole.WrittenMemory) : throw frames.Malformed("a text that is not UTF-8");
        }
        Closed = whole is null ? Closing.Cut : throw frames.Malformed("a part of a message, and left");
        return null;
    }

    private Closing ClosingOf(ReadOnlySpan<byte> content)
    {
        if (content.Length == 0) return new(1005, "");
        if (content.Length == 1) throw frames.Malformed("half of a code to close with");
        var code = BinaryPrimitives.ReadUInt16BigEndian(content);
        // 1004 to 1006 and 1015 are words of an API and are never sent (RFC 6455 §7.4).
        if (code is < 1000 or 1004 or 1005 or 1006 or 1015 or >= 5000) throw frames.Malformed($"a code to close with that is none: {code}");
        return Utf8.IsValid(content[2..]) ? new(code, string.Concat(Encoding.UTF8.GetString(content[2..]).Select(c => char.IsControl(c) ? '\ufffd' : c))) : throw frames.Malformed("a reason to close that is not UTF-8");
    }
}
