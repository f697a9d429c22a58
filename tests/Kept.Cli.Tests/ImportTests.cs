using System.Text.Json;
using System.Text.RegularExpressions;
using Kept.TestKit;
using Xunit;

namespace Kept.Cli.Tests;

/// <summary><c>kept import gatus</c> and its kin, and the page about them.</summary>
public sealed partial class ImportTests
{
    private static readonly DateTimeOffset Then = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly string Page = File.ReadAllText(Repository.PathOf("docs", "reference", "import.md"));

    private static string Case(string tool, string name) => Repository.PathOf("tests", "Kept.Import.Tests", tool, "cases", name);

    private static IEnumerable<string> Blocks(string form) => Fence().Matches(Page).Where(block => block.Groups["form"].Value == form).Select(block => block.Groups["text"].Value);

    [Fact]
    public async Task The_report_is_as_approved()
    {
        var run = await CommandLine.RunAtAsync(Then, "import", "gatus", Case("Gatus", "hackspace.yaml"));
        Assert.Equal(0, run.ExitCode);
        Snapshot.Matches(run.Result.Replace(Case("Gatus", "hackspace.yaml"), "hackspace.yaml", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_the_page_shows_is_what_comes_out()
    {
        using var place = new TestHouse().With("config.yaml", Blocks("gatus").Single());
        var report = await CommandLine.RunAtAsync(Then, "import", "gatus", place.PathOf("config.yaml"), "-o", place.PathOf("house"));
        var shown = report.Result.Replace(place.PathOf("config.yaml"), "config.yaml", StringComparison.Ordinal);
        Assert.All(Blocks("report"), block => Assert.Contains(block, shown, StringComparison.Ordinal));
        Assert.Contains(Blocks("document").Single(), await File.ReadAllTextAsync(place.PathOf("house/imported-from-gatus.kept.yaml"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var check = await CommandLine.RunAtAsync(Then, "check", place.PathOf("house"));
        Assert.Equal(0, check.ExitCode);

        using var seen = new TestHouse().With("ours.json", Blocks("seen").Single()).With("gatus.json", Blocks("gatus-seen").Single());
        Assert.Equal(0, (await CommandLine.RunAsync("try", "body.queue.depth < 100 and certificate.expires-in > 14d and header.content-type contains 'html'", "--seen", seen.PathOf("ours.json"))).ExitCode);
        Assert.Equal(0, (await CommandLine.RunAsync("try", "[BODY].queue.depth < 100", "--seen", seen.PathOf("gatus.json"), "--dialect", "gatus")).ExitCode);
    }

    [Fact]
    public async Task Nothing_is_overwritten_and_nothing_is_half_written()
    {
        using var place = new TestHouse();
        var house = place.PathOf("house");
        string[] import = ["import", "gatus", Case("Gatus", "shop.yaml"), "-o", house];
        Assert.Equal(0, (await CommandLine.RunAtAsync(Then, import)).ExitCode);
        var before = File.ReadAllText(Path.Combine(house, "imported-from-gatus.kept.yaml"));
        var again = await CommandLine.RunAtAsync(Then, import);
        Assert.Equal(2, again.ExitCode);
        Assert.Contains("is there already, and nothing is overwritten", again.Talk, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(Path.Combine(house, "imported-from-gatus.kept.yaml")));

        var broken = await CommandLine.RunAtAsync(Then, "import", "gatus", Case("Gatus", "broken.yaml"), "-o", place.PathOf("other"));
        Assert.Equal(1, broken.ExitCode);
        Assert.Contains("broken.yaml:9:9", broken.Result, StringComparison.Ordinal);
        Assert.Contains("understood so far: 2 checks", broken.Result, StringComparison.Ordinal);
        Assert.False(Directory.Exists(place.PathOf("other")));
    }

    [Fact]
    public async Task Json_has_the_score_the_fates_the_documents_and_every_finding()
    {
        var run = await CommandLine.RunAtAsync(Then, "import", "blackbox", Case("Blackbox", "blackbox.yaml"), "--prometheus", Case("Blackbox", "prometheus.yaml"), "--json");
        using var json = JsonDocument.Parse(run.Result);
        Assert.Equal(62, json.RootElement.GetProperty("score").GetInt32());
        Assert.Equal(8, json.RootElement.GetProperty("fates").GetArrayLength());
        Assert.Contains("relies-on:", json.RootElement.GetProperty("documents")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Contains(json.RootElement.GetProperty("diagnostics").EnumerateArray(), one => one.GetProperty("code").GetString() == "I08" && one.GetProperty("line").GetInt32() == 14);
        Assert.DoesNotContain("password: secret", run.Result, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_shows_no_credential()
    {
        using var place = new TestHouse().With("config.yaml", """
            alerting: { slack: { webhook-url: "https://hooks.example/T0/hidden" } }
            endpoints:
              - { name: a, url: "https://me:hidden@a.example/", conditions: ["[STATUS] == 200"], headers: { Authorization: Bearer hidden } }
            external-endpoints:
              - { name: b, token: hidden, interval: 1h }
            """);
        var run = await CommandLine.RunAtAsync(Then, "import", "gatus", place.PathOf("config.yaml"));
        Assert.DoesNotContain("hidden", run.Result.Replace("URL holds", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("•", run.Result, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("import gatus nowhere.yaml", "there is no file or folder")]
    [InlineData("import gatus . --agent Not-A-Name", "is no name")]
    [InlineData("import blackbox .", "is a folder")]
    [InlineData("import gatus . --nothing", "Write `kept import gatus --help` for what it takes.")]
    public async Task Wrong_usage_is_told(string line, string expected)
    {
        var run = await CommandLine.RunAtAsync(Then, line.Split(' '));
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Talk, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^```(?<form>[\w-]*)\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
