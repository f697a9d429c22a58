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
    public async Task A_redirect_is_itself_the_answer_unless_followed()
    {
        await using var peer = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            while (await ScriptedPeer.ReadHeadAsync(stream, stop) is { } head)
                await stream.WriteAsync(Encoding.ASCII.GetBytes(head.StartsWith("GET /login", StringComparison.Ordinal) ? ScriptedPeer.Ok("please log in") : "HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n"), stop);
        });
        var refused = await LookAsync(peer.Url + "/start");
        refused.Answers();
        Assert.Equal(302, refused.Code);
        var followed = await LookAsync(peer.Url + "/start", null, ("redirects", Text("follow")));
        followed.Answers();
        Assert.Equal(200, followed.Code);
        Assert.Equal(1, followed.Amount("http", "redirects"));
        Assert.Equal(peer.Url + "/login", followed.Text("http", "url"));
    }

    [Theory]
    [InlineData("/again", "more than 5 times")]
    [InlineData("file:///etc/passwd", "a file: address")]
    [InlineData("http://u:p@127.0.0.1:1/", "user name")]
    public async Task A_redirect_that_leads_astray_is_refused(string to, string words)
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering($"HTTP/1.1 301 Moved\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"));
        (await LookAsync(peer.Url, null, ("redirects", Text("follow")))).Fails(TargetFailure.RedirectRefused, words);
    }

    [Fact]
    public async Task Headers_and_bodies_stay_with_the_origin_they_were_meant_for()
    {
        string? got = null;
        await using var thief = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            got = await ScriptedPeer.ReadHeadAsync(stream, stop);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(ScriptedPeer.Ok()), stop);
        });
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering($"HTTP/1.1 307 Moved\r\nLocation: {thief.Url}/x\r\nContent-Length: 0\r\n\r\n"));
        var headers = new FieldValue.TextMap([new("Authorization", "Bearer abc"), new("X-Api-Key", "abc"), new("Cookie", "a=b"), new("Accept-Language", "nl")]);
        var seen = await LookAsync(peer.Url, null, ("redirects", Text("follow")), ("headers", headers));
        seen.Answers();
        Assert.DoesNotContain("abc", got, StringComparison.Ordinal);
        Assert.DoesNotContain("a=b", got, StringComparison.Ordinal);
        Assert.Contains("Accept-Language: nl", got, StringComparison.Ordinal);
        (await LookAsync("POST " + peer.Url, null, ("redirects", Text("follow")), ("body", Text("private")))).Fails(TargetFailure.RedirectRefused, "the body meant for");
    }

    [Fact]
    public async Task Documents_of_others_reach_no_internal_address_in_any_spelling()
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        foreach (var host in new[] { "127.0.0.1", "localhost", "localhost.", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "[::1]", "[::ffff:7f00:1]", "[::ffff:127.0.0.1]", "LOCALHOST", "x.localhost", "[64:ff9b::7f00:1]", "[2002:7f00:1::]" })
            (await Looking.LookAsync("http", $"http://{host}:{peer.Port}/", trust: DocumentOrigin.Others)).IsGap(GapCause.EgressDenied, "not on the public internet");
        // Digits that only look like digits are no address here and resolve to nothing.
        Assert.NotEqual(Reach.Answered, (await Looking.LookAsync("http", $"http://①②⑦.⓪.⓪.①:{peer.Port}/", trust: DocumentOrigin.Others)).Reach);
        Assert.Equal(0, peer.Connections);
    }

    [Fact]
    public async Task A_document_of_others_never_gets_our_secrets()
    {
        Environment.SetEnvironmentVariable("KEPT_TEST_OURS", "ours-alone");
        // Never dialled: the look ends before.
        foreach (var (target, settings) in new (string, (string, FieldValue)[])[]
        {
            ("http://192.0.0.9/", [("body", Text("${env:KEPT_TEST_OURS}"))]),
            ("http://192.0.0.9/?token=${env:KEPT_TEST_OURS}", []),
            ("http://192.0.0.9/", [("body", Text("${file:/etc/hostname}"))]),
        })
            (await Looking.LookAsync("http", target, trust: DocumentOrigin.Others, settings: settings)).IsGap(GapCause.EgressDenied, "may not use secrets");
        (await Looking.LookAsync("tcp", "192.0.0.9:1", trust: DocumentOrigin.Others, settings: ("send", Text("${env:KEPT_TEST_OURS}")))).IsGap(GapCause.EgressDenied, "may not use secrets");
    }

    [Fact]
    public async Task Behind_a_proxy_an_expectation_about_the_address_is_our_gap_and_not_the_targets_failure()
    {
        await using var proxy = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            await ScriptedPeer.ReadHeadAsync(stream, stop);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), stop);
            await ScriptedPeer.ReadHeadAsync(stream, stop);
            await stream.WriteAsync(Encoding.UTF8.GetBytes(ScriptedPeer.Ok("ok")), stop);
        });
        using var dialer = new Kept.Egress.Dialer(new Kept.Egress.EgressOptions { Proxy = $"http://127.0.0.1:{proxy.Port}" }, TimeProvider.System);
        var look = CheckCatalog.Looks(dialer, TimeProvider.System)["http"];
        var plain = Looking.CheckOf("http", "GET http://shop.example/");
        var seen = await look(new LookRequest(plain, DocumentOrigin.Ours), TestContext.Current.CancellationToken);
        seen.Answers();
        Assert.Null(seen.See("http", "ip"));
        Assert.Null(seen.Address);
        var ip = new Operand.Seen(Place.None, "ip", Looking.Kind("http").IndexOf("ip"), []);
        var asking = plain with { Expect = [new Expectation("has(ip)", new Expression.Has(Place.None, ip))] };
        (await look(new LookRequest(asking, DocumentOrigin.Ours), TestContext.Current.CancellationToken)).IsGap(GapCause.Local, "behind a proxy");
    }

    [Fact]
    public async Task Secrets_are_put_in_at_the_moment_of_use_and_never_told()
    {
        string? got = null;
        await using var peer = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            got = await ScriptedPeer.ReadHeadAsync(stream, stop) ?? "";
            var echo = got[(got.LastIndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..] + " and Bearer " + "s3cret-token";
            await stream.WriteAsync(Encoding.UTF8.GetBytes(ScriptedPeer.Ok(echo, "X-Echo: s3cret-token\r\n")), stop);
        });
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await File.WriteAllTextAsync(file, "from a file\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Environment.SetEnvironmentVariable("KEPT_TEST_SECRET", "s3cret-token");
        try
        {
            var seen = await LookAsync($"POST {peer.Url}/q?key=${{env:KEPT_TEST_SECRET}}", null,
                ("headers", new FieldValue.TextMap([new("Authorization", "Bearer ${env:KEPT_TEST_SECRET}")])), ("body", Text($"a ${{file:{file}}} b")));
            seen.Answers();
            Assert.Contains("Authorization: Bearer s3cret-token", got, StringComparison.Ordinal);
            Assert.Contains("/q?key=s3cret-token", got, StringComparison.Ordinal);
            Assert.EndsWith("a from a file b", got, StringComparison.Ordinal);
            Assert.Equal("a ••• b and Bearer •••", seen.Excerpt);
            Assert.Equal("a ••• b and Bearer •••", seen.Text("http", "body"));
            Assert.Equal("•••", Assert.IsType<Value.Map>(seen.See("http", "header")).Entries["X-Echo"]);
        }
        finally
        {
            File.Delete(file);
        }
        (await LookAsync(peer.Url, null, ("body", Text("${env:KEPT_TEST_ABSENT}")))).IsGap(GapCause.SecretMissing, "KEPT_TEST_ABSENT is not set");
        (await LookAsync(peer.Url, null, ("body", Text("${file:/nowhere/at/all}")))).IsGap(GapCause.SecretMissing, "/nowhere/at/all does not exist");
    }

    [Theory]
    [InlineData("X-T", "a\r\nInjected: yes")]
    [InlineData("X T", "a")]
    [InlineData("Transfer-Encoding", "chunked")]
    [InlineData("Content-Length", "5")]
    public async Task A_header_that_would_break_the_message_is_not_sent(string name, string value)
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        (await LookAsync("POST " + peer.Url, null, ("body", Text("x")), ("headers", new FieldValue.TextMap([new(name, value)])))).IsGap(GapCause.Fault, $"the header {name}");
    }

    [Fact]
    public async Task Proxies_of_the_environment_are_ignored()
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        Environment.SetEnvironmentVariable("http_proxy", "http://127.0.0.1:1");
        try
        {
            (await LookAsync(peer.Url)).Answers();
        }
        finally
        {
            Environment.SetEnvironmentVariable("http_proxy", null);
        }
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
