using System.Net;
using System.Text;
using Kept.Egress;
using Kept.Judging;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Checks.Tests;

/// <summary>One name, several addresses on loopback with a peer each: which of them a look dials, and what it says of them.</summary>
public sealed class AddressChoiceTests
{
    private const string Name = "shop.example";
    private static readonly Judged InForce = new(Truth.True, "");

    private static (string, FieldValue) Addresses(string which) => ("addresses", new FieldValue.Text(which));

    /// <summary>A name server that lists these addresses, each under its own type.</summary>
    private static NameServer Listing(Func<IEnumerable<string>> addresses) => new((name, type) =>
        new(0, [.. addresses().Where(address => type == (address.Contains(':', StringComparison.Ordinal) ? 28 : 1)).Select(address => NameRecord.Address(name, address, 0))]));

    private static EgressOptions With(NameServer names) => new() { Resolver = names.EndPoint, CacheAtLeast = default };

    private static ScriptedPeer At(string address, int port, string says = "SSH-2.0-x\r\n") =>
        ScriptedPeer.Tcp(async (stream, stop) => await stream.WriteAsync(Encoding.ASCII.GetBytes(says), stop), IPAddress.Parse(address), port);

    private static (JudgedLook Judged, Observation Seen) Judge(Check check, Observation seen) => (Judging.Judge.Look(check, seen, InForce), Judging.Judge.Deciding(check, seen));

    private static async Task<(JudgedLook Judged, Observation Seen)> EachAsync(string kind, string target, EgressOptions options, Duration? timeout = null, DocumentOrigin trust = DocumentOrigin.Ours, params (string, FieldValue)[] settings) =>
        Judge(Looking.CheckOf(kind, target, timeout), await Looking.LookAsync(kind, target, timeout, options, trust, [Addresses("each"), .. settings]));

    [Fact]
    public async Task Each_address_is_asked_and_all_that_answer_are_good()
    {
        await using var one = At("127.0.0.1", 0);
        await using var two = At("127.0.0.2", one.Port);
        await using var six = At("::1", one.Port);
        await using var names = Listing(() => ["127.0.0.2", "::1", "127.0.0.1"]);
        var (judged, seen) = await EachAsync("ssh", $"{Name}:{one.Port}", With(names));
        Assert.Equal(LookClass.Good, judged.Class);
        Assert.Equal(["127.0.0.1", "127.0.0.2", "::1"], judged.Addresses.Select(address => address.Address));
        Assert.All(judged.Addresses, address => Assert.Equal(LookClass.Good, address.Class));
        Assert.StartsWith("all 3 addresses, the slowest ", judged.Reason, StringComparison.Ordinal);
        Assert.Equal((1, 1, 1), (one.Connections, two.Connections, six.Connections));
        Assert.Equal(seen.Each.Max(address => address.Seen.Phases.Total), seen.Phases.Total);
        Assert.All(seen.Each, address => Assert.True(address.Seen.Phases is { Dns: > 0, Connect: > 0 } phases && phases.Total > phases.Dns));
    }

    [Fact]
    public async Task One_dead_address_breaks_what_any_address_hides()
    {
        await using var one = At("127.0.0.1", 0);
        await using var names = Listing(() => ["127.0.0.1", "::1"]);
        (await Looking.LookAsync("ssh", $"{Name}:{one.Port}", options: With(names))).Answers();
        var (judged, seen) = await EachAsync("ssh", $"{Name}:{one.Port}", With(names));
        Assert.Equal(LookClass.Bad, judged.Class);
        Assert.StartsWith("::1 (1 of 2 addresses failed): the connection was refused", judged.Reason, StringComparison.Ordinal);
        Assert.Equal((Reach.Failed, TargetFailure.Refused, "::1"), (seen.Reach, seen.Failure, seen.Address));
        Assert.Equal([LookClass.Good, LookClass.Bad], judged.Addresses.Select(address => address.Class));
    }

    [Fact]
    public async Task Expectations_are_judged_for_every_address_alone()
    {
        await using var one = At("127.0.0.1", 0, "SSH-2.0-new\r\n");
        await using var two = At("127.0.0.2", one.Port, "SSH-1.5-old\r\n");
        await using var names = Listing(() => ["127.0.0.2", "127.0.0.1"]);
        var seen = await Looking.LookAsync("ssh", $"{Name}:{one.Port}", options: With(names), settings: Addresses("each"));
        var at = Looking.Kind("ssh").IndexOf("protocol");
        var modern = new Expression.Compare(Place.None, new Operand.Seen(Place.None, "protocol", at, []), Comparison.Equal, new Operand.Literal(Place.None, Value.Of("2.0")));
        var (judged, _) = Judge(Looking.CheckOf("ssh", $"{Name}:{one.Port}") with { Expect = [new Expectation("protocol == '2.0'", modern)] }, seen);
        Assert.Equal((LookClass.Bad, "127.0.0.2 (1 of 2 addresses failed): protocol was '1.5'"), (judged.Class, judged.Reason));
        Assert.Equal(Truth.False, Assert.Single(judged.Expectations).Truth);
    }

    [Theory]
    [InlineData("IPv4", "127.0.0.1")]
    [InlineData("IPv6", "::1")]
    public async Task A_family_is_dialled_alone_over_every_kind_of_line(string which, string address)
    {
        await using var four = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()), IPAddress.Loopback);
        await using var six = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()), IPAddress.IPv6Loopback, four.Port);
        await using var names = Listing(() => ["127.0.0.1", "::1"]);
        using var dialer = new Dialer(With(names), TimeProvider.System);
        var looks = CheckCatalog.Looks(dialer, TimeProvider.System);
        foreach (var (kind, target) in new[] { ("tcp", $"{Name}:{four.Port}"), ("http", $"http://{Name}:{four.Port}/"), ("http", $"http://localhost:{four.Port}/"), ("tcp", $"localhost:{four.Port}") })
        {
            // a connection that the other family keeps is not lent
            foreach (var other in new[] { which == "IPv4" ? "IPv6" : "IPv4", which })
            {
                var seen = await looks[kind](new LookRequest(Looking.CheckOf(kind, target, null, Addresses(other)), DocumentOrigin.Ours), TestContext.Current.CancellationToken);
                seen.Answers();
                if (other == which) Assert.Equal(address, seen.Address);
            }
        }
    }

    [Fact]
    public async Task A_family_that_is_dead_or_not_there_is_the_targets_failure_whatever_the_other_does()
    {
        await using var one = At("127.0.0.1", 0);
        IEnumerable<string> listed = ["127.0.0.1"];
        await using var names = Listing(() => listed);
        Task<Observation> SixAsync() => Looking.LookAsync("ssh", $"{Name}:{one.Port}", options: With(names), settings: Addresses("IPv6"));
        (await SixAsync()).Fails(TargetFailure.NameNotFound, $"the name {Name} has no IPv6 address");
        listed = ["127.0.0.1", "::1"];
        (await SixAsync()).Fails(TargetFailure.Refused, "refused");
        await using var six = At("::1", one.Port);
        (await SixAsync()).Answers();
        Assert.Equal(0, one.Connections);
    }

    [Fact]
    public async Task What_our_name_server_does_not_say_is_a_gap_and_hides_no_failure()
    {
        await using var one = At("127.0.0.1", 0);
        await using var names = new NameServer((name, type) => type == 1 ? new(0, NameRecord.Address(name, "127.0.0.1", 0)) : type == 28 ? new(5) : new(0));
        (await Looking.LookAsync("ssh", $"{Name}:{one.Port}", options: With(names), settings: Addresses("IPv6"))).IsGap(GapCause.Resolver, "our name server failed");
        var (judged, seen) = await EachAsync("ssh", $"{Name}:{one.Port}", With(names));
        Assert.Equal((LookClass.Gap, GapCause.Resolver), (judged.Class, seen.Gap));
        Assert.StartsWith("its IPv6 addresses (1 of 2 addresses could not be looked at): our resolver did not answer", judged.Reason, StringComparison.Ordinal);
        var (broken, _) = await EachAsync("ssh", $"{Name}:{ScriptedPeer.ClosedPort()}", With(names));
        Assert.Equal(LookClass.Bad, broken.Class);
        Assert.StartsWith("127.0.0.1 (1 of 2 addresses failed, 1 could not be looked at): the connection was refused", broken.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_without_addresses_and_a_silent_name_server_are_told_apart()
    {
        await using var none = Listing(() => []);
        (await Looking.LookAsync("ssh", $"{Name}:22", options: With(none), settings: Addresses("each"))).Fails(TargetFailure.NameNotFound, $"the name {Name} has no address");
        await using var gone = new NameServer((_, _) => NameAnswer.NoSuchName);
        (await Looking.LookAsync("ssh", $"{Name}:22", options: With(gone), settings: Addresses("each"))).Fails(TargetFailure.NameNotFound, "NXDOMAIN");
        await using var silent = new NameServer((_, _) => NameAnswer.Silence);
        (await Looking.LookAsync("ssh", $"{Name}:22", Duration.Milliseconds(400), With(silent), settings: Addresses("each"))).IsGap(GapCause.Resolver, "did not answer");
    }

    [Fact]
    public async Task An_address_that_others_may_not_reach_is_never_dialled_and_counts_for_nothing()
    {
        await using var open = At("127.0.0.2", 0);
        await using var inside = At("127.0.0.1", open.Port);
        await using var names = Listing(() => ["127.0.0.1", "127.0.0.2"]);
        var (judged, _) = await EachAsync("ssh", $"{Name}:{open.Port}", With(names) with { AlsoPublic = [IPAddress.Parse("127.0.0.2")] }, null, DocumentOrigin.Others);
        Assert.Equal(LookClass.Gap, judged.Class);
        Assert.Contains("127.0.0.1 (1 of 2 addresses could not be looked at): our egress policy forbids the address", judged.Reason, StringComparison.Ordinal);
        Assert.Equal((1, 0), (open.Connections, inside.Connections));
    }

    [Fact]
    public async Task A_name_that_changes_its_addresses_is_asked_at_those_of_now()
    {
        await using var one = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()), IPAddress.Loopback);
        await using var two = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()), IPAddress.Parse("127.0.0.2"), one.Port);
        IEnumerable<string> listed = ["127.0.0.1", "127.0.0.3"];
        await using var names = Listing(() => listed);
        using var dialer = new Dialer(With(names), TimeProvider.System);
        var check = Looking.CheckOf("http", $"http://{Name}:{one.Port}/", null, Addresses("each"));
        async Task<JudgedLook> LookAsync() => Judge(check, await CheckCatalog.Looks(dialer, TimeProvider.System)["http"](new LookRequest(check, DocumentOrigin.Ours), TestContext.Current.CancellationToken)).Judged;
        Assert.StartsWith("127.0.0.3 (1 of 2 addresses failed)", (await LookAsync()).Reason, StringComparison.Ordinal);
        listed = ["127.0.0.2", "127.0.0.1"];
        Assert.Equal(["127.0.0.1", "127.0.0.2"], (await LookAsync()).Addresses.Select(address => address.Address));
        listed = ["127.0.0.2"];
        var last = await LookAsync();
        Assert.Equal((LookClass.Good, 1), (last.Class, last.Addresses.Length));
        Assert.StartsWith("127.0.0.2, its only address: answered 200", last.Reason, StringComparison.Ordinal);
        Assert.Equal((1, 1), (one.Connections, two.Connections)); // each keeps its own connection
    }

    [Fact]
    public async Task More_addresses_than_one_look_asks_are_not_taken_for_good()
    {
        await using var any = ScriptedPeer.Tcp(async (stream, stop) => await stream.WriteAsync("SSH-2.0-x\r\n"u8.ToArray(), stop), IPAddress.Any);
        await using var names = Listing(() => Enumerable.Range(1, 20).Select(last => $"127.0.0.{last}"));
        var (judged, _) = await EachAsync("ssh", $"{Name}:{any.Port}", With(names));
        Assert.Equal((LookClass.Gap, 17), (judged.Class, judged.Addresses.Length));
        Assert.Contains("has 20 addresses, and one look asks 16 of them", judged.Reason, StringComparison.Ordinal);
        Assert.Equal(16, any.Connections);
    }

    [Fact]
    public async Task The_time_out_holds_over_all_addresses_while_one_drips()
    {
        await using var one = At("127.0.0.1", 0);
        await using var drips = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            while (true)
            {
                await stream.WriteAsync("x"u8.ToArray(), stop);
                await Task.Delay(TimeSpan.FromMilliseconds(15), TimeProvider.System, stop);
            }
        }, IPAddress.Parse("127.0.0.2"), one.Port);
        await using var names = Listing(() => ["127.0.0.1", "127.0.0.2"]);
        var (judged, seen) = await EachAsync("ssh", $"{Name}:{one.Port}", With(names), Duration.Milliseconds(400));
        Assert.Equal((LookClass.Bad, TargetFailure.TimedOut), (judged.Class, seen.Failure));
        Assert.StartsWith("127.0.0.2 (1 of 2 addresses failed): no", judged.Reason, StringComparison.Ordinal);
        Assert.InRange(seen.Phases.Total, 400 * Duration.PerMillisecond, 700 * Duration.PerMillisecond);
    }

    [Fact]
    public async Task A_redirect_stays_in_the_family_and_at_the_address()
    {
        await using var four = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok("four")), IPAddress.Loopback);
        await using var six = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok("six")), IPAddress.IPv6Loopback, four.Port);
        await using var first = ScriptedPeer.Tcp(ScriptedPeer.Answering($"HTTP/1.1 302 Found\r\nLocation: http://{Name}:{four.Port}/\r\nContent-Length: 0\r\n\r\n"), IPAddress.IPv6Loopback);
        await using var names = Listing(() => ["127.0.0.1", "::1"]);
        var follow = ("redirects", (FieldValue)new FieldValue.Text("follow"));
        var seen = await Looking.LookAsync("http", $"http://{Name}:{first.Port}/", options: With(names), settings: [Addresses("IPv6"), follow]);
        seen.Answers();
        Assert.Equal(("six", "::1"), (seen.Text("http", "body"), seen.Address));
        var (judged, whole) = await EachAsync("http", $"http://{Name}:{first.Port}/", With(names), settings: follow);
        Assert.Equal([LookClass.Bad, LookClass.Good], judged.Addresses.Select(address => address.Class)); // nobody redirects at 127.0.0.1
        Assert.Equal("six", whole.Each[1].Seen.Text("http", "body"));
        Assert.Equal(0, four.Connections);
    }

    /// <summary>Whoever adds a kind that dials its target says which addresses; those that do not are named here.</summary>
    [Fact]
    public void Every_kind_that_dials_its_target_lets_addresses_be_named() =>
        Assert.Equal(["command", "consistency", "dns", "domain", "heartbeat", "prometheus", "reuse"], CheckCatalog.Kinds.Where(kind => kind.Field("addresses") is null).Select(kind => kind.Name).Order(StringComparer.Ordinal));
}
