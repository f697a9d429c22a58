using System.Text.RegularExpressions;
using Kept.TestKit;
using Xunit;

namespace Kept.Architecture.Tests;

/// <summary>Each code of a storage fault that the ledger can tell has a page, and each page a code.</summary>
public sealed partial class StorageCodesTests
{
    [Fact]
    public void Every_code_of_storage_has_a_page_that_begins_with_it()
    {
        var told = Directory.EnumerateFiles(Repository.PathOf("src", "Kept.Ledger"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Code().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)).Distinct().Order().ToList();
        var pages = Directory.EnumerateFiles(Repository.PathOf("docs", "errors"), "S*.md").Select(file => Path.GetFileNameWithoutExtension(file)!).Order().ToList();
        Assert.Equal(told, pages);
        Assert.All(told, code => Assert.StartsWith($"# {code}: ", File.ReadAllText(Repository.PathOf("docs", "errors", code + ".md")), StringComparison.Ordinal));
    }

    [GeneratedRegex("\"(S0[0-9])\"")]
    private static partial Regex Code();
}
