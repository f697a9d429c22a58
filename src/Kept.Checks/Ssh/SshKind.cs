using Kept.Model;

namespace Kept.Checks.Ssh;

/// <summary>The kind <c>ssh</c>.</summary>
internal static class SshKind
{
    public const int Banner = 0, Protocol = 1, Software = 2, Comment = 3, Time = 4, Dns = 5, Connect = 6, FirstByte = 7, Ip = 8;

    // not grave: it serves whoever still speaks it
    private static readonly Failure OldVersion = StandardFailures.Answering(
        "old-version", "SSH 1.5", _ => [("banner", Value.Of("SSH-1.5-OpenSSH_3.9p1")), ("protocol", Value.Of("1.5")), ("software", Value.Of("OpenSSH_3.9p1"))], isGrave: false);

    public static readonly CheckKind Kind = new(
        "ssh", "Connects to an SSH server and reads which version it is. Logs nobody in.", "HOST[:PORT]", text => Targets.HostAndPort(text, "ssh", 22, "git.shop.example:22"),
        Fields: [Settings.Addresses],
        Sees:
        [
            new("banner", ObservedForm.Text, Dimension.Number, "how the server names itself: 'SSH-2.0-OpenSSH_9.2p1 Debian-2'", Typical: Value.Of("SSH-2.0-OpenSSH_9.2p1")),
            new("protocol", ObservedForm.Text, Dimension.Number, "the version of the protocol: '2.0'; '1.99' speaks the old one too", Typical: Value.Of("2.0")),
            new("software", ObservedForm.Text, Dimension.Number, "the program and its version: 'OpenSSH_9.2p1'", Typical: Value.Of("OpenSSH_9.2p1")),
            new("comment", ObservedForm.Text, Dimension.Number, "what stands after it; missing where nothing does", Optional: true),
            Seen.Time,
            Seen.TimeAndPhases[1],
            Seen.TimeAndPhases[2],
            new("time.first-byte", ObservedForm.Quantity, Dimension.Time, "from being connected to the first byte"),
            Seen.Ip,
        ],
        Failures: ["refused", "timeout", "reset", "name-not-found", Lines.AnswerOther, Lines.AnswerTruncated, OldVersion, "ten-times-slower", "malformed", "too-large"]);
}
