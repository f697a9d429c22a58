using System.Diagnostics;
using Kept.TestKit.Servers;

namespace Kept.EndToEnd.Tests.Servers;

/// <summary>Debian's nginx: plain HTTP on one port, TLS with HTTP/2 on another. What it answers can be changed while it runs.</summary>
public sealed class Nginx : ServerProcess
{
    private readonly string _program = Find("nginx", "/usr/sbin/nginx", "/usr/local/sbin/nginx");

    public int Port { get; } = FreePort();
    public int TlsPort { get; } = FreePort();

    /// <summary>The body of <c>/health</c>.</summary>
    public string Body { get; set; } = """{"ready":true,"version":"1.0"}""";
    /// <summary>The status of <c>/health</c>.</summary>
    public int Status { get; set; } = 200;
    /// <summary>Bytes per second of the answer; 0 is unlimited.</summary>
    public int BytesPerSecond { get; set; }

    public void UseCertificate(string certificatePem, string keyPem)
    {
        File.WriteAllText(Path.Combine(Folder, "certificate.pem"), certificatePem);
        File.WriteAllText(Path.Combine(Folder, "key.pem"), keyPem);
    }

    public async Task StartAsync()
    {
        WriteConfiguration();
        Launch(new ProcessStartInfo(_program, ["-c", Path.Combine(Folder, "nginx.conf"), "-p", Folder, "-g", "daemon off;"]));
        await AcceptsAsync(Port);
    }

    /// <summary>Takes up what was changed; old workers end with their connections.</summary>
    public void Reload()
    {
        WriteConfiguration();
        Signal("HUP");
    }

    /// <summary>Freezes every process of it: the kernel still accepts, nobody answers.</summary>
    public void BlackHole() => ForAll("STOP");

    public void Thaw() => ForAll("CONT");

    private void ForAll(string signal)
    {
        foreach (var child in File.ReadAllText($"/proc/{ProcessId}/task/{ProcessId}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            Run("kill", $"-{signal}", child);
        Signal(signal);
    }

    private void WriteConfiguration()
    {
        Directory.CreateDirectory(Path.Combine(Folder, "logs"));
        Directory.CreateDirectory(Path.Combine(Folder, "www"));
        File.WriteAllText(Path.Combine(Folder, "www", "health"), Body);
        var answer = Status == 200 ? BytesPerSecond > 0 ? $"limit_rate {BytesPerSecond};" : "" : $"return {Status} 'failing';";
        var tls = File.Exists(Path.Combine(Folder, "certificate.pem"))
            ? $$"""
               server {
                 listen 127.0.0.1:{{TlsPort}} ssl http2;
                 ssl_certificate {{Folder}}/certificate.pem;
                 ssl_certificate_key {{Folder}}/key.pem;
                 location / { default_type application/json; root {{Folder}}/www; {{answer}} }
               }
               """
            : "";
        File.WriteAllText(Path.Combine(Folder, "nginx.conf"),
            $$"""
            {{(Environment.UserName == "root" ? "user root;" : "")}}
            worker_processes 1;
            pid {{Folder}}/nginx.pid;
            error_log {{Folder}}/logs/error.log;
            events { worker_connections 256; }
            http {
              access_log off;
              client_body_temp_path {{Folder}}/t1; proxy_temp_path {{Folder}}/t2; fastcgi_temp_path {{Folder}}/t3; uwsgi_temp_path {{Folder}}/t4; scgi_temp_path {{Folder}}/t5;
              server {
                listen 127.0.0.1:{{Port}};
                location / { default_type application/json; root {{Folder}}/www; {{answer}} }
              }
              {{tls}}
            }
            """);
    }
}
