using System.Net;
using System.Net.Sockets;

namespace Kept.Checks.Tests;

/// <summary>A name server over UDP alone that tells everybody to ask again over TCP, where whatever else has that port answers.</summary>
internal sealed class CuttingServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Task _serving;

    public CuttingServer(int port)
    {
        _udp.Bind(new IPEndPoint(IPAddress.Loopback, port));
        _serving = ServeAsync();
    }

    /// <summary>Where the question of a message ends.</summary>
    public static int EndOfQuestion(ReadOnlySpan<byte> message)
    {
        var end = 12;
        while (message[end] != 0) end += message[end] + 1;
        return end + 5;
    }

    private async Task ServeAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (true)
            {
                var got = await _udp.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                byte[] cut = [buffer[0], buffer[1], 0x86, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. buffer[12..EndOfQuestion(buffer)]];
                await _udp.SendToAsync(cut, SocketFlags.None, got.RemoteEndPoint, _stop.Token);
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
        _udp.Dispose();
        _stop.Dispose();
    }
}
