using System.Text;
using Kept.Checks;
using Kept.Language;
using Kept.Model;
using Kept.TestKit;
using Xunit;
using Export = Kept.Import.Exporting;

namespace Kept.Import.Tests.Exports;

/// <summary>A house as a catalogue, and the way back.</summary>
public sealed class BackstageExportTests
{
    [Fact]
    public void What_came_from_a_catalogue_goes_back_and_comes_again_equal()
    {
        var first = House(Importing.Of("backstage", [("shop.yaml", Importing.Case("Backstage", "round.yaml"))]));
        var again = House(Importing.Of("backstage", [("catalog-info.yaml", Written(first))]));
        Assert.Equal(Facts(first), Facts(again));
        Assert.Contains("orders > orders-db/database@1", Facts(first));
        // and once more: nothing creeps
        Assert.Equal(Written(first), Written(again));
    }

    [Fact]
    public void What_an_entity_cannot_say_is_told() => Snapshot.Matches(Exporting.Shown("backstage", """
        kept: 1
        agent: shop
        name: "The: shop"
        until: 2099-12-31
        contact: [ { role: Front desk, reach: 'tel:+3212345678' }, { role: Night shift, reach: 'mailto:night@shop.example' } ]
        relies-on:
          bank: { wishes: { pay: { check: { tcp: bank.example:443 } } } }
          mail: { document: 'https://mail.example/kept', accepts: { send: { line: 1 } } }
          stock: { accepts: { count: { line: 1 } } }
        promises:
          front@1: { benefit: You see "it"., docs: docs/front.md, keeps: [ availability >= 99.9% over 30d ], uses: mail/send or stock/count@1 }
          front@2: { benefit: You see more., uses: not disclosed }
        ---
        kept: 1
        agent: stock
        promises:
          count@1: { benefit: You know. }
        ---
        kept: 1
        agent: desk
        kind: team
        promises:
          answer@1: { benefit: Somebody answers. }
        """));

    private static string Written(House house) => Encoding.UTF8.GetString(Export.ExportCatalog.Write(Export.ExportCatalog.Tools.Single(tool => tool.Name == "backstage"), house).Files.Single().Bytes.Span);

    private static House House(ImportReading reading)
    {
        Assert.False(reading.IsBroken, Importing.Shown(reading));
        return HouseReader.Read(reading.Documents, "house", CheckCatalog.Kinds).House!;
    }

    /// <summary>Who is there, of which kind, who answers, what it is a part of, what it gives to whom, and what that stands on.</summary>
    private static List<string> Facts(House house) =>
    [
        .. house.Agents.SelectMany(agent => new[] { $"{agent.Id} ({agent.Name}) {agent.Kind} of {agent.MemberOf}: {string.Join(", ", agent.Contacts.Select(contact => contact.Reach))}; members {string.Join(", ", agent.Members.Order(StringComparer.Ordinal))}" }
            .Concat(agent.Promises.Select(promise => $"{promise.Name} “{promise.Benefit}” to {string.Join(", ", promise.To.Order(StringComparer.Ordinal))}; {promise.Docs}"))
            .Concat(agent.Promises.SelectMany(promise => (promise.Uses?.SelfAndDescendants() ?? []).OfType<Expression.PromiseHolds>().Select(use => $"{agent.Id} > {use.Name}")))).Order(StringComparer.Ordinal),
    ];
}
