using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Kept.Model;

namespace Kept.Egress.Naming;

/// <summary>One question to a name server over UDP, asked again when it is lost, and over TCP where the answer was cut: one answer of at most 64 KiB (RFC 7766).</summary>
internal static class DnsExchange
{
    private const int FormatError = 1, ServerFailure = 2, NotImplemented = 4, Refused = 5;

    /// <param name="servers">Asked in turn, each try the next one.</param>
    /// <param name="patience">For one try.</param>
    /// <exception cref="InvalidDataException">The answer cannot be read.</exception>
    /// <exception cref="SocketException">No way to the server.</exception>
    /// <exception cref="IOException">It cut the connection.</exception>
    /// <exception cref="OperationCanceledException">No answer.</exception>
    public static async ValueTask<DnsMessage> AskAsync(IPEndPoint[] servers, string name, int type, Duration patience, TimeProvider time, CancellationToken deadline)
    {
        var tries = Math.Max(2, servers.Length);
        for (var t = 0; ; t++)
        {
            var isLast = t == tries - 1;
            using var bound = new CancellationTokenSource(patience.ToTimeSpan(), time);
            using var leave = deadline.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), bound);
            try
            {
                var answer = await OverUdpAsync(servers[t % servers.Length], name, type, bound.Token);
                // One of several servers that is not well is no answer while there is another.
                if (isLast || servers.Length == 1 || answer.Code is not (ServerFailure or NotImplemented or Refused)) return answer;
            }
            catch (Exception fault) when (!isLast && !deadline.IsCancellationRequested && fault is OperationCanceledException or SocketException or IOException or InvalidDataException)
            {
                // Lost, or this server is away: the next try tells.
            }
        }
    }

    private static async ValueTask<DnsMessage> OverUdpAsync(IPEndPoint server, string name, int type, CancellationToken bound)
    {
        // Connected: the kernel drops what comes from anybody else, and tells when nobody listens.
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server, bound);
        var buffer = new byte[4096];
        for (var extended = true; ; extended = false)
        {
            var id = NewId();
            await socket.SendAsync(DnsMessage.Question(id, name, type, extended), SocketFlags.None, bound);
            DnsMessage? answer;
            do answer = DnsMessage.Read(buffer.AsSpan(0, await socket.ReceiveAsync(buffer, SocketFlags.None, bound)), id, type);
            while (answer is null);
            if (answer.IsCut) return await OverTcpAsync(server, name, type, bound);
            if (answer.Code != FormatError || !extended) return answer;
        }
    }

    private static async ValueTask<DnsMessage> OverTcpAsync(IPEndPoint server, string name, int type, CancellationToken bound)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, bound);
        await using var stream = new NetworkStream(socket);
        var id = NewId();
        var question = DnsMessage.Question(id, name, type, extended: false);
        byte[] framed = [.. DnsMessage.Two(question.Length), .. question];
        await stream.WriteAsync(framed, bound);
        var length = new byte[2];
        await stream.ReadExactlyAsync(length, bound);
        var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await stream.ReadExactlyAsync(message, bound);
        return DnsMessage.Read(message, id, type) is { IsCut: false } answer ? answer : throw new InvalidDataException("over TCP it answers another question, or cuts again");
    }

    private static ushort NewId() => (ushort)RandomNumberGenerator.GetInt32(65536);
}
