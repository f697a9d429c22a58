using System.Text;
using Kept.Egress;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;
using static Kept.Checks.Tests.Saying;

namespace Kept.Checks.Tests;

/// <summary>What every kind that speaks to a server by itself must notice in the same way, and time-outs that hold while bytes drip.</summary>
public sealed class DataKindsTests
{
    private static readonly Duration Short = Duration.Milliseconds(500);

    public static TheoryData<string> Kinds => ["redis", "postgres", "mqtt", "nats"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Whose_fault_it_is_is_told_alike(string kind)
    {
        (await Looking.LookAsync(kind, $"127.0.0.1:{ScriptedPeer.ClosedPort()}")).Fails(TargetFailure.Refused, "refused");
        await using var nobody = new NameServer((_, _) => NameAnswer.NoSuchName);
        (await Looking.LookAsync(kind, "gone.example:1", null, new EgressOptions { Resolver = nobody.EndPoint })).Fails(TargetFailure.NameNotFound, "gone.example");
        await using var mute = new NameServer((_, _) => NameAnswer.Silence);
        (await Looking.LookAsync(kind, "gone.example:1", Short, new EgressOptions { Resolver = mute.EndPoint })).IsGap(GapCause.Resolver, "our name server did not answer");
        await using var leaves = ScriptedPeer.Tcp((_, _) => Task.CompletedTask);
        var left = await Looking.LookAsync(kind, $"127.0.0.1:{leaves.Port}");
        Assert.True(left is { Reach: Reach.Failed, Failure: TargetFailure.Reset }, left.Detail);
        await using var resets = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            if (kind != "nats") _ = await stream.ReadAsync(new byte[4096], stop);
            await ScriptedPeer.ResetAsync(stream);
        });
        var reset = await Looking.LookAsync(kind, $"127.0.0.1:{resets.Port}");
        Assert.True(reset is { Reach: Reach.Failed, Failure: TargetFailure.Reset }, reset.Detail);
        await using var silent = ScriptedPeer.Tcp((_, stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));
        (await Looking.LookAsync(kind, $"127.0.0.1:{silent.Port}", Short)).Fails(TargetFailure.TimedOut, "waiting for the answer");
        (await Looking.LookAsync(kind, $"127.0.0.1:{silent.Port}", null, null, DocumentOrigin.Others)).IsGap(GapCause.EgressDenied, "not on the public internet");
        (await Looking.LookAsync(kind, $"127.0.0.1:{silent.Port}", null, null, DocumentOrigin.Others, ("password", Text("${env:PATH}")))).IsGap(GapCause.EgressDenied, "may not use secrets");
        Assert.Equal(1, silent.Connections);
        await using var text = Greeting(kind == "nats" ? "INFO {\"tls_available\":true}\r\n" : "", kind == "postgres" ? "S" : "this is no TLS", "this is no TLS at all, and never was");
        (await Looking.LookAsync(kind, $"127.0.0.1:{text.Port}", Short, settings: ("over-tls", Yes))).Fails(TargetFailure.TlsFailed, "does not speak TLS");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Noise_is_the_targets_failure_and_never_a_fault_of_ours(string kind)
    {
        var random = new Random(11);
        string[] heads = ["", "+", "-ERR ", "$", "*3\r\n", "R\0\0\0\b\0\0\0\0", "E\0\0\0\x10", " \u0002\0\0", "INFO {", "INFO {}\r\nPONG\r\n", "0"];
        for (var i = 0; i < 60; i++)
        {
            var noise = new byte[random.Next(1, 400)];
            random.NextBytes(noise);
            if (i % 2 == 0)
                for (var at = 0; at < noise.Length; at++) noise[at] = (byte)(noise[at] % 12); // small figures lead further than random ones
            byte[] said = [.. Encoding.Latin1.GetBytes(heads[i % heads.Length]), .. noise];
            await using var peer = ScriptedPeer.Tcp(async (stream, stop) =>
            {
                if (kind != "nats") _ = await stream.ReadAsync(new byte[4096], stop);
                await stream.WriteAsync(said, stop);
            });
            var seen = await Looking.LookAsync(kind, $"127.0.0.1:{peer.Port}", Duration.Seconds(5), settings: kind == "postgres" ? [("user", Text("kept")), ("query", Text("select 1"))] : []);
            Assert.True(seen.Reach is Reach.Failed or Reach.Answered, $"{Convert.ToHexString(said)}: {seen.Gap} {seen.Detail}");
        }
    }

    [Theory]
    [InlineData("redis", "+", "x")]
    [InlineData("redis", "*60000\r\n", ":1\r\n")]
    [InlineData("postgres", "R\0\0\u0001", "\0")]
    [InlineData("postgres", "", "N\0\0\0\u0004")]
    [InlineData("postgres", "R\0\0\0\b\0\0\0\0", "S\0\0\0\ba\0b\0")]
    [InlineData("mqtt", " \u007f", "\0")]
    [InlineData("mqtt", " \u0002\0\0", "0\u0003\0\u0001t")]
    [InlineData("nats", "INFO {", "x")]
    [InlineData("nats", "INFO {}\r\n", "PING\r\n")]
    [InlineData("nats", "INFO {}\r\n", "+OK\r\n")]
    [InlineData("prometheus", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n")]
    [InlineData("domain", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n")]
    [InlineData("feed", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n")]
    public async Task What_drips_is_over_at_the_time_out(string kind, string head, string drop)
    {
        await using var peer = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            if (kind != "nats") _ = await stream.ReadAsync(new byte[4096], stop);
            await stream.WriteAsync(Encoding.Latin1.GetBytes(head), stop);
            while (true)
            {
                await stream.WriteAsync(Encoding.Latin1.GetBytes(drop), stop);
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, stop);
            }
        });
        var target = kind switch
        {
            "prometheus" => $"up at {peer.Url}",
            "domain" => $"shop.example at {peer.Url}",
            "feed" => peer.Url,
            "mqtt" when head.Length > 2 => $"t at 127.0.0.1:{peer.Port}",
            _ => $"127.0.0.1:{peer.Port}",
        };
        var seen = await Looking.LookAsync(kind, target, Short);
        if (kind is "prometheus" or "domain") seen.IsGap(GapCause.Witness, "no whole answer within 500 ms");
        else seen.Fails(TargetFailure.TimedOut, "no whole answer within 500 ms");
        Assert.InRange(seen.Phases.Total, Short.Nanoseconds, Short.Nanoseconds + 300 * Duration.PerMillisecond);
    }
}
