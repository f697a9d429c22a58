using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Kept.Checks.Icmp;
using Kept.Egress;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Checks.Tests;

public sealed class IcmpLookTests
{
    private static readonly (string, FieldValue) Fast = ("interval", new FieldValue.Length(Duration.Milliseconds(20))), Soon = ("wait", new FieldValue.Length(Duration.Milliseconds(150)));

    private static (string, FieldValue) Packets(long count) => ("packets", new FieldValue.Whole(count));

    /// <summary>Echo requests go over UDP to a peer that answers them as no kernel would.</summary>
    private static EgressOptions To(DatagramPeer peer) => new() { EchoSockets = [family => new Socket(family, SocketType.Dgram, ProtocolType.Udp)], EchoPort = peer.Port };

    private static async Task<Observation> LookAsync(Func<byte[], int, IEnumerable<byte[]>> script, IPAddress? at = null, params (string, FieldValue)[] settings)
    {
        await using var peer = new DatagramPeer(script, at);
        return await Looking.LookAsync("icmp", (at ?? IPAddress.Loopback).ToString(), Duration.Seconds(5), To(peer), settings: settings);
    }

    private static byte[] Reply(byte[] request, bool isSix = false)
    {
        var reply = request.ToArray();
        reply[0] = isSix ? (byte)129 : (byte)0;
        return reply;
    }

    [Theory]
    [InlineData("127.0.0.1", 8, 0)]
    [InlineData("::1", 128, 129)]
    public async Task Every_answer_is_counted_and_timed(string at, byte request, byte reply)
    {
        var sequences = new List<int>();
        var seen = await LookAsync((message, _) =>
        {
            Assert.Equal(request, message[0]);
            sequences.Add(BinaryPrimitives.ReadUInt16BigEndian(message.AsSpan(6)));
            return [[reply, .. message[1..]]];
        }, IPAddress.Parse(at), Packets(5), Fast);
        seen.Answers();
        Assert.Equal([0, 1, 2, 3, 4], sequences);
        Assert.Equal((5m, 5m, 0m, 0m), (seen.Amount("icmp", "sent"), seen.Amount("icmp", "received"), seen.Amount("icmp", "lost"), seen.Amount("icmp", "loss")));
        Assert.True(seen.Amount("icmp", "round-trip.min") > 0);
        Assert.True(seen.Amount("icmp", "round-trip.min") <= seen.Amount("icmp", "round-trip.median") && seen.Amount("icmp", "round-trip.median") <= seen.Amount("icmp", "round-trip.max"));
        Assert.InRange(seen.Phases.Total, Duration.Milliseconds(70).Nanoseconds, Duration.Seconds(3).Nanoseconds); // the last answer ends it, no wait does
        Assert.Equal(seen.Amount("icmp", "round-trip.median"), seen.Phases.FirstByte);
        Assert.Equal(at, seen.Text("icmp", "ip"));
    }

    [Fact]
    public async Task What_is_lost_is_counted_and_a_host_that_answers_nothing_has_failed()
    {
        var seen = await LookAsync((message, number) => number is 1 or 2 ? [] : [Reply(message)], null, Packets(6), Fast, Soon);
        seen.Answers();
        Assert.Equal((6m, 4m, 2m), (seen.Amount("icmp", "sent"), seen.Amount("icmp", "received"), seen.Amount("icmp", "lost")));
        Assert.Equal(Quantity.Ratio(2m / 6), Assert.IsType<Value.Measured>(seen.See("icmp", "loss")).Quantity);
        (await LookAsync((_, _) => [], null, Packets(2), Fast, Soon)).Fails(TargetFailure.TimedOut, "answered none of 2 echo requests");
    }

    [Fact]
    public async Task An_answer_counts_once_and_only_for_a_request_that_was_sent()
    {
        byte[] Changed(byte[] message, int at, byte to)
        {
            var other = Reply(message);
            other[at] = to;
            return other;
        }
        var seen = await LookAsync((message, number) => number switch
        {
            0 => [Reply(message), Reply(message), Reply(message)], // thrice
            1 => [Changed(message, 7, 2), message], // of one not yet sent; our own request, as a raw socket shows it
            2 => [Changed(message, 8, (byte)(message[8] ^ 1)), Reply(message)[..63], [], [.. Reply(message), 0], Changed(message, 0, 3), Changed(message, 1, 1), Changed(message, 6, 255)],
            _ => [Reply(message)],
        }, null, Packets(4), Fast, Soon);
        seen.Answers();
        Assert.Equal((2m, 2m), (seen.Amount("icmp", "received"), seen.Amount("icmp", "lost")));
    }

    [Fact]
    public async Task A_late_answer_still_counts_with_its_own_time()
    {
        byte[]? first = null;
        var seen = await LookAsync((message, number) =>
        {
            if (number == 0) first = Reply(message);
            return number switch { 0 => [], 2 => [first!, Reply(message)], _ => [Reply(message)] };
        }, null, Packets(3), ("interval", new FieldValue.Length(Duration.Milliseconds(60))));
        seen.Answers();
        Assert.Equal(0, seen.Amount("icmp", "lost"));
        Assert.True(seen.Amount("icmp", "round-trip.max") >= Duration.Milliseconds(110).Nanoseconds);
    }

    [Fact]
    public async Task A_wait_that_would_pass_the_time_out_ends_before_it()
    {
        await using var peer = new DatagramPeer((message, number) => number == 0 ? [Reply(message)] : []);
        var seen = await Looking.LookAsync("icmp", "127.0.0.1", Duration.Milliseconds(500), To(peer), settings: [Packets(2), Fast, ("wait", new FieldValue.Length(Duration.Minutes(1)))]);
        seen.Answers();
        Assert.Equal(1, seen.Amount("icmp", "lost"));
        Assert.InRange(seen.Phases.Total, Duration.Milliseconds(350).Nanoseconds, Duration.Milliseconds(500).Nanoseconds);
    }

    [Fact]
    public async Task A_flood_of_answers_is_over_with_the_look()
    {
        var seen = await LookAsync((message, _) => Enumerable.Repeat(message, 2000), null, Packets(2), Fast, Soon);
        seen.Fails(TargetFailure.TimedOut, "answered none of 2");
        Assert.True(seen.Phases.Total < Duration.Seconds(3).Nanoseconds);
    }

    [Fact]
    public async Task A_system_that_lets_us_send_none_is_our_gap_and_says_what_to_allow()
    {
        var none = new EgressOptions { EchoSockets = [_ => throw new SocketException((int)SocketError.AccessDenied), _ => throw new SocketException((int)SocketError.AccessDenied)] };
        (await Looking.LookAsync("icmp", "127.0.0.1", options: none)).IsGap(GapCause.Local, "net.ipv4.ping_group_range='0 2147483647'");
        (await Looking.LookAsync("icmp", "::1", options: none)).IsGap(GapCause.Local, "CAP_NET_RAW");
        var full = new EgressOptions { EchoSockets = [_ => throw new SocketException((int)SocketError.TooManyOpenSockets)] };
        (await Looking.LookAsync("icmp", "127.0.0.1", options: full)).IsGap(GapCause.Local, "too many open files");
        (await Looking.LookAsync("icmp", "127.0.0.1", options: new EgressOptions { Proxy = "http://127.0.0.1:1" })).IsGap(GapCause.Route, "a proxy carries no ICMP");
    }

    /// <summary>The kernel's own answer, over each way that this system allows; at least the raw one where tests run as root.</summary>
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task The_kernel_itself_answers_over_every_way_that_is_allowed(string address)
    {
        var ways = 0;
        foreach (var open in new EgressOptions().EchoSockets)
        {
            var only = new EgressOptions { EchoSockets = [open] };
            var seen = await Looking.LookAsync("icmp", address, options: only, settings: [Packets(3), Fast]);
            if (seen.Gap == GapCause.Local) continue;
            seen.Answers();
            Assert.Equal((3m, 0m), (seen.Amount("icmp", "received"), seen.Amount("icmp", "lost")));
            ways++;
        }
        if (ways == 0) Assert.False(Environment.GetEnvironmentVariable("CI") == "true", "neither way to send echo requests is allowed here");
        Assert.SkipWhen(ways == 0, "this system lets us send no echo requests: sysctl -w net.ipv4.ping_group_range='0 2147483647'");
    }

    [Fact]
    public async Task One_family_alone_may_be_looked_at()
    {
        await using var peer = new DatagramPeer((message, _) => [Reply(message)]);
        await using var six = new DatagramPeer((message, _) => [Reply(message, isSix: true)], IPAddress.IPv6Loopback);
        (string, FieldValue) Family(string name) => ("addresses", new FieldValue.Text(name));
        Assert.Equal("127.0.0.1", (await Looking.LookAsync("icmp", "localhost", options: To(peer), settings: [Packets(1), Family("IPv4")])).Address);
        Assert.Equal("::1", (await Looking.LookAsync("icmp", "localhost", options: To(six), settings: [Packets(1), Family("IPv6")])).Address);
        (await Looking.LookAsync("icmp", "127.0.0.1", options: To(peer), settings: [Family("IPv6")])).Fails(TargetFailure.NameNotFound, "127.0.0.1 has no IPv6 address");
        await using var names = new NameServer((name, type) => type == 28 ? new(0, NameRecord.Address(name, "::1", 0)) : new(0));
        (await Looking.LookAsync("icmp", "only6.example", options: To(six) with { Resolver = names.EndPoint }, settings: [Family("IPv4")])).Fails(TargetFailure.NameNotFound, "has no IPv4 address");
        (await Looking.LookAsync("icmp", "only6.example", options: To(six) with { Resolver = names.EndPoint }, settings: Packets(1))).Answers();
    }

    [Fact]
    public async Task A_plan_that_cannot_be_is_told_before_anything_is_sent()
    {
        await using var peer = new DatagramPeer((message, _) => [Reply(message)]);
        async Task<Observation> Look(params (string, FieldValue)[] settings) => await Looking.LookAsync("icmp", "127.0.0.1", Duration.Seconds(1), To(peer), settings: settings);
        (await Look(Packets(0))).IsGap(GapCause.Fault, "write packets: 1 to 50");
        (await Look(Packets(51))).IsGap(GapCause.Fault, "write packets: 1 to 50");
        (await Look(Packets(9), ("interval", new FieldValue.Length(Duration.Milliseconds(200))))).IsGap(GapCause.Fault, "do not go into the time-out of 1 s");
        (await Look(("interval", new FieldValue.Length(Duration.Milliseconds(1))))).IsGap(GapCause.Fault, "write interval: 10ms or more");
        (await Look(("interval", new FieldValue.Length(new Duration(long.MaxValue / 2))))).IsGap(GapCause.Fault, "time-out");
        Assert.Equal(0, peer.Received);
    }

    [Fact]
    public async Task A_short_time_out_leaves_the_last_answer_its_time()
    {
        await using var peer = new DatagramPeer((message, _) => [Reply(message)]);
        var seen = await Looking.LookAsync("icmp", "127.0.0.1", Duration.Milliseconds(500), To(peer)); // what `every: 1s` makes of it
        seen.Answers();
        Assert.Equal((3m, 0m), (seen.Amount("icmp", "received"), seen.Amount("icmp", "lost")));
        // 2 × 160 ms, 100 ms for the last answer, 100 ms to spare
        (await Looking.LookAsync("icmp", "127.0.0.1", Duration.Milliseconds(500), To(peer), settings: ("interval", new FieldValue.Length(Duration.Milliseconds(160))))).IsGap(GapCause.Fault, "100 ms for the last answer do not go into the time-out of 500 ms");
    }

    [Fact]
    public async Task A_slow_name_server_loses_no_packets()
    {
        await using var peer = new DatagramPeer((message, _) => [Reply(message)]);
        var clock = new JumpingClock();
        await using var names = new NameServer((name, type) =>
        {
            clock.Jump = TimeSpan.FromMilliseconds(480); // of 600, of which 100 are to spare
            return type == 1 ? new(0, NameRecord.Address(name, "127.0.0.1", 60)) : new(0);
        });
        (await LookAsync("slow.example", Duration.Milliseconds(600), To(peer) with { Resolver = names.EndPoint }, clock, Packets(1))).IsGap(GapCause.Resolver, "too little was left for the answers");
    }

    [Fact]
    public async Task A_standstill_of_ours_is_no_loss()
    {
        var clock = new JumpingClock();
        await using var peer = new DatagramPeer((message, number) =>
        {
            if (number == 1) clock.Jump = TimeSpan.FromSeconds(1);
            return number == 1 ? [] : [Reply(message)];
        });
        (await LookAsync("127.0.0.1", Duration.Seconds(10), To(peer), clock, Packets(2), Fast, Soon)).IsGap(GapCause.Late, "we were held up ourselves");
    }

    /// <summary>The pause is over before we had a turn to read: the answer lies in the socket.</summary>
    [Fact]
    public async Task An_answer_that_came_in_time_counts_though_it_is_read_late()
    {
        var answered = new ManualResetEventSlim();
        await using var peer = new DatagramPeer((message, _) => Then(Reply(message), answered.Set));
        var clock = new JumpingClock { At = TimeSpan.FromMilliseconds(150), Before = () => answered.Wait(TimeSpan.FromSeconds(20)) };
        var seen = await LookAsync("127.0.0.1", Duration.Seconds(10), To(peer), clock, Packets(1), Soon);
        seen.Answers();
        Assert.Equal(0, seen.Amount("icmp", "lost"));

        // A script is asked for more once what it gave was sent.
        static IEnumerable<byte[]> Then(byte[] reply, Action sent)
        {
            yield return reply;
            sent();
        }
    }

    private static async Task<Observation> LookAsync(string host, Duration timeout, EgressOptions options, TimeProvider clock, params (string, FieldValue)[] settings)
    {
        using var dialer = new Dialer(options, clock);
        return await CheckCatalog.Looks(dialer, clock)["icmp"](new LookRequest(Looking.CheckOf("icmp", host, timeout, settings), DocumentOrigin.Ours), TestContext.Current.CancellationToken);
    }

    /// <summary>The machine's own clock, which may jump ahead, and may let a timer of a certain length ring at once.</summary>
    private sealed class JumpingClock : TimeProvider
    {
        private long _jump;

        public TimeSpan Jump { set => Volatile.Write(ref _jump, value.Ticks * TimestampFrequency / TimeSpan.TicksPerSecond); }
        public TimeSpan? At { get; init; }
        public Action? Before { get; init; }

        public override long GetTimestamp() => base.GetTimestamp() + Volatile.Read(ref _jump);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime != At) return base.CreateTimer(callback, state, dueTime, period);
            Before?.Invoke();
            callback(state);
            return base.CreateTimer(static _ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    [Fact]
    public void A_request_has_the_checksum_of_RFC_1071()
    {
        var request = EchoMessage.Request(isSix: false, 0x1234, 7, Enumerable.Range(0, 16).Select(i => (byte)(i * 37)).ToArray());
        uint sum = 0;
        for (var i = 0; i < request.Length; i += 2) sum += BinaryPrimitives.ReadUInt16BigEndian(request.AsSpan(i));
        while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
        Assert.Equal(0xffffu, sum);
        Assert.Equal(0, BinaryPrimitives.ReadUInt16BigEndian(EchoMessage.Request(isSix: true, 1, 1, [1]).AsSpan(2))); // the kernel's to make
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("https://shop.example/", "not at a URL")]
    [InlineData("shop.example:80", "know no ports")]
    [InlineData("[::1]:80", "know no ports")]
    [InlineData("shop.example:", "know no ports")]
    [InlineData("a b", "one word")]
    [InlineData("a/b", "names no host")]
    public void A_wrong_target_is_told_with_what_to_write(string target, string words)
    {
        var reading = Looking.Kind("icmp").ReadTarget(target);
        Assert.Contains(words, reading.Error, StringComparison.Ordinal);
        Assert.False(string.IsNullOrWhiteSpace(reading.Help));
    }

    [Theory]
    [InlineData("gateway.Shop.example", "gateway.shop.example")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    [InlineData("[::1]", "::1")]
    [InlineData("192.0.2.1", "192.0.2.1")]
    public void A_right_target_is_a_host(string target, string host) => Assert.Equal((host, 0), (Looking.Target("icmp", target).Host, Looking.Target("icmp", target).Port));
}
