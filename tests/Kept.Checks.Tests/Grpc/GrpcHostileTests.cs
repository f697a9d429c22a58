using Kept.Checks.Grpc;
using Kept.Egress;
using Kept.Model;
using Xunit;
using static Kept.Checks.Tests.Saying;

namespace Kept.Checks.Tests.Grpc;

/// <summary>Servers that answer a method, or describe themselves, as they should not.</summary>
public sealed class GrpcHostileTests
{
    private static readonly EgressOptions Here = new() { Folder = ProtoJsonTests.Folder };
    private static readonly (string, string)[] Ok = [(":status", "200"), ("content-type", "application/grpc")], Well = [("grpc-status", "0")];

    private static Func<int, byte[]> Saying(byte[] content, params (string, string)[] trailers) => id =>
        [.. Http2Peer.Head(id, false, Ok), .. content.Chunk(16_000).SelectMany(part => Http2Peer.Content(id, false, part)), .. Http2Peer.Head(id, true, trailers)];

    private static async Task<Observation> AskedAsync(Func<int, byte[]> answer, bool isFile = true, Duration? timeout = null, string limit = "32KiB")
    {
        await using var peer = Http2Peer.Clear(answer);
        (string, FieldValue)[] fields = [("method", Text("kept.test.Orders/Get")), ("body-limit", new FieldValue.Bytes(limit == "32KiB" ? 32768 : 4 << 20))];
        return await Looking.LookAsync("grpc", $"127.0.0.1:{peer.Port}", timeout ?? Duration.Seconds(5), Here, settings: isFile ? [.. fields, ("descriptors", Text("all.pb"))] : fields);
    }

    public static TheoryData<string, TargetFailure, string> Answers => new()
    {
        { "nothing", TargetFailure.Malformed, "says that all is well, and sent no answer" },
        { "two", TargetFailure.Malformed, "it sent more than one answer" },
        { "cut", TargetFailure.Malformed, "shorter than it announced" },
        { "compressed", TargetFailure.Malformed, "compressed, which nobody asked for" },
        { "no message", TargetFailure.Malformed, "is no kept.test.All: it breaks the encoding" },
        { "other type", TargetFailure.Malformed, "is no kept.test.All: its field a_text (9) is of another type than the descriptors say" },
        { "not text", TargetFailure.Malformed, "its field a_text (9) is no text in UTF-8" },
        { "no time", TargetFailure.Malformed, "a Timestamp in it is out of range" },
        { "deep", TargetFailure.Malformed, "nests deeper than" },
        { "many", TargetFailure.Malformed, "as JSON it is longer than 4 MiB" },
        { "too large", TargetFailure.TooLarge, "more than the 32KiB that the check allows" },
        { "unimplemented", TargetFailure.ReportedFailure, "UNIMPLEMENTED (grpc-status 12, it does not have that method)" },
        { "no end", TargetFailure.Malformed, "without saying how" },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task An_answer_that_is_none_is_the_failure_of_its_server(string what, TargetFailure failure, string words)
    {
        byte[] Deep()
        {
            var inner = Array.Empty<byte>();
            for (var i = 0; i < 150; i++)
            {
                var writer = new ProtoWriter();
                writer.Counted(53, inner);
                inner = writer.Written.ToArray();
            }
            return inner;
        }
        byte[] Many()
        {
            var writer = new ProtoWriter();
            for (var i = 0; i < 20_000; i++) writer.Counted(26, []);
            return writer.Written.ToArray();
        }
        Func<int, byte[]> answer = what switch
        {
            "nothing" => Saying([], Well),
            "two" => Saying([0, 0, 0, 0, 0, 0, 0, 0, 0, 0], Well),
            "cut" => Saying([0, 0, 0, 0, 9, 1], Well),
            "compressed" => Saying([1, 0, 0, 0, 0], Well),
            "no message" => Saying(GrpcAnswer.Framed([0x28, 0xff]), Well),
            "other type" => Saying(GrpcAnswer.Framed([0x48, 1]), Well),
            "not text" => Saying(GrpcAnswer.Framed([0x4a, 1, 0xff]), Well),
            "no time" => Saying(GrpcAnswer.Framed([0xea, 3, 6, 0x10, 0xff, 0xff, 0xff, 0xff, 7]), Well),
            "deep" => Saying(GrpcAnswer.Framed(Deep()), Well),
            "many" => Saying(GrpcAnswer.Framed(Many()), Well),
            "too large" => Saying(new byte[40_000], Well),
            "unimplemented" => Saying([], ("grpc-status", "12")),
            _ => Saying(GrpcAnswer.Framed([])),
        };
        (await AskedAsync(answer, limit: what == "many" ? "4MiB" : "32KiB")).Fails(failure, words);
    }

    private static byte[] Described(Action<ProtoWriter> write)
    {
        var answer = new ProtoWriter();
        write(answer);
        return GrpcAnswer.Framed(answer.Written);
    }

    private static byte[] Files(params byte[][] files) => Described(answer =>
    {
        var inner = new ProtoWriter();
        foreach (var file in files) inner.Counted(1, file);
        answer.Counted(4, inner.Written);
    });

    private static byte[] FileOf(string name, params string[] needs)
    {
        var file = new ProtoWriter();
        file.Text(1, name);
        foreach (var need in needs) file.Text(3, need);
        return file.Written.ToArray();
    }

    /// <summary>A service whose messages are declared nowhere.</summary>
    private static byte[] Alone()
    {
        var (file, service, method) = (new ProtoWriter(), new ProtoWriter(), new ProtoWriter());
        method.Text(1, "Get");
        method.Text(2, ".kept.test.Asked");
        method.Text(3, ".kept.test.All");
        service.Text(1, "Orders");
        service.Counted(2, method.Written);
        file.Text(1, "a");
        file.Text(2, "kept.test");
        file.Counted(6, service.Written);
        return file.Written.ToArray();
    }

    public static TheoryData<string, TargetFailure, string> Descriptions => new()
    {
        { "nothing", TargetFailure.Malformed, "does not send all descriptors that kept.test.Orders needs" },
        { "no message", TargetFailure.Malformed, "breaks the encoding" },
        { "no descriptors", TargetFailure.Malformed, "breaks the encoding" },
        { "error", TargetFailure.ReportedFailure, "does not describe kept.test.Orders: PERMISSION_DENIED: not you" },
        { "odd error", TargetFailure.ReportedFailure, "does not describe kept.test.Orders: code 99" },
        { "ends", TargetFailure.ReportedFailure, "did not describe kept.test.Orders: UNAVAILABLE (grpc-status 14)" },
        { "never whole", TargetFailure.Malformed, "does not send all descriptors" },
        { "too many", TargetFailure.TooLarge, "more descriptors than are read" },
        { "asks for too many", TargetFailure.TooLarge, "more descriptors than are read" },
        { "other service", TargetFailure.ReportedFailure, "has no method kept.test.Orders/Get; they hold no service" },
        { "types missing", TargetFailure.Malformed, "describes itself wrong: the descriptors: the type kept.test.Asked is not among them" },
        { "silence", TargetFailure.TimedOut, "waiting for the answer" },
    };

    [Theory]
    [MemberData(nameof(Descriptions))]
    public async Task A_server_that_describes_itself_wrong_fails_and_holds_nobody_up(string what, TargetFailure failure, string words)
    {
        Func<int, byte[]> answer = what switch
        {
            "nothing" => Saying([], Well),
            "no message" => Saying(GrpcAnswer.Framed([0x22, 9]), Well),
            "no descriptors" => Saying(Files([0x0a, 9]), Well),
            "error" => Saying(Described(one => one.Counted(7, [0x08, 7, 0x12, 7, .. "not you"u8])), Well),
            "odd error" => Saying(Described(one => one.Counted(7, [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1])), Well),
            "ends" => Saying([], ("grpc-status", "14")),
            "never whole" => Saying(Files(FileOf("a", "b")), Well),
            "too many" => Saying(Files([.. Enumerable.Range(0, 600).Select(i => FileOf($"f{i}"))]), Well),
            "asks for too many" => Saying(Files(FileOf("a", [.. Enumerable.Range(0, 600).Select(i => $"f{i}")])), Well),
            "other service" => Saying(Files(FileOf("a")), Well),
            "types missing" => Saying(Files(Alone()), Well),
            _ => _ => [],
        };
        var seen = await AskedAsync(answer, isFile: false, what == "silence" ? Duration.Milliseconds(500) : Duration.Seconds(10));
        seen.Fails(failure, words);
    }

    [Fact]
    public async Task No_bytes_make_a_fault_of_ours()
    {
        var random = new Random(17);
        var files = Schema.FilesOf(File.ReadAllBytes(Path.Combine(ProtoJsonTests.Folder, "all.pb")));
        for (var i = 0; i < 60; i++)
        {
            var described = Files([.. files.Select(file => file.ToArray())]);
            for (var changes = random.Next(1, 20); changes > 0; changes--) described[random.Next(5, described.Length)] = (byte)random.Next(256);
            var seen = await AskedAsync(Saying(described, Well), isFile: false);
            Assert.True(seen.Reach is Reach.Failed or Reach.Answered || seen.Detail!.Contains("streams", StringComparison.Ordinal) || seen.Detail.Contains("of the request", StringComparison.Ordinal), $"{seen.Gap} {seen.Detail}");
        }
    }
}
