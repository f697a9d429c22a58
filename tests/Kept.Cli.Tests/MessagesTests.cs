using System.CommandLine;
using System.Text.RegularExpressions;
using Kept.Cli.Output;
using Kept.TestKit;
using Xunit;

namespace Kept.Cli.Tests;

/// <summary>What messages, pages and documents tell people to write is something the program takes: an advice that ends with "wrong usage" is worse than none.</summary>
public partial class MessagesTests
{
    /// <summary>The grammar of the product.</summary>
    internal static RootCommand Grammar { get; } = Program.Build(new Terminal(TextWriter.Null, TextWriter.Null, colour: false), TimeProvider.System);

    [Fact]
    public void Every_command_that_anything_tells_to_write_exists_with_its_flags()
    {
        var files = new[] { "src", "docs", "web", "examples", "eng" }.Where(folder => Directory.Exists(Repository.PathOf(folder)))
            .SelectMany(folder => Directory.EnumerateFiles(Repository.PathOf(folder), "*", SearchOption.AllDirectories))
            .Where(file => Path.GetExtension(file) is ".cs" or ".razor" or ".md" or ".yaml" or ".ts" or ".js" or ".expected" && !Ignored().IsMatch(file))
            .Concat(Directory.EnumerateFiles(Repository.Root, "*.md"));
        var told = files.SelectMany(file => Commands(File.ReadAllText(file)).Select(command => (File: Path.GetRelativePath(Repository.Root, file), Command: command))).ToList();
        Assert.True(told.Count > 80, $"only {told.Count} found");
        Assert.Contains(told, one => one.Command.StartsWith("ledger verify", StringComparison.Ordinal) && one.File.EndsWith("SqliteLedger.cs", StringComparison.Ordinal));
        // the verb `verify` looks at services; whoever has damaged evidence needs the other one
        Assert.DoesNotContain(told, one => one.Command.StartsWith("verify", StringComparison.Ordinal) && (one.File.Contains("Kept.Ledger/", StringComparison.Ordinal) || one.File.EndsWith("ledger-format.md", StringComparison.Ordinal)));
        var wrong = told.Select(one => (one.File, one.Command, Wrong: WrongIn(one.Command))).Where(one => one.Wrong is not null).Select(one => $"{one.File}: kept {one.Command}: {one.Wrong}");
        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("Run `kept verfy` on it", "no verb verfy")]
    [InlineData("look: <c>kept ledger</c> says why", "ledger takes one of verify, backup")]
    [InlineData("Run `kept ledger repair` first", "ledger takes one of verify, backup")]
    [InlineData("try: kept up --open", "up takes no --open")]
    [InlineData("write: kept check . --sarif", null)]
    [InlineData("everything is kept today", null)]
    public void A_command_that_does_not_exist_is_noticed(string text, string? wrong) =>
        Assert.Equal(wrong is null ? [] : [wrong], Commands(text).Select(WrongIn).OfType<string>());

    /// <summary>What is written after the name of the program wherever a text says to write it: in backticks, in code, after a colon in a message, on a line of its own.</summary>
    private static IEnumerable<string> Commands(string text) =>
        Quoted().Matches(text).Select(match => match.Groups["command"].Value)
            .Concat(text.Split('\n').Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)).SelectMany(line => Loose().Matches(line)).Select(match => match.Groups["command"].Value));

    private static string? WrongIn(string command)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var verb = Grammar.Subcommands.FirstOrDefault(one => one.Name == words[0].TrimEnd('.', ',', ';'));
        if (verb is null) return $"no verb {words[0]}";
        if (verb.Subcommands.Count > 0)
        {
            var sub = verb.Subcommands.FirstOrDefault(one => words.Length > 1 && one.Name == words[1].TrimEnd('.', ',', ';'));
            if (sub is null && verb.Arguments.Count == 0) return $"{verb.Name} takes one of {string.Join(", ", verb.Subcommands.Select(one => one.Name))}";
            verb = sub ?? verb; // a verb with an argument of its own needs none below it
        }
        foreach (var flag in words.Where(word => word.StartsWith("--", StringComparison.Ordinal)).Select(word => word.TrimEnd('.', ',', ';', ')').Split('=')[0]))
            if (flag is not ("--help" or "--no-color") && verb.Options.All(option => option.Name != flag)) return $"{verb.Name} takes no {flag}";
        return null;
    }

    [GeneratedRegex(@"(?:`|<c>|<code>|"")(?:\$ )?(?:\./)?kept (?<command>[a-z][a-z-]*(?:[^`<""\n]*))")]
    private static partial Regex Quoted();

    // Not "kept is true": a verb, and after it an end, a flag, a path, a name in capitals or the hole of an interpolated text.
    [GeneratedRegex(@"(?:[:;·] +|^ *|^#+ +|\$ (?:\./)?|  +)kept (?<command>(?:up|add|init|status|explain|check|verify|try|import|export|fmt|schema|ledger)\b[^`<""\n#·]*)")]
    private static partial Regex Loose();

    [GeneratedRegex("/(obj|bin|node_modules|artifacts)/")]
    private static partial Regex Ignored();
}
