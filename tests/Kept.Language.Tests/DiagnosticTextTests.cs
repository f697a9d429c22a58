using Kept.Model;
using Xunit;

namespace Kept.Language.Tests;

public sealed class DiagnosticTextTests
{
    private static readonly SourceFile File = new("live-show.kept.yaml");

    [Fact]
    public void A_diagnostic_has_the_form_of_the_language() => Assert.Equal("""
        live-show.kept.yaml:41:12 error R05: the condition `aws/quota` is promised by nobody the promisees can see
           41 |     given: aws/quota and during show
              |            ^^^^^^^^^
          help: a conditional promise needs its condition promised too. Accept a promise of aws under relies-on, or state the limit as your own.
        """, DiagnosticText.Render(new Diagnostic("R05", Severity.Error, new Place(File, 41, 12, 9), "the condition `aws/quota` is promised by nobody the promisees can see",
            "a conditional promise needs its condition promised too. Accept a promise of aws under relies-on, or state the limit as your own.", null, "    given: aws/quota and during show")));

    [Fact]
    public void Without_a_line_the_file_is_named() =>
        Assert.Equal("live-show.kept.yaml warning L041: gone", DiagnosticText.Render(new Diagnostic("L041", Severity.Warning, new Place(File, 0, 0, 0), "gone")));

    [Fact]
    public void Nothing_a_document_wrote_commands_a_terminal()
    {
        var text = DiagnosticText.Render(new Diagnostic("L011", Severity.Error, new Place(File, 1, 2, 3), "no field `\u001b[2J\u202e`", "\a", null, "a\u001b]0;x\u0007b\tc"));
        Assert.DoesNotContain(text, c => char.IsControl(c) && c != '\n' || c == '\u202e');
    }

    [Fact]
    public void A_long_line_is_shown_around_the_place()
    {
        var line = new string('a', 500) + "HERE" + new string('b', 500);
        var lines = DiagnosticText.Render(new Diagnostic("L011", Severity.Error, new Place(File, 7, 501, 4), "x", null, null, line)).Split('\n');
        Assert.True(lines[1].Length < 180);
        Assert.Equal("HERE", lines[1].Substring(lines[2].IndexOf('^'), 4));
    }

    [Fact]
    public void Lines_are_found_again_after_the_text_was_dropped()
    {
        var found = DiagnosticText.WithLines([new Diagnostic("R05", Severity.Error, new Place(File, 2, 1, 1), "x")], [new DocumentFile("live-show.kept.yaml", "one\r\ntwo\r\n"u8.ToArray())]);
        Assert.Equal("two", found[0].LineText);
    }
}
