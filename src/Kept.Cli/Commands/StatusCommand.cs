using System.CommandLine;
using Kept.Cli.Asking;
using Kept.Cli.Output;
using Kept.Ledger;
using Kept.Model;
using Kept.Server.Api;

namespace Kept.Cli.Commands;

/// <summary><c>kept status</c>: how every promise stands. Asks the running server; without one the evidence is read, and what it says is old.</summary>
internal static class StatusCommand
{
    public static Command Build(Terminal terminal, TimeProvider time)
    {
        var name = new Argument<string?>("NAME") { Description = "Only this promise, or this agent's", DefaultValueFactory = _ => null };
        var data = Shared.DataFolder();
        var server = Shared.Server();
        var json = Shared.Json();
        var command = new Command("status", "How every promise stands. 0 kept or not in force, 1 something broken or unmet, 3 something unknown or not a promise") { name, data, server, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var running = await RunningServer.FindAsync(parsed.GetValue(server), parsed.GetValue(data)!, time, cancellationToken);
            var rows = running is null
                ? FromEvidence(terminal, parsed.GetValue(data)!, time)
                : await FromServerAsync(running, cancellationToken);
            if (parsed.GetValue(name) is { } asked)
            {
                var fitting = Names.Matching(rows.Select(row => row.Name), asked).ToHashSet();
                if (fitting.Count == 0) throw new UsageException($"no promise is called '{asked}'; `kept status` lists all");
                rows = [.. rows.Where(row => fitting.Contains(row.Name))];
            }
            if (running is not null) await TellFaultsAsync(terminal, running, parsed.GetValue(server) is null ? parsed.GetValue(data) : null, cancellationToken);
            if (parsed.GetValue(json)) terminal.Result.WriteLine(Json(rows, running is not null));
            else WriteText(terminal, rows);
            return ExitCode(rows);
        });
        return command;
    }

    /// <summary>One promise, as the list shows it.</summary>
    /// <param name="Verdict">The whole verdict, where a server gives one.</param>
    /// <param name="LastRecordedAt">When the last change was recorded, where no server runs.</param>
    internal sealed record Row(string Name, Outcome Outcome, bool IsWish, string Reason, string Age, WireVerdict? Verdict = null, Instant? LastRecordedAt = null);

    private static int ExitCode(IReadOnlyList<Row> rows) =>
        rows.Any(row => row.Outcome == Outcome.Broken) ? ExitCodes.Broken
        : rows.Count == 0 || rows.Any(row => row.Outcome is Outcome.Unknown or Outcome.NotAPromise) ? ExitCodes.Unknown
        : ExitCodes.Kept;

    private static async Task<IReadOnlyList<Row>> FromServerAsync(RunningServer server, CancellationToken cancellationToken) =>
        [.. (await server.PromisesAsync(cancellationToken)).Select(promise => new Row(
            promise.Name, Outcomes.FromWire(promise.Verdict.Outcome), promise.Standing == "wished", promise.Verdict.Reason,
            promise.Verdict.AgeSeconds is { } age ? age < 1 ? "just now" : $"{Duration.Seconds(age).ToWords()} ago" : "", promise.Verdict))];

    /// <summary>What is wrong with the server itself, beside its verdicts.</summary>
    /// <param name="terminal">Where it is told.</param>
    /// <param name="server">Which one.</param>
    /// <param name="dataFolder">Its data folder, where it is known: a server that strangers can reach does not name it.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    private static async Task TellFaultsAsync(Terminal terminal, RunningServer server, string? dataFolder, CancellationToken cancellationToken)
    {
        var house = await server.AskAsync("/api/v1/house", WireJson.Default.WireHouse, cancellationToken) ?? throw new UnreachableException("the server has no house");
        if (house.StorageFault is { } storage)
            terminal.Talk.WriteLine($"{Terminal.Glyph(Outcome.Broken)} not recording: {storage.TrimEnd('.')}.{(dataFolder is null ? "" : $" The data folder is {Path.GetFullPath(dataFolder)}.")}");
        if (house.Fault is { } refused)
            terminal.Talk.WriteLine($"{Terminal.Glyph(Outcome.Broken)} the newest documents are refused ({refused.Diagnostics.Count(problem => problem.Severity == "error")} errors), so this is the house from before. Next: kept check");
    }

    /// <summary>Without a server nobody looks: everything is unknown, and what was last recorded is told with its age.</summary>
    private static IReadOnlyList<Row> FromEvidence(Terminal terminal, string folder, TimeProvider time)
    {
        if (!Directory.Exists(folder))
            throw new UsageException($"no server runs and there is no data folder '{folder}'; start one with `kept up`, or name one with --server or --data");
        terminal.Talk.WriteLine($"No server runs on {folder}: nobody is looking, so nothing is known to be kept. What was last recorded:");
        using var ledger = new OpenLedger(Ledgers.OpenSqliteReadOnly(folder, time));
        return [.. ledger.LastVerdicts().Select(last => new Row(
            last.Name, Outcome.Unknown, last.IsWish, $"not looked at now; since {last.At} it was {last.Outcome.Word(last.IsWish)}", Names.Ago(last.At, Instant.From(time.GetUtcNow())), LastRecordedAt: last.At))];
    }

    private static void WriteText(Terminal terminal, IReadOnlyList<Row> rows)
    {
        if (rows.Count == 0)
        {
            terminal.Talk.WriteLine("No promises yet. `kept add URL` writes the first.");
            return;
        }
        terminal.Table(rows.OrderBy(row => Order(row.Outcome)).SelectMany(row => RegimesOf(terminal, row).Prepend(
            [terminal.State(row.Outcome, row.IsWish), terminal.Strong(row.Name), Short(row.Reason), terminal.Quiet(row.Age)])));
        var worst = rows.Where(row => row.Outcome is Outcome.Broken or Outcome.Unknown or Outcome.NotAPromise).OrderBy(row => Order(row.Outcome)).FirstOrDefault();
        terminal.Talk.WriteLine(string.Join(" · ", rows.GroupBy(row => row.Outcome.Word(row.IsWish)).Select(group => $"{group.Count()} {group.Key}"))
            + (worst is null ? "" : $".  Next: kept explain {worst.Name}"));
    }

    /// <summary>Below a promise the regimes of which something was seen, each with a verdict of its own.</summary>
    private static IEnumerable<IReadOnlyList<string>> RegimesOf(Terminal terminal, Row row) =>
        (row.Verdict?.Regimes ?? []).Where(regime => regime.Looks > 0 || regime.Current).Select(regime => (IReadOnlyList<string>)
            [terminal.State(Outcomes.FromWire(regime.Outcome), row.IsWish), $"  in {regime.Name}{(regime.Current ? " (now)" : "")}", Short(regime.Reason), ""]);

    /// <summary>What needs a person first.</summary>
    private static int Order(Outcome outcome) => outcome switch { Outcome.Broken => 0, Outcome.Unknown => 1, Outcome.NotAPromise => 2, Outcome.NotInForce => 3, _ => 4 };

    private static string Short(string reason) => reason.Length <= 90 ? reason : reason[..89] + "…";

    /// <summary>Who says so, as of when, how old its evidence is, and until when it says anything: the members of the API.</summary>
    private static void Write(System.Text.Json.Utf8JsonWriter json, WireVerdict verdict)
    {
        json.WriteString("asOf", verdict.AsOf);
        json.WriteString("since", verdict.Since);
        if (verdict.SeenAt is { } seen) json.WriteString("seenAt", seen);
        if (verdict.AgeSeconds is { } age) json.WriteNumber("ageSeconds", age);
        if (verdict.ValidUntil is { } until) json.WriteString("validUntil", until);
        json.WriteString("regime", verdict.Regime);
        if (verdict.Regimes is { } regimes)
        {
            json.WriteStartArray("regimes");
            foreach (var regime in regimes)
            {
                json.WriteStartObject();
                json.WriteString("name", regime.Name);
                json.WriteBoolean("current", regime.Current);
                json.WriteNumber("looks", regime.Looks);
                json.WriteString("outcome", regime.Outcome);
                json.WriteString("word", regime.Word);
                json.WriteString("reason", regime.Reason);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteStartObject("assessor");
        json.WriteString("house", verdict.Assessor.House);
        json.WriteString("place", verdict.Assessor.Place);
        json.WriteBoolean("self", verdict.Assessor.Self);
        json.WriteEndObject();
    }

    private static string Json(IReadOnlyList<Row> rows, bool live) => DiagnosticJson.Text(json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("live", live);
        json.WriteStartArray("promises");
        foreach (var row in rows)
        {
            json.WriteStartObject();
            json.WriteString("name", row.Name);
            json.WriteString("outcome", row.Outcome.Wire());
            json.WriteString("word", row.Outcome.Word(row.IsWish));
            json.WriteString("reason", row.Reason);
            if (row.Verdict is { } verdict) Write(json, verdict);
            if (row.LastRecordedAt is { } recorded) json.WriteString("lastRecordedAt", recorded.ToString());
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    });
}
