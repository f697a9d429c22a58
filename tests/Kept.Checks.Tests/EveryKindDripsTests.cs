using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Kept.Egress;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;
using static Kept.Checks.Tests.Saying;

namespace Kept.Checks.Tests;

/// <summary>Each kind against a peer that says a byte every 50 ms and never comes to an end: its look ends at its time-out, and says what it was waiting for.</summary>
public sealed class EveryKindDripsTests
{
    private static readonly Duration Short = Duration.Milliseconds(500);

    /// <summary>What is said at once, and what drips from then on; none: silence.</summary>
    private sealed record Drip(string Says, string? Drips, string Waits, params (string, FieldValue)[] Fields);

    private const string Waiting = "still waiting for the answer", Reading = "still reading the answer", Shaking = "still in the TLS handshake";

    private static readonly (string Kind, Drip Drip)[] Talking =
    [
        ("http", new("HTTP/1.1 200 OK\r\nX: ", "a", Waiting)),
        ("http", new("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", "a", Reading)),
        ("tcp", new("", "a", Reading, ("reads", Text("never")))),
        ("tls", new("\u0016\u0003\u0001\u0020\0", "a", Shaking)),
        ("websocket", new("HTTP/1.1 101 x\r\nX: ", "a", Reading)),
        ("grpc", new("", null, Waiting)),
        ("grpc", new("two", "", Reading)),
        ("grpc", new("two", "", Reading, ("method", Text("kept.test.Orders/Get")))),
        ("grpc", new("two", "", Reading, ("method", Text("kept.test.Orders/Get")), ("descriptors", Text("all.pb")))),
        ("smtp", new("220 mail", "a", Reading)),
        ("imap", new("* OK", "a", Reading, ("encryption", Text("none")))),
        ("ssh", new("SSH-2.0-", "a", Reading)),
        ("redis", new("+", "a", Reading)),
        ("postgres", new("N\0\0\u0010\0", "a", Reading)),
        ("mqtt", new(" ", null, Reading)),
        ("nats", new("INFO {", "a", Reading)),
        ("prometheus", new("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", "1", Reading)),
        ("domain", new("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", "1", Reading)),
        ("feed", new("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", "<", Reading)),
    ];

    /// <summary>Those that talk over something else than a connection have a test of their own below, those of many questions with their looks.</summary>
    private static readonly string[] Elsewhere = ["dns", "ntp", "icmp", "command", "consistency", "reuse"];

    public static TheoryData<int> Places => [.. Enumerable.Range(0, Talking.Length)];

    [Fact]
    public void Every_kind_that_looks_is_shown_here() =>
        Assert.Equal(CheckCatalog.Kinds.Where(kind => !kind.IsPassive).Select(kind => kind.Name).Order(), Talking.Select(one => one.Kind).Concat(Elsewhere).Distinct().Order());

    private static string TargetOf(string kind, int port) => kind switch
    {
        "http" or "feed" => $"http://127.0.0.1:{port}/",
        "websocket" => $"ws://127.0.0.1:{port}/",
        "prometheus" => $"up at http://127.0.0.1:{port}",
        "domain" => $"shop.example at http://127.0.0.1:{port}",
        _ => $"127.0.0.1:{port}",
    };

    private static async Task DripAsync(Drip drip, Stream stream, CancellationToken stop)
    {
        if (drip.Says == "two") await QuestionOfTwoAsync(stream, stop);
        else await stream.WriteAsync(Encoding.Latin1.GetBytes(drip.Says), stop);
        while (true)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, stop);
            if (drip.Drips is { } drips) await stream.WriteAsync(drip.Says == "two" ? Http2Peer.Content(1, false, 0) : Encoding.Latin1.GetBytes(drips), stop);
        }
    }

    /// <summary>HTTP/2 up to the head of an answer.</summary>
    private static async Task QuestionOfTwoAsync(Stream stream, CancellationToken stop)
    {
        await stream.ReadExactlyAsync(new byte[24], stop);
        await stream.WriteAsync((byte[])[.. Http2Peer.Frame(4, 0, 0, []), .. Http2Peer.Frame(4, 1, 0, [])], stop);
        var head = new byte[9];
        do
        {
            await stream.ReadExactlyAsync(head, stop);
            await stream.ReadExactlyAsync(new byte[(head[0] << 16) | (head[1] << 8) | head[2]], stop);
        }
        while (head[3] != 1);
        await stream.WriteAsync(Http2Peer.Head(1, false, (":status", "200"), ("content-type", "application/grpc")), stop);
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task A_look_over_a_connection_ends_at_its_time_out(int place)
    {
        var (kind, drip) = Talking[place];
        await EndsAsync(async () =>
        {
            await using var peer = ScriptedPeer.Tcp((stream, stop) => DripAsync(drip, stream, stop));
            return await Timed(() => Looking.LookAsync(kind, TargetOf(kind, peer.Port), Short, new EgressOptions { Folder = Grpc.ProtoJsonTests.Folder }, settings: drip.Fields));
        }, seen =>
        {
            Assert.True(seen is { Reach: Reach.Failed, Failure: TargetFailure.TimedOut } || kind is "domain" or "prometheus" && seen is { Reach: Reach.Gap, Gap: GapCause.Witness }, $"{seen.Reach} {seen.Failure} {seen.Gap}: {seen.Detail}");
            Assert.Contains($"no whole answer within 500 ms: {drip.Waits}", seen.Detail, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_look_by_datagrams_ends_at_its_time_out()
    {
        foreach (var kind in new[] { "dns", "ntp", "icmp" })
            await EndsAsync(async () =>
            {
                // answers to another question, which are waited past
                await using var peer = new DatagramPeer((question, _) => Enumerable.Repeat((byte[])[(byte)(question[0] ^ 1), .. question[1..]], 50));
                var options = kind == "icmp" ? new EgressOptions { EchoSockets = [_ => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)], EchoPort = peer.Port } : new EgressOptions();
                return await Timed(() => Looking.LookAsync(kind, kind switch { "dns" => $"A shop.example at 127.0.0.1:{peer.Port}", "ntp" => $"127.0.0.1:{peer.Port}", _ => "127.0.0.1" }, Short, options));
            }, seen => Assert.True(seen is { Reach: Reach.Failed, Failure: TargetFailure.TimedOut }, $"{kind}: {seen.Reach} {seen.Failure} {seen.Gap}: {seen.Detail}"));
    }

    [Fact]
    public async Task A_program_that_writes_for_ever_is_ended_at_the_time_out() => await EndsAsync(
        () => Timed(() => Looking.LookAsync("command", "/bin/sh", Short, new EgressOptions { Programs = ["/bin/sh"] }, settings: ("arguments", new FieldValue.Texts(["-c", "while :; do echo x; sleep 0.05; done"])))),
        seen => seen.Fails(TargetFailure.TimedOut, "500 ms"));

    private static async Task<(Observation Seen, TimeSpan Took)> Timed(Func<Task<Observation>> look)
    {
        var clock = Stopwatch.StartNew();
        var seen = await look();
        return (seen, clock.Elapsed);
    }

    /// <summary>Within a tenth of a second after its time-out. A machine that is busy may miss that now and then, a look that holds no deadline misses it always.</summary>
    private static async Task EndsAsync(Func<Task<(Observation Seen, TimeSpan Took)>> look, Action<Observation> judge)
    {
        var best = TimeSpan.MaxValue;
        for (var attempt = 0; attempt < 10 && best > TimeSpan.FromMilliseconds(600); attempt++)
        {
            var (seen, took) = await look();
            if (seen.Gap == GapCause.Late) continue; // we were held up ourselves, and it says so
            judge(seen);
            best = took < best ? took : best;
        }
        Assert.InRange(best, TimeSpan.FromMilliseconds(400), TimeSpan.FromMilliseconds(600)); // icmp leaves a little of its time to say what came
    }
}
