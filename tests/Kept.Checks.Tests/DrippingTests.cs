using System.Text;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Checks.Tests;

/// <summary>Targets that say a little at a time, for ever, at every stage of a conversation: one deadline holds over all of it.</summary>
public sealed class DrippingTests
{
    private static readonly Duration Short = Duration.Milliseconds(400);

    private static FieldValue.Text Text(string text) => new(text);

    /// <summary>What is said first, how many lines are then waited for, what is answered to them, and what drips from then on.</summary>
    public static TheoryData<string, string, string, string> Stages => new()
    {
        { "smtp", "a greeting", "", "2" }, { "smtp", "greeting lines", "", "220-x\r\n" }, { "smtp", "EHLO", "220 hello\r\n", "250-x\r\n" }, { "smtp", "STARTTLS", "220 hello\r\n|250-x\r\n250 STARTTLS\r\n", "2" },
        { "smtp", "a handshake", "220 hello\r\n|250-x\r\n250 STARTTLS\r\n|220 go\r\n", "\x16" },
        { "imap", "a handshake", "", "\x16" }, { "imap clear", "a greeting", "", "*" }, { "imap clear", "CAPABILITY", "* OK\r\n", "* LIST x\r\n" }, { "imap upgraded", "STARTTLS", "* OK\r\n|* CAPABILITY STARTTLS\r\nk1 OK\r\n", "* x\r\n" },
        { "ssh", "a banner", "", "S" }, { "ssh", "lines before it", "", "x" },
        { "websocket", "a status", "", "H" }, { "websocket", "headers", "HTTP/1.1 101 x\r\n", "X: y\r\n" }, { "websocket", "a frame", "open\u0081\u007d", "x" }, { "websocket", "pings", "open", "\u0089\0" },
        { "websocket", "other messages", "open", "\u0081\u0001x" }, { "websocket", "empty parts", "open\u0001\0", "\0\0" },
    };

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task The_time_out_holds_while_a_target_drips(string kind, string stage, string says, string drips)
    {
        await using var peer = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            var head = kind == "websocket" ? await ScriptedPeer.ReadHeadAsync(stream, stop) : null;
            var parts = says.Replace("open", head is null ? "" : WebSocketLookTests.Head(head), StringComparison.Ordinal).Split('|');
            for (var i = 0; i < parts.Length; i++)
            {
                if (i > 0) await LinePeer.LineAsync(stream, stop);
                await stream.WriteAsync(Encoding.Latin1.GetBytes(parts[i]), stop);
            }
            if (stage == "a handshake" && parts.Length > 1) await LinePeer.LineAsync(stream, stop); // part of a client's hello, or its end
            while (true)
            {
                await stream.WriteAsync(Encoding.Latin1.GetBytes(drips), stop);
                await Task.Delay(TimeSpan.FromMilliseconds(15), TimeProvider.System, stop);
            }
        });
        var (of, settings) = kind.Split(' ') switch
        {
            ["imap", "clear"] => ("imap", [("encryption", Text("none"))]),
            ["imap", _] => ("imap", [("encryption", Text("starttls"))]),
            ["websocket"] => ("websocket", [("reads", Text("never"))]),
            _ => (kind, Array.Empty<(string, FieldValue)>()),
        };
        var seen = await Looking.LookAsync(of, of == "websocket" ? $"ws://127.0.0.1:{peer.Port}/" : $"127.0.0.1:{peer.Port}", Short, settings: settings);
        if (seen.Failure is TargetFailure.TlsFailed or TargetFailure.Reset && stage == "a handshake") return; // OpenSSL may know before that it is none
        seen.Fails(TargetFailure.TimedOut, "no whole answer within 400 ms");
        Assert.InRange(seen.Phases.Total, Short.Nanoseconds, Short.Nanoseconds + 300 * Duration.PerMillisecond);
    }

    [Fact]
    public async Task Datagrams_that_are_none_of_ours_do_not_hold_up_a_look()
    {
        await using var peer = new DatagramPeer((question, _) => Enumerable.Repeat(new byte[48], 5000));
        var seen = await Looking.LookAsync("ntp", $"127.0.0.1:{peer.Port}", Short);
        seen.Fails(TargetFailure.TimedOut, "no whole answer within 400 ms");
        Assert.InRange(seen.Phases.Total, Short.Nanoseconds, Short.Nanoseconds + 300 * Duration.PerMillisecond);
    }
}
