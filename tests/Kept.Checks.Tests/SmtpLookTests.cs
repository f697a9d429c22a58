using System.Collections.Concurrent;
using System.Text;
using Kept.Egress;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Checks.Tests;

public sealed class SmtpLookTests : IDisposable
{
    private readonly CertificateAuthority _root = new();
    private readonly ConcurrentQueue<string> _said = [];

    public void Dispose() => _root.Dispose();

    private static FieldValue.Text Text(string text) => new(text);

    private static readonly (string, FieldValue) InClear = ("encryption", Text("none"));

    private Task<Observation> LookAsync(ScriptedPeer peer, params (string, FieldValue)[] settings) =>
        Looking.LookAsync("smtp", $"localhost:{peer.Port}", Duration.Seconds(5), new EgressOptions { PrivateRoots = [_root.Certificate] }, settings: settings);

    /// <summary>A mail server that is well, but for what <paramref name="otherwise"/> says to a line.</summary>
    private ScriptedPeer Server(Func<string, string?>? otherwise = null, string greeting = "220-mail.example ESMTP\r\n220 ready\r\n", string[]? names = null, DateTimeOffset? until = null)
    {
        Func<string, string?> Begin()
        {
            var inClear = true;
            return line => Answer(line, ref inClear);
        }
        string? Answer(string line, ref bool inClear)
        {
            if (otherwise?.Invoke(line) is { } other) return other == "close" ? null : other;
            if (line.StartsWith("EHLO ", StringComparison.Ordinal)) return $"250-mail.example\r\n250-SIZE 10240000\r\n{(inClear ? "250-STARTTLS\r\n" : "250-AUTH plain LOGIN\r\n")}250 8BITMIME\r\n";
            if (line == "STARTTLS")
            {
                inClear = false;
                return "TLS220 go ahead\r\n";
            }
            return line == "QUIT" ? null : "500 what\r\n";
        }
        return LinePeer.Talking(greeting, Begin, _said, _root.Issue(names ?? ["localhost"], to: until));
    }

    private static string[] Items(Observation seen, string name) => [.. Assert.IsType<Value.List>(seen.See("smtp", name)).Items.Select(item => Assert.IsType<Value.Text>(item).Content)];

    [Fact]
    public async Task A_server_is_greeted_over_TLS_and_never_given_mail()
    {
        await using var peer = Server();
        var seen = await LookAsync(peer);
        seen.Answers();
        Assert.Equal("mail.example ESMTP\nready", seen.Text("smtp", "greeting"));
        Assert.Equal(["SIZE 10240000", "AUTH plain LOGIN", "8BITMIME"], Items(seen, "capabilities")); // those of the second EHLO
        Assert.Equal(["PLAIN", "LOGIN"], Items(seen, "auth"));
        Assert.Equal(Value.Of(true), seen.See("smtp", "starttls"));
        Assert.Equal(10_240_000, seen.Amount("smtp", "size-limit"));
        Assert.Equal(["localhost"], Items(seen, "certificate.names"));
        Assert.True(seen.Amount("smtp", "certificate.expires-in") > Duration.Days(80).Nanoseconds);
        Assert.Equal("1.3", seen.Text("smtp", "tls.version"));
        Assert.True(seen.Phases is { FirstByte: > 0, Connect: > 0, Tls: > 0 } phases && phases.Total > phases.Tls);
        Assert.Equal(220, seen.Code);
        Assert.Contains("220 go ahead", seen.Excerpt, StringComparison.Ordinal);
        // QUIT may still be on its way; nothing else was ever said.
        Assert.Equal(["EHLO kept.invalid", "STARTTLS", "EHLO kept.invalid"], _said.Where(line => line != "QUIT"));
    }

    [Fact]
    public async Task In_clear_what_is_offered_is_seen_and_TLS_is_not_asked_for()
    {
        await using var peer = Server();
        var seen = await LookAsync(peer, InClear, ("ehlo", Text("monitor.shop.example")));
        seen.Answers();
        Assert.Equal(Value.Of(true), seen.See("smtp", "starttls"));
        Assert.Empty(Items(seen, "auth"));
        Assert.Null(seen.See("smtp", "certificate.names"));
        Assert.Null(seen.See("smtp", "time.tls"));
        Assert.Equal("EHLO monitor.shop.example", _said.First());
        Assert.DoesNotContain("STARTTLS", _said);
    }

    [Fact]
    public async Task TLS_from_the_start_is_spoken_where_it_is_written()
    {
        await using var peer = LinePeer.Talking("220 hello\r\n", () => line => line.StartsWith("EHLO", StringComparison.Ordinal) ? "250 mail.example\r\n" : null, _said, _root.Issue(["localhost"]), fromTheStart: true);
        var seen = await LookAsync(peer, ("encryption", Text("tls")));
        seen.Answers();
        Assert.Equal(Value.Of(false), seen.See("smtp", "starttls"));
        Assert.Empty(Items(seen, "capabilities"));
        Assert.Null(seen.See("smtp", "size-limit"));
        Assert.Equal(["localhost"], Items(seen, "certificate.names"));
    }

    [Theory]
    [InlineData("554 no service for you\r\n", TargetFailure.ReportedFailure, "it greets with \"554 no service for you\"")]
    [InlineData("421-busy\r\n421 later\r\n", TargetFailure.ReportedFailure, "421 busy")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", TargetFailure.Malformed, "does not speak SMTP: it said \"SSH-2.0-OpenSSH_9.2\"")]
    [InlineData("220-one\r\n221 two\r\n", TargetFailure.Malformed, "221 two")]
    [InlineData("\0\u0001\r\n", TargetFailure.Malformed, "does not speak SMTP")]
    [InlineData("999 what\r\n", TargetFailure.Malformed, "does not speak SMTP")]
    [InlineData("one\ttwo\r\n", TargetFailure.Malformed, "it said \"one two\"")]
    public async Task A_greeting_that_is_none_fails(string greeting, TargetFailure failure, string words)
    {
        await using var peer = Server(greeting: greeting);
        (await LookAsync(peer)).Fails(failure, words);
    }

    [Fact]
    public async Task What_is_refused_cut_or_not_offered_fails()
    {
        await using var noHello = Server(line => line.StartsWith("EHLO", StringComparison.Ordinal) ? "502 not implemented\r\n" : null);
        (await LookAsync(noHello)).Fails(TargetFailure.ReportedFailure, "answers EHLO with \"502 not implemented\"");
        await using var noTls = Server(line => line.StartsWith("EHLO", StringComparison.Ordinal) ? "250-mail\r\n250 SIZE 0\r\n" : null);
        (await LookAsync(noTls)).Fails(TargetFailure.TlsFailed, "does not offer STARTTLS");
        Assert.Null((await LookAsync(noTls, InClear)).See("smtp", "size-limit"));
        await using var notNow = Server(line => line == "STARTTLS" ? "454 TLS not available\r\n" : null);
        (await LookAsync(notNow)).Fails(TargetFailure.TlsFailed, "answers STARTTLS with \"454 TLS not available\"");
        await using var leaves = Server(line => "close");
        (await LookAsync(leaves)).Fails(TargetFailure.Reset, "closed the connection after it said");
        await using var half = Server(line => line.StartsWith("EHLO", StringComparison.Ordinal) ? "250-mail.exam" : null);
        (await Looking.LookAsync("smtp", $"localhost:{half.Port}", Duration.Milliseconds(300))).Fails(TargetFailure.TimedOut, "reading the answer");
        await using var nothing = ScriptedPeer.Tcp((_, _) => Task.CompletedTask);
        (await LookAsync(nothing)).Fails(TargetFailure.Reset, "without a word");
        await using var reset = ScriptedPeer.Tcp((stream, _) => ScriptedPeer.ResetAsync(stream));
        (await LookAsync(reset)).Fails(TargetFailure.Reset, "cut the connection");
        (await Looking.LookAsync("smtp", $"127.0.0.1:{ScriptedPeer.ClosedPort()}")).Fails(TargetFailure.Refused, "refused");
        await using var names = new NameServer((_, _) => NameAnswer.NoSuchName);
        (await Looking.LookAsync("smtp", "mail.example", options: new EgressOptions { Resolver = names.EndPoint })).Fails(TargetFailure.NameNotFound, "mail.example");
    }

    [Theory]
    [InlineData("other.example", 90, "not for localhost")]
    [InlineData("localhost", -1, "expired")]
    public async Task A_certificate_that_does_not_hold_fails_after_STARTTLS_as_before(string name, int days, string words)
    {
        await using var peer = Server(names: [name], until: TimeProvider.System.GetUtcNow().AddDays(days).AddHours(12));
        (await LookAsync(peer)).Fails(TargetFailure.CertificateInvalid, words);
    }

    [Fact]
    public async Task The_certificate_may_be_for_another_name_than_the_host_where_the_check_says_so()
    {
        await using var peer = Server(names: ["mx.shop.example"]);
        (await LookAsync(peer)).Fails(TargetFailure.CertificateInvalid, "not for localhost");
        (await LookAsync(peer, ("server-name", Text("mx.shop.example")))).Answers();
        (await LookAsync(peer, ("server-name", Text("a b")))).IsGap(GapCause.Fault, "server-name");
        Assert.Equal(2, peer.Connections); // what the check says wrong is told before anybody is dialled
    }

    [Fact]
    public async Task Who_answers_something_else_than_a_handshake_fails_it()
    {
        await using var peer = Server(line => line == "STARTTLS" ? "220 go\r\n" : null);
        var seen = await Looking.LookAsync("smtp", $"localhost:{peer.Port}", Duration.Seconds(2), new EgressOptions { PrivateRoots = [_root.Certificate] });
        Assert.True(seen.Reach == Reach.Failed && seen.Failure is TargetFailure.TlsFailed or TargetFailure.Reset, $"{seen.Failure}: {seen.Detail}");
    }

    [Fact]
    public async Task What_was_put_in_before_the_handshake_is_refused()
    {
        await using var peer = Server(line => line == "STARTTLS" ? "220 go\r\n250-mail.example\r\n250 AUTH PLAIN\r\n" : null);
        (await LookAsync(peer)).Fails(TargetFailure.Malformed, "in clear before the TLS handshake");
    }

    [Theory]
    [InlineData("a line", "a line of more than 8KiB")]
    [InlineData("lines", "more than 200 lines")]
    [InlineData("bytes", "more than the 64KiB")]
    public async Task What_never_ends_is_bounded(string what, string words)
    {
        await using var peer = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            var chunk = Encoding.ASCII.GetBytes(what switch { "a line" => "220 " + new string('x', 4000), "lines" => "220-x\r\n", _ => "220-" + new string('x', 4000) + "\r\n" });
            while (true) await stream.WriteAsync(chunk, stop);
        });
        (await LookAsync(peer)).Fails(TargetFailure.TooLarge, words);
    }

    [Theory]
    [InlineData("mail\r\nMAIL FROM:<x@y>")]
    [InlineData("a b")]
    [InlineData("")]
    public async Task A_name_of_ours_that_would_end_the_command_is_never_sent(string name)
    {
        await using var peer = Server();
        (await LookAsync(peer, InClear, ("ehlo", Text(name)))).IsGap(GapCause.Fault, "ehlo");
        Assert.Equal(0, peer.Connections);
    }
}
