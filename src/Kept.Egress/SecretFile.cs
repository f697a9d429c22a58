using System.Runtime.InteropServices;
using Kept.Model;
using Microsoft.Win32.SafeHandles;

namespace Kept.Egress;

/// <summary>
/// Opens the file of a secret: a plain file that nobody but its owner may write. A pipe would hold up the look for ever, a device never ends, and who may write the
/// file chooses what we send. Who may read it is left to its owner: Docker and Kubernetes mount secrets as 0444 and 0644 into a place of their own.
/// </summary>
internal static partial class SecretFile
{
    // the same on every Linux of .NET; without O_NONBLOCK the opening of a pipe waits for its writer
    private const int ReadOnly = 0, NonBlocking = 0x800, CloseOnExec = 0x80000;

    private const int Interrupted = 4; // EINTR: nothing happened yet

    private const UnixFileMode OfOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <exception cref="EgressException">It is no file for a secret (<see cref="GapCause.SecretMissing"/>), or this machine is at a limit (<see cref="GapCause.Local"/>).</exception>
    public static FileStream Open(string name)
    {
        var file = OperatingSystem.IsLinux() ? OpenUnix(name) : File.OpenRead(name);
        try
        {
            // Asked of what is open, not of the name: between the two another file could take its place.
            if (!file.CanSeek || file.Length == 0 && name.StartsWith("/dev/", StringComparison.Ordinal)) throw EgressException.OfUs(GapCause.SecretMissing, $"the secret file {name} is no plain file; name one that holds the secret and nothing else");
            if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(file.SafeFileHandle) is var mode && (mode & OfOthers) != 0)
                throw EgressException.OfUs(GapCause.SecretMissing, $"the secret file {name} may be written by others than its owner (mode {Convert.ToString((int)mode, 8)}); write: chmod 600 {name}");
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static FileStream OpenUnix(string name)
    {
        if (Directory.Exists(name)) throw EgressException.OfUs(GapCause.SecretMissing, $"the secret file {name} is a folder; name the file in it");
        while (true)
        {
            var descriptor = OpenFile(name, ReadOnly | NonBlocking | CloseOnExec);
            if (descriptor >= 0) return new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), FileAccess.Read);
            var error = Marshal.GetLastPInvokeError();
            if (error != Interrupted) throw Refusal(name, error);
        }
    }

    /// <summary>Why open(2) refused, in words: what to mend differs, and a limit of this machine is no missing secret.</summary>
    internal static EgressException Refusal(string name, int error) => error switch
    {
        2 => Missing($"the secret file {name} does not exist"), // ENOENT
        20 => Missing($"the secret file {name} does not exist: a part of its path is a file, and no folder"), // ENOTDIR
        1 or 13 => Missing($"the secret file {name} may not be read by this user"), // EPERM, EACCES
        40 => Missing($"the secret file {name} is a link that leads round in a circle"), // ELOOP
        36 => Missing($"the secret file {name} has a name longer than the system takes"), // ENAMETOOLONG
        6 or 19 => Missing($"the secret file {name} is no plain file; name one that holds the secret and nothing else"), // ENXIO (a socket), ENODEV
        24 => EgressException.OfUs(GapCause.Local, $"too many open files to read the secret file {name}: raise the limit (ulimit -n) or look less often"), // EMFILE
        23 => EgressException.OfUs(GapCause.Local, $"this machine has too many open files to read the secret file {name}"), // ENFILE
        12 => EgressException.OfUs(GapCause.Local, $"out of memory while opening the secret file {name}"), // ENOMEM
        _ => Missing($"the secret file {name} cannot be opened: {Marshal.GetPInvokeErrorMessage(error)} (errno {error})"),
    };

    private static EgressException Missing(string words) => EgressException.OfUs(GapCause.SecretMissing, words);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int OpenFile(string path, int flags);
}
