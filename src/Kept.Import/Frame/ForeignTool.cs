using System.Collections.Frozen;
using System.Collections.Immutable;
using Kept.Import.Writing;
using Kept.Language;
using Kept.Model;

namespace Kept.Import;

/// <summary>A tool whose files are read.</summary>
/// <param name="Name">The word on the command line: <c>gatus</c>.</param>
/// <param name="Title">As its makers write it: <c>Gatus</c>.</param>
/// <param name="Means">One sentence for help and reference: which files.</param>
/// <param name="Endings">Names of files that are taken from a folder end so; none where the tool has one file.</param>
/// <param name="Beside">Further files that an option names.</param>
/// <param name="Read">Files in, what they say in our words out; everything that could not be carried goes to the losses.</param>
/// <param name="OpensItself">A file that is a database is opened by the reader, not handed over as bytes.</param>
/// <param name="HidesLines">Secrets stand anywhere in its files, so a report names the line and never shows it.</param>
/// <param name="History">Writes the past that the tool recorded; null where it records none, or none that is read.</param>
public sealed record ForeignTool(
    string Name, string Title, string Means, ImmutableArray<string> Endings, ImmutableArray<FileBeside> Beside, ReadFiles Read, bool OpensItself = false, bool HidesLines = false, WriteHistory? History = null)
{
    public bool TakesFolders => !Endings.IsEmpty;

    /// <summary>Its files hold queries and not always the address of the Prometheus that answers them: an option names it.</summary>
    public bool AsksPrometheus { get; init; }

    /// <summary>What is counted of its files. Only of checks it is said how many would have noticed something.</summary>
    public (string One, string Many) Counts { get; init; } = ("check", "checks");

    public bool HasChecks => Counts.One == "check";
}

/// <summary>Reads the files of one tool. Does not throw for what they hold.</summary>
public delegate HouseDraft ReadFiles(ImportRequest request, Losses losses);

/// <summary>A further file of a tool: <c>--prometheus prometheus.yml</c>.</summary>
public sealed record FileBeside(string Option, string Means);

/// <summary>One file of another tool.</summary>
/// <param name="Path">As people know it: as named, or relative to the named folder's parent.</param>
/// <param name="FullPath">Where it lies, for readers that open it themselves.</param>
/// <param name="Bytes">Its content; empty where the reader opens it.</param>
/// <param name="IsDatabase">It begins as a SQLite database does, and its bytes were not read.</param>
public sealed record ForeignFile(string Path, string FullPath, ReadOnlyMemory<byte> Bytes, bool IsDatabase = false)
{
    /// <summary>How a SQLite database begins (sqlite.org/fileformat.html).</summary>
    public static ReadOnlySpan<byte> DatabaseHeader => "SQLite format 3\0"u8;

    public DocumentFile AsDocument => new(Path, Bytes);
}

/// <summary>What an import is given.</summary>
/// <param name="Files">In the order of their paths.</param>
/// <param name="Beside">Files named by options, by the option without dashes.</param>
/// <param name="Kinds">The kinds of checks that the program has.</param>
/// <param name="Agent">Who relies on what is watched: the id of the document's agent.</param>
/// <param name="Until">When the written document ends unless it is renewed.</param>
public sealed record ImportRequest(ImmutableArray<ForeignFile> Files, FrozenDictionary<string, ForeignFile> Beside, ImmutableArray<CheckKind> Kinds, string Agent, DateOnly Until)
{
    /// <summary>The moment of the import: what is over by then is not carried. Null where nobody said; then nothing is over.</summary>
    public DateTimeOffset? Now { get; init; }

    /// <summary>Where the Prometheus is that answers the queries of the files; null where nobody said.</summary>
    public string? Prometheus { get; init; }

    /// <summary>The address that was named, else the usual one on this machine, which is told.</summary>
    public string PrometheusOr(Place at, string subject, Losses losses)
    {
        if (Prometheus is { } named) return named;
        losses.Changed(at, subject, $"nothing says where your Prometheus is: {UsualPrometheus} is written", "add --prometheus-url https://prometheus.example");
        return UsualPrometheus;
    }

    private const string UsualPrometheus = "http://localhost:9090";

    public CheckKind? Kind(string name) => Kinds.FirstOrDefault(kind => kind.Name == name);
}
