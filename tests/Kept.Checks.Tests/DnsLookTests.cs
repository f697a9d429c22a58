using Kept.Egress;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Checks.Tests;

public sealed class DnsLookTests
{
    private static readonly Duration Short = Duration.Milliseconds(500);

    private static string[] Answers(Observation seen) => [.. Assert.IsType<Value.List>(seen.See("dns", "answers")).Items.Select(item => ((Value.Text)item).Content)];

    [Fact]
    public async Task Records_are_seen_sorted_with_code_and_time_to_live()
    {
        await using var server = new NameServer((name, type) => type switch
        {
            1 => new(0, NameRecord.Address(name, "192.0.2.2", 300), NameRecord.Address(name, "192.0.2.1", 60)),
            28 => new(0, NameRecord.Address(name, "2001:db8::1")),
            15 => new(0, NameRecord.Mail(name, 10, "Mail.Example")) { Authoritative = false },
            16 => new(0, NameRecord.Text(name, "v=spf1 -all")),
            5 => new(0, NameRecord.Alias(name, "other.example")),
            _ => new(0),
        });
        var seen = await Looking.LookAsync("dns", $"shop.example at 127.0.0.1:{server.Port}");
        seen.Answers();
        Assert.Equal(["192.0.2.1", "192.0.2.2"], Answers(seen));
        Assert.Equal(Duration.Seconds(60).Nanoseconds, seen.Amount("dns", "ttl"));
        Assert.Equal("NOERROR", seen.Text("dns", "rcode"));
        Assert.Equal(2, seen.Amount("dns", "count"));
        Assert.Equal(Value.Of(true), seen.See("dns", "authoritative"));
        Assert.Equal(0, seen.Code);
        Assert.Equal(["2001:db8::1"], Answers(await Looking.LookAsync("dns", $"AAAA shop.example at 127.0.0.1:{server.Port}")));
        var mail = await Looking.LookAsync("dns", $"MX shop.example at 127.0.0.1:{server.Port}");
        Assert.Equal(["10 mail.example"], Answers(mail));
        Assert.Equal(Value.Of(false), mail.See("dns", "authoritative"));
        Assert.Equal(["v=spf1 -all"], Answers(await Looking.LookAsync("dns", $"TXT shop.example at 127.0.0.1:{server.Port}")));
        Assert.Equal(["other.example"], Answers(await Looking.LookAsync("dns", $"CNAME shop.example at 127.0.0.1:{server.Port}")));
        var none = await Looking.LookAsync("dns", $"SRV _sip._tcp.shop.example at 127.0.0.1:{server.Port}");
        Assert.Empty(Answers(none));
        Assert.Null(none.See("dns", "ttl"));
    }

    [Theory]
    [InlineData(3, "NXDOMAIN")]
    [InlineData(2, "SERVFAIL")]
    [InlineData(5, "REFUSED")]
    public async Task A_code_is_an_answer_that_may_be_expected(int code, string rcode)
    {
        await using var server = new NameServer((_, _) => new(code));
        var seen = await Looking.LookAsync("dns", $"A gone.example at 127.0.0.1:{server.Port}");
        seen.Answers();
        Assert.Equal(rcode, seen.Text("dns", "rcode"));
        Assert.Equal(code, seen.Code);
    }

    [Fact]
    public async Task A_cut_answer_is_asked_again_over_TCP_and_many_records_are_bounded()
    {
        await using var server = new NameServer((name, _) => new(0, [.. Enumerable.Range(0, 600).Select(i => NameRecord.Address(name, $"192.0.{i / 250}.{i % 250}"))]) { Cut = true });
        var seen = await Looking.LookAsync("dns", $"A many.example at 127.0.0.1:{server.Port}");
        seen.Answers();
        Assert.Equal(600, seen.Amount("dns", "count"));
        Assert.Equal(256, Answers(seen).Length);
    }

    [Fact]
    public async Task A_named_server_that_is_silent_is_the_targets_failure_and_our_own_is_a_gap()
    {
        await using var server = new NameServer((_, _) => NameAnswer.Silence);
        var seen = await Looking.LookAsync("dns", $"A x.example at 127.0.0.1:{server.Port}", Short);
        seen.Fails(TargetFailure.TimedOut, "no whole answer within 500 ms");
        Assert.InRange(seen.Phases.Total, Short.Nanoseconds, Short.Nanoseconds + 300 * Duration.PerMillisecond);
        (await Looking.LookAsync("dns", "A x.example", Short, new EgressOptions { Resolver = server.EndPoint })).IsGap(GapCause.Resolver, "our name server did not answer");
        (await Looking.LookAsync("http", "http://x.example/", Short, new EgressOptions { Resolver = server.EndPoint })).IsGap(GapCause.Resolver, "our name server did not answer for x.example");
        var refused = await Looking.LookAsync("dns", $"A x.example at 127.0.0.1:{ScriptedPeer.ClosedPort()}", Short);
        Assert.True(refused is { Reach: Reach.Failed, Failure: TargetFailure.Refused or TargetFailure.TimedOut }, refused.Detail);
    }

    [Fact]
    public async Task Name_servers_of_a_target_that_never_answer_are_its_failure_where_ours_answers_other_questions()
    {
        await using var server = new NameServer((name, _) => name is "." or "" ? new(0) : NameAnswer.Silence);
        var options = new EgressOptions { Resolver = server.EndPoint, ResolverTimeout = Duration.Milliseconds(100) };
        using var dialer = new Dialer(options, TimeProvider.System);
        var look = CheckCatalog.Looks(dialer, TimeProvider.System)["http"];
        var check = Looking.CheckOf("http", "http://x.example/");
        (await look(new LookRequest(check, DocumentOrigin.Ours), TestContext.Current.CancellationToken)).Fails(TargetFailure.NameServerFailed, "the name servers of x.example do not answer, while other names resolve");
        var asked = server.Questions;
        (await look(new LookRequest(check, DocumentOrigin.Ours), TestContext.Current.CancellationToken)).Fails(TargetFailure.NameServerFailed, "do not answer");
        Assert.Equal(asked, server.Questions); // remembered: the next look does not wait again
    }

    /// <summary>Hundreds of names asked of one dead server must not take the places of other hosts.</summary>
    [Theory]
    [InlineData("A one.example at ns1.example", "one.example", "ns1.example")]
    [InlineData("A two.example at 192.0.2.53:5353", "two.example", "192.0.2.53")]
    [InlineData("A one.example", "one.example", "one.example")]
    public void Looks_take_the_places_of_the_server_that_is_asked(string target, string speaksOf, string lane)
    {
        var read = Looking.Target("dns", target);
        Assert.Equal((speaksOf, lane), (read.Host, read.Lane));
    }

    [Fact]
    public async Task Documents_of_others_ask_no_internal_name_server()
    {
        await using var server = new NameServer((_, _) => new(0));
        (await Looking.LookAsync("dns", $"A x.example at 127.0.0.1:{server.Port}", trust: DocumentOrigin.Others)).IsGap(GapCause.EgressDenied, "not on the public internet");
        Assert.Equal(0, server.Questions);
    }

    [Fact]
    public async Task A_name_without_an_address_is_the_targets_failure()
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        await using var server = new NameServer((name, type) => name switch
        {
            "good.example" => type == 1 ? new(0, NameRecord.Address(name, "127.0.0.1")) : new(0),
            "empty.example" => new(0),
            "loop.example" => new(0, NameRecord.Alias("loop.example", "pool.example"), NameRecord.Alias("pool.example", "loop.example")),
            "broken.example" => NameAnswer.ServerFailure,
            "six.example" => type == 28 ? NameAnswer.Silence : new(0, NameRecord.Address(name, "127.0.0.1")),
            _ => NameAnswer.NoSuchName,
        });
        var options = new EgressOptions { Resolver = server.EndPoint };
        Task<Observation> Look(string host) => Looking.LookAsync("http", $"http://{host}:{peer.Port}/", options: options);
        var good = await Look("good.example");
        good.Answers();
        Assert.True(good.Phases.Dns > 0);
        var six = await Look("six.example");
        six.Answers();
        Assert.True(six.Phases.Dns < Duration.PerSecond);
        (await Look("gone.example")).Fails(TargetFailure.NameNotFound, "NXDOMAIN");
        (await Look("empty.example")).Fails(TargetFailure.NameNotFound, "has no address");
        (await Look("loop.example")).Fails(TargetFailure.NameNotFound, "leads to no address");
        // Only this name is asked for, and the control question (.) gets no good answer either: it may be our name server.
        (await Look("broken.example")).IsGap(GapCause.Resolver, "ServerFailure");
        using var dialer = new Dialer(options, TimeProvider.System);
        var look = CheckCatalog.Looks(dialer, TimeProvider.System)["http"];
        (await look(new LookRequest(Looking.CheckOf("http", $"http://good.example:{peer.Port}/"), DocumentOrigin.Ours), CancellationToken.None)).Answers();
        (await look(new LookRequest(Looking.CheckOf("http", $"http://broken.example:{peer.Port}/"), DocumentOrigin.Ours), CancellationToken.None))
            .Fails(TargetFailure.NameServerFailed, "SERVFAIL");
    }

    [Fact]
    public async Task An_answer_that_leads_inside_is_refused_to_others_whatever_it_said_before()
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        await using var server = new NameServer((name, type) => type == 1 ? new(0, NameRecord.Address(name, "127.0.0.1", 0)) : new(0));
        (await Looking.LookAsync("http", $"http://rebind.example:{peer.Port}/", options: new EgressOptions { Resolver = server.EndPoint }, trust: DocumentOrigin.Others))
            .IsGap(GapCause.EgressDenied, "loopback");
        Assert.Equal(0, peer.Connections);
    }

    [Fact]
    public async Task Many_looks_at_one_name_ask_once()
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        await using var server = new NameServer((name, type) => type == 1 ? new(0, NameRecord.Address(name, "127.0.0.1", 0)) : new(0));
        using var dialer = new Dialer(new EgressOptions { Resolver = server.EndPoint }, TimeProvider.System);
        var look = CheckCatalog.Looks(dialer, TimeProvider.System)["http"];
        var request = new LookRequest(Looking.CheckOf("http", $"http://busy.example:{peer.Port}/"), DocumentOrigin.Ours);
        foreach (var seen in await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => look(request, CancellationToken.None).AsTask()))) seen.Answers();
        Assert.Equal(2, server.Questions); // one for each family of addresses
    }
}
