using System.CommandLine;
using Kept.Cli.Importing;
using Kept.Cli.Output;
using Kept.Import;
using Kept.Model;

namespace Kept.Cli.Commands;

/// <summary>The verb <c>import</c>: another tool's files as our documents, with a report of everything that was lost or was hollow. All is written or nothing.</summary>
internal static class ImportCommand
{
    public static Command Build(Terminal terminal, TimeProvider time)
    {
        var command = new Command("import", "Bring along another tool's configuration: our documents, and a report of what was lost and what could never have failed");
        foreach (var tool in ImportCatalog.Tools) command.Subcommands.Add(Tool(tool, terminal, time));
        return command;
    }

    private static Command Tool(ForeignTool tool, Terminal terminal, TimeProvider time)
    {
        var path = new Argument<string>(tool.TakesFolders ? "FILE|FOLDER" : "FILE") { Description = tool.Means };
        var into = new Option<string?>("--into", "-o") { Description = "Write the documents into this folder; without it nothing is written", HelpName = "FOLDER" };
        var agent = new Option<string>("--agent") { Description = "The id of who relies on all this", HelpName = "NAME", DefaultValueFactory = _ => "imported-from-" + tool.Name };
        var json = Shared.Json();
        var history = new Option<bool>("--history") { Description = "Write what the tool recorded of the past beside the documents, as its own assessment: never evidence of ours" };
        var beside = tool.Beside.Select(one => (one, Option: new Option<string?>(one.Option) { Description = one.Means, HelpName = "FILE" })).ToList();
        var command = new Command(tool.Name, $"From {tool.Title}: {tool.Means}") { path, into, agent, json };
        foreach (var (_, option) in beside) command.Options.Add(option);
        if (tool.History is not null) command.Options.Add(history);
        var prometheus = new Option<string?>("--prometheus-url") { Description = "Where the Prometheus is that answers the queries, where the files do not say", HelpName = "URL" };
        if (tool.AsksPrometheus) command.Options.Add(prometheus);
        command.SetAction(parsed =>
        {
            var id = parsed.GetValue(agent)!;
            if (!PromiseName.IsName(id)) throw new UsageException($"'{id}' is no name: use lower-case letters, digits, hyphens and dots");
            var given = beside.Select(one => (Name: one.one.Option.TrimStart('-'), File: parsed.GetValue(one.Option))).Where(one => one.File is not null).Select(one => (one.Name, one.File!));
            var folder = parsed.GetValue(into);
            var withHistory = tool.History is not null && parsed.GetValue(history);
            if (withHistory && folder is null) throw new UsageException("--history is written beside the documents: name their folder with -o FOLDER");
            var import = Carrying.Read(tool, parsed.GetValue(path)!, given, id, tool.AsksPrometheus ? Address(parsed.GetValue(prometheus)) : null, time);
            var written = folder is null ? [] : import.WriteInto(folder, withHistory);
            if (parsed.GetValue(json)) terminal.Result.WriteLine(ImportJson.Write(import, written));
            else ImportReport.Write(terminal, import, folder, written);
            return import.Reading.IsBroken || import.Reading.Carried == 0 || import.Past?.Broken is not null ? ExitCodes.Broken : ExitCodes.Kept;
        });
        return command;
    }

    private static string? Address(string? given)
    {
        if (given is null) return null;
        if (!Uri.TryCreate(given, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0 || given.AsSpan().IndexOfAny(" ?#") >= 0 || url.Host.Length == 0)
            throw new UsageException($"'{Losses.Short(given)}' is no address of a Prometheus: write http://HOST:PORT, without user, password or query");
        return given.TrimEnd('/');
    }
}
