using Kept.TestKit;
using Xunit;

namespace Kept.Cli.Tests;

/// <summary>Each broken example of a budget or an alert gives exactly the text beside it; each page shows a document that has its code and one that has not.</summary>
public sealed class BudgetExamplesTests
{
    private static readonly DateTimeOffset Then = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<string> Examples => [.. Directory.EnumerateFiles(Repository.PathOf("examples", "broken"), "B*.kept.yaml").Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task A_broken_example_says_what_is_wrong_and_what_to_write(string name)
    {
        var file = Repository.PathOf("examples", "broken", name);
        var run = await CommandLine.RunAtAsync(Then, "check", "--no-hollow", file);
        Assert.Equal(0, run.ExitCode); // warnings
        Assert.Contains($"warning {name[..3]}: ", run.Result, StringComparison.Ordinal);
        var expected = file.Replace(".kept.yaml", ".expected", StringComparison.Ordinal);
        var text = run.Result.TrimEnd('\n') + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1" && !Repository.IsContinuousIntegration) await File.WriteAllTextAsync(expected, text, TestContext.Current.CancellationToken);
        Assert.Equal(await File.ReadAllTextAsync(expected, TestContext.Current.CancellationToken), text);
        Assert.Equal(1, (await CommandLine.RunAtAsync(Then, "check", "--strict", file)).ExitCode);
    }

    [Theory]
    [InlineData("B01")]
    [InlineData("B02")]
    [InlineData("B03")]
    public async Task A_page_shows_a_document_that_has_the_code_and_one_that_has_not(string code)
    {
        var blocks = (await File.ReadAllTextAsync(Repository.PathOf("docs", "errors", code + ".md"), TestContext.Current.CancellationToken)).Split("```yaml\n")[1..].Select(block => block.Split("```")[0]).ToList();
        Assert.Equal(2, blocks.Count);
        for (var i = 0; i < 2; i++)
        {
            using var house = new TestHouse();
            house.With("kept.yaml", "kept: 1\nagent: shop\ndomains: [shop.example]\npromises:\n  page:\n    version: 1.0\n    benefit: You can look around.\n    to: anyone\n"
                + string.Concat(blocks[i].TrimEnd().Split('\n').Select(line => $"    {line}\n")));
            var run = await CommandLine.RunAtAsync(Then, "check", house.Folder);
            Assert.Equal(i == 0, run.Result.Contains($"warning {code}: ", StringComparison.Ordinal));
            Assert.DoesNotContain("error L", run.Result, StringComparison.Ordinal);
        }
    }
}
