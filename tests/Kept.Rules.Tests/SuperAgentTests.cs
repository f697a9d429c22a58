using Kept.Language;
using Kept.Model;
using Kept.TestKit;
using Xunit;

namespace Kept.Rules.Tests;

/// <summary>R23: a whole and its parts, as both sides say.</summary>
public class SuperAgentTests
{
    private static string Whole(string promises, string members = "[app, studio]") => Documents.Shop(promises, $"kind: super-agent\nmembers: {members}");

    private static string Part(string id, string to = "[shop]", string memberOf = "shop", string more = "") =>
        Documents.Shop(Documents.Promise("part@1", more).Replace("to: anyone", "to: " + to), memberOf.Length > 0 ? "member-of: " + memberOf : "").Replace("agent: shop", "agent: " + id);

    private static string House(params string[] documents) => string.Join("\n---\n", documents);

    [Fact]
    public void The_example_of_a_super_agent_has_nothing_to_mend()
    {
        var (files, _) = HouseFolder.ReadFiles(Repository.PathOf("examples", "good", "super-shop"));
        var house = HouseReader.Read(files, "super-shop", Documents.Kinds).House!;
        Assert.Empty(HouseRules.Check(house, Documents.Now).Select(DiagnosticText.Render));
    }

    [Fact]
    public void What_members_promise_to_the_whole_needs_no_other_acceptance()
    {
        var whole = Whole(Documents.Promise("all@1", "uses: app/part@1 and studio/part@1"));
        Assert.Empty(Documents.Clauses(House(whole, Part("app"), Part("studio", "anyone"))));
        Assert.Equal(["R20.unbound"], Documents.Clauses(House(whole, Part("app", "[studio]"), Part("studio"))));
        Assert.Equal(["R20.ended"], Documents.Clauses(House(whole, Part("app"), Part("studio", more: "until: 2026-01-01"))).Where(clause => clause[..3] != "R35"));
    }

    [Fact]
    public void Nobody_is_made_a_part_by_others()
    {
        var whole = Whole(Documents.Promise("all@1", "uses: app/part@1 and studio/part@1"));
        Assert.Equal(["R23.member-silent", "R20.not-accepted"], Documents.Clauses(House(whole, Part("app", memberOf: ""), Part("studio"))));
        Assert.Equal(["R23.member-silent", "R20.not-accepted", "R23.not-listed"],
            Documents.Clauses(House(whole, Part("app", memberOf: "rival"), Part("studio"), "kept: 1\nagent: rival")).OrderBy(clause => clause == "R23.not-listed"));
        Assert.Equal(["R23.not-listed"], Documents.Clauses(House(Whole(Documents.Promise("all@1", "uses: app/part@1"), "[app]"), Part("app"), Part("studio"))));
    }

    [Fact]
    public void A_whole_may_be_a_part_and_never_of_itself()
    {
        static string Agent(int i, int super, params int[] members) =>
            $"kept: 1\nagent: a{i}\n" + (super < 0 ? "" : $"member-of: a{super}\n") + (members.Length == 0 ? "" : $"kind: super-agent\nmembers: [{string.Join(", ", members.Select(member => "a" + member))}]\n");
        Assert.Empty(Documents.Clauses(House(Agent(0, -1, 1), Agent(1, 0, 2), Agent(2, 1))));
        Assert.Equal(["R23.circle"], Documents.Clauses(House(Agent(0, 0, 0))));
        Assert.Equal(Enumerable.Repeat("R23.circle", 3), Documents.Clauses(House(Agent(0, 2, 1), Agent(1, 0, 2), Agent(2, 1, 0))));
        // below a circle, not on it
        Assert.Equal(Enumerable.Repeat("R23.circle", 2), Documents.Clauses(House(Agent(3, 0), Agent(0, 1, 1, 3), Agent(1, 0, 0))));
    }

    [Fact]
    public void A_member_whose_host_is_looked_at_is_named_in_the_condition()
    {
        var whole = Whole(Documents.Promise("all@1", "uses: app/part@1\n    given: app/part@1").Replace("https://shop.example/all@1", "https://app.example/all"), "[app]");
        var app = Part("app", "anyone").Replace("shop.example", "app.example");
        Assert.Empty(Documents.Clauses(House(whole, app)));
        Assert.Equal(["R01.target"], Documents.Clauses(House(whole.Replace("    given: app/part@1", ""), app)));
        Assert.Equal(["R05.hidden"], Documents.Clauses(House(whole, app.Replace("to: anyone", "to: [shop]"))));
    }

    [Fact]
    public void Members_of_another_house_are_its_own_matter()
    {
        var agent = new Agent { Id = "rival", At = Place.None, Kind = AgentKind.Business, Members = ["inside"], MemberOf = "above", Origin = DocumentOrigin.Others };
        Assert.Empty(HouseRules.Check(new House { Id = "h", Agents = [agent] }, Documents.Now));
    }
}
