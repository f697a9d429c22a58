using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Kept.Checks;
using Kept.Egress;
using Kept.Model;

namespace Kept.Fuzz;

/// <summary>
/// What servers say in a conversation (mail, mailboxes, shells, WebSockets, gRPC), over a real socket of this machine: the first byte names the kind, the rest is all that
/// the server says, whatever is said to it. Each look ends with the server's end, so none waits.
/// </summary>
internal static class Talks
{
    private static readonly Lazy<Talker> Server = new(() => new Talker());
    private static readonly Lazy<Dialer> Direct = new(() => new Dialer(new EgressOptions(), TimeProvider.System));
    private static readonly Lazy<FrozenDictionary<string, Look>> Looks = new(() => CheckCatalog.Looks(Direct.Value, TimeProvider.System));

    private static readonly (string Kind, (string, FieldValue)[] Settings)[] Asked =
    [
        ("smtp", [("encryption", new FieldValue.Text("none"))]), ("imap", [("encryption", new FieldValue.Text("none"))]), ("ssh", []),
        ("websocket", [("reads", new FieldValue.Text("ready")), ("body-limit", new FieldValue.Bytes(4096))]),
        ("grpc", []),
    ];

    public static IEnumerable<(string Name, byte[] Bytes)> Seeds() =>
    [
        ("smtp", "0220-mail.example\r\n220 ready\r\n250-mail.example\r\n250-SIZE 1000\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n"u8.ToArray()),
        ("imap", "1* OK ready\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN STARTTLS\r\nk1 OK done\r\n"u8.ToArray()),
        ("ssh", "2welcome\r\nSSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"u8.ToArray()),
        ("text", [.. "3"u8, 0x89, 1, 65, 0x01, 3, .. "rea"u8, 0x80, 2, .. "dy"u8, 0x88, 4, 3, 232, 111, 107]),
        ("grpc", [.. "4"u8, .. Frame(4, 0, 0, []), .. Frame(4, 1, 0, []), .. Frame(1, 4, 1, [0x88, 0x40, 12, .. "content-type"u8, 16, .. "application/grpc"u8]), .. Frame(0, 0, 1, [0, 0, 0, 0, 2, 8, 1]), .. Frame(1, 5, 1, [0x40, 11, .. "grpc-status"u8, 1, .. "0"u8])]),
        ("binary", [.. "3"u8, 0x8a, 0, 0x82, 126, 0, 130, .. new byte[125], .. "ready"u8, 0x88, 0]),
    ];

    /// <summary>A frame of HTTP/2.</summary>
    internal static byte[] Frame(byte kind, byte flags, byte stream, byte[] content) => [(byte)(content.Length >> 16), (byte)(content.Length >> 8), (byte)content.Length, kind, flags, 0, 0, 0, stream, .. content];

    public static bool Look(byte[] bytes)
    {
        if (bytes.Length == 0) return false;
        var (name, settings) = Asked[bytes[0] % 48 % Asked.Length];
        Server.Value.Says = (bytes[1..], name);
        var kind = CheckCatalog.Kinds.Single(one => one.Name == name);
        var target = kind.ReadTarget(name == "websocket" ? $"ws://127.0.0.1:{Server.Value.Port}/" : $"127.0.0.1:{Server.Value.Port}").Target!;
        var check = new Check(name, kind, target, settings.ToFrozenDictionary(one => one.Item1, one => one.Item2), Duration.Minutes(1), Duration.Seconds(2), Confirmation.AtOnce, [], [], Place.None);
        var seen = Looks.Value[name](new LookRequest(check, DocumentOrigin.Ours), CancellationToken.None).AsTask().GetAwaiter().GetResult();
        if (seen.Gap == GapCause.Fault) throw new BrokenPromiseException($"what a server said is told as a fault of ours: {seen.Detail}");
        if (seen.Excerpt is { } excerpt && Encoding.UTF8.GetByteCount(excerpt) > 4096) throw new BrokenPromiseException("an excerpt is larger than its bound");
        if (seen.Detail is { } detail && (detail.Length > 600 || detail.Any(char.IsControl))) throw new BrokenPromiseException("what is told of a failure is too long or holds control characters");
        return seen.Reach == Reach.Answered;
    }
}

/// <summary>Says the bytes it was given to whoever connects (after a right handshake where it speaks WebSocket), and ends.</summary>
internal sealed class Talker : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public Talker()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;
    public (byte[] Bytes, string Kind) Says { get; set; }

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync());
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
            try
            {
                var stream = client.GetStream();
                var (bytes, kind) = Says;
                if (kind == "grpc") await QuestionAsync(stream); // an answer before its question breaks HTTP/2 already
                if (kind == "websocket") await stream.WriteAsync(Encoding.ASCII.GetBytes(Opened(await Scripted.HeadAsync(stream))));
                await stream.WriteAsync(bytes);
                client.Client.Shutdown(SocketShutdown.Send);
                await stream.CopyToAsync(Stream.Null); // a close with unread bytes would reset the connection under the answer
            }
            catch (Exception fault) when (fault is IOException or SocketException)
            {
                // the look left
            }
    }

    /// <summary>Everything up to the end of the first question.</summary>
    private static async Task QuestionAsync(NetworkStream stream)
    {
        await stream.ReadExactlyAsync(new byte[24]);
        var head = new byte[9];
        do
        {
            await stream.ReadExactlyAsync(head);
            await stream.ReadExactlyAsync(new byte[(head[0] << 16) | (head[1] << 8) | head[2]]);
        }
        while (head[3] > 1 || (head[4] & 1) == 0);
    }

    private static string Opened(string head)
    {
        var key = head.Split("Sec-WebSocket-Key: ")[^1].Split('\r')[0];
#pragma warning disable CA5350 // the protocol names SHA-1
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        return $"HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n";
    }
}
