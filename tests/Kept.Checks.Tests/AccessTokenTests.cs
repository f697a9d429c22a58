using System.Collections.Frozen;
using System.Text;
using Kept.Egress;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Checks.Tests;

/// <summary>Tokens by client credentials, from servers that give them, refuse, stall and lie.</summary>
public sealed class AccessTokenTests
{
    private const string Secret = "s3cret/of+ours";

    private static ScriptedPeer Site(Func<string, string> answer, List<string> asked) => ScriptedPeer.Tcp(async (stream, stop) =>
    {
        while (await ScriptedPeer.ReadHeadAsync(stream, stop) is { } head)
        {
            lock (asked) asked.Add(head);
            await stream.WriteAsync(Encoding.UTF8.GetBytes(answer(head)), stop);
        }
    });

    private static string Error(int status, string content) => $"HTTP/1.1 {status} No\r\nContent-Type: application/json\r\nContent-Length: {content.Length}\r\n\r\n{content}";

    private static Check Asking(string target, string tokenUrl, params (string, string)[] more) => Looking.CheckOf("http", target, Duration.Seconds(3),
        ("oauth2", new FieldValue.TextMap([new("token-url", tokenUrl), new("client-id", "kept probe"), new("client-secret", Secret), .. more.Select(pair => KeyValuePair.Create(pair.Item1, pair.Item2))])));

    private static async Task<Observation> LookAsync(Check check)
    {
        using var dialer = new Dialer(new EgressOptions(), TimeProvider.System);
        return await CheckCatalog.Looks(dialer, TimeProvider.System)["http"](new LookRequest(check, DocumentOrigin.Ours), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_token_is_asked_for_once_sent_and_told_nowhere()
    {
        var (given, asked) = (new List<string>(), new List<string>());
        await using var server = Site(_ => ScriptedPeer.Ok("""{"access_token":"tok-123456789","token_type":"Bearer","expires_in":3600}"""), given);
        await using var target = Site(head => head.Contains("Authorization: Bearer tok-123456789", StringComparison.Ordinal) ? ScriptedPeer.Ok("echo tok-123456789") : Error(401, ""), asked);
        using var dialer = new Dialer(new EgressOptions(), TimeProvider.System);
        var look = CheckCatalog.Looks(dialer, TimeProvider.System)["http"];
        var request = new LookRequest(Asking(target.Url, server.Url + "/token", ("scope", "a b"), ("audience", "https://api.example")), DocumentOrigin.Ours);
        var seen = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => look(request, TestContext.Current.CancellationToken).AsTask()));
        Assert.All(seen, one => Assert.Equal("echo •••", one.Text("http", "body")));
        var head = Assert.Single(given);
        Assert.Contains("Authorization: Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("kept%20probe:s3cret%2Fof%2Bours")), head, StringComparison.Ordinal);
        Assert.EndsWith("grant_type=client_credentials&scope=a%20b&audience=https%3A%2F%2Fapi.example", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_held_token_that_was_withdrawn_is_fetched_anew_once()
    {
        var (given, asked, good) = (new List<string>(), new List<string>(), "t1");
        await using var server = Site(_ => ScriptedPeer.Ok($$"""{"access_token":"token-{{good}}","expires_in":"3600"}"""), given);
        await using var target = Site(head => head.Contains($"Bearer token-{good}", StringComparison.Ordinal) ? ScriptedPeer.Ok() : Error(401, ""), asked);
        using var dialer = new Dialer(new EgressOptions(), TimeProvider.System);
        var look = CheckCatalog.Looks(dialer, TimeProvider.System)["http"];
        var request = new LookRequest(Asking(target.Url, server.Url), DocumentOrigin.Ours);
        Assert.Equal(200, (await look(request, TestContext.Current.CancellationToken)).Code);
        good = "t2";
        Assert.Equal(200, (await look(request, TestContext.Current.CancellationToken)).Code);
        Assert.Equal(2, given.Count);
        Assert.Equal(3, asked.Count);
    }

    /// <summary>A token server that takes half a second, and a target that answers at once.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Renewing_a_token_is_no_time_of_the_target(bool inSteps)
    {
        var good = "t1";
        await using var server = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            while (await ScriptedPeer.ReadHeadAsync(stream, stop) is not null)
            {
                if (good == "t2") await Task.Delay(TimeSpan.FromMilliseconds(1500), TimeProvider.System, stop);
                await stream.WriteAsync(Encoding.UTF8.GetBytes(ScriptedPeer.Ok($$"""{"access_token":"token-{{good}}","expires_in":"3600"}""")), stop);
            }
        });
        await using var target = Site(head => head.Contains($"Bearer token-{good}", StringComparison.Ordinal) ? ScriptedPeer.Ok() : Error(401, ""), []);
        using var dialer = new Dialer(new EgressOptions(), TimeProvider.System);
        var look = CheckCatalog.Looks(dialer, TimeProvider.System)["http"];
        var check = Asking(target.Url, server.Url) with { Timeout = Duration.Seconds(10) };
        var request = new LookRequest(inSteps ? check with { First = [check with { Name = "before" }] } : check, DocumentOrigin.Ours);
        Assert.Equal(200, (await look(request, TestContext.Current.CancellationToken)).Code);
        good = "t2";
        var seen = await look(request, TestContext.Current.CancellationToken);
        Assert.Equal(200, seen.Code);
        Assert.True(seen.Phases.Total < 1400 * Duration.PerMillisecond, $"{seen.Phases.Total}");
        Assert.All(seen.Steps, step => Assert.True(step.Phases.Total < 1400 * Duration.PerMillisecond));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_question_asked_anew_goes_to_the_addresses_that_were_asked_for(bool inSteps)
    {
        var good = "t1";
        await using var server = Site(_ => ScriptedPeer.Ok($$"""{"access_token":"token-{{good}}","expires_in":"3600"}"""), []);
        await using var target = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            // each question over a connection of its own: the one asked anew is dialled again
            if (await ScriptedPeer.ReadHeadAsync(stream, stop) is { } head)
                await stream.WriteAsync(Encoding.UTF8.GetBytes((head.Contains($"Bearer token-{good}", StringComparison.Ordinal) ? ScriptedPeer.Ok("four") : Error(401, "")).Replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n", StringComparison.Ordinal)), stop);
        });
        await using var other = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok("six")), System.Net.IPAddress.IPv6Loopback, target.Port);
        await using var names = new NameServer((name, type) => new(0, NameRecord.Address(name, type == 28 ? "::1" : "127.0.0.1", 0)));
        using var dialer = new Dialer(new EgressOptions { Resolver = names.EndPoint, CacheAtLeast = default }, TimeProvider.System);
        var look = CheckCatalog.Looks(dialer, TimeProvider.System)["http"];
        var check = Asking($"http://shop.example:{target.Port}/", server.Url);
        check = check with { Timeout = Duration.Seconds(20), Settings = check.Settings.Append(new("addresses", new FieldValue.Text("IPv4"))).ToFrozenDictionary() };
        var request = new LookRequest(inSteps ? check with { First = [check with { Name = "before" }] } : check, DocumentOrigin.Ours);
        Assert.Equal("four", (await look(request, TestContext.Current.CancellationToken)).Text("http", "body"));
        good = "t2";
        Assert.Equal("four", (await look(request, TestContext.Current.CancellationToken)).Text("http", "body"));
        Assert.Equal(0, other.Connections);
    }

    [Fact]
    public async Task A_fresh_token_that_is_refused_is_an_answer()
    {
        var (given, asked) = (new List<string>(), new List<string>());
        await using var server = Site(_ => ScriptedPeer.Ok("""{"access_token":"token-x"}"""), given);
        await using var target = Site(_ => Error(401, ""), asked);
        Assert.Equal(401, (await LookAsync(Asking(target.Url, server.Url))).Code);
        Assert.Single(given);
        Assert.Single(asked);
    }

    public static TheoryData<int, string, string> Bad => new()
    {
        { 500, "{}", "it answered 500" }, { 200, "<html>", "no `access_token`" }, { 200, """{"access_token":""}""", "no `access_token`" }, { 200, """{"access_token":"a\r\nb"}""", "cannot be sent in a header" },
        { 200, """{"access_token":"abcdef","token_type":"mac"}""", "none of the type Bearer" }, { 302, "", "it answered 302" }, { 200, new string('x', 70_000), "more than" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_token_server_that_gives_none_is_a_gap_elsewhere_and_the_failure_of_a_target_that_is_its_host(int status, string content, string words)
    {
        var (given, asked) = (new List<string>(), new List<string>());
        await using var server = Site(_ => status == 200 ? ScriptedPeer.Ok(content) : Error(status, content), given);
        await using var target = Site(_ => ScriptedPeer.Ok(), asked);
        (await LookAsync(Asking(target.Url, $"http://localhost:{server.Port}/token"))).IsGap(GapCause.Witness, words);
        var own = await LookAsync(Asking(target.Url, server.Url + "/token"));
        Assert.Equal(Reach.Failed, own.Reach);
        Assert.Contains(words, own.Detail, StringComparison.Ordinal);
        Assert.Empty(asked); // nothing was asked without a token
    }

    [Fact]
    public async Task Credentials_that_are_refused_are_ours()
    {
        var given = new List<string>();
        await using var server = Site(_ => Error(401, """{"error":"invalid_client"}"""), given);
        var seen = await LookAsync(Asking(server.Url, server.Url + "/token", ("credentials-in", "body")));
        seen.IsGap(GapCause.Fault, "it refuses our credentials or what we ask for (invalid_client)");
        Assert.DoesNotContain(Secret, seen.Detail, StringComparison.Ordinal);
        Assert.EndsWith("client_id=kept%20probe&client_secret=s3cret%2Fof%2Bours", Assert.Single(given), StringComparison.Ordinal);
        (await LookAsync(Asking(server.Url, $"http://127.0.0.1:{ScriptedPeer.ClosedPort()}/"))).Fails(TargetFailure.Refused, "no token from 127.0.0.1");
    }

    [Fact]
    public async Task The_time_out_holds_while_a_token_server_drips()
    {
        await using var server = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n"u8.ToArray(), stop);
            while (true)
            {
                await stream.WriteAsync("x"u8.ToArray(), stop);
                await Task.Delay(TimeSpan.FromMilliseconds(15), TimeProvider.System, stop);
            }
        });
        var timeout = Duration.Milliseconds(500);
        var seen = await LookAsync(Asking("http://127.0.0.1:1/", $"http://localhost:{server.Port}/") with { Timeout = timeout });
        seen.IsGap(GapCause.Witness, "none came within 500 ms");
        Assert.InRange(seen.Phases.Total, timeout.Nanoseconds, timeout.Nanoseconds + 300 * Duration.PerMillisecond);
    }

    [Theory]
    [InlineData(1300, Reach.Gap)]
    [InlineData(0, Reach.Failed)]
    public async Task A_target_that_had_little_time_because_a_token_took_it_has_not_failed(int milliseconds, Reach reach)
    {
        await using var server = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            await ScriptedPeer.ReadHeadAsync(stream, stop);
            await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System, stop);
            await stream.WriteAsync(Encoding.UTF8.GetBytes(ScriptedPeer.Ok("""{"access_token":"tok-123456789","expires_in":3600}""")), stop);
        });
        await using var target = ScriptedPeer.Tcp(async (stream, stop) => await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));
        var seen = await LookAsync(Asking(target.Url, $"http://localhost:{server.Port}/token") with { Timeout = Duration.Seconds(2) });
        Assert.Equal(reach, seen.Reach);
        if (reach == Reach.Gap) seen.IsGap(GapCause.Witness, "getting a token took");
        else seen.Fails(TargetFailure.TimedOut, "no whole answer within 2 s");
    }

    [Fact]
    public async Task A_name_and_a_password_are_sent_as_Basic_and_hidden()
    {
        Environment.SetEnvironmentVariable("KEPT_BASIC_PASSWORD", "open sesame");
        var asked = new List<string>();
        await using var target = Site(head => ScriptedPeer.Ok(head), asked);
        var check = Looking.CheckOf("http", target.Url, settings: [("user", new FieldValue.Text("ada")), ("password", new FieldValue.Text("${env:KEPT_BASIC_PASSWORD}"))]);
        var seen = await LookAsync(check);
        var sent = Convert.ToBase64String("ada:open sesame"u8);
        Assert.Contains($"Authorization: Basic {sent}", asked[0], StringComparison.Ordinal);
        Assert.DoesNotContain(sent, seen.Text("http", "body"), StringComparison.Ordinal);
        (await LookAsync(Looking.CheckOf("http", target.Url, settings: [("user", new FieldValue.Text("a:b"))]))).IsGap(GapCause.Fault, "colon");
        (await LookAsync(Looking.CheckOf("http", target.Url, settings: [("user", new FieldValue.Text("ada")), ("headers", new FieldValue.TextMap([new("authorization", "Bearer x")]))]))).IsGap(GapCause.Fault, "says twice who we are");
    }
}
