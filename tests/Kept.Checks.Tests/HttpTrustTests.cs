using System.Text;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Checks.Tests;

/// <summary>Where a look over HTTP may be led, and what it may carry there: redirects, secrets, headers, proxies, documents of others.</summary>
public sealed class HttpTrustTests
{
    private static Task<Observation> LookAsync(string target, Duration? timeout = null, params (string, FieldValue)[] settings) => Looking.LookAsync("http", target, timeout, settings: settings);
    private static FieldValue.Text Text(string text) => new(text);

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
}
