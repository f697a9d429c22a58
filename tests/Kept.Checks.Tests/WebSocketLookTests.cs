using System.Collections.Concurrent;
using System.Text;
using Kept.Checks.WebSocket;
using Kept.Egress;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Checks.Tests;

public sealed class WebSocketLookTests : IDisposable
{
    private readonly CertificateAuthority _root = new();
    private readonly ConcurrentQueue<string> _heads = [];
    private readonly ConcurrentQueue<string> _said = [];

    public void Dispose() => _root.Dispose();

    private static FieldValue.Text Text(string text) => new(text);
    private static readonly (string, FieldValue) Pings = ("ping", new FieldValue.YesNo(true));

    private Task<Observation> LookAsync(ScriptedPeer peer, params (string, FieldValue)[] settings) =>
        Looking.LookAsync("websocket", $"ws://localhost:{peer.Port}/live?room=1", Duration.Seconds(5), new EgressOptions { PrivateRoots = [_root.Certificate] }, settings: settings);

    internal static byte[] Server(Opcode opcode, byte[] content, bool isLast = true) => [(byte)((isLast ? 0x80 : 0) | (byte)opcode), .. content.Length < 126
        ? new[] { (byte)content.Length }
        : content.Length < 65536 ? [126, (byte)(content.Length >> 8), (byte)(content.Length & 255)]
        : [127, 0, 0, 0, 0, (byte)(content.Length >> 24), (byte)(content.Length >> 16 & 255), (byte)(content.Length >> 8 & 255), (byte)(content.Length & 255)], .. content];

    internal static byte[] Said(string text) => Server(Opcode.Text, Encoding.UTF8.GetBytes(text));

    private static byte[] Close(int code, string reason = "") => Server(Opcode.Close, [(byte)(code >> 8), (byte)code, .. Encoding.UTF8.GetBytes(reason)]);

    internal static string Head(string asked, string more = "") =>
        $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Accept: {Opening.AcceptOf(asked.Split("Sec-WebSocket-Key: ")[1].Split('\r')[0])}\r\n{more}\r\n";

    /// <summary>Opens, then answers each frame with what the script says to its opcode and content; null closes the connection.</summary>
    private ScriptedPeer Peer(Func<Opcode, byte[], byte[]?> script, Func<string, string>? head = null, byte[]? first = null, bool isTls = false)
    {
        async Task TalkAsync(Stream stream, CancellationToken stop)
        {
            if (await ScriptedPeer.ReadHeadAsync(stream, stop) is not { } asked) return;
            _heads.Enqueue(asked);
            await stream.WriteAsync((byte[])[.. Encoding.Latin1.GetBytes(head is null ? Head(asked) : head(asked)), .. first ?? []], stop);
            while (true)
            {
                var two = new byte[2];
                if (await stream.ReadAtLeastAsync(two, 2, false, stop) < 2) return;
                Assert.True((two[1] & 0x80) != 0, "a client masks");
                var length = two[1] & 0x7f;
                if (length == 126)
                {
                    await stream.ReadExactlyAsync(two, stop);
                    length = two[0] << 8 | two[1];
                }
                var rest = new byte[4 + length];
                var opcode = (Opcode)(two[0] & 15);
                await stream.ReadExactlyAsync(rest, stop);
                var content = rest[4..].Select((c, i) => (byte)(c ^ rest[i & 3])).ToArray();
                _said.Enqueue($"{opcode} {Encoding.UTF8.GetString(content)}");
                if (script(opcode, content) is not { } answer) return;
                await stream.WriteAsync(answer, stop);
            }
        }
        return isTls ? ScriptedPeer.Tls(_root.Issue(["localhost"]), TalkAsync) : ScriptedPeer.Tcp(TalkAsync);
    }

    /// <summary>Answers pings and closes as it should, says texts back.</summary>
    private static byte[]? Echo(Opcode opcode, byte[] content) => opcode switch
    {
        Opcode.Ping => Server(Opcode.Pong, content),
        Opcode.Close => Server(Opcode.Close, content),
        Opcode.Text => Server(opcode, content),
        _ => [],
    };

    [Fact]
    public async Task It_opens_and_closes()
    {
        await using var peer = Peer(Echo);
        var seen = await LookAsync(peer);
        seen.Answers();
        Assert.Equal(Value.Of(true), seen.See("websocket", "opened"));
        Assert.Equal("", seen.Text("websocket", "answer"));
        Assert.Equal(1000, seen.Amount("websocket", "close-code"));
        foreach (var missing in new[] { "frame", "subprotocol", "close-reason", "time.answer", "time.pong", "time.tls", "certificate.names" }) Assert.Null(seen.See("websocket", missing));
        Assert.Equal((101, "127.0.0.1"), (seen.Code, seen.Address));
        Assert.True(seen.Phases.FirstByte > 0);
        var head = Assert.Single(_heads);
        Assert.StartsWith("GET /live?room=1 HTTP/1.1\r\n", head, StringComparison.Ordinal);
        Assert.Contains($"\r\nHost: localhost:{peer.Port}\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nSec-WebSocket-Version: 13\r\n", head, StringComparison.Ordinal);
        Assert.Equal(16, Convert.FromBase64String(head.Split("Sec-WebSocket-Key: ")[1].Split('\r')[0]).Length);
    }

    [Fact]
    public void The_accept_is_that_of_the_example_in_RFC_6455() => Assert.Equal("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", Opening.AcceptOf("dGhlIHNhbXBsZSBub25jZQ=="));

    [Fact]
    public async Task What_is_sent_is_answered_over_TLS_too()
    {
        Environment.SetEnvironmentVariable("KEPT_TEST_WS", "ws-s3cret-token");
        await using var peer = Peer((opcode, content) => opcode == Opcode.Text ? Said($$"""{"ok":true,"you":"{{Encoding.UTF8.GetString(content)}}"}""") : Echo(opcode, content), asked => Head(asked, "Sec-WebSocket-Protocol: chat.v2\r\n"), isTls: true);
        var seen = await Looking.LookAsync("websocket", $"wss://localhost:{peer.Port}/?key=${{env:KEPT_TEST_WS}}", Duration.Seconds(5), new EgressOptions { PrivateRoots = [_root.Certificate] }, settings:
        [
            ("send", Text("hello ${env:KEPT_TEST_WS}")), Pings, ("subprotocol", new FieldValue.Texts(["chat.v1", "chat.v2"])), ("headers", new FieldValue.TextMap([new("Authorization", "Bearer ${env:KEPT_TEST_WS}"), new("Origin", "https://shop.example")])),
        ]);
        seen.Answers();
        Assert.Equal("""{"ok":true,"you":"hello •••"}""", seen.Text("websocket", "answer"));
        Assert.DoesNotContain("s3cret", seen.Excerpt, StringComparison.Ordinal);
        Assert.Equal(("text", "chat.v2"), (seen.Text("websocket", "frame"), seen.Text("websocket", "subprotocol")));
        Assert.True(seen.Amount("websocket", "time.answer") > 0 && seen.Amount("websocket", "time.pong") > 0 && seen.Amount("websocket", "time.tls") > 0);
        Assert.Equal(41, seen.Amount("websocket", "size"));
        var head = Assert.Single(_heads);
        Assert.StartsWith("GET /?key=ws-s3cret-token HTTP/1.1\r\n", head, StringComparison.Ordinal);
        foreach (var line in new[] { "Sec-WebSocket-Protocol: chat.v1, chat.v2", "Authorization: Bearer ws-s3cret-token", "Origin: https://shop.example", "User-Agent: Kept/1" }) Assert.Contains($"\r\n{line}\r\n", head, StringComparison.Ordinal);
        Assert.Contains("Text hello ws-s3cret-token", _said);
    }

    [Fact]
    public async Task It_reads_on_until_a_message_holds_the_text_and_answers_pings_meanwhile()
    {
        await using var peer = Peer((opcode, content) => opcode == Opcode.Pong && Encoding.UTF8.GetString(content) == "p1" ? [.. Server(Opcode.Text, "half ready, "u8.ToArray(), isLast: false), .. Server(Opcode.Ping, [1]), .. Server(Opcode.Continuation, "and ready"u8.ToArray())] : Echo(opcode, content),
            first: [.. Said("not yet"), .. Server(Opcode.Binary, new byte[70_000 - 10_000]), .. Server(Opcode.Ping, "p1"u8.ToArray())]);
        var seen = await LookAsync(peer, ("reads", Text("and ready")));
        seen.Answers();
        Assert.Equal(("half ready, and ready", "text"), (seen.Text("websocket", "answer"), seen.Text("websocket", "frame")));
        Assert.Contains("Pong \u0001", _said);
        await using var binary = Peer(Echo, first: Server(Opcode.Binary, [0, 159, 146, 150, .. "ready"u8]));
        Assert.Equal("binary", (await LookAsync(binary, ("reads", Text("ready")))).Text("websocket", "frame"));
    }

    [Theory]
    [InlineData(1008, "policy")]
    [InlineData(4401, "")]
    public async Task A_server_that_closes_is_seen_with_its_code(int code, string reason)
    {
        await using var peer = Peer((opcode, content) => opcode == Opcode.Text ? Close(code, reason) : [], first: []);
        (await LookAsync(peer, ("send", Text("let me in")))).Fails(TargetFailure.ReportedFailure, $"closed with code {code}{(reason.Length == 0 ? "" : $" (\"{reason}\")")} instead of answering");
        (await Saying.AskAsync("websocket", $"ws://localhost:{peer.Port}/", "time", null, ("send", Text("let me in")))).Fails(TargetFailure.ReportedFailure, "instead of answering");
        (await Saying.AskAsync("websocket", $"ws://localhost:{peer.Port}/", "answer", null, ("send", Text("let me in")))).Answers();
        var seen = await Saying.AskAsync("websocket", $"ws://localhost:{peer.Port}/", "close-code", null, ("send", Text("let me in")));
        seen.Answers();
        Assert.Equal(code, seen.Amount("websocket", "close-code"));
        Assert.Equal(reason.Length == 0 ? null : Value.Of(reason), seen.See("websocket", "close-reason"));
        Assert.Equal("", seen.Text("websocket", "answer"));
        (await LookAsync(peer, ("send", Text("let me in")), ("reads", Text("welcome")))).Fails(TargetFailure.Malformed, $"closed with code {code}");
        (await LookAsync(peer, Pings, ("send", Text("let me in")))).Fails(TargetFailure.Malformed, "before it answered our ping");
    }

    [Fact]
    public async Task A_server_that_does_not_close_costs_a_second_and_only_where_it_is_asked_for()
    {
        await using var peer = Peer((_, _) => []);
        var seen = await LookAsync(peer);
        seen.Answers();
        Assert.Null(seen.See("websocket", "close-code"));
        Assert.True(seen.Phases.Total < Duration.Seconds(1).Nanoseconds); // the goodbye is no part of the look
        await using var cuts = Peer((opcode, _) => opcode == Opcode.Close ? null : []);
        Assert.Equal(1006, (await LookAsync(cuts)).Amount("websocket", "close-code"));
        await using var bare = Peer((opcode, _) => opcode == Opcode.Close ? Server(Opcode.Close, []) : []);
        Assert.Equal(1005, (await LookAsync(bare)).Amount("websocket", "close-code"));
        // A server that floods us with anything but a close.
        await using var floods = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(Head((await ScriptedPeer.ReadHeadAsync(stream, stop))!)), stop);
            var lots = Enumerable.Repeat(Said("x"), 1000).SelectMany(one => one).ToArray();
            while (true) await stream.WriteAsync(lots, stop);
        });
        var flooded = await LookAsync(floods);
        flooded.Answers();
        Assert.Null(flooded.See("websocket", "close-code"));
    }

    [Theory]
    [InlineData("HTTP/1.1 404 Not Found\r\n\r\n", TargetFailure.ReportedFailure, "it answered 404")]
    [InlineData("HTTP/1.1 503 later\r\nContent-Length: 0\r\n\r\n", TargetFailure.ReportedFailure, "it answered 503")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", TargetFailure.ReportedFailure, "it answered 200")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: /login\r\n\r\n", TargetFailure.RedirectRefused, "redirects the handshake (302)")]
    [InlineData("HTTP/1.0 101 x\r\n\r\n", TargetFailure.Malformed, "does not speak HTTP/1.1")]
    [InlineData("220 mail.example ESMTP\r\n", TargetFailure.Malformed, "does not speak HTTP/1.1: it said \"220 mail.example ESMTP\"")]
    [InlineData("HTTP/1.1 101 x\r\n\r\n", TargetFailure.Malformed, "switches to no WebSocket")]
    [InlineData("HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", TargetFailure.Malformed, "another Sec-WebSocket-Accept")]
    [InlineData("HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n", TargetFailure.Malformed, "another Sec-WebSocket-Accept")]
    [InlineData("HTTP/1.1 101 x\r\nno header\r\n\r\n", TargetFailure.Malformed, "a line that is no header")]
    [InlineData("HTTP/1.1 101 x\r\nUpgra", TargetFailure.Reset, "in the middle of a line")]
    public async Task A_handshake_that_opens_nothing_fails(string answer, TargetFailure failure, string words)
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Once(answer));
        (await LookAsync(peer)).Fails(failure, words);
    }

    [Theory]
    [InlineData("Sec-WebSocket-Extensions: permessage-deflate\r\n", "extensions that we did not offer")]
    [InlineData("Sec-WebSocket-Protocol: other\r\n", "a subprotocol that we did not offer")]
    public async Task An_agreement_to_what_was_not_offered_fails(string header, string words)
    {
        await using var peer = Peer(Echo, asked => Head(asked, header));
        (await LookAsync(peer, ("subprotocol", new FieldValue.Texts(["chat"])))).Fails(TargetFailure.Malformed, words);
    }

    public static TheoryData<string, byte[], TargetFailure, string> WrongFrames => new()
    {
        { "reserved", [0xc1, 0], TargetFailure.Malformed, "reserved bits" },
        { "unknown", [0x83, 0], TargetFailure.Malformed, "opcode 3" },
        { "masked", [0x81, 0x81, 0, 0, 0, 0, 1], TargetFailure.Malformed, "masked" },
        { "long ping", [0x89, 126, 0, 126, .. new byte[126]], TargetFailure.Malformed, "control frame" },
        { "parted ping", [0x09, 0], TargetFailure.Malformed, "control frame" },
        { "wide length", [0x81, 126, 0, 5, 1, 2, 3, 4, 5], TargetFailure.Malformed, "more bytes than it needs" },
        { "wider length", [0x81, 127, 0, 0, 0, 0, 0, 0, 0, 5], TargetFailure.Malformed, "more bytes than it needs" },
        { "negative length", [0x81, 127, 255, 255, 255, 255, 255, 255, 255, 255], TargetFailure.Malformed, "cannot be" },
        { "huge", [0x82, 127, 0x7f, 255, 255, 255, 255, 255, 255, 255], TargetFailure.TooLarge, "64KiB" },
        { "too large in parts", [.. Enumerable.Range(0, 5).SelectMany(i => Server(i == 0 ? Opcode.Binary : Opcode.Continuation, new byte[16 * 1024], isLast: false))], TargetFailure.TooLarge, "64KiB" },
        { "rest of nothing", Server(Opcode.Continuation, [1]), TargetFailure.Malformed, "never began" },
        { "two at once", [.. Server(Opcode.Text, [65], isLast: false), .. Server(Opcode.Text, [66])], TargetFailure.Malformed, "in the middle of another" },
        { "no UTF-8", Server(Opcode.Text, [0xc3, 0x28]), TargetFailure.Malformed, "not UTF-8" },
        { "half a code", Server(Opcode.Close, [3]), TargetFailure.Malformed, "half of a code" },
        { "no code", Close(1006), TargetFailure.Malformed, "that is none: 1006" },
        { "no reason", Server(Opcode.Close, [3, 232, 0xff]), TargetFailure.Malformed, "not UTF-8" },
        { "empty for ever", [.. Enumerable.Range(0, 10_001).SelectMany(i => Server(i == 0 ? Opcode.Text : Opcode.Continuation, [], isLast: false))], TargetFailure.TooLarge, "10000 frames" },
    };

    [Theory]
    [MemberData(nameof(WrongFrames))]
    public async Task A_frame_that_breaks_the_protocol_fails(string what, byte[] frames, TargetFailure failure, string words)
    {
        await using var peer = Peer(Echo, first: frames);
        var seen = await LookAsync(peer, ("reads", Text("never")));
        Assert.True(seen.Failure == failure, $"{what}: {seen.Reach} {seen.Failure}: {seen.Detail}");
        seen.Fails(failure, words);
    }

    [Theory]
    [InlineData(new byte[] { }, TargetFailure.Malformed, "cut the connection without closing before it sent the text")]
    [InlineData(new byte[] { 0x81 }, TargetFailure.Reset, "in the middle of a frame")]
    [InlineData(new byte[] { 0x81, 5, 65 }, TargetFailure.Reset, "in the middle of a frame")]
    [InlineData(new byte[] { 0x01, 1, 65 }, TargetFailure.Malformed, "a part of a message, and left")]
    public async Task A_server_that_leaves_in_the_middle_fails(byte[] frames, TargetFailure failure, string words)
    {
        await using var peer = ScriptedPeer.Tcp(async (stream, stop) =>
            await stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(Head((await ScriptedPeer.ReadHeadAsync(stream, stop))!)), .. frames], stop));
        (await LookAsync(peer, ("reads", Text("A")))).Fails(failure, words);
    }

    [Fact]
    public async Task A_pong_that_never_comes_and_silence_time_out()
    {
        await using var peer = Peer((opcode, _) => opcode == Opcode.Ping ? Server(Opcode.Pong, "another"u8.ToArray()) : []);
        foreach (var setting in new[] { Pings, ("reads", Text("x")), ("send", Text("x")) })
            (await Looking.LookAsync("websocket", $"ws://127.0.0.1:{peer.Port}/", Duration.Milliseconds(300), settings: setting)).Fails(TargetFailure.TimedOut, "waiting for the answer");
        (await Looking.LookAsync("websocket", $"ws://127.0.0.1:{ScriptedPeer.ClosedPort()}/")).Fails(TargetFailure.Refused, "refused");
        await using var tls = Peer(Echo, isTls: true);
        (await Looking.LookAsync("websocket", $"wss://localhost:{tls.Port}/")).Fails(TargetFailure.CertificateInvalid, "not trusted here");
        (await Looking.LookAsync("websocket", $"wss://localhost:{peer.Port}/", Duration.Seconds(2))).Reaches(Reach.Failed);
    }

    [Fact]
    public async Task What_cannot_stand_in_a_handshake_is_never_sent()
    {
        Environment.SetEnvironmentVariable("KEPT_TEST_WS_LINES", "a\r\nX-Evil: 1");
        await using var peer = Peer(Echo);
        async Task<Observation> With(string name, string value) => await LookAsync(peer, ("headers", new FieldValue.TextMap([new(name, value)])));
        (await With("X-A", "a\r\nX-Evil: 1")).IsGap(GapCause.Fault, "line break");
        (await With("X-A", "${env:KEPT_TEST_WS_LINES}")).IsGap(GapCause.Fault, "line break");
        (await With("X A", "b")).IsGap(GapCause.Fault, "a name that is none");
        (await With("host", "other.example")).IsGap(GapCause.Fault, "is ours");
        (await With("Sec-WebSocket-Protocol", "chat")).IsGap(GapCause.Fault, "write subprotocol:");
        (await LookAsync(peer, ("subprotocol", new FieldValue.Texts(["a, b"])))).IsGap(GapCause.Fault, "subprotocol");
        (await With("X-A", "${env:KEPT_TEST_WS_UNSET}")).IsGap(GapCause.SecretMissing, "KEPT_TEST_WS_UNSET");
        Assert.Equal(0, peer.Connections);
    }

    [Theory]
    [InlineData("https://a.example/", "not a scheme")]
    [InlineData("a.example/live", "no scheme")]
    [InlineData("wss://u:p@a.example/", "no user name")]
    [InlineData("wss://a.example:0/", "the port of")]
    [InlineData("wss://a.example/#x", "never sent")]
    [InlineData("wss://a.example/a b", "no spaces")]
    [InlineData("wss://${env:H}/", "may not be a secret")]
    [InlineData("", "empty")]
    public void A_wrong_target_is_told_with_what_to_write(string target, string words)
    {
        var reading = Looking.Kind("websocket").ReadTarget(target);
        Assert.Contains(words, reading.Error, StringComparison.Ordinal);
        Assert.False(string.IsNullOrWhiteSpace(reading.Help));
    }

    [Fact]
    public void A_right_target_is_read_into_its_parts()
    {
        Assert.Equal(new CheckTarget("wss://A.Example/x?y=${env:K}", "a.example", 443, "", "wss://A.Example/x?y=${env:K}"), Looking.Target("websocket", "wss://A.Example/x?y=${env:K}"));
        Assert.Equal(("::1", 80), (Looking.Target("websocket", "ws://[::1]/").Host, Looking.Target("websocket", "ws://[::1]/").Port));
    }
}
