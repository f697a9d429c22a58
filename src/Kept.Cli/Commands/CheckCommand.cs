using System.CommandLine;
using Kept.Cli.Output;
using Kept.Language;
using Kept.Model;

namespace Kept.Cli.Commands;

/// <summary><c>kept check</c>: every problem of all documents at once; no network call.</summary>
internal static class CheckCommand
{
    public static Command Build(Terminal terminal, TimeProvider time)
    {
        var house = Shared.House();
        var json = Shared.Json();
        var sarif = new Option<bool>("--sarif") { Description = "The result as SARIF 2.1.0 on stdout, for editors and code hosts" };
        var strict = new Option<bool>("--strict") { Description = "Warnings count as errors" };
        var command = new Command("check", "Read the documents and apply the rules: every problem at once. 0 no errors, 1 errors, 2 wrong usage") { house, json, sarif, strict };
        command.SetAction(parsed =>
        {
            var read = HouseOnDisk.Read(parsed.GetValue(house)!, time);
            if (parsed.GetValue(json)) terminal.Result.WriteLine(DiagnosticJson.Write(read.Diagnostics));
            else if (parsed.GetValue(sarif)) terminal.Result.WriteLine(Sarif.Write(read.Diagnostics));
            else WriteText(terminal, read);
            var worst = parsed.GetValue(strict) ? Severity.Warning : Severity.Error;
            return read.Diagnostics.Any(d => d.Severity >= worst) ? ExitCodes.Broken : ExitCodes.Kept;
        });
        return command;
    }

    private static void WriteText(Terminal terminal, HouseOnDisk read)
    {
        foreach (var diagnostic in read.Diagnostics)
        {
            var text = DiagnosticText.Render(diagnostic);
            var word = diagnostic.Severity.ToString().ToLowerInvariant();
            terminal.Result.WriteLine(terminal.Colour ? text.Replace($" {word} ", $" {terminal.Severity(diagnostic.Severity, word)} ", StringComparison.Ordinal) : text);
            terminal.Result.WriteLine();
        }
        terminal.Talk.WriteLine(Summary(read));
    }

    /// <summary>One line that says what was read and what was found.</summary>
    private static string Summary(HouseOnDisk read)
    {
        var errors = read.Diagnostics.Count(d => d.Severity == Severity.Error);
        var warnings = read.Diagnostics.Count(d => d.Severity == Severity.Warning);
        var found = errors == 0 && warnings == 0 ? "no problems" : $"{Count(errors, "error")}, {Count(warnings, "warning")}";
        if (read.House is not { } house) return $"{Count(read.Files, "file")}: {found}. A house with an error of form (L…) is refused whole; a running one stays as it was.";
        var lost = house.NotPromises.Count;
        return $"{Count(read.Files, "file")}, {Count(house.Agents.Length, "agent")}, {Count(house.Promises.Count(p => !p.IsWish), "promise")}, {Count(house.Promises.Count(p => p.IsWish), "wish", "wishes")}: {found}"
            + (lost > 0 ? $"; {Count(lost, "promise")} {(lost == 1 ? "is" : "are")} not a promise" : "");
    }

    internal static string Count(int n, string one, string? many = null) => $"{n} {(n == 1 ? one : many ?? one + "s")}";
}
