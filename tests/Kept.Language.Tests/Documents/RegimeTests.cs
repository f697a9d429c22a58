using System.Text;
using System.Text.RegularExpressions;
using Kept.Checks;
using Kept.Model;
using Kept.TestKit;
using Xunit;

namespace Kept.Language.Tests.Documents;

/// <summary>Regimes are read with all that they may ask for, go into the terms and through the compiled form, and come out of the formatter as they were.</summary>
public sealed partial class RegimeTests
{
    private static HouseReading Read(string fragment) => HouseReader.Read([new DocumentFile("kept.yaml", Encoding.UTF8.GetBytes(Fragments.Whole(fragment)))], "house", CheckCatalog.Kinds);

    private static Promise Page(string regimes, string rest = "check: { http: 'GET https://shop.example/', expect: [ status == 200 ], measures: { load: body.load as per-s } }")
    {
        var reading = Read($"regimes: {regimes}\n{rest}");
        Assert.True(reading.Diagnostics.IsEmpty, Houses.Shown(reading));
        return Assert.Single(reading.House!.Promises);
    }

    [Fact]
    public void The_example_of_the_page_reads_without_a_word()
    {
        var reading = Read(Yaml().Match(File.ReadAllText(Repository.PathOf("docs", "concepts", "regimes.md"))).Groups[1].Value);
        Assert.True(reading.Diagnostics.IsEmpty, Houses.Shown(reading));
        Assert.Equal(["cold", "low", "high"], Assert.Single(reading.House!.Promises).Regimes.Select(regime => regime.Name));
    }

    [Theory]
    [InlineData("{ low: load < 100/s, high: load >= 100/s }")]
    [InlineData("{ low: load < 100/s, mid: load in 100/s..500/s, high: load > 500/s }")]
    [InlineData("{ full: load >= 500/s, busy: load >= 100/s, low: load < 100/s }")]
    [InlineData("{ old: body.version == '1.4', new: 'body.version matches /^2/' }")]
    [InlineData("{ eu: \"header['x-region'] == 'eu'\", us: \"header['x-region'] == 'us'\" }")]
    [InlineData("{ ready: body.ready, told: 'has(body.load)', rest: not body.ready }")]
    [InlineData("{ own: page and load < 100/s, busy: load of page < 100/s or load of shop/page > 200/s, slow: time > 1s }")]
    public void What_is_asked_for_is_seen_measured_or_promised(string regimes)
    {
        var promise = Page(regimes);
        var again = Page("{ " + string.Join(", ", promise.Regimes.Select(regime => $"{regime.Name}: \"{ExpressionText.Of(regime.When).Replace("\\", "\\\\", StringComparison.Ordinal)}\"")) + " }");
        Assert.Equal(promise.Regimes.Select(regime => ExpressionText.Of(regime.When)), again.Regimes.Select(regime => ExpressionText.Of(regime.When)));
        Assert.Equal(promise.TermsHash, again.TermsHash);
    }

    [Fact]
    public void The_load_may_be_that_of_our_own_looks_where_somebody_looks()
    {
        HouseReading Of(string check) => HouseReader.Read([new DocumentFile("kept.yaml", Encoding.UTF8.GetBytes(Fragments.Whole($"load: {{ from: looks }}\npromises:\n  page@1:\n    regimes: {{ low: load < 10/m }}\n    check: {check}")))], "house", CheckCatalog.Kinds);
        var reading = Of("{ http: 'GET https://shop.example/', expect: [ status == 200 ] }");
        Assert.Equal(LoadSource.Looks, Assert.Single(reading.House!.Agents).Load);
        Assert.DoesNotContain(reading.Diagnostics, one => one.Code is Codes.RegimeUnseen or Codes.LoadSource);
        var passive = Of("{ heartbeat: nightly, every: 1d }");
        Assert.Contains("nobody looks at this promise", Assert.Single(passive.Diagnostics, one => one.Code == Codes.RegimeUnseen).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Regimes_are_terms_and_so_is_their_order()
    {
        var (first, other) = (Page("{ low: load < 100/s, high: load >= 100/s }"), Page("{ high: load >= 100/s, low: load < 100/s }"));
        Assert.NotEqual(first.TermsHash, other.TermsHash);
        Assert.NotEqual(first.TermsHash, Page("{ low: load < 101/s, high: load >= 101/s }").TermsHash);
    }

    [Fact]
    public void The_compiled_form_keeps_them()
    {
        var house = Read("regimes: { low: load of page < 100/s, high: load >= 100/s and body.ready }\ncheck: { http: 'GET https://shop.example/', expect: [ status == 200 ], measures: { load: body.load as per-s } }").House!;
        var back = CompiledHouse.Read(CompiledHouse.Write(house), house.ContentHash, CheckCatalog.Kinds)!;
        var (was, now) = (house.Promises.Single().Regimes, back.Promises.Single().Regimes);
        Assert.Equal(was.Select(regime => (regime.Name, regime.Text, ExpressionText.Of(regime.When), regime.At.Line)), now.Select(regime => (regime.Name, regime.Text, ExpressionText.Of(regime.When), regime.At.Line)));
        Assert.Equal(("load", "shop/page"), now[0].When.Asked.Single().Figure is { } figure ? (figure.Quantity, figure.Promise.ToString()[..9]) : default);
    }

    [Fact]
    public void Defaults_give_regimes_to_every_promise_and_a_wish_may_have_its_own()
    {
        var reading = Read("""
            kept: 1
            agent: shop
            domains: [shop.example]
            load: { from: 'metric shop_load at https://shop.example/metrics' }
            defaults: { regimes: { low: load < 100/s, high: load >= 100/s } }
            promises:
              a: { version: 1.0, benefit: You can look around., to: anyone, keeps: [ availability >= 99.5% over 30d ], check: { http: 'GET https://shop.example/', expect: [ status == 200 ] } }
              b: { version: 1.0, benefit: You can look around., to: anyone, keeps: [ availability >= 99.5% over 30d ], regimes: { all: load >= 0/s }, check: { http: 'GET https://shop.example/b', expect: [ status == 200 ] } }
            relies-on:
              pay: { wishes: { charge: { needs: [ availability >= 99% over 30d ], regimes: { quick: time < 1s, slow: time >= 1s }, check: { http: 'GET https://pay.example/', expect: [ status == 200 ] } } } }
            """);
        Assert.True(reading.Diagnostics.IsEmpty, Houses.Shown(reading));
        Assert.Equal(["low+high", "all", "quick+slow"], reading.House!.Promises.Select(promise => string.Join('+', promise.Regimes.Select(regime => regime.Name))));
    }

    [Fact]
    public void The_formatter_leaves_them_as_they_mean()
    {
        var text = Fragments.Whole("regimes: { low: load < 100/s,   high: load >= 100/s }\ncheck: { http: 'GET https://shop.example/', expect: [ status == 200 ], measures: { load: body.load as per-s } }");
        var formatted = Formatter.Format(text);
        var read = HouseReader.Read([new DocumentFile("kept.yaml", Encoding.UTF8.GetBytes(formatted))], "house", CheckCatalog.Kinds);
        Assert.True(read.Diagnostics.IsEmpty, Houses.Shown(read));
        Assert.Equal(["load < 100/s", "load >= 100/s"], read.House!.Promises.Single().Regimes.Select(regime => regime.Text));
        Assert.Equal(formatted, Formatter.Format(formatted));
    }

    [GeneratedRegex("```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Yaml();
}
