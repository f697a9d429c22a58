using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Kept.Checks;
using Kept.Egress;
using Kept.Judging;
using Kept.Language;
using Kept.Model;

namespace Kept.Fuzz;

/// <summary>
/// What targets answer, over real sockets of this machine: the whole way from bytes to a judged look. Everything is asked through a proxy that is ours, so that no
/// fuzzed redirect can leave the machine.
/// </summary>
internal static class Answers
{
    private const string House = """
        kept: 1
        agent: a
        domains: [localhost, 127.0.0.1]
        promises:
          p:
            version: 1.0
            to: anyone
            check:
              http: GET http://localhost/
              every: 1m
              timeout: 2s
              expect:
                - status in 200..299
                - body.items[0].id >= 1 and count(body.items) > 0
                - body matches /o(k|K)+$/
                - header.content-type contains 'json'
                - time < 5s
        """;

    private static readonly Lazy<Scripted> Server = new(() => new Scripted());
    private static readonly Lazy<Dialer> Proxied = new(() => new Dialer(new EgressOptions { Proxy = $"http://127.0.0.1:{Server.Value.HttpPort}" }, TimeProvider.System));
    private static readonly Lazy<Dialer> Direct = new(() => new Dialer(new EgressOptions { ResolverTimeout = Duration.Milliseconds(300) }, TimeProvider.System));
    private static readonly Lazy<Check> HttpCheck = new(() => HouseReader.Read([new DocumentFile("fuzz.kept.yaml", Encoding.UTF8.GetBytes(House))], "fuzz", CheckCatalog.Kinds) is { House: { } house }
        ? house.Promises.First().Checks[0] : throw new BrokenPromiseException("the house of the target does not read"));
    private static readonly Lazy<FrozenDictionary<string, Look>> Looks = new(() => CheckCatalog.Looks(Proxied.Value, TimeProvider.System));

    private static readonly string[] HttpSeeds =
    [
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 24\r\n\r\n{\"items\":[{\"id\":1}]}  ok",
        "HTTP/1.1 302 Found\r\nLocation: /next?a=%20b\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\nContent-Type: text/html; charset=\"utf-16\"\r\n\r\n5\r\nabcde\r\n0\r\n\r\n",
        "HTTP/1.0 503 image-later\r\nRetry-After: 30\r\nConnection: close\r\n\r\nlater",
    ];

    private static readonly string[] Pages =
    [
        "# TYPE http_requests gauge\nhttp_requests{path=\"/a\\\"}\",code=\"200\"} 12.5 1700000000\nhttp_requests 3e2\n",
        "http_requests NaN\nhttp_requests{} +Inf\nhttp_requests_total 7\n",
    ];

    /// <summary>How long an answer of DNS is waited for. One to another question is rightly waited past, so the fuzzer, which makes many of those, waits shortly.</summary>
    public static TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(2);

    public static IEnumerable<(string Name, byte[] Bytes)> Seeds(string target) => target switch
    {
        "answer" => HttpSeeds.Select((text, i) => ($"answer{i}", Encoding.Latin1.GetBytes(text))),
        "load" => Pages.Select((text, i) => ($"page{i}", Encoding.UTF8.GetBytes(text))),
        _ => DnsSeeds(),
    };

    public static bool Http(byte[] bytes)
    {
        Server.Value.HttpAnswer = bytes;
        var check = HttpCheck.Value;
        var seen = Looks.Value["http"](new LookRequest(check, DocumentOrigin.Ours), CancellationToken.None).AsTask().GetAwaiter().GetResult();
        Judge.Look(check, seen, new Judged(Truth.True, ""));
        if (seen.Excerpt is { } excerpt && Encoding.UTF8.GetByteCount(excerpt) > 4096) throw new BrokenPromiseException("an excerpt is larger than its bound");
        return seen.Reach == Reach.Answered;
    }

    public static bool Load(byte[] bytes)
    {
        Server.Value.HttpAnswer = [.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {bytes.Length}\r\nConnection: close\r\n\r\n"), .. bytes];
        var isRead = false;
        foreach (var metric in (string[])["http_requests", "http_requests{code=\"200\"}", "http_requests_total"])
            isRead |= CheckCatalog.LoadReader(Proxied.Value, TimeProvider.System)(new LoadSource(metric, "http://localhost/metrics"), CancellationToken.None).AsTask().GetAwaiter().GetResult() is not null;
        return isRead;
    }

    public static bool Dns(byte[] bytes)
    {
        Server.Value.DnsAnswer = bytes;
        try
        {
            using var deadline = new CancellationTokenSource(Patience);
            var answer = NameServerAsk.AskAsync(Direct.Value, "127.0.0.1", Server.Value.DnsPort, "fuzz.example", QuestionFor(bytes),
                DocumentOrigin.Ours, new DialTrail(TimeProvider.System), deadline.Token).AsTask().GetAwaiter().GetResult();
            if (answer.Records.Length > 256 || answer.Records.Any(record => record.Length > 1024)) throw new BrokenPromiseException("an answer of DNS is larger than its bound");
            return answer.Records.Length > 0;
        }
        catch (Exception fault) when (fault is EgressException or OperationCanceledException)
        {
            // told as a failure of the target, or silence
            return false;
        }
    }

    /// <summary>What is asked depends on the answer, so that every kind of record is reached: by its length, which of each seed is that of the kind it answers.</summary>
    private static string QuestionFor(byte[] answer) => (answer.Length % 3) switch { 0 => "TXT", 1 => "SOA", _ => "A" };

    private static IEnumerable<(string Name, byte[] Bytes)> DnsSeeds()
    {
        // what follows the id: flags, counts, the question, then answers that point back at its name
        byte[] question = [4, .. "fuzz"u8, 7, .. "example"u8, 0];
        byte[] Message(byte type, params byte[] data) => [0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, .. question, 0, type, 0, 1, 0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, (byte)data.Length, .. data];
        yield return ("a", Message(1, 127, 0, 0, 1));
        yield return ("txt", Message(16, [4, .. "well"u8, 2, .. "ok"u8]));
        yield return ("soa", Message(6, [0xc0, 12, 0xc0, 12, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5]));
        yield return ("nxdomain", [0x81, 0x83, 0, 1, 0, 0, 0, 0, 0, 0, .. question, 0, 1, 0, 1]);
    }
}

/// <summary>Answers every HTTP request (a proxy's CONNECT too) and every question of DNS with the bytes it was given.</summary>
internal sealed class Scripted : IDisposable
{
    private readonly TcpListener _http = new(IPAddress.Loopback, 0), _dnsTcp;
    private readonly UdpClient _dns;

    public Scripted()
    {
        _http.Start();
        (_dns, _dnsTcp) = BothOnOnePort();
        _ = AcceptAsync();
        _ = AnswerDnsAsync();
        _ = RefuseTcpAsync();
    }

    /// <summary>A port that is free for UDP may be taken for TCP: then another is tried.</summary>
    private static (UdpClient Udp, TcpListener Tcp) BothOnOnePort()
    {
        for (var tries = 1; ; tries++)
        {
            var udp = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
            var tcp = new TcpListener(IPAddress.Loopback, ((IPEndPoint)udp.Client.LocalEndPoint!).Port);
            try
            {
                tcp.Start();
                return (udp, tcp);
            }
            catch (SocketException) when (tries < 20)
            {
                udp.Dispose();
                tcp.Dispose();
            }
        }
    }

    public int HttpPort => ((IPEndPoint)_http.LocalEndpoint).Port;
    public int DnsPort => ((IPEndPoint)_dns.Client.LocalEndPoint!).Port;
    public byte[] HttpAnswer { get; set; } = [];
    public byte[] DnsAnswer { get; set; } = [];

    public void Dispose()
    {
        _http.Dispose();
        _dnsTcp.Dispose();
        _dns.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true) _ = ServeAsync(await _http.AcceptTcpClientAsync());
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
            try
            {
                var stream = client.GetStream();
                if ((await HeadAsync(stream)).StartsWith("CONNECT", StringComparison.Ordinal))
                {
                    await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray());
                    await HeadAsync(stream);
                }
                await stream.WriteAsync(HttpAnswer);
                client.Client.Shutdown(SocketShutdown.Send);
                await stream.CopyToAsync(Stream.Null); // a close with unread bytes would reset the connection under the answer
            }
            catch (Exception fault) when (fault is IOException or SocketException)
            {
                // the look left
            }
    }

    internal static async Task<string> HeadAsync(NetworkStream stream)
    {
        var head = new byte[8192];
        var length = 0;
        while (length < head.Length && !head.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
        {
            var read = await stream.ReadAsync(head.AsMemory(length));
            if (read == 0) break;
            length += read;
        }
        return Encoding.Latin1.GetString(head, 0, length);
    }

    private async Task AnswerDnsAsync()
    {
        while (true)
        {
            var question = await _dns.ReceiveAsync();
            // the id of the question stands first, else every answer would be dropped unread
            await _dns.SendAsync((byte[])[.. question.Buffer.AsSpan(0, 2), .. DnsAnswer.AsSpan(0, Math.Min(DnsAnswer.Length, 4000))], question.RemoteEndPoint);
        }
    }

    private async Task RefuseTcpAsync()
    {
        while (true) (await _dnsTcp.AcceptTcpClientAsync()).Dispose();
    }
}
