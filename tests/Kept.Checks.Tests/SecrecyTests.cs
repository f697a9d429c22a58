using System.Net;
using System.Text;
using Kept.Egress;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;
using static Kept.Checks.Tests.Saying;

namespace Kept.Checks.Tests;

/// <summary>Passwords go over TLS, and in clear to this machine alone. Here 127.0.0.2 counts as another machine.</summary>
public sealed class SecrecyTests
{
    private const string Password = "n0t-in-the-clear";
    private static readonly IPAddress Elsewhere = IPAddress.Parse("127.0.0.2");
    private static readonly EgressOptions Open = new() { AlsoPublic = [Elsewhere], CacheAtLeast = default };
    private static readonly Duration Short = Duration.Seconds(5);

    private static readonly (string, FieldValue)[] Login = [("user", Text("watcher")), ("password", Text(Password))];

    public static TheoryData<string> Kinds => ["redis", "mqtt", "nats"];

    /// <summary>A server that lets everybody in, and notes what it is told.</summary>
    private static ScriptedPeer Server(string kind, StringBuilder heard, IPAddress? address = null, bool isProxy = false) => ScriptedPeer.Tcp(async (stream, stop) =>
    {
        if (isProxy)
        {
            await ScriptedPeer.ReadHeadAsync(stream, stop);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), stop);
        }
        if (kind == "nats") await stream.WriteAsync("INFO {}\r\n"u8.ToArray(), stop);
        var buffer = new byte[4096];
        var answers = new Queue<byte[]>(kind switch { "redis" => ["+OK\r\n"u8.ToArray(), "+PONG\r\n"u8.ToArray()], "mqtt" => [[0x20, 2, 0, 0]], _ => ["PONG\r\n"u8.ToArray()] });
        while (await stream.ReadAsync(buffer, stop) is > 0 and var count)
        {
            lock (heard) heard.Append(Encoding.UTF8.GetString(buffer, 0, count));
            if (answers.TryDequeue(out var answer)) await stream.WriteAsync(answer, stop);
        }
    }, address);

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_password_is_not_sent_in_clear_to_another_machine(string kind)
    {
        var heard = new StringBuilder();
        await using var peer = Server(kind, heard, Elsewhere);
        foreach (var host in new[] { "127.0.0.2", "[::ffff:127.0.0.2]" })
            (await Looking.LookAsync(kind, $"{host}:{peer.Port}", Short, Open, settings: Login)).IsGap(GapCause.Fault, "over TLS only; write over-tls: yes");
        (await Looking.LookAsync(kind, $"127.0.0.2:{peer.Port}", Short, Open, DocumentOrigin.Others, Login)).IsGap(GapCause.Fault, "over TLS only");
        Assert.Equal(0, peer.Connections); // told before anything is dialled

        await using var names = new NameServer((name, type) => type == 1 ? new(0, NameRecord.Address(name, "127.0.0.2", 0)) : new(0));
        var named = await Looking.LookAsync(kind, $"cache.example:{peer.Port}", Short, Open with { Resolver = names.EndPoint }, settings: Login);
        named.IsGap(GapCause.Fault, $"a password goes to cache.example:{peer.Port} over TLS only; write over-tls: yes");
        Assert.Equal(1, peer.Connections); // the address had to be known
        lock (heard) Assert.Equal("", heard.ToString());

        // Without a password nothing is secret there.
        (await Looking.LookAsync(kind, $"127.0.0.2:{peer.Port}", Short, Open)).Reaches(Reach.Answered);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task To_this_machine_it_may_go_in_clear(string kind)
    {
        var heard = new StringBuilder();
        await using var peer = Server(kind, heard);
        await using var names = new NameServer((name, type) => type == 1 ? new(0, NameRecord.Address(name, "127.0.0.1", 0)) : new(0));
        foreach (var host in new[] { "127.0.0.1", "[::ffff:127.0.0.1]", "here.example" })
            (await Looking.LookAsync(kind, $"{host}:{peer.Port}", Short, Open with { Resolver = names.EndPoint }, settings: Login)).Answers();
        lock (heard) Assert.Equal(3, heard.ToString().Split(Password).Length - 1);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_proxys_loopback_is_not_ours(string kind)
    {
        var heard = new StringBuilder();
        await using var proxy = Server(kind, heard, isProxy: true);
        var through = Open with { Proxy = $"http://127.0.0.1:{proxy.Port}" };
        foreach (var host in new[] { "127.0.0.1", "localhost", "cache.example" })
            (await Looking.LookAsync(kind, $"{host}:1234", Short, through, settings: Login)).IsGap(GapCause.Fault, "over TLS only");
        Assert.Equal(3, proxy.Connections);
        lock (heard) Assert.Equal("", heard.ToString());
    }

    [Fact]
    public async Task A_user_that_is_a_secret_is_one_too()
    {
        Environment.SetEnvironmentVariable("KEPT_TEST_TOKEN", "t0ken-of-a-device");
        var heard = new StringBuilder();
        await using var peer = Server("mqtt", heard, Elsewhere);
        (await Looking.LookAsync("mqtt", $"127.0.0.2:{peer.Port}", Short, Open, settings: ("user", Text("${env:KEPT_TEST_TOKEN}")))).IsGap(GapCause.Fault, "over TLS only");
        (await Looking.LookAsync("mqtt", $"127.0.0.2:{peer.Port}", Short, Open, settings: ("user", Text("watcher")))).Answers();
        lock (heard) Assert.DoesNotContain("t0ken", heard.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, "in clear")]
    [InlineData(5, "by md5")]
    public async Task PostgreSQL_on_another_machine_gets_no_password_that_could_be_used_again(byte way, string how)
    {
        var heard = new StringBuilder();
        byte[] asks = way == 3 ? [(byte)'R', 0, 0, 0, 8, 0, 0, 0, 3] : [(byte)'R', 0, 0, 0, 12, 0, 0, 0, 5, 1, 2, 3, 4];
        ScriptedPeer Server(IPAddress address) => ScriptedPeer.Tcp(async (stream, stop) =>
        {
            var buffer = new byte[4096];
            var answers = new Queue<byte[]>([asks, "R\0\0\0\u0008\0\0\0\0Z\0\0\0\u0005I"u8.ToArray()]);
            while (await stream.ReadAsync(buffer, stop) is > 0 and var count)
            {
                lock (heard) heard.Append(Encoding.Latin1.GetString(buffer, 0, count));
                if (answers.TryDequeue(out var answer)) await stream.WriteAsync(answer, stop);
            }
        }, address);
        await using var peer = Server(Elsewhere);
        (await Looking.LookAsync("postgres", $"127.0.0.2:{peer.Port}", Short, Open, settings: Login))
            .IsGap(GapCause.Fault, $"wants the password {how}, which goes over TLS only; write over-tls: yes, or let the server ask for scram-sha-256");
        lock (heard)
        {
            Assert.DoesNotContain(Password, heard.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("md5", heard.ToString(), StringComparison.Ordinal);
        }
        await using var here = Server(IPAddress.Loopback);
        (await Looking.LookAsync("postgres", $"127.0.0.1:{here.Port}", Short, Open, settings: Login)).Answers();
        lock (heard) Assert.Contains(way == 3 ? Password : "md5", heard.ToString(), StringComparison.Ordinal);
    }
}
