using System.IO.Compression;
using System.Text;
using Kept.Egress;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Checks.Tests;

public sealed class HttpLookTests
{
    private static readonly Duration Short = Duration.Milliseconds(400);

    private static Task<Observation> LookAsync(string target, Duration? timeout = null, params (string, FieldValue)[] settings) => Looking.LookAsync("http", target, timeout, settings: settings);
    private static FieldValue.Text Text(string text) => new(text);

    [Fact]
    public async Task An_answer_is_seen_whole()
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok("{\"ready\":true}", "X-A: 1\r\nX-A: 2\r\n")));
        var seen = await LookAsync($"GET {peer.Url}/health?x=1");
        seen.Answers();
        Assert.Equal(200, seen.Code);
        Assert.Equal(200, seen.Amount("http", "status"));
        Assert.Equal("{\"ready\":true}", seen.Text("http", "body"));
        Assert.Equal(14, seen.Size);
        Assert.Equal("127.0.0.1", seen.Address);
        Assert.Equal("1.1", seen.Text("http", "version"));
        Assert.Equal($"{peer.Url}/health", seen.Text("http", "url"));
        Assert.Equal("1, 2", Assert.IsType<Value.Map>(seen.See("http", "header")).Entries["x-a"]);
        Assert.Equal("{\"ready\":true}", seen.Excerpt);
        Assert.True(seen.NewConnection);
        Assert.Equal(-1, seen.Phases.Dns);
        Assert.Equal(-1, seen.Phases.Tls);
        foreach (var phase in new[] { seen.Phases.Connect, seen.Phases.FirstByte, seen.Phases.Total })
        {
            Assert.True(phase >= 1000);
            Assert.Equal(0, phase % 1000);
        }
        Assert.True(seen.Phases.Total >= seen.Phases.Connect + seen.Phases.FirstByte - 2000);
        Assert.Null(seen.See("http", "certificate.expires-in"));
    }

    [Theory]
    [InlineData("status", false)]
    [InlineData("header", true)]
    public async Task Headers_are_noted_where_the_check_asks_for_one(string asked, bool noted)
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        using var dialer = new Dialer(new EgressOptions(), TimeProvider.System);
        var what = new Operand.Seen(Place.None, asked, Looking.Kind("http").IndexOf(asked), []);
        var check = Looking.CheckOf("http", peer.Url) with { Expect = [new Expectation(asked, new Expression.Has(Place.None, what))] };
        var seen = await CheckCatalog.Looks(dialer, TimeProvider.System)["http"](new LookRequest(check, DocumentOrigin.Ours), CancellationToken.None);
        Assert.Equal(noted, seen.See("http", "header") is not null);
    }

    [Fact]
    public async Task A_check_that_asks_for_a_phase_of_connecting_always_connects()
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        using var dialer = new Dialer(new EgressOptions(), TimeProvider.System);
        var phase = new Operand.Seen(Place.None, "time.connect", Looking.Kind("http").IndexOf("time.connect"), []);
        var check = Looking.CheckOf("http", peer.Url) with { Expect = [new Expectation("has(time.connect)", new Expression.Not(Place.None, new Expression.Has(Place.None, phase)))] };
        for (var i = 0; i < 3; i++)
            Assert.NotNull((await CheckCatalog.Looks(dialer, TimeProvider.System)["http"](new LookRequest(check, DocumentOrigin.Ours), CancellationToken.None)).See("http", "time.connect"));
        Assert.Equal(3, peer.Connections);
    }

    [Fact]
    public async Task A_500_is_an_answer_that_expectations_judge()
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering("HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n"));
        var seen = await LookAsync(peer.Url);
        seen.Answers();
        Assert.Equal(500, seen.Code);
        Assert.Null(seen.Excerpt);
    }

    [Fact]
    public async Task A_connection_is_kept_for_ten_looks_and_told_apart()
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        using var dialer = new Dialer(new EgressOptions(), TimeProvider.System);
        var look = CheckCatalog.Looks(dialer, TimeProvider.System)["http"];
        var request = new LookRequest(Looking.CheckOf("http", peer.Url), DocumentOrigin.Ours);
        var fresh = new List<bool>();
        for (var i = 0; i < 21; i++)
        {
            var seen = await look(request, CancellationToken.None);
            seen.Answers();
            Assert.Equal(seen.NewConnection, seen.Phases.Connect > 0);
            Assert.Equal("127.0.0.1", seen.Address);
            fresh.Add(seen.NewConnection);
        }
        Assert.Equal([0, 10, 20], Enumerable.Range(0, 21).Where(i => fresh[i]));
        Assert.Equal(3, peer.Connections);
    }

    [Fact]
    public async Task A_new_connection_each_time_where_the_check_says_so()
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        using var dialer = new Dialer(new EgressOptions(), TimeProvider.System);
        var look = CheckCatalog.Looks(dialer, TimeProvider.System)["http"];
        var request = new LookRequest(Looking.CheckOf("http", peer.Url, null, ("connection", Text("new"))), DocumentOrigin.Ours);
        for (var i = 0; i < 5; i++) Assert.True((await look(request, CancellationToken.None)).NewConnection);
        Assert.Equal(5, peer.Connections);
    }

    [Fact]
    public async Task A_kept_connection_that_the_target_closed_is_opened_again()
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Once(ScriptedPeer.Ok()));
        using var dialer = new Dialer(new EgressOptions(), TimeProvider.System);
        var look = CheckCatalog.Looks(dialer, TimeProvider.System)["http"];
        var request = new LookRequest(Looking.CheckOf("http", peer.Url), DocumentOrigin.Ours);
        for (var i = 0; i < 4; i++)
        {
            var seen = await look(request, CancellationToken.None);
            seen.Answers();
            Assert.True(seen.NewConnection);
        }
    }

    [Fact]
    public async Task A_refused_connection_is_the_targets_failure()
    {
        var port = ScriptedPeer.ClosedPort();
        (await LookAsync($"http://127.0.0.1:{port}/")).Fails(TargetFailure.Refused, $"127.0.0.1:{port} refused the connection");
    }

    [Theory]
    [InlineData("says nothing")]
    [InlineData("drips its headers")]
    [InlineData("drips its content")]
    [InlineData("stops in the middle of its content")]
    public async Task Slowness_ends_at_the_time_out(string how)
    {
        await using var peer = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            await ScriptedPeer.ReadHeadAsync(stream, stop);
            if (how == "drips its content") await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"u8.ToArray(), stop);
            if (how == "stops in the middle of its content") await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf"u8.ToArray(), stop);
            if (how == "drips its headers") await stream.WriteAsync("HTTP/1.1 200 OK\r\nX-Long: "u8.ToArray(), stop);
            while (how.StartsWith("drips", StringComparison.Ordinal))
            {
                await stream.WriteAsync("x"u8.ToArray(), stop);
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, stop);
            }
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
        });
        var seen = await LookAsync(peer.Url, Short);
        seen.Fails(TargetFailure.TimedOut, how.Contains("content") ? "still reading the answer" : "still waiting for the answer");
        Assert.InRange(seen.Phases.Total, Short.Nanoseconds, Short.Nanoseconds + 300 * Duration.PerMillisecond);
        Assert.True(seen.Phases.Connect > 0);
    }

    [Fact]
    public async Task A_cut_connection_is_a_reset()
    {
        await using var resets = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            await ScriptedPeer.ReadHeadAsync(stream, stop);
            await ScriptedPeer.ResetAsync(stream);
        });
        (await LookAsync(resets.Url)).Fails(TargetFailure.Reset, "cut the connection");
        await using var closes = ScriptedPeer.Tcp(ScriptedPeer.Once(""));
        (await LookAsync(closes.Url)).Fails(TargetFailure.Reset, "closed the connection before its answer was complete");
        await using var half = ScriptedPeer.Tcp(ScriptedPeer.Once("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"));
        (await LookAsync(half.Url)).Fails(TargetFailure.Reset, "closed the connection before its answer was complete");
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n\r\n")]
    [InlineData("HTTP/1.1 abc OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nbad header line\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip!")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: sdch\r\nContent-Length: 1\r\n\r\nx")]
    public async Task An_answer_that_is_no_HTTP_is_malformed(string answer)
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Once(answer));
        var seen = await LookAsync(peer.Url, Duration.Seconds(2));
        Assert.True(seen is { Reach: Reach.Failed, Failure: TargetFailure.Malformed }, $"{seen.Failure} {seen.Gap} {seen.Detail}");
    }

    [Fact]
    public async Task Endless_headers_are_too_large()
    {
        await using var peer = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            await ScriptedPeer.ReadHeadAsync(stream, stop);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n"u8.ToArray(), stop);
            var line = Encoding.ASCII.GetBytes("X-More: " + new string('x', 1000) + "\r\n");
            for (var i = 0; i < 100_000; i++) await stream.WriteAsync(line, stop);
        });
        (await LookAsync(peer.Url)).Fails(TargetFailure.TooLarge, "headers");
    }

    [Fact]
    public async Task Ten_gigabytes_of_chunks_end_at_the_limit()
    {
        await using var peer = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            await ScriptedPeer.ReadHeadAsync(stream, stop);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray(), stop);
            var chunk = Encoding.ASCII.GetBytes("10000\r\n" + new string('x', 0x10000) + "\r\n");
            for (var i = 0; i < 160_000; i++) await stream.WriteAsync(chunk, stop);
        });
        (await LookAsync(peer.Url)).Fails(TargetFailure.TooLarge, "256KiB");
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task A_bomb_of_compression_ends_at_the_limit_and_honest_content_is_decoded(string encoding)
    {
        await using var bomb = ScriptedPeer.Tcp(ScriptedPeer.Answering(Compressed(encoding, new byte[64 * 1024 * 1024])));
        var before = GC.GetTotalAllocatedBytes();
        (await LookAsync(bomb.Url)).Fails(TargetFailure.TooLarge, "256KiB");
        Assert.True(GC.GetTotalAllocatedBytes() - before < 32 * 1024 * 1024);
        await using var honest = ScriptedPeer.Tcp(ScriptedPeer.Answering(Compressed(encoding, "héllo"u8.ToArray())));
        var seen = await LookAsync(honest.Url);
        seen.Answers();
        Assert.Equal("héllo", seen.Text("http", "body"));
        Assert.Equal(6, seen.Size);
    }

    private static byte[] Compressed(string encoding, byte[] content)
    {
        var packed = new MemoryStream();
        using (Stream pack = encoding switch { "gzip" => new GZipStream(packed, CompressionLevel.Fastest, true), "br" => new BrotliStream(packed, CompressionLevel.Fastest, true), _ => new ZLibStream(packed, CompressionLevel.Fastest, true) })
            pack.Write(content);
        return [.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {packed.Length}\r\n\r\n"), .. packed.ToArray()];
    }

    [Fact]
    public async Task Exactly_the_limit_is_not_too_large()
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"));
        (await LookAsync(peer.Url, null, ("body-limit", new FieldValue.Bytes(5)))).Answers();
        (await LookAsync(peer.Url, null, ("body-limit", new FieldValue.Bytes(4)))).Fails(TargetFailure.TooLarge, "4B");
    }

    [Fact]
    public async Task Invalid_UTF8_becomes_valid_text_and_the_excerpt_is_bounded()
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering(
            [.. "HTTP/1.1 200 OK\r\nContent-Length: 6003\r\n\r\n"u8, 0xff, 0xfe, 0x00, .. Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("é", 3000)))]));
        var seen = await LookAsync(peer.Url);
        seen.Answers();
        Assert.StartsWith("\ufffd\ufffd\ufffdéé", seen.Excerpt);
        Assert.InRange(Encoding.UTF8.GetByteCount(seen.Excerpt!), 4090, 4096);
    }

    [Fact]
    public async Task Leaving_is_the_only_thing_that_throws()
    {
        await using var peer = ScriptedPeer.Tcp((_, stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));
        using var dialer = new Dialer(new EgressOptions(), TimeProvider.System);
        using var leave = new CancellationTokenSource(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await CheckCatalog.Looks(dialer, TimeProvider.System)["http"](new LookRequest(Looking.CheckOf("http", peer.Url), DocumentOrigin.Ours), leave.Token));
    }
}
