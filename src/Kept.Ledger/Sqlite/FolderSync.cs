using System.Runtime.InteropServices;

namespace Kept.Ledger.Sqlite;

/// <summary>
/// Makes the names in a folder durable: after a file was created or renamed, its name may still be lost with the power unless the folder itself is synced
/// (fsync(2)). .NET has no call for it. On Windows the file system's own journal does it.
/// </summary>
internal static class FolderSync
{
    private const int ReadOnly = 0;

    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        var file = Open(folder, ReadOnly);
        if (file < 0) throw new IOException($"the folder {folder} cannot be opened", Marshal.GetLastPInvokeError());
        try
        {
            // some file systems (FUSE, network) cannot sync a folder and say EINVAL; the file itself is synced there all the same
            const int invalid = 22;
            if (Sync(file) != 0 && Marshal.GetLastPInvokeError() is var error && error != invalid) throw new IOException($"the folder {folder} cannot be synced", error);
        }
        finally
        {
            _ = Close(file);
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Sync(int file);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int file);
}
