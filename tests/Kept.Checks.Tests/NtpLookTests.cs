using System.Buffers.Binary;
using CsCheck;
using Kept.Checks.Ntp;
using Kept.Egress;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Checks.Tests;

public sealed class NtpLookTests
{
    private static readonly Instant Now = Instant.From(TimeProvider.System.GetUtcNow());

    private static Instant NowThere(Duration ahead) => Instant.From(TimeProvider.System.GetUtcNow()) + ahead;

    /// <summary>The answer of a server to a question.</summary>
    internal static byte[] Answer(byte[] question, Duration ahead, int leap = 0, int stratum = 2, byte[]? reference = null, int mode = 4, Duration held = default)
    {
        var message = new byte[48];
        message[0] = (byte)(leap << 6 | 4 << 3 | mode);
        message[1] = (byte)stratum;
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(4), 1 << 15); // half a second
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(8), 1 << 14);
        (reference ?? [192, 0, 2, 7]).CopyTo(message, 12);
        question.AsSpan(40, 8).CopyTo(message.AsSpan(24));
        Write(message.AsSpan(32), NowThere(ahead));
        Write(message.AsSpan(40), NowThere(ahead) + held);
        return message;
    }

    private static void Write(Span<byte> into, Instant at)
    {
        var seconds = Math.DivRem(at.Microseconds, 1_000_000, out var rest) + 2_208_988_800;
        BinaryPrimitives.WriteUInt32BigEndian(into, (uint)(seconds & 0xffffffff));
        BinaryPrimitives.WriteUInt32BigEndian(into[4..], (uint)((rest << 32) / 1_000_000));
    }

    private static async Task<Observation> LookAsync(Func<byte[], int, IEnumerable<byte[]>> script, Duration? timeout = null)
    {
        await using var peer = new DatagramPeer(script);
        return await Looking.LookAsync("ntp", $"127.0.0.1:{peer.Port}", timeout ?? Duration.Seconds(5));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7_500)]
    [InlineData(-90_000)]
    [InlineData(31_536_000_000)] // a year
    public async Task The_offset_is_the_servers_clock_less_ours(long milliseconds)
    {
        var ahead = Duration.Milliseconds(milliseconds);
        var seen = await LookAsync((question, _) => [Answer(question, ahead)]);
        seen.Answers();
        // Known to half of what the way took.
        var delay = seen.Amount("ntp", "delay");
        Assert.InRange(seen.Amount("ntp", "offset"), ahead.Nanoseconds - delay / 2 - 5000, ahead.Nanoseconds + delay / 2 + 5000);
        Assert.Equal(2, seen.Amount("ntp", "stratum"));
        Assert.Equal("none", seen.Text("ntp", "leap"));
        Assert.Equal(Value.Of(true), seen.See("ntp", "synchronized"));
        Assert.Equal("192.0.2.7", seen.Text("ntp", "reference"));
        Assert.Equal(Duration.Milliseconds(500).Nanoseconds, seen.Amount("ntp", "root-delay"));
        Assert.Equal(Duration.Milliseconds(250).Nanoseconds, seen.Amount("ntp", "root-dispersion"));
        Assert.Equal("127.0.0.1", seen.Text("ntp", "ip"));
        Assert.True(seen.Phases is { FirstByte: > 0, Connect: -1 } && seen.Phases.Total >= seen.Phases.FirstByte);
    }

    [Theory]
    [InlineData(1, 1, "GPS\0", "added", true, "GPS")]
    [InlineData(2, 1, "PPS\0", "removed", true, "PPS")]
    [InlineData(3, 2, "\x7f\0\0\x1", "unknown", false, "127.0.0.1")]
    [InlineData(0, 16, "\0\0\0\0", "none", false, "0.0.0.0")]
    [InlineData(0, 1, "G\x1\0\0", "none", true, "G\ufffd")]
    public async Task What_the_server_says_of_itself_is_seen(int leap, int stratum, string reference, string leapWord, bool synchronized, string told)
    {
        var seen = await LookAsync((question, _) => [Answer(question, default, leap, stratum, [.. reference.Select(c => (byte)c)])]);
        seen.Answers();
        Assert.Equal((leapWord, told), (seen.Text("ntp", "leap"), seen.Text("ntp", "reference")));
        Assert.Equal(Value.Of(synchronized), seen.See("ntp", "synchronized"));
        Assert.Equal(stratum, seen.Amount("ntp", "stratum"));
    }

    [Theory]
    [InlineData("DENY", "kiss of death DENY (it does not serve this address)")]
    [InlineData("INIT", "its own clock is not set yet")]
    [InlineData("WHAT", "a word of its own")]
    public async Task A_kiss_of_death_is_told(string kiss, string words) =>
        (await LookAsync((question, _) => [Answer(question, default, 3, 0, [.. kiss.Select(c => (byte)c)])])).Fails(TargetFailure.ReportedFailure, words);

    [Fact]
    public async Task That_we_ask_too_often_is_ours() =>
        (await LookAsync((question, _) => [Answer(question, default, 3, 0, [.. "RATE"u8])])).IsGap(GapCause.Budget, "kiss of death RATE (it is asked too often: look less often)");

    [Fact]
    public async Task What_is_no_answer_of_a_server_fails()
    {
        (await LookAsync((_, _) => [[1, 2, 3]])).Fails(TargetFailure.Malformed, "48 bytes, this one 3");
        (await LookAsync((_, _) => [[]])).Fails(TargetFailure.Malformed, "48 bytes, this one 0");
        (await LookAsync((question, _) => [Answer(question, default, mode: 3)])).Fails(TargetFailure.Malformed, "answers in mode 3");
        (await LookAsync((question, _) => [Answer(question, default, stratum: 17)])).Fails(TargetFailure.Malformed, "no stratum 17");
        (await LookAsync((question, _) => [Answer(question, default, held: Duration.Zero - Duration.Seconds(1))])).Fails(TargetFailure.Malformed, "its answer left before the question came");
        (await LookAsync((question, _) => [Answer(question, default, held: Duration.Seconds(10))])).Fails(TargetFailure.Malformed, "held the question longer than the whole look took");
        (await LookAsync((question, _) =>
        {
            var answer = Answer(question, default);
            answer.AsSpan(32, 8).Clear();
            return [answer];
        })).Fails(TargetFailure.Malformed, "it tells no time");
        (await LookAsync((question, _) =>
        {
            var answer = Answer(question, default);
            answer[0] = 7 << 3 | 4;
            return [answer];
        })).Fails(TargetFailure.Malformed, "in version 7");
    }

    [Fact]
    public async Task An_answer_that_does_not_show_our_question_is_not_believed()
    {
        // Made by somebody who did not see it, and sent first.
        var seen = await LookAsync((question, _) =>
        {
            var forged = Answer(new byte[48], Duration.Hours(5));
            return [forged, new byte[48], Answer(question, Duration.Seconds(3))];
        });
        seen.Answers();
        Assert.InRange(seen.Amount("ntp", "offset"), Duration.Seconds(2).Nanoseconds, Duration.Seconds(4).Nanoseconds);
        (await LookAsync((_, _) => [Answer(new byte[48], default)], Duration.Milliseconds(300))).Fails(TargetFailure.TimedOut, "waiting for the answer");
    }

    [Fact]
    public async Task A_lost_question_is_asked_again_once()
    {
        var seen = await LookAsync((question, number) => number == 0 ? [] : [Answer(question, default)]);
        seen.Answers();
        Assert.InRange(seen.Phases.Total, Duration.Milliseconds(1900).Nanoseconds, Duration.Seconds(6).Nanoseconds); // timers may ring a little early
        Assert.True(seen.Phases.FirstByte < Duration.Seconds(1).Nanoseconds); // of the question that was answered
        await using var silent = new DatagramPeer((_, _) => []);
        (await Looking.LookAsync("ntp", $"127.0.0.1:{silent.Port}", Duration.Milliseconds(3500))).Fails(TargetFailure.TimedOut, "no whole answer within 3.5 s");
        Assert.Equal(2, silent.Received);
    }

    [Fact]
    public async Task Nobody_there_is_refused_and_a_proxy_is_a_gap()
    {
        int port;
        await using (var gone = new DatagramPeer((_, _) => [])) port = gone.Port;
        (await Looking.LookAsync("ntp", $"127.0.0.1:{port}", Duration.Seconds(3))).Fails(TargetFailure.Refused, "refused");
        (await Looking.LookAsync("ntp", "ntp.shop.example", options: new EgressOptions { Proxy = "http://127.0.0.1:1" })).IsGap(GapCause.Route, "a proxy carries no UDP");
        await using var names = new NameServer((_, _) => NameAnswer.NoSuchName);
        (await Looking.LookAsync("ntp", "ntp.shop.example", options: new EgressOptions { Resolver = names.EndPoint })).Fails(TargetFailure.NameNotFound, "ntp.shop.example");
    }

    [Fact]
    public async Task IPv6_is_asked_like_IPv4()
    {
        await using var peer = new DatagramPeer((question, _) => [Answer(question, default)], System.Net.IPAddress.IPv6Loopback);
        var seen = await Looking.LookAsync("ntp", $"[::1]:{peer.Port}");
        seen.Answers();
        Assert.Equal("::1", seen.Address);
    }

    /// <summary>A clock that is set by an hour in the middle of a look.</summary>
    private sealed class JumpingTime : TimeProvider
    {
        private int _asked;
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + (Interlocked.Increment(ref _asked) > 2 ? TimeSpan.FromHours(1) : TimeSpan.Zero);
    }

    [Fact]
    public async Task Our_own_clock_that_was_set_meanwhile_is_our_gap()
    {
        await using var peer = new DatagramPeer((question, _) => [Answer(question, default)]);
        var time = new JumpingTime();
        using var dialer = new Dialer(new EgressOptions(), time);
        var seen = await CheckCatalog.Looks(dialer, time)["ntp"](new LookRequest(Looking.CheckOf("ntp", $"127.0.0.1:{peer.Port}"), DocumentOrigin.Ours), TestContext.Current.CancellationToken);
        seen.IsGap(GapCause.Clock, "our own clock was set by 1 h");
    }

    [Fact]
    public void Times_are_read_in_the_era_they_come_nearest_to()
    {
        // 2036-02-07T06:28:16Z is where 32 bits of seconds begin anew.
        foreach (var text in new[] { "1999-12-31T23:59:59.5Z", "2036-02-07T06:28:15.25Z", "2036-02-07T06:28:16.75Z", "2104-01-01T00:00:00Z" })
        {
            Assert.True(Instant.TryParse(text, out var at));
            var question = NtpMessage.Question(1);
            var answer = Answer(question, default);
            Write(answer.AsSpan(32), at);
            Write(answer.AsSpan(40), at);
            foreach (var away in new[] { -60 * 365, -1, 0, 1, 60 * 365 })
            {
                var read = NtpMessage.Read(answer, at + Duration.Days(away));
                Assert.InRange((read.Received - at).Nanoseconds, -1000, 1000);
            }
        }
    }

    [Fact]
    public void Any_bytes_are_an_answer_or_are_refused_in_words() =>
        Gen.Byte.Array[0, 80].Sample(bytes =>
        {
            try
            {
                var answer = NtpMessage.Read(bytes, Now);
                return answer.Stratum is >= 0 and <= 16 && answer.Leap is >= 0 and <= 3 && answer.Sent >= answer.Received && answer.Reference.All(c => !char.IsControl(c));
            }
            catch (InvalidDataException refused)
            {
                return refused.Message.Length > 0;
            }
        }, iter: 20_000);
}
