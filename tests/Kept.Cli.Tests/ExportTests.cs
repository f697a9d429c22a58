using System.Text.Json;
using System.Text.RegularExpressions;
using Kept.TestKit;
using Xunit;

namespace Kept.Cli.Tests;

/// <summary><c>kept export</c> and its page.</summary>
public sealed partial class ExportTests
{
    private static readonly DateTimeOffset Then = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly string Page = File.ReadAllText(Repository.PathOf("docs", "reference", "export.md"));

    private static TestHouse House() => new TestHouse().With("shop.kept.yaml", Block("yaml"));

    [Theory]
    [InlineData("openslo", "slo"), InlineData("prometheus-rules", "rules"), InlineData("blackbox", "modules"), InlineData("backstage", "entities")]
    public async Task What_the_page_shows_is_what_comes_out(string tool, string form)
    {
        using var house = House();
        var run = await CommandLine.RunAtAsync(Then, "export", tool, house.Folder);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains(Block(form), run.Result, StringComparison.Ordinal);
        if (tool == "openslo") Assert.Contains(Block("told"), run.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_are_written_together_and_over_nothing()
    {
        using var house = House();
        string[] export = ["export", "blackbox", house.Folder, "-o", house.PathOf("out")];
        Assert.Equal(0, (await CommandLine.RunAtAsync(Then, export)).ExitCode);
        Assert.Equal(["blackbox-targets.yml", "blackbox.yml", "prometheus.yml"], Directory.GetFiles(house.PathOf("out")).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
        File.Delete(house.PathOf("out/blackbox.yml"));
        await File.WriteAllTextAsync(house.PathOf("out/prometheus.yml"), "mine", TestContext.Current.CancellationToken);
        var again = await CommandLine.RunAtAsync(Then, export);
        Assert.Equal(2, again.ExitCode);
        Assert.Contains("is there already, and nothing is overwritten", again.Talk, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(house.PathOf("out/prometheus.yml"), TestContext.Current.CancellationToken));
        Assert.False(File.Exists(house.PathOf("out/blackbox.yml")));
    }

    [Fact]
    public async Task No_secret_goes_out_and_json_tells_all()
    {
        using var house = new TestHouse().With("shop.kept.yaml", Block("yaml").Replace("every: 10s,", "every: 10s, headers: { X-Key: 'a ${env:SHOP_KEY}', X-Plain: b }, body: '${file:/run/secrets/shop}',", StringComparison.Ordinal));
        foreach (var tool in (string[])["openslo", "prometheus-rules", "blackbox", "backstage"])
        {
            var run = await CommandLine.RunAtAsync(Then, "export", tool, house.Folder, "--json");
            Assert.DoesNotContain("SHOP_KEY", run.Result + run.Talk, StringComparison.Ordinal);
            Assert.DoesNotContain("/run/secrets", run.Result + run.Talk, StringComparison.Ordinal);
            using var json = JsonDocument.Parse(run.Result);
            Assert.NotEmpty(json.RootElement.GetProperty("files").EnumerateArray());
            if (tool == "blackbox") Assert.Equal(2, json.RootElement.GetProperty("diagnostics").EnumerateArray().Count(one => one.GetProperty("code").GetString() == "I23"));
        }
    }

    [Fact]
    public async Task A_house_of_which_nothing_can_be_said_ends_with_1_and_a_refused_one_too()
    {
        using var silent = new TestHouse().With("a.kept.yaml", "kept: 1\nagent: a\nuntil: 2027-12-31\nrelies-on: { b: { wishes: { w: { check: { heartbeat: nightly, every: 1d } } } } }\n");
        var run = await CommandLine.RunAtAsync(Then, "export", "blackbox", silent.Folder, "-o", silent.PathOf("out"));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("blackbox_exporter has no probe like the kind `heartbeat`", run.Talk, StringComparison.Ordinal);
        Assert.False(Directory.Exists(silent.PathOf("out")));
        using var broken = new TestHouse().With("a.kept.yaml", "kept: 1\nagent: [\n");
        var refused = await CommandLine.RunAtAsync(Then, "export", "openslo", broken.Folder);
        Assert.Equal((1, ""), (refused.ExitCode, refused.Result));
        Assert.Contains("the documents are refused", refused.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_help_is_as_approved()
    {
        var text = (await CommandLine.RunAtAsync(Then, "export", "--help")).Result;
        foreach (var tool in Kept.Import.Exporting.ExportCatalog.Tools) text += "\n" + (await CommandLine.RunAtAsync(Then, "export", tool.Name, "--help")).Result;
        Snapshot.Matches(text);
    }

    private static string Block(string form) => Fence().Matches(Page).Single(block => block.Groups["form"].Value == form).Groups["text"].Value;

    [GeneratedRegex(@"^```(?<form>[\w-]+)\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
