using System.CommandLine;
using Kept.Cli.Asking;
using Kept.Cli.Output;
using Kept.Ledger;
using Kept.Model;
using Kept.Server.Api;

namespace Kept.Cli.Commands;

/// <summary><c>kept explain</c>: why a promise is in its state: the rule, its inputs, their ages.</summary>
internal static class ExplainCommand
{
    public static Command Build(Terminal terminal, TimeProvider time)
    {
        var name = new Argument<string>("PROMISE") { Description = "agent/promise@line; the line and the agent may be left out where only one fits" };
        var data = Shared.DataFolder();
        var server = Shared.Server();
        var json = Shared.Json();
        var command = new Command("explain", "Why a promise stands as it does: the rule, its inputs, their ages. 0 kept or not in force, 1 broken or unmet, 3 unknown or not a promise") { name, data, server, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var running = await RunningServer.FindAsync(parsed.GetValue(server), parsed.GetValue(data)!, time, cancellationToken);
            return running is null
                ? FromEvidence(terminal, parsed.GetValue(data)!, parsed.GetValue(name)!, parsed.GetValue(json), time)
                : await FromServerAsync(terminal, running, parsed.GetValue(name)!, parsed.GetValue(json), cancellationToken);
        });
        return command;
    }

    private static async Task<int> FromServerAsync(Terminal terminal, RunningServer server, string asked, bool asJson, CancellationToken cancellationToken)
    {
        var all = await server.PromisesAsync(cancellationToken);
        var name = One(Names.Matching(all.Select(promise => promise.Name), asked), asked);
        var isWish = all.First(promise => promise.Name == name).Standing == "wished";
        var found = await server.AskAsync($"/api/v1/promises/{name}/explain", WireJson.Default.WireExplanation, cancellationToken)
            ?? throw new UsageException($"no promise is called '{asked}'; `kept status` lists all");
        var outcome = Outcomes.FromWire(found.Outcome);
        var exit = outcome switch { Outcome.Kept or Outcome.NotInForce => ExitCodes.Kept, Outcome.Broken => ExitCodes.Broken, _ => ExitCodes.Unknown };
        if (asJson)
        {
            terminal.Result.WriteLine(Json(found, isWish));
            return exit;
        }
        terminal.Result.WriteLine($"{terminal.Strong(found.Promise)}  {terminal.State(outcome, isWish)}  as of {found.AsOf}, by {found.Assessor.House} at {found.Assessor.Place}{(found.Assessor.Self ? " (self)" : "")}");
        terminal.Result.WriteLine();
        terminal.Table(found.Inputs.Select(input => (IReadOnlyList<string>)
        [
            "  " + input.What, input.Value, input.Reason + (input.Figures is { } figures ? $" ({figures})" : ""),
            terminal.Quiet(input.AgeSeconds is { } age ? age < 1 ? "just now" : $"{Duration.Seconds(age).ToWords()} ago" : ""),
        ]));
        terminal.Result.WriteLine();
        terminal.Result.WriteLine($"rule  {found.Rule}");
        terminal.Result.WriteLine($"⇒     {found.Therefore}");
        return exit;
    }

    private static int FromEvidence(Terminal terminal, string folder, string asked, bool asJson, TimeProvider time)
    {
        if (!Directory.Exists(folder))
            throw new UsageException($"no server runs and there is no data folder '{folder}'; start one with `kept up`, or name one with --server or --data");
        using var ledger = new OpenLedger(Ledgers.OpenSqliteReadOnly(folder, time));
        var verdicts = ledger.LastVerdicts();
        var name = One(Names.Matching(verdicts.Select(verdict => verdict.Name), asked), asked);
        var last = verdicts.First(verdict => verdict.Name == name);
        if (asJson)
        {
            terminal.Result.WriteLine(Json(last));
            return ExitCodes.Unknown;
        }
        terminal.Result.WriteLine($"{terminal.Strong(name)}  {terminal.State(Outcome.Unknown, last.IsWish)}");
        terminal.Result.WriteLine();
        terminal.Result.WriteLine($"  last recorded  {last.Outcome.Word(last.IsWish)}  {last.Reason}  {Names.Ago(last.At, Instant.From(time.GetUtcNow()))}");
        terminal.Result.WriteLine();
        terminal.Result.WriteLine("rule  " + NobodyLooks);
        return ExitCodes.Unknown;
    }

    private const string NobodyLooks = "no server runs, so nobody looks; a state that nobody looks at is unknown after two missed looks";

    private static string Json(WireExplanation found, bool isWish) => DiagnosticJson.Text(json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("live", true);
        json.WriteString("promise", found.Promise);
        json.WriteString("outcome", found.Outcome);
        json.WriteString("word", Outcomes.FromWire(found.Outcome).Word(isWish));
        json.WriteString("asOf", found.AsOf);
        json.WriteString("rule", found.Rule);
        json.WriteString("therefore", found.Therefore);
        json.WriteStartObject("assessor");
        json.WriteString("house", found.Assessor.House);
        json.WriteString("place", found.Assessor.Place);
        json.WriteBoolean("self", found.Assessor.Self);
        json.WriteEndObject();
        json.WriteStartArray("inputs");
        foreach (var input in found.Inputs)
        {
            json.WriteStartObject();
            json.WriteString("what", input.What);
            json.WriteString("value", input.Value);
            json.WriteString("reason", input.Reason);
            if (input.At is { } at) json.WriteString("at", at);
            if (input.AgeSeconds is { } age) json.WriteNumber("ageSeconds", age);
            if (input.Figures is { } figures) json.WriteString("figures", figures);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static string Json(LastVerdict last) => DiagnosticJson.Text(json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("live", false);
        json.WriteString("promise", last.Name);
        json.WriteString("outcome", Outcome.Unknown.Wire());
        json.WriteString("word", Outcome.Unknown.Word(last.IsWish));
        json.WriteString("rule", NobodyLooks);
        json.WriteStartObject("lastRecorded");
        json.WriteString("outcome", last.Outcome.Wire());
        json.WriteString("reason", last.Reason);
        json.WriteString("at", last.At.ToString());
        json.WriteEndObject();
        json.WriteEndObject();
    });

    private static string One(IReadOnlyList<string> fitting, string asked) => fitting.Count switch
    {
        1 => fitting[0],
        0 => throw new UsageException($"no promise is called '{asked}'; `kept status` lists all"),
        _ => throw new UsageException($"'{asked}' fits {string.Join(", ", fitting)}; write one of them"),
    };
}
