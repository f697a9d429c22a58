using System.Diagnostics;
using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Kept.Egress;
using Kept.Model;
using Kept.TestKit;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Checks.Tests;

/// <summary>Servers that ask who we are, and what can be wrong with our answer.</summary>
public sealed class ClientCertificateTests : IDisposable
{
    private readonly CertificateAuthority _root = new(), _clients = new("Clients");
    private readonly string _folder = Directory.CreateTempSubdirectory("kept-client-").FullName;

    /// <summary>Wants a certificate of its clients' authority, and answers with whom it saw.</summary>
    private ScriptedPeer Server(SslProtocols protocols = SslProtocols.None) => ScriptedPeer.Tls(new SslServerAuthenticationOptions
    {
        ServerCertificate = _root.Issue(["localhost"]),
        ClientCertificateRequired = true,
        EnabledSslProtocols = protocols,
        RemoteCertificateValidationCallback = (_, shown, _, _) => shown is X509Certificate2 leaf && Trusts(leaf),
    }, async (stream, stop) =>
    {
        var shown = ((SslStream)stream).RemoteCertificate!.Subject;
        while (await ScriptedPeer.ReadHeadAsync(stream, stop) is not null) await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(ScriptedPeer.Ok(shown)), stop);
    });

    private bool Trusts(X509Certificate2 leaf)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(_clients.Certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(leaf);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    private (string, FieldValue)[] Shows(X509Certificate2? certificate, X509Certificate2? key = null) =>
    [
        ("client-certificate", new FieldValue.Text($"${{file:{Write("client.pem", certificate?.ExportCertificatePem() ?? "nothing")}}}")),
        ("client-key", new FieldValue.Text($"${{file:{Write("client.key", (key ?? certificate)?.GetECDsaPrivateKey()?.ExportPkcs8PrivateKeyPem() ?? "nothing")}}}")),
    ];

    private Task<Observation> LookAsync(ScriptedPeer server, params (string, FieldValue)[] settings) =>
        Looking.LookAsync("http", $"https://localhost:{server.Port}/", options: new EgressOptions { PrivateRoots = [_root.Certificate] }, settings: settings);

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task A_server_sees_who_we_are(SslProtocols protocols)
    {
        await using var server = Server(protocols);
        using var ours = _clients.Issue(["kept"], forServers: false);
        var seen = await LookAsync(server, Shows(ours));
        seen.Answers();
        Assert.Equal("CN=kept", seen.Text("http", "body"));
    }

    [Fact]
    public async Task A_server_that_refuses_our_certificate_and_closes_fails()
    {
        await using var server = Server();
        using var strange = _root.Issue(["kept"], forServers: false);
        (await LookAsync(server, Shows(strange))).Fails(TargetFailure.Reset, "closed the connection");
        (await LookAsync(server)).Fails(TargetFailure.Reset, "closed the connection");
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task A_server_that_says_why_it_refuses_us_is_told_in_its_words(string version)
    {
        Repository.Require(File.Exists("/usr/bin/openssl"), "/usr/bin/openssl");
        using var certificate = _root.Issue(["localhost"]);
        var port = ScriptedPeer.ClosedPort();
        using var server = Process.Start(new ProcessStartInfo("/usr/bin/openssl",
            ["s_server", "-accept", port.ToString(CultureInfo.InvariantCulture), "-cert", Write("server.pem", certificate.ExportCertificatePem()), "-key", Write("server.key", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
                "-CAfile", Write("clients.pem", _clients.Pem), "-Verify", "2", "-verify_return_error", version, "-www"])
        { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            Assert.True(await TlsVersionTests.ListensAsync(server, port), "openssl did not start");
            var target = $"https://localhost:{port}/";
            var trusting = new EgressOptions { PrivateRoots = [_root.Certificate] };
            using var strange = _root.Issue(["kept"], forServers: false);
            (await Looking.LookAsync("http", target, options: trusting, settings: Shows(strange))).Fails(TargetFailure.TlsFailed, "it does not trust the authority of our client certificate");
            var none = await Looking.LookAsync("http", target, options: trusting);
            none.Fails(TargetFailure.TlsFailed, "wants a client certificate");
            using var ours = _clients.Issue(["kept"], forServers: false);
            (await Looking.LookAsync("http", target, options: trusting, settings: Shows(ours))).Answers();
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_renewed_certificate_is_shown_by_the_next_look_and_connections_are_not_shared_by_others()
    {
        await using var server = Server();
        using var dialer = new Dialer(new EgressOptions { PrivateRoots = [_root.Certificate] }, TimeProvider.System);
        using var first = _clients.Issue(["first"], forServers: false);
        using var second = _clients.Issue(["second"], forServers: false);
        var check = Looking.CheckOf("http", $"https://localhost:{server.Port}/", settings: Shows(first));
        var look = CheckCatalog.Looks(dialer, TimeProvider.System)["http"];
        for (var i = 0; i < 2; i++) Assert.Equal("CN=first", (await look(new LookRequest(check, DocumentOrigin.Ours), TestContext.Current.CancellationToken)).Text("http", "body"));
        Assert.Equal(1, server.Connections);
        Shows(second);
        Assert.Equal("CN=second", (await look(new LookRequest(check, DocumentOrigin.Ours), TestContext.Current.CancellationToken)).Text("http", "body"));
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task What_is_wrong_with_our_own_certificate_is_a_gap_in_words()
    {
        await using var server = Server();
        using var ours = _clients.Issue(["kept"], forServers: false);
        using var other = _clients.Issue(["other"], forServers: false);
        using var old = _clients.Issue(["old"], TimeProvider.System.GetUtcNow().AddDays(-20), TimeProvider.System.GetUtcNow().AddDays(-10), forServers: false);
        using var early = _clients.Issue(["early"], TimeProvider.System.GetUtcNow().AddDays(10), TimeProvider.System.GetUtcNow().AddDays(20), forServers: false);
        (await LookAsync(server, Shows(old))).IsGap(GapCause.Fault, "our client certificate expired on ");
        (await LookAsync(server, Shows(early))).IsGap(GapCause.Fault, "our client certificate holds only from ");
        (await LookAsync(server, Shows(ours, other))).IsGap(GapCause.Fault, "the key is not that of our client certificate");
        (await LookAsync(server, Shows(null))).IsGap(GapCause.Fault, "it holds no -----BEGIN CERTIFICATE-----");
        var good = Shows(ours);
        Write("client.key", "nothing");
        (await LookAsync(server, good)).IsGap(GapCause.Fault, "it holds no -----BEGIN PRIVATE KEY-----");
        Write("client.key", ours.GetECDsaPrivateKey()!.ExportEncryptedPkcs8PrivateKeyPem("password", new System.Security.Cryptography.PbeParameters(System.Security.Cryptography.PbeEncryptionAlgorithm.Aes256Cbc, System.Security.Cryptography.HashAlgorithmName.SHA256, 1000)));
        (await LookAsync(server, good)).IsGap(GapCause.Fault, "is encrypted");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Write("client.key", "x"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherWrite);
        (await LookAsync(server, good)).IsGap(GapCause.SecretMissing, "may be written by others");
        File.Delete(Path.Combine(_folder, "client.pem"));
        (await LookAsync(server, good)).IsGap(GapCause.SecretMissing, "does not exist");
        Assert.Equal(0, server.Connections);
    }

    [Fact]
    public async Task One_file_may_hold_both()
    {
        await using var server = Server();
        using var ours = _clients.Issue(["kept"], forServers: false);
        var both = Write("both.pem", ours.ExportCertificatePem() + "\n" + ours.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        (await LookAsync(server, ("client-certificate", new FieldValue.Text($"${{file:{both}}}")))).Answers();
    }

    [Fact]
    public async Task Another_origin_never_sees_who_we_are()
    {
        var seen = "";
        await using var elsewhere = ScriptedPeer.Tls(new SslServerAuthenticationOptions
        {
            ServerCertificate = _root.Issue(["localhost"]),
            ClientCertificateRequired = true,
            RemoteCertificateValidationCallback = (_, shown, _, _) => (seen = shown?.Subject ?? "nobody") is not null,
        }, ScriptedPeer.Answering(ScriptedPeer.Ok()));
        await using var server = ScriptedPeer.Tls(_root.Issue(["localhost"]), ScriptedPeer.Answering($"HTTP/1.1 302 On\r\nLocation: https://localhost:{elsewhere.Port}/\r\nContent-Length: 0\r\n\r\n"));
        using var ours = _clients.Issue(["kept"], forServers: false);
        (await LookAsync(server, [.. Shows(ours), ("redirects", new FieldValue.Text("follow"))])).Answers();
        Assert.Equal("nobody", seen);
    }

    public void Dispose()
    {
        _root.Dispose();
        _clients.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
