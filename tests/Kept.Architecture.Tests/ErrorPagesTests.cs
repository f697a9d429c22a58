using System.Text;
using System.Text.RegularExpressions;
using Kept.TestKit;
using Xunit;

namespace Kept.Architecture.Tests;

/// <summary>Every code that a person can meet has a page, stands in the index, and is shown to happen. That L and R have their catalogues is tested in their rooms.</summary>
public sealed partial class ErrorPagesTests
{
    private static readonly (char Letter, string Heading, string Says)[] Groups =
    [
        ('L', "Documents that cannot be read", "Form, grammar and names. Such an error refuses the whole house; a running one stays as it was. Told by `kept check`, `kept up` and the page of problems, with the line and what to write."),
        ('R', "Rules", "What makes a promise one. An error makes that promise *not a promise*; a warning is advice. Each page says what the rule demands, why, and what one house cannot decide."),
        ('B', "Budgets and alerts", "What arithmetic alone says of a budget or an alert. Warnings, told by `kept check`, `kept up` and the page of problems."),
        ('H', "Hollow checks", "What a check would miss, or can never see. Told by `kept check`, on the page of problems and on the page of a promise; nothing is refused for it. How it is found: [what a check would miss](../concepts/hollow.md)."),
        ('A', "The API", "In the `code` of an answer that is a problem."),
        ('I', "Other tools' files", "Told when another tool's files are brought along, and by `kept try --dialect gatus`; from I20 on when a house is exported. Only I01 keeps anything from being written; the others say what was lost, and what had been hollow all along."),
        ('S', "Storage", "On standard error of `kept`, in `/healthz` and on the page. Each says what happened to the evidence and what to do."),
    ];

    [Fact]
    public void The_index_names_every_page_once()
    {
        var text = new StringBuilder("# Codes\n\nEverything that Kept can refuse or complain about has a code, and each code a page. A code that was shipped never means anything else.\n");
        foreach (var (letter, heading, says) in Groups)
        {
            text.Append($"\n## {heading}\n\n{says}\n\n| code | about |\n|---|---|\n");
            foreach (var page in Pages(letter)) text.Append($"| [{page}]({page}.md) | {TitleOf(page)} |\n");
        }
        var index = Repository.PathOf("docs", "errors", "README.md");
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1" && !Repository.IsContinuousIntegration) File.WriteAllText(index, text.ToString());
        Assert.True(File.Exists(index), "run with UPDATE_SNAPSHOTS=1, which writes docs/errors/README.md");
        Assert.Equal(File.ReadAllText(index), text.ToString());
        var all = Directory.EnumerateFiles(Repository.PathOf("docs", "errors"), "*.md").Select(file => Path.GetFileNameWithoutExtension(file)!).Where(page => page != "README");
        Assert.Equal(Groups.SelectMany(group => Pages(group.Letter)).Order(StringComparer.Ordinal), all.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_code_of_storage_stands_in_the_catalogue_alone_and_has_a_page()
    {
        var catalogue = File.ReadAllText(Repository.PathOf("src", "Kept.Ledger", "StorageCodes.cs"));
        var codes = CodeConstant('S').Matches(catalogue).Select(match => match.Groups["code"].Value).ToList();
        Assert.Equal(codes.Distinct().Order(StringComparer.Ordinal), codes);
        Assert.Equal(Pages('S'), codes);
        var titles = CatalogueEntry().Matches(catalogue).ToDictionary(match => match.Groups["name"].Value, match => match.Groups["title"].Value);
        foreach (Match constant in CodeConstant('S').Matches(catalogue)) Assert.Equal(titles[constant.Groups["name"].Value], TitleOf(constant.Groups["code"].Value));
        var elsewhere = SourceText.Under("src").Where(file => !file.EndsWith("StorageCodes.cs", StringComparison.Ordinal) && StorageLiteral().IsMatch(File.ReadAllText(file)));
        Assert.Empty(elsewhere);
    }

    [Fact]
    public void Every_code_of_budgets_stands_in_the_catalogue_and_has_a_page_and_a_broken_example()
    {
        var catalogue = File.ReadAllText(Repository.PathOf("src", "Kept.Judging", "Feasibility", "BudgetRules.cs"));
        var constants = CodeConstant('B').Matches(catalogue);
        Assert.Equal(Pages('B'), constants.Select(match => match.Groups["code"].Value));
        var titles = CatalogueEntry().Matches(catalogue).ToDictionary(match => match.Groups["name"].Value, match => match.Groups["title"].Value);
        foreach (Match constant in constants) Assert.Equal(titles[constant.Groups["name"].Value], TitleOf(constant.Groups["code"].Value));
        Assert.All(Pages('B'), code => Assert.NotEmpty(Directory.EnumerateFiles(Repository.PathOf("examples", "broken"), code + ".*.kept.yaml")));
    }

    [Fact]
    public void Every_code_of_an_import_has_a_page_with_its_title_and_is_made_to_happen_in_a_test()
    {
        var catalogue = File.ReadAllText(Repository.PathOf("src", "Kept.Import", "Frame", "ImportCodes.cs"));
        var codes = ImportCode().Matches(catalogue).ToDictionary(match => match.Groups["name"].Value, match => match.Groups["code"].Value);
        Assert.Equal(Pages('I'), codes.Values.Order(StringComparer.Ordinal));
        foreach (Match entry in CatalogueEntry().Matches(catalogue)) Assert.Equal(entry.Groups["title"].Value, TitleOf(codes[entry.Groups["name"].Value]));
        var shown = string.Concat(Directory.EnumerateFiles(Repository.PathOf("tests", "Kept.Import.Tests"), "*.txt", SearchOption.AllDirectories).Select(File.ReadAllText));
        Assert.All(codes.Values, code => Assert.Contains(code, shown, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_code_of_the_API_has_a_page()
    {
        var codes = ApiCode().Matches(File.ReadAllText(Repository.PathOf("src", "Kept.Server", "Api", "ApiError.cs"))).Select(match => match.Groups["code"].Value);
        Assert.Equal(Pages('A'), codes);
    }

    /// <summary>Documents have their broken examples; what the API and the storage refuse is made to happen in a test that asks for the code.</summary>
    [Fact]
    public void Every_code_of_the_API_and_of_storage_is_made_to_happen_in_a_test()
    {
        var rooms = new[] { "Kept.Server.Tests", "Kept.Ledger.Tests", "Kept.EndToEnd.Tests", "Kept.Engine.Tests" };
        var tests = string.Concat(rooms.SelectMany(room => SourceText.Under("tests", room)).Select(File.ReadAllText));
        Assert.All(Pages('A').Concat(Pages('S')), code => Assert.Contains($"\"{code}\"", tests, StringComparison.Ordinal));
    }

    private static List<string> Pages(char letter) =>
        [.. Directory.EnumerateFiles(Repository.PathOf("docs", "errors"), letter + "*.md").Select(file => Path.GetFileNameWithoutExtension(file)!).Where(page => page != "README").Order(StringComparer.Ordinal)];

    private static string TitleOf(string page)
    {
        var first = File.ReadLines(Repository.PathOf("docs", "errors", page + ".md")).First();
        Assert.StartsWith($"# {page}: ", first, StringComparison.Ordinal);
        return first[$"# {page}: ".Length..];
    }

    private static Regex CodeConstant(char letter) => new($"const string (?<name>\\w+) = \"(?<code>{letter}[0-9]{{2}})\"");

    [GeneratedRegex("\\((?<name>[A-Z]\\w+), \"(?<title>[^\"]+)\"\\)")]
    private static partial Regex CatalogueEntry();

    [GeneratedRegex("(?<name>[A-Z]\\w+) = \"(?<code>I[0-9]{2})\"")]
    private static partial Regex ImportCode();

    [GeneratedRegex("\"S[0-9]{2}\"")]
    private static partial Regex StorageLiteral();

    [GeneratedRegex("new\\(\"(?<code>A[0-9]{2})\"")]
    private static partial Regex ApiCode();
}
