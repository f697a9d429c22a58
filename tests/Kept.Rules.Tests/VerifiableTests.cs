using Xunit;

namespace Kept.Rules.Tests;

/// <summary>R09: whose evidence each sort of check is.</summary>
public sealed class VerifiableTests
{
    private static IEnumerable<string> Found(string to, params string[] checks)
    {
        var promise = $$"""
              page@1:
                version: 1.0
                benefit: As a shopper you find what you look for.
                to: {{to}}
                docs: docs/page.md
                notice: 30d
                keeps: [ availability >= 95% over 30d ]
                fails: [ { code: 503 later, sees: a page that says so, retry: after 30s, loses: nothing } ]
                check:
            {{string.Join('\n', checks.Select(check => "      - { " + check + " }"))}}
            """;
        return Documents.Clauses(Documents.Shop(promise).Replace("[shop.example]", "[shop.example, localhost]", StringComparison.Ordinal)).Where(clause => clause.StartsWith("R09", StringComparison.Ordinal));
    }

    private const string Program = "command: /opt/checks/orders, every: 1h, expect: [ exit-code == 0 ]", Beat = "heartbeat: nightly, every: 1d";
    private const string Public = "http: 'GET https://shop.example/', every: 1m, expect: [ status == 200 ]", Local = "http: 'GET http://127.0.0.1:8080/', every: 1m, name: local, expect: [ status == 200 ]";

    [Fact]
    public void A_program_of_this_machine_is_evidence_for_this_house_alone()
    {
        Assert.Equal(["R09.own-program"], Found("anyone", Program));
        Assert.Equal(["R09.own-program"], Found("[customers]", Program)); // whoever they are, they do not have it
        Assert.Equal(["R09.own-program"], Found("[shop, customers]", Program));
        Assert.Equal(["R09.own-program"], Found("anyone", Program, Beat));
        Assert.Empty(Found("[shop]", Program));
        Assert.Empty(Found("[shop]", Program, Beat));
    }

    [Fact]
    public void Beside_a_check_that_promisees_can_run_it_takes_nothing_away()
    {
        Assert.Empty(Found("anyone", Program, Public));
        Assert.Empty(Found("anyone", Program, Local, Public));
        Assert.Equal(["R09.local-only"], Found("anyone", Program, Local));
        Assert.Equal(["R09.local-only"], Found("anyone", Local));
        Assert.Empty(Found("[customers]", Program, Local)); // those that are named may reach it
    }
}
