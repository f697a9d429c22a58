using System.Net;
using System.Net.Sockets;

namespace Kept.TestKit.Peers;

/// <summary>A peer of UDP on loopback that answers each datagram with what its script says: none, one or many. Counts what came.</summary>
public sealed class DatagramPeer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _socket;
    private readonly Func<byte[], int, IEnumerable<byte[]>> _script;
    private readonly Task _serving;
    private int _received;

    /// <param name="script">From a datagram and its number, beginning at 0, to what is sent back.</param>
    public DatagramPeer(Func<byte[], int, IEnumerable<byte[]>> script, IPAddress? address = null)
    {
        address ??= IPAddress.Loopback;
        _script = script;
        _socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        _socket.Bind(new IPEndPoint(address, 0));
        _serving = ServeAsync(new IPEndPoint(address.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0));
    }

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;
    public int Received => Volatile.Read(ref _received);

    private async Task ServeAsync(IPEndPoint anybody)
    {
        var buffer = new byte[4096];
        try
        {
            while (true)
            {
                var got = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, anybody, _stop.Token);
                foreach (var answer in _script(buffer[..got.ReceivedBytes], _received++))
                    await _socket.SendToAsync(answer, SocketFlags.None, got.RemoteEndPoint, _stop.Token);
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _socket.Dispose();
        _stop.Dispose();
    }
}
