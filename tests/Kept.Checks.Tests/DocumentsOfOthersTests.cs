using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Kept.Egress;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Checks.Tests;

/// <summary>Where documents of others, and targets that redirect, may lead us. Here 127.0.0.2 counts as an address of the public internet; all other loopback is inside.</summary>
public sealed class DocumentsOfOthersTests : IAsyncDisposable
{
    private static readonly IPAddress Outside = IPAddress.Parse("127.0.0.2");
    private static readonly EgressOptions Open = new() { AlsoPublic = [Outside], CacheAtLeast = default };

    private readonly ScriptedPeer _inside = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok("the inside")));

    public async ValueTask DisposeAsync()
    {
        Assert.Equal(0, _inside.Connections); // whatever a test does: nobody may come here
        await _inside.DisposeAsync();
    }

    private static ScriptedPeer Public(string answer) => ScriptedPeer.Tcp(ScriptedPeer.Answering(answer), Outside);

    private static string To(string location) => $"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n";

    private static Task<Observation> FollowAsync(string url, DocumentOrigin trust, EgressOptions? options = null) =>
        Looking.LookAsync("http", url, options: options ?? Open, trust: trust, settings: [("redirects", new FieldValue.Text("follow")), ("connection", new FieldValue.Text("new"))]);

    [Fact]
    public async Task What_is_public_is_reached_also_as_IPv4_mapped_in_IPv6()
    {
        await using var peer = Public(ScriptedPeer.Ok("outside"));
        foreach (var host in new[] { "127.0.0.2", "[::ffff:127.0.0.2]", "[::ffff:7f00:2]", "2130706434" })
        {
            var seen = await FollowAsync($"http://{host}:{peer.Port}/", DocumentOrigin.Others);
            seen.Answers();
            Assert.Equal("outside", seen.Text("http", "body"));
        }
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("LocalHost.")]
    [InlineData("2130706433")]
    [InlineData("0x7f.1")]
    [InlineData("0177.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("[::1]")]
    [InlineData("[::]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[::ffff:7f00:1]")]
    [InlineData("[64:ff9b::7f00:1]")]
    [InlineData("127.0.0.3")]
    public async Task A_public_target_cannot_redirect_inside_in_any_spelling(string host)
    {
        await using var first = Public(To($"http://{host}:{_inside.Port}/latest/meta-data"));
        await using var before = Public(To($"http://127.0.0.2:{first.Port}/"));
        foreach (var trust in new[] { DocumentOrigin.Others, DocumentOrigin.Ours })
            foreach (var start in new[] { first, before })
            {
                var seen = await FollowAsync($"http://127.0.0.2:{start.Port}/", trust);
                seen.Fails(TargetFailure.RedirectRefused, "which is not on the public internet");
            }
        Assert.Equal(4, first.Connections);
    }

    [Fact]
    public async Task A_public_target_may_redirect_to_a_public_one()
    {
        await using var last = Public(ScriptedPeer.Ok("the end"));
        await using var first = Public(To($"http://127.0.0.2:{last.Port}/end"));
        foreach (var trust in new[] { DocumentOrigin.Others, DocumentOrigin.Ours })
        {
            var seen = await FollowAsync($"http://127.0.0.2:{first.Port}/", trust);
            seen.Answers();
            Assert.Equal(("the end", 1m), (seen.Text("http", "body"), seen.Amount("http", "redirects")));
        }
    }

    [Fact]
    public async Task Our_own_target_inside_may_lead_inside_but_not_by_way_of_the_public()
    {
        await using var end = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok("ours")));
        await using var straight = ScriptedPeer.Tcp(ScriptedPeer.Answering(To($"{end.Url}/")));
        (await FollowAsync(straight.Url, DocumentOrigin.Ours)).Answers();
        await using var strange = Public(To($"http://127.0.0.1:{_inside.Port}/"));
        await using var round = ScriptedPeer.Tcp(ScriptedPeer.Answering(To($"http://127.0.0.2:{strange.Port}/")));
        (await FollowAsync(round.Url, DocumentOrigin.Ours)).Fails(TargetFailure.RedirectRefused, "which is not on the public internet");
        Assert.Equal(1, strange.Connections);
    }

    [Fact]
    public async Task A_name_that_is_public_first_and_inside_afterwards_is_refused_from_then_on()
    {
        await using var peer = Public(ScriptedPeer.Ok("outside"));
        var address = "127.0.0.2";
        await using var names = new NameServer((name, type) => type == 1 ? new(0, NameRecord.Address(name, address, 0)) : new(0));
        using var dialer = new Dialer(Open with { Resolver = names.EndPoint }, TimeProvider.System);
        var look = CheckCatalog.Looks(dialer, TimeProvider.System);
        async Task<Observation> Look(string kind, string target, params (string, FieldValue)[] settings) =>
            await look[kind](new LookRequest(Looking.CheckOf(kind, target, null, settings), DocumentOrigin.Others), TestContext.Current.CancellationToken);
        (string Kind, string Target, (string, FieldValue)[] Settings)[] looks =
        [
            ("http", $"http://rebind.example:{peer.Port}/", [("connection", new FieldValue.Text("new"))]), ("tcp", $"rebind.example:{peer.Port}", []),
        ];
        foreach (var (kind, target, settings) in looks) (await Look(kind, target, settings)).Answers();
        address = "127.0.0.1";
        foreach (var (kind, target, settings) in looks) (await Look(kind, target, settings)).IsGap(GapCause.EgressDenied, "loopback");
        (await Look("tls", $"rebind.example:{peer.Port}")).IsGap(GapCause.EgressDenied, "loopback");
        (await Look("dns", $"A x.example at rebind.example:{peer.Port}")).IsGap(GapCause.EgressDenied, "loopback");
        foreach (var kind in new[] { "smtp", "imap", "ssh", "ntp", "redis", "postgres", "mqtt", "nats", "grpc" }) (await Look(kind, $"rebind.example:{peer.Port}")).IsGap(GapCause.EgressDenied, "loopback");
        (await Look("icmp", "rebind.example")).IsGap(GapCause.EgressDenied, "rebind.example is not on the public internet (loopback)");
        (await Look("websocket", $"ws://rebind.example:{peer.Port}/")).IsGap(GapCause.EgressDenied, "loopback");
        (await Look("consistency", $"http://rebind.example:{peer.Port}/")).IsGap(GapCause.EgressDenied, "loopback");
        (await Look("reuse", $"http://rebind.example:{peer.Port}/", ("after", new FieldValue.Texts(["/a"])))).IsGap(GapCause.EgressDenied, "loopback");
        (await Look("feed", $"http://rebind.example:{peer.Port}/")).IsGap(GapCause.EgressDenied, "loopback");
        (await Look("prometheus", $"up at http://rebind.example:{peer.Port}")).IsGap(GapCause.EgressDenied, "loopback");
        (await Look("domain", $"shop.example at http://rebind.example:{peer.Port}/")).IsGap(GapCause.EgressDenied, "loopback");
        Assert.Equal(2, peer.Connections);
    }

    [Fact]
    public async Task A_name_that_turns_inside_between_the_answer_and_the_redirect_is_refused()
    {
        var address = "127.0.0.2";
        await using var peer = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            while (await ScriptedPeer.ReadHeadAsync(stream, stop) is not null)
            {
                address = "127.0.0.1";
                await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(To($"http://rebind.example:{_inside.Port}/")), stop);
            }
        }, Outside);
        await using var names = new NameServer((name, type) => type == 1 ? new(0, NameRecord.Address(name, address, 0)) : new(0));
        foreach (var trust in new[] { DocumentOrigin.Others, DocumentOrigin.Ours })
        {
            address = "127.0.0.2";
            (await FollowAsync($"http://rebind.example:{peer.Port}/", trust, Open with { Resolver = names.EndPoint })).Fails(TargetFailure.RedirectRefused, "which is not on the public internet");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_redirect_to_the_same_origin_is_no_way_inside_either(bool both)
    {
        // The path is of the target's choice, and its name may have another address by then, or had two from the start.
        var turned = false;
        await using var peer = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            while (await ScriptedPeer.ReadHeadAsync(stream, stop) is not null)
            {
                turned = true;
                await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(To("/latest/meta-data")), stop);
            }
        }, Outside);
        await using var names = new NameServer((name, type) => type != 1 ? new(0)
            : both && !turned ? new(0, NameRecord.Address(name, "127.0.0.2", 0), NameRecord.Address(name, "127.0.0.1", 0))
            : new(0, NameRecord.Address(name, turned ? "127.0.0.1" : "127.0.0.2", 0)));
        (await FollowAsync($"http://rebind.example:{peer.Port}/", DocumentOrigin.Ours, Open with { Resolver = names.EndPoint })).Fails(TargetFailure.RedirectRefused, "which is not on the public internet");
    }

    [Fact]
    public async Task A_target_cannot_make_a_gap_of_ours_by_leading_where_there_is_no_way()
    {
        await using var first = Public(To("http://[2001:db8::1]/"));
        var seen = await Looking.LookAsync("http", $"http://127.0.0.2:{first.Port}/", Duration.Seconds(1), Open with { AlsoPublic = [Outside, IPAddress.Parse("2001:db8::1")] }, DocumentOrigin.Ours, ("redirects", new FieldValue.Text("follow")));
        Assert.True(seen is { Reach: Reach.Failed, Failure: TargetFailure.RedirectRefused or TargetFailure.TimedOut or TargetFailure.Unreachable }, seen.Detail); // as the machine has a route for IPv6 or not
    }

    [Theory]
    [InlineData("127.0.0.1", "loopback")]
    [InlineData("10.1.2.3", "private")]
    [InlineData("169.254.169.254", "metadata")]
    [InlineData("::1", "loopback")]
    [InlineData("::ffff:127.0.0.1", "loopback")]
    [InlineData("fd00:ec2::254", "unique local")]
    [InlineData("fe80::1", "link-local")]
    public async Task An_answer_of_a_name_server_that_leads_inside_is_refused(string address, string why)
    {
        var isFour = IPAddress.Parse(address).AddressFamily == AddressFamily.InterNetwork;
        await using var names = new NameServer((name, type) => type == (isFour ? 1 : 28) ? new(0, NameRecord.Address(name, address, 0)) : new(0));
        (await FollowAsync($"http://inside.example:{_inside.Port}/", DocumentOrigin.Others, Open with { Resolver = names.EndPoint })).IsGap(GapCause.EgressDenied, why);
    }

    [Fact]
    public async Task Of_several_answers_only_the_public_ones_are_dialled()
    {
        // The public one has nobody on that port: the inside one, where somebody listens, must not be the next try.
        await using var names = new NameServer((name, type) => type == 1 ? new(0, NameRecord.Address(name, "127.0.0.1", 0), NameRecord.Address(name, "127.0.0.2", 0)) : new(0, NameRecord.Address(name, "::1", 0)));
        (await FollowAsync($"http://both.example:{_inside.Port}/", DocumentOrigin.Others, Open with { Resolver = names.EndPoint })).Fails(TargetFailure.Refused, "refused");
    }

    [Fact]
    public async Task Every_kind_that_dials_is_answered_outside_and_refused_inside()
    {
        using var root = new CertificateAuthority();
        using var certificate = root.Issue(["127.0.0.2"]);
        await using var plain = ScriptedPeer.Tcp((stream, stop) => stream.WriteAsync("220 hello\n"u8.ToArray(), stop).AsTask(), Outside);
        await using var secure = ScriptedPeer.Tls(certificate, ScriptedPeer.Answering(ScriptedPeer.Ok()), address: Outside);
        await using var names = new NameServer((name, _) => new(0, NameRecord.Address(name, "192.0.2.1")), Outside);
        await using var mail = Lines("220 hello\r\n", "250 hello\r\n");
        await using var box = Lines("* OK hello\r\n", "* CAPABILITY IMAP4rev1\r\nk1 OK\r\n");
        await using var shell = Lines("SSH-2.0-x\r\n", "");
        await using var live = ScriptedPeer.Tcp(async (stream, stop) =>
            await stream.WriteAsync((byte[])[.. System.Text.Encoding.ASCII.GetBytes(WebSocketLookTests.Head((await ScriptedPeer.ReadHeadAsync(stream, stop))!)), .. WebSocketLookTests.Said("hello")], stop), Outside);
        await using var clock = new DatagramPeer((question, _) => [NtpLookTests.Answer(question, default)], Outside);
        await using var echo = new DatagramPeer((request, _) => [[0, .. request[1..]]], Outside);
        await using var cache = ScriptedPeer.Tcp(Saying.InTurn("+PONG\r\n"u8.ToArray()), Outside);
        await using var database = ScriptedPeer.Tcp(Saying.InTurn("R\0\0\0\u0008\0\0\0\0Z\0\0\0\u0005I"u8.ToArray()), Outside);
        await using var broker = ScriptedPeer.Tcp(Saying.InTurn([0x20, 2, 0, 0]), Outside);
        await using var bus = Lines("INFO {}\r\n", "PONG\r\n");
        await using var figures = Public(ScriptedPeer.Ok("""{"status":"success","data":{"resultType":"vector","result":[]}}"""));
        await using var registry = Public(ScriptedPeer.Ok("""{"objectClassName":"domain","ldhName":"shop.example"}"""));
        await using var calls = Http2Peer.Clear(GrpcLookTests.Serving, Outside);
        await using var plainWeb = Public(ScriptedPeer.Ok("the same"));
        await using var news = Public(ScriptedPeer.Ok("<rss/>"));
        var trusting = Open with { PrivateRoots = [root.Certificate], EchoSockets = [family => new Socket(family, SocketType.Dgram, ProtocolType.Udp)], EchoPort = echo.Port };
        (string Kind, string Target, ImmutableArray<(string, FieldValue)> Settings)[] looks =
        [
            ("tcp", $"@:{plain.Port}", [("reads", new FieldValue.Text("220"))]), ("tcp", $"@:{secure.Port}", [("over-tls", new FieldValue.YesNo(true))]),
            ("tls", $"@:{secure.Port}", []), ("http", $"https://@:{secure.Port}/", []), ("dns", $"A x.example at @:{names.Port}", []),
            ("smtp", $"@:{mail.Port}", [("encryption", new FieldValue.Text("none"))]), ("imap", $"@:{box.Port}", [("encryption", new FieldValue.Text("none"))]), ("ssh", $"@:{shell.Port}", []),
            ("ntp", $"@:{clock.Port}", []), ("icmp", "@", [("packets", new FieldValue.Whole(1))]), ("websocket", $"ws://@:{live.Port}/", [("reads", new FieldValue.Text("hello"))]),
            ("redis", $"@:{cache.Port}", []), ("postgres", $"@:{database.Port}", []), ("mqtt", $"@:{broker.Port}", []), ("nats", $"@:{bus.Port}", []),
            ("prometheus", $"up at http://@:{figures.Port}", []), ("domain", $"shop.example at http://@:{registry.Port}/", []), ("feed", $"http://@:{news.Port}/", []), ("grpc", $"@:{calls.Port}", []),
            ("consistency", $"http://@:{plainWeb.Port}/", []), ("reuse", $"http://@:{plainWeb.Port}/", [("after", new FieldValue.Texts(["/a?{marker}"]))]),
        ];
        using var dialer = new Dialer(new EgressOptions(), TimeProvider.System);
        // A kind that is added stands here too. `command` dials nothing: what it looks at is this machine, and no document of others has it run anything (below).
        Assert.Equal(CheckCatalog.Looks(dialer, TimeProvider.System).Keys.Order(), looks.Select(look => look.Kind).Append("command").Distinct().Order());
        foreach (var (kind, target, settings) in looks)
        {
            (await Looking.LookAsync(kind, target.Replace("@", "127.0.0.2", StringComparison.Ordinal), null, trusting, DocumentOrigin.Others, [.. settings])).Answers();
            var came = clock.Received + echo.Received;
            foreach (var inside in new[] { "127.0.0.1", "127.0.0.3", "localhost", "[::1]", "[::ffff:127.0.0.1]" })
                (await Looking.LookAsync(kind, target.Replace("@", inside, StringComparison.Ordinal), null, trusting, DocumentOrigin.Others, [.. settings]))
                    .IsGap(GapCause.EgressDenied, "not on the public internet");
            Assert.Equal(came, clock.Received + echo.Received); // connected or not: nothing was sent
        }

        static ScriptedPeer Lines(string greeting, string answer) => ScriptedPeer.Tcp(async (stream, stop) =>
        {
            await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(greeting), stop);
            if (await LinePeer.LineAsync(stream, stop) is not null) await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(answer), stop);
        }, Outside);
    }

    [Fact]
    public async Task A_document_of_others_runs_no_program_of_this_machine_not_even_one_that_the_house_allows()
    {
        const string program = "/bin/sh";
        var allowing = Open with { Programs = [program] };
        var mark = Path.Combine(Path.GetTempPath(), "kept-" + Guid.NewGuid().ToString("N"));
        (string, FieldValue)[] settings = [("arguments", new FieldValue.Texts(["-c", $"echo ran > {mark}"]))];
        try
        {
            (await Looking.LookAsync("command", program, null, allowing, DocumentOrigin.Others, settings)).IsGap(GapCause.EgressDenied, "a document that is not ours may not run programs here");
            Assert.False(File.Exists(mark));
            (await Looking.LookAsync("command", program, null, allowing, DocumentOrigin.Ours, settings)).Answers();
            Assert.True(File.Exists(mark)); // so it would have been seen
        }
        finally
        {
            File.Delete(mark);
        }
    }

    [Fact]
    public async Task A_connection_that_our_own_look_kept_is_not_lent_to_a_document_of_others()
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        using var dialer = new Dialer(Open, TimeProvider.System);
        var look = CheckCatalog.Looks(dialer, TimeProvider.System)["http"];
        var check = Looking.CheckOf("http", peer.Url);
        (await look(new LookRequest(check, DocumentOrigin.Ours), TestContext.Current.CancellationToken)).Answers();
        (await look(new LookRequest(check, DocumentOrigin.Others), TestContext.Current.CancellationToken)).IsGap(GapCause.EgressDenied, "loopback");
    }
}
