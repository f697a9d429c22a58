using System.Net;
using System.Net.Sockets;
using Kept.Model;

namespace Kept.Egress;

/// <summary>
/// Datagrams to and from one address: over UDP, or echo requests of ICMP. The address is judged like that of a connection, and the socket is connected: the
/// kernel drops what comes from anybody else, and tells when nobody listens. Nothing of this goes through a proxy, which carries TCP alone.
/// </summary>
public sealed class DatagramLine : IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[LongestMessage];
    private readonly string _where;

    /// <summary>What is longer is cut: no message of a protocol spoken here comes near it.</summary>
    public const int LongestMessage = 2048;

    private DatagramLine(Socket socket, IPAddress address, string where) => (_socket, Address, _where) = (socket, address, where);

    /// <summary>The other end.</summary>
    public IPAddress Address { get; }

    /// <summary>How many further hops the message received last could have made; null where the socket does not show the header of IP, as those do not that need no right of their own.</summary>
    public int? HopLimit { get; private set; }

    /// <summary>Opens a line over UDP to a host, at the first of its addresses that there is a way to.</summary>
    /// <param name="host">Canonical (<see cref="HostText"/>).</param>
    /// <exception cref="EgressException">There is no way to it from here, or it may not be dialled.</exception>
    public static async ValueTask<DatagramLine> OverUdpAsync(Dialer dialer, string host, int port, DocumentOrigin trust, DialTrail trail, CancellationToken cancellationToken)
    {
        RefuseProxy(dialer, "UDP");
        var addresses = await dialer.AllowedAsync(host, port, trust, trail, cancellationToken);
        return await OpenAsync(addresses, port, HostPort.Write(host, port), static family => new Socket(family, SocketType.Dgram, ProtocolType.Udp), trail, cancellationToken);
    }

    /// <summary>Opens a line for echo requests to a host.</summary>
    /// <exception cref="EgressException">There is no way to it from here, it may not be dialled, or this system lets us send no echo requests: then the message says what to allow.</exception>
    public static async ValueTask<DatagramLine> OverIcmpAsync(Dialer dialer, string host, DocumentOrigin trust, DialTrail trail, CancellationToken cancellationToken)
    {
        RefuseProxy(dialer, "ICMP");
        var addresses = await dialer.AllowedAsync(host, 0, trust, trail, cancellationToken);
        return await OpenAsync(addresses, dialer.Options.EchoPort, host, of => EchoSocket(dialer.Options, of), trail, cancellationToken);
    }

    private static Socket EchoSocket(EgressOptions options, AddressFamily family)
    {
        foreach (var open in options.EchoSockets)
            try
            {
                return open(family);
            }
            catch (SocketException fault) when (fault.SocketErrorCode is SocketError.AccessDenied or SocketError.ProtocolNotSupported or SocketError.SocketNotSupported)
            {
                // the next way may be allowed
            }
        throw EgressException.OfUs(GapCause.Local,
            "this system lets us send no echo requests; allow them to the group Kept runs as: sysctl -w net.ipv4.ping_group_range='0 2147483647' (it holds for IPv6 too), or give the program CAP_NET_RAW");
    }

    private static void RefuseProxy(Dialer dialer, string what)
    {
        if (dialer.UsesProxy) throw EgressException.OfUs(GapCause.Route, $"house.yaml sends everything through a proxy, and a proxy carries no {what}: look from a house without one");
    }

    private static async ValueTask<DatagramLine> OpenAsync(IPAddress[] addresses, int port, string where, Func<AddressFamily, Socket> open, DialTrail trail, CancellationToken cancellationToken)
    {
        (trail.Stage, trail.IsNew) = (DialStage.Connecting, true);
        for (var i = 0; ; i++)
        {
            // A socket of IPv6 has no way to ::ffff:192.0.2.1, which every other client reaches as 192.0.2.1.
            var address = addresses[i].IsIPv4MappedToIPv6 ? addresses[i].MapToIPv4() : addresses[i];
            trail.Address = address;
            Socket? socket = null;
            try
            {
                socket = open(address.AddressFamily);
                await socket.ConnectAsync(new IPEndPoint(address, port), cancellationToken); // nothing is sent: it asks for a way there
                trail.Stage = DialStage.Waiting;
                return new DatagramLine(socket, address, where);
            }
            catch (Exception fault) when (fault is SocketException or EgressException)
            {
                socket?.Dispose();
                if (i == addresses.Length - 1) throw EgressException.From(fault, where);
            }
            catch
            {
                socket?.Dispose();
                throw;
            }
        }
    }

    /// <exception cref="EgressException">The system does not let it out, or the other end does not take it.</exception>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        try
        {
            await _socket.SendAsync(message, SocketFlags.None, cancellationToken);
        }
        catch (SocketException fault)
        {
            throw EgressException.OfSocket(fault.SocketErrorCode, _where, fault);
        }
    }

    /// <summary>The next message, valid until the next call. Of ICMP over IPv4 without the header of IP that some sockets put before it.</summary>
    /// <exception cref="EgressException">The other end told that it takes none.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            var length = await _socket.ReceiveAsync(_buffer, SocketFlags.None, cancellationToken);
            return Content(length);
        }
        catch (SocketException fault)
        {
            throw EgressException.OfSocket(fault.SocketErrorCode, _where, fault);
        }
    }

    /// <summary>A message that is there already, valid until the next call; null where there is none.</summary>
    /// <exception cref="EgressException">The other end told that it takes none.</exception>
    public ReadOnlyMemory<byte>? Waiting()
    {
        try
        {
            _socket.Blocking = false;
            return Content(_socket.Receive(_buffer, SocketFlags.None));
        }
        catch (SocketException fault)
        {
            return fault.SocketErrorCode == SocketError.WouldBlock ? null : throw EgressException.OfSocket(fault.SocketErrorCode, _where, fault);
        }
    }

    private ReadOnlyMemory<byte> Content(int length)
    {
        // A raw socket of IPv4 shows the header; no message of ICMP begins with its version, 4.
        var header = _socket.ProtocolType == ProtocolType.Icmp && length >= 20 && _buffer[0] >> 4 == 4 ? (_buffer[0] & 15) * 4 : 0;
        HopLimit = header >= 20 ? _buffer[8] : null;
        return header <= length ? _buffer.AsMemory(header, length - header) : ReadOnlyMemory<byte>.Empty;
    }

    public void Dispose() => _socket.Dispose();
}
