using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;

namespace Kept.TestKit.Servers;

/// <summary>Debian's Redis, in memory only.</summary>
public sealed class RedisServer : ServerProcess
{
    private readonly string _program = Find("redis-server", "/usr/bin/redis-server", "/usr/local/bin/redis-server");

    public int Port { get; } = FreePort();
    public int TlsPort { get; } = FreePort();

    /// <param name="more">Further settings, such as <c>--requirepass</c>.</param>
    public Task StartAsync(params string[] more)
    {
        Launch(new ProcessStartInfo(_program, ["--port", Port.ToString(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", Folder, .. more]));
        return AcceptsAsync(Port);
    }

    /// <summary>Speaks TLS on <see cref="TlsPort"/> too, and asks no certificate of clients.</summary>
    public Task StartTlsAsync(X509Certificate2 certificate)
    {
        var (file, key) = WriteCertificate(certificate);
        return StartAsync("--tls-port", TlsPort.ToString(), "--tls-cert-file", file, "--tls-key-file", key, "--tls-ca-cert-file", file, "--tls-auth-clients", "no");
    }
}

/// <summary>Debian's PostgreSQL on a fresh cluster; runs as the user <c>postgres</c> where the tests run as root, since it refuses root.</summary>
public sealed class PostgresServer : ServerProcess
{
    private readonly string _binaries = Path.GetDirectoryName(Find("postgresql",
        [.. (Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : []).Select(version => Path.Combine(version, "bin", "postgres"))]))!;

    public int Port { get; } = FreePort();

    public Task StartAsync() => StartAsync("trust", null, null);

    /// <param name="login">How it lets in: <c>trust</c>, <c>scram-sha-256</c>, <c>md5</c>, <c>password</c>.</param>
    /// <param name="password">Of the user <c>postgres</c>.</param>
    /// <param name="certificate">Speaks TLS with it.</param>
    public async Task StartAsync(string login, string? password, X509Certificate2? certificate)
    {
        var cluster = Path.Combine(Folder, "cluster");
        if (!Directory.Exists(cluster))
        {
            var given = new List<string> { "-D", cluster, "-A", login, "-U", "postgres", "--no-sync" };
            if (password is not null)
            {
                File.WriteAllText(Path.Combine(Folder, "password"), password);
                given.AddRange(["--pwfile", Path.Combine(Folder, "password")]);
            }
            if (Environment.UserName == "root") Run("chown", "-R", "postgres", Folder);
            var (program, arguments) = AsPostgres(Path.Combine(_binaries, "initdb"), [.. given]);
            Run(program, arguments);
        }
        var more = new List<string>();
        if (certificate is not null)
        {
            var (file, key) = WriteCertificate(certificate);
            if (Environment.UserName == "root") Run("chown", "postgres", file, key);
            more.AddRange(["-c", "ssl=on", "-c", $"ssl_cert_file={file}", "-c", $"ssl_key_file={key}"]);
        }
        var (postgres, with) = AsPostgres(Path.Combine(_binaries, "postgres"),
            ["-D", cluster, "-p", Port.ToString(), "-c", "listen_addresses=127.0.0.1", "-c", $"unix_socket_directories={Folder}", "-c", "fsync=off", .. more]);
        Launch(new ProcessStartInfo(postgres, with));
        await AcceptsAsync(Port);
        await IsReadyAsync();
    }

    /// <summary>It accepts connections some time before it answers in them.</summary>
    private async Task IsReadyAsync()
    {
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System))
        {
            using var asking = Process.Start(new ProcessStartInfo(Path.Combine(_binaries, "pg_isready"), ["-h", "127.0.0.1", "-p", Port.ToString(), "-q"]))!;
            await asking.WaitForExitAsync();
            if (asking.ExitCode == 0) return;
            if (waited.Elapsed > TimeSpan.FromSeconds(30) || !IsRunning) throw new InvalidOperationException($"PostgreSQL is not ready; it printed:\n{Output}");
        }
    }

    private static (string Program, string[] Arguments) AsPostgres(string program, params string[] arguments) =>
        Environment.UserName == "root"
            ? ("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", program, .. arguments])
            : (program, arguments);
}
