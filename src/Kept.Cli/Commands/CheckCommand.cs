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
        var hollow = new Option<bool>("--hollow") { Description = "Show everything that the checks would miss, not the worst alone" };
        var noHollow = new Option<bool>("--no-hollow") { Description = "Do not look for hollow checks" };
        var failUnder = FailUnder();
        var command = new Command("check", "Read the documents and apply the rules: every problem at once, and what the checks would miss. 0 no errors, 1 errors, 2 wrong usage")
        { house, json, sarif, strict, hollow, noHollow, failUnder };
        command.Validators.Add(given =>
        {
            if (given.GetValue(noHollow) && (given.GetValue(hollow) || given.GetValue(failUnder) is not null)) given.AddError("--no-hollow goes with neither --hollow nor --fail-under");
        });
        command.SetAction(parsed =>
        {
            var read = HouseOnDisk.Read(parsed.GetValue(house)!, time);
            var tries = !parsed.GetValue(noHollow);
            if (tries) read = read.Tried(Instant.From(time.GetUtcNow()));
            if (parsed.GetValue(json)) terminal.Result.WriteLine(tries && read.House is not null ? HollowJson.Write(read) : DiagnosticJson.Write(read.Diagnostics));
            else if (parsed.GetValue(sarif)) terminal.Result.WriteLine(Sarif.Write([.. read.Told, .. read.Hollow.Select(HollowText.AsDiagnostic).OfType<Diagnostic>()], [.. read.Hollow.SelectMany(HollowText.AsAccepted)]));
            else
            {
                WriteText(terminal, read);
                HollowText.Write(terminal, read.Hollow, parsed.GetValue(hollow));
            }
            var worst = parsed.GetValue(strict) ? Severity.Warning : Severity.Error;
            var enough = parsed.GetValue(failUnder) is not { } share || HollowText.ReachesAll(terminal, read.Hollow, share);
            return read.Diagnostics.Any(d => d.Severity >= worst) || !enough ? ExitCodes.Broken : ExitCodes.Kept;
        });
        return command;
    }

    /// <summary>A share such as <c>80%</c>; anything else is told with an example.</summary>
    private static Option<decimal?> FailUnder() => new("--fail-under")
    {
        Description = "End with 1 where a promise notices less than this share of the failures it was tried with, or could not be tried",
        HelpName = "SHARE",
        CustomParser = given =>
        {
            if (given.Tokens is [{ Value: ['0' or '1' or '2' or '3' or '4' or '5' or '6' or '7' or '8' or '9', ..] text }] && text.EndsWith('%') && text.Length <= 12
                && decimal.TryParse(text.AsSpan(0, text.Length - 1), System.Globalization.NumberStyles.AllowDecimalPoint, System.Globalization.CultureInfo.InvariantCulture, out var percent) && percent is >= 0 and <= 100)
                return percent / 100;
            given.AddError("--fail-under takes a share, as in --fail-under 80%");
            return null;
        },
    };

    private static void WriteText(Terminal terminal, HouseOnDisk read)
    {
        foreach (var diagnostic in read.Told)
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
        var errors = read.Told.Count(d => d.Severity == Severity.Error);
        var warnings = read.Told.Count(d => d.Severity == Severity.Warning);
        var found = errors == 0 && warnings == 0 ? "no problems" : $"{Count(errors, "error")}, {Count(warnings, "warning")}";
        if (read.House is not { } house) return $"{Count(read.Files, "file")}: {found}. A house with an error of form (L…) is refused whole; a running one stays as it was.";
        var lost = house.NotPromises.Count;
        return $"{Count(read.Files, "file")}, {Count(house.Agents.Length, "agent")}, {Count(house.Promises.Count(p => !p.IsWish), "promise")}, {Count(house.Promises.Count(p => p.IsWish), "wish", "wishes")}: {found}"
            + (lost > 0 ? $"; {Count(lost, "promise")} {(lost == 1 ? "is" : "are")} not a promise" : "");
    }

    internal static string Count(int n, string one, string? many = null) => $"{n} {(n == 1 ? one : many ?? one + "s")}";
}
