using System.Buffers.Binary;
using System.Net;
using Kept.Egress;
using Kept.Model;
using Kept.TestKit.Peers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Xunit;
using static Kept.Checks.Tests.Saying;

namespace Kept.Checks.Tests;

public sealed class GrpcLookTests
{
    private static readonly (string, string)[] Grpc = [(":status", "200"), ("content-type", "application/grpc")];

    /// <summary>A message as gRPC frames it.</summary>
    private static byte[] Message(params byte[] content) => [0, 0, 0, (byte)(content.Length >> 8), (byte)content.Length, .. content];

    /// <summary>Head, content, and the trailers.</summary>
    internal static Func<int, byte[]> Saying(byte[] content, params (string, string)[] trailers) => id => [.. Http2Peer.Head(id, false, Grpc), .. Http2Peer.Content(id, false, content), .. Http2Peer.Head(id, true, trailers)];

    internal static readonly Func<int, byte[]> Serving = Saying(Message(8, 1), ("grpc-status", "0"));

    private static async Task<Observation> LookAsync(Func<int, byte[]> answer, string service = "", params (string, FieldValue)[] settings)
    {
        await using var peer = Http2Peer.Clear(answer);
        return await Looking.LookAsync("grpc", $"{(service.Length > 0 ? service + " at " : "")}127.0.0.1:{peer.Port}", Duration.Seconds(2), settings: settings);
    }

    [Theory]
    [InlineData(1, "SERVING")]
    [InlineData(2, "NOT_SERVING")]
    [InlineData(3, "SERVICE_UNKNOWN")]
    [InlineData(0, "UNKNOWN")]
    public async Task Each_health_is_told_by_its_name(byte status, string name)
    {
        var answer = Saying(status == 0 ? Message() : Message(8, status), ("grpc-status", "0"));
        await using var peer = Http2Peer.Clear(answer);
        var seen = await AskAsync("grpc", $"127.0.0.1:{peer.Port}", "status");
        seen.Answers();
        Assert.Equal((name, 0m, null), (seen.Text("grpc", "status"), seen.Amount("grpc", "grpc.status"), seen.See("grpc", "grpc.message")));
        Assert.Equal(status == 0 ? 5 : 7, seen.Amount("grpc", "size"));
        Assert.Equal("127.0.0.1", seen.Text("grpc", "ip"));
        Assert.True(seen.Phases is { Connect: > 0, FirstByte: > 0 });
        var unasked = await LookAsync(answer, "orders.v1.Orders");
        if (status == 1) unasked.Answers();
        else unasked.Fails(TargetFailure.ReportedFailure, $"orders.v1.Orders at 127.0.0.1:");
        if (status != 1) Assert.EndsWith($"says that it is {name}", unasked.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_question_names_the_service_and_is_framed_as_gRPC_wants()
    {
        var heard = new List<string>();
        await using var peer = Http2Peer.Clear(Serving, hears: text => { lock (heard) heard.Add(text); });
        var service = new string('s', 200);
        foreach (var name in new[] { "", "a.b", service })
            (await Looking.LookAsync("grpc", $"{(name.Length > 0 ? name + " at " : "")}127.0.0.1:{peer.Port}", settings: ("headers", new FieldValue.TextMap([new("authorization", "Bearer x")])))).Answers();
        lock (heard)
        {
            Assert.Contains("\0\0\0\0\0", heard);
            Assert.Contains("\0\0\0\0\u0005\n\u0003a.b", heard);
            Assert.Contains("\0\0\0\0\u00cb\n\u00c8\u0001" + service, heard);
        }
    }

    [Theory]
    [InlineData(5, "NOT_FOUND", "it does not know the service")]
    [InlineData(12, "UNIMPLEMENTED", "it has no health service")]
    [InlineData(14, "UNAVAILABLE", "(grpc-status 14): no healthy upstream")]
    [InlineData(16, "UNAUTHENTICATED", "(grpc-status 16)")]
    public async Task A_call_that_does_not_end_well_is_told_by_its_code(int code, string name, string words)
    {
        (string, string)[] ending = [("grpc-status", $"{code}"), ("grpc-message", "no%20healthy upstream")];
        // Also where head and end are one, as servers do that say nothing else.
        Func<int, byte[]> alone = id => Http2Peer.Head(id, true, [.. Grpc, .. ending]);
        foreach (var answer in new[] { Saying([], ending), Saying(Message(8, 1), ending), alone })
        {
            var seen = await LookAsync(answer);
            seen.Fails(TargetFailure.ReportedFailure, $"ended the call with {name}");
            Assert.Contains(words, seen.Detail, StringComparison.Ordinal);
            await using var peer = Http2Peer.Clear(answer);
            var asked = await AskAsync("grpc", $"127.0.0.1:{peer.Port}", "grpc.status");
            asked.Answers();
            Assert.Equal((code, "no healthy upstream", null), (asked.Amount("grpc", "grpc.status"), asked.Text("grpc", "grpc.message"), asked.See("grpc", "status")));
        }
    }

    public static TheoryData<byte[], string> Wrong => new()
    {
        { [], "says that all is well, and sent no answer" },
        { [0, 0, 0], "its answer is cut" },
        { [1, 0, 0, 0, 2, 8, 1], "compressed, which nobody asked for" },
        { [7, 0, 0, 0, 2, 8, 1], "does not begin as a message of gRPC" },
        { [0, 0, 0, 0, 3, 8, 1], "shorter than it announced" },
        { [0, 0xff, 0xff, 0xff, 0xff, 8, 1], "shorter than it announced" },
        { [0, 0, 0, 0, 2, 8, 1, 0, 0, 0, 0, 0], "more than one answer" },
        { Message(8), "no HealthCheckResponse" },
        { Message(8, 0x81), "no HealthCheckResponse" },
        { Message(8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1), "no HealthCheckResponse" },
        { Message(10, 1, 1), "no HealthCheckResponse" },
        { Message(0, 1), "no HealthCheckResponse" },
        { Message(0x1b, 1), "no HealthCheckResponse" },
        { Message(0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 1), "no HealthCheckResponse" },
        { Message(0x11, 1, 2, 3), "no HealthCheckResponse" },
        { Message(8, 9), "a health that grpc.health.v1 does not know" },
        { "<html></html>"u8.ToArray(), "does not begin as a message of gRPC" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_message_that_is_none_fails(byte[] content, string words) => (await LookAsync(Saying(content, ("grpc-status", "0")))).Fails(TargetFailure.Malformed, words);

    [Fact]
    public async Task Fields_that_are_not_known_are_passed_over_and_the_last_of_a_field_counts()
    {
        var seen = await LookAsync(Saying(Message(8, 2, 0x12, 2, 8, 2, 0x19, 1, 2, 3, 4, 5, 6, 7, 8, 0x25, 1, 2, 3, 4, 0x28, 0x81, 1, 8, 1), ("grpc-status", "0")));
        seen.Answers();
        Assert.Equal("SERVING", seen.Text("grpc", "status"));
    }

    public static TheoryData<string, TargetFailure, string> Endings => new()
    {
        { "no trailers", TargetFailure.Malformed, "without saying how" },
        { "other trailers", TargetFailure.Malformed, "without saying how" },
        { "status in the head", TargetFailure.Malformed, "without saying how" },
        { "two statuses", TargetFailure.Malformed, "more than once" },
        { "status 17", TargetFailure.Malformed, "none of gRPC" },
        { "status -1", TargetFailure.Malformed, "none of gRPC" },
        { "status words", TargetFailure.Malformed, "none of gRPC" },
        { "html", TargetFailure.Malformed, "of another type" },
        { "grpc-web", TargetFailure.Malformed, "of another type" },
        { "no type", TargetFailure.Malformed, "of another type" },
        { "http 503", TargetFailure.ReportedFailure, "answered with HTTP status 503" },
        { "http 302", TargetFailure.ReportedFailure, "answered with HTTP status 302" },
        { "reset", TargetFailure.Malformed, "broke the HTTP/2 protocol or cancelled" },
        { "huge", TargetFailure.TooLarge, "sent more than the 32KiB that the check allows" },
        { "huge trailers", TargetFailure.TooLarge, "32 KiB of headers" },
        { "silence", TargetFailure.TimedOut, "waiting for the answer" },
        { "never ends", TargetFailure.TimedOut, "reading the answer" },
        { "no HTTP/2", TargetFailure.Malformed, "HTTP/2" },
    };

    [Theory]
    [MemberData(nameof(Endings))]
    public async Task A_server_that_breaks_gRPC_fails(string what, TargetFailure failure, string words)
    {
        var good = Message(8, 1);
        byte[] With(int id, byte[] content, params (string, string)[] head) => [.. Http2Peer.Head(id, false, head), .. Http2Peer.Content(id, false, content), .. Http2Peer.Head(id, true, ("grpc-status", "0"))];
        Func<int, byte[]> answer = what switch
        {
            "no trailers" => id => [.. Http2Peer.Head(id, false, Grpc), .. Http2Peer.Content(id, true, good)],
            "other trailers" => Saying(good, ("x-other", "0")),
            "status in the head" => id => [.. Http2Peer.Head(id, false, [.. Grpc, ("grpc-status", "0")]), .. Http2Peer.Content(id, true, good)],
            "two statuses" => Saying(good, ("grpc-status", "0"), ("grpc-status", "14")),
            "status 17" => Saying(good, ("grpc-status", "17")),
            "status -1" => Saying(good, ("grpc-status", "-1")),
            "status words" => Saying(good, ("grpc-status", "OK")),
            "html" => id => With(id, good, (":status", "200"), ("content-type", "text/html")),
            "grpc-web" => id => With(id, good, (":status", "200"), ("content-type", "application/grpc-web")),
            "no type" => id => With(id, good, (":status", "200")),
            "http 503" => id => With(id, good, (":status", "503"), ("content-type", "application/grpc")),
            "http 302" => id => With(id, good, (":status", "302"), ("location", "http://127.0.0.1:1/"), ("content-type", "application/grpc")),
            "reset" => id => Http2Peer.Frame(3, 0, id, [0, 0, 0, 2]),
            "huge" => id => [.. Http2Peer.Head(id, false, Grpc), .. Enumerable.Range(0, 4).SelectMany(_ => Http2Peer.Content(id, false, new byte[16_000]))],
            "huge trailers" => id => [.. Http2Peer.Head(id, false, Grpc), .. Http2Peer.Content(id, false, good), .. Parts(id)],
            "never ends" => id => [.. Http2Peer.Head(id, false, Grpc), .. Http2Peer.Content(id, false, good)],
            _ => _ => [],
        };
        await using var peer = what == "no HTTP/2" ? ScriptedPeer.Tcp(ScriptedPeer.Once("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")) : Http2Peer.Clear(answer);
        var seen = await Looking.LookAsync("grpc", $"127.0.0.1:{peer.Port}", Duration.Seconds(1), settings: ("body-limit", new FieldValue.Bytes(32 * 1024)));
        seen.Fails(failure, words);
    }

    /// <summary>Trailers in many parts, more than anybody needs.</summary>
    private static byte[] Parts(int id)
    {
        byte[] line = [0, 3, (byte)'x', (byte)'-', (byte)'y', 100, .. Enumerable.Repeat((byte)'z', 100)];
        byte[] part = [.. Enumerable.Repeat(line, 140).SelectMany(one => one)];
        return [.. Http2Peer.Frame(1, 1, id, part), .. Enumerable.Range(0, 8).SelectMany(i => Http2Peer.Frame(9, (byte)(i == 7 ? 4 : 0), id, part))];
    }

    [Fact]
    public async Task What_drips_is_over_at_the_time_out()
    {
        await using var peer = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            await stream.ReadExactlyAsync(new byte[24], stop);
            await stream.WriteAsync((byte[])[.. Http2Peer.Frame(4, 0, 0, []), .. Http2Peer.Frame(4, 1, 0, [])], stop);
            var head = new byte[9];
            do
            {
                await stream.ReadExactlyAsync(head, stop);
                await stream.ReadExactlyAsync(new byte[(head[0] << 16) | (head[1] << 8) | head[2]], stop);
            }
            while (head[3] != 1); // an answer before the question breaks the protocol, and a slow machine asks late
            await stream.WriteAsync(Http2Peer.Head(1, false, Grpc), stop);
            while (true)
            {
                await stream.WriteAsync(Http2Peer.Content(1, false, 0), stop);
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, stop);
            }
        });
        var timeout = Duration.Milliseconds(500);
        var seen = await Looking.LookAsync("grpc", $"127.0.0.1:{peer.Port}", timeout);
        seen.Fails(TargetFailure.TimedOut, "no whole answer within 500 ms");
        Assert.InRange(seen.Phases.Total, timeout.Nanoseconds, timeout.Nanoseconds + 300 * Duration.PerMillisecond);
    }

    [Fact]
    public async Task No_bytes_make_a_fault_of_ours()
    {
        var random = new Random(13);
        for (var i = 0; i < 60; i++)
        {
            var noise = new byte[random.Next(0, 60)];
            random.NextBytes(noise);
            if (i % 2 == 0)
                for (var at = 0; at < noise.Length; at++) noise[at] = (byte)(noise[at] % 12);
            var seen = await LookAsync(i % 3 == 0 ? _ => noise : Saying(i % 3 == 1 ? Message(noise) : noise, ("grpc-status", "0")));
            Assert.True(seen.Reach is Reach.Failed or Reach.Answered, $"{Convert.ToHexString(noise)}: {seen.Gap} {seen.Detail}");
        }
    }

    [Fact]
    public async Task Whose_fault_it_is_is_told_as_by_other_kinds()
    {
        (await Looking.LookAsync("grpc", $"127.0.0.1:{ScriptedPeer.ClosedPort()}")).Fails(TargetFailure.Refused, "refused");
        await using var nobody = new NameServer((_, _) => NameAnswer.NoSuchName);
        (await Looking.LookAsync("grpc", "gone.example:1", null, new EgressOptions { Resolver = nobody.EndPoint })).Fails(TargetFailure.NameNotFound, "gone.example");
        for (var bytes = 0; bytes <= 100; bytes += 50) // it leaves at once, in the middle of our preface, and after it
            foreach (var says in new byte[][] { [], Http2Peer.Frame(4, 0, 0, []) })
            {
                await using var leaves = ScriptedPeer.Tcp(async (stream, stop) =>
                {
                    if (bytes > 0) await stream.ReadAtLeastAsync(new byte[bytes], bytes, false, stop);
                    await stream.WriteAsync(says, stop);
                });
                foreach (var (kind, target) in new[] { ("grpc", $"127.0.0.1:{leaves.Port}"), ("http", leaves.Url) })
                {
                    var left = await Looking.LookAsync(kind, target, settings: kind == "http" ? [("version", Text("2"))] : []);
                    Assert.True(left is { Reach: Reach.Failed, Failure: TargetFailure.Reset or TargetFailure.Malformed }, $"{kind} {bytes} {left.Gap} {left.Detail}");
                }
            }
        await using var peer = Http2Peer.Clear(Serving);
        var at = $"127.0.0.1:{peer.Port}";
        (await Looking.LookAsync("grpc", at, trust: DocumentOrigin.Others)).IsGap(GapCause.EgressDenied, "not on the public internet");
        (string, FieldValue) Header(string name, string value) => ("headers", new FieldValue.TextMap([new(name, value)]));
        (await Looking.LookAsync("grpc", at, settings: Header("authorization", "${env:KEPT_TEST_NOT_SET}"))).IsGap(GapCause.SecretMissing, "KEPT_TEST_NOT_SET");
        foreach (var ours in new[] { "content-type", "grpc-timeout", "Host" }) (await Looking.LookAsync("grpc", at, settings: Header(ours, "1"))).IsGap(GapCause.Fault, "is ours");
        (await Looking.LookAsync("grpc", at, settings: Header("te", "trailers"))).IsGap(GapCause.Fault, "belongs to the connection");
        Assert.Equal(0, peer.Connections);
        Environment.SetEnvironmentVariable("KEPT_TEST_GRPC", "grpc-s3cret");
        await using var tells = Http2Peer.Clear(Saying([], ("grpc-status", "16"), ("grpc-message", "wrong%20token%20grpc%2Ds3cret")));
        var told = await Looking.LookAsync("grpc", $"127.0.0.1:{tells.Port}", settings: Header("authorization", "Bearer ${env:KEPT_TEST_GRPC}"));
        told.Fails(TargetFailure.ReportedFailure, "wrong token •••");
    }

    [Theory]
    [InlineData("orders.example", "the port is missing", "50051")]
    [InlineData("a b at orders.example:50051", "one name", "orders.v1.Orders")]
    [InlineData("http://orders.example:50051", "not at a URL", "orders.example:50051")]
    public void What_is_no_target_is_refused_when_it_is_read(string target, string error, string help)
    {
        var reading = Looking.Kind("grpc").ReadTarget(target);
        Assert.Contains(error, reading.Error, StringComparison.Ordinal);
        Assert.Contains(help, reading.Help, StringComparison.Ordinal);
    }

    /// <summary>A server that others wrote (Kestrel), in clear and over TLS.</summary>
    [Fact]
    public async Task A_real_server_is_asked_in_clear_and_over_TLS()
    {
        using var root = new CertificateAuthority();
        using var certificate = root.Issue(["localhost"]);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                listen.UseHttps(certificate);
            });
        });
        await using var app = builder.Build();
        app.MapPost("/grpc.health.v1.Health/Check", async context =>
        {
            Assert.Equal(("trailers", "application/grpc"), (context.Request.Headers.TE.ToString(), context.Request.ContentType));
            var question = new byte[64];
            var length = await context.Request.Body.ReadAtLeastAsync(question, 64, false, context.RequestAborted);
            Assert.Equal(length - 5, BinaryPrimitives.ReadInt32BigEndian(question.AsSpan(1)));
            context.Response.ContentType = "application/grpc";
            var isKnown = length == 5 || System.Text.Encoding.ASCII.GetString(question, 7, length - 7) == "orders.v1.Orders";
            if (isKnown) await context.Response.Body.WriteAsync(Message(8, (byte)(length == 5 ? 1 : 2)), context.RequestAborted);
            context.Response.AppendTrailer("grpc-status", isKnown ? "0" : "5");
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        var (clear, secure) = (new Uri(app.Urls.First()).Port, new Uri(app.Urls.Last()).Port);
        (await Looking.LookAsync("grpc", $"localhost:{clear}")).Answers();
        (await Looking.LookAsync("grpc", $"orders.v1.Orders at localhost:{clear}")).Fails(TargetFailure.ReportedFailure, "says that it is NOT_SERVING");
        (await Looking.LookAsync("grpc", $"other at localhost:{clear}")).Fails(TargetFailure.ReportedFailure, "NOT_FOUND (grpc-status 5, it does not know the service)");
        var seen = await Looking.LookAsync("grpc", $"localhost:{secure}", null, new EgressOptions { PrivateRoots = [root.Certificate] }, settings: ("over-tls", Yes));
        seen.Answers();
        Assert.Equal(("SERVING", "1.3"), (seen.Text("grpc", "status"), seen.Text("grpc", "tls.version")));
        Assert.True(seen.Phases is { Tls: > 0, FirstByte: > 0 });
        (await Looking.LookAsync("grpc", $"localhost:{secure}", settings: ("over-tls", Yes))).Fails(TargetFailure.CertificateInvalid, "not trusted here");
        var other = await Looking.LookAsync("grpc", $"localhost:{secure}"); // in clear to a server of TLS
        Assert.True(other is { Reach: Reach.Failed, Failure: TargetFailure.Malformed or TargetFailure.Reset }, other.Detail);
        await app.StopAsync(TestContext.Current.CancellationToken);
        (await Looking.LookAsync("grpc", $"localhost:{clear}")).Fails(TargetFailure.Refused, "refused");
    }
}
