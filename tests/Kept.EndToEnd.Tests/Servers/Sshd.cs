using System.Diagnostics;
using Kept.TestKit.Servers;

namespace Kept.EndToEnd.Tests.Servers;

/// <summary>Debian's OpenSSH server on loopback, with a key of its own; nobody can log in.</summary>
public sealed class Sshd : ServerProcess
{
    private readonly string _program = Find("sshd", "/usr/sbin/sshd");

    public int Port { get; } = FreePort();

    public async Task StartAsync()
    {
        var key = Path.Combine(Folder, "key");
        if (!File.Exists(key)) Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key);
        if (Environment.IsPrivilegedProcess) Directory.CreateDirectory("/run/sshd"); // it refuses to run as root without; the package's own service makes it
        Launch(new ProcessStartInfo(_program, ["-D", "-e", "-f", "/dev/null", "-h", key, "-o", $"ListenAddress=127.0.0.1:{Port}", "-o", "PidFile=none", "-o", "UsePAM=no", "-o", "AllowUsers=nobody-at-all"]));
        await AcceptsAsync(Port);
    }
}
