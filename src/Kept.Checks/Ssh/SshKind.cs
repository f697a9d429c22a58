using Kept.Model;

namespace Kept.Checks.Ssh;

/// <summary>The kind <c>ssh</c>.</summary>
internal static class SshKind
{
    public const int Banner = 0, Protocol = 1, Software = 2, Comment = 3, Time = 4, Dns = 5, Connect = 6, FirstByte = 7, Ip = 8;

    public static readonly CheckKind Kind = new(
        "ssh", "Connects to an SSH server and reads which version it is. Logs nobody in.", "HOST[:PORT]", text => Targets.HostAndPort(text, "ssh", 22, "git.shop.example:22"),
        Fields: [],
        Sees:
        [
            new("banner", ObservedForm.Text, Dimension.Number, "how the server names itself: 'SSH-2.0-OpenSSH_9.2p1 Debian-2'"),
            new("protocol", ObservedForm.Text, Dimension.Number, "the version of the protocol: '2.0'; '1.99' speaks the old one too"),
            new("software", ObservedForm.Text, Dimension.Number, "the program and its version: 'OpenSSH_9.2p1'"),
            new("comment", ObservedForm.Text, Dimension.Number, "what stands after it; missing where nothing does", Optional: true),
            Seen.Time,
            Seen.TimeAndPhases[1],
            Seen.TimeAndPhases[2],
            new("time.first-byte", ObservedForm.Quantity, Dimension.Time, "from being connected to the first byte"),
            Seen.Ip,
        ],
        Failures: ["refused", "timeout", "reset", "name-not-found", "answer-other", "answer-truncated", "old-version", "ten-times-slower", "malformed", "too-large"]);
}
