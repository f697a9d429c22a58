using System.Text;
using System.Text.RegularExpressions;
using Kept.Checks;
using Kept.Model;
using Kept.Rules;
using Kept.TestKit;
using Xunit;

namespace Kept.Language.Tests.Documents;

/// <summary>The page on what is found: its list and its document give the wishes that it shows.</summary>
public sealed partial class DiscoveryPageTests
{
    [Fact]
    public void What_the_page_shows_is_what_comes_out()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "concepts", "discovery.md"));
        string Block(string form) => Fence().Matches(page).Single(block => block.Groups["form"].Value == form).Groups["text"].Value;
        var reading = HouseReader.Read(
            [new DocumentFile("watch.kept.yaml", Encoding.UTF8.GetBytes(Block("document"))), new DocumentFile("targets/a.json", Encoding.UTF8.GetBytes(Block("targets"))) { IsTargets = true }], "h", CheckCatalog.Kinds);
        Assert.Empty(reading.Diagnostics);
        Assert.Equal(Block("wishes"), string.Concat(reading.House!.Promises.Select(wish => $"{wish.Name}  {wish.Checks[0].Target.Text}  {wish.Benefit}\n")));

        var own = HouseReader.Read(
            [new DocumentFile("shop.kept.yaml", Encoding.UTF8.GetBytes(Block("own-document"))), new DocumentFile("targets/a.json", Encoding.UTF8.GetBytes(Block("own-targets"))) { IsTargets = true }], "h", CheckCatalog.Kinds);
        Assert.Empty(own.Diagnostics);
        Assert.Equal(Block("own-promises"), string.Concat(own.House!.Promises.Select(promise => $"{promise.Name} {promise.Version}  {promise.Checks[0].Target.Text}  {promise.Benefit}\n"))
            + string.Concat(HouseRules.Check(own.House, Instant.From(new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero))).Where(finding => finding.Severity == Severity.Error).Select(finding => $"error {finding.Code} {finding.Promise}: {finding.Message}\n")));
    }

    [GeneratedRegex("^```(?<form>[a-z-]+)\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
