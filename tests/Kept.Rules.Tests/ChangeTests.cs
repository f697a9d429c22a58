using System.Collections.Immutable;
using CsCheck;
using Kept.Model;
using Xunit;

namespace Kept.Rules.Tests;

/// <summary>R17, R18, R26, R28: the same again, a change on the way, lines side by side, and what kind of change it is.</summary>
public class ChangeTests
{
    private static readonly QuantityType Demand = new("demand", Dimension.Number, Direction.Consumer, QuantitySource.Measured, "for tests: what the user does");

    private static Promise Of(params ImmutableArray<Objective> keeps) => new() { Name = new("a", "p", 1), Standing = Standing.Offered, To = ["anyone"], Keeps = keeps, At = Place.None };

    private static TermsChange Class(bool noLess, bool noMore) => (noLess, noMore) switch
    {
        (true, true) => TermsChange.Same,
        (true, false) => TermsChange.Stricter,
        (false, true) => TermsChange.Weaker,
        _ => TermsChange.Incomparable,
    };

    [Fact]
    public void A_change_of_quality_is_stricter_exactly_when_fewer_samples_keep_it() =>
        Gen.Select(BoundTests.AnyLine.Array[1, 2], BoundTests.AnyLine.Array[1, 2]).Sample((before, after) =>
        {
            bool Old(decimal[] sample) => before.All(line => BoundTests.Keeps(line, sample));
            bool New(decimal[] sample) => after.All(line => BoundTests.Keeps(line, sample));
            // what no behaviour keeps is R11's, and implies everything
            if (!BoundTests.Samples.Any(Old) || !BoundTests.Samples.Any(New)) return;
            Assert.Equal(Class(BoundTests.Samples.All(sample => !New(sample) || Old(sample)), BoundTests.Samples.All(sample => !Old(sample) || New(sample))), ChangeClass.Of(Of([.. before]), Of([.. after])));
        }, iter: 100);

    [Fact]
    public void A_limit_on_use_is_stricter_exactly_when_it_lets_more_through() => Gen.Select(Gen.Int[0, 20], Gen.Int[0, 20]).Sample((before, after) =>
    {
        var change = ChangeClass.Of(Of(BoundTests.Line(Comparison.LessOrEqual, before, 1, Demand)), Of(BoundTests.Line(Comparison.LessOrEqual, after, 1, Demand)));
        var (old, now) = (Enumerable.Range(0, 25).Count(use => use <= before), Enumerable.Range(0, 25).Count(use => use <= after));
        Assert.Equal(now == old ? TermsChange.Same : now > old ? TermsChange.Stricter : TermsChange.Weaker, change);
    }, iter: 300);

    [Fact]
    public void Limits_conditions_promisees_notice_and_end_are_compared_too()
    {
        var plain = Of(BoundTests.Line(Comparison.LessOrEqual, 3, 0.5m));
        var limits = new Limits(Quantity.Rate(500, Duration.Seconds(1)), null, null, null, null, null, []);
        Assert.Equal(TermsChange.Weaker, ChangeClass.Of(plain, plain with { Limits = limits }));
        Assert.Equal(TermsChange.Stricter, ChangeClass.Of(plain with { Limits = limits }, plain with { Limits = limits with { Load = Quantity.Rate(600, Duration.Seconds(1)) } }));
        Assert.Equal(TermsChange.Weaker, ChangeClass.Of(plain, plain with { Given = Trees.Leaf(1) }));
        Assert.Equal(TermsChange.Incomparable, ChangeClass.Of(plain with { Given = Trees.Leaf(1) }, plain with { Given = Trees.Leaf(2) }));
        Assert.Equal(TermsChange.Weaker, ChangeClass.Of(plain, plain with { To = ["one"] }));
        Assert.Equal(TermsChange.Stricter, ChangeClass.Of(plain, plain with { Notice = Duration.Days(30) }));
        Assert.Equal(TermsChange.Weaker, ChangeClass.Of(plain, plain with { Until = Documents.Now }));
        Assert.Equal(TermsChange.Same, ChangeClass.Of(plain, plain with { Benefit = "other words" }));
    }

    [Fact]
    public void The_same_promise_again_is_no_change() // R17
    {
        var text = Documents.Shop(Documents.Promise("basket@1"));
        Assert.Empty(Documents.Clauses(text, before: text));
        Assert.Empty(Documents.Clauses(text.Replace("notice: 30d", "notice: 720h # the same time"), before: text));
        Assert.Equal(Documents.Findings(text, text), Documents.Findings(text, text));
    }

    [Fact]
    public void A_change_without_a_new_version_is_told_and_with_one_it_is_not() // R18
    {
        var before = Documents.Shop(Documents.Promise("basket@1"));
        var after = before.Replace("99.5%", "99.9%");
        Assert.Equal(["R18.same-version"], Documents.Clauses(after, before));
        Assert.Empty(Documents.Clauses(after.Replace("version: 1.8", "version: 1.9"), before));
        Assert.Empty(Documents.Clauses(after));
    }

    [Fact]
    public void A_promise_that_was_renamed_is_not_gone() // R26
    {
        var before = Documents.Shop(Documents.Promise("basket@1"));
        Assert.Equal(["R26.gone"], Documents.Clauses(before.Replace("basket@1:", "trolley@1:"), before));
        Assert.Empty(Documents.Clauses(before.Replace("basket@1:", "trolley@1:\n    was: basket@1"), before));
    }
}
