using System.Diagnostics;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Kept.Egress;
using Kept.Model;
using Kept.TestKit;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Checks.Tests;

/// <summary>The versions of TLS as they are seen, and what keeps us from shaking hands or connecting at all: never the target's failure.</summary>
public sealed class TlsVersionTests : IDisposable
{
    private const string OpenSsl = "/usr/bin/openssl";
    private readonly CertificateAuthority _root = new("House Root");
    private readonly string _folder = Directory.CreateTempSubdirectory("kept-tls-").FullName;

    public void Dispose()
    {
        _root.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, "1.2")]
    [InlineData(SslProtocols.Tls13, "1.3")]
    public async Task The_version_that_was_agreed_on_is_seen(SslProtocols protocol, string version)
    {
        using var certificate = _root.Issue(["localhost"]);
        await using var peer = ScriptedPeer.Tls(new SslServerAuthenticationOptions { ServerCertificate = certificate, EnabledSslProtocols = protocol }, ScriptedPeer.Answering(ScriptedPeer.Ok()));
        var trusting = new EgressOptions { PrivateRoots = [_root.Certificate] };
        foreach (var (kind, target) in new[] { ("tls", $"localhost:{peer.Port}"), ("http", $"https://localhost:{peer.Port}/") })
        {
            var seen = await Looking.LookAsync(kind, target, options: trusting);
            seen.Answers();
            Assert.Equal(version, seen.Text(kind, "tls.version"));
            Assert.StartsWith("TLS_", seen.Text(kind, "tls.cipher"), StringComparison.Ordinal);
        }
        var line = await Looking.LookAsync("tcp", $"localhost:{peer.Port}", options: trusting, settings: ("over-tls", new FieldValue.YesNo(true)));
        Assert.Equal(version, line.Text("tcp", "tls.version"));
    }

    [Theory]
    [InlineData("tls1")]
    [InlineData("tls1_1")]
    public async Task A_server_that_speaks_only_an_unsafe_version_fails_and_is_told_so(string version)
    {
        Repository.Require(File.Exists(OpenSsl), OpenSsl);
        using var certificate = _root.Issue(["localhost"]);
        using var key = certificate.GetECDsaPrivateKey()!;
        await File.WriteAllTextAsync(Path.Combine(_folder, "certificate.pem"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(_folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        var port = ScriptedPeer.ClosedPort();
        using var server = Process.Start(new ProcessStartInfo(OpenSsl,
            ["s_server", "-accept", port.ToString(CultureInfo.InvariantCulture), "-cert", Path.Combine(_folder, "certificate.pem"), "-key", Path.Combine(_folder, "key.pem"), $"-{version}", "-cipher", "ALL:@SECLEVEL=0", "-quiet"])
        { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            Assert.SkipUnless(await ListensAsync(server, port), $"this OpenSSL serves no {version}");
            foreach (var (kind, target) in new[] { ("tls", $"127.0.0.1:{port}"), ("http", $"https://127.0.0.1:{port}/") })
            {
                var seen = await Looking.LookAsync(kind, target, options: new EgressOptions { PrivateRoots = [_root.Certificate] });
                seen.Fails(TargetFailure.TlsFailed, "version");
            }
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    internal static async Task<bool> ListensAsync(Process server, int port)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!server.HasExited && TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(10))
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", port);
                return true;
            }
            catch (SocketException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
            }
        }
        return false;
    }

    [Theory]
    [InlineData("tls", "shop.example:443")]
    [InlineData("tcp", "shop.example:5432")]
    [InlineData("http", "https://shop.example/")]
    [InlineData("dns", "A x.example at shop.example")]
    public async Task What_keeps_us_from_looking_is_a_gap_of_every_kind(string kind, string target)
    {
        var timeout = Duration.Milliseconds(500);
        await using var silent = new NameServer((_, _) => NameAnswer.Silence);
        (await Looking.LookAsync(kind, target, timeout, new EgressOptions { Resolver = silent.EndPoint })).IsGap(GapCause.Resolver, "our name server did not answer");
        await using var failing = new NameServer((_, _) => NameAnswer.ServerFailure);
        (await Looking.LookAsync(kind, target, Duration.Seconds(5), new EgressOptions { Resolver = failing.EndPoint })).IsGap(GapCause.Resolver, "shop.example");
        await using var gone = new NameServer((_, _) => NameAnswer.NoSuchName);
        (await Looking.LookAsync(kind, target, Duration.Seconds(5), new EgressOptions { Resolver = gone.EndPoint })).Fails(TargetFailure.NameNotFound, "NXDOMAIN");
        if (kind == "dns") return; // asks by itself: no proxy carries it
        await using var deaf = ScriptedPeer.Tcp((_, stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));
        (await Looking.LookAsync(kind, target, timeout, new EgressOptions { Proxy = $"http://127.0.0.1:{deaf.Port}" })).IsGap(GapCause.Route, "the proxy did not open a tunnel");
        (await Looking.LookAsync(kind, target, timeout, new EgressOptions { Proxy = $"http://127.0.0.1:{ScriptedPeer.ClosedPort()}" })).IsGap(GapCause.Route, "the proxy");
        await using var refusing = ScriptedPeer.Tcp(ScriptedPeer.Once("HTTP/1.1 403 Forbidden\r\n\r\n"));
        (await Looking.LookAsync(kind, target, timeout, new EgressOptions { Proxy = $"http://127.0.0.1:{refusing.Port}" })).IsGap(GapCause.EgressDenied, "does not open a tunnel");
        await using var unable = ScriptedPeer.Tcp(ScriptedPeer.Once("HTTP/1.1 502 Bad Gateway\r\n\r\n"));
        (await Looking.LookAsync(kind, target, timeout, new EgressOptions { Proxy = $"http://127.0.0.1:{unable.Port}" })).Fails(TargetFailure.Unreachable, "cannot reach");
    }

    [Theory]
    [InlineData("tcp", "send")]
    [InlineData("tcp", "reads")]
    public async Task A_secret_that_is_not_there_is_a_gap(string kind, string field)
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        (await Looking.LookAsync(kind, $"127.0.0.1:{peer.Port}", settings: (field, new FieldValue.Text("${env:KEPT_TEST_NOWHERE}")))).IsGap(GapCause.SecretMissing, "KEPT_TEST_NOWHERE is not set");
        Assert.Equal(0, peer.Connections);
    }
}
