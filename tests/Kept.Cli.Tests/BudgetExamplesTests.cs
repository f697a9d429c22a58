using Kept.TestKit;
using Xunit;

namespace Kept.Cli.Tests;

/// <summary>Each broken example of a budget or an alert gives exactly the text beside it; each page shows a document that has its code and one that has not.</summary>
public sealed class BudgetExamplesTests
{
    private static readonly DateTimeOffset Then = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Documents, and folders of a house where it takes one.</summary>
    public static TheoryData<string> Examples => [.. Directory.EnumerateFiles(Repository.PathOf("examples", "broken"), "B*.kept.yaml").Concat(Directory.EnumerateDirectories(Repository.PathOf("examples", "broken"), "B*")).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task A_broken_example_says_what_is_wrong_and_what_to_write(string name)
    {
        var file = Repository.PathOf("examples", "broken", name);
        var run = await CommandLine.RunAtAsync(Then, "check", "--no-hollow", file);
        Assert.Equal(0, run.ExitCode); // warnings
        Assert.Contains($"warning {name[..3]}: ", run.Result, StringComparison.Ordinal);
        var expected = (file.EndsWith(".kept.yaml", StringComparison.Ordinal) ? file[..^".kept.yaml".Length] : file) + ".expected";
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

    /// <summary>Every reason why nobody is told of an alert, and the one word that mends it.</summary>
    [Theory]
    [InlineData("B04.nobody", "kept.yaml", "tell: nobody", "tell: oncall", "the promise says `tell: nobody`")]
    [InlineData("B04.nobody", "kept.yaml", "\n    tell: nobody", "", "the promise says `tell: nobody`")]
    [InlineData("B04.leaves-out", "house.yaml", ", when: [broken, recovered]", "", "`when` of its routes leaves alerts out")]
    [InlineData("B04.leaves-out", "house.yaml", "recovered", "alerts", "`when` of its routes leaves alerts out")]
    [InlineData("B04.not-usual", "house.yaml", ", usual: no", "", "it names no route, and the house has no usual one")]
    [InlineData("B04.not-usual", "kept.yaml", "over 5m }", "over 5m }\n    tell: oncall", "it names no route, and the house has no usual one")]
    [InlineData("B04.named-leaves-out", "kept.yaml", "tell: day", "tell: [day, oncall]", "`when` of its routes leaves alerts out")]
    [InlineData("B04.named-leaves-out", "house.yaml", "when: broken", "when: [broken, alerts]", "`when` of its routes leaves alerts out")]
    public async Task An_alert_that_nobody_is_told_of_says_why_and_one_that_somebody_is_told_of_is_well(string example, string file, string wrong, string right, string why)
    {
        var folder = Repository.PathOf("examples", "broken", example);
        Assert.Contains($"warning B04: the alert `page` fires and nobody is told: {why}", (await CommandLine.RunAtAsync(Then, "check", "--no-hollow", folder)).Result, StringComparison.Ordinal);
        using var mended = new TestHouse();
        foreach (var path in Directory.EnumerateFiles(folder))
        {
            var text = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
            mended.With(Path.GetFileName(path), Path.GetFileName(path) == file ? text.Replace(wrong, right, StringComparison.Ordinal) : text);
            if (Path.GetFileName(path) == file) Assert.Contains(wrong, text, StringComparison.Ordinal);
        }
        var run = await CommandLine.RunAtAsync(Then, "check", "--no-hollow", mended.Folder);
        Assert.Equal(0, run.ExitCode);
        Assert.DoesNotContain("B04", run.Result, StringComparison.Ordinal);
    }
}
