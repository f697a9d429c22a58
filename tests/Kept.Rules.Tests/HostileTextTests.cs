using Xunit;

namespace Kept.Rules.Tests;

/// <summary>Texts of documents are matched by rules, also those of hostile ones: the work grows with their length, never with its square.</summary>
public sealed class HostileTextTests
{
    [Theory]
    [InlineData("a-"), InlineData("1"), InlineData("1 "), InlineData("1,"), InlineData("you "), InlineData("if "), InlineData("100 "), InlineData("we will "), InlineData("best-")]
    public void Long_texts_are_read_in_time_that_grows_with_their_length(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 16_000 / piece.Length)).Trim(); // a document holds at most 16,384 characters in one text
        var promises = string.Concat(Enumerable.Range(1, 20).Select(i => $"  p{i}: {{ version: 1.0, benefit: '{text}', limits: {{ raise: '{text}' }}, fails: [ {{ code: 503, sees: '{text}' }} ] }}\n"));
        var house = Documents.House("kept: 1\nagent: shop\npromises:\n" + promises);
        var before = Environment.CpuUsage.TotalTime;
        HouseRules.Check(house, Documents.Now);
        Assert.True(Environment.CpuUsage.TotalTime - before < TimeSpan.FromSeconds(8), $"{piece}: {Environment.CpuUsage.TotalTime - before}");
    }
}
