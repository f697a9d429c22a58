using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kept.Bench;

/// <summary>nginx on loopback, plain and TLS: what every contestant looks at, in the same run.</summary>
internal sealed class Target : IDisposable
{
    private readonly Process _nginx;
    private readonly string _folder = Directory.CreateTempSubdirectory("kept-bench-").FullName;

    public int Port { get; } = FreePort();
    public int TlsPort { get; } = FreePort();
    public string AuthorityFile => Path.Combine(_folder, "ca.pem");
    public X509Certificate2 Authority { get; }

    public Target()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Kept bench", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        Authority = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(365));
        File.WriteAllText(AuthorityFile, Authority.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        Directory.CreateDirectory(Path.Combine(_folder, "logs"));
        File.WriteAllText(Path.Combine(_folder, "nginx.conf"),
            $$"""
            {{(Environment.UserName == "root" ? "user root;" : "")}}
            worker_processes 1;
            pid {{_folder}}/nginx.pid; error_log {{_folder}}/logs/error.log;
            events { worker_connections 4096; }
            http {
              access_log off; keepalive_requests 1000000000; keepalive_time 10h; ssl_session_cache off; ssl_session_tickets off;
              client_body_temp_path {{_folder}}/t1; proxy_temp_path {{_folder}}/t2; fastcgi_temp_path {{_folder}}/t3; uwsgi_temp_path {{_folder}}/t4; scgi_temp_path {{_folder}}/t5;
              server { listen 127.0.0.1:{{Port}} backlog=4096; location / { return 200 'ok\n'; } }
              server { listen 127.0.0.1:{{TlsPort}} ssl backlog=4096; ssl_certificate {{AuthorityFile}}; ssl_certificate_key {{_folder}}/key.pem; location / { return 200 'ok\n'; } }
            }
            """);
        _nginx = Process.Start(new ProcessStartInfo("nginx", ["-c", Path.Combine(_folder, "nginx.conf"), "-p", _folder, "-g", "daemon off;"]))!;
        for (var i = 0; i < 100 && !Accepts(Port); i++) Thread.SpinWait(5_000_000);
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public static bool Accepts(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _nginx.Kill(entireProcessTree: true);
        _nginx.WaitForExit();
        Authority.Dispose();
        Directory.Delete(_folder, true);
    }
}
