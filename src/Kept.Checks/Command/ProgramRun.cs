using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Command;

/// <summary>How a program ended and what it wrote.</summary>
internal sealed record ProgramEnd(int ExitCode, byte[] Output, byte[] Errors);

/// <summary>
/// One run of a program. Disposing it kills the program with everything that it started, whatever became of the look; that takes time of its own, so it happens once the look has its.
/// </summary>
internal sealed class ProgramRun : IDisposable
{
    /// <summary>Everything that the program starts carries this variable, and is found by it after the program itself is gone.</summary>
    private const string Name = "KEPT_LOOK";

    private readonly string _mark = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
    private Process? _process;

    /// <summary>
    /// Runs it without a shell, with nothing to read, in the root folder and with no variables but those given and a mark. It is over when it has ended and its outputs are closed.
    /// </summary>
    /// <exception cref="EgressException">It does not start, or writes too much.</exception>
    /// <exception cref="OperationCanceledException">Of <paramref name="deadline"/>.</exception>
    public async ValueTask<ProgramEnd> EndAsync(string path, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> environment, long limit, CancellationToken deadline)
    {
        deadline.ThrowIfCancellationRequested();
        var start = new ProcessStartInfo(path, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        start.Environment.Clear();
        foreach (var (name, value) in environment) start.Environment[name] = value;
        start.Environment[Name] = _mark;
        var process = _process = Started(path, start);
        process.StandardInput.Close();
        var (output, errors) = (ReadAsync(process.StandardOutput.BaseStream, limit, path, deadline), ReadAsync(process.StandardError.BaseStream, limit, path, deadline));
        await AllAsync(output, errors);
        await process.WaitForExitAsync(deadline);
        return new ProgramEnd(process.ExitCode, await output, await errors);
    }

    public void Dispose()
    {
        if (_process is null) return;
        Kill(_process);
        // What it left running on purpose, with its outputs closed, is ended too: a look leaves nothing behind.
        KillMarked();
        // Readers that were taken from a process are not its own to close.
        _process.StandardOutput.Dispose();
        _process.StandardError.Dispose();
        _process.Dispose();
    }

    /// <summary>Both to their end, or the first that fails: the other one would be waited for until the deadline.</summary>
    private static async Task AllAsync(Task output, Task errors)
    {
        var all = Task.WhenAll(output, errors);
        _ = all.ContinueWith(static late => _ = late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await await Task.WhenAny(output, errors);
        await all;
    }

    private static Process Started(string path, ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw EgressException.OfUs(GapCause.Local, $"{path} did not start");
        }
        catch (Exception fault) when (fault is Win32Exception or InvalidOperationException or IOException)
        {
            throw EgressException.OfUs(GapCause.Local, $"{path} did not start: {(fault is Win32Exception { NativeErrorCode: 13 } ? "this user may not run it" : "it is no program, or this machine is at a limit")}", fault);
        }
    }

    private static async Task<byte[]> ReadAsync(Stream stream, long limit, string path, CancellationToken deadline)
    {
        var all = new MemoryStream();
        var buffer = new byte[8192];
        while (true)
        {
            // A pipe may not hear that the look is over; whoever waits for it does.
            var count = await stream.ReadAsync(buffer, deadline).AsTask().WaitAsync(deadline);
            if (count == 0) return all.ToArray();
            all.Write(buffer, 0, count);
            if (all.Length > limit) throw EgressException.OfTarget(TargetFailure.TooLarge, $"{path} wrote more than the {Quantity.Bytes(limit)} that the check allows (body-limit)");
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception fault) when (fault is InvalidOperationException or Win32Exception or AggregateException or NotSupportedException)
        {
            // It has ended meanwhile; what it left is found by its mark.
        }
    }

    /// <summary>Children whose parent has ended belong to nobody: only their environment still says where they come from. Twice, for one may start another between.</summary>
    private void KillMarked()
    {
        if (!OperatingSystem.IsLinux()) return;
        var wanted = System.Text.Encoding.ASCII.GetBytes($"{Name}={_mark}");
        for (var (round, found) = (0, true); found && round < 8; round++)
        {
            found = false;
            foreach (var folder in Directory.EnumerateDirectories("/proc"))
                if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && Carries(folder, wanted))
                    found |= KillOne(id);
        }
    }

    private static bool Carries(string folder, byte[] wanted)
    {
        try
        {
            return File.ReadAllBytes(Path.Combine(folder, "environ")).AsSpan().IndexOf(wanted) >= 0;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false; // ended, or somebody else's
        }
    }

    private static bool KillOne(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
            return true;
        }
        catch (Exception fault) when (fault is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return false;
        }
    }
}
