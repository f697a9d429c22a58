using System.CommandLine;
using Kept.Cli.Asking;
using Kept.Cli.Doctoring;
using Kept.Cli.Output;
using Kept.Egress;
using Kept.Ledger;
using Kept.Model;
using Kept.Server;
using Kept.Server.Machine;

namespace Kept.Cli.Commands;

/// <summary><c>kept doctor</c>: what Kept rests on, looked at now: the machine, the evidence, the house, and the server where one runs. Changes nothing, and asks no target.</summary>
internal static class DoctorCommand
{
    public static Command Build(Terminal terminal, TimeProvider time)
    {
        var house = new Argument<string?>("FOLDER") { Description = "The house (default: DATA/house, where there is one)", DefaultValueFactory = _ => null };
        var data = Shared.DataFolder();
        var server = Shared.Server();
        var json = Shared.Json();
        var command = new Command("doctor", "Look at what Kept rests on: machine, evidence, house, server. 0 nothing is wrong, 1 something is, 3 something could not be found out") { house, data, server, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var folder = parsed.GetValue(data)!;
            var named = parsed.GetValue(house);
            if (named is not null && !Path.Exists(named)) throw new UsageException($"there is no file or folder '{named}'");
            var found = new List<Examined> { MachineExam.Runtime() };
            var onDisk = HouseOf(named ?? Path.Combine(folder, "house"), named is not null, time, found);
            found.Add(MachineExam.OpenFiles((onDisk?.House?.Settings ?? HouseSettings.Default).LooksAtOnce, MachineExam.FilesAllowed()));
            await EvidenceAsync(folder, time, found);
            await WayOutAsync(onDisk, time, found, cancellationToken);
            await RunningAsync(parsed.GetValue(server), folder, time, found, cancellationToken);
            if (parsed.GetValue(json)) terminal.Result.WriteLine(Json(found));
            else WriteText(terminal, found);
            return found.Any(one => one.Health == Health.Wrong) ? ExitCodes.Broken : found.Any(one => one.Health == Health.Unknown) ? ExitCodes.Unknown : ExitCodes.Kept;
        });
        return command;
    }

    private static HouseOnDisk? HouseOf(string path, bool isNamed, TimeProvider time, List<Examined> found)
    {
        if (!isNamed && !Path.Exists(path)) return null;
        try
        {
            var house = HouseOnDisk.Read(path, time);
            var errors = house.Diagnostics.Count(one => one.Severity == Severity.Error);
            found.Add(house.House is null ? new("house", Health.Wrong, $"{path} does not read: {CheckCommand.Count(errors, "error")}", $"Next: kept check {path}")
                : errors > 0 ? new("house", Health.Weak, $"{path} has {CheckCommand.Count(errors, "error")}: what they are about is not a promise", $"Next: kept check {path}")
                : new("house", Health.Good, $"{path} reads, with {CheckCommand.Count(house.House.Promises.Count(), "promise or wish", "promises and wishes")}"));
            return house;
        }
        catch (UsageException nothing)
        {
            found.Add(new("house", isNamed ? Health.Wrong : Health.Weak, nothing.Message));
            return null;
        }
    }

    private static async Task EvidenceAsync(string folder, TimeProvider time, List<Examined> found)
    {
        if (!Directory.Exists(folder))
        {
            found.Add(new("data folder", Health.Good, $"there is none at {Path.GetFullPath(folder)} yet; `kept up` makes it"));
            return;
        }
        found.Add(MachineExam.DataFolder(folder));
        try
        {
            await using var ledger = Ledgers.OpenSqliteReadOnly(folder, time);
            found.Add(MachineExam.Ledger(ledger));
            found.Add(MachineExam.Clock(ledger, time));
        }
        catch (LedgerException fault)
        {
            found.Add(new("ledger", Health.Wrong, $"{fault.Code}: {fault.Message.TrimEnd('.')}", "`kept ledger verify` names what does not hold"));
        }
    }

    private static async Task WayOutAsync(HouseOnDisk? onDisk, TimeProvider time, List<Examined> found, CancellationToken cancellationToken)
    {
        var settings = onDisk?.House?.Settings ?? HouseSettings.Default;
        try
        {
            using var dialer = new Dialer(EgressOptions.From(settings, onDisk?.Folder ?? "."), time);
            found.Add(await HouseExam.EgressAsync(dialer, time, cancellationToken));
            if (onDisk?.House is not { } house) return;
            found.Add(await HouseExam.NamesAsync(house, dialer, time, cancellationToken));
            found.Add(HouseExam.Secrets(house));
        }
        catch (EgressException fault)
        {
            found.Add(new("egress", Health.Wrong, fault.Message, "mend it in house.yaml"));
        }
    }

    private static async Task RunningAsync(string? server, string folder, TimeProvider time, List<Examined> found, CancellationToken cancellationToken)
    {
        try
        {
            using var running = await RunningServer.FindAsync(server, folder, time, cancellationToken);
            if (running is not null) found.AddRange(await ServerExam.OfAsync(running, cancellationToken));
            else found.Add(ServerAddress.Read(folder) is { } left ? new("server", Health.Wrong, $"{left.Url} was left by one that does not answer: it ended without a word, or hangs", "see to its log, and start it again: kept up")
                : new("server", Health.Good, $"none runs on {folder}: nobody is looking"));
        }
        catch (UnreachableException silent)
        {
            found.Add(new("server", Health.Wrong, silent.Message, "see to its log"));
        }
    }

    private static void WriteText(Terminal terminal, IReadOnlyList<Examined> found)
    {
        terminal.Table(found.SelectMany(Rows));
        IEnumerable<IReadOnlyList<string>> Rows(Examined one)
        {
            yield return [terminal.As(Colour(one.Health), $"{(one.Health == Health.Weak ? "▲" : Terminal.Glyph(Colour(one.Health)))} {Word(one.Health)}"), terminal.Strong(one.Part), one.Words];
            if (one.Help is { } help) yield return ["", "", terminal.Quiet(help)];
        }
        var (wrong, weak, unknown) = (found.Count(one => one.Health == Health.Wrong), found.Count(one => one.Health == Health.Weak), found.Count(one => one.Health == Health.Unknown));
        terminal.Talk.WriteLine(wrong + weak + unknown == 0 ? "Nothing is wrong."
            : string.Join(", ", new[] { (wrong, "wrong"), (weak, "weak"), (unknown, "unknown") }.Where(one => one.Item1 > 0).Select(one => $"{one.Item1} {one.Item2}")) + ".");
    }

    private static string Json(IReadOnlyList<Examined> found) => DiagnosticJson.Text(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("examined");
        foreach (var one in found)
        {
            json.WriteStartObject();
            json.WriteString("part", one.Part);
            json.WriteString("health", Word(one.Health));
            json.WriteString("words", one.Words);
            if (one.Help is { } help) json.WriteString("help", help);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static string Word(Health health) => health.ToString().ToLowerInvariant();

    private static Outcome Colour(Health health) => health switch { Health.Good => Outcome.Kept, Health.Weak => Outcome.NotAPromise, Health.Wrong => Outcome.Broken, _ => Outcome.Unknown };
}
