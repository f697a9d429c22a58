using System.ComponentModel;
using System.Diagnostics;

namespace Kept.Cli.Adding;

/// <summary>The editor of whoever sits at the terminal: <c>$VISUAL</c>, <c>$EDITOR</c>, or <c>vi</c>.</summary>
internal static class Editor
{
    /// <summary>What was edited can be no larger: a document of one promise is a page.</summary>
    private const int MostBytes = 1 << 20;

    /// <summary>The editor could not be run, or gave up: the text stays as it was.</summary>
    public sealed class FailedException(string message) : UsageException(message);

    /// <summary>Lets a person edit a text in a file of their own folder for it, under its name, so that editors know what it is.</summary>
    /// <exception cref="FailedException">No editor ran, or it ended with an error.</exception>
    public static string Edit(string text, string fileName)
    {
        var editor = Named("VISUAL") ?? Named("EDITOR") ?? "vi";
        var folder = Directory.CreateTempSubdirectory("kept-add-"); // only its owner enters
        try
        {
            var file = Path.Combine(folder.FullName, fileName);
            File.WriteAllText(file, text);
            // as git and crontab do: the variable is a command with its arguments, `code --wait`
            using var run = Process.Start(new ProcessStartInfo("/bin/sh") { ArgumentList = { "-c", editor + " \"$1\"", "sh", file }, UseShellExecute = false })
                ?? throw new FailedException($"`{editor}` did not start; set EDITOR to an editor");
            run.WaitForExit();
            if (run.ExitCode != 0) throw new FailedException($"`{editor}` ended with exit code {run.ExitCode}, so the terms stay as they were; set EDITOR to another editor");
            if (new FileInfo(file).Length > MostBytes) throw new FailedException($"what was saved has more than {MostBytes:N0} bytes, so the terms stay as they were");
            return File.ReadAllText(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or Win32Exception)
        {
            throw new FailedException($"the terms cannot be edited: {fault.Message.TrimEnd('.')}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string? Named(string variable) => Environment.GetEnvironmentVariable(variable) is { } value && !string.IsNullOrWhiteSpace(value) ? value : null;
}
