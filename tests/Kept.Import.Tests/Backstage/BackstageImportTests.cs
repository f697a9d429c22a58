using System.Text;
using CsCheck;
using Kept.TestKit;
using Xunit;

namespace Kept.Import.Tests.Backstage;

/// <summary>A catalogue as the skeleton of a house.</summary>
public sealed class BackstageImportTests
{
    [Fact]
    public void A_shop_with_every_kind_is_carried() => Snapshot.Matches(Importing.Shown(Importing.Of("backstage", [("shop.yaml", Importing.Case("Backstage", "shop.yaml"))])));

    [Fact]
    public void References_are_followed_whatever_their_case_and_namespace()
    {
        var reading = Importing.Of("backstage", """
            { apiVersion: backstage.io/v1alpha1, kind: component, metadata: { name: A, namespace: Bank }, spec: { type: service, owner: x, dependsOn: [ "RESOURCE:bank/DB", resource:db, component:default/b ] } }
            ---
            { apiVersion: backstage.io/v1alpha1, kind: Resource, metadata: { name: db, namespace: bank }, spec: { type: database, owner: x } }
            ---
            { apiVersion: backstage.io/v1beta1, kind: Component, metadata: { name: b }, spec: { type: service, owner: x, dependencyOf: [ "component:bank/a" ] } }
            """);
        var text = Encoding.UTF8.GetString(reading.Documents.Single().Bytes.Span);
        Assert.Contains("uses: bank-db/database@1 and b/service@1", text, StringComparison.Ordinal);
        Assert.Equal(3, reading.Findings.Count(finding => finding.Code == ImportCodes.Dangling)); // the owners
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("5")]
    [InlineData("kind: Component\n")]
    [InlineData("apiVersion: backstage.io/v1alpha1\nkind: Component\n")]
    [InlineData("apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: { name: [a] }\n")]
    [InlineData("apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: { name: 'a b' }\nspec: 4\n")]
    [InlineData("apiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\nmetadata: { name: a }\n")]
    public void What_is_no_catalogue_is_told_and_nothing_is_written(string text)
    {
        var reading = Importing.Of("backstage", text);
        Assert.NotEmpty(reading.Findings);
        Assert.Empty(reading.Documents);
    }

    [Fact]
    public void Names_and_words_of_others_cannot_become_structure_or_secrets()
    {
        var reading = Importing.Of("backstage", """
            apiVersion: backstage.io/v1alpha1
            kind: Component
            metadata: { name: a, title: "x\n---\nkept: 1\nagent: evil", description: "${env:HOME} 'quoted' # no comment", tags: [ "a\nkept: 1" ], links: [ { url: "https://x.example/${file:/etc/passwd}" }, { url: "javascript:alert(1)" } ] }
            spec: { type: "service\nagent: evil", lifecycle: "x\nagent: evil", owner: a }
            """);
        var house = Language.HouseReader.Read(reading.Documents, "house", Checks.CheckCatalog.Kinds).House!;
        Assert.Equal(["a"], house.Agents.Select(agent => agent.Id));
        Assert.DoesNotContain("passwd", Encoding.UTF8.GetString(reading.Documents[0].Bytes.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void Circles_end_and_thousands_of_entities_are_read()
    {
        var circle = Importing.Of("backstage", """
            { apiVersion: backstage.io/v1alpha1, kind: Component, metadata: { name: a }, spec: { type: service, subcomponentOf: b, dependsOn: [ component:b, component:a ] } }
            ---
            { apiVersion: backstage.io/v1alpha1, kind: Component, metadata: { name: b }, spec: { type: service, subcomponentOf: a, dependsOn: [ component:a ] } }
            """);
        Assert.False(circle.IsBroken);
        Assert.Equal(2, circle.Carried);
        var files = Enumerable.Range(0, 4).Select(part => ($"{part}.yaml", string.Concat(Enumerable.Range(part * 500, 500).Select(i =>
            $"---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{ name: c{i} }}\nspec: {{ type: service, dependsOn: [ component:c{i * 7 % 2_000}, component:none{i} ] }}\n")))).ToList();
        var reading = Importing.Of("backstage", files);
        Assert.Equal((2_000, false), (reading.Carried, reading.IsBroken));
    }

    [Theory]
    [InlineData(50, false)]
    [InlineData(51, true)]
    public void An_interface_of_too_many_is_used_by_nobody_and_told(int providers, bool isLost)
    {
        var reading = Importing.Of("backstage", "{ apiVersion: backstage.io/v1alpha1, kind: API, metadata: { name: all }, spec: { type: openapi, lifecycle: x, owner: x, definition: x } }\n---\n"
            + "{ apiVersion: backstage.io/v1alpha1, kind: Component, metadata: { name: user }, spec: { type: service, lifecycle: x, owner: x, consumesApis: [ all ] } }\n"
            + string.Concat(Enumerable.Range(0, providers).Select(i => $"---\n{{ apiVersion: backstage.io/v1alpha1, kind: Component, metadata: {{ name: c{i} }}, spec: {{ type: service, lifecycle: x, owner: x, providesApis: [ all ] }} }}\n")));
        Assert.Equal(isLost, reading.Findings.Any(finding => finding.Message.Contains("51 components provide it: too many to say which", StringComparison.Ordinal)));
        Assert.Equal(!isLost, reading.Documents.Any(document => Encoding.UTF8.GetString(document.Bytes.Span).Contains("uses:", StringComparison.Ordinal)));
    }

    /// <summary>Lines of a catalogue in any choice, cut anywhere: <see cref="Importing.Of(string, string, ValueTuple{string, string}[])"/> holds that what comes out loads.</summary>
    [Fact]
    public void Cut_and_mixed_catalogues_never_throw()
    {
        var lines = (Importing.Case("Backstage", "shop.yaml") + Importing.Case("Backstage", "round.yaml")).Split('\n');
        Gen.Select(Gen.Int[0, lines.Length - 1].Array[1, 60], Gen.Int[0, 200]).Sample((picked, cut) =>
        {
            var text = string.Join('\n', picked.Order().Select(index => lines[index]));
            Importing.Of("backstage", text[..Math.Max(0, text.Length - cut)]);
            return true;
        }, iter: 100);
    }
}
