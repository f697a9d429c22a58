using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Kept.TestKit.Peers;

/// <summary>One record of an answer, its data as bytes of the wire.</summary>
public sealed record NameRecord(string Name, int Type, int Ttl, byte[] Data)
{
    public static NameRecord Address(string name, string address, int ttl = 60) =>
        IPAddress.Parse(address) is var ip && ip.AddressFamily == AddressFamily.InterNetwork ? new(name, 1, ttl, ip.GetAddressBytes()) : new(name, 28, ttl, ip.GetAddressBytes());

    public static NameRecord Alias(string name, string to, int ttl = 60) => new(name, 5, ttl, NameServer.Wire(to));
    public static NameRecord Mail(string name, int preference, string host) => new(name, 15, 60, [(byte)(preference >> 8), (byte)preference, .. NameServer.Wire(host)]);
    public static NameRecord Server(string name, string host) => new(name, 2, 60, NameServer.Wire(host));
    public static NameRecord Pointer(string name, string host) => new(name, 12, 60, NameServer.Wire(host));

    public static NameRecord Zone(string name, string server, string mailbox, params uint[] numbers) =>
        new(name, 6, 60, [.. NameServer.Wire(server), .. NameServer.Wire(mailbox), .. numbers.SelectMany(number => new[] { (byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number })]);

    public static NameRecord Place(string name, int priority, int weight, int port, string host) => new(name, 33, 60,
        [(byte)(priority >> 8), (byte)priority, (byte)(weight >> 8), (byte)weight, (byte)(port >> 8), (byte)port, .. NameServer.Wire(host)]);

    public static NameRecord Issuer(string name, byte flags, string tag, string value) => new(name, 257, 60, [flags, (byte)tag.Length, .. Encoding.ASCII.GetBytes(tag + value)]);

    public static NameRecord Text(string name, string text) => new(name, 16, 60, [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)]);
}

/// <summary>What a name server says: a code (0 fine, 2 SERVFAIL, 3 NXDOMAIN, 5 REFUSED) and records. <c>Cut</c>: over UDP only "ask again over TCP".</summary>
public sealed record NameAnswer(int Code, params NameRecord[] Records)
{
    public bool Cut { get; init; }
    public bool Authoritative { get; init; } = true;
    /// <summary>Says nothing.</summary>
    public static readonly NameAnswer Silence = new(-1);
    public static readonly NameAnswer NoSuchName = new(3);
    public static readonly NameAnswer ServerFailure = new(2);
}

/// <summary>A name server on loopback, UDP and TCP on one port, that says exactly what its script says.</summary>
public sealed class NameServer : IAsyncDisposable
{
    private readonly Func<string, int, NameAnswer> _script;
    private readonly Socket _udp;
    private readonly TcpListener _tcp;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _loops;
    private int _questions;

    /// <param name="script">From name (lower case, no final dot) and type number to the answer.</param>
    /// <param name="address">Where it stands; 127.0.0.1 where it is not given.</param>
    public NameServer(Func<string, int, NameAnswer> script, IPAddress? address = null)
    {
        _script = script;
        (_udp, _tcp) = Bind(address ?? IPAddress.Loopback);
        _loops = [ServeUdpAsync(), ServeTcpAsync()];
    }

    public IPEndPoint EndPoint => (IPEndPoint)_tcp.LocalEndpoint;
    public int Port => EndPoint.Port;
    public int Questions => Volatile.Read(ref _questions);

    private static (Socket, TcpListener) Bind(IPAddress address)
    {
        for (var tries = 0; ; tries++)
        {
            var tcp = new TcpListener(address, 0);
            tcp.Start();
            var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                udp.Bind(tcp.LocalEndpoint);
                return (udp, tcp);
            }
            catch (SocketException) when (tries < 20)
            {
                // Somebody holds the same port for UDP: another pair.
                udp.Dispose();
                tcp.Stop();
            }
        }
    }

    private async Task ServeUdpAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (true)
            {
                var got = await _udp.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                if (Reply(buffer.AsSpan(0, got.ReceivedBytes), overTcp: false) is { } reply)
                    await _udp.SendToAsync(reply, SocketFlags.None, got.RemoteEndPoint, _stop.Token);
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeTcpAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _tcp.AcceptTcpClientAsync(_stop.Token);
                var stream = client.GetStream();
                var length = new byte[2];
                await stream.ReadExactlyAsync(length, _stop.Token);
                var question = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                await stream.ReadExactlyAsync(question, _stop.Token);
                if (Reply(question, overTcp: true) is not { } reply) continue;
                BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)reply.Length);
                await stream.WriteAsync(length, _stop.Token);
                await stream.WriteAsync(reply, _stop.Token);
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException or SocketException or ObjectDisposedException || _stop.IsCancellationRequested && fault is InvalidOperationException)
        {
            // Stopped (between two clients the listener tells so in its own way).
        }
    }

    private byte[]? Reply(ReadOnlySpan<byte> question, bool overTcp)
    {
        Interlocked.Increment(ref _questions);
        var labels = new List<string>();
        var at = 12;
        while (question[at] != 0)
        {
            labels.Add(Encoding.ASCII.GetString(question.Slice(at + 1, question[at])));
            at += question[at] + 1;
        }
        var type = BinaryPrimitives.ReadUInt16BigEndian(question[(at + 1)..]);
        var answer = _script(string.Join('.', labels).ToLowerInvariant(), type);
        if (answer.Code < 0) return null;
        var cut = answer.Cut && !overTcp;
        var reply = new List<byte>();
        reply.AddRange(question[..2]);
        reply.Add((byte)(0x81 | (answer.Authoritative ? 4 : 0) | (cut ? 2 : 0)));
        reply.Add((byte)(0x80 | answer.Code));
        reply.AddRange([0, 1, (byte)(cut ? 0 : answer.Records.Length >> 8), (byte)(cut ? 0 : answer.Records.Length), 0, 0, 0, 0]);
        reply.AddRange(question[12..(at + 5)]);
        if (!cut)
            foreach (var record in answer.Records)
            {
                reply.AddRange(Wire(record.Name));
                reply.AddRange([(byte)(record.Type >> 8), (byte)record.Type, 0, 1, (byte)(record.Ttl >> 24), (byte)(record.Ttl >> 16), (byte)(record.Ttl >> 8), (byte)record.Ttl]);
                reply.AddRange([(byte)(record.Data.Length >> 8), (byte)record.Data.Length, .. record.Data]);
            }
        return [.. reply];
    }

    internal static byte[] Wire(string name) =>
        [.. name.Split('.', StringSplitOptions.RemoveEmptyEntries).SelectMany(label => new byte[] { (byte)label.Length }.Concat(Encoding.ASCII.GetBytes(label))), 0];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _udp.Dispose();
        _tcp.Stop();
        await Task.WhenAll(_loops);
        _stop.Dispose();
    }
}
