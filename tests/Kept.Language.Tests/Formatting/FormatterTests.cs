using CsCheck;
using Kept.Language.Yaml;
using Kept.Model;
using Kept.TestKit;
using Xunit;

namespace Kept.Language.Tests.Formatting;

/// <summary>Formatting changes how a document looks and never what it says.</summary>
public sealed class FormatterTests
{
    private static IReadOnlyList<YamlDocument>? TreeOf(string text)
    {
        var problems = new Problems();
        var documents = YamlReader.Read(new SourceText(new SourceFile("a.yaml"), text), problems);
        return problems.Errors == 0 ? documents : null;
    }

    [Fact]
    public void A_crooked_document_becomes_straight()
    {
        const string crooked = """


            kept:   1     # version
            agent:    live-show

            # about promises

            promises:

                # the first
                image@2:
                    version:   2.1
                    to:   [viewers,broadcaster ,  press]
                    keeps:
                    - latency p95 <= 5s over 1h   # five
                    -   availability >= 99.5% over 30d
                    given: load <= 500/s and during show
                    uses: storage/upload and (aws/render or own/render)
                    benefit: |
                          As a viewer
                            you see

                          it.
                    fails:
                      - {code: 503 later,sees:   nothing,  retry: after 30s}
                    check:
                          http:   GET https://a.example/
                          expect:
                                  - status in [200, 204]
                                  # indented comment
                                  - "body contains 'x'"
                                  - body.ready == true
                    # after the check



                # the second
                plain@1: {}
            """;
        Snapshot.Matches(Formatter.Format(crooked));
    }

    [Theory]
    [InlineData("expect:\n  - 'a' == body.name\n", "expect:\n  - '''a'' == body.name'\n")]
    [InlineData("given: a: b\n", "given: 'a: b'\n")]
    [InlineData("expect: [ status in [200, 204], time < 1s ]\n", "expect: [ 'status in [200, 204]', time < 1s ]\n")]
    [InlineData("check: 1\nexpect: [any(body.items, it.ok == true)]  # all\n", "check: 1\nexpect: [ 'any(body.items, it.ok == true)' ]  # all\n")]
    [InlineData("expect:\n- *.ready\n", "expect:\n  - '*.ready'\n")]
    [InlineData("uses: \"a/b and c/d\"\n", "uses: 'a/b and c/d'\n")]
    [InlineData("uses: 2 of (a/b, c/d)\n", "uses: '2 of (a/b, c/d)'\n")]
    [InlineData("benefit: \"a, b\"\n", "benefit: \"a, b\"\n")]
    [InlineData("measures: { lag: body['a b'] as ms }\n", "measures: { lag: body['a b'] as ms }\n")]
    public void What_YAML_would_cut_is_quoted(string written, string formatted) => Assert.Equal(formatted, Formatter.Format(written));

    [Theory]
    [InlineData("a: [b")]
    [InlineData("a:\n\t- b")]
    [InlineData("a: &x 1\nb: *x\n")]
    [InlineData("a: 1\na: 2\n")]
    [InlineData("other: x: y\n")]
    public void What_cannot_be_read_is_left_alone_and_told(string written)
    {
        var result = Formatter.Format(new DocumentFile("a.kept.yaml", System.Text.Encoding.UTF8.GetBytes(written)));
        Assert.True(result.Refused);
        Assert.Equal(written, result.Text);
        Assert.False(result.Changed);
        Assert.NotNull(result.Problems[0].LineText);
        Assert.Equal(written, Formatter.Format(written));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment\n")]
    [InlineData("a: |+\n  text\n\n\nb: 1\n")]
    [InlineData("a: |2\n   text\n  more\n")]
    [InlineData("a: >-\n  text\n\n    more\n  end\n")]
    [InlineData("a: 'one\n\n  two'\nb: 1\n")]
    [InlineData("---\na: 1\n---\n# second\nb: 2\n")]
    [InlineData("a: [\n    1, # one\n    2,\n  ]\n")]
    [InlineData("a: \"x \\\n  y\"\n")]
    [InlineData("a: 'größe 🐟' # 🐟\n")]
    public void What_is_straight_stays(string written) => Assert.Equal(written, Formatter.Format(written));

    [Fact]
    public void The_examples_keep_their_meaning_and_their_comments()
    {
        var files = Directory.GetFiles(Repository.PathOf("examples", "good"), "*.yaml", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var text = File.ReadAllText(file);
            var formatted = Formatter.Format(text);
            Assert.True(SameTree.Are(TreeOf(text)!, TreeOf(formatted)!), file);
            Assert.Equal(formatted, Formatter.Format(formatted));
            Assert.Equal(text.Count(c => c == '#'), formatted.Count(c => c == '#'));
            Assert.DoesNotContain("\n\n\n", formatted, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Line_ends_of_other_systems_become_ours() => Assert.Equal("a: 1\nb: 2\n", Formatter.Format("a: 1\r\nb:   2\r\n\r\n"));

    /// <summary>Random documents, written as badly as YAML allows: the tree and every comment survive, and a second pass finds nothing to do.</summary>
    [Fact]
    public void Formatting_keeps_the_tree_and_the_comments_and_is_done_at_once() => Gen.Int[0, int.MaxValue - 1].Sample(seed =>
    {
        var messy = new MessyYaml(seed).Write();
        var before = TreeOf(messy.Text);
        Assert.NotNull(before);
        Assert.NotNull(TokenLines.Of(messy.Text));
        // the layout itself, without the comparison that would keep the old text
        var laidOut = new BlockLayout(messy.Text, TokenLines.Of(messy.Text)!, ExpressionPlaces.In(before)).Write();
        var after = TreeOf(laidOut);
        Assert.True(after is not null && SameTree.Are(before, after), $"{messy.Text}\n=====\n{laidOut}");
        Assert.Equal(laidOut, Formatter.Format(messy.Text));
        foreach (var comment in messy.Comments) Assert.Contains(comment, laidOut, StringComparison.Ordinal);
        Assert.Equal(laidOut, Formatter.Format(laidOut));
    }, iter: 3_000);

    [Fact]
    public void No_text_makes_the_formatter_throw() => Gen.Select(Gen.Int[0, int.MaxValue - 1], Gen.Int[0, 400], Gen.Char["[]{}:,-'\"#&*!|>%@` \t\n\\a1"], Gen.Int[0, 3]).Sample((seed, at, c, how) =>
    {
        var text = new MessyYaml(seed).Write().Text;
        at = Math.Min(at, text.Length);
        text = how switch
        {
            0 => text.Insert(at, c.ToString()),
            1 => text.Remove(at, Math.Min(7, text.Length - at)),
            2 => text[..at],
            _ => text.Insert(at, new string(c, 70)),
        };
        var formatted = Formatter.Format(text);
        Assert.Equal(formatted, Formatter.Format(formatted));
    }, iter: 1_500);

    [Theory]
    [InlineData("  : 0\ni\ne:")]
    [InlineData(":\n  : 1.0\n ise: anyone\nk    ve:\n  npagk around\n  page:\neepS: [ lity >= 99. ]\np: '\n    <<:}\n")]
    public async Task A_text_that_the_scanner_never_ends_is_left_as_it_is(string text)
    {
        var formatted = await Task.Run(() => Formatter.Format(text), TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(text, formatted);
    }

    [Fact]
    public async Task Texts_that_fuzzing_found_are_formatted_once_for_all()
    {
        var found = Directory.GetFiles(Repository.PathOf("tests", "Kept.Fuzz", "found", "format"));
        Assert.NotEmpty(found);
        foreach (var file in found)
        {
            var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
            var once = await Task.Run(() => Formatter.Format(text), TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
            Assert.Equal(once, Formatter.Format(once));
        }
    }
}
