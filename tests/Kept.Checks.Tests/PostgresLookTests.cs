using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;
using static Kept.Checks.Tests.Saying;

namespace Kept.Checks.Tests;

/// <summary>The kind <c>postgres</c> at servers that are broken, or that lie.</summary>
public sealed class PostgresLookTests
{
    private static readonly byte[] LetIn = Message('R', 0, 0, 0, 0), Ready = Message('Z', 'I'), Begun = [.. Message('C', "BEGIN\0"), .. Message('Z', 'T')];

    private static byte[] Message(char kind, params byte[] content)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, content.Length + 4);
        return [(byte)kind, .. length, .. content];
    }

    private static byte[] Message(char kind, char content) => Message(kind, (byte)content);
    private static byte[] Message(char kind, string content) => Message(kind, Encoding.UTF8.GetBytes(content));
    private static byte[] Error(string severity, string state, string message) => Message('E', $"S{severity}\0V{severity}\0C{state}\0M{message}\0\0");

    private static Task<Observation> LookAsync(ScriptedPeer peer, params (string, FieldValue)[] settings) => Looking.LookAsync("postgres", $"127.0.0.1:{peer.Port}", Duration.Milliseconds(700), settings: settings);

    public static TheoryData<string, string, TargetFailure, string> Broken => new()
    {
        { "starting up", "57P03", TargetFailure.ReportedFailure, "SQLSTATE 57P03, it is starting up" },
        { "sorry, too many clients already", "53300", TargetFailure.ReportedFailure, "SQLSTATE 53300, too many connections" },
        { "no entry for host", "28000", TargetFailure.ReportedFailure, "it does not let this user in from here" },
        { "terminating connection", "57P01", TargetFailure.ReportedFailure, "it is shutting down" },
        { "nonsense", "??", TargetFailure.Malformed, "an error has no code" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task A_fatal_error_is_told_by_its_code(string message, string state, TargetFailure failure, string words)
    {
        await using var before = Peer(Error("FATAL", state, message));
        (await LookAsync(before)).Fails(failure, words);
        await using var after = Peer([.. LetIn, .. Error("FATAL", state, message)]);
        (await LookAsync(after)).Fails(failure, words);
    }

    public static TheoryData<byte[], TargetFailure, string> Garbage => new()
    {
        { "HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), TargetFailure.TooLarge, "64KiB" },
        { "\0\0\0\0"u8.ToArray(), TargetFailure.Malformed, "no message of PostgreSQL" },
        { [(byte)'R', 0, 0, 0, 3], TargetFailure.Malformed, "shorter than its own length" },
        { [(byte)'R', 0x7f, 0xff, 0xff, 0xff], TargetFailure.TooLarge, "64KiB" },
        { [(byte)'R', 0xff, 0xff, 0xff, 0xff], TargetFailure.Malformed, "shorter than its own length" },
        { Message('R', 0, 0), TargetFailure.Malformed, "how to log in" },
        { Message('R', 0, 0, 0, 7), TargetFailure.ReportedFailure, "a login that we do not know (number 7)" },
        { Message('R', [0, 0, 0, 10, .. "SCRAM-SHA-1\0\0"u8]), TargetFailure.ReportedFailure, "offers no login that we know" },
        { [.. LetIn, .. Message('Z')], TargetFailure.Malformed, "ready in a way that is none" },
        { [.. LetIn, .. Message('S', "server_version")], TargetFailure.Malformed, "does not end" },
        { [.. LetIn, .. Enumerable.Repeat(Message('N', "SNOTICE\0\0"), 20_000).SelectMany(notice => notice)], TargetFailure.TooLarge, "64KiB" },
    };

    [Theory]
    [MemberData(nameof(Garbage))]
    public async Task What_breaks_the_protocol_fails(byte[] answer, TargetFailure failure, string words)
    {
        await using var peer = Peer(answer);
        (await LookAsync(peer, ("password", Text("given")))).Fails(failure, words);
    }

    public static TheoryData<byte[], string> BrokenRows => new()
    {
        { Message('T', 0x7f, 0xff), "more columns" },
        { Message('T', 0, 1, (byte)'a', 0, 0), "cut" },
        { Message('D', 0, 3), "other columns than it announced" },
        { [.. Message('T', [0, 1, (byte)'a', .. new byte[19]]), .. Message('D', 0, 1, 0x7f, 0xff, 0xff, 0xff)], "longer than its row" },
        { Message('?'), "no message of PostgreSQL" },
        { Message('9'), "no message of PostgreSQL" },
    };

    [Theory]
    [MemberData(nameof(BrokenRows))]
    public async Task Rows_that_do_not_fit_what_was_announced_fail(byte[] answer, string words)
    {
        await using var peer = Peer([.. LetIn, .. Ready], Begun, answer);
        (await LookAsync(peer, ("user", Text("kept")), ("query", Text("select 1")))).Fails(TargetFailure.Malformed, words);
    }

    [Fact]
    public async Task Without_a_transaction_the_query_is_never_sent()
    {
        var sent = new List<byte>();
        await using var peer = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            var buffer = new byte[4096];
            byte[][] answers = [[.. LetIn, .. Ready], [.. Message('C', "BEGIN\0"), .. Ready]];
            foreach (var answer in answers)
            {
                sent.AddRange(buffer.AsSpan(0, await stream.ReadAsync(buffer, stop)));
                await stream.WriteAsync(answer, stop);
            }
            while (await stream.ReadAsync(buffer, stop) is > 0 and var count) sent.AddRange(buffer.AsSpan(0, count));
        });
        (await LookAsync(peer, ("user", Text("kept")), ("query", Text("select a_secret_thing")))).Fails(TargetFailure.Malformed, "began no transaction");
        Assert.DoesNotContain("a_secret_thing", Encoding.UTF8.GetString([.. sent]), StringComparison.Ordinal);
    }

    /// <summary>COPY … TO PROGRAM runs in a transaction that can only read: only what was described as giving rows is executed.</summary>
    [Fact]
    public async Task What_gives_no_rows_is_never_executed()
    {
        var sent = new List<byte>();
        await using var peer = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            var buffer = new byte[4096];
            byte[][] answers = [[.. LetIn, .. Ready], Begun, [.. Message('1'), .. Message('2'), .. Message('n')]];
            foreach (var answer in answers)
            {
                sent.Clear();
                sent.AddRange(buffer.AsSpan(0, await stream.ReadAsync(buffer, stop)));
                await stream.WriteAsync(answer, stop);
            }
            while (await stream.ReadAsync(buffer, stop) is > 0 and var count) sent.AddRange(buffer.AsSpan(0, count));
        });
        (await LookAsync(peer, ("user", Text("kept")), ("query", Text("copy (select 1) to program 'id'")))).IsGap(GapCause.Fault, "the query gives no rows");
        Assert.Equal(-1, ((byte[])[.. sent]).AsSpan().IndexOf((byte[])[(byte)'E', 0, 0, 0, 9]));
        (await LookAsync(peer, ("query", Text("select 1")))).IsGap(GapCause.Fault, "says as whom it asks");
    }

    [Fact]
    public async Task A_goodbye_that_is_not_taken_undoes_no_answer()
    {
        byte[] described = [.. Message('1'), .. Message('2'), .. Message('T', [0, 1, (byte)'a', .. new byte[19]])], row = [.. Message('D', 0, 1, 0, 0, 0, 1, (byte)'5'), .. Message('C', "SELECT 1\0"), .. Message('Z', 'T')];
        await using var garbles = Peer([.. LetIn, .. Ready], Begun, described, row, "?"u8.ToArray());
        (await LookAsync(garbles, ("user", Text("kept")), ("query", Text("select 5 as a")))).Answers();
        await using var stays = Peer([.. LetIn, .. Ready], Begun, described, row); // does not answer the ROLLBACK
        (await LookAsync(stays, ("user", Text("kept")), ("query", Text("select 5 as a")))).Answers();
    }

    [Fact]
    public async Task What_was_put_into_the_connection_before_TLS_is_not_believed()
    {
        // CVE-2021-23222: somebody in between answers 'S' and adds what is then read as if it had come under TLS.
        await using var peer = Peer([(byte)'S', .. LetIn, .. Ready]);
        (await LookAsync(peer, ("over-tls", Yes))).Fails(TargetFailure.Malformed, "it said more in clear");
        await using var refuses = Peer("N");
        (await LookAsync(refuses, ("over-tls", Yes))).Fails(TargetFailure.TlsFailed, "does not speak TLS");
        await using var strange = Peer("E");
        (await LookAsync(strange, ("over-tls", Yes))).Fails(TargetFailure.Malformed, "whether it speaks TLS");
        await using var breaks = Peer("S", "this is no TLS at all, and never was");
        (await LookAsync(breaks, ("over-tls", Yes))).Fails(TargetFailure.TlsFailed, "does not speak TLS there");
    }

    [Theory]
    [InlineData("r={0}x,s=AAAA,i=2000000000", TargetFailure.None, "we do 200,000 at most")]
    [InlineData("r={0}x,s=AAAA,i=0", TargetFailure.Malformed, "not one of SCRAM")]
    [InlineData("r={0}x,s=,i=4096", TargetFailure.Malformed, "not one of SCRAM")]
    [InlineData("r={0}x,s=*,i=4096", TargetFailure.Malformed, "not one of SCRAM")]
    [InlineData("r={0},s=AAAA,i=4096", TargetFailure.Malformed, "not one of SCRAM")]
    [InlineData("r=other,s=AAAA,i=4096", TargetFailure.Malformed, "not one of SCRAM")]
    [InlineData("e=other-error", TargetFailure.Malformed, "not one of SCRAM")]
    [InlineData("r={0}x,s=AAAA,i=4096", TargetFailure.Malformed, "it is not the server it says it is")]
    public async Task A_server_that_does_not_know_the_password_is_found_out(string challenge, TargetFailure failure, string words)
    {
        await using var peer = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            var buffer = new byte[4096];
            _ = await stream.ReadAsync(buffer, stop);
            await stream.WriteAsync(Message('R', [0, 0, 0, 10, .. "SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0"u8]), stop);
            var first = Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer, stop));
            var nonce = first[(first.IndexOf("r=", StringComparison.Ordinal) + 2)..];
            await stream.WriteAsync(Message('R', [0, 0, 0, 11, .. Encoding.ASCII.GetBytes(string.Format(null, challenge, nonce))]), stop);
            if (await stream.ReadAsync(buffer, stop) == 0) return;
            byte[] guess = [0, 0, 0, 12, .. Encoding.ASCII.GetBytes("v=" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)))];
            await stream.WriteAsync((byte[])[.. Message('R', guess), .. LetIn, .. Ready], stop);
            _ = await stream.ReadAsync(buffer, stop);
        });
        var seen = await LookAsync(peer, ("password", Text("right")));
        if (failure == TargetFailure.None) seen.IsGap(GapCause.Local, words); // the limit is ours
        else seen.Fails(failure, words);
    }
}
