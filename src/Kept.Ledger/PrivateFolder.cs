using System.Runtime.InteropServices;

namespace Kept.Ledger;

/// <summary>
/// Folders of evidence. What targets answered, which services there are and how they fail is nobody else's business on a shared machine: a folder that is made
/// here belongs to its user alone (mode 0700). One that is there already keeps the rights that somebody gave it.
/// </summary>
public static partial class PrivateFolder
{
    private const uint Root = 0;

    /// <summary>Makes the folder where it is missing.</summary>
    public static void Make(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Why what lies in the folder may have been made by somebody else; null where only this user or root can write there. Root itself trusts root's folders alone.</summary>
    public static string? Distrust(string folder) => OperatingSystem.IsWindows() ? null : Distrust(folder, EffectiveUser());

    /// <param name="user">As whom: the number of a user.</param>
    internal static string? Distrust(string folder, uint user)
    {
        var path = Path.GetFullPath(folder);
        if (Seen(path) is not { } seen) return DistrustUnseen(path, user);
        // Whoever owns it gives himself any right, and root may write everywhere: the rights alone say nothing to root.
        if (seen.Owner != user && seen.Owner != Root)
            return $"{path} belongs to another user (number {seen.Owner}); write: chown -R {user} {path}";
        return OthersMayWrite(path, seen.Mode);
    }

    private static string? OthersMayWrite(string path, UnixFileMode mode) => (mode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0
        ? $"others may write in {path} (mode {Convert.ToString((int)mode, 8)}); write: chmod 700 {path}" : null;

    /// <summary>Where the system does not say whose it is: only its owner may change its rights, or root, who is therefore told nothing by that.</summary>
    private static string? DistrustUnseen(string path, uint user)
    {
        if (OperatingSystem.IsWindows()) return null;
        try
        {
            var mode = File.GetUnixFileMode(path);
            if (OthersMayWrite(path, mode) is { } why) return why;
            if (user == Root) return $"this system does not say whose folder {path} is; run Kept as a user of its own";
            File.SetUnixFileMode(path, mode); // changes nothing
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return $"{path} cannot be seen, or belongs to another user";
        }
    }

    /// <summary>
    /// Owner and rights in one look, of what a link points to. By statx(2), whose structure is laid out alike on every processor; stat(2) has one for each. Null where the system
    /// has no such call (not Linux, or an old one) or refuses it.
    /// </summary>
    private static (uint Owner, UnixFileMode Mode)? Seen(string path)
    {
        const int RelativeToHere = -100, FollowLinks = 0;
        const uint AskMode = 0x2, AskOwner = 0x8;
        const int MaskAt = 0, OwnerAt = 20, ModeAt = 28, Size = 256;
        if (!OperatingSystem.IsLinux()) return null;
        var status = new byte[Size];
        try
        {
            if (ReadStatus(RelativeToHere, path, FollowLinks, AskMode | AskOwner, status) != 0) return null;
        }
        catch (EntryPointNotFoundException)
        {
            return null; // a C library older than the call
        }
        if ((BitConverter.ToUInt32(status, MaskAt) & (AskMode | AskOwner)) != (AskMode | AskOwner)) return null;
        return (BitConverter.ToUInt32(status, OwnerAt), (UnixFileMode)(BitConverter.ToUInt16(status, ModeAt) & 0xFFF)); // without the kind of file
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ReadStatus(int folder, string path, int flags, uint mask, [Out] byte[] status);
}
