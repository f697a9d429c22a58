using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Kept.TestKit.Peers;

/// <summary>A server on loopback that does exactly what its script says with each connection, however wrong. Counts connections.</summary>
public sealed class ScriptedPeer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly Func<Stream, CancellationToken, Task> _script;
    private readonly Func<Stream, CancellationToken, Task<Stream>>? _secure;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private int _connections;

    private ScriptedPeer(IPAddress address, int port, Func<Stream, CancellationToken, Task> script, Func<Stream, CancellationToken, Task<Stream>>? secure)
    {
        (_script, _secure) = (script, secure);
        _listener = new TcpListener(address, port);
        _listener.Start(512);
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;
    public int Connections => Volatile.Read(ref _connections);
    public string Url => $"http://127.0.0.1:{Port}";

    public static ScriptedPeer Tcp(Func<Stream, CancellationToken, Task> script, IPAddress? address = null, int port = 0) => new(address ?? IPAddress.Loopback, port, script, null);

    /// <summary>Shakes hands with TLS first.</summary>
    public static ScriptedPeer Tls(SslServerAuthenticationOptions options, Func<Stream, CancellationToken, Task> script, IPAddress? address = null) => new(address ?? IPAddress.Loopback, 0, script, async (stream, stop) =>
    {
        var tls = new SslStream(stream);
        await tls.AuthenticateAsServerAsync(options, stop);
        return tls;
    });

    public static ScriptedPeer Tls(X509Certificate2 certificate, Func<Stream, CancellationToken, Task> script, X509Certificate2Collection? between = null, IPAddress? address = null) =>
        Tls(new SslServerAuthenticationOptions { ServerCertificateContext = SslStreamCertificateContext.Create(certificate, between, offline: true) }, script, address);

    /// <summary>Reads each request on a connection and writes these bytes, until the other end closes.</summary>
    public static Func<Stream, CancellationToken, Task> Answering(params byte[][] parts) => async (stream, stop) =>
    {
        while (await ReadHeadAsync(stream, stop) is not null)
            foreach (var part in parts)
                await stream.WriteAsync(part, stop);
    };

    public static Func<Stream, CancellationToken, Task> Answering(string answer) => Answering(Encoding.Latin1.GetBytes(answer));

    /// <summary>Reads one request, writes these bytes, and closes.</summary>
    public static Func<Stream, CancellationToken, Task> Once(string answer) => async (stream, stop) =>
    {
        if (await ReadHeadAsync(stream, stop) is not null) await stream.WriteAsync(Encoding.Latin1.GetBytes(answer), stop);
    };

    /// <summary>A plain 200 with content.</summary>
    public static string Ok(string content = "ok", string headers = "") =>
        $"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n{headers}Content-Length: {Encoding.UTF8.GetByteCount(content)}\r\n\r\n{content}";

    /// <summary>The head of a request, with its content where a length is given; null when the other end closed.</summary>
    public static async Task<string?> ReadHeadAsync(Stream stream, CancellationToken stop)
    {
        var text = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one, stop) == 1)
        {
            text.Append((char)one[0]);
            if (!text.ToString(Math.Max(0, text.Length - 4), Math.Min(4, text.Length)).EndsWith("\r\n\r\n", StringComparison.Ordinal)) continue;
            var head = text.ToString();
            var at = head.IndexOf("Content-Length: ", StringComparison.OrdinalIgnoreCase);
            if (at < 0) return head;
            var content = new byte[int.Parse(head.AsSpan(at + 16, head.IndexOf('\r', at) - at - 16))];
            await stream.ReadExactlyAsync(content, stop);
            return head + Encoding.UTF8.GetString(content);
        }
        return null;
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptSocketAsync(_stop.Token);
            }
            catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
            Interlocked.Increment(ref _connections);
            _ = ServeAsync(socket);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        socket.NoDelay = true;
        try
        {
            await using Stream plain = new NetworkStream(socket, ownsSocket: true);
            await using var stream = _secure is null ? plain : await _secure(plain, _stop.Token);
            await _script(stream, _stop.Token);
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException or SocketException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // The other end left: that is what many of these tests are about.
        }
    }

    /// <summary>Sends a reset instead of a close.</summary>
    public static Task ResetAsync(Stream stream)
    {
        if (stream is NetworkStream network)
        {
            network.Socket.LingerState = new LingerOption(true, 0);
            network.Socket.Dispose();
        }
        return Task.CompletedTask;
    }

    /// <summary>A port of loopback where nobody listens.</summary>
    public static int ClosedPort()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        return port;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }
}
