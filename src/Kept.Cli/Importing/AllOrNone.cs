using Kept.Language;

namespace Kept.Cli.Importing;

/// <summary>Files that are written together: nothing over a file that is there, and what was begun is taken back where writing fails.</summary>
internal static class AllOrNone
{
    /// <param name="streamed">One more file, written last; where it says false all are taken back.</param>
    /// <returns>The files written; none where they were taken back.</returns>
    /// <exception cref="UsageException">A file of that name is there already.</exception>
    public static IReadOnlyList<string> Write(string folder, IEnumerable<DocumentFile> documents, string instead, (string Name, Func<Stream, bool> Write)? streamed = null)
    {
        var files = documents.Select(document => (Path: Path.Combine(folder, document.Path), document.Bytes)).ToList();
        var last = streamed is { } more ? Path.Combine(folder, more.Name) : null;
        if (files.Select(file => file.Path).Concat(last is null ? [] : [last]).FirstOrDefault(path => File.Exists(path) || Directory.Exists(path)) is { } there)
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
            if (last is null) return written;
            var isWhole = false;
            using (var file = new FileStream(last, FileMode.CreateNew, FileAccess.Write))
            {
                written.Add(last);
                isWhole = streamed!.Value.Write(file);
            }
            if (isWhole) return written;
            TakeBack();
            return [];
        }
        catch
        {
            TakeBack();
            throw;
        }

        void TakeBack()
        {
            foreach (var path in written) File.Delete(path);
        }
    }
}
