using System.CommandLine;
using Kept.Cli.Output;
using Kept.Language;

namespace Kept.Cli.Commands;

/// <summary><c>kept fmt</c>: writes documents in the common form. Comments, order and meaning stay; what does not parse is left alone and said.</summary>
internal static class FmtCommand
{
    public static Command Build(Terminal terminal)
    {
        var paths = new Argument<string[]>("FILE|FOLDER") { Description = "Documents or folders; - reads stdin and writes stdout", DefaultValueFactory = _ => ["."] };
        var check = new Option<bool>("--check") { Description = "Change nothing; 1 when something would change" };
        var command = new Command("fmt", "Write documents in the common form: quoting, indentation, spacing. Comments, order and meaning stay") { paths, check };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var onlyCheck = parsed.GetValue(check);
            var changed = 0;
            foreach (var file in Expand(parsed.GetValue(paths)!))
            {
                if (file == "-")
                {
                    var read = await terminal.Input.ReadToEndAsync(cancellationToken);
                    var written = Formatter.Format(read);
                    if (written != read) changed++;
                    if (!onlyCheck) terminal.Result.Write(written);
                    else if (written != read) terminal.Talk.WriteLine("stdin would change");
                    continue;
                }
                var before = await File.ReadAllTextAsync(file, cancellationToken);
                var after = Formatter.Format(before);
                if (after == before) continue;
                changed++;
                terminal.Talk.WriteLine(onlyCheck ? $"{file} would change" : $"{file} changed");
                if (!onlyCheck) await WriteWholeAsync(file, after, cancellationToken);
            }
            return onlyCheck && changed > 0 ? ExitCodes.Broken : ExitCodes.Kept;
        });
        return command;
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
