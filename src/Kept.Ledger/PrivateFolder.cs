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

    /// <summary>Why what lies in the folder may have been made by somebody else; null where only this user (or root) can write there.</summary>
    public static string? Distrust(string folder)
    {
        if (OperatingSystem.IsWindows()) return null;
        try
        {
            var mode = File.GetUnixFileMode(folder);
            if ((mode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0)
                return $"others may write in {Path.GetFullPath(folder)} (mode {Convert.ToString((int)mode, 8)}); write: chmod 700 {Path.GetFullPath(folder)}";
            File.SetUnixFileMode(folder, mode); // changes nothing, and only its owner may
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return $"{Path.GetFullPath(folder)} belongs to another user";
        }
    }
}
