using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Kept.TestKit.Servers;

/// <summary>A real server as a child process on loopback: started, broken and stopped by a test; killed with its folder when the test ends.</summary>
public abstract class ServerProcess : IAsyncDisposable
{
    private readonly StringBuilder _output = new();
    private Process? _process;

    public string Folder { get; } = Directory.CreateTempSubdirectory("kept-e2e-").FullName;

    public bool IsRunning => _process is { HasExited: false };

    public int ProcessId => _process?.Id ?? 0;

    /// <summary>What it printed so far.</summary>
    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    protected void Launch(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start");
        _process.OutputDataReceived += Note;
        _process.ErrorDataReceived += Note;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();

        void Note(object sender, DataReceivedEventArgs line)
        {
            if (line.Data is null) return;
            lock (_output) _output.AppendLine(line.Data);
        }
    }

    /// <summary>Sends a signal by name: TERM, KILL, STOP, CONT, HUP, INT.</summary>
    public void Signal(string name)
    {
        if (_process is { HasExited: false }) Run("kill", $"-{name}", _process.Id.ToString());
    }

    public async Task<int> WaitForExitAsync(TimeSpan atMost)
    {
        using var limit = new CancellationTokenSource(atMost);
        await _process!.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public virtual async Task StopAsync()
    {
        if (_process is not { HasExited: false } process) return;
        Signal("CONT");
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process?.Dispose();
        try
        {
            Directory.Delete(Folder, recursive: true);
        }
        catch (IOException)
        {
            // A child of a killed server may still be writing; the folder lies under the system's temporary files.
        }
        GC.SuppressFinalize(this);
    }

    /// <summary>Writes a certificate and its key as PEM, the key for its owner alone, as servers want it.</summary>
    protected (string Certificate, string Key) WriteCertificate(X509Certificate2 certificate)
    {
        var (file, key) = (Path.Combine(Folder, "server.pem"), Path.Combine(Folder, "server.key"));
        File.WriteAllText(file, certificate.ExportCertificatePem());
        using var secret = certificate.GetECDsaPrivateKey()!;
        // The key was read for use only: out and in again makes it one that can be written.
        using var copy = ECDsa.Create();
        copy.ImportEncryptedPkcs8PrivateKey("once", secret.ExportEncryptedPkcs8PrivateKey("once", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1)), out _);
        File.WriteAllText(key, copy.ExportPkcs8PrivateKeyPem());
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return (file, key);
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Waits until something accepts on the port, or fails with what the server printed.</summary>
    public async Task AcceptsAsync(int port)
    {
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException)
            {
                if (deadline.Elapsed > TimeSpan.FromSeconds(20) || !IsRunning)
                    throw new InvalidOperationException($"nothing listens on {port}; the server {(IsRunning ? "runs" : "ended")} and printed:\n{Output}");
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
        }
    }

    public static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {output}{errors.Result}");
    }

    /// <summary>The first of these that exists; its absence skips at home and fails in CI.</summary>
    public static string Find(string what, params string[] candidates)
    {
        var found = candidates.FirstOrDefault(File.Exists);
        Repository.Require(found is not null, what);
        return found!;
    }
}
