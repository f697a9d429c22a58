using System.Text;
using Kept.Egress;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Checks.Tests;

public sealed class SshLookTests
{
    private static ScriptedPeer Saying(string text, bool waits = false) => ScriptedPeer.Tcp(async (stream, stop) =>
    {
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text), stop);
        if (waits) await LinePeer.LineAsync(stream, stop);
    });

    private static Task<Observation> LookAsync(ScriptedPeer peer) => Looking.LookAsync("ssh", $"127.0.0.1:{peer.Port}", Duration.Seconds(5));

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u6\r\n", "2.0", "OpenSSH_9.2p1", "Debian-2+deb12u6")]
    [InlineData("SSH-2.0-dropbear_2022.83\n", "2.0", "dropbear_2022.83", null)]
    [InlineData("SSH-1.99-Cisco-1.25\r\n", "1.99", "Cisco-1.25", null)]
    [InlineData("welcome\r\nto this host\r\nSSH-1.5-old\r\n", "1.5", "old", null)]
    public async Task A_server_tells_its_version(string says, string protocol, string software, string? comment)
    {
        await using var peer = Saying(says, waits: true);
        var seen = await LookAsync(peer);
        seen.Answers();
        Assert.Equal(protocol, seen.Text("ssh", "protocol"));
        Assert.Equal(software, seen.Text("ssh", "software"));
        Assert.Equal(comment is null ? null : Value.Of(comment), seen.See("ssh", "comment"));
        Assert.Equal(says.Trim().Split('\n')[^1], seen.Text("ssh", "banner"));
        Assert.True(seen.Phases is { FirstByte: > 0, Connect: > 0 });
    }

    [Fact]
    public async Task It_says_who_looks_and_nothing_else()
    {
        var said = new List<string>();
        var left = new TaskCompletionSource();
        await using var peer = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            await stream.WriteAsync("SSH-2.0-x\r\n"u8.ToArray(), stop);
            while (await LinePeer.LineAsync(stream, stop) is { } line) said.Add(line);
            left.SetResult();
        });
        (await LookAsync(peer)).Answers();
        await left.Task.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(["SSH-2.0-Kept_1"], said);
    }

    [Theory]
    [InlineData("", TargetFailure.Reset, "without a word")]
    [InlineData("SSH-2.0-Ope", TargetFailure.Reset, "in the middle of a line")]
    [InlineData("Exceeded MaxStartups\r\n", TargetFailure.Malformed, "left before it said which SSH it speaks; it said \"Exceeded MaxStartups\"")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", TargetFailure.Malformed, "HTTP/1.1 400 Bad Request")]
    [InlineData("SSH-\r\n", TargetFailure.Malformed, "does not speak SSH")]
    [InlineData("SSH-x.y-z\r\n", TargetFailure.Malformed, "does not speak SSH")]
    [InlineData("SSH-2.0-\r\n", TargetFailure.Malformed, "does not speak SSH")]
    public async Task What_is_no_version_fails(string says, TargetFailure failure, string words)
    {
        await using var peer = Saying(says);
        (await LookAsync(peer)).Fails(failure, words);
    }

    [Fact]
    public async Task What_never_ends_is_bounded_and_what_is_not_there_fails()
    {
        await using var chatter = Saying(string.Concat(Enumerable.Repeat("hello\r\n", 60)), waits: true);
        (await LookAsync(chatter)).Fails(TargetFailure.Malformed, "does not speak SSH");
        await using var longName = Saying("SSH-2.0-" + new string('x', 300) + "\r\n", waits: true);
        (await LookAsync(longName)).Fails(TargetFailure.TooLarge, "more than 253 characters");
        await using var noise = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            var random = new byte[5000];
            new Random(7).NextBytes(random);
            while (true) await stream.WriteAsync(random, stop);
        });
        var seen = await LookAsync(noise);
        Assert.True(seen.Failure is TargetFailure.Malformed or TargetFailure.TooLarge, seen.Detail);
        (await Looking.LookAsync("ssh", $"127.0.0.1:{ScriptedPeer.ClosedPort()}")).Fails(TargetFailure.Refused, "refused");
        await using var silent = ScriptedPeer.Tcp((_, stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));
        (await Looking.LookAsync("ssh", $"127.0.0.1:{silent.Port}", Duration.Milliseconds(300))).Fails(TargetFailure.TimedOut, "waiting for the answer");
    }

    [Fact]
    public async Task A_name_server_of_ours_that_is_silent_is_a_gap()
    {
        await using var names = new NameServer((_, _) => NameAnswer.Silence);
        (await Looking.LookAsync("ssh", "git.shop.example", Duration.Milliseconds(400), new EgressOptions { Resolver = names.EndPoint })).IsGap(GapCause.Resolver, "did not answer");
    }
}
