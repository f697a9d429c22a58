using System.Text;
using Kept.Model;
using Kept.TestKit;
using Xunit;

namespace Kept.Rules.Tests;

/// <summary>Every rule has a page under docs/errors whose facts are those of the catalogue. <c>UPDATE_SNAPSHOTS=1</c> writes the facts, never the prose.</summary>
public class PageTests
{
    private const string Begin = "<!-- catalogue -->\n", End = "<!-- /catalogue -->\n";

    public static TheoryData<string> Rules => [.. RuleCatalog.Rules.Select(rule => rule.Id)];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Every_rule_has_a_page_that_says_what_the_catalogue_says(string id)
    {
        var rule = RuleCatalog.Find(id)!;
        var path = Repository.PathOf("docs", "errors", id + ".md");
        Assert.True(File.Exists(path), $"write {path}");
        var page = File.ReadAllText(path).ReplaceLineEndings("\n");
        Assert.StartsWith($"# {id}: {rule.Title}\n", page, StringComparison.Ordinal);
        Assert.True(page.Split(Begin).Length == 2 && page.Split(End).Length == 2, $"{path} needs {Begin.Trim()} and {End.Trim()} once");
        var parts = (Before: page.Split(Begin)[0], Facts: page.Split(Begin)[1].Split(End)[0], After: page.Split(End)[1]);
        var facts = Facts(rule);
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1" && !Repository.IsContinuousIntegration)
            File.WriteAllText(path, parts.Before + Begin + facts + End + parts.After);
        else
            Assert.Equal(facts, parts.Facts);
        if (!rule.Clauses.IsEmpty)
        {
            Assert.Contains("## Broken", page, StringComparison.Ordinal);
            Assert.Contains("## Mended", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Ids_and_slugs_are_unique_and_clauses_weigh_no_more_than_their_rule()
    {
        Assert.Equal(RuleCatalog.Rules.Select(rule => rule.Id).Order(StringComparer.Ordinal), RuleCatalog.Rules.Select(rule => rule.Id).Distinct().Order(StringComparer.Ordinal));
        foreach (var rule in RuleCatalog.Rules)
        {
            Assert.Equal(rule.Clauses.Length, rule.Clauses.Select(clause => clause.Slug).Distinct().Count());
            Assert.All(rule.Clauses, clause => Assert.Equal(rule.Id, clause.Rule));
            Assert.True(rule.Clauses.Length + rule.NotDecidedHere.Length + rule.DecidedByReader.Length > 0, rule.Id);
        }
    }

    private static string Facts(Rule rule)
    {
        var text = new StringBuilder();
        text.Append(rule.Meaning).Append("\n\n");
        text.Append(rule.Source switch
        {
            RuleSource.Primary => "Source: read in the primary text of Promise Theory, the talk, or the standard it names.\n\n",
            RuleSource.Second => "Source: Promise Theory as a second text quotes it, and the talk.\n\n",
            _ => "Source: our own consequence of the talk and of set or reliability theory; judge it on its own.\n\n",
        });
        if (!rule.Clauses.IsEmpty)
        {
            text.Append("| clause | weight | when |\n|---|---|---|\n");
            foreach (var clause in rule.Clauses) text.Append($"| {clause.Slug} | {Weight(clause.Severity)} | {clause.Says} |\n");
            text.Append('\n');
        }
        foreach (var clause in rule.DecidedByReader) text.Append($"- Told by {clause.Code} when documents are read: {clause.Says}.\n");
        foreach (var clause in rule.NotDecidedHere) text.Append($"- Not decided by one house: {clause.Says}; {clause.Because}.\n");
        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static string Weight(Severity severity) => severity switch
    {
        Severity.Error => "error: it is not a promise",
        Severity.Warning => "warning",
        _ => "information",
    };
}
