using CsCheck;
using Kept.Model;
using Xunit;

namespace Kept.Rules.Tests;

/// <summary>When the rules say something else of the same house, because time passes: compared with asking them again and again.</summary>
public class ChangeByTimeTests
{
    private static readonly Instant Begin = At("2026-06-01T00:00:00Z");

    private static Instant At(string text) => Instant.TryParse(text, out var at) ? at : throw new ArgumentException(text);

    /// <summary>What the rules say, without advice that names a day from now on.</summary>
    private static IReadOnlyList<string> Said(House house, Instant now) => [.. HouseRules.Findings(house, now).Select(finding => $"{finding.Clause.Rule}.{finding.Clause.Slug} {finding.Diagnostic.Promise} {finding.Diagnostic.At}")];

    private static Instant Before(Instant at) => new(at.Microseconds - 1);

    [Fact]
    public void The_notice_before_an_agents_term_begins_at_one_moment_and_the_term_ends_at_another()
    {
        var house = Documents.House(Documents.Shop(Documents.Promise("basket@1")).Replace("2027-12-31", "2026-09-30").Replace("2027-06-30", "2028-06-30"));
        var warned = HouseRules.NextChange(house, Begin)!.Value;
        Assert.Equal(new Instant(At("2026-09-01T00:00:00Z").Microseconds + 1), warned); // its day counts whole
        Assert.Empty(Said(house, Before(warned)));
        Assert.StartsWith("R35.ends-soon", Assert.Single(Said(house, warned)), StringComparison.Ordinal);
        var over = HouseRules.NextChange(house, warned)!.Value;
        Assert.Equal(At("2026-10-01T00:00:00Z"), over);
        Assert.StartsWith("R35.ends-soon", Assert.Single(Said(house, Before(over))), StringComparison.Ordinal);
        Assert.StartsWith("R35.ended", Assert.Single(Said(house, over)), StringComparison.Ordinal);
        var contact = HouseRules.NextChange(house, over)!.Value;
        Assert.Equal(At("2028-07-01T00:00:00Z"), contact);
        Assert.Contains(Said(house, contact), said => said.StartsWith("R35.contact-ended", StringComparison.Ordinal));
        Assert.Null(HouseRules.NextChange(house, contact));
    }

    [Fact]
    public void Between_two_changes_the_rules_say_the_same()
    {
        var term = Gen.Select(Gen.Int[0, 40], Gen.Int[0, 2]).Select((day, kind) => kind switch
        {
            0 => "",
            1 => $"{(Begin + Duration.Days(day)).ToDateTimeOffset():yyyy-MM-dd}",
            _ => $"{(Begin + Duration.Days(day)).ToDateTimeOffset():yyyy-MM-dd}T07:30:00Z",
        });
        Gen.Select(term, term, term, term, Gen.Int[0, 30], Gen.Int[0, 30]).Sample((agent, one, two, contact, noticeOne, noticeTwo) =>
        {
            var text = Documents.Shop(
                Documents.Promise("basket@1", Until(one)).Replace("notice: 30d", $"notice: {noticeOne}d") + "\n" +
                Documents.Promise("order@1", Until(two) + "\n    uses: basket").Replace("notice: 30d", $"notice: {noticeTwo}d"))
                .Replace("until: 2027-12-31", Until(agent).Length > 0 ? Until(agent) : "name: Shop").Replace(", expires: 2027-06-30", contact.Length > 0 ? $", expires: '{contact}'" : "");
            var house = Documents.House(text);
            var from = Begin - Duration.Days(40);
            var changes = 0;
            while (HouseRules.NextChange(house, from) is { } next)
            {
                var said = Said(house, from);
                for (var at = from; at < next; at += Duration.Hours(12)) Assert.Equal(said, Said(house, at));
                Assert.Equal(said, Said(house, Before(next)));
                Assert.True(next > from && ++changes < 20);
                from = next;
            }
            var last = Said(house, from);
            for (var day = 0; day < 100; day += 5) Assert.Equal(last, Said(house, from + Duration.Days(day)));

            static string Until(string day) => day.Length > 0 ? $"until: '{day}'" : "";
        }, iter: 60, threads: 1);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MaxValue / 86_400_000_000 * 86_400_000_000)]
    [InlineData(long.MinValue)]
    public void A_moment_that_no_document_could_name_is_a_moment_all_the_same(long microseconds)
    {
        var house = Documents.House(Documents.Shop(Documents.Promise("basket@1")));
        foreach (var notice in new[] { long.MaxValue, long.MinValue, 0 })
        {
            var agent = house.Agents[0] with { Until = new Instant(microseconds), Promises = [house.Agents[0].Promises[0] with { Notice = new Duration(notice) }] };
            Assert.True(HouseRules.NextChange(house with { Agents = [agent] }, Begin) > Begin); // the contact's, at the latest
        }
    }
}
