using System.Text;
using Kept.Model;
using Kept.TestKit;
using Xunit;

namespace Kept.Language.Tests.Expressions;

/// <summary>Every way of going wrong, with the exact words a person reads and the part of the line that is marked.</summary>
public sealed class WrongLinesTests
{
    [Fact]
    public void A_promise_to_be_slow_is_read_with_a_warning()
    {
        var problems = new Problems();
        Assert.NotNull(Lines.Keeps(Lines.Of("latency p95 >= 5s over 1h"), problems));
        var warning = Assert.Single(problems.Found);
        Assert.Equal((ExpressionCodes.Comparison, Severity.Warning, "if at most is meant, write `latency p95 <= 5s over 1h`"), (warning.Code, warning.Severity, warning.Help));
    }

    [Fact]
    public void Every_slip_has_its_own_words_and_its_place()
    {
        var text = new StringBuilder();
        foreach (var line in File.ReadLines(Repository.PathOf("tests", "Kept.Language.Tests", "Expressions", "wrong-lines.txt")))
        {
            if (line.Length == 0 || line[0] == '#') continue;
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var (field, written) = (line[..colon], line[(colon + 1)..].TrimStart());
            var problem = Lines.Refuses(written, Lines.Field(field));
            var start = Math.Min(problem.At.Column - 11, written.Length);
            text.Append(field).Append(": ").AppendLine(written)
                .Append(' ', field.Length + 2 + start).Append('^', problem.At.Length).AppendLine()
                .Append("  ").Append(problem.Code).Append(": ").AppendLine(problem.Message)
                .Append("  help: ").AppendLine(problem.Help ?? "(none)").AppendLine();
            Assert.InRange(problem.At.Column, 11, 11 + written.Length);
            Assert.True(problem.At.Length >= 1 && start + problem.At.Length <= Math.Max(written.Length, start + 1), $"{written}: the mark leaves the line");
        }
        Snapshot.Matches(text.ToString());
    }
}
