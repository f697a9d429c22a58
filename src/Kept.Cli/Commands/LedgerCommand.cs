using System.CommandLine;
using Kept.Cli.Output;
using Kept.Ledger;

namespace Kept.Cli.Commands;

/// <summary><c>kept ledger verify</c> and <c>kept ledger backup</c>: prove that the evidence is whole, and copy it.</summary>
internal static class LedgerCommand
{
    public static Command Build(Terminal terminal, TimeProvider time) => new("ledger", "The evidence: verify it, copy it")
    {
        Verify(terminal, time),
        Backup(terminal, time),
    };

    private static Command Verify(Terminal terminal, TimeProvider time)
    {
        var data = Shared.DataFolder();
        var json = Shared.Json();
        var command = new Command("verify", "Check the whole chain, every body, block and segment; names whatever does not hold. 0 it holds, 1 it does not") { data, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var ledger = Ledgers.OpenSqliteReadOnly(Existing(parsed.GetValue(data)!), time);
            return Say(terminal, ledger.Verify(cancellationToken), parsed.GetValue(json), "The ledger holds");
        });
        return command;
    }

    private static Command Backup(Terminal terminal, TimeProvider time)
    {
        var data = Shared.DataFolder();
        var json = Shared.Json();
        var into = new Argument<string>("FOLDER") { Description = "A new folder for the copy" };
        var command = new Command("backup", "Write a complete copy into a new folder, open it and verify it; also while a server runs") { into, data, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var folder = parsed.GetValue(into)!;
            if (Path.Exists(folder)) throw new UsageException($"{folder} is there already; name a folder that is not");
            await using var ledger = Ledgers.OpenSqliteReadOnly(Existing(parsed.GetValue(data)!), time);
            return Say(terminal, await ledger.BackupAsync(folder, cancellationToken), parsed.GetValue(json), $"Copied to {folder}; the copy holds");
        });
        return command;
    }

    private static string Existing(string folder) =>
        Directory.Exists(folder) ? folder : throw new UsageException($"there is no data folder '{folder}'; name it with --data, or start one with `kept up`");

    private static int Say(Terminal terminal, LedgerVerification found, bool json, string good)
    {
        if (json)
        {
            terminal.Result.WriteLine(DiagnosticJson.Text(writer =>
            {
                writer.WriteStartObject();
                writer.WriteBoolean("holds", found.Holds);
                writer.WriteNumber("entries", found.Entries);
                writer.WriteNumber("looks", found.Looks);
                writer.WriteStartArray("problems");
                foreach (var problem in found.Problems) writer.WriteStringValue(problem);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }));
        }
        else
        {
            foreach (var problem in found.Problems) terminal.Result.WriteLine(problem);
            terminal.Result.WriteLine(found.Holds
                ? $"{good}: {found.Entries} entries and {found.Looks} looks, every hash as it was written."
                : $"It does not hold: {CheckCommand.Count(found.Problems.Count, "problem")} in {found.Entries} entries and {found.Looks} looks.");
        }
        return found.Holds ? ExitCodes.Kept : ExitCodes.Broken;
    }
}
