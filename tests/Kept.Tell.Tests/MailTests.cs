using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Tell.Tests;

/// <summary>Mail against servers that say what the test says.</summary>
public sealed class MailTests
{
    /// <summary>A mail server over loopback: answers by the command, and keeps what it was sent.</summary>
    internal sealed class Post : IAsyncDisposable
    {
        private readonly ScriptedPeer _peer;

        public Post(Func<string, string?>? says = null, X509Certificate2? certificate = null, string offers = "250 SIZE 1000000") => _peer = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            var at = stream;
            async Task SayAsync(string line) => await at.WriteAsync(Encoding.UTF8.GetBytes(line + "\r\n"), stop);
            await SayAsync("220 mail.example ready");
            while (await LineAsync(at, stop) is { } line)
            {
                Lines.Enqueue(line);
                var verb = line.Split(' ')[0].ToUpperInvariant();
                if (says?.Invoke(line) is { } special)
                {
                    if (special.Length == 0) return;
                    await SayAsync(special);
                    continue;
                }
                switch (verb)
                {
                    case "EHLO":
                        await SayAsync($"250-mail.example\r\n{offers}");
                        break;
                    case "STARTTLS":
                        await SayAsync("220 go on");
                        var tls = new SslStream(at);
                        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = SslStreamCertificateContext.Create(certificate!, null, offline: true) }, stop);
                        at = tls;
                        Lines.Enqueue("(TLS)");
                        break;
                    case "DATA":
                        await SayAsync("354 go on");
                        var text = new StringBuilder();
                        while (await LineAsync(at, stop) is { } part && part != ".") text.Append(part).Append('\n');
                        Mails.Enqueue(text.ToString());
                        await SayAsync("250 queued as 4711");
                        break;
                    case "QUIT":
                        await SayAsync("221 bye");
                        return;
                    default:
                        await SayAsync("250 ok");
                        break;
                }
            }
        });

        public ConcurrentQueue<string> Lines { get; } = new();
        public ConcurrentQueue<string> Mails { get; } = new();
        public TellRoute Route => new("mail", RouteKind.Mail, $"smtp://127.0.0.1:{_peer.Port}") { From = "kept@our.example", To = ["ops@our.example"], Canary = Duration.Zero };

        private static async Task<string?> LineAsync(Stream stream, CancellationToken stop)
        {
            var line = new List<byte>();
            var one = new byte[1];
            while (await stream.ReadAsync(one, stop) == 1)
            {
                if (one[0] == '\n') return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
                line.Add(one[0]);
            }
            return null;
        }

        public ValueTask DisposeAsync() => _peer.DisposeAsync();
    }

    [Fact]
    public async Task A_break_and_its_recovery_are_one_conversation_and_no_reason_can_forge_a_header()
    {
        await using var post = new Post();
        await using var bench = await Bench.OfAsync(post.Route);
        await bench.VerdictAsync("p1", Outcome.Broken, "it said\r\nBcc: evil@evil.example\r\n.\r\nMAIL FROM:<x>");
        await bench.StepAsync(Duration.Seconds(3));
        var broken = Assert.Single(post.Mails);
        var head = broken.Split("\n\n")[0];
        Assert.Contains("Auto-Submitted: auto-generated", head, StringComparison.Ordinal);
        Assert.DoesNotContain("Bcc", head, StringComparison.Ordinal);
        Assert.Contains("Subject: =?utf-8?", head, StringComparison.Ordinal);
        Assert.Single(post.Lines, line => line.StartsWith("MAIL FROM", StringComparison.Ordinal));
        var id = head.Split('\n').Single(line => line.StartsWith("Message-Id:", StringComparison.OrdinalIgnoreCase)).Split(": ")[1];
        Assert.Matches("^<msg_[0-9A-Z]{26}@our.example>$", id);
        Assert.Equal(1, bench.Teller.View.Routes[0].ToldCount);
        Assert.Contains("queued as 4711", bench.Teller.View.Routes[0].LastAnswer!, StringComparison.Ordinal);

        await bench.VerdictAsync("p1", Outcome.Kept);
        await bench.StepAsync(Duration.Minutes(2));
        Assert.Contains("In-Reply-To: " + id, post.Mails.Last(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("451 4.3.0 not now", 1, 0L)]
    [InlineData("550 5.1.1 no such user", 0, 1L)]
    [InlineData("", 1, 0L)]
    public async Task What_is_refused_for_now_waits_and_what_is_refused_for_ever_is_given_up(string answer, int waiting, long dead)
    {
        await using var post = new Post(line => line.StartsWith("RCPT", StringComparison.Ordinal) ? answer : null);
        await using var bench = await Bench.OfAsync(post.Route);
        await bench.VerdictAsync("p1", Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(3));
        for (var minute = 0; minute < 30; minute++) await bench.StepAsync(Duration.Minutes(1));
        Assert.Equal((0L, waiting, dead), (bench.Teller.View.Routes[0].ToldCount, bench.Teller.View.Routes[0].Waiting, bench.Teller.View.Routes[0].DeadCount));
        Assert.NotNull(bench.Teller.View.Routes[0].LastError);
        Assert.Empty(post.Mails);
    }

    [Fact]
    public async Task A_certificate_that_does_not_hold_gets_no_mail_and_no_password()
    {
        using var authority = new CertificateAuthority();
        using var certificate = authority.Issue(["127.0.0.1"]);
        await using var post = new Post(certificate: certificate, offers: "250-STARTTLS\r\n250 AUTH PLAIN");
        await using var bench = await Bench.OfAsync(post.Route with { User = "kept", Secret = "${env:KEPT_TELL_TEST_TOKEN}" });
        await bench.VerdictAsync("p1", Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(3));
        Assert.Empty(post.Mails);
        Assert.DoesNotContain(post.Lines, line => line.StartsWith("AUTH", StringComparison.Ordinal));
        Assert.Contains("certificate does not hold", bench.Teller.View.Routes[0].LastError!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_that_is_not_taken_is_told_and_not_shown()
    {
        await using var post = new Post(line => line.StartsWith("AUTH", StringComparison.Ordinal) ? "535 5.7.8 no: tk_0123456789" : null, offers: "250 AUTH PLAIN");
        await using var bench = await Bench.OfAsync(post.Route with { User = "kept", Secret = "${env:KEPT_TELL_TEST_TOKEN}" });
        await bench.VerdictAsync("p1", Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(3));
        Assert.Empty(post.Mails);
        Assert.EndsWith("does not take the user and password", bench.Teller.View.Routes[0].LastError, StringComparison.Ordinal);
    }

    /// <summary>Who shows a certificate also chooses the URLs in it: fetching one would let any server make us call an address of its choice.</summary>
    [Fact]
    public async Task Nothing_that_a_certificate_names_is_fetched_before_it_is_judged()
    {
        await using var fetched = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        using var certificate = Naming(fetched.Url);
        await using var post = new Post(certificate: certificate, offers: "250 STARTTLS");
        await using var bench = await Bench.OfAsync(post.Route);
        await bench.VerdictAsync("p1", Outcome.Broken);
        await bench.StepAsync(Duration.Seconds(3));
        Assert.Contains("certificate does not hold", bench.Teller.View.Routes[0].LastError!, StringComparison.Ordinal);
        Assert.Contains("STARTTLS", post.Lines);
        Assert.Empty(post.Mails);
        Assert.Equal(0, fetched.Connections);
    }

    /// <summary>A certificate whose issuer is nowhere but at a URL, and whose list of revoked ones is too.</summary>
    private static X509Certificate2 Naming(string url)
    {
        using var issuerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var issuer = new X500DistinguishedName("CN=Elsewhere");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=mail", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(null, [url + "/issuer.cer"]));
        request.CertificateExtensions.Add(CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([url + "/revoked.crl"]));
        using var bare = request.Create(issuer, X509SignatureGenerator.CreateForECDsa(issuerKey), TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(30), [1, 2, 3, 4]);
        using var whole = bare.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pfx), null);
    }
}
