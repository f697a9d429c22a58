using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Kept.Egress;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Checks.Tests;

public sealed class TlsLookTests : IDisposable
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private readonly CertificateAuthority _root = new("House Root");
    private readonly EgressOptions _trusting;

    public TlsLookTests() => _trusting = new EgressOptions { PrivateRoots = [_root.Certificate] };

    public void Dispose() => _root.Dispose();

    private static ScriptedPeer Serve(X509Certificate2 certificate, X509Certificate2Collection? between = null) => ScriptedPeer.Tls(certificate, ScriptedPeer.Answering(ScriptedPeer.Ok()), between);

    private Task<Observation> HttpAsync(ScriptedPeer peer, string host = "localhost", EgressOptions? options = null, params (string, FieldValue)[] settings) =>
        Looking.LookAsync("http", $"https://{host}:{peer.Port}/", options: options ?? _trusting, settings: settings);

    private Task<Observation> TlsAsync(ScriptedPeer peer, string host = "localhost", EgressOptions? options = null, params (string, FieldValue)[] settings) =>
        Looking.LookAsync("tls", $"{host}:{peer.Port}", options: options ?? _trusting, settings: settings);

    private static string Problems(Observation seen) => string.Join("; ", Assert.IsType<Value.List>(seen.See("tls", "problems")).Items.Select(item => ((Value.Text)item).Content));

    /// <summary>RFC 5280 §4.1.2.5: 99991231235959Z says that a certificate has no expiry worth the name. Devices and private authorities write it.</summary>
    [Fact]
    public async Task A_certificate_that_never_expires_is_looked_at_like_any_other()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(Now.AddDays(-1), new DateTimeOffset(9999, 12, 31, 23, 59, 59, TimeSpan.Zero));
        using var whole = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
        await using var peer = Serve(whole);
        var options = new EgressOptions { PrivateRoots = [whole] };
        foreach (var (kind, seen) in new[] { ("tls", await TlsAsync(peer, options: options)), ("http", await HttpAsync(peer, options: options)) })
        {
            seen.Answers();
            Assert.Equal(long.MaxValue, seen.Amount(kind, "certificate.expires-in")); // as long as can be said
        }
    }

    [Fact]
    public async Task A_private_authority_of_the_house_is_trusted_and_the_certificate_is_shown()
    {
        await using var peer = Serve(_root.Issue(["localhost", "127.0.0.1"], to: Now.AddDays(20), serial: [0x9f, 0x01, 0x0a]));
        var seen = await HttpAsync(peer);
        seen.Answers();
        Assert.InRange(seen.Amount("http", "certificate.expires-in"), Duration.Days(19).Nanoseconds, Duration.Days(20).Nanoseconds);
        Assert.Equal("House Root", seen.Text("http", "certificate.issuer"));
        var chain = seen.Beside!.Chain!;
        Assert.Equal(("CN=localhost", "CN=House Root", seen.Text("http", "certificate.fingerprint")), (chain.Subject, chain.Issuer, chain.Fingerprint));
        Assert.Equal("9f010a", chain.Serial); // the number alone: the zero byte that keeps it positive on the wire is none of its digits
        Assert.Equal(["localhost"], chain.Names); // addresses are no names
        Assert.Equal(chain.SentEnd, chain.ChainEnd); // its own ends before that of the authority
        Assert.Equal([Value.Of("localhost"), Value.Of("127.0.0.1")], Assert.IsType<Value.List>(seen.See("http", "certificate.names")).Items);
        Assert.Equal("1.3", seen.Text("http", "tls.version"));
        Assert.True(seen.Phases.Tls > 0);
        Assert.True(seen.Phases.Dns > 0);
        (await HttpAsync(peer, "127.0.0.1")).Answers();
        var handshake = await TlsAsync(peer);
        handshake.Answers();
        Assert.Equal(Value.Of(true), handshake.See("tls", "trusted"));
        Assert.Equal("", Problems(handshake));
        Assert.StartsWith("TLS_", handshake.Text("tls", "tls.cipher"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kept_connection_still_shows_its_certificate()
    {
        await using var peer = Serve(_root.Issue(["localhost"]));
        using var dialer = new Dialer(_trusting, TimeProvider.System);
        var look = CheckCatalog.Looks(dialer, TimeProvider.System)["http"];
        var request = new LookRequest(Looking.CheckOf("http", $"https://localhost:{peer.Port}/"), DocumentOrigin.Ours);
        Assert.True((await look(request, CancellationToken.None)).NewConnection);
        var second = await look(request, CancellationToken.None);
        Assert.False(second.NewConnection);
        Assert.Equal(-1, second.Phases.Tls);
        Assert.Equal("House Root", second.Text("http", "certificate.issuer"));
    }

    [Fact]
    public async Task After_ten_looks_the_spent_connection_is_closed_and_a_changed_certificate_is_shown()
    {
        X509Certificate2[] certificates = [_root.Issue(["localhost"]), _root.Issue(["localhost"])];
        var (shaken, opened, firstClosed) = (0, 0, new TaskCompletionSource());
        var answered = new int[3];
        await using var peer = ScriptedPeer.Tls(new SslServerAuthenticationOptions { ServerCertificateSelectionCallback = (_, _) => certificates[Math.Min(1, Interlocked.Increment(ref shaken) - 1)] }, async (stream, stop) =>
        {
            var mine = Interlocked.Increment(ref opened) - 1;
            while (await ScriptedPeer.ReadHeadAsync(stream, stop) is not null)
            {
                answered[mine]++;
                await stream.WriteAsync(Encoding.Latin1.GetBytes(ScriptedPeer.Ok($"connection {mine}")), stop);
            }
            if (mine == 0) firstClosed.SetResult();
        });
        using var dialer = new Dialer(_trusting, TimeProvider.System);
        var look = CheckCatalog.Looks(dialer, TimeProvider.System)["http"];
        var request = new LookRequest(Looking.CheckOf("http", $"https://localhost:{peer.Port}/", null, ("version", new FieldValue.Text("1.1"))), DocumentOrigin.Ours);
        for (var i = 0; i < 21; i++)
        {
            var seen = await look(request, CancellationToken.None);
            seen.Answers();
            Assert.Equal((i % 10 == 0, i % 10 == 0), (seen.NewConnection, seen.Phases.Tls > 0));
            Assert.Equal($"connection {i / 10}", seen.Excerpt);
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(certificates[Math.Min(1, i / 10)].RawData)), seen.Text("http", "certificate.fingerprint"));
            if (i == 9) await firstClosed.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken); // before any look asks for another
        }
        Assert.Equal([10, 10, 1], answered);
    }

    [Theory]
    [InlineData("expired", "it expired on ")]
    [InlineData("not yet", "it is not valid before ")]
    [InlineData("other name", "it is for other.example, not for localhost")]
    [InlineData("no name", "it names no host, so it is not for localhost")]
    [InlineData("self-signed", "it is self-signed and not trusted here")]
    [InlineData("foreign root", "Foreign Root")]
    [InlineData("not for servers", "not meant for servers")]
    [InlineData("incomplete chain", "the server did not send the certificates in between")]
    public async Task A_certificate_that_does_not_hold_fails_http_and_is_seen_by_tls(string how, string words)
    {
        using var foreign = new CertificateAuthority("Foreign Root");
        using var middle = new CertificateAuthority("Middle", _root);
        using var certificate = how switch
        {
            "expired" => _root.Issue(["localhost"], Now.AddDays(-30), Now.AddDays(-2)),
            "not yet" => _root.Issue(["localhost"], Now.AddDays(2), Now.AddDays(30)),
            "other name" => _root.Issue(["other.example"]),
            "no name" => _root.Issue([]),
            "self-signed" => CertificateAuthority.SelfSigned("localhost"),
            "foreign root" => foreign.Issue(["localhost"]),
            "not for servers" => _root.Issue(["localhost"], forServers: false),
            _ => middle.Issue(["localhost"]),
        };
        await using var peer = Serve(certificate);
        var http = await HttpAsync(peer);
        http.Fails(TargetFailure.CertificateInvalid, words);
        Assert.True(http.Phases.Tls > 0);
        var seen = await TlsAsync(peer);
        seen.Answers();
        Assert.Equal(Value.Of(false), seen.See("tls", "trusted"));
        Assert.Contains(words, Problems(seen), StringComparison.Ordinal);
        Assert.Equal(how == "expired", seen.Amount("tls", "certificate.expires-in") < 0);
        // The same verdict when it comes from the cache.
        using var dialer = new Dialer(_trusting, TimeProvider.System);
        var look = CheckCatalog.Looks(dialer, TimeProvider.System)["tls"];
        var request = new LookRequest(Looking.CheckOf("tls", $"localhost:{peer.Port}"), DocumentOrigin.Ours);
        Assert.Equal(Problems(await look(request, CancellationToken.None)), Problems(await look(request, CancellationToken.None)));
    }

    [Fact]
    public async Task A_complete_chain_through_the_middle_is_trusted()
    {
        using var middle = new CertificateAuthority("Middle", _root);
        await using var peer = Serve(middle.Issue(["localhost"]), [middle.Certificate]);
        (await HttpAsync(peer)).Answers();
    }

    [Fact]
    public async Task The_name_to_ask_for_may_be_another_than_the_host()
    {
        await using var peer = Serve(_root.Issue(["shop.example"]));
        var seen = await TlsAsync(peer, "127.0.0.1", null, ("server-name", new FieldValue.Text("shop.example")));
        Assert.Equal(Value.Of(true), seen.See("tls", "trusted"));
    }

    [Fact]
    public async Task Nothing_a_certificate_names_is_ever_fetched()
    {
        await using var recorder = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        using var middle = new CertificateAuthority("Middle", _root);
        using var trustedChain = middle.Issue(["localhost"], fetchFrom: recorder.Url);
        using var direct = _root.Issue(["localhost"], fetchFrom: recorder.Url);
        foreach (var certificate in new[] { trustedChain, direct })
        {
            await using var peer = Serve(certificate);
            await HttpAsync(peer);
            await TlsAsync(peer);
            await TlsAsync(peer, options: new EgressOptions());
        }
        Assert.Equal(0, recorder.Connections);
    }

    [Fact]
    public async Task A_handshake_that_hangs_ends_at_the_time_out()
    {
        await using var peer = ScriptedPeer.Tcp((_, stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));
        foreach (var (kind, target) in new[] { ("tls", $"127.0.0.1:{peer.Port}"), ("http", $"https://127.0.0.1:{peer.Port}/") })
        {
            var seen = await Looking.LookAsync(kind, target, Duration.Milliseconds(300));
            seen.Fails(TargetFailure.TimedOut, "in the TLS handshake");
            Assert.InRange(seen.Phases.Total, 300 * Duration.PerMillisecond, 600 * Duration.PerMillisecond);
        }
    }

    [Fact]
    public async Task Who_speaks_no_TLS_is_told_so()
    {
        await using var plain = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            await stream.ReadAtLeastAsync(new byte[64], 1, false, stop);
            await stream.WriteAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), stop);
        });
        (await TlsAsync(plain, "127.0.0.1")).Fails(TargetFailure.TlsFailed, "does not speak TLS");
        await using var leaves = ScriptedPeer.Tcp((_, _) => Task.CompletedTask);
        var seen = await TlsAsync(leaves, "127.0.0.1");
        Assert.True(seen.Failure is TargetFailure.TlsFailed or TargetFailure.Reset, seen.Detail);
    }

    [Fact]
    public async Task A_server_with_no_common_version_fails_the_handshake()
    {
        using var certificate = _root.Issue(["localhost"]);
#pragma warning disable CA5397, SYSLIB0039 // an old server is what this test needs
        await using var peer = ScriptedPeer.Tls(new SslServerAuthenticationOptions { ServerCertificate = certificate, EnabledSslProtocols = SslProtocols.Tls11 }, ScriptedPeer.Answering(""));
#pragma warning restore CA5397, SYSLIB0039
        var seen = await TlsAsync(peer);
        Assert.True(seen.Failure is TargetFailure.TlsFailed or TargetFailure.Reset, $"{seen.Failure}: {seen.Detail}");
    }

    [Theory]
    [InlineData("tls", "localhost", "the port")]
    [InlineData("tls", "https://localhost", "not at a URL")]
    [InlineData("tls", "localhost:0", "the port of")]
    [InlineData("tcp", "localhost", "the port is missing")]
    [InlineData("tcp", "a b:1", "one word")]
    [InlineData("tcp", "", "empty")]
    [InlineData("tcp", "u@h:1", "user name")]
    [InlineData("dns", "AXFR example.com at 127.0.0.1", "not a type")]
    [InlineData("dns", "A 127.0.0.1 at 127.0.0.1", "is an address")]
    [InlineData("dns", "A example.com at", "one name server")]
    [InlineData("dns", "A exa..mple at 127.0.0.1", "not a name")]
    [InlineData("dns", "MX", "the name after MX")]
    [InlineData("dns", "A example.com at 127.0.0.1:0", "not a name server")]
    [InlineData("http", "example.com/health", "no scheme")]
    [InlineData("http", "get https://example.com", "capitals")]
    [InlineData("http", "FETCH https://example.com", "not a method")]
    [InlineData("http", "GET", "missing")]
    [InlineData("http", "GET https://a.example/a b", "no spaces")]
    [InlineData("http", "https://u:p@a.example/", "no user name")]
    [InlineData("http", "ftp://a.example/", "not a scheme")]
    [InlineData("http", "https://a.example:99999/", "the port of")]
    [InlineData("http", "https://a.example:/", "the port of")]
    [InlineData("http", "https:///path", "not a URL")]
    [InlineData("http", "https://a.example/#x", "never sent")]
    [InlineData("http", "https://${env:H}/", "may not be a secret")]
    [InlineData("heartbeat", "https://kept.example/beat/x", "not a URL")]
    [InlineData("heartbeat", "a b", "not a key")]
    public void A_wrong_target_is_told_with_what_to_write(string kind, string target, string words)
    {
        var reading = Looking.Kind(kind).ReadTarget(target);
        if (kind == "tls" && target == "localhost")
        {
            Assert.Equal(443, reading.Target!.Port);
            return;
        }
        Assert.Null(reading.Target);
        Assert.Contains(words, reading.Error, StringComparison.Ordinal);
        Assert.False(string.IsNullOrWhiteSpace(reading.Help));
    }

    [Fact]
    public void A_right_target_is_read_into_its_parts()
    {
        Assert.Equal(new CheckTarget("POST https://A.Example:8443/x?y=${env:K}", "a.example", 8443, "POST", "https://A.Example:8443/x?y=${env:K}"), Looking.Target("http", "POST https://A.Example:8443/x?y=${env:K}"));
        Assert.Equal(("::1", 80, "GET"), (Looking.Target("http", "http://[::1]/").Host, Looking.Target("http", "http://[::1]/").Port, Looking.Target("http", "http://[::1]/").Method));
        Assert.Equal(("::1", 5432), (Looking.Target("tcp", "[::1]:5432").Host, Looking.Target("tcp", "[::1]:5432").Port));
        Assert.Equal(("a.example", 53, "MX", "a.example. ns.a.example"), (Looking.Target("dns", "MX a.example at ns.a.example").Host, Looking.Target("dns", "MX a.example at ns.a.example").Port, Looking.Target("dns", "MX a.example at ns.a.example").Method, Looking.Target("dns", "MX a.example at ns.a.example").Rest));
        Assert.Equal("1.2.0.192.in-addr.arpa.", Looking.Target("dns", "PTR 192.0.2.1").Rest);
        Assert.Equal("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa.", Looking.Target("dns", "PTR ::1").Rest);
        Assert.Equal(("nightly-backup", ""), (Looking.Target("heartbeat", "nightly-backup").Rest, Looking.Target("heartbeat", "nightly-backup").Host));
    }
}
