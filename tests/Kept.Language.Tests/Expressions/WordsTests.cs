using Xunit;

namespace Kept.Language.Tests.Expressions;

/// <summary>What pages say for what documents write.</summary>
public sealed class WordsTests
{
    [Theory]
    [InlineData("latency p95 <= 5s over 1h", "latency at most 5 s for 95 of 100 looks, over the last hour")]
    [InlineData("latency p99.9 < 300ms over 7d", "latency less than 300 ms for 999 of 1,000 looks, over the last 7 days")]
    [InlineData("latency p99.95 of api <= 90s over 90m per 1m", "latency at most 90 s for 9,995 of 10,000 looks by the check “api”, over the last 90 min, each slice of 1 min counted as one")]
    [InlineData("picture-lag max <= 10s over 1d", "picture lag at most 10 s for every look, over the last day")]
    [InlineData("availability >= 99.5% over 30d", "available at least 99.5 % of the last 30 days")]
    [InlineData("availability >= 99.95% over this month Europe/Brussels", "available at least 99.95 % of this month (Europe/Brussels)")]
    [InlineData("availability >= 99.9% over 28d per 1m at 95%", "available at least 99.9 % of the last 28 days, counted in slices of 1 min, each good where 95 % of its looks are")]
    [InlineData("availability >= 95% over 14d per 1m mean", "available at least 95 % of the last 14 days, the mean of the shares of slices of 1 min")]
    [InlineData("availability of (web weight 3, api) >= 99.9% over 30d", "available at least 99.9 % of the last 30 days by the checks “web” (weight 3), “api” together")]
    [InlineData("latency p95 of (web, api) <= 5s over 1h", "latency at most 5 s for 95 of 100 looks by the checks “web”, “api” together, over the last hour")]
    [InlineData("load <= 500/s over 1h per 5m", "load at most 500 a second, over the last hour, counted in slices of 5 min")]
    public void An_objective_in_words(string written, string words) => Assert.Equal(words, Words.Of(Lines.Reads(written, Lines.Keeps)));

    [Theory]
    [InlineData("status == 200", "answers 200")]
    [InlineData("status != 500", "does not answer 500")]
    [InlineData("status in 200..299", "answers 200 to 299")]
    [InlineData("status in [200, 204]", "the status is one of 200, 204")]
    [InlineData("time < 5s", "takes less than 5 s")]
    [InlineData("5s > time", "takes less than 5 s")]
    [InlineData("certificate.expires-in > 14d", "the certificate holds for more than 14 days")]
    [InlineData("body.ready == true", "body.ready is true")]
    [InlineData("body.ready", "body.ready is true")]
    [InlineData("not body.ready", "body.ready is not true")]
    [InlineData("body contains 'it''s'", "the body contains “it's”")]
    [InlineData("header.content-type matches /json/", "the header content-type has the form /json/")]
    [InlineData("status == 200 and (time < 5s or body.slow)", "answers 200 and (takes less than 5 s or body.slow is true)")]
    [InlineData("every(body.items, it.ok)", "of each item of body.items: it.ok is true")]
    [InlineData("count(answers) >= 2", "the number of items in answers is at least 2")]
    [InlineData("2 of (body.a, body.b, has(body.c))", "at least 2 of: body.a is true; body.b is true; body.c is there")]
    [InlineData("size <= 5.5MiB", "size is at most 5632 KiB")]
    [InlineData("throughput > 10/7d", "throughput is more than 10 in 7 days")]
    [InlineData("loss < 0.1%", "loss is less than 0.1 %")]
    public void An_expectation_in_words(string written, string words) => Assert.Equal(words, Words.Of(Lines.Reads(written, Lines.Expect)));

    [Theory]
    [InlineData("load <= 500/s and during show", "load is at most 500 a second and during “show”")]
    [InlineData("not during show or aws/quota", "outside “show” or aws/quota is kept")]
    public void A_condition_in_words(string written, string words) => Assert.Equal(words, Words.Of(Lines.Reads(written, Lines.Given)));

    [Fact]
    public void A_limit_of_use_in_words() => Assert.Equal("rate at most 30000 in 5 min", Words.Of(Lines.Reads("rate <= 30000/5m", Lines.Use)));
}
