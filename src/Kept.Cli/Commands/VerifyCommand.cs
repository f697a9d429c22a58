using System.CommandLine;
using Kept.Cli.Output;
using Kept.Language;
using Kept.Model;

namespace Kept.Cli.Commands;

/// <summary><c>kept verify</c>: look once at everything, and print what the expectations decided now and why.</summary>
internal static class VerifyCommand
{
    public static Command Build(Terminal terminal, TimeProvider time)
    {
        var house = Shared.House();
        var json = Shared.Json();
        var junit = new Option<string?>("--junit") { Description = "Also write a JUnit report", HelpName = "FILE" };
        var atOnce = Shared.Whole("--at-once", "Looks under way at a time", 1, 1000, 32);
        var command = new Command("verify",
            "Look once at everything. 0 every decided promise kept or not in force, 1 something broken or unmet, 3 something unknown, not a promise, or nothing decided (documents with errors of form too)")
        { house, json, junit, atOnce };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var read = HouseOnDisk.Read(parsed.GetValue(house)!, time);
            if (read.House is null)
            {
                foreach (var diagnostic in read.Diagnostics.Where(d => d.RefusesHouse)) terminal.Talk.WriteLine(DiagnosticText.Render(diagnostic) + "\n");
                terminal.Talk.WriteLine("kept: nothing was looked at, so nothing is decided: the documents have errors of form");
                if (parsed.GetValue(junit) is { } report) await File.WriteAllTextAsync(report, JUnit.WriteRefused(read.Diagnostics), cancellationToken);
                if (parsed.GetValue(json)) terminal.Result.WriteLine(VerifyJson.WriteRefused(read.Diagnostics));
                return ExitCodes.Unknown;
            }
            read = await read.AskedAsync(parsed.GetValue(house)!, time, cancellationToken);
            foreach (var lacking in read.Diagnostics.Where(one => one.Code is "L132" or "L134")) terminal.Talk.WriteLine(DiagnosticText.Render(lacking) + "\n");
            if (read.House is null) return ExitCodes.Unknown;
            var looked = await OneLook.AtAsync(read.House, read.Folder, parsed.GetValue(atOnce), time, cancellationToken);
            if (parsed.GetValue(junit) is { } file) await File.WriteAllTextAsync(file, JUnit.Write(read.House, looked), cancellationToken);
            if (parsed.GetValue(json)) terminal.Result.WriteLine(VerifyJson.Write(read.House, looked));
            else WriteText(terminal, looked);
            return ExitCode(looked);
        });
        return command;
    }

    /// <summary>Broken wins over unknown: something that is certainly wrong is not hidden by something that is not known.</summary>
    internal static int ExitCode(IReadOnlyList<LookedAt> looked)
    {
        if (looked.Any(one => one.Outcome == Outcome.Broken)) return ExitCodes.Broken;
        var decided = looked.Any(one => one.Outcome is Outcome.Kept or Outcome.NotInForce);
        return looked.Any(one => one.Outcome is Outcome.NotAPromise || (one.Outcome == Outcome.Unknown && !one.NotDecidedByOneLook)) || !decided
            ? ExitCodes.Unknown
            : ExitCodes.Kept;
    }

    private static void WriteText(Terminal terminal, IReadOnlyList<LookedAt> looked)
    {
        foreach (var one in looked)
        {
            terminal.Result.WriteLine($"{terminal.State(one.Outcome, one.Promise.IsWish)}  {terminal.Strong(one.Promise.Name.ToString())}  {one.Reason}");
            foreach (var check in one.Checks)
            {
                if (one.Checks.Length > 1) terminal.Result.WriteLine($"     {check.Check.Name}: {check.Look?.Reason ?? check.Why}");
                foreach (var address in check.Look?.Addresses ?? [])
                    terminal.Result.WriteLine($"     {(address.Class == LookClass.Good ? "✔" : address.Class == LookClass.Bad ? "✖" : "?")} {address.Address}  {terminal.Quiet(address.Reason)}");
                foreach (var expectation in check.Look?.Expectations.Where(e => e.Truth != Truth.True) ?? [])
                    terminal.Result.WriteLine($"     {(expectation.Truth == Truth.False ? "✖" : "?")} {expectation.Text}  {terminal.Quiet(expectation.Reason)}");
            }
            foreach (var note in one.Notes) terminal.Result.WriteLine("     " + terminal.Quiet(note));
        }
        var tally = looked.GroupBy(one => (one.Outcome, one.Promise.IsWish)).OrderBy(group => group.Key)
            .Select(group => $"{group.Count()} {group.Key.Outcome.Word(group.Key.IsWish)}");
        terminal.Talk.WriteLine(looked.Count == 0 ? "No promise to look at: the documents promise nothing." : string.Join(" · ", tally));
    }
}
