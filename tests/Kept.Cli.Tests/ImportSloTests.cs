using System.Text.RegularExpressions;
using Kept.TestKit;
using Xunit;

namespace Kept.Cli.Tests;

/// <summary><c>kept import openslo</c>, <c>sloth</c> and <c>pyrra</c>, and the page about them.</summary>
public sealed partial class ImportSloTests
{
    private static readonly DateTimeOffset Then = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly string Page = File.ReadAllText(Repository.PathOf("docs", "reference", "import-slo.md"));

    [Theory]
    [InlineData("openslo"), InlineData("sloth"), InlineData("pyrra")]
    public async Task What_the_page_shows_is_what_comes_out(string tool)
    {
        using var place = new TestHouse().With("config.yaml", Block(tool)!);
        var run = await CommandLine.RunAtAsync(Then, "import", tool, place.PathOf("config.yaml"), "-o", place.PathOf("house"));
        Assert.Equal(0, run.ExitCode);
        if (Block(tool + "-report") is { } report) Assert.Contains(report, run.Result.Replace(place.PathOf("config.yaml"), "config.yaml", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains(Block(tool + "-document")!, await File.ReadAllTextAsync(place.PathOf($"house/imported-from-{tool}.kept.yaml"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var check = await CommandLine.RunAtAsync(Then, "check", place.PathOf("house"));
        Assert.Equal(0, check.ExitCode);
    }

    [Fact]
    public async Task The_address_that_is_named_is_written()
    {
        using var place = new TestHouse().With("config.yaml", Block("sloth")!);
        var run = await CommandLine.RunAtAsync(Then, "import", "sloth", place.PathOf("config.yaml"), "--prometheus-url", "https://prometheus.shop.example/", "--json");
        Assert.Contains("at https://prometheus.shop.example'", run.Result, StringComparison.Ordinal);
        Assert.DoesNotContain("localhost", run.Result, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ftp://prometheus.example"), InlineData("https://me:secret@prometheus.example"), InlineData("https://prometheus.example/?a=b"), InlineData("prometheus"), InlineData("http://a b")]
    public async Task An_address_that_is_none_is_refused_and_shows_no_password(string url)
    {
        using var place = new TestHouse().With("config.yaml", Block("sloth")!);
        var run = await CommandLine.RunAtAsync(Then, "import", "sloth", place.PathOf("config.yaml"), "--prometheus-url", url);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("is no address of a Prometheus", run.Talk, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", run.Talk, StringComparison.Ordinal);
    }

    private static string? Block(string form) => Fence().Matches(Page).SingleOrDefault(block => block.Groups["form"].Value == form)?.Groups["text"].Value;

    [GeneratedRegex(@"^```(?<form>[\w-]+)\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
