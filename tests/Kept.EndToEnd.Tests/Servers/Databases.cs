using System.Diagnostics;

namespace Kept.EndToEnd.Tests.Servers;

/// <summary>Debian's Redis, in memory only.</summary>
public sealed class Redis : ServerProcess
{
    private readonly string _program = Find("redis-server", "/usr/bin/redis-server", "/usr/local/bin/redis-server");

    public int Port { get; } = FreePort();

    public Task StartAsync()
    {
        Launch(new ProcessStartInfo(_program, ["--port", Port.ToString(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", Folder]));
        return AcceptsAsync(Port);
    }
}

/// <summary>Debian's PostgreSQL on a fresh cluster; runs as the user <c>postgres</c> where the tests run as root, since it refuses root.</summary>
public sealed class Postgres : ServerProcess
{
    private readonly string _binaries = Path.GetDirectoryName(Find("postgresql",
        [.. (Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : []).Select(version => Path.Combine(version, "bin", "postgres"))]))!;

    public int Port { get; } = FreePort();

    public Task StartAsync()
    {
        var cluster = Path.Combine(Folder, "cluster");
        if (!Directory.Exists(cluster))
        {
            if (Environment.UserName == "root") Run("chown", "postgres", Folder);
            var (program, arguments) = AsPostgres(Path.Combine(_binaries, "initdb"), "-D", cluster, "-A", "trust", "-U", "postgres", "--no-sync");
            Run(program, arguments);
        }
        var (postgres, with) = AsPostgres(Path.Combine(_binaries, "postgres"), "-D", cluster, "-p", Port.ToString(), "-c", "listen_addresses=127.0.0.1", "-c", $"unix_socket_directories={Folder}", "-c", "fsync=off");
        Launch(new ProcessStartInfo(postgres, with));
        return AcceptsAsync(Port);
    }

    private static (string Program, string[] Arguments) AsPostgres(string program, params string[] arguments) =>
        Environment.UserName == "root"
            ? ("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", program, .. arguments])
            : (program, arguments);
}
