using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Kept.Egress;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Checks.Tests;

/// <summary>Targets that mean harm, and targets that are merely broken in ways that other clients would notice.</summary>
public sealed class HostileTargetsTests
{
    private static readonly Duration Short = Duration.Milliseconds(400);

    private static FieldValue.Text Text(string text) => new(text);

    private static byte[] Packed(string encoding, byte[] content)
    {
        var packed = new MemoryStream();
        using (Stream pack = encoding switch { "gzip" => new GZipStream(packed, CompressionLevel.Fastest, true), "br" => new BrotliStream(packed, CompressionLevel.Fastest, true), _ => new ZLibStream(packed, CompressionLevel.Fastest, true) })
            pack.Write(content);
        return packed.ToArray();
    }

    private static async Task<Observation> EncodedAsync(string encoding, byte[] content)
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering([.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {content.Length}\r\n\r\n"), .. content]));
        return await Looking.LookAsync("http", peer.Url, Duration.Seconds(5));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task Compressed_content_that_is_damaged_or_cut_is_the_targets_failure(string encoding)
    {
        (await EncodedAsync(encoding, "this was never compressed, and it is long enough to be read"u8.ToArray())).Fails(TargetFailure.Malformed, "does not decompress");
        var noise = new byte[5000];
        new Random(7).NextBytes(noise);
        var whole = Packed(encoding, Encoding.UTF8.GetBytes(Convert.ToHexString(noise)));
        (await EncodedAsync(encoding, whole)).Answers();
        foreach (var kept in new[] { whole.Length - 1, whole.Length / 2, 12 })
            (await EncodedAsync(encoding, whole[..kept])).Fails(TargetFailure.Malformed, "does not decompress");
        var flipped = whole.ToArray();
        flipped[^3] ^= 0x55;
        var seen = await EncodedAsync(encoding, flipped);
        Assert.True(seen.Reach == Reach.Failed || encoding == "br", $"{encoding}: {seen.Detail}"); // brotli has no checksum
    }

    [Fact]
    public async Task A_certificate_without_a_list_of_names_is_for_nobody_whatever_its_common_name_says()
    {
        // RFC 9110 §4.3.4, and every browser: the common name is no name to match.
        using var root = new CertificateAuthority();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var signed = request.Create(root.Certificate, TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(9), [1, 2, 3]);
        using var whole = signed.CopyWithPrivateKey(key);
        using var certificate = X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pfx), null);
        await using var peer = ScriptedPeer.Tls(certificate, ScriptedPeer.Answering(ScriptedPeer.Ok()));
        var trusting = new EgressOptions { PrivateRoots = [root.Certificate] };
        (await Looking.LookAsync("http", $"https://localhost:{peer.Port}/", options: trusting)).Fails(TargetFailure.CertificateInvalid, "it names no host, so it is not for localhost");
        Assert.Equal(Value.Of(false), (await Looking.LookAsync("tls", $"localhost:{peer.Port}", options: trusting)).See("tls", "trusted"));
    }

    [Theory]
    [InlineData("*.shop.test", "a.shop.test", true)]
    [InlineData("*.shop.test", "a.b.shop.test", false)]
    [InlineData("*.shop.test", "shop.test", false)]
    [InlineData("a*.shop.test", "ab.shop.test", false)]
    [InlineData("SHOP.test", "shop.test", true)]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("127.0.0.2", "127.0.0.1", false)]
    [InlineData("shop.test.evil.test", "shop.test", false)]
    public async Task A_certificate_is_for_exactly_the_names_it_bears(string named, string asked, bool holds)
    {
        using var root = new CertificateAuthority();
        using var certificate = root.Issue([named]);
        await using var peer = ScriptedPeer.Tls(certificate, ScriptedPeer.Answering(ScriptedPeer.Ok()));
        var seen = await Looking.LookAsync("tls", $"127.0.0.1:{peer.Port}", options: new EgressOptions { PrivateRoots = [root.Certificate] }, settings: ("server-name", Text(asked)));
        seen.Answers();
        Assert.Equal(Value.Of(holds), seen.See("tls", "trusted"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("https://shop.test/")]
    public async Task A_name_to_ask_for_that_is_none_is_told_and_never_skips_the_check_of_names(string name)
    {
        using var root = new CertificateAuthority();
        using var certificate = root.Issue(["other.test"]);
        await using var peer = ScriptedPeer.Tls(certificate, ScriptedPeer.Answering(ScriptedPeer.Ok()));
        var seen = await Looking.LookAsync("tls", $"localhost:{peer.Port}", options: new EgressOptions { PrivateRoots = [root.Certificate] }, settings: ("server-name", Text(name)));
        if (name.Length > 0) seen.IsGap(GapCause.Fault, "server-name");
        else Assert.Equal(Value.Of(false), seen.See("tls", "trusted"));
    }

    [Fact]
    public async Task Two_names_on_one_server_each_show_their_own_certificate_over_kept_connections()
    {
        using var root = new CertificateAuthority();
        using var a = root.Issue(["a.test"], to: TimeProvider.System.GetUtcNow().AddDays(10));
        using var b = root.Issue(["b.test"], to: TimeProvider.System.GetUtcNow().AddDays(50));
        await using var peer = ScriptedPeer.Tls(new System.Net.Security.SslServerAuthenticationOptions { ServerCertificateSelectionCallback = (_, name) => name == "a.test" ? a : b }, ScriptedPeer.Answering(ScriptedPeer.Ok()));
        using var dialer = new Dialer(new EgressOptions { PrivateRoots = [root.Certificate] }, TimeProvider.System);
        var look = CheckCatalog.Looks(dialer, TimeProvider.System)["http"];
        foreach (var name in new[] { "a.test", "b.test", "a.test", "b.test", "a.test" })
        {
            var check = Looking.CheckOf("http", $"https://127.0.0.1:{peer.Port}/", null, ("headers", new FieldValue.TextMap([new("Host", name)])));
            var seen = await look(new LookRequest(check, DocumentOrigin.Ours), TestContext.Current.CancellationToken);
            seen.Answers();
            Assert.Equal($"CN={name}", seen.Text("http", "certificate.subject"));
        }
        Assert.Equal(2, peer.Connections);
    }

    [Fact]
    public async Task A_name_server_that_never_stops_answering_over_TCP_fills_no_memory()
    {
        await using var server = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            var length = new byte[2];
            await stream.ReadExactlyAsync(length, stop);
            var question = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
            await stream.ReadExactlyAsync(question, stop);
            var records = Enumerable.Range(0, 1000).SelectMany(i => new byte[] { 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, (byte)(i >> 8), (byte)i });
            byte[] answer = [question[0], question[1], 0x84, 0, 0, 1, 1000 >> 8, 1000 & 255, 0, 0, 0, 0, .. question[12..CuttingServer.EndOfQuestion(question)], .. records];
            byte[] framed = [(byte)(answer.Length >> 8), (byte)answer.Length, .. answer];
            byte[] many = [.. Enumerable.Repeat(framed, 20).SelectMany(one => one)];
            while (true) await stream.WriteAsync(many, stop);
        });
        await using var cutting = new CuttingServer(server.Port);
        var before = GC.GetTotalAllocatedBytes();
        var seen = await Looking.LookAsync("dns", $"A x.example at 127.0.0.1:{server.Port}", Duration.Seconds(2));
        var grown = GC.GetTotalAllocatedBytes() - before;
        seen.Answers();
        Assert.Equal(1000, seen.Amount("dns", "count"));
        Assert.True(grown < 64 * 1024 * 1024, $"{grown / 1024 / 1024} MiB");
        Assert.True(seen.Phases.Total < Duration.Seconds(3).Nanoseconds);
    }

    [Theory]
    [InlineData("interim answers")]
    [InlineData("chunks")]
    [InlineData("empty gzip members")]
    [InlineData("a TLS handshake")]
    [InlineData("a proxy's answer")]
    [InlineData("a line")]
    public async Task What_drips_or_never_ends_is_over_at_the_time_out(string what)
    {
        var member = Packed("gzip", []);
        await using var peer = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            if (what is not ("a TLS handshake" or "a line")) await ScriptedPeer.ReadHeadAsync(stream, stop);
            else if (what == "a TLS handshake") await stream.ReadAtLeastAsync(new byte[16], 16, false, stop);
            var head = what switch
            {
                "chunks" => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                "empty gzip members" => "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n",
                "a TLS handshake" => "\x16\x03\x03\x3f\xff\x02\x00\x3f\xfb",
                _ => "",
            };
            await stream.WriteAsync(Encoding.Latin1.GetBytes(head), stop);
            while (true)
            {
                await stream.WriteAsync(what switch
                {
                    "interim answers" => "HTTP/1.1 100 Continue\r\nX-Again: yes\r\n\r\n"u8.ToArray(),
                    "chunks" => "1\r\nx\r\n"u8.ToArray(),
                    "empty gzip members" => member,
                    _ => "x"u8.ToArray(),
                }, stop);
                if (what is not ("interim answers" or "empty gzip members")) await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, stop);
            }
        });
        var options = what == "a proxy's answer" ? new EgressOptions { Proxy = $"http://127.0.0.1:{peer.Port}" } : new EgressOptions();
        var seen = what switch
        {
            "a TLS handshake" => await Looking.LookAsync("tls", $"127.0.0.1:{peer.Port}", Short),
            "a line" => await Looking.LookAsync("tcp", $"127.0.0.1:{peer.Port}", Short, settings: ("send", Text("hello\n"))),
            _ => await Looking.LookAsync("http", peer.Url, Short, options),
        };
        if (what == "interim answers" && seen.Failure == TargetFailure.TooLarge) return; // .NET counts them as headers
        if (what == "a proxy's answer") seen.IsGap(GapCause.Route, "the proxy did not open a tunnel");
        else seen.Fails(TargetFailure.TimedOut, "no whole answer within 400 ms");
        Assert.InRange(seen.Phases.Total, Short.Nanoseconds, Short.Nanoseconds + 300 * Duration.PerMillisecond);
    }

    [Fact]
    public async Task What_came_after_the_awaited_text_is_no_part_of_the_answer()
    {
        // Else a secret that is echoed there could be cut in the middle, where it is not recognised any more; and the answer would depend on how packets fell.
        Environment.SetEnvironmentVariable("KEPT_TEST_TAIL", "tail-s3cret-token");
        await using var peer = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            await stream.ReadAtLeastAsync(new byte[8], 8, false, stop);
            await stream.WriteAsync("+OK ready\nlater tail-s3cr"u8.ToArray(), stop);
            await stream.ReadAtLeastAsync(new byte[1], 1, false, stop);
        });
        var seen = await Looking.LookAsync("tcp", $"127.0.0.1:{peer.Port}", settings: ("send", Text("AUTH ${env:KEPT_TEST_TAIL}\n")));
        seen.Answers();
        Assert.Equal("+OK ready\n", seen.Text("tcp", "answer"));
        Assert.Equal(10, seen.Size);
    }

    [Fact]
    public async Task A_secret_that_comes_back_as_the_name_of_a_header_or_in_the_final_URL_is_hidden()
    {
        Environment.SetEnvironmentVariable("KEPT_TEST_NAME", "n4me-s3cret-token");
        await using var peer = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            while (await ScriptedPeer.ReadHeadAsync(stream, stop) is { } head)
                await stream.WriteAsync(Encoding.ASCII.GetBytes(head.StartsWith("GET /go", StringComparison.Ordinal)
                    ? "HTTP/1.1 302 Found\r\nLocation: /n4me-s3cret-token/there?key=n4me-s3cret-token\r\nContent-Length: 0\r\n\r\n"
                    : ScriptedPeer.Ok("ok", "X-n4me-s3cret-token: 1\r\n")), stop);
        });
        var seen = await Looking.LookAsync("http", $"{peer.Url}/go?key=${{env:KEPT_TEST_NAME}}", settings: ("redirects", Text("follow")));
        seen.Answers();
        Assert.DoesNotContain("n4me", seen.Text("http", "url"), StringComparison.Ordinal);
        Assert.DoesNotContain(Assert.IsType<Value.Map>(seen.See("http", "header")).Entries.Keys, name => name.Contains("n4me", StringComparison.OrdinalIgnoreCase));
    }
}
