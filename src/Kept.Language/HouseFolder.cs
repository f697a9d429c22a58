using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Kept.Language.Documents;
using Kept.Language.Found;
using Kept.Language.Yaml;
using Kept.Model;

namespace Kept.Language;

/// <summary>
/// Takes the files of a house from disk: <c>house.yaml</c>, <c>kept.yaml</c> and <c>*.kept.yaml</c>, in all folders below but hidden ones. Bounded in number
/// and bytes, and nothing outside of the folder is read through a link. Everything that was left out is told, and so is what <c>trust</c> names in vain.
/// </summary>
public static class HouseFolder
{
    public const int MaxFiles = 5_000;
    public const long MaxBytes = 256L << 20;
    /// <summary>One file has at most so many bytes.</summary>
    public const int MaxFileBytes = SourceText.MaxBytes;
    private const int MaxFolders = 20_000;

    /// <param name="fileOrFolder">A folder, or one file whatever its name.</param>
    public static (IReadOnlyList<DocumentFile> Files, ImmutableArray<Diagnostic> Problems) ReadFiles(string fileOrFolder)
    {
        var problems = new Problems();
        var files = new List<DocumentFile>();
        try
        {
            if (Directory.Exists(fileOrFolder)) ReadFolder(fileOrFolder, files, problems);
            else if (File.Exists(fileOrFolder)) Take(new FileInfo(fileOrFolder), Path.GetFileName(fileOrFolder), null, files, problems);
            else problems.Error(Codes.FileRefused, PlaceOf(fileOrFolder), "there is no such file or folder", "name a document, or the folder of a house");
        }
        catch (Exception fault) when (IsOfFiles(fault))
        {
            problems.Error(Codes.FileRefused, PlaceOf(fileOrFolder), $"it cannot be read: {fault.Message.TrimEnd('.')}", "check that it exists and may be read");
        }
        if (files.Find(file => file.Path == HouseFileReader.FileName) is { } house) CheckTrust(house, Directory.Exists(fileOrFolder) ? fileOrFolder : Path.GetDirectoryName(Path.GetFullPath(fileOrFolder))!, problems);
        var folder = Directory.Exists(fileOrFolder) ? fileOrFolder : Path.GetDirectoryName(Path.GetFullPath(fileOrFolder))!;
        files.AddRange(TargetFiles.Read(folder, FoundSource.Of(files, problems), problems));
        return (files, DiagnosticText.WithLines(problems.Found, files));
    }

    /// <summary>
    /// Authorities that cannot be read refuse the house: without them every look at what they signed would say that somebody else's certificate is wrong.
    /// They are read each time, for they change without their documents.
    /// </summary>
    private static void CheckTrust(DocumentFile house, string folder, Problems problems)
    {
        foreach (var trusted in HouseFileReader.Trusted(house))
            try
            {
                var file = new FileInfo(Path.Combine(folder, trusted.Text));
                // what has no length (a pipe, a device) may never end, and is not opened
                var certificates = new X509Certificate2Collection();
                if (file.Length > SourceText.MaxBytes)
                {
                    problems.Error(Codes.Trust, trusted.At, $"`{FieldValues.Short(trusted)}` has {file.Length:N0} bytes; at most {SourceText.MaxBytes:N0} are read", "name the authorities that are needed, not all there are");
                    continue;
                }
                if (file.Length > 0) certificates.ImportFromPem(Encoding.Latin1.GetString(ReadBounded(file)));
                if (certificates.Count == 0)
                    problems.Error(Codes.Trust, trusted.At, $"`{FieldValues.Short(trusted)}` holds no certificate", "name a file that holds -----BEGIN CERTIFICATE-----");
                foreach (var certificate in certificates) certificate.Dispose();
            }
            catch (Exception fault) when (IsOfFiles(fault) || fault is CryptographicException)
            {
                var why = fault switch
                {
                    FileNotFoundException or DirectoryNotFoundException => "is not there",
                    UnauthorizedAccessException => "may not be read",
                    CryptographicException => "holds a certificate that is damaged",
                    _ => "cannot be read",
                };
                problems.Error(Codes.Trust, trusted.At, $"`{FieldValues.Short(trusted)}` {why}", "name a PEM file, by its path from the folder of house.yaml");
            }
    }

    internal static bool IsOfFiles(Exception fault) =>
        fault is IOException or UnauthorizedAccessException or System.Security.SecurityException or ArgumentException or NotSupportedException;

    /// <summary>
    /// What can be seen of the files of a house without reading them: where each really lies, its size and time. It walks as the reading does, links to files too, so
    /// equal text is nothing new to read. Never throws.
    /// </summary>
    public static string Glance(string fileOrFolder)
    {
        try
        {
            if (File.Exists(fileOrFolder)) return StampOf(fileOrFolder);
            if (!Directory.Exists(fileOrFolder)) return "";
            return string.Join('\n', Found(fileOrFolder, RealPath(new DirectoryInfo(fileOrFolder)), new Problems()).Take(MaxFiles + 1).Select(found => found.Path + "|" + StampOf(found.File)));
        }
        catch (Exception fault) when (IsOfFiles(fault))
        {
            return "unreadable"; // reading it tells why, in words
        }
    }

    /// <summary>Where a file really lies, its size and time; equal where nothing was written, and nothing that leads to it was turned to another. Never throws.</summary>
    public static string StampOf(string file) => StampOf(new FileInfo(file));

    private static string StampOf(FileInfo file)
    {
        try
        {
            var real = IsLink(file) ? new FileInfo(RealPath(file)) : file;
            return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{real.FullName}|{real.Length}|{real.LastWriteTimeUtc.Ticks}");
        }
        catch (Exception fault) when (IsOfFiles(fault))
        {
            return "unreadable"; // it was there a moment ago, or its link leads nowhere
        }
    }

    private static bool IsLink(FileInfo file) => file.Attributes.HasFlag(FileAttributes.ReparsePoint);

    /// <summary>Whether a file of this name is read as part of a house; for watching a folder.</summary>
    public static bool IsDocument(string fileName) =>
        fileName is "kept.yaml" or HouseFileReader.FileName || fileName.EndsWith(".kept.yaml", StringComparison.Ordinal) && fileName[0] != '.';

    private static void ReadFolder(string folder, List<DocumentFile> files, Problems problems)
    {
        var root = RealPath(new DirectoryInfo(folder));
        long bytes = 0;
        foreach (var (path, file) in Found(folder, root, problems))
        {
            if (files.Count >= MaxFiles || bytes > MaxBytes)
            {
                problems.Error(Codes.TooLarge, PlaceOf(path), files.Count >= MaxFiles ? $"the house has more than {MaxFiles:N0} files" : $"the house has more than {MaxBytes >> 20} MiB of documents",
                    "this file and all after it were not read; put several agents into one file with `---` between them, or divide the house");
                break;
            }
            Take(file, path, root, files, problems);
            if (files.Count > 0) bytes += files[^1].Bytes.Length;
        }
    }

    /// <summary>The documents of a folder by their paths in it, unread.</summary>
    private static List<(string Path, FileInfo File)> Found(string folder, string root, Problems problems)
    {
        var found = new List<(string Path, FileInfo File)>();
        var waiting = new Stack<(DirectoryInfo Folder, string Path)>([(new DirectoryInfo(folder), "")]);
        for (var folders = 0; waiting.TryPop(out var next) && folders < MaxFolders; folders++)
            foreach (var entry in Entries(next.Folder, next.Path, problems))
            {
                var path = next.Path.Length == 0 ? entry.Name : next.Path + "/" + entry.Name;
                if (entry is FileInfo file && IsDocument(file.Name)) found.Add((path, file));
                else if (entry is DirectoryInfo below && !below.Name.StartsWith('.'))
                    // a link to a folder may lead in a circle; what it leads to is read where it lies
                    if (below.LinkTarget is null) waiting.Push((below, path));
                    else if (!IsInside(root, RealPath(below)))
                        problems.Warning(Codes.FileRefused, PlaceOf(path), "a link to a folder outside of the house is not followed", "put the documents into the house's own folder");
            }
        found.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        return found;
    }

    private static FileSystemInfo[] Entries(DirectoryInfo folder, string path, Problems problems)
    {
        try
        {
            return folder.GetFileSystemInfos();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            problems.Error(Codes.FileRefused, PlaceOf(path.Length == 0 ? folder.Name : path), $"the folder cannot be read: {fault.Message.TrimEnd('.')}", "give the right to read it, or move it out of the house");
            return [];
        }
    }

    private static void Take(FileInfo file, string path, string? root, List<DocumentFile> files, Problems problems)
    {
        try
        {
            if (root is not null && file.LinkTarget is not null && !IsInside(root, RealPath(file)))
            {
                problems.Error(Codes.FileRefused, PlaceOf(path), "the link leads out of the house", "copy the file into the house's folder");
                return;
            }
            var real = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            // pipes and devices have no length and may never end; nothing is opened that says it is empty
            if (real.Length == 0) files.Add(new DocumentFile(path, ReadOnlyMemory<byte>.Empty));
            else if (real.Length > SourceText.MaxBytes)
                problems.Error(Codes.TooLarge, PlaceOf(path), $"the file has {real.Length:N0} bytes; at most {SourceText.MaxBytes:N0} are read", "divide it into several files of one house");
            else files.Add(new DocumentFile(path, ReadBounded(real)));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            problems.Error(Codes.FileRefused, PlaceOf(path), $"the file cannot be read: {fault.Message.TrimEnd('.')}", "give the right to read it, or move it out of the house");
        }
    }

    /// <summary>Never more than a byte beyond the bound, also when the file grows meanwhile; the reader tells that it is too large.</summary>
    private static byte[] ReadBounded(FileInfo file)
    {
        using var stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[Math.Min(stream.Length, SourceText.MaxBytes) + 1];
        var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes[..length];
    }

    /// <summary>A file that a house names beside its documents; null where it cannot be read, is too large, or a link leads out of the folder.</summary>
    /// <param name="path">Relative to the folder.</param>
    public static DocumentFile? ReadBeside(string folder, string path)
    {
        try
        {
            var file = new FileInfo(Path.Combine(folder, path));
            if (!IsInside(RealPath(new DirectoryInfo(folder)), RealPath(file))) return null;
            var real = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            // what has no length (a pipe, a device) may never end, and is not opened
            return real.Length is > 0 and <= SourceText.MaxBytes ? new DocumentFile(path, ReadBounded(real)) : null;
        }
        catch (Exception fault) when (IsOfFiles(fault))
        {
            return null;
        }
    }

    private static string RealPath(FileSystemInfo entry)
    {
        var full = entry.FullName;
        // a link may stand at any step of the path, not only at its end
        for (var step = 0; step < 40; step++)
        {
            var real = Resolved(full);
            if (real == full) return full;
            full = real;
        }
        return full;
    }

    private static string Resolved(string full)
    {
        var parts = full.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        var path = Path.GetPathRoot(full) ?? "/";
        foreach (var part in parts)
        {
            path = Path.Combine(path, part);
            FileSystemInfo here = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
            if (here.LinkTarget is null) continue;
            path = here.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path;
        }
        return path;
    }

    private static bool IsInside(string root, string path) =>
        path == root || path.StartsWith(root.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static Place PlaceOf(string path) => new(new SourceFile(path), 0, 0, 0);
}
