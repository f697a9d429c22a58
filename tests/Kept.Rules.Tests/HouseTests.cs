using System.Diagnostics;
using Kept.Language;
using Kept.Model;
using Kept.TestKit;
using Xunit;

namespace Kept.Rules.Tests;

/// <summary>The rules over whole houses: the examples, a large one, and what makes a promise not a promise.</summary>
public class HouseTests
{
    [Fact]
    public void The_examples_of_all_rules_keep_them_together_too()
    {
        var (files, _) = HouseFolder.ReadFiles(Repository.PathOf("examples", "good", "rules"));
        var reading = HouseReader.Read(files, "rules", Documents.Kinds);
        Assert.True(reading.House is not null, string.Join('\n', reading.Diagnostics.Select(DiagnosticText.Render)));
        Assert.Empty(HouseRules.Check(reading.House, Documents.Now).Select(DiagnosticText.Render));
    }

    [Fact]
    public void The_example_of_the_language_has_no_error()
    {
        var (files, _) = HouseFolder.ReadFiles(Repository.PathOf("examples", "good", "live-show"));
        var house = HouseReader.Read(files, "live-show", Documents.Kinds).House!;
        var told = DiagnosticText.WithLines(HouseRules.Check(house, Documents.Now), files);
        Assert.DoesNotContain(told, diagnostic => diagnostic.Severity == Severity.Error);
        Snapshot.Matches(string.Join('\n', told.Select(DiagnosticText.Render)));
    }

    [Fact]
    public void An_error_makes_its_promise_not_a_promise_and_no_other()
    {
        var house = Documents.House(Documents.Shop(Documents.Promise("basket@1").Replace("fails:", "#") + "\n" + Documents.Promise("order@1")));
        house = house with { Diagnostics = HouseRules.Check(house, Documents.Now) };
        Assert.Equal([new PromiseName("shop", "basket", 1)], house.NotPromises.Select(group => group.Key));
    }

    [Fact]
    public void Rules_that_look_at_once_find_what_each_finds_alone()
    {
        // two and more promises share each target, so that the index of targets is asked for by several rules
        var promises = string.Join('\n', Enumerable.Range(0, 1_200).Select(i => Documents.Promise($"p{i}", url: $"{i / 3}").Replace(i % 5 == 0 ? "fails:" : "\0", "#", StringComparison.Ordinal).Replace(i % 7 == 0 ? "shop.example/" : "\0", "other.example/", StringComparison.Ordinal)));
        var house = Documents.House(Documents.Shop(promises));
        var alone = RuleCatalog.Rules.Where(rule => rule.Check is not null).SelectMany(rule => rule.Check!(new RuleContext(house, Documents.Now, null)).ToList())
            .Select(finding => finding.Diagnostic).OrderBy(one => one.At.File?.Path ?? "", StringComparer.Ordinal).ThenBy(one => one.At.Line).ThenBy(one => one.At.Column).ToList();
        Assert.True(alone.Select(one => one.Code).Distinct().Count() > 2);
        for (var round = 0; round < 5; round++) Assert.Equal(alone, HouseRules.Check(house, Documents.Now));
    }

    [Fact]
    public void A_wish_promises_nothing_and_is_asked_nothing()
    {
        var text = Documents.Shop(Documents.Promise("basket@1", "uses: not disclosed"), """
            relies-on:
              aws: { wishes: { render: { needs: [ 'availability >= 100% over 30d' ], check: { http: 'GET https://render.aws.example/ping', expect: [ 'status == 200' ] } } } }
            """);
        Assert.Empty(Documents.Clauses(text));
    }

    [Fact]
    public void A_day_counts_whole_in_utc()
    {
        var house = Documents.House(Documents.Shop(Documents.Promise("basket@1")).Replace("2027-12-31", "2026-06-01").Replace("notice: 30d", "notice: 0s").Replace("2027-06-30", "2028-06-30"));
        Instant At(string text) => Instant.TryParse(text, out var at) ? at : throw new ArgumentException(text);
        Assert.Empty(HouseRules.Check(house, At("2026-06-01T00:00:00Z")));
        Assert.Empty(HouseRules.Check(house, At("2026-06-01T23:59:59Z")));
        Assert.Equal(["R35"], HouseRules.Check(house, At("2026-06-02T00:00:00Z")).Select(diagnostic => diagnostic.Code));
    }

    [Fact]
    public void A_domain_holds_all_below_it_and_addresses_in_its_networks()
    {
        var domains = new DomainSet(["shop.example", "10.1.0.0/16", "2001:db8::/32", "localhost", "*.b\u00fccher.example"]);
        foreach (var host in new[] { "shop.example", "api.shop.example", "SHOP.example.", "10.1.255.1", "2001:db8::7", "::ffff:10.1.2.3", "127.0.0.1", "127.9.9.9", "::1", "localhost", "a.localhost", "xn--bcher-kva.example" })
            Assert.True(domains.Contains(host), host);
        foreach (var host in new[] { "myshop.example", "example", "shop.example.org", "10.2.0.1", "2001:db9::1", "128.0.0.1", "1", "", "127.0.0.1.example" })
            Assert.False(domains.Contains(host), host);
    }

    [Fact]
    public void A_hundred_thousand_promises_are_checked_in_seconds()
    {
        var one = Documents.House(Documents.Shop(Documents.Promise("basket@1", "uses: not disclosed")));
        var agent = one.Agents[0];
        var promise = agent.Promises[0];
        // half of them share one target and one condition chain runs through all, so that no index is lucky
        var promises = Trees.Each(100_000, i => promise with
        {
            Name = new PromiseName("shop", "p" + i, 1),
            Given = i == 0 ? null : new Expression.PromiseHolds(promise.At, new PromiseName("shop", "p" + (i - 1), 1)),
            Checks = i % 2 == 0 ? promise.Checks : [promise.Checks[0] with { Target = promise.Checks[0].Target with { Text = "GET https://shop.example/" + i } }],
        });
        var house = one with { Agents = [agent with { Promises = promises }] };
        var watch = Stopwatch.StartNew();
        var told = HouseRules.Check(house, Documents.Now);
        Assert.True(watch.Elapsed < TimeSpan.FromMinutes(3), watch.Elapsed.ToString()); // a guard against n²: seconds of processor time, on however busy a machine
        TestContext.Current.TestOutputHelper?.WriteLine($"{watch.Elapsed.TotalMilliseconds:0} ms, {told.Length} diagnostics");
        Assert.DoesNotContain(told, diagnostic => diagnostic.Severity == Severity.Error);
    }
}
