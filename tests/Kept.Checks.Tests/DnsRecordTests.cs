using System.Net;
using Kept.Egress;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Checks.Tests;

/// <summary>Every type that can be asked for is seen, over UDP and, where the answer is cut, over TCP in the same words.</summary>
public sealed class DnsRecordTests
{
    private static readonly Dictionary<string, (int Type, NameRecord[] Records, string[] Seen)> Types = new()
    {
        ["A"] = (1, [NameRecord.Address("x", "192.0.2.2"), NameRecord.Address("x", "192.0.2.1")], ["192.0.2.1", "192.0.2.2"]),
        ["AAAA"] = (28, [NameRecord.Address("x", "2001:db8::1")], ["2001:db8::1"]),
        ["CNAME"] = (5, [NameRecord.Alias("x", "Other.Example")], ["other.example"]),
        ["MX"] = (15, [NameRecord.Mail("x", 20, "b.example"), NameRecord.Mail("x", 10, "A.example")], ["10 a.example", "20 b.example"]),
        ["TXT"] = (16, [NameRecord.Text("x", "v=spf1 -all")], ["v=spf1 -all"]),
        ["NS"] = (2, [NameRecord.Server("x", "ns2.example"), NameRecord.Server("x", "NS1.example")], ["ns1.example", "ns2.example"]),
        ["SOA"] = (6, [NameRecord.Zone("x", "ns1.example", "hostmaster.example", 2026112401, 7200, 3600, 1209600, 4294967295)], ["ns1.example hostmaster.example 2026112401 7200 3600 1209600 4294967295"]),
        ["SRV"] = (33, [NameRecord.Place("x", 10, 60, 5060, "sip.example")], ["10 60 5060 sip.example"]),
        ["CAA"] = (257, [NameRecord.Issuer("x", 128, "issue", "letsencrypt.org"), NameRecord.Issuer("x", 0, "iodef", "mailto:a@b.example")], ["0 iodef mailto:a@b.example", "128 issue letsencrypt.org"]),
        ["PTR"] = (12, [NameRecord.Pointer("x", "host.example")], ["host.example"]),
    };

    public static TheoryData<string, bool> Asked
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var type in NameServerAsk.Types)
                foreach (var cut in new[] { false, true })
                    data.Add(type, cut);
            return data;
        }
    }

    private static string[] Answers(Observation seen) => [.. Assert.IsType<Value.List>(seen.See("dns", "answers")).Items.Select(item => ((Value.Text)item).Content)];

    [Theory]
    [MemberData(nameof(Asked))]
    public async Task Records_of_every_type_are_seen(string type, bool cut)
    {
        var (number, records, expected) = Types[type];
        await using var server = new NameServer((name, asked) => asked == number ? new(0, [.. records.Select(record => record with { Name = name })]) { Cut = cut } : NameAnswer.NoSuchName);
        var seen = await Looking.LookAsync("dns", $"{type} {(type == "PTR" ? "192.0.2.7" : "shop.example")} at 127.0.0.1:{server.Port}");
        seen.Answers();
        Assert.Equal(expected, Answers(seen));
        Assert.Equal(records.Length, seen.Amount("dns", "count"));
        Assert.Equal(Duration.Minutes(1).Nanoseconds, seen.Amount("dns", "ttl"));
        Assert.Equal("NOERROR", seen.Text("dns", "rcode"));
        Assert.Equal(Value.Of(true), seen.See("dns", "authoritative"));
        Assert.Equal(cut ? 2 : 1, server.Questions);
    }

    [Fact]
    public async Task An_IPv6_address_is_asked_for_its_name()
    {
        string? asked = null;
        await using var server = new NameServer((name, _) =>
        {
            asked = name;
            return new(0, NameRecord.Pointer(name, "host.example"));
        });
        Assert.Equal(["host.example"], Answers(await Looking.LookAsync("dns", $"PTR 2001:db8::7 at 127.0.0.1:{server.Port}")));
        Assert.Equal("7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", asked);
    }

    [Fact]
    public async Task Cut_answers_that_TCP_cannot_complete_are_the_servers_failure_and_our_own_servers_gap()
    {
        await using var silent = ScriptedPeer.Tcp((_, stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));
        await using var leaves = ScriptedPeer.Tcp((_, _) => Task.CompletedTask);
        await using var nonsense = ScriptedPeer.Tcp((stream, stop) => stream.WriteAsync(new byte[] { 0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 }, stop).AsTask());
        foreach (var (peer, failure) in new[] { (silent, TargetFailure.TimedOut), (leaves, TargetFailure.Malformed), (nonsense, TargetFailure.Malformed) })
        {
            await using var cutting = new CuttingServer(peer.Port);
            var seen = await Looking.LookAsync("dns", $"A x.example at 127.0.0.1:{peer.Port}", Duration.Milliseconds(700));
            Assert.True(seen.Reach == Reach.Failed && (seen.Failure == failure || failure == TargetFailure.Malformed && seen.Failure == TargetFailure.Reset), $"{seen.Reach} {seen.Failure} {seen.Gap} {seen.Detail}");
            (await Looking.LookAsync("dns", "A x.example", Duration.Milliseconds(700), new EgressOptions { Resolver = new IPEndPoint(IPAddress.Loopback, peer.Port) })).IsGap(GapCause.Resolver, "our name server");
        }
    }
}
