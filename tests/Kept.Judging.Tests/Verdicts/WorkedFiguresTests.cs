using Kept.Model;
using Kept.TestKit;
using Xunit;
using static Kept.Judging.Tests.Make;

namespace Kept.Judging.Tests.Verdicts;

/// <summary>The page about verdicts says what the code does.</summary>
public sealed class WorkedFiguresTests
{
    [Fact]
    public void The_worked_table_of_the_page_is_true()
    {
        var rows = File.ReadAllLines(Repository.PathOf("docs", "concepts", "verdicts.md")).SkipWhile(line => !line.StartsWith("| looks |", StringComparison.Ordinal)).Skip(2)
            .TakeWhile(line => line.StartsWith('|')).Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries)).ToList();
        Assert.True(rows.Count >= 15, "the table is gone");
        foreach (var row in rows)
        {
            var looks = row[0].Trim('`').Replace(" ", "", StringComparison.Ordinal);
            var promise = Promise(Check("10s", "5s", new Confirmation(2, 3)), Availability(90, "100s"));
            var fold = new PromiseFold(promise, Us, Start);
            for (var i = 0; i < looks.Length; i++)
                if (looks[i] != '.')
                    fold.Add(0, Look(Start + Duration.Seconds(10 * i), looks[i] switch
                    {
                        'g' => LookClass.Good,
                        'b' => LookClass.Bad,
                        'x' => LookClass.Gap,
                        '?' => LookClass.ConditionUnknown,
                        _ => LookClass.NotInForce,
                    }));
            var verdict = fold.VerdictAt(Start + Duration.Seconds((10 * looks.Length) - 9), Nobody);
            var objective = verdict.Lines[1];
            string[] actual =
            [
                row[0], verdict.Lines[0].Outcome.Word(false), objective.Outcome.Word(false), $"{objective.Good} of {objective.Counted}",
                objective.BudgetLeft?.ToString("0.###") ?? "–", verdict.Outcome.Word(false),
            ];
            Assert.Equal(string.Join(" | ", row), string.Join(" | ", actual));
        }
    }
}
