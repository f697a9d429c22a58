using System.CommandLine;
using System.Globalization;
using System.Text;
using Kept.Cli.Importing;
using Kept.Cli.Output;
using Kept.Import;
using Kept.Import.Exporting;
using Kept.Model;

namespace Kept.Cli.Commands;

/// <summary>The verb <c>export</c>: a house as another tool's files. The files go to stdout or into a folder; what they cannot say goes to stderr, for each promise.</summary>
internal static class ExportCommand
{
    private const int MostTold = 200;

    public static Command Build(Terminal terminal, TimeProvider time)
    {
        var command = new Command("export", "Write the house as another tool's files, and tell for each promise what they cannot say");
        foreach (var tool in ExportCatalog.Tools) command.Subcommands.Add(Tool(tool, terminal, time));
        return command;
    }

    private static Command Tool(ExportTool tool, Terminal terminal, TimeProvider time)
    {
        var house = Shared.House();
        var into = new Option<string?>("--into", "-o") { Description = "Write the files into this folder; without it they go to stdout", HelpName = "FOLDER" };
        var json = Shared.Json();
        var command = new Command(tool.Name, $"For {tool.Title}: {tool.Means}") { house, into, json };
        command.SetAction(parsed => Run(tool, HouseOnDisk.Read(parsed.GetValue(house)!, time), parsed.GetValue(into), parsed.GetValue(json), terminal));
        return command;
    }

    private static int Run(ExportTool tool, HouseOnDisk disk, string? into, bool asJson, Terminal terminal)
    {
        if (disk.House is not { } house)
        {
            terminal.Talk.WriteLine($"kept: the documents are refused, so nothing is exported: {disk.Diagnostics.First(problem => problem.RefusesHouse).Message}");
            terminal.Talk.WriteLine("`kept check` tells every problem.");
            return ExitCodes.Broken;
        }
        var export = ExportCatalog.Write(tool, house);
        var findings = export.Findings.Select(finding => disk.Shown(finding.AsDiagnostic())).ToList();
        var written = into is null || export.Files.IsEmpty ? [] : AllOrNone.Write(into, export.Files, "name another folder");
        if (asJson) terminal.Result.WriteLine(Json(export, written, findings));
        else
        {
            if (into is null)
                foreach (var file in export.Files)
                {
                    if (export.Files.Length > 1) terminal.Result.WriteLine($"# --- {file.Path}");
                    terminal.Result.Write(Encoding.UTF8.GetString(file.Bytes.Span));
                }
            else if (written.Count > 0) terminal.Result.WriteLine($"Wrote {string.Join(", ", written)}.");
            Tell(terminal, export);
        }
        return export.Files.IsEmpty ? ExitCodes.Broken : ExitCodes.Kept;
    }

    private static void Tell(Terminal terminal, ExportWriting export)
    {
        foreach (var finding in export.Findings.Take(MostTold))
        {
            terminal.Talk.WriteLine($"{finding.Code} {finding.Subject} ({finding.At}): {finding.Message}");
            if (finding.Instead is { } instead) terminal.Talk.WriteLine($"    write  {instead}");
        }
        if (export.Findings.Length + export.Left is var all and > MostTold) terminal.Talk.WriteLine($"… and {N(all - MostTold)} more; --json lists more");
        terminal.Talk.WriteLine(export.Files.IsEmpty ? $"Nothing was written: {export.Tool.Title} can say nothing of this house." : $"{export.Tool.Title}: {N(export.Written)} of {N(export.All)} written · {N(export.Findings.Count(finding => finding.Kind == FindingKind.Lost))} lost · {N(export.Findings.Count(finding => finding.Kind == FindingKind.Changed))} different there");
    }

    private static string Json(ExportWriting export, IReadOnlyList<string> written, IReadOnlyList<Diagnostic> findings) => DiagnosticJson.Text(json =>
    {
        json.WriteStartObject();
        json.WriteString("tool", export.Tool.Name);
        json.WriteNumber("all", export.All);
        json.WriteNumber("exported", export.Written);
        json.WriteNumber("unlisted", export.Left);
        json.WriteStartArray("files");
        foreach (var file in export.Files)
        {
            json.WriteStartObject();
            json.WriteString("path", file.Path);
            json.WriteString("text", Encoding.UTF8.GetString(file.Bytes.Span));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("written");
        foreach (var file in written) json.WriteStringValue(file);
        json.WriteEndArray();
        DiagnosticJson.Write(json, findings);
        json.WriteEndObject();
    });

    private static string N(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
