using System.Net.Security;
using Kept.Egress;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;
using static Kept.Checks.Tests.Saying;

namespace Kept.Checks.Tests;

/// <summary>What holds of every conversation by frames: memory, the words of a time-out, and goodbyes.</summary>
public sealed class WireTests
{
    [Theory]
    [InlineData("redis", "", "$16000000\r\n")]
    [InlineData("postgres", "", "R\0\u00f4\u0024\0")]
    [InlineData("mqtt", "", "\u0020\u0080\u00c8\u00d0\u0007")]
    [InlineData("nats", "INFO {}\r\n|PONG\r\n", "MSG x 1 16000000\r\n")]
    [InlineData("websocket", "", "\u0082\u007f\0\0\0\0\0\u00f4\u0024\0")]
    public async Task What_is_announced_takes_memory_only_as_it_comes(string kind, string before, string announcement)
    {
        await using var peer = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            if (kind == "websocket") await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(WebSocketLookTests.Head((await ScriptedPeer.ReadHeadAsync(stream, stop))!)), stop);
            foreach (var part in before.Split('|'))
            {
                if (part.Length > 0) await stream.WriteAsync(System.Text.Encoding.Latin1.GetBytes(part), stop);
                if (kind != "websocket") _ = await stream.ReadAsync(new byte[4096], stop);
            }
            await stream.WriteAsync(System.Text.Encoding.Latin1.GetBytes(announcement), stop);
        });
        var target = kind switch { "websocket" => $"ws://127.0.0.1:{peer.Port}/", "nats" => $"a.b at 127.0.0.1:{peer.Port}", _ => $"127.0.0.1:{peer.Port}" };
        (string, FieldValue)[] settings = [("body-limit", new FieldValue.Bytes(16 * 1024 * 1024)), .. kind == "websocket" ? new (string, FieldValue)[] { ("reads", Text("hello")) } : []];
        var before20 = GC.GetTotalAllocatedBytes();
        for (var i = 0; i < 20; i++)
        {
            var seen = await Looking.LookAsync(kind, target, settings: settings);
            Assert.True(seen is { Reach: Reach.Failed, Failure: TargetFailure.Reset }, $"{seen.Failure} {seen.Detail}");
        }
        var grown = GC.GetTotalAllocatedBytes() - before20;
        Assert.True(grown < 160 * 1024 * 1024, $"{grown / 1024 / 1024} MiB for 20 announcements of 16 MB"); // other tests allocate beside it
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16 * 1024)]
    [InlineData(16 * 1024 + 1)]
    [InlineData(1_000_003)]
    public async Task What_comes_in_pieces_is_whole(int length)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content);
        for (var i = 0; i < length; i++) content[i] = (byte)('a' + content[i] % 26);
        await using var peer = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            _ = await stream.ReadAsync(new byte[4096], stop);
            byte[] all = [.. System.Text.Encoding.ASCII.GetBytes($"${length}\r\n"), .. content, .. "\r\n"u8];
            foreach (var part in all.Chunk(5000)) await stream.WriteAsync(part, stop);
        });
        var seen = await Looking.LookAsync("redis", $"GET a at 127.0.0.1:{peer.Port}", settings: ("body-limit", new FieldValue.Bytes(2 * 1024 * 1024)));
        seen.Answers();
        Assert.Equal(System.Text.Encoding.ASCII.GetString(content), seen.Text("redis", "answer"));

        byte[] head = length switch { < 126 => [0x81, (byte)length], < 65536 => [0x81, 126, (byte)(length >> 8), (byte)length], _ => [0x81, 127, 0, 0, 0, 0, 0, (byte)(length >> 16), (byte)(length >> 8), (byte)length] };
        await using var live = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(WebSocketLookTests.Head((await ScriptedPeer.ReadHeadAsync(stream, stop))!)), stop);
            foreach (var part in ((byte[])[.. head, .. content]).Chunk(5000)) await stream.WriteAsync(part, stop);
            _ = await stream.ReadAsync(new byte[4096], stop);
        });
        if (length == 0) return; // an empty message holds nothing that could be waited for
        var said = await Looking.LookAsync("websocket", $"ws://127.0.0.1:{live.Port}/", settings: [("body-limit", new FieldValue.Bytes(2 * 1024 * 1024)), ("reads", Text(System.Text.Encoding.ASCII.GetString(content[^1..])))]);
        said.Answers();
        Assert.Equal(System.Text.Encoding.ASCII.GetString(content), said.Text("websocket", "answer"));
    }

    [Theory]
    [InlineData("postgres")]
    [InlineData("nats")]
    public async Task After_the_handshake_a_time_out_waited_for_the_answer(string kind)
    {
        using var root = new CertificateAuthority();
        using var certificate = root.Issue(["127.0.0.1"]);
        await using var peer = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            if (kind == "postgres") _ = await stream.ReadAsync(new byte[8], stop);
            await stream.WriteAsync(kind == "nats" ? "INFO {\"tls_available\":true}\r\n"u8.ToArray() : "S"u8.ToArray(), stop);
            await using var tls = new SslStream(stream);
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, stop);
            while (await tls.ReadAsync(new byte[4096], stop) > 0)
            {
            }
        });
        var seen = await Looking.LookAsync(kind, $"127.0.0.1:{peer.Port}", Duration.Seconds(2), new EgressOptions { PrivateRoots = [root.Certificate] }, settings: ("over-tls", Yes));
        seen.Fails(TargetFailure.TimedOut, "waiting for the answer");
    }

    [Fact]
    public async Task A_second_question_is_waited_for_like_the_first()
    {
        await using var peer = Peer("+OK\r\n");
        (await Looking.LookAsync("redis", $"127.0.0.1:{peer.Port}", Duration.Milliseconds(600), settings: ("database", Text("1")))).Fails(TargetFailure.TimedOut, "waiting for the answer");
    }

    /// <summary>Reads the clock of the machine; from a moment on each reading waits for another.</summary>
    private sealed class WaitingClock(ManualResetEventSlim from, ManualResetEventSlim until) : TimeProvider
    {
        public override long GetTimestamp()
        {
            if (from.IsSet) until.Wait(TimeSpan.FromSeconds(20));
            return base.GetTimestamp();
        }
    }

    [Fact]
    public async Task A_broker_that_leaves_before_the_goodbye_has_answered_all_the_same()
    {
        using var answered = new ManualResetEventSlim();
        using var gone = new ManualResetEventSlim();
        await using var peer = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            _ = await stream.ReadAsync(new byte[4096], stop);
            await stream.WriteAsync(new byte[] { 0x20, 2, 0, 0 }, stop);
            answered.Set(); // the look has what it needs, and reads the clock before it says goodbye
            await ScriptedPeer.ResetAsync(stream);
            gone.Set();
        });
        using var dialer = new Dialer(new EgressOptions(), TimeProvider.System);
        var look = CheckCatalog.Looks(dialer, new WaitingClock(answered, gone))["mqtt"];
        var seen = await look(new LookRequest(Looking.CheckOf("mqtt", $"127.0.0.1:{peer.Port}"), DocumentOrigin.Ours), TestContext.Current.CancellationToken);
        seen.Answers();
        Assert.Equal("accepted", seen.Text("mqtt", "reason"));
    }
}
