namespace Kept.Ledger;

/// <summary>
/// Folders of evidence. What targets answered, which services there are and how they fail is nobody else's business on a shared machine: a folder that is made
/// here belongs to its user alone (mode 0700). One that is there already keeps the rights that somebody gave it.
/// </summary>
public static class PrivateFolder
{
    /// <summary>Makes the folder where it is missing.</summary>
    public static void Make(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
