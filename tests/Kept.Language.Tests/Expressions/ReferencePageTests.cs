using Kept.Model;
using Kept.TestKit;
using Xunit;

namespace Kept.Language.Tests.Expressions;

/// <summary>The reference page is read line by line: what it shows is what is understood.</summary>
public sealed class ReferencePageTests
{
    public static TheoryData<string, string> Lines()
    {
        var rows = new TheoryData<string, string>();
        string? field = null;
        foreach (var line in File.ReadLines(Repository.PathOf("docs", "reference", "expressions.md")))
        {
            if (line.StartsWith("```", StringComparison.Ordinal)) field = field is null ? line[3..] : null;
            else if (field is not (null or "ebnf")) rows.Add(field, line);
        }
        return rows;
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void Each_line_of_the_page_is_read(string field, string line)
    {
        if (field == "value") Assert.NotNull(ValueReader.Read(line).Quantity);
        else Assert.NotNull(Expressions.Lines.Reads(line, Expressions.Lines.Field(field)));
    }

    [Fact]
    public void The_page_shows_every_form_of_expression()
    {
        var shown = Lines().Where(row => row.Data.Item1 is "expect" or "given" or "uses")
            .SelectMany(row => ((Expression)Expressions.Lines.Reads(row.Data.Item2, Expressions.Lines.Field(row.Data.Item1))).SelfAndDescendants()).Select(node => node.GetType()).ToHashSet();
        Assert.DoesNotContain(typeof(Expression).GetNestedTypes(), type => type.IsSubclassOf(typeof(Expression)) && !shown.Contains(type));
    }

    [Fact]
    public void Every_unit_is_on_the_page()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "reference", "expressions.md"));
        foreach (var unit in "ns us ms s m h d w B kB MB GB KiB MiB GiB".Split(' '))
        {
            Assert.Contains(unit, page, StringComparison.Ordinal);
            Assert.NotNull(ValueReader.Read("1" + unit).Quantity);
        }
    }
}
