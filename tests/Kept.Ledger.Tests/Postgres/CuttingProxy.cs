using System.Net;
using System.Net.Sockets;

namespace Kept.Ledger.Tests.Postgres;

/// <summary>Stands between the ledger and the server, and cuts connections where a test wants it: before a commit reaches the server, or after it happened and before its answer comes back.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private static readonly byte[] Commit = "COMMIT\0"u8.ToArray(); // a transaction begins with READ COMMITTED

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly int _target;
    private readonly List<Task> _running = [];

    public CuttingProxy(int target)
    {
        _target = target;
        _listener.Start();
        _running.Add(AcceptAsync());
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>So many commits are cut off before the server has them.</summary>
    public int CutBefore;

    /// <summary>So many commits happen, and their answer is cut off.</summary>
    public int CutAfter;

    /// <summary>Nothing comes through any more, and nothing is refused: a network that swallows.</summary>
    public volatile bool Swallows;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await Task.WhenAll(_running);
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_end.Token);
                lock (_running) _running.Add(CarryAsync(client));
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // the test ended
        }
    }

    private async Task CarryAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using (client)
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _target, _end.Token);
                var back = BackAsync(server, client);
                var bytes = new byte[64 << 10];
                while (await client.ReceiveAsync(bytes, _end.Token) is var read and > 0)
                {
                    while (Swallows) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, _end.Token);
                    var isCommit = bytes.AsSpan(0, read).IndexOf(Commit) >= 0;
                    if (isCommit && Take(ref CutBefore)) return;
                    var cut = isCommit && Take(ref CutAfter);
                    if (cut) _isCut = true;
                    await server.SendAsync(bytes.AsMemory(0, read), _end.Token);
                    if (!cut) continue;
                    await _answered.Task.WaitAsync(_end.Token); // it happened
                    _answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    return;
                }
            }
            catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // one side went
            }
    }

    private volatile bool _isCut;
    private TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task BackAsync(Socket server, Socket client)
    {
        try
        {
            var bytes = new byte[64 << 10];
            while (await server.ReceiveAsync(bytes, _end.Token) is var read and > 0)
            {
                while (Swallows) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, _end.Token);
                if (_isCut)
                {
                    _isCut = false;
                    _answered.TrySetResult();
                    return;
                }
                await client.SendAsync(bytes.AsMemory(0, read), _end.Token);
            }
            client.Shutdown(SocketShutdown.Both);
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // one side went
        }
    }

    private static bool Take(ref int left)
    {
        if (Volatile.Read(ref left) <= 0) return false;
        Interlocked.Decrement(ref left);
        return true;
    }
}
