using System.CommandLine;
using Kept.Cli.Output;
using Kept.Language;

namespace Kept.Cli.Commands;

/// <summary><c>kept fmt</c>: writes documents in the common form. Comments, order and meaning stay; what does not parse is left alone, said, and ends with 1.</summary>
internal static class FmtCommand
{
    public static Command Build(Terminal terminal)
    {
        var paths = new Argument<string[]>("FILE|FOLDER") { Description = "Documents or folders; - reads stdin and writes stdout", DefaultValueFactory = _ => ["."] };
        var check = new Option<bool>("--check") { Description = "Change nothing; 1 when something would change or does not read" };
        var command = new Command("fmt", "Write documents in the common form: quoting, indentation, spacing. Comments, order and meaning stay") { paths, check };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var onlyCheck = parsed.GetValue(check);
            var (changed, refused) = (0, 0);
            foreach (var file in Expand(parsed.GetValue(paths)!))
            {
                var bytes = file == "-" ? await terminal.ReadInputAsync(MostBytes, cancellationToken) : await ReadAsync(file, cancellationToken);
                var formatted = Formatter.Format(new DocumentFile(file == "-" ? "stdin" : file, bytes));
                if (formatted.Refused)
                {
                    refused++;
                    foreach (var problem in formatted.Problems) terminal.Talk.WriteLine(DiagnosticText.Render(problem) + "\n");
                    continue;
                }
                if (formatted.Changed) changed++;
                if (file == "-")
                {
                    if (!onlyCheck) terminal.Result.Write(formatted.Text);
                    else if (formatted.Changed) terminal.Talk.WriteLine("stdin would change");
                }
                else if (formatted.Changed)
                {
                    if (!onlyCheck) await WriteWholeAsync(file, formatted.Text, cancellationToken);
                    terminal.Talk.WriteLine(onlyCheck ? $"{file} would change" : $"{file} changed");
                }
            }
            if (refused > 0) terminal.Talk.WriteLine($"kept: {refused} {(refused == 1 ? "document does not read and is" : "documents do not read and are")} left as written; mend what is told above");
            return refused > 0 || onlyCheck && changed > 0 ? ExitCodes.Broken : ExitCodes.Kept;
        });
        return command;
    }

    /// <summary>One byte more than a document may have: the reader tells that it is too large.</summary>
    private static int MostBytes => HouseFolder.MaxFileBytes + 1;

    private static async Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        return await Terminal.ReadAsync(file, MostBytes, cancellationToken);
    }

    private static IEnumerable<string> Expand(IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            if (path == "-" || File.Exists(path)) yield return path;
            else if (Directory.Exists(path))
                foreach (var file in Directory.EnumerateFiles(path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
                             .Where(file => Path.GetFileName(file) is "kept.yaml" or "house.yaml" || file.EndsWith(".kept.yaml", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
                    yield return file;
            else throw new UsageException($"there is no file or folder '{path}'");
        }
    }

    /// <summary>Into a neighbour first, then renamed over: a crash leaves the old text or the new one, never half.</summary>
    private static async Task WriteWholeAsync(string path, string text, CancellationToken cancellationToken)
    {
        var neighbour = path + ".new";
        // Whatever lies there goes: a link planted under that name would be written through.
        File.Delete(neighbour);
        await using (var file = new FileStream(neighbour, FileMode.CreateNew, FileAccess.Write)) await file.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), cancellationToken);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(neighbour, File.GetUnixFileMode(path));
        File.Move(neighbour, path, overwrite: true);
    }
}
