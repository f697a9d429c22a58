using CsCheck;
using Kept.Model;
using Xunit;

namespace Kept.Language.Tests.Expressions;

/// <summary>What is printed reads back as the same tree, so that the API, the pages and the formatter never change a promise.</summary>
public sealed class RoundTripTests
{
    private const long Cases = 3_000;

    private static bool Survives(Expression expression, string text, Expression? again) =>
        again is not null && Trees.Dump(again) == Trees.Dump(expression) && ExpressionText.Of(again) == text ? true : throw new InvalidOperationException($"{text}\n{Trees.Dump(expression)}\n{Trees.Dump(again)}");

    private static void Returns(Gen<Expression> expressions, Func<ScalarText, Problems, Expression?> read) =>
        expressions.Where(expression => expression.SelfAndDescendants().Count() < 40).Sample(expression =>
        {
            var text = ExpressionText.Of(expression);
            return Survives(expression, text, Lines.Reads(text, read));
        }, iter: Cases);

    [Fact]
    public void A_printed_expectation_reads_back_equal() => Returns(Trees.Expectations, Lines.Expect);

    [Fact]
    public void A_printed_condition_reads_back_equal() => Returns(Trees.Conditions, Lines.Given);

    [Fact]
    public void A_printed_dependence_reads_back_equal() => Returns(Trees.Dependences, Lines.Uses);

    [Fact]
    public void A_printed_objective_reads_back_equal() => Trees.Objectives.Sample(objective =>
    {
        var text = ExpressionText.Of(objective);
        var again = Lines.Reads(text, Lines.Keeps);
        Assert.Equal(Trees.Dump(objective), Trees.Dump(again));
        Assert.Equal(text, ExpressionText.Of(again));
    }, iter: Cases);

    [Theory]
    [InlineData("availability of ( web weight 3 , api weight 1 ) >= 99.90% over 30d", "availability of (web weight 3, api) >= 99.9% over 30d")]
    [InlineData("availability of (web weight 0.50, api) >= 99% over 1h", "availability of (web weight 0.5, api) >= 99% over 1h")]
    [InlineData("availability of (web) >= 99% over 1h", "availability of web >= 99% over 1h")]
    [InlineData("latency max of (web, api) <= 5s over 1h", "latency max of (web, api) <= 5s over 1h")]
    [InlineData("availability of (weight weight 2, 2nd) >= 99% over 1h per 1m at 95%", "availability of (weight weight 2, 2nd) >= 99% over 1h per 1m at 95%")]
    public void The_canonical_form_of_parts_is_one(string written, string canonical) => Assert.Equal(canonical, ExpressionText.Of(Lines.Reads(written, Lines.Keeps)));

    [Fact]
    public void Printed_values_read_back_equal()
    {
        foreach (var values in (Gen<Quantity>[])[Trees.Times, Trees.Numbers, Trees.Ratios, Trees.Sizes, Trees.Rates])
            values.Sample(value => ValueReader.Read(value.ToString()).Quantity is { } again && Trees.Dump(again) == Trees.Dump(value), iter: Cases);
    }

    [Theory]
    [InlineData("status==200", "status == 200")]
    [InlineData("  time<5s ", "time < 5s")]
    [InlineData("body . ready", null)]
    [InlineData("body.items[0].id == \"a'b\"", "body.items[0].id == 'a''b'")]
    [InlineData("body['a b'].c['it''s'] == null", "body['a b'].c['it''s'] == null")]
    [InlineData("header.content-type contains 'json'", "header.content-type contains 'json'")]
    [InlineData("certificate.expires-in > 2w", "certificate.expires-in > 14d")]
    [InlineData("((status == 200)) and (((time < 1000ms)))", "status == 200 and time < 1s")]
    [InlineData("not not body.ready", "not (not body.ready)")]
    [InlineData("not (status in [500,503])", "not (status in [500, 503])")]
    [InlineData("2 of (body.a, body.b, time < 0.5s)", "2 of (body.a, body.b, time < 500ms)")]
    [InlineData("any(answers, it == '127.0.0.1')", "any(answers, it == '127.0.0.1')")]
    [InlineData("body matches /a\\/b/", "body matches /a\\/b/")]
    [InlineData("time.dns < time.first-byte", "time.dns < time.first-byte")]
    [InlineData("'200' == body.code", "'200' == body.code")]
    public void The_canonical_form_is_one(string written, string? canonical)
    {
        if (canonical is null) Lines.Refuses(written, Lines.Expect);
        else Assert.Equal(canonical, ExpressionText.Of(Lines.Reads(written, Lines.Expect)));
    }

    [Fact]
    public void Own_promises_get_their_agent()
    {
        Assert.Equal("(live-show/image@2 or storage/upload) and during show", ExpressionText.Of(Lines.Reads("(image@2 or storage/upload) and during show", Lines.Given)));
        Assert.Equal("2 of (a/b, live-show/c)", ExpressionText.Of(Lines.Reads("2 of (a/b, c)", Lines.Uses)));
    }

    [Fact]
    public void The_places_of_every_node_are_exact()
    {
        var and = Assert.IsType<Expression.And>(Lines.Reads("status == 200 and (time < 5s)", Lines.Expect));
        Assert.Equal((11, 29), (and.At.Column, and.At.Length));
        var second = Assert.IsType<Expression.Compare>(and.Parts[1]);
        Assert.Equal((30, 9), (second.At.Column, second.At.Length));
        Assert.Equal((37, 2), (second.Right.At.Column, second.Right.At.Length));
    }

    [Fact]
    public void Where_the_text_is_not_verbatim_the_whole_scalar_is_marked()
    {
        var problems = new Problems();
        var place = new Place(Lines.File, 3, 5, 40);
        Assert.Null(ExpressionReader.Expectation(new ScalarText("status = 200", place, false), Lines.Kind, problems));
        Assert.Equal(place, Assert.Single(problems.Found).At);
    }
}
