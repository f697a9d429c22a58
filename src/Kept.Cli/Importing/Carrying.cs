using System.Collections.Frozen;
using System.Collections.Immutable;
using Kept.Checks;
using Kept.Import;
using Kept.Language;
using Kept.Model;

namespace Kept.Cli.Importing;

/// <summary>Another tool's files as they lie on disk, read, and what became of them.</summary>
/// <param name="Source">As it was named on the command line.</param>
/// <param name="Reading">What became of them.</param>
/// <param name="Request">What was read.</param>
/// <param name="Diagnostics">The findings with their lines, in the same order.</param>
internal sealed record Carrying(string Source, ImportRequest Request, ImportReading Reading, ImmutableArray<Diagnostic> Diagnostics)
{
    /// <summary>What was written of the past; null where none was asked for.</summary>
    public PastOfOthers? Past { get; private set; }

    /// <summary>Files of one import; a configuration of more is divided.</summary>
    private const int MostFiles = 1_000;

    /// <summary>A file that is handed over as bytes has at most so many; a reader tells its own bound first.</summary>
    private const long MostBytes = 64 << 20;

    /// <exception cref="UsageException">A file is not there, or cannot be read.</exception>
    public static Carrying Read(ForeignTool tool, string path, IEnumerable<(string Name, string File)> beside, string agent, string? prometheus, TimeProvider time)
    {
        var files = FilesOf(tool, path);
        var further = beside.ToFrozenDictionary(one => one.Name, one => One(one.File, one.File, false));
        var now = time.GetUtcNow();
        var request = new ImportRequest(files, further, CheckCatalog.Kinds, agent, DateOnly.FromDateTime(now.UtcDateTime).AddYears(1)) { Prometheus = prometheus, Now = now };
        var reading = ImportCatalog.Read(tool, request);
        var lines = tool.OpensItself || tool.HidesLines ? [] : files.Concat(further.Values).Select(file => file.AsDocument).ToList();
        return new Carrying(path, request, reading, DiagnosticText.WithLines(reading.Findings.Select(finding => finding.AsDiagnostic()), lines));
    }

    private static ImmutableArray<ForeignFile> FilesOf(ForeignTool tool, string path)
    {
        if (File.Exists(path)) return [One(path, path, tool.OpensItself)];
        if (!Directory.Exists(path)) throw new UsageException($"there is no file or folder '{path}'");
        if (!tool.TakesFolders) throw new UsageException($"'{path}' is a folder; name the file");
        var found = Directory.EnumerateFiles(path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, MaxRecursionDepth = 16 })
            .Where(file => tool.Endings.Any(ending => file.EndsWith(ending, StringComparison.Ordinal))).Take(MostFiles + 1).Order(StringComparer.Ordinal).ToList();
        return found.Count switch
        {
            0 => throw new UsageException($"'{path}' holds no file that ends in {string.Join(" or ", tool.Endings)}"),
            > MostFiles => throw new UsageException($"'{path}' holds more than {MostFiles} files; name a folder with less"),
            _ => [.. found.Select(file => One(file, file, tool.OpensItself))],
        };
    }

    private static ForeignFile One(string path, string shown, bool opensItself)
    {
        if (!File.Exists(path)) throw new UsageException($"there is no file '{path}'");
        var isDatabase = opensItself && BeginsAsDatabase(path);
        if (!isDatabase && new FileInfo(path).Length > MostBytes) throw new UsageException($"'{path}' is larger than 64 MiB");
        return new ForeignFile(shown.Replace('\\', '/'), Path.GetFullPath(path), isDatabase ? ReadOnlyMemory<byte>.Empty : File.ReadAllBytes(path), isDatabase);
    }

    private static bool BeginsAsDatabase(string path)
    {
        Span<byte> head = stackalloc byte[16];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.SequenceEqual(ForeignFile.DatabaseHeader);
    }

    /// <summary>
    /// Writes every document, or none: nothing where the files are broken, nothing over a file that is there, and what was begun is taken back where writing fails.
    /// </summary>
    /// <param name="withHistory">What the tool recorded of the past goes into a file beside them, streamed; where it cannot be read to its end nothing is written.</param>
    /// <returns>The files written.</returns>
    /// <exception cref="UsageException">A file of that name is there already.</exception>
    public IReadOnlyList<string> WriteInto(string folder, bool withHistory)
    {
        if (Reading.IsBroken || Reading.Documents.IsEmpty) return [];
        var history = Request.Agent + ".history.jsonl";
        return AllOrNone.Write(folder, Reading.Documents, "name another folder, or another --agent", withHistory && Reading.Tool.History is { } write
            ? (history, file => (Past = write(Request, Reading, file)).Broken is null)
            : null);
    }
}
