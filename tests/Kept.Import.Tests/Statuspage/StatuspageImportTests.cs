using System.Text;
using Kept.Checks;
using Kept.Language;
using Kept.TestKit;
using Xunit;

namespace Kept.Import.Tests.Statuspage;

/// <summary>What others say of themselves.</summary>
public sealed class StatuspageImportTests
{
    private static ImportReading Page(string name = "summary.json") => Importing.Of("statuspage", [(name, Importing.Case("Statuspage", "summary.json"))]);

    [Fact]
    public void Components_become_agents_and_groups_become_wholes() => Snapshot.Matches(Importing.Shown(Page()));

    [Fact]
    public void Nothing_of_it_can_read_kept()
    {
        var house = HouseReader.Read(Page().Documents, "house", CheckCatalog.Kinds).House!;
        Assert.Equal(4, house.Promises.Count());
        // no look, no use, no wish: there is nothing that could ever speak for one
        Assert.All(house.Promises, promise => Assert.True(promise.Checks.IsEmpty && promise.Uses is null && !promise.IsWish));
        Assert.Contains(Page().Findings, finding => finding.Code == ImportCodes.OwnWord);
        Assert.Null(Page().Score);
    }

    private static readonly DateTimeOffset Now = new(2026, 5, 30, 10, 0, 0, TimeSpan.Zero);

    /// <summary>The page with its maintenances in a file of their own.</summary>
    private static readonly ImportRequest Both = Importing.Request([Named("summary.json", System.Text.RegularExpressions.Regex.Replace(Importing.Case("Statuspage", "summary.json"), "(?m)^    { \"id\": \"m1\".*\n", "")),
        Named("scheduled-maintenances.json", Importing.Case("Statuspage", "scheduled-maintenances.json"))]) with
    { Now = Now };

    private static ForeignFile Named(string name, string text) => new(name, name, Encoding.UTF8.GetBytes(text));

    [Fact]
    public void Scheduled_maintenance_is_a_date_and_none_that_is_over_or_was_over_when_it_was_told() => Snapshot.Matches(Importing.Shown(Importing.Of("statuspage", Both)));

    [Fact]
    public void What_is_planned_is_not_in_force_then_and_at_no_other_time()
    {
        var house = HouseReader.Read(Importing.Of("statuspage", Both).Documents, "house", CheckCatalog.Kinds).House!;
        var agent = house.Agents.Single(agent => agent.Id == "bank-api");
        var around = new Kept.Judging.Surroundings(_ => Kept.Model.Outcome.Unknown, null, null, null, name => agent.Calendars.FirstOrDefault(calendar => calendar.Name == name));
        string At(string moment) => Kept.Judging.Judge.Given(agent.Promises[0].Given!, Kept.Model.Instant.TryParse(moment, out var at) ? at : default, around).Truth.ToString();
        Assert.Equal(["True", "False", "False", "True", "True", "False", "True"],
            ((string[])["2026-06-01T21:59:59Z", "2026-06-01T22:00:00Z", "2026-06-01T22:59:59Z", "2026-06-01T23:00:00Z", "2026-06-08T22:30:00Z", "2026-07-02T01:00:00Z", "2027-06-01T22:30:00Z"]).Select(At));
    }

    [Fact]
    public void What_they_said_of_incidents_is_kept_as_their_assessment()
    {
        var request = Importing.Request([new ForeignFile("summary.json", "summary.json", Encoding.UTF8.GetBytes(Importing.Case("Statuspage", "summary.json")))]);
        using var into = new MemoryStream();
        var past = ImportCatalog.Tools.Single(tool => tool.Name == "statuspage").History!(request, Page(), into);
        Assert.Equal((3L, 1L, 0L, "Bank"), (past.Statements, past.LeftOut, past.Looks, past.Assessor));
        Assert.Equal("""
            {"history":1,"assessor":"Bank","source":"summary.json","note":"what the owner of a status page said of itself; it is not evidence of Kept"}
            {"incident":"Something","from":"2026-04-01T00:00:00.000Z","to":"2026-04-01T01:00:00.000Z","impact":"none"}
            {"promise":"bank-refunds/service@1","incident":"Slow refunds","from":"2026-05-01T07:30:00.000Z","said":"partial_outage","impact":"minor"}
            {"promise":"bank-api/service@1","maintenance":"New disks","from":"2026-06-01T22:00:00.000Z","to":"2026-06-01T23:00:00.000Z","impact":"maintenance"}

            """, Encoding.UTF8.GetString(into.ToArray()));
    }

    [Fact]
    public void The_files_of_one_page_are_taken_as_one()
    {
        var summary = Importing.Case("Statuspage", "summary.json");
        var reading = Importing.Of("statuspage", [("components.json", summary), ("incidents.json", "{ \"page\": { \"name\": \"Bank\" }, \"incidents\": [] }"), ("summary.json", summary)]);
        Assert.Equal(Page().Carried, reading.Carried);
    }

    [Fact]
    public void A_file_that_breaks_off_tells_its_line_and_nothing_is_written()
    {
        var text = Importing.Case("Statuspage", "summary.json");
        var reading = Importing.Of("statuspage", text[..text.IndexOf("\"id\": \"c4\"", StringComparison.Ordinal)]);
        Assert.True(reading.IsBroken);
        Assert.Equal(9, reading.Findings.Single(finding => finding.Kind == FindingKind.Unread).At.Line);
    }

    [Theory]
    [InlineData(""), InlineData("{}"), InlineData("[]"), InlineData("5"), InlineData("{ \"page\": { \"name\": \"s\" }, \"components\": [] }"), InlineData("{ \"page\": { \"url\": \"https://s.example\" }, \"components\": [ { \"id\": \"a\", \"name\": \"b\" } ] }"),
     InlineData("{ \"page\": { \"name\": \"s\" }, \"components\": [ 5, { \"id\": [] }, { \"name\": {} } ], \"incidents\": { }, \"scheduled_maintenances\": [ [] ] }")]
    public void What_is_no_status_page_is_told_and_nothing_is_written(string text)
    {
        var reading = Importing.Of("statuspage", text);
        Assert.NotEmpty(reading.Findings);
        Assert.Empty(reading.Documents);
    }

    [Fact]
    public void Names_and_words_of_others_cannot_become_structure_or_secrets()
    {
        var reading = Importing.Of("statuspage", "{ \"page\": { \"name\": \"a\\n---\\nkept: 1\\nagent: evil\", \"url\": \"https://x.example/${file:/etc/passwd}\" }, \"components\": [ { \"id\": \"a\", \"name\": \"${env:HOME}\\nagent: b\", \"description\": \"'\\n: x\", \"status\": \"x\\nagent: evil\" } ] }");
        Assert.Equal(2, HouseReader.Read(reading.Documents, "house", CheckCatalog.Kinds).House!.Agents.Length);
        Assert.DoesNotContain("passwd", Encoding.UTF8.GetString(reading.Documents[0].Bytes.Span), StringComparison.Ordinal);
    }
}
