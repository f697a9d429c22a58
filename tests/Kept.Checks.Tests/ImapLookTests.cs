using System.Collections.Concurrent;
using Kept.Egress;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Checks.Tests;

public sealed class ImapLookTests : IDisposable
{
    private readonly CertificateAuthority _root = new();
    private readonly ConcurrentQueue<string> _said = [];

    public void Dispose() => _root.Dispose();

    private static FieldValue.Text Text(string text) => new(text);

    private Task<Observation> LookAsync(ScriptedPeer peer, params (string, FieldValue)[] settings) =>
        Looking.LookAsync("imap", $"localhost:{peer.Port}", Duration.Seconds(5), new EgressOptions { PrivateRoots = [_root.Certificate] }, settings: settings);

    private Task<Observation> AskAsync(ScriptedPeer peer, params (string, FieldValue)[] settings) =>
        Saying.AskAsync("imap", $"localhost:{peer.Port}", "logged-in", new EgressOptions { PrivateRoots = [_root.Certificate] }, settings);

    /// <summary>A server that is well, but for what <paramref name="otherwise"/> says to a command; it knows one user.</summary>
    private ScriptedPeer Server(Func<string, string?>? otherwise = null, string greeting = "* OK IMAP ready\r\n", bool fromTheStart = true, string capabilities = "IMAP4rev1 IDLE AUTH=PLAIN auth=xoauth2")
    {
        Func<string, string?> Begin()
        {
            var secure = fromTheStart;
            return line => Answer(line, ref secure);
        }
        string? Answer(string line, ref bool secure)
        {
            var (tag, command) = line.IndexOf(' ', StringComparison.Ordinal) is > 0 and var space ? (line[..space], line[(space + 1)..]) : ("", line);
            if (otherwise?.Invoke(command) is { } other) return other == "close" ? null : other.Replace("TAG", tag, StringComparison.Ordinal);
            if (command == "CAPABILITY") return $"* CAPABILITY {(secure ? capabilities : "IMAP4rev1 STARTTLS LOGINDISABLED")}\r\n{tag} OK done\r\n";
            if (command == "STARTTLS")
            {
                secure = true;
                return $"TLS{tag} OK begin\r\n";
            }
            if (command.StartsWith("LOGIN ", StringComparison.Ordinal)) return command == """LOGIN "watch" "p\"a\\ss w0rd" """.TrimEnd() ? $"{tag} OK welcome\r\n" : $"{tag} NO [AUTHENTICATIONFAILED] you said {command}\r\n";
            return command == "LOGOUT" ? null : $"{tag} BAD what\r\n";
        }
        return LinePeer.Talking(greeting, Begin, _said, _root.Issue(["localhost"]), fromTheStart);
    }

    private static string[] Items(Observation seen, string name) => [.. Assert.IsType<Value.List>(seen.See("imap", name)).Items.Select(item => Assert.IsType<Value.Text>(item).Content)];

    private static (string, FieldValue)[] As(string user, string password) => [("user", Text(user)), ("password", Text(password))];

    [Fact]
    public async Task A_server_is_opened_over_TLS_and_no_mail_is_read()
    {
        await using var peer = Server();
        var seen = await LookAsync(peer);
        seen.Answers();
        Assert.Equal("IMAP ready", seen.Text("imap", "greeting"));
        Assert.Equal(["IMAP4REV1", "IDLE", "AUTH=PLAIN", "AUTH=XOAUTH2"], Items(seen, "capabilities"));
        Assert.Equal(["PLAIN", "XOAUTH2"], Items(seen, "auth"));
        Assert.Equal(Value.Of(false), seen.See("imap", "starttls"));
        Assert.Null(seen.See("imap", "logged-in"));
        Assert.Equal(["localhost"], Items(seen, "certificate.names"));
        Assert.True(seen.Phases is { FirstByte: > 0, Tls: > 0 });
        Assert.Equal(["k1 CAPABILITY"], _said.Where(line => line != "zz LOGOUT"));
    }

    [Fact]
    public async Task It_goes_over_to_TLS_where_it_began_in_clear()
    {
        await using var peer = Server(fromTheStart: false, greeting: "* PREAUTH hello\r\n");
        var seen = await LookAsync(peer, ("encryption", Text("starttls")));
        seen.Answers();
        Assert.Equal(Value.Of(true), seen.See("imap", "starttls"));
        Assert.DoesNotContain("LOGINDISABLED", Items(seen, "capabilities"));
        Assert.Equal("1.3", seen.Text("imap", "tls.version"));
        Assert.Equal(["k1 CAPABILITY", "k2 STARTTLS", "k3 CAPABILITY"], _said.Where(line => line != "zz LOGOUT"));
    }

    [Fact]
    public async Task It_logs_in_with_secrets_that_are_nowhere_told_again()
    {
        Environment.SetEnvironmentVariable("KEPT_TEST_IMAP", "p\"a\\ss w0rd");
        Environment.SetEnvironmentVariable("KEPT_TEST_IMAP_WRONG", "wr0ng-s3cret");
        await using var peer = Server();
        var seen = await LookAsync(peer, As("watch", "${env:KEPT_TEST_IMAP}"));
        seen.Answers();
        Assert.Equal(Value.Of(true), seen.See("imap", "logged-in"));
        Assert.True(seen.Amount("imap", "time") > 0);
        await using var other = Server();
        var wrong = await AskAsync(other, As("watch", "${env:KEPT_TEST_IMAP_WRONG}"));
        wrong.Answers();
        Assert.Equal(Value.Of(false), wrong.See("imap", "logged-in"));
        Assert.Contains("AUTHENTICATIONFAILED", wrong.Excerpt, StringComparison.Ordinal);
        Assert.DoesNotContain("wr0ng", wrong.Excerpt, StringComparison.Ordinal);
        // Who asks for nothing else expects to be let in.
        var refused = await LookAsync(other, As("watch", "${env:KEPT_TEST_IMAP_WRONG}"));
        refused.Fails(TargetFailure.ReportedFailure, "did not let us in: \"[AUTHENTICATIONFAILED]");
        Assert.DoesNotContain("wr0ng", refused.Detail, StringComparison.Ordinal);
        // A server that knows the password from before may tell it anywhere.
        await using var teller = Server(greeting: "* OK wr0ng-s3cret\r\n", capabilities: "X-WR0NG-S3CRET AUTH=wr0ng-s3cret");
        var told = await AskAsync(teller, As("watch", "${env:KEPT_TEST_IMAP_WRONG}"));
        Assert.DoesNotContain("wr0ng", string.Join(' ', told.Values) + told.Excerpt, StringComparison.OrdinalIgnoreCase);
        await using var leaves = Server(command => command.StartsWith("LOGIN", StringComparison.Ordinal) ? "* BYE no wr0ng-s3cret here\r\n" : null);
        var bye = await LookAsync(leaves, As("watch", "${env:KEPT_TEST_IMAP_WRONG}"));
        bye.Fails(TargetFailure.ReportedFailure, "refuses service");
        Assert.DoesNotContain("wr0ng", bye.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_that_cannot_be_quoted_goes_as_a_literal()
    {
        await using var peer = Server(command =>
        {
            if (command.StartsWith("LOGIN", StringComparison.Ordinal)) return "+ go on\r\n";
            if (command.EndsWith('}')) return "+ and on\r\n";
            return command.Contains("höher", StringComparison.Ordinal) ? "k2 OK in\r\n" : null;
        });
        var seen = await LookAsync(peer, As("watch", "höher"));
        seen.Answers();
        Assert.Equal(Value.Of(true), seen.See("imap", "logged-in"));
        Assert.Equal(["k2 LOGIN {5}", "watch {6}", "höher"], _said.Skip(1).Take(3));
        // One that says go on where nothing more is to come does not speak IMAP.
        await using var more = Server(command => command.StartsWith("LOGIN", StringComparison.Ordinal) ? "+ more\r\n" : null);
        (await LookAsync(more, As("watch", "plain"))).Fails(TargetFailure.Malformed, "does not speak IMAP");
    }

    [Fact]
    public async Task A_password_is_sent_to_nobody_who_forbids_it_nor_in_clear()
    {
        await using var disabled = Server(capabilities: "IMAP4rev1 LOGINDISABLED");
        (await LookAsync(disabled, As("watch", "pa55word"))).Fails(TargetFailure.ReportedFailure, "lets nobody log in (LOGINDISABLED)");
        var seen = await AskAsync(disabled, As("watch", "pa55word"));
        seen.Answers();
        Assert.Equal(Value.Of(false), seen.See("imap", "logged-in"));
        await using var clear = Server(fromTheStart: false);
        (await LookAsync(clear, [.. As("watch", "pa55word"), ("encryption", Text("none"))])).IsGap(GapCause.Fault, "over TLS only");
        (await LookAsync(clear, ("user", Text("watch")))).IsGap(GapCause.Fault, "both user and password");
        (await LookAsync(clear, As("watch", "${env:KEPT_TEST_IMAP_UNSET}"))).IsGap(GapCause.SecretMissing, "KEPT_TEST_IMAP_UNSET");
        Assert.Equal(0, clear.Connections);
        Assert.DoesNotContain(_said, line => line.Contains("pa55word", StringComparison.Ordinal));
        (await Looking.LookAsync("imap", $"localhost:{disabled.Port}", trust: DocumentOrigin.Others, settings: As("watch", "${env:PATH}"))).IsGap(GapCause.EgressDenied, "may not use secrets");
    }

    [Theory]
    [InlineData("* BYE overloaded\r\n", TargetFailure.ReportedFailure, "overloaded")]
    [InlineData("220 mail.example ESMTP\r\n", TargetFailure.Malformed, "does not speak IMAP: it said \"220 mail.example ESMTP\"")]
    [InlineData("* NO\r\n", TargetFailure.Malformed, "does not speak IMAP")]
    [InlineData("\r\n", TargetFailure.Malformed, "does not speak IMAP")]
    public async Task A_greeting_that_is_none_fails(string greeting, TargetFailure failure, string words)
    {
        await using var peer = Server(greeting: greeting);
        (await LookAsync(peer)).Fails(failure, words);
    }

    [Theory]
    [InlineData("CAPABILITY", "TAG NO not today\r\n", TargetFailure.Malformed, "does not say what it can do: \"not today\"")]
    [InlineData("CAPABILITY", "TAG OK nothing\r\n", TargetFailure.Malformed, "does not say what it can do")]
    [InlineData("CAPABILITY", "k9 OK another tag\r\n", TargetFailure.Malformed, "k9 OK another tag")]
    [InlineData("CAPABILITY", "* BYE shutting down\r\n", TargetFailure.ReportedFailure, "shutting down")]
    [InlineData("CAPABILITY", "close", TargetFailure.Reset, "after it said: \"* OK IMAP ready\"")]
    public async Task An_answer_that_is_none_fails(string to, string answer, TargetFailure failure, string words)
    {
        await using var peer = Server(command => command == to ? answer : null);
        (await LookAsync(peer)).Fails(failure, words);
    }

    [Fact]
    public async Task TLS_that_is_refused_injected_into_or_not_trusted_fails()
    {
        (string, FieldValue) upgraded = ("encryption", Text("starttls"));
        await using var without = Server(command => command == "CAPABILITY" ? "* CAPABILITY IMAP4rev1\r\nTAG OK\r\n" : null, fromTheStart: false);
        (await LookAsync(without, upgraded)).Fails(TargetFailure.TlsFailed, "does not offer STARTTLS");
        await using var refuses = Server(command => command == "STARTTLS" ? "TAG NO no certificate\r\n" : null, fromTheStart: false);
        (await LookAsync(refuses, upgraded)).Fails(TargetFailure.TlsFailed, "answers STARTTLS with \"no certificate\"");
        await using var injects = Server(command => command == "STARTTLS" ? "TAG OK go\r\n* CAPABILITY IMAP4rev1 AUTH=EVIL\r\n" : null, fromTheStart: false);
        (await LookAsync(injects, upgraded)).Fails(TargetFailure.Malformed, "in clear before the TLS handshake");
        await using var good = Server(fromTheStart: false);
        (await Looking.LookAsync("imap", $"localhost:{good.Port}", settings: upgraded)).Fails(TargetFailure.CertificateInvalid, "not trusted here");
        await using var plain = Server(fromTheStart: false);
        (await LookAsync(plain)).Fails(TargetFailure.TlsFailed, "does not speak TLS");
    }

    [Fact]
    public async Task What_never_ends_is_bounded_and_what_is_not_there_fails()
    {
        await using var endless = Server(command => command == "CAPABILITY" ? string.Concat(Enumerable.Repeat("* LIST (\\Noselect) \"/\" x\r\n", 4000)) : null);
        (await LookAsync(endless)).Fails(TargetFailure.TooLarge, "64KiB");
        (await Looking.LookAsync("imap", $"127.0.0.1:{ScriptedPeer.ClosedPort()}")).Fails(TargetFailure.Refused, "refused");
    }
}
