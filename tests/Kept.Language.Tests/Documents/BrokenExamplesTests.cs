using System.Text.RegularExpressions;
using Kept.Checks;
using Kept.TestKit;
using Xunit;

namespace Kept.Language.Tests.Documents;

/// <summary>
/// Every broken example (a file, or a folder where it takes one) is named after the code it shows, and gives exactly the text beside it. With
/// UPDATE_SNAPSHOTS=1 the texts are written; read them before you commit them. Examples of rules (R…) are read here and judged by the tests of the rules.
/// </summary>
public sealed partial class BrokenExamplesTests
{
    private static readonly string Folder = Repository.PathOf("examples", "broken");

    public static TheoryData<string> Examples =>
        [.. Directory.EnumerateFiles(Folder, "L*.kept.yaml").Concat(Directory.EnumerateDirectories(Folder, "L*")).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Examples))]
    public void A_broken_example_says_what_is_wrong_and_what_to_write(string name)
    {
        var reading = Read(name);
        var text = string.Join("\n", reading.Diagnostics.Select(DiagnosticText.Render)) + "\n";
        Assert.Contains(reading.Diagnostics, diagnostic => diagnostic.Code == name.Split('.')[0]);
        var expected = Path.Combine(Folder, name.Replace(".kept.yaml", "", StringComparison.Ordinal) + ".expected");
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1" && !Repository.IsContinuousIntegration) File.WriteAllText(expected, text);
        Assert.True(File.Exists(expected), $"no {expected}; run with UPDATE_SNAPSHOTS=1 and read it. It would be:\n{text}");
        Assert.Equal(File.ReadAllText(expected), text);
    }

    [Fact]
    public void Every_code_has_a_page_and_a_broken_example()
    {
        var shown = Examples.Select(row => row.Data.Split('.')[0]).ToHashSet();
        foreach (var code in LanguageCodes.All)
        {
            Assert.Contains(code.Code, shown);
            var page = Repository.PathOf("docs", "errors", code.Code + ".md");
            Assert.True(File.Exists(page), page);
            Assert.StartsWith($"# {code.Code}: {code.Title}\n", File.ReadAllText(page), StringComparison.Ordinal);
        }
        Assert.Equal(LanguageCodes.All.Length, LanguageCodes.All.Select(code => code.Code).Distinct().Count());
    }

    public static TheoryData<string> Pages => [.. LanguageCodes.All.Select(code => code.Code)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_page_of_a_code_shows_a_document_that_has_it_and_one_that_has_not(string code)
    {
        var blocks = YamlBlocks().Matches(File.ReadAllText(Repository.PathOf("docs", "errors", code + ".md")));
        if (blocks.Count == 0) return; // about files, not about their content
        Assert.Equal(2, blocks.Count);
        Assert.Contains(ReadText(Fragments.Whole(blocks[0].Groups[1].Value)).Diagnostics, diagnostic => diagnostic.Code == code);
        var mended = ReadText(Fragments.Whole(blocks[1].Groups[1].Value));
        Assert.True(mended.Diagnostics.IsEmpty, Houses.Shown(mended));
    }

    private static HouseReading Read(string name)
    {
        var (files, problems) = HouseFolder.ReadFiles(Path.Combine(Folder, name));
        var reading = HouseReader.Read(files, "broken", CheckCatalog.Kinds);
        return reading with { Diagnostics = [.. problems, .. reading.Diagnostics] };
    }

    private static HouseReading ReadText(string text) => HouseReader.Read([new DocumentFile("kept.yaml", System.Text.Encoding.UTF8.GetBytes(text))], "page", CheckCatalog.Kinds);

    [GeneratedRegex("```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex YamlBlocks();
}
