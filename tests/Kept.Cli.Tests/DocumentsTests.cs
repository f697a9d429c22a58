using System.Text.RegularExpressions;
using Kept.TestKit;
using Xunit;

namespace Kept.Cli.Tests;

/// <summary>What the documents show is run: every promise document in them is checked, every command line in the README is given to the product.</summary>
public partial class DocumentsTests
{
    public static TheoryData<string> Pages() =>
    [
        "README.md",
        .. new[] { "docs/reference", "docs/concepts", "docs/checks" }.Where(folder => Directory.Exists(Repository.PathOf(folder)))
            .SelectMany(folder => Directory.EnumerateFiles(Repository.PathOf(folder), "*.md")).Select(file => Path.GetRelativePath(Repository.Root, file)).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Every_whole_document_on_a_page_is_read_and_promises(string page)
    {
        foreach (Match block in Fence().Matches(await File.ReadAllTextAsync(Repository.PathOf(page), TestContext.Current.CancellationToken)))
        {
            if (block.Groups["form"].Value != "yaml" || !block.Groups["text"].Value.StartsWith("kept: 1", StringComparison.Ordinal)) continue;
            using var house = new TestHouse().With("page.kept.yaml", block.Groups["text"].Value);
            var run = await CommandLine.RunAsync("check", house.Folder);
            Assert.True(run.ExitCode == 0, $"{page}: {run.Result}{run.Talk}");
        }
    }

    [Fact]
    public async Task Every_command_of_the_README_is_one_the_product_knows_and_the_offline_ones_succeed()
    {
        var readme = await File.ReadAllTextAsync(Repository.PathOf("README.md"), TestContext.Current.CancellationToken);
        var lines = Fence().Matches(readme).Where(block => block.Groups["form"].Value == "console").SelectMany(block => block.Groups["text"].Value.Split('\n'))
            .Where(line => line.StartsWith("$ ./kept ", StringComparison.Ordinal)).Select(line => line["$ ./kept ".Length..].Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        Assert.NotEmpty(lines);
        foreach (var words in lines)
        {
            var help = await CommandLine.RunAsync(words[0], "--help");
            Assert.Equal(0, help.ExitCode);
            Assert.Contains($" {words[0]} ", help.Result, StringComparison.Ordinal);
            if (words[0] != "check") continue;
            var run = await CommandLine.RunAsync(["check", Repository.PathOf(words[1])]);
            Assert.True(run.ExitCode == 0, run.Result + run.Talk);
        }
    }

    [GeneratedRegex(@"^```(?<form>\w+)\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
