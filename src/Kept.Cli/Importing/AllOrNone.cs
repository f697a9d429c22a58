using Kept.Language;

namespace Kept.Cli.Importing;

/// <summary>Files that are written together: nothing over a file that is there, and what was begun is taken back where writing fails.</summary>
internal static class AllOrNone
{
    /// <returns>The files written.</returns>
    /// <exception cref="UsageException">A file of that name is there already.</exception>
    public static IReadOnlyList<string> Write(string folder, IEnumerable<DocumentFile> documents, string instead)
    {
        var files = documents.Select(document => (Path: Path.Combine(folder, document.Path), document.Bytes)).ToList();
        if (files.FirstOrDefault(file => File.Exists(file.Path) || Directory.Exists(file.Path)).Path is { } there)
            throw new UsageException($"{there} is there already, and nothing is overwritten; {instead}");
        var written = new List<string>();
        try
        {
            Directory.CreateDirectory(folder);
            foreach (var (path, bytes) in files)
            {
                using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
                written.Add(path);
                file.Write(bytes.Span);
            }
            return written;
        }
        catch
        {
            foreach (var path in written) File.Delete(path);
            throw;
        }
    }
}
