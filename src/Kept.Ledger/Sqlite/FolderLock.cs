using System.Text;
using Kept.Model;

namespace Kept.Ledger.Sqlite;

/// <summary>
/// One writer per folder: an OS lock (flock) on <c>kept.lock</c>, which the system gives back when the process ends however it ends. The file also remembers which
/// ledger lies here and how far its epoch came, so that a database that vanished, was exchanged or came back from an older copy is noticed.
/// </summary>
internal sealed class FolderLock : IDisposable
{
    public const string FileName = "kept.lock";

    private readonly FileStream _file;

    private FolderLock(FileStream file, Ulid? ledger, int epoch) => (_file, Ledger, Epoch) = (file, ledger, epoch);

    /// <summary>The ledger that was opened here last, null when none ever was.</summary>
    public Ulid? Ledger { get; }

    /// <summary>Its epoch then.</summary>
    public int Epoch { get; }

    /// <exception cref="LedgerException"><c>S01</c>: another process has it.</exception>
    public static FolderLock Take(string folder)
    {
        var path = Path.Combine(folder, FileName);
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 0);
        }
        catch (IOException fault) when (fault is not (DirectoryNotFoundException or FileNotFoundException) && fault.HResult is 11 or unchecked((int)0x80070020))
        {
            // EAGAIN (flock) on Unix, a sharing violation on Windows
            throw new LedgerException(StorageCodes.InUse,
                $"Another Kept is running on {folder}: it holds {path}. Stop it, or give this one a folder of its own. (The lock goes with its process; there is no stale lock to remove.)", fault);
        }
        var text = new byte[Math.Min(file.Length, 100)];
        file.ReadExactly(text);
        var words = Encoding.ASCII.GetString(text).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return words is [var id, var number] && Ulid.TryParse(id, out var ledger) && int.TryParse(number, out var epoch)
            ? new FolderLock(file, ledger, epoch)
            : new FolderLock(file, null, 0);
    }

    /// <summary>Remembers what was opened.</summary>
    public void Remember(Ulid ledger, int epoch)
    {
        _file.Position = 0;
        _file.Write(Encoding.ASCII.GetBytes($"{ledger} {epoch,-10}\n"));
        _file.Flush(flushToDisk: true);
    }

    public void Dispose() => _file.Dispose();
}
