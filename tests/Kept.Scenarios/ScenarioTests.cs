using Kept.TestKit;
using Xunit;

namespace Kept.Scenarios;

/// <summary>Every scenario of <c>cases</c>, every example of the reference page, and the language itself.</summary>
public sealed class ScenarioTests
{
    private static readonly string Cases = Repository.PathOf("tests", "Kept.Scenarios", "cases");

    public static TheoryData<string> Names => [.. Directory.EnumerateFiles(Cases, "*.scenario").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Holds(string name) => Scenario.Play(name, File.ReadAllText(Path.Combine(Cases, name)));

    [Fact]
    public void There_are_at_least_twenty_and_each_says_what_it_shows()
    {
        Assert.True(Names.Count >= 20);
        foreach (var path in Directory.EnumerateFiles(Cases, "*.scenario"))
            Assert.True(ScenarioText.Parse(Path.GetFileName(path), File.ReadAllText(path)).Shows.Length > 20, path + " begins with a comment that says what it shows");
    }

    [Theory]
    [InlineData("docs/reference/scenarios.md")]
    [InlineData("docs/concepts/regimes.md")]
    [InlineData("docs/concepts/calendars.md")]
    public void The_examples_of_pages_hold(string path)
    {
        var page = File.ReadAllText(Repository.PathOf(path.Split('/'))).ReplaceLineEndings("\n");
        var examples = page.Split("```scenario\n").Skip(1).Select(part => part[..part.IndexOf("```", StringComparison.Ordinal)]).ToList();
        Assert.NotEmpty(examples);
        foreach (var example in examples) Scenario.Play(path, example);
    }

    private const string Small = """
        # a small one
        house <<yaml
        kept: 1
        agent: web
        domains: [web.example]
        until: 2027-12-31
        promises:
          home@1: { version: 1.0, benefit: You see it., to: anyone, docs: d.md, notice: 30d, fails: [ { code: 503 later, sees: nothing, retry: after 30s, loses: nothing } ],
            keeps: [ 'availability >= 99% over 1h' ], check: { http: 'GET https://web.example/', every: 10s, timeout: 5s, expect: [ 'status == 200' ] } }
        yaml
        advance 1m

        """;

    [Theory]
    [InlineData("expect home@1 broken", "small:12: at 10:01:00, it is kept")]
    [InlineData("expect home@1 kept since 09:00", "it is kept since 2026-03-02T10:00")]
    [InlineData("expect home@1 kept because of the weather", "the reason is: looks are good")]
    [InlineData("expect home@1 told broken", "the ledger tells: kept")]
    [InlineData("expect home@1 bad 1..", "there are 0")]
    [InlineData("expect house refused", "the house was taken")]
    [InlineData("expect other@1 kept", "there is no promise `other@1`; there are: web/home@1")]
    [InlineData("expect rain", "this is not something to expect")]
    [InlineData("look at home", "`look at home` is no statement")]
    [InlineData("check home@1 sees weather", "`weather` is nothing a target does")]
    [InlineData("advance soon", "write a duration such as 90s, 10m or 1h30m")]
    [InlineData("advance 1m", "a scenario without `expect` shows nothing")]
    public void A_line_that_does_not_hold_is_told_with_what_is_true_instead(string line, string message)
    {
        var wrong = Assert.Throws<ScenarioException>(() => Scenario.Play("small", Small + line));
        Assert.Contains(message, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_document_that_never_ends_is_told()
    {
        var wrong = Assert.Throws<ScenarioException>(() => Scenario.Play("small", "house <<yaml\nkept: 1\n"));
        Assert.Contains("small:1: the document that begins here never ends", wrong.Message, StringComparison.Ordinal);
    }
}
