using System.CommandLine;
using Kept.Checks;
using Kept.Cli.Output;
using Kept.Language;

namespace Kept.Cli.Commands;

/// <summary><c>kept schema</c>: the JSON Schema of documents, for editors.</summary>
internal static class SchemaCommand
{
    public static Command Build(Terminal terminal)
    {
        var command = new Command("schema", "Print the JSON Schema of documents, generated from what the reader reads; for editors");
        var house = new Option<bool>("--house") { Description = "The schema of house.yaml instead" };
        command.Options.Add(house);
        command.SetAction(parsed =>
        {
            terminal.Result.WriteLine(parsed.GetValue(house) ? DocumentSchema.HouseJson(CheckCatalog.Kinds) : DocumentSchema.Json(CheckCatalog.Kinds));
            return ExitCodes.Kept;
        });
        return command;
    }
}
