using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Kept.TestKit.Peers;

namespace Kept.Checks.Tests;

/// <summary>A server that speaks HTTP/2 by hand (RFC 9113), as far as it must, and then says exactly what its script says, however wrong.</summary>
internal static class Http2Peer
{
    private const byte Data = 0, HeadersFrame = 1, Settings = 4, Ping = 6, Ack = 1, EndStream = 1, EndHeaders = 4;

    /// <summary>Answers each whole request with these frames; they are made for its stream.</summary>
    public static Func<Stream, CancellationToken, Task> Answering(Func<int, byte[]> answer, Action<string>? hears = null) => async (stream, stop) =>
    {
        await stream.ReadExactlyAsync(new byte[24], stop);
        await stream.WriteAsync(Frame(Settings, 0, 0, []), stop);
        var head = new byte[9];
        while (await stream.ReadAtLeastAsync(head, 9, false, stop) == 9)
        {
            var content = new byte[(head[0] << 16) + (head[1] << 8) + head[2]];
            await stream.ReadExactlyAsync(content, stop);
            hears?.Invoke(Encoding.Latin1.GetString(content));
            var (kind, flags, id) = (head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)));
            if (kind == Settings && flags != Ack) await stream.WriteAsync(Frame(Settings, Ack, 0, []), stop);
            if (kind == Ping && flags != Ack) await stream.WriteAsync(Frame(Ping, Ack, 0, content), stop);
            if (kind is Data or HeadersFrame && (flags & EndStream) != 0) await stream.WriteAsync(answer(id), stop);
        }
    };

    public static ScriptedPeer Clear(Func<int, byte[]> answer, IPAddress? address = null, Action<string>? hears = null) => ScriptedPeer.Tcp(Answering(answer, hears), address);

    public static ScriptedPeer Tls(X509Certificate2 certificate, Func<int, byte[]> answer) => ScriptedPeer.Tls(new SslServerAuthenticationOptions
    {
        ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
        ApplicationProtocols = [SslApplicationProtocol.Http2],
    }, Answering(answer));

    public static byte[] Head(int id, bool ends, params (string Name, string Value)[] headers) =>
        Frame(HeadersFrame, (byte)(EndHeaders | (ends ? EndStream : 0)), id, [.. headers.SelectMany(header => (byte[])[0, .. Text(header.Name), .. Text(header.Value)])]);

    public static byte[] Content(int id, bool ends, params byte[] content) => Frame(Data, ends ? EndStream : (byte)0, id, content);

    public static byte[] Frame(byte kind, byte flags, int id, byte[] content) =>
        [(byte)(content.Length >> 16), (byte)(content.Length >> 8), (byte)content.Length, kind, flags, (byte)(id >> 24), (byte)(id >> 16), (byte)(id >> 8), (byte)id, .. content];

    /// <summary>As it is, without Huffman's code (RFC 7541 §5.2).</summary>
    private static byte[] Text(string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        if (bytes.Length < 127) return [(byte)bytes.Length, .. bytes];
        List<byte> length = [127];
        var rest = bytes.Length - 127;
        for (; rest > 127; rest >>= 7) length.Add((byte)(rest & 127 | 128));
        return [.. length, (byte)rest, .. bytes];
    }
}
