using System.Security;
using Kept.Model;

namespace Kept.Checks;

/// <summary>Files that checks name by their paths from the document. What has no length (a pipe, a device) may never end, and is not opened; nothing larger than a bound is read.</summary>
internal static class NamedFiles
{
    public const long Largest = 8 * 1024 * 1024;

    /// <summary>Where a file lies, whatever can be said of it.</summary>
    /// <param name="folder">Of the house.</param>
    /// <param name="from">Where it is named.</param>
    /// <param name="name">As written.</param>
    /// <exception cref="ArgumentException">No file can have that name.</exception>
    public static string PathOf(string folder, Place from, string name) =>
        Path.GetFullPath(name, Path.GetFullPath(Path.GetDirectoryName(from.File?.Path ?? "") ?? "", Path.GetFullPath(folder)));

    /// <summary>The file, with a text that changes when it does; or why it cannot be read, in words that follow its name.</summary>
    public static (FileInfo? File, string Stamp, string? Why) Look(string path) => Try(() =>
    {
        var file = new FileInfo(path);
        return !file.Exists ? (null, "", Directory.Exists(path) ? "is a folder" : "is not there")
            : file.Length == 0 ? (null, "", "is empty, or no plain file")
            : file.Length > Largest ? (null, "", $"has {file.Length:N0} bytes, and at most {Largest >> 20} MiB are read")
            : ((FileInfo?)file, $"{file.Length}|{file.LastWriteTimeUtc.Ticks}", (string?)null);
    }, why => (null, "", why));

    /// <summary>Never more than its length when it was looked at, also when it grows meanwhile.</summary>
    public static (byte[] Bytes, string? Why) Read(FileInfo file) => Try(() =>
    {
        using var stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        return (bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)], (string?)null);
    }, why => ([], why));

    /// <summary>Reads for rules, before anything is asked.</summary>
    public static ReadNamedFile In(string folder) => (from, name) => Try(() =>
    {
        var path = PathOf(folder, from, name);
        var (file, _, why) = Look(path);
        if (file is null) return new FileRead(path, default, why);
        var (bytes, unread) = Read(file);
        return new FileRead(path, bytes, unread);
    }, why => new FileRead(name, default, why));

    private static T Try<T>(Func<T> read, Func<string, T> orWhy)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or SecurityException or NotSupportedException or ArgumentException)
        {
            return orWhy(fault is UnauthorizedAccessException ? "may not be read by this user" : "cannot be read");
        }
    }
}
