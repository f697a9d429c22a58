using System.CommandLine;

namespace Kept.Cli.Commands;

/// <summary>Options that mean the same in every verb that has them.</summary>
internal static class Shared
{
    public static readonly Option<bool> NoColour = new("--no-color") { Description = "No colours (also: NO_COLOR, TERM=dumb)", Recursive = true };

    public static Option<bool> Json() => new("--json") { Description = "The result as JSON on stdout; its form is stable" };

    public static Argument<string> House() => new("FILE|FOLDER") { Description = "A document, or the folder of a house", DefaultValueFactory = _ => "." };

    public static Option<string> DataFolder() => new("--data")
    {
        Description = "Where evidence is kept (default: $KEPT_DATA, else ./kept-data)",
        HelpName = "FOLDER",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("KEPT_DATA") is { Length: > 0 } folder ? folder : "kept-data",
    };

    public static Option<string?> Server() => new("--server")
    {
        Description = "The running server (default: $KEPT_SERVER, else the one whose data folder this is)",
        HelpName = "URL",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("KEPT_SERVER") is { Length: > 0 } url ? url : null,
    };

    /// <summary>An option that takes a whole number within bounds; anything else is told with the bounds.</summary>
    public static Option<int> Whole(string name, string means, int from, int to, int otherwise) => new(name)
    {
        Description = means,
        HelpName = "N",
        DefaultValueFactory = _ => otherwise,
        CustomParser = given =>
        {
            if (given.Tokens is [var token] && int.TryParse(token.Value, System.Globalization.NumberStyles.None, null, out var number) && number >= from && number <= to) return number;
            given.AddError($"{name} takes a whole number from {from} to {to}");
            return otherwise;
        },
    };
}
