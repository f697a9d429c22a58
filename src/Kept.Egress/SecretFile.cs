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

    private const UnixFileMode OfOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <exception cref="EgressException">It is no file for a secret (<see cref="GapCause.SecretMissing"/>).</exception>
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
        var descriptor = OpenFile(name, ReadOnly | NonBlocking | CloseOnExec);
        if (descriptor < 0)
        {
            _ = File.GetAttributes(name); // throws in words where it is not there
            throw new UnauthorizedAccessException();
        }
        return new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), FileAccess.Read);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int OpenFile(string path, int flags);
}
