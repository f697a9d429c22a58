using System.Text.Json;
using System.Text.RegularExpressions;
using Kept.TestKit;
using Xunit;

namespace Kept.Cli.Tests;

/// <summary>Imports that name no checks: a catalogue, a status page. What their pages show is what comes out.</summary>
public sealed partial class ImportCataloguesTests
{
    private static readonly DateTimeOffset Then = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task What_the_page_of_catalogues_shows_is_what_comes_out()
    {
        using var place = new TestHouse().With("catalog-info.yaml", Block("import-backstage.md", "backstage"));
        var run = await CommandLine.RunAtAsync(Then, "import", "backstage", place.PathOf("catalog-info.yaml"), "-o", place.PathOf("house"));
        Assert.Equal(0, run.ExitCode);
        Assert.Contains(Block("import-backstage.md", "report"), run.Result.Replace(place.PathOf("catalog-info.yaml"), "catalog-info.yaml", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("       3  carried whole\n       1  carried in part", run.Result, StringComparison.Ordinal);
        Assert.DoesNotContain("of 100", run.Result, StringComparison.Ordinal);
        Assert.Contains(Block("import-backstage.md", "document"), await File.ReadAllTextAsync(place.PathOf("house/imported-from-backstage.kept.yaml"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        // it loads, and tells for each what it lacks to be a promise: nothing that was made up stands in for it
        var check = await CommandLine.RunAtAsync(Then, "check", place.PathOf("house"), "--json");
        Assert.Equal(1, check.ExitCode);
        using var json = JsonDocument.Parse(check.Result);
        Assert.All(json.RootElement.GetProperty("diagnostics").EnumerateArray(), one => Assert.StartsWith("R", one.GetProperty("code").GetString(), StringComparison.Ordinal));
        Assert.Contains(json.RootElement.GetProperty("diagnostics").EnumerateArray(), one => one.GetProperty("message").GetString()!.Contains("version", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_broken_catalogue_tells_its_line_and_what_was_understood_and_nothing_is_written()
    {
        using var place = new TestHouse().With("catalog-info.yaml", Block("import-backstage.md", "backstage") + "---\nkind: [\n");
        var run = await CommandLine.RunAtAsync(Then, "import", "backstage", place.PathOf("catalog-info.yaml"), "-o", place.PathOf("house"));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("catalog-info.yaml:27:", run.Result, StringComparison.Ordinal);
        Assert.Contains("understood so far: 4 entities", run.Result, StringComparison.Ordinal);
        Assert.False(Directory.Exists(place.PathOf("house")));
    }

    [Fact]
    public async Task What_the_page_of_status_pages_shows_is_what_comes_out()
    {
        using var place = new TestHouse().With("summary.json", Block("import-statuspage.md", "statuspage"));
        var run = await CommandLine.RunAtAsync(Then, "import", "statuspage", place.PathOf("summary.json"), "--history", "-o", place.PathOf("house"));
        Assert.Equal(0, run.ExitCode);
        Assert.Contains(Block("import-statuspage.md", "report"), run.Result.Replace(place.PathOf("summary.json"), "summary.json", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("       1  carried whole", run.Result, StringComparison.Ordinal);
        Assert.Contains("as Bank recorded it, and no evidence of ours\n  2 statements of theirs about themselves · 0 left out", run.Result, StringComparison.Ordinal);
        Assert.Contains(Block("import-statuspage.md", "document"), await File.ReadAllTextAsync(place.PathOf("house/imported-from-statuspage.kept.yaml"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(Block("import-statuspage.md", "history"), (await File.ReadAllTextAsync(place.PathOf("house/imported-from-statuspage.history.jsonl"), TestContext.Current.CancellationToken)).Replace(place.PathOf("summary.json"), "summary.json", StringComparison.Ordinal));
    }

    private static string Block(string page, string form) => Fence().Matches(File.ReadAllText(Repository.PathOf("docs", "reference", page))).Single(block => block.Groups["form"].Value == form).Groups["text"].Value;

    [GeneratedRegex(@"^```(?<form>[\w-]+)\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
