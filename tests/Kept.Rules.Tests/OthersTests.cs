using Xunit;

namespace Kept.Rules.Tests;

/// <summary>R01: every host whose answers a promise judges is its agent's own.</summary>
public sealed class OthersTests
{
    private static IEnumerable<string> Found(string check) =>
        Documents.Findings(Documents.Shop($$"""
              page@1:
                version: 1.0
                benefit: As a shopper you find what you look for.
                to: anyone
                docs: docs/page.md
                notice: 30d
                keeps: [ availability >= 95% over 30d ]
                fails: [ { code: 503 later, sees: a page that says so, retry: after 30s, loses: nothing } ]
                check: { {{check}} }
            """)).Where(finding => finding.Clause.Rule == "R01").Select(finding => finding.Diagnostic.Message.Split(',')[0]);

    [Theory]
    [InlineData("https://two.shop.example/order", "https://three.shop.example/order")]
    [InlineData("addresses")]
    public void Replicas_of_ones_own_may_be_asked(params string[] replicas) => Assert.Empty(Found(Asking(replicas)));

    [Fact]
    public void A_replica_of_somebody_else_is_promised_by_nobody() =>
        Assert.Equal(["the check looks at mirror.example", "the check looks at cdn.fast.example"],
            Found(Asking("https://mirror.example/order", "https://two.shop.example/order", "https://cdn.fast.example/order", "https://MIRROR.example/other")));

    [Fact]
    public void What_a_step_asks_of_somebody_else_is_promised_by_nobody() =>
        Assert.Equal(["the check looks at login.example"], Found(
            "http: 'GET https://shop.example/basket', every: 1m, expect: [ status == 200 ], first: [ { name: login, http: 'POST https://login.example/in', expect: [ status == 200 ] }, { name: start, http: 'GET https://shop.example/', expect: [ status == 200 ] } ]"));

    private static string Asking(params string[] replicas) =>
        $"consistency: 'https://shop.example/order', every: 5m, expect: [ agree ], replicas: [ {string.Join(", ", replicas.Select(replica => $"'{replica}'"))} ]";
}
