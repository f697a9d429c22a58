using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;

namespace Kept.TestKit.Servers;

/// <summary>Debian's Mosquitto: MQTT in clear on one port, over TLS on another where it has a certificate.</summary>
public sealed class Mosquitto : ServerProcess
{
    private readonly string _program = Find("mosquitto", "/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto");

    public int Port { get; } = FreePort();
    public int TlsPort { get; } = FreePort();

    /// <param name="user">Lets in nobody else; everybody where it is null.</param>
    public Task StartAsync(string? user = null, string? password = null, X509Certificate2? certificate = null)
    {
        var lines = new List<string> { $"listener {Port} 127.0.0.1", "persistence false" };
        if (certificate is not null)
        {
            var (file, key) = WriteCertificate(certificate);
            lines.AddRange([$"listener {TlsPort} 127.0.0.1", $"certfile {file}", $"keyfile {key}"]);
        }
        if (user is null)
        {
            lines.Add("allow_anonymous true");
        }
        else
        {
            var passwords = Path.Combine(Folder, "passwords");
            Run("mosquitto_passwd", "-b", "-c", passwords, user, password!);
            lines.AddRange(["allow_anonymous false", $"password_file {passwords}"]);
        }
        if (Environment.UserName == "root") lines.Add("user root");
        File.WriteAllLines(Path.Combine(Folder, "mosquitto.conf"), lines);
        Launch(new ProcessStartInfo(_program, ["-c", Path.Combine(Folder, "mosquitto.conf")]));
        return AcceptsAsync(Port);
    }
}

/// <summary>Debian's NATS server.</summary>
public sealed class NatsServer : ServerProcess
{
    private readonly string _program = Find("nats-server", "/usr/sbin/nats-server", "/usr/bin/nats-server", "/usr/local/bin/nats-server");

    public int Port { get; } = FreePort();

    public Task StartAsync(string? user = null, string? password = null, X509Certificate2? certificate = null)
    {
        var given = new List<string> { "-a", "127.0.0.1", "-p", Port.ToString() };
        if (user is not null) given.AddRange(["--user", user, "--pass", password!]);
        if (certificate is not null)
        {
            var (file, key) = WriteCertificate(certificate);
            given.AddRange(["--tls", "--tlscert", file, "--tlskey", key]);
        }
        Launch(new ProcessStartInfo(_program, given));
        return AcceptsAsync(Port);
    }
}
